/**
 * The browser as the core's environment.
 *
 * Deliberately not here: decisions. Each member is the plainest call that does it, guarded only
 * where an insecure origin lacks something.
 */
import type { Env, Signal } from "./core/env.js";

/** What the page and its window fire for each signal. */
const EVENTS: Readonly<Record<Signal, readonly [target: "window" | "document", event: string][]>> = {
  online: [["window", "online"]],
  show: [["window", "pageshow"], ["document", "resume"]],
  hide: [["window", "pagehide"], ["document", "freeze"]],
  visibility: [["document", "visibilitychange"]],
};

export function browserEnv(): Env {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    setTimeout: (run, ms) => window.setTimeout(run, ms),
    clearTimeout: (timer) => window.clearTimeout(timer as number | undefined),
    random: () => Math.random(),
    id: randomId,
    fetch: (url, init) => fetch(url, init),
    visible: () => document.visibilityState === "visible",
    on(signal, run) {
      const off = EVENTS[signal].map(([name, event]) => {
        const target = name === "window" ? window : document;
        target.addEventListener(event, run);
        return () => target.removeEventListener(event, run);
      });
      return () => off.forEach((end) => end());
    },
  };
}

/** crypto.randomUUID is missing on http origins; getRandomValues is not. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
