/**
 * One way to call the server: cookie or token, JSON in and out, every refusal an ApiError, every
 * write with an Idempotency-Key so that it can be sent again without a second effect.
 *
 * Deliberately not here: which calls there are (client.ts has those of the inbox, the console has
 * its own), and what the pages show meanwhile.
 */
import { pauseBefore } from "./backoff.js";
import type { Env } from "./env.js";
import { ApiError, problemOf } from "./problem.js";
import type { Tokens } from "./tokens.js";

/** No answer of the server takes longer on purpose. */
const PATIENCE_MS = 20_000;

export interface ApiOptions {
  /** Origin of the server, or a path prefix; without it the page's own origin. */
  server?: string | undefined;
  /** Null in cookie mode. */
  tokens: Tokens | null;
  /** Called when the server knows us no longer. */
  onSignedOut(): void;
}

export interface CallOptions {
  signal?: AbortSignal;
  /** How often to send a write that failed for a passing reason; 1 = no repetition. */
  attempts?: number;
  /** Given by the caller when one key must outlive one call, as in a form sent again. */
  idempotencyKey?: string;
}

export class Api {
  readonly #env: Env;
  readonly #onSignedOut: () => void;
  readonly #tokens: Tokens | null;
  readonly #server: string;

  constructor(env: Env, options: ApiOptions) {
    this.#env = env;
    this.#onSignedOut = options.onSignedOut;
    this.#tokens = options.tokens;
    this.#server = (options.server ?? "").replace(/\/+$/, "");
  }

  get<T>(path: string, options?: CallOptions): Promise<T> {
    return this.call<T>("GET", path, undefined, options);
  }

  /** Sends a call and returns its JSON, or undefined for an answer without one. */
  async call<T>(method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<T> {
    const text = body === undefined ? null : JSON.stringify(body);
    const init: RequestInit & { headers: Record<string, string> } = {
      method,
      body: text,
      headers: { accept: "application/json" },
      // A write must survive the click that leaves the page; browsers cap such bodies at 64 kB.
      keepalive: method !== "GET" && (text?.length ?? 0) < 20_000,
    };
    if (method !== "GET") init.headers["idempotency-key"] = options.idempotencyKey ?? this.#key();
    if (text !== null) init.headers["content-type"] = "application/json";
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once<T>(path, init, options.signal);
      } catch (error) {
        if (options.signal?.aborted) throw error;
        const failure = error instanceof ApiError ? error : new ApiError(0, { detail: String(error) });
        if (!failure.isPassing || attempt >= (options.attempts ?? 1)) throw failure;
        const pause = failure.retryAfter ?? pauseBefore(attempt, this.#env.random());
        await new Promise<void>((wake) => this.#env.setTimeout(wake, pause));
      }
    }
  }

  /** Opens the stream after a cursor. The answer is returned as it is, also when it is a refusal. */
  stream(cursor: string, signal: AbortSignal): Promise<Response> {
    const headers = { accept: "text/event-stream", "last-event-id": cursor };
    return this.#send("/v1/stream", { headers, cache: "no-store", signal });
  }

  /** The token in hand has ended: the next request asks for a fresh one. */
  renew(): void {
    this.#tokens?.drop();
  }

  /** Unique among the writes of one caller, which is all that it must be. */
  #key(): string {
    return `${this.#env.now()}-${this.#env.random()}`;
  }

  async #once<T>(path: string, init: RequestInit, given?: AbortSignal): Promise<T> {
    const patience = AbortSignal.timeout(PATIENCE_MS);
    const signal = given ? AbortSignal.any([given, patience]) : patience;
    const response = await this.#send(path, { ...init, signal });
    if (response.status === 401) this.#onSignedOut();
    if (!response.ok) throw await problemOf(response, this.#env.now());
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  /** Refused with a token, a request is sent once more with a fresh one. */
  async #send(path: string, init: RequestInit, isAgain = false): Promise<Response> {
    const asked = this.#tokens?.get();
    const token = await asked;
    const headers = {
      ...init.headers,
      ...(token && { authorization: `Bearer ${token}` }),
    };
    const credentials = token ? "omit" : "same-origin";
    const response = await this.#env.fetch(this.#server + path, { ...init, headers, credentials });
    if (response.status !== 401 || !asked || isAgain) return response;
    this.#tokens!.drop(asked);
    return this.#send(path, init, true);
  }
}

/** The part of a path that asks for a further page. */
export function after(next: string | null): string {
  return next === null ? "" : `&cursor=${encodeURIComponent(next)}`;
}
