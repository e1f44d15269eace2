// An instant as the reader's own time: short in a column, exact in the tooltip and for machines.
import type { JSX } from "preact";
import { fullTime, now, relativeTime, shortTime } from "../format.ts";
import { language } from "../i18n/index.ts";
import { zone } from "../session.ts";

export function Time({ at, style = "short" }: { at: string; style?: "short" | "relative" | "full" }): JSX.Element {
  const full = fullTime(at, language.value, zone.value);
  let text = full;
  if (style === "short") text = shortTime(at, language.value, zone.value, now.value);
  if (style === "relative") text = relativeTime(at, language.value, now.value);
  return (
    <time dateTime={at} title={full}>
      {text}
    </time>
  );
}
