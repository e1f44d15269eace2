/**
 * Locks over a channel, for pages that have no others: a plain http origin, or a browser that refuses
 * them. Who holds a lock answers when asked; who asks and hears nothing takes it. Two who take it at
 * once see each other, and the smaller name keeps it.
 *
 * Deliberately not here: a promise. A holder that hangs is passed over, so two may believe they hold a
 * lock until one of them speaks; the browser's own locks (claim.ts) are exact.
 */
import type { Locks } from "./claim.js";
import type { Channel, Env } from "./env.js";

/** How long an answer may take. A page in the background answers too: messages are not slowed down as timers are. */
const ANSWER_MS = 120;
/** Who waits asks this often whether the holder still lives. */
const ASK_MS = 2_000;

interface Request {
  isHeld: boolean;
  /** The request's name; the smaller one wins a tie. */
  id: string;
  /** Somebody holds the lock, or wants it with a smaller name. */
  heard(): void;
  lost(): void;
  freed(): void;
}

/** `hear` is to be called with each message of the channel; true when it was one of ours. */
export function channelLocks(env: Env, channel: Channel): Locks & { hear(message: any): boolean } {
  const requests = new Map<string, Set<Request>>();
  const of = (name: string) => requests.get(name) ?? new Set();
  const say = (lock: string, name: string, id: string) => channel.postMessage({ lock, name, id });

  const request: Locks["request"] = (name, { steal, signal }, run) =>
    new Promise((resolve, reject) => {
      const id = `${env.random()}`;
      let timer: unknown;
      const end = () => {
        env.clearTimeout(timer);
        set.delete(me);
        if (me.isHeld) say("free", name, id);
      };
      const abort = () => {
        end();
        reject(Object.assign(new Error(), { name: "AbortError" }));
      };
      const take = () => {
        me.isHeld = true;
        say("held", name, id);
        void Promise.resolve(run()).then(() => {
          end();
          resolve(undefined);
        });
      };
      const ask = () => {
        // Our own tab may hold it already.
        if (![...set].some((other) => other !== me && other.isHeld)) {
          say("want", name, id);
          timer = env.setTimeout(take, ANSWER_MS);
        } else me.heard();
      };
      const me: Request = {
        id,
        isHeld: false,
        heard() {
          env.clearTimeout(timer);
          timer = env.setTimeout(ask, ASK_MS);
        },
        lost() {
          me.isHeld = false;
          abort();
        },
        freed() {
          env.clearTimeout(timer);
          ask();
        },
      };
      const set = of(name).add(me);
      requests.set(name, set);
      signal?.addEventListener("abort", () => !me.isHeld && abort());
      if (!steal) return ask();
      for (const other of set) if (other.isHeld) other.lost();
      say("steal", name, id);
      take();
    });

  const hear = ({ lock, name, id }: { lock?: string; name: string; id: string }) => {
    for (const me of of(name)) {
      if (lock === "want" && (me.isHeld || me.id < id)) say(me.isHeld ? "held" : "first", name, me.id);
      else if (lock === "first" && id < me.id && !me.isHeld) me.heard();
      else if (lock === "held" && me.isHeld && id < me.id) me.lost();
      else if (lock === "held" && !me.isHeld) me.heard();
      else if (lock === "held") say("held", name, me.id);
      else if (lock === "steal") me.isHeld ? me.lost() : me.heard();
      else if (lock === "free" && !me.isHeld) me.freed();
    }
    return !!lock;
  };
  return { request, hear };
}
