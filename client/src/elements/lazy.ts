/**
 * What the first paint does without: the inside of the panel, the menu of Snooze, the signal in the tab strip, keys, voice, motion.
 * It comes by itself once the page has come to rest, so that opening is immediate, also without a connection; or at once
 * when it is needed.
 *
 * Deliberately not here: from where it comes (later-door.ts; later-file.ts in the file for script tags).
 */
import { fetchLater } from "./later-door.js";

export type Later = typeof import("./later.js");

/** Null until it has come. */
export let later: Later | null = null;
let coming: Promise<Later> | null = null;

/** Rejects when it cannot be had; the next call tries again. */
export function loadLater(): Promise<Later> {
  return (coming ??= fetchLater().then(
    (module) => (later = module),
    (error) => {
      coming = null;
      throw error;
    },
  ));
}

/** Runs now or once it is there; what cannot be had is done without. */
export function withLater(run: (it: Later) => unknown): void {
  if (later) run(later);
  else loadLater().then(run, () => {});
}

/** A page in the background waits: nobody opens anything there. */
export function prefetchLater(): void {
  const load = () => withLater(() => {});
  requestAnimationFrame(() => (window.requestIdleCallback ?? setTimeout)(load));
}
