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
  /** A stable code such as "/problems/validation"; empty without a problem document. */
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly errors: FieldError[];
  /** How long the server asks to wait, in ms. */
  readonly retryAfter: number | null;

  constructor(status: number, problem: Problem = {}, wait: number | null = null) {
    super(problem.detail || problem.title || `HTTP ${status}`);
    this.name = "ApiError";
    this.status = status;
    this.type = problem.type ?? "";
    this.title = problem.title ?? "";
    this.detail = problem.detail ?? "";
    this.errors = Array.isArray(problem.errors) ? problem.errors : [];
    this.retryAfter = wait;
  }

  /** The message of one field, for a form. */
  field(name: string): string | null {
    return this.errors.find((error) => error.field === name)?.message ?? null;
  }

  /** Whether the same call may succeed a little later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Reads a refused answer; a body that is no problem document leaves the status alone to speak. */
export async function problemOf(response: Response, now: number): Promise<ApiError> {
  const wait = retryAfter(response.headers.get("retry-after"), now);
  try {
    const problem: unknown = await response.json();
    if (typeof problem === "object" && problem !== null) {
      return new ApiError(response.status, problem as Problem, wait);
    }
  } catch {
    // An error page of something between us and the server: nothing in it is meant for us.
  }
  return new ApiError(response.status, {}, wait);
}
