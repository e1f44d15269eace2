/**
 * Everything that the core wants from the outside: clocks, timers, transport, chance, and the
 * signs of life of the page. A test hands in its own and so owns time.
 *
 * Deliberately not here: the browser's implementation (../browser-env.ts), because the core
 * must run where there is no document.
 */

/** An opaque timer. */
export type Timer = unknown;

/**
 * What can happen to the page or its network:
 * `online` the network is back; `show` the page is used again after having been put away (back-forward
 * cache, thaw); `hide` it is put away; `visibility` it became visible or hidden.
 */
export type Signal = "online" | "show" | "hide" | "visibility";

export interface Env {
  /** Wall-clock time in ms; may jump. */
  now(): number;
  /** Time in ms that only goes forward, and on most systems stands still during sleep. */
  monotonic(): number;
  setTimeout(run: () => void, ms: number): Timer;
  clearTimeout(timer: Timer): void;
  /** In [0, 1). */
  random(): number;
  fetch(url: string, init: RequestInit): Promise<Response>;
  visible(): boolean;
  /** Calls back on each signal; returns what ends that. */
  on(signal: Signal, run: () => void): () => void;
}
