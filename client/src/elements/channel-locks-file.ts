/**
 * Locks over a channel for the file for script tags, where they come with the later file: most browsers have locks of their own.
 */
import type { channelLocks as Made } from "../core/channel-locks.js";
import { loadLater, type Later } from "./lazy.js";

/** Without the file nothing can be agreed on: it is asked for until it comes. */
const PAUSE_MS = 5_000;

export const channelLocks: typeof Made = (env, channel) => {
  let made: ReturnType<typeof Made> | null = null;
  const load = (): Promise<Later> =>
    loadLater().catch(() => new Promise<void>((wake) => env.setTimeout(wake, PAUSE_MS)).then(load));
  const coming = load().then((later) => (made = later.channelLocks(env, channel)));
  return {
    request: (name, options, run) => coming.then((locks) => locks.request(name, options, run)),
    hear: (message) => (made ? made.hear(message) : !!message.lock),
  };
};
