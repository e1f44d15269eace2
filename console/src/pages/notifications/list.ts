// The list of the notifications page: pages of the server merged with what the client's store learns live. The store
// has the truth of each item, this has the order, the cursor, and which rows have just changed.
import { computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { api, type Problem } from "../../http.ts";
import { Glow } from "../../glow.ts";
import { asProblem } from "../../resource.ts";
import { onItem, putItems, restarts, storeVersion, viewOf } from "../../live.tsx";
import type { InboxPage, Item } from "../../wire.ts";
import { belongs, pathOf, type InboxFilter } from "./filter.ts";

const SEARCH_PAUSE_MS = 400;

function newestFirst(a: Item, b: Item): number {
  return a.created_at === b.created_at ? (a.id < b.id ? 1 : -1) : a.created_at < b.created_at ? 1 : -1;
}

export class InboxList {
  readonly #glow = new Glow();
  readonly glowing = this.#glow.ids;
  readonly next = signal<string | null>(null);
  readonly loading = signal(false);
  readonly problem = signal<Problem | null>(null);
  /** Undefined until the first page is there. */
  readonly items: ReadonlySignal<Item[] | undefined>;
  #known = signal<ReadonlyMap<string, Item> | undefined>(undefined);
  #filter: InboxFilter;
  #zone: string;
  #turn = 0;
  #searching = 0;

  constructor(filter: InboxFilter, zone: string) {
    this.#filter = filter;
    this.#zone = zone;
    this.items = computed(() => {
      storeVersion.value;
      if (!this.#known.value) return undefined;
      const views = Array.from(this.#known.value.values(), (item) => viewOf(item));
      return views.filter((item) => belongs(item, filter, zone, true)).sort(newestFirst);
    });
  }

  /** Starts listening and reads the first page; returns what ends it. */
  start(): () => void {
    const stop = onItem((item) => this.#arrived(item));
    const stopRestarts = effect(() => {
      restarts.value;
      void this.reload();
    });
    return () => {
      clearTimeout(this.#searching);
      stop();
      stopRestarts();
    };
  }

  reload(): Promise<void> {
    return this.#load(null);
  }

  async more(): Promise<void> {
    if (this.next.peek() && !this.loading.peek()) await this.#load(this.next.peek());
  }

  async #load(cursor: string | null): Promise<void> {
    const mine = ++this.#turn;
    this.loading.value = true;
    try {
      const page = await api.get<InboxPage>(pathOf(this.#filter, this.#zone, cursor));
      if (mine === this.#turn) this.#take(page, cursor !== null);
    } catch (error) {
      if (mine === this.#turn) this.problem.value = asProblem(error);
    } finally {
      if (mine === this.#turn) this.loading.value = false;
    }
  }

  #take(page: InboxPage, further: boolean): void {
    putItems(page.items);
    const before = [...(this.#known.peek()?.values() ?? [])];
    const last = page.items.at(-1);
    // Read again from the top, the list keeps the further pages that it has.
    const kept = further ? before : page.next && last ? before.filter((item) => newestFirst(item, last) > 0) : [];
    this.#known.value = new Map([...page.items, ...kept].map((item) => [item.id, item]));
    if (further || kept.length === 0) this.next.value = page.next;
    this.problem.value = null;
  }

  /** An item arrived or changed. With words to search for, only the server knows whether it belongs here. */
  #arrived(item: Item): void {
    const shown = this.#known.peek();
    if (!shown) return;
    const mine = shown.get(item.id);
    if (!mine && !belongs(item, this.#filter, this.#zone, false)) return;
    if (!mine && this.#filter.q) {
      clearTimeout(this.#searching);
      this.#searching = window.setTimeout(() => void this.reload(), SEARCH_PAUSE_MS);
      return;
    }
    const oldest = [...shown.values()].sort(newestFirst).at(-1);
    if (!mine && this.next.peek() && oldest && newestFirst(item, oldest) > 0) return;
    this.#known.value = new Map([...shown, [item.id, item]]);
    if (!mine || mine.title !== item.title || mine.body !== item.body || mine.count !== item.count) this.#glow.add([item]);
  }
}

/** Keeps the rows that a selection names to those that are still in the list. */
export function keepSelected(list: InboxList, selected: Signal<ReadonlySet<string>>): () => void {
  return effect(() => {
    const present = new Set(list.items.value?.map((item) => item.id));
    const kept = [...selected.peek()].filter((id) => present.has(id));
    if (kept.length !== selected.peek().size) selected.value = new Set(kept);
  });
}
