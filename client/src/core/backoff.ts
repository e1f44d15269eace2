/**
 * How long to wait before the next attempt to connect. Pure.
 */

export const FIRST_PAUSE = 1_000;
export const LONGEST_PAUSE = 30_000;

/**
 * Full jitter: anywhere between nothing and a ceiling that doubles with each failure, so that a
 * thousand clients of a restarted server do not come back in one wave. `first` is the server's
 * `retry`, if it sent one.
 */
export function pauseBefore(failures: number, random: number, first = FIRST_PAUSE): number {
  const ceiling = Math.min(LONGEST_PAUSE, first * 2 ** Math.max(0, failures - 1));
  return Math.round(random * ceiling);
}

/** `Retry-After` in ms: seconds or a date; null when absent, past or not to be understood. */
export function retryAfter(value: string | null, now: number): number | null {
  const ms = /^\d+$/.test(value ?? "") ? Number(value) * 1_000 : Date.parse(value ?? "") - now;
  return ms >= 0 ? ms : null;
}
