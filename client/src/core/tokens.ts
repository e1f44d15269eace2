/**
 * Where the user's token comes from: the host page's callback, or its token endpoint. With cookies
 * there is no token and no source.
 *
 * Deliberately not here: what a 401 means for the caller (api.ts for calls, stream.ts for the stream).
 */
import { ApiError } from "./problem.js";
import type { Env } from "./env.js";

/** What the host hands over: the bare token, or the server's answer to POST /v1/tokens. */
export type Token = string | { token: string; expires_at?: string };
export type TokenCallback = () => Token | Promise<Token>;

/** A token this close to its end is not worth sending. */
const SPARE_MS = 20_000;

export class Tokens {
  #env: Env;
  #ask: TokenCallback;
  #token: string | null = null;
  #expires = Infinity;
  #asking: Promise<string> | null = null;

  constructor(env: Env, ask: TokenCallback) {
    this.#env = env;
    this.#ask = ask;
  }

  /** The token in hand, or a fresh one; callers at the same time share one question. */
  async get(): Promise<string> {
    if (this.#token !== null && this.#env.now() < this.#expires - SPARE_MS) return this.#token;
    return (this.#asking ??= this.#fetch().finally(() => (this.#asking = null)));
  }

  /** Drops a token that was refused; one that has been replaced meanwhile stays. */
  drop(refused: string): void {
    if (this.#token === refused) this.#token = null;
  }

  /** Replaces the token in hand, whatever it is worth. */
  renew(): Promise<string> {
    this.#token = null;
    return this.get();
  }

  async #fetch(): Promise<string> {
    const answer = await this.#ask();
    const token = typeof answer === "string" ? answer : answer?.token;
    if (!token) throw new ApiError(401, { title: "The host page gave no token" });
    const expires = typeof answer === "string" ? NaN : Date.parse(answer.expires_at ?? "");
    this.#token = token;
    // A host whose clock is off must not make every token look spent.
    this.#expires = Number.isNaN(expires) || expires < this.#env.now() + SPARE_MS ? Infinity : expires;
    return token;
  }
}

/** Asks the host's endpoint with the host's own cookies; it answers as POST /v1/tokens does. */
export function tokenFrom(env: Env, url: string): TokenCallback {
  return async () => {
    const response = await env.fetch(url, {
      headers: { accept: "application/json" },
      credentials: "same-origin",
      cache: "no-store",
    });
    if (!response.ok) throw new ApiError(response.status, { title: "The token endpoint refused" });
    return (await response.json()) as Token;
  };
}
