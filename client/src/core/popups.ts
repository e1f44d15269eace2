/**
 * Which popups are on screen, and for how long: pure choice, and timers that run only while a
 * person can see them.
 *
 * Deliberately not here: drawing (../elements/popups.ts).
 */
import type { Env, Timer } from "./env.js";
import type { Item } from "./types.js";

/** Timed popups that stand at once; the rest waits behind "and n more". */
export const MOST_TIMED = 5;
/** How long a timed popup stays. */
export const STAY_MS = 10_000;
/** Shown for this long in a visible tab, an item counts as seen. */
export const SEEN_MS = 1_000;

export interface Stack {
  /** Newest first. */
  timed: Item[];
  /** Timed ones that wait for a place. */
  waiting: Item[];
  /** Until closed by hand; newest first, beneath the timed ones. */
  sticky: Item[];
}

/**
 * Chooses from the standing items, newest first. While the stack is `held` (the pointer or the focus
 * is in it) nothing that is shown gives way, so that no card moves under the pointer.
 */
export function choose(
  standing: readonly Item[],
  shown: ReadonlySet<string>,
  isHeld: boolean,
  most = MOST_TIMED,
): Stack {
  const sticky = standing.filter((item) => item.sticky);
  const all = standing.filter((item) => !item.sticky);
  const kept = isHeld ? all.filter((item) => shown.has(item.id)).slice(0, most) : [];
  const rest = all.filter((item) => !kept.includes(item));
  const chosen = new Set([...kept, ...rest.slice(0, most - kept.length)]);
  return {
    timed: all.filter((item) => chosen.has(item)),
    waiting: all.filter((item) => !chosen.has(item)),
    sticky,
  };
}

interface Clock {
  /** What is left until the timeout; Infinity for a sticky popup. */
  left: number;
  /** What is left until it counts as seen; Infinity once it does. */
  unseen: number;
}

/**
 * Counts down the popups on screen. One that is covered and comes back goes on where it was.
 */
export class PopupTimers {
  #env: Env;
  #onTimeout: (ids: string[]) => void;
  #onSeen: (ids: string[]) => void;
  #clocks = new Map<string, Clock>();
  #shown: ReadonlySet<string> = new Set();
  #isCounting = false;
  #isVisible = false;
  #since = 0;
  #timer: Timer = null;

  constructor(env: Env, onTimeout: (ids: string[]) => void, onSeen: (ids: string[]) => void) {
    this.#env = env;
    this.#onTimeout = onTimeout;
    this.#onSeen = onSeen;
  }

  /**
   * Tells what is on screen, whether it can be seen at all, and whether the countdown to the timeout
   * is held by pointer or focus; being looked at goes on counting as being seen.
   */
  show(items: readonly Item[], isVisible: boolean, isHeld: boolean): void {
    this.#settle();
    this.#shown = new Set(items.map((item) => item.id));
    for (const item of items) {
      if (this.#clocks.has(item.id)) continue;
      const left = item.sticky ? Infinity : STAY_MS;
      this.#clocks.set(item.id, { left, unseen: item.seen_at === null ? SEEN_MS : Infinity });
    }
    this.#isVisible = isVisible;
    this.#isCounting = isVisible && !isHeld;
    this.#plan();
  }

  /** Forgets the time of items that no longer stand; one that stands again begins anew. */
  forget(isStanding: (id: string) => boolean): void {
    for (const id of this.#clocks.keys()) if (!isStanding(id)) this.#clocks.delete(id);
  }

  stop(): void {
    this.#env.clearTimeout(this.#timer);
    this.#clocks.clear();
    this.#shown = new Set();
  }

  /** Books the time since the last look and reports what has run out. */
  #settle(): void {
    const now = this.#env.monotonic();
    const passed = now - this.#since;
    this.#since = now;
    if (!this.#isVisible) return;
    const over: string[] = [];
    const seen: string[] = [];
    for (const id of this.#shown) {
      const clock = this.#clocks.get(id);
      if (!clock) continue;
      clock.unseen -= passed;
      if (clock.unseen <= 0) {
        clock.unseen = Infinity;
        seen.push(id);
      }
      if (!this.#isCounting) continue;
      clock.left -= passed;
      if (clock.left <= 0) {
        clock.left = Infinity;
        over.push(id);
      }
    }
    if (seen.length) this.#onSeen(seen);
    if (over.length) this.#onTimeout(over);
  }

  #plan(): void {
    this.#env.clearTimeout(this.#timer);
    if (!this.#isVisible) return;
    let next = Infinity;
    for (const id of this.#shown) {
      const clock = this.#clocks.get(id);
      if (clock) next = Math.min(next, clock.unseen, this.#isCounting ? clock.left : Infinity);
    }
    if (next === Infinity) return;
    this.#timer = this.#env.setTimeout(() => {
      this.#settle();
      this.#plan();
    }, Math.max(0, next));
  }
}
