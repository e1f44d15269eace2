/**
 * A tab's claim on one lock among all tabs: it waits in the queue, holds it, or takes it from whoever
 * does. At most one request is in flight, and every answer knows the generation of its request, because
 * answers come in any order: without that a tab steals from itself and then nobody knows who holds it.
 *
 * Deliberately not here: what the locks are for (tabs.ts).
 */

/** As much of the browser's lock manager as is used; channel-locks.ts is another that fits. */
export interface Locks {
  request(
    name: string,
    options: { steal?: boolean; signal?: AbortSignal },
    run: () => Promise<void> | void,
  ): Promise<unknown>;
  /** Who holds and who waits for what now. */
  query?(): Promise<{ held?: { name?: string }[]; pending?: { name?: string }[] }>;
}

export class Claim {
  /** Whether this tab has the lock. */
  held = false;
  #locks: Locks;
  #name: string;
  #onChange: () => void;
  #onBroken: () => void;
  #generation = 0;
  /** A request is on its way or has been granted: a second one could only take from ourselves. */
  #isTaking = false;
  #abort: AbortController | null = null;
  #release = (): void => {};

  /** `onChange` after the lock came or went; `onBroken` when the browser refuses locks as such. */
  constructor(locks: Locks, name: string, onChange: () => void, onBroken: () => void) {
    this.#locks = locks;
    this.#name = name;
    this.#onChange = onChange;
    this.#onBroken = onBroken;
  }

  /** Joins the queue, or takes the lock at once from whoever has it. */
  want(isSteal = false): void {
    if (this.#isTaking || (this.#abort && !isSteal)) return;
    const generation = ++this.#generation;
    this.#abort?.abort();
    this.#abort = new AbortController();
    this.#isTaking = isSteal;
    // A request that steals may not be cancelled; the generation outdates it instead.
    const options = isSteal ? { steal: true } : { signal: this.#abort.signal };
    const granted = () => {
      if (generation !== this.#generation) return;
      this.#isTaking = true;
      const held = new Promise<void>((release) => (this.#release = release));
      this.#set(true);
      return held;
    };
    this.#locks.request(this.#name, options, granted).catch((error: Error) => {
      if (generation !== this.#generation) return;
      this.#generation += 1;
      this.#isTaking = false;
      this.#abort = null;
      if (error.name !== "AbortError") return this.#onBroken();
      this.want();
      // Also when it was taken before we heard that we had it: what was said meanwhile counts now.
      this.held = false;
      this.#onChange();
    });
  }

  /** Gives the lock or the place in the queue back. */
  drop(): void {
    this.#generation += 1;
    this.#isTaking = false;
    this.#abort?.abort();
    this.#abort = null;
    this.#release();
    this.#set(false);
  }

  #set(isHeld: boolean): void {
    if (this.held === isHeld) return;
    this.held = isHeld;
    this.#onChange();
  }
}
