/**
 * Quiet hours, in which nothing sounds. What stands as a popup in them is the server's to say.
 */
import type { Quiet } from "./types.js";

/** Whether the clock on the wall of the zone shows a time between the two. */
export function isQuiet(quiet: Quiet | null | undefined, now: number): boolean {
  if (!quiet) return false;
  let time: string;
  try {
    const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: quiet.zone } as const;
    time = new Intl.DateTimeFormat("en-GB", options).format(now);
  } catch {
    // A zone that this browser does not know: rather a sound too many than none at all.
    return false;
  }
  const { from, to } = quiet;
  return from < to ? from <= time && time < to : time >= from || time < to;
}
