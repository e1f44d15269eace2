// What is typed into a form and not yet saved, kept over a reload: per tab and user, until it is saved or is again what
// it was. Passwords never go through here.
import { useMemo } from "preact/hooks";
import { useSignal, useSignalEffect, type Signal } from "@preact/signals";
import { session } from "./session.ts";

function storage(): Storage | null {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

function read<T extends object>(key: string, initial: T): T {
  try {
    const stored = JSON.parse(storage()?.getItem(key) ?? "null") as Partial<T> | null;
    return stored ? { ...initial, ...stored } : initial;
  } catch {
    return initial;
  }
}

/** The values of a form, and whether they differ from what is saved. */
export function useKept<T extends object>(form: string, initial: T): { values: Signal<T>; changed: boolean; forget: () => void } {
  const key = `bellwire.form.${session.peek()?.user.id ?? ""}.${form}`;
  const values = useSignal<T>(useMemo(() => read(key, initial), [key]));
  const saved = JSON.stringify(initial);
  useSignalEffect(() => {
    const text = JSON.stringify(values.value);
    try {
      if (text === saved) storage()?.removeItem(key);
      else storage()?.setItem(key, text);
    } catch {
      // A full or closed storage: the form then lasts as long as the page.
    }
  });
  return { values, changed: JSON.stringify(values.value) !== saved, forget: () => storage()?.removeItem(key) };
}
