/**
 * Decides what a screen reader is told of arrivals: one line at a time, not more often than every
 * five seconds, a burst as one sentence.
 *
 * Deliberately not here: the live regions themselves; the element owns two that never go away.
 */
import type { Env, Timer } from "./env.js";
import type { Item } from "./types.js";

const QUIET_MS = 5_000;

/** What cannot wait for a pause in speech. */
export function isUrgent(item: Item): boolean {
  return item.kind === "task" || item.severity === "error";
}

export class Announcer {
  #env: Env;
  #say: (items: Item[]) => void;
  #waiting: Item[] = [];
  #timer: Timer = null;
  #quietUntil = -Infinity;

  /** `say` gets what has gathered: one item, or the many of a burst. */
  constructor(env: Env, say: (items: Item[]) => void) {
    this.#env = env;
    this.#say = say;
  }

  arrived(item: Item): void {
    this.#waiting.push(item);
    if (this.#waiting.length > 1) return;
    // Even the first waits a moment: what comes in one burst is one sentence.
    const pause = Math.max(300, this.#quietUntil - this.#env.monotonic());
    this.#timer = this.#env.setTimeout(() => this.#flush(), pause);
  }

  stop(): void {
    this.#env.clearTimeout(this.#timer);
    this.#waiting = [];
  }

  #flush(): void {
    const items = this.#waiting;
    this.#waiting = [];
    this.#quietUntil = this.#env.monotonic() + QUIET_MS;
    this.#say(items);
  }
}
