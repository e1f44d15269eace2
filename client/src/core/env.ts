/**
 * Everything that the core wants from the outside: clocks, timers, transport, chance, the other tabs,
 * and the signs of life of the page. A test hands in its own and so owns time.
 *
 * Deliberately not here: the browser's implementation (../browser-env.ts), because the core
 * must run where there is no document.
 */
import type { Locks } from "./claim.js";

/** An opaque timer. */
export type Timer = unknown;

/**
 * What can happen to the page or its network:
 * `online` the network is back; `show` the page is used again after having been put away (back-forward
 * cache, thaw); `hide` it is put away; `visibility` it became visible or hidden; `focus` its window
 * gained or lost the focus.
 */
export type Signal = "online" | "show" | "hide" | "visibility" | "focus";

/** A wire to the other tabs of this origin; what is posted is heard by all but the poster. */
export interface Channel {
  postMessage(message: unknown): void;
  onmessage: ((event: any) => void) | null;
  close(): void;
}

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
  /** Whether the page has the keyboard. Without it, being visible is being active. */
  focused?(): boolean;
  /** Opens a channel to the other tabs; without it, or when it answers null, the tab is alone. */
  channel?(name: string): Channel | null;
  /** The browser's locks; without them the tabs agree over the channel. */
  locks?: Locks | null;
  /** Lets the browser do something else between two steps of long work. */
  breathe?(): Promise<void> | undefined;
  /** Reads or writes a text that outlives the page and that all tabs share. */
  stored?(key: string, value?: string): string | null;
}
