/**
 * The browser as the core's environment.
 *
 * Deliberately not here: decisions. Each member is the plainest call that does it, guarded only
 * where an insecure origin lacks something.
 */
import type { Env, Signal } from "./core/env.js";

/** What the window or its document fires for each signal. */
const EVENTS: Readonly<Record<Signal, readonly string[]>> = {
  online: ["online"],
  show: ["pageshow", "resume"],
  hide: ["pagehide", "freeze"],
  visibility: ["visibilitychange"],
  focus: ["focus", "blur"],
};

/** In a sandboxed frame, a full store or a private window some of these throw: then there is none. */
function tolerate<T>(run: () => T): T | null {
  try {
    return run();
  } catch {
    return null;
  }
}

export function browserEnv(): Env {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    setTimeout: (run, ms) => window.setTimeout(run, ms),
    clearTimeout: (timer) => window.clearTimeout(timer as number | undefined),
    random: () => Math.random(),
    fetch: (url, init) => fetch(url, init),
    visible: () => document.visibilityState === "visible",
    on(signal, run) {
      const end = new AbortController();
      // On its way down every event passes the window, also those of the document that do not bubble.
      for (const event of EVENTS[signal]) {
        window.addEventListener(event, run, { capture: true, signal: end.signal });
      }
      return () => end.abort();
    },
    breathe: () => (globalThis as { scheduler?: { yield?(): Promise<void> } }).scheduler?.yield?.(),
    focused: () => document.hasFocus(),
    channel: (name) => tolerate(() => new BroadcastChannel(name)),
    locks: tolerate(() => navigator.locks) ?? null,
    stored: (key, value) =>
      tolerate(() => {
        if (value !== undefined) localStorage.setItem(key, value);
        return localStorage.getItem(key);
      }),
  };
}
