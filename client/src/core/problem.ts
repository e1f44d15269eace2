/**
 * One error type for every call: what the server's problem document said, or that the network failed.
 *
 * Deliberately not here: texts for people. The server's texts come in the user's language already.
 */
import { retryAfter } from "./backoff.js";

export interface FieldError {
  field: string;
  message: string;
}

/** An RFC 9457 problem document, as far as the client reads it. */
export interface Problem {
  type?: string;
  title?: string;
  detail?: string;
  errors?: FieldError[];
}

export class ApiError extends Error {
  /** The HTTP status; 0 when no answer came. */
  readonly status: number;
  /** What the server said; empty when it said nothing that could be read. */
  readonly problem: Problem;
  /** How long the server asks to wait, in ms. */
  readonly retryAfter: number | null;

  constructor(status: number, problem: Problem = {}, retryAfter: number | null = null) {
    super(problem.detail || problem.title || `HTTP ${status}`);
    this.status = status;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  /** Whether the same call may succeed a little later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Reads a refused answer; an error page of something in between leaves the status alone to speak. */
export async function problemOf(response: Response, now: number): Promise<ApiError> {
  const problem = (await response.json().catch(() => null)) as Problem | null;
  return new ApiError(response.status, problem ?? {}, retryAfter(response.headers.get("retry-after"), now));
}
