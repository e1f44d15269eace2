// One way to talk to /v1: JSON in and out, problems as typed errors, one retry of a write that never got an
// answer (its Idempotency-Key makes that safe). No caching (resource.ts) and no wording beyond "no answer" (i18n).

export interface FieldError {
  field: string;
  message: string;
  /** Where in a text or expression, counted from 1. */
  line?: number;
  column?: number;
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    readonly title: string,
    readonly detail: string,
    readonly errors: FieldError[],
    readonly retryAfter: number | null,
  ) {
    super(detail || title);
    this.name = "Problem";
  }

  /** The message for one field, or undefined. */
  field(name: string): string | undefined {
    return this.errors.find((error) => error.field === name)?.message;
  }

  /** True when no server answered. */
  get offline(): boolean {
    return this.status === 0;
  }
}

let onSignedOut: () => void = () => {};
let acceptLanguage = "en";

/** Called whenever an answer says that there is no session any more. */
export function whenSignedOut(callback: () => void): void {
  onSignedOut = callback;
}

/** Problems come back in this language while nobody is signed in. */
export function speak(language: string): void {
  acceptLanguage = language;
}

/** A random key that also exists on plain http, where crypto.randomUUID does not. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export interface Options {
  body?: unknown;
  key?: string;
  signal?: AbortSignal;
  /** A 401 of these calls is an answer, not the end of the session. */
  anonymous?: boolean;
}

type Query = Record<string, string | number | null | undefined>;

/** Adds the parameters that have a value. */
export function withQuery(path: string, query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

async function problemFrom(response: Response): Promise<Problem> {
  const retry = Number(response.headers.get("retry-after"));
  const after = Number.isFinite(retry) && retry > 0 ? retry : null;
  try {
    const data = (await response.json()) as Partial<Problem>;
    return new Problem(response.status, data.type ?? "", data.title ?? "", data.detail ?? "", data.errors ?? [], after);
  } catch {
    return new Problem(response.status, "", "", "", [], after);
  }
}

async function send(method: string, path: string, options: Options, key: string | null): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json", "accept-language": acceptLanguage };
  if (options.body !== undefined) headers["content-type"] = "application/json";
  if (key) headers["idempotency-key"] = key;
  return fetch(path, {
    method,
    headers,
    credentials: "same-origin",
    body: options.body === undefined ? null : JSON.stringify(options.body),
    signal: options.signal ?? null,
  });
}

async function answer(method: string, path: string, options: Options): Promise<Response> {
  const key = method === "GET" ? null : (options.key ?? newKey());
  try {
    return await send(method, path, options, key);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    if (key) {
      try {
        return await send(method, path, options, key);
      } catch {
        // The first failure is reported below; the second adds nothing.
      }
    }
    throw new Problem(0, "/problems/offline", "", "", [], null);
  }
}

export async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const response = await answer(method, path, options);
  if (!response.ok) {
    if (response.status === 401 && !options.anonymous) onSignedOut();
    throw await problemFrom(response);
  }
  if (response.status === 204 || response.headers.get("content-length") === "0") return undefined as T;
  return (await response.json()) as T;
}

export const api = {
  get: <T>(path: string, options?: Options) => request<T>("GET", path, options),
  post: <T>(path: string, body: unknown = {}, options?: Options) => request<T>("POST", path, { ...options, body }),
  patch: <T>(path: string, body: unknown, options?: Options) => request<T>("PATCH", path, { ...options, body }),
  put: <T>(path: string, body: unknown, options?: Options) => request<T>("PUT", path, { ...options, body }),
  delete: <T>(path: string, options?: Options) => request<T>("DELETE", path, options),
};

export function isProblem(error: unknown): error is Problem {
  return error instanceof Problem;
}
