// Waiting for what the browser cannot tell by an event of its own: asks again and again, with a deadline and a name.

import { setTimeout as pause } from 'node:timers/promises';

const BETWEEN_MS = 25;

/**
 * Waits until `ask` answers something true, and answers that.
 * @template T
 * @param {string} what @param {() => T | Promise<T>} ask @param {number} [withinMs]
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(what, ask, withinMs = 15_000) {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await pause(BETWEEN_MS);
  }
}
