// The list of the notifications page: pages of the server merged with what the client's store learns live. The store
// has the truth of each item, this has the order, the cursor, and which rows have just changed.
import { computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { api, type Problem } from "../../http.ts";
import { asProblem } from "../../resource.ts";
import { onItem, putItems, restarts, storeVersion, viewOf } from "../../live.tsx";
import type { InboxPage, Item } from "../../wire.ts";
import { belongs, pathOf, type InboxFilter } from "./filter.ts";

const GLOW_MS = 2_400;
const SEARCH_PAUSE_MS = 400;

export interface InboxList {
  items: ReadonlySignal<Item[] | undefined>;
  glowing: Signal<ReadonlySet<string>>;
  next: Signal<string | null>;
  loading: Signal<boolean>;
  problem: Signal<Problem | null>;
  reload: () => Promise<void>;
  more: () => Promise<void>;
  /** Starts listening; returns what ends it. */
  start: () => () => void;
}

function newestFirst(a: Item, b: Item): number {
  return a.created_at === b.created_at ? (a.id < b.id ? 1 : -1) : a.created_at < b.created_at ? 1 : -1;
}

export function makeInboxList(filter: InboxFilter, zone: string): InboxList {
  const known = signal<ReadonlyMap<string, Item> | undefined>(undefined);
  const glowing = signal<ReadonlySet<string>>(new Set());
  const next = signal<string | null>(null);
  const loading = signal(false);
  const problem = signal<Problem | null>(null);
  let turn = 0;

  const items = computed(() => {
    storeVersion.value;
    if (!known.value) return undefined;
    const views = Array.from(known.value.values(), (item) => viewOf(item));
    return views.filter((item) => belongs(item, filter, zone, true)).sort(newestFirst);
  });

  async function load(cursor: string | null): Promise<void> {
    const mine = ++turn;
    loading.value = true;
    try {
      const page = await api.get<InboxPage>(pathOf(filter, zone, cursor));
      if (mine !== turn) return;
      putItems(page.items);
      const before = [...(known.peek()?.values() ?? [])];
      const last = page.items.at(-1);
      // Read again from the top, the list keeps the further pages that it has.
      const kept = cursor ? before : page.next && last ? before.filter((item) => newestFirst(item, last) > 0) : [];
      known.value = new Map([...page.items, ...kept].map((item) => [item.id, item]));
      if (cursor || kept.length === 0) next.value = page.next;
      problem.value = null;
    } catch (error) {
      if (mine === turn) problem.value = asProblem(error);
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  function glow(id: string): void {
    glowing.value = new Set([...glowing.peek(), id]);
    setTimeout(() => {
      glowing.value = new Set([...glowing.peek()].filter((other) => other !== id));
    }, GLOW_MS);
  }

  /** An item arrived or changed. With words to search for, only the server knows whether it belongs here. */
  function arrived(item: Item, searchAgain: () => void): void {
    const shown = known.peek();
    if (!shown) return;
    const mine = shown.get(item.id);
    if (!mine && !belongs(item, filter, zone, false)) return;
    if (!mine && filter.q) return searchAgain();
    const oldest = [...shown.values()].sort(newestFirst).at(-1);
    if (!mine && next.peek() && oldest && newestFirst(item, oldest) > 0) return;
    known.value = new Map([...shown, [item.id, item]]);
    if (!mine || mine.title !== item.title || mine.body !== item.body || mine.count !== item.count) glow(item.id);
  }

  function start(): () => void {
    let timer = 0;
    const stop = onItem((item) =>
      arrived(item, () => {
        clearTimeout(timer);
        timer = window.setTimeout(() => void load(null), SEARCH_PAUSE_MS);
      }),
    );
    const stopRestarts = effect(() => {
      restarts.value;
      void load(null);
    });
    return () => {
      clearTimeout(timer);
      stop();
      stopRestarts();
    };
  }

  const more = async () => {
    if (next.peek() && !loading.peek()) await load(next.peek());
  };
  return { items, glowing, next, loading, problem, reload: () => load(null), more, start };
}

/** Keeps the rows that a selection names to those that are still in the list. */
export function keepSelected(list: InboxList, selected: Signal<ReadonlySet<string>>): () => void {
  return effect(() => {
    const present = new Set(list.items.value?.map((item) => item.id));
    const kept = [...selected.peek()].filter((id) => present.has(id));
    if (kept.length !== selected.peek().size) selected.value = new Set(kept);
  });
}
