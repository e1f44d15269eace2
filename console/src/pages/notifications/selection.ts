// Which rows are ticked, with ranges by Shift, and moving the focus from row to row.
import { useRef } from "preact/hooks";
import { useSignal, type Signal } from "@preact/signals";
import type { Item } from "../../wire.ts";

export interface Selection {
  ids: Signal<ReadonlySet<string>>;
  toggle: (id: string, range: boolean) => void;
  toggleAll: (on: boolean) => void;
  clear: () => void;
}

export function useSelection(items: () => Item[]): Selection {
  const ids = useSignal<ReadonlySet<string>>(new Set());
  const last = useRef<string | null>(null);
  function toggle(id: string, range: boolean): void {
    const next = new Set(ids.value);
    const on = !next.has(id);
    const order = items().map((item) => item.id);
    const from = range && last.current ? order.indexOf(last.current) : -1;
    const to = order.indexOf(id);
    const touched = from >= 0 ? order.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
    for (const each of touched) {
      if (on) next.add(each);
      else next.delete(each);
    }
    last.current = id;
    ids.value = next;
  }
  return {
    ids,
    toggle,
    toggleAll: (on) => {
      ids.value = new Set(on ? items().map((item) => item.id) : []);
    },
    clear: () => {
      ids.value = new Set();
    },
  };
}

/** The row that has the focus, or was opened, or nothing. */
export function focusedRow(): string | null {
  return document.activeElement?.closest<HTMLElement>("tr[data-id]")?.dataset["id"] ?? null;
}

export function focusRow(id: string | null): void {
  if (!id) return;
  const row = document.querySelector<HTMLElement>(`tr[data-id="${CSS.escape(id)}"]`);
  row?.querySelector<HTMLElement>(".row-link")?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
}

/** The row `step` further; the first when none has the focus. */
export function neighbour(items: Item[], from: string | null, step: 1 | -1): string | null {
  const at = items.findIndex((item) => item.id === from);
  if (at < 0) return items[0]?.id ?? null;
  return items[Math.min(items.length - 1, Math.max(0, at + step))]?.id ?? null;
}
