// The server's complaints about a record, each at the place of the form that it is about. Pure.
import type { FieldError } from "../../http.ts";
import { shownLine, type FormField, type FormValues } from "./form-fields.ts";

export interface FormErrors {
  /** By the path of the field, or of the line and its column: `items[2].quantity`. */
  at: ReadonlyMap<string, string>;
  /** About what the form does not show. */
  others: FieldError[];
}

const LINE = /^(items|payments)\[(\d+)\](?:\.(.+))?$/;

export function sortErrors(errors: readonly FieldError[], fields: readonly FormField[], values: FormValues): FormErrors {
  const at = new Map<string, string>();
  const others: FieldError[] = [];
  const shown = new Set(fields.map((field) => field.path));
  for (const error of errors) {
    const line = LINE.exec(error.field);
    if (line) {
      const list = line[1] as "items" | "payments";
      at.set(`${list}[${shownLine(values[list], Number(line[2]))}]${line[3] ? `.${line[3]}` : ""}`, error.message);
      continue;
    }
    // A complaint about an object within a field is about the field.
    const path = [...shown].find((name) => error.field === name || error.field.startsWith(`${name}.`));
    if (path) at.set(path, error.message);
    else others.push(error);
  }
  return { at, others };
}
