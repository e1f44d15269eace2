/**
 * Where the user's token comes from: the host page's callback, or its token endpoint. With cookies
 * there is no token and no source.
 *
 * Deliberately not here: when a token has ended. The server knows, says 401, and a fresh one is
 * asked for (api.ts for calls, stream.ts for the stream); the browser's clock is not asked.
 */
import type { Env } from "./env.js";
import { ApiError } from "./problem.js";

/** What the host hands over: the bare token, or the server's answer to POST /v1/tokens. */
export type Token = string | { token: string; expires_at?: string };
export type TokenCallback = () => Token | Promise<Token>;

export class Tokens {
  #ask: TokenCallback;
  #token: Promise<string> | null = null;

  constructor(ask: TokenCallback) {
    this.#ask = ask;
  }

  /** The token in hand, or a fresh one; callers at the same time share one question. */
  get(): Promise<string> {
    if (this.#token) return this.#token;
    const asked = this.#fetch();
    this.#token = asked;
    asked.catch(() => this.drop(asked));
    return asked;
  }

  /** Drops a token that was refused; one that has been replaced meanwhile stays. */
  drop(refused: Promise<string> | null = this.#token): void {
    if (this.#token === refused) this.#token = null;
  }

  async #fetch(): Promise<string> {
    const answer = await this.#ask();
    const token = typeof answer === "string" ? answer : answer?.token;
    if (!token) throw new ApiError(401);
    return token;
  }
}

/** Asks the host's endpoint with the host's own cookies; it answers as POST /v1/tokens does. */
export function tokenFrom(env: Env, url: string): TokenCallback {
  return async () => {
    const response = await env.fetch(url, { headers: { accept: "application/json" }, cache: "no-store" });
    const error = new ApiError(response.status);
    // Whatever the host refuses with, to us it is: not this user, not now.
    if (!response.ok) throw error.isPassing ? error : new ApiError(401);
    return (await response.json()) as Token;
  };
}
