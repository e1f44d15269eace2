// What every form does: one call at a time, the server's complaints sorted by field, the rest said above the form.
import { useSignal } from "@preact/signals";
import { isProblem, Problem } from "../http.ts";

export interface FormState {
  busy: boolean;
  /** What no field of the form can show. */
  problem: Problem | null;
  /** Of `repeat` also what is wrong within it; of `repeat.count` only that. */
  error: (field: string) => string | undefined;
  /** What was refused at a place of exactly this field. */
  placed: (field: string) => { field: string; line: number; column: number; message: string }[];
  run: (action: () => Promise<unknown>) => Promise<boolean>;
  clear: () => void;
}

/** `fields` are those that the form shows; a complaint about another one goes above the form. */
export function useForm(fields: readonly string[]): FormState {
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  async function run(action: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    try {
      await action();
      problem.value = null;
      return true;
    } catch (error) {
      if (!isProblem(error)) throw error;
      problem.value = error;
      return false;
    } finally {
      busy.value = false;
    }
  }
  const current = problem.value;
  const isShown = current !== null && current.errors.length > 0 && current.errors.every((error) => fields.includes(rootOf(error.field)));
  return {
    busy: busy.value,
    problem: isShown ? null : current,
    error: (field) => current?.errors.find((error) => (field.includes(".") ? error.field : rootOf(error.field)) === field)?.message,
    placed: (field) => (current?.errors ?? []).flatMap((error) => (error.field === field && error.line !== undefined ? [{ field, line: error.line, column: error.column ?? 1, message: error.message }] : [])),
    run,
    clear: () => {
      problem.value = null;
    },
  };
}

/**
 * Runs the call of a form that is one part of what is sent: complaints about `relays[1].host` are about the form's `host`.
 */
export async function within<T>(part: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!isProblem(error)) throw error;
    const inner = error.errors.map(({ field, message }) => ({ field: field.startsWith(`${part}.`) ? field.slice(part.length + 1) : field, message }));
    throw new Problem(error.status, error.type, error.title, error.detail, inner, error.retryAfter);
  }
}

/** `groups[2]` and `groups.2` are about the field `groups`. */
function rootOf(field: string): string {
  return field.replace(/[.[].*$/, "");
}
