// Which rows are ticked, with ranges by Shift. Moving among rows is rows.ts.
import { useRef } from "preact/hooks";
import { useSignal, type Signal } from "@preact/signals";

export interface Selection {
  ids: Signal<ReadonlySet<string>>;
  toggle: (id: string, range: boolean) => void;
  toggleAll: (on: boolean) => void;
  clear: () => void;
}

export function useSelection(items: () => readonly { id: string }[]): Selection {
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
