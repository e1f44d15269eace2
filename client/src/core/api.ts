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
  /** Origin of the server, or a path prefix; empty for the page's own origin. */
  server: string;
  /** Null in cookie mode. */
  tokens: Tokens | null;
  /** Language in which problems are to be worded. */
  language?: string;
  /** Called when the server knows us no longer. */
  onSignedOut?: () => void;
}

export interface CallOptions {
  signal?: AbortSignal;
  /** How often to send a write that failed for a passing reason; 1 = no repetition. */
  attempts?: number;
  /** Given by the caller when one key must outlive one call, as in a form sent again. */
  idempotencyKey?: string;
}

export class Api {
  readonly server: string;
  language: string | undefined;
  #env: Env;
  #tokens: Tokens | null;
  #onSignedOut: () => void;

  constructor(env: Env, options: ApiOptions) {
    this.#env = env;
    this.server = options.server.replace(/\/+$/, "");
    this.#tokens = options.tokens;
    this.language = options.language;
    this.#onSignedOut = options.onSignedOut ?? (() => {});
  }

  get<T>(path: string, options?: CallOptions): Promise<T> {
    return this.call<T>("GET", path, undefined, options);
  }
  post<T>(path: string, body?: unknown, options?: CallOptions): Promise<T> {
    return this.call<T>("POST", path, body, options);
  }
  put<T>(path: string, body?: unknown, options?: CallOptions): Promise<T> {
    return this.call<T>("PUT", path, body, options);
  }
  patch<T>(path: string, body?: unknown, options?: CallOptions): Promise<T> {
    return this.call<T>("PATCH", path, body, options);
  }
  delete<T>(path: string, options?: CallOptions): Promise<T> {
    return this.call<T>("DELETE", path, undefined, options);
  }

  /** Sends a call and returns its JSON, or undefined for an answer without one. */
  async call<T>(method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<T> {
    const headers: Record<string, string> = { accept: "application/json" };
    if (method !== "GET") headers["idempotency-key"] = options.idempotencyKey ?? this.#env.id();
    if (body !== undefined) headers["content-type"] = "application/json";
    const init: RequestInit = { method, headers };
    if (body !== undefined) init.body = JSON.stringify(body);
    // A write must survive the click that leaves the page; the browser caps such bodies at 64 kB.
    if (method !== "GET" && String(init.body ?? "").length < 60_000) init.keepalive = true;
    for (let attempt = 1; ; attempt++) {
      try {
        const response = await this.#once(path, init, options.signal);
        if (response.status === 204) return undefined as T;
        return (await response.json()) as T;
      } catch (error) {
        if (options.signal?.aborted) throw error;
        const failure = error instanceof ApiError ? error : new ApiError(0, { detail: String(error) });
        if (!failure.isPassing || attempt >= (options.attempts ?? 1)) throw failure;
        await this.#sleep(failure.retryAfter ?? pauseBefore(attempt, this.#env.random()));
      }
    }
  }

  /** Opens the stream after a cursor. The answer is returned as it is, also when it is a refusal. */
  async stream(cursor: string, signal: AbortSignal): Promise<Response> {
    const { response } = await this.#send("/v1/stream", {
      headers: { accept: "text/event-stream", "last-event-id": cursor },
      cache: "no-store",
      signal,
    });
    return response;
  }

  /** Gets a fresh token after a refusal; false when there is nowhere to get one, or no more. */
  async renew(): Promise<boolean> {
    if (!this.#tokens) return false;
    try {
      await this.#tokens.renew();
      return true;
    } catch (error) {
      if (error instanceof ApiError && !error.isPassing) return false;
      throw error;
    }
  }

  async #once(path: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
    const timeout = new AbortController();
    const timer = this.#env.setTimeout(() => timeout.abort(), PATIENCE_MS);
    const forward = () => timeout.abort();
    signal?.addEventListener("abort", forward, { once: true });
    try {
      let { response, token } = await this.#send(path, { ...init, signal: timeout.signal });
      if (response.status === 401 && token !== null && this.#tokens) {
        this.#tokens.drop(token);
        ({ response } = await this.#send(path, { ...init, signal: timeout.signal }));
      }
      if (response.ok) return response;
      if (response.status === 401) this.#onSignedOut();
      throw await problemOf(response, this.#env.now());
    } finally {
      this.#env.clearTimeout(timer);
      signal?.removeEventListener("abort", forward);
    }
  }

  async #send(path: string, init: RequestInit): Promise<{ response: Response; token: string | null }> {
    const token = this.#tokens ? await this.#tokens.get() : null;
    const headers: Record<string, string> = { ...(init.headers as Record<string, string>) };
    if (token !== null) headers["authorization"] = `Bearer ${token}`;
    if (this.language) headers["accept-language"] = this.language;
    const credentials = token === null ? "same-origin" : "omit";
    const response = await this.#env.fetch(this.server + path, { ...init, headers, credentials });
    return { response, token };
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.#env.setTimeout(wake, ms));
  }
}
