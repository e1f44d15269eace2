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
/** How long a timed popup stays, unless the user chose otherwise. */
export const STAY_MS = 10_000;
/** So old and not yet seen, timed popups came while the user was away. */
const AWAY_MS = 120_000;
/** Shown for this long in a visible tab, an item counts as seen. */
export const SEEN_MS = 1_000;

export interface Stack {
  /** Newest first. */
  timed: Item[];
  /** Timed ones that wait for a place. */
  waiting: Item[];
  /** Timed ones that came while the user was away; too many to show, they are told of in one. */
  away: Item[];
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
  now = 0,
): Stack {
  const sticky = standing.filter((item) => item.sticky);
  const timed = standing.filter((item) => !item.sticky);
  const isOld = ({ id, seen_at, created_at }: Item) =>
    !shown.has(id) && !seen_at && now - Date.parse(created_at) > AWAY_MS;
  const old = timed.filter(isOld);
  const away = old.length > MOST_TIMED ? old : [];
  const all = away.length ? timed.filter((item) => !isOld(item)) : timed;
  const kept = isHeld ? all.filter((item) => shown.has(item.id)).slice(0, most) : [];
  const rest = all.filter((item) => !kept.includes(item));
  const chosen = new Set([...kept, ...rest.slice(0, most - kept.length)]);
  return {
    timed: all.filter((item) => chosen.has(item)),
    waiting: all.filter((item) => !chosen.has(item)),
    away,
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
  #shown: string[] = [];
  #isHeld = false;
  #since = 0;
  #timer: Timer = null;

  constructor(env: Env, onTimeout: (ids: string[]) => void, onSeen: (ids: string[]) => void) {
    this.#env = env;
    this.#onTimeout = onTimeout;
    this.#onSeen = onSeen;
  }

  /**
   * Tells what a person can see now, and whether the countdown to the timeout is held by pointer or
   * focus; being looked at goes on counting as being seen.
   */
  show(items: readonly Item[], isHeld: boolean, stay = STAY_MS): void {
    this.#settle();
    this.#shown = items.map((item) => item.id);
    for (const { id, sticky, seen_at, seconds } of items) {
      const clock = { left: sticky ? Infinity : seconds ? seconds * 1_000 : stay, unseen: seen_at ? Infinity : SEEN_MS };
      if (!this.#clocks.has(id)) this.#clocks.set(id, clock);
    }
    this.#isHeld = isHeld;
    this.#plan();
  }

  /** Forgets the time of items that no longer stand; one that stands again begins anew. */
  forget(isStanding: (id: string) => boolean): void {
    for (const id of this.#clocks.keys()) if (!isStanding(id)) this.#clocks.delete(id);
  }

  stop(): void {
    this.#env.clearTimeout(this.#timer);
    this.#clocks.clear();
    this.#shown = [];
  }

  /** Books the time since the last look and reports what has run out. */
  #settle(): void {
    const now = this.#env.monotonic();
    const passed = now - this.#since;
    this.#since = now;
    const count = (key: keyof Clock, report: (ids: string[]) => void) => {
      const over = this.#shown.filter((id) => {
        const clock = this.#clocks.get(id);
        return clock && (clock[key] -= passed) <= 0;
      });
      for (const id of over) this.#clocks.get(id)![key] = Infinity;
      if (over.length) report(over);
    };
    count("unseen", this.#onSeen);
    if (!this.#isHeld) count("left", this.#onTimeout);
  }

  #plan(): void {
    this.#env.clearTimeout(this.#timer);
    const left = this.#shown.map((id) => {
      const clock = this.#clocks.get(id)!;
      return this.#isHeld ? clock.unseen : Math.min(clock.left, clock.unseen);
    });
    const next = Math.min(...left);
    if (next === Infinity) return;
    this.#timer = this.#env.setTimeout(() => {
      this.#settle();
      this.#plan();
    }, next);
  }
}
