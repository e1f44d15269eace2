/**
 * The inbox as this page knows it: items by id, the unread count, and what the user has just done
 * but the server not yet confirmed. What is seen is the server's state with the pending changes
 * laid over it, so taking one back is forgetting it.
 *
 * Deliberately not here: calls to the server (client.ts) and what is drawn (elements).
 */
import { isUnread, newestFirst, stands, type Item } from "./types.js";

/** How many items are kept that no list shows and that do not stand. */
const KEEP = 300;

/** A pending change: which items it touches and how it makes them look. */
export interface Pending {
  /** Null touches all items up to `upTo`. */
  ids: ReadonlySet<string> | null;
  upTo: number;
  change: (item: Item) => Item;
}

export class Store {
  /** The largest seq known to be behind us. */
  head = 0;
  #items = new Map<string, Item>();
  #pending = new Set<Pending>();
  #unread = 0;
  #listeners = new Set<() => void>();
  /** Sorting all at each arrival would be felt in a flood: the next look comes this much later. */
  #pruneAt = KEEP;

  /** Calls back after every change; returns what ends that. */
  subscribe(run: () => void): () => void {
    this.#listeners.add(run);
    return () => this.#listeners.delete(run);
  }

  /** Replaces the server's state, after a boot or a resync. Pending changes stay laid over it. */
  reset(items: readonly Item[], unread: number, cursor: string): void {
    this.#items.clear();
    for (const item of items) this.#items.set(item.id, item);
    this.#unread = unread;
    this.head = items.reduce((most, item) => Math.max(most, item.seq), cursorSeq(cursor));
    this.changed();
  }

  /** Forgets everything, at sign-out. */
  clear(): void {
    this.#pending.clear();
    this.reset([], 0, "");
  }

  /** Takes items as the server has them; of two states of one item the later seq wins. */
  put(items: readonly Item[]): void {
    for (const item of items) {
      const known = this.#items.get(item.id);
      if (known && known.seq > item.seq) continue;
      this.#items.set(item.id, item);
      this.head = Math.max(this.head, item.seq);
    }
    this.changed();
  }

  setUnread(count: number): void {
    this.#unread = count;
    this.changed();
  }

  /** The server has marked everything up to this seq as read. */
  readAll(upTo: number, at: string): void {
    for (const [id, item] of this.#items) {
      if (item.seq <= upTo && item.read_at === null) this.#items.set(id, { ...item, read_at: at });
    }
    this.changed();
  }

  /** Lays a change over the items until it is confirmed or taken back. */
  lay(pending: Pending): void {
    this.#pending.add(pending);
    this.changed();
  }

  /** Takes a laid change away: after the server confirmed it, or to roll it back. */
  lift(pending: Pending): void {
    if (this.#pending.delete(pending)) this.changed();
  }

  /** The server confirmed a change without sending the items back. */
  commit({ ids, change }: Pending): void {
    for (const id of ids ?? []) {
      const item = this.#items.get(id);
      if (item) this.#items.set(id, change(item));
    }
    this.changed();
  }

  /** The server knows the item no longer. */
  remove(id: string): void {
    if (this.#items.delete(id)) this.changed();
  }

  /** What stands as the server has it, without what is pending, and its count: for another tab. */
  copy(): { items: Item[]; unread: number } {
    return { items: [...this.#items.values()].filter(stands), unread: this.#unread };
  }

  get(id: string): Item | null {
    const item = this.#items.get(id);
    return item ? this.#view(item) : null;
  }

  all(): Item[] {
    return Array.from(this.#items.values(), (item) => this.#view(item));
  }

  /** The popups that stand, newest first. */
  standing(): Item[] {
    return this.all().filter(stands).sort(newestFirst);
  }

  /** The server's count, moved by what is pending. */
  get unread(): number {
    const isReadAll = [...this.#pending].some((pending) => pending.ids === null);
    let count = isReadAll ? 0 : this.#unread;
    if (isReadAll || !this.#pending.size) return count;
    for (const item of this.#items.values()) {
      count += Number(isUnread(this.#view(item))) - Number(isUnread(item));
    }
    return Math.max(0, count);
  }

  /** Forgets old items that do not stand, while no list shows them. */
  prune(): void {
    if (this.#items.size < this.#pruneAt) return;
    for (const item of this.all().sort(newestFirst).slice(KEEP)) {
      if (!stands(item)) this.#items.delete(item.id);
    }
    this.#pruneAt = this.#items.size + KEEP;
  }

  #view(item: Item): Item {
    let view = item;
    for (const { ids, upTo, change } of this.#pending) {
      if (ids === null ? item.seq <= upTo : ids.has(item.id)) view = change(view);
    }
    return view;
  }

  /** Tells all that listen. */
  changed(): void {
    for (const run of [...this.#listeners]) run();
  }
}

/** The seq in a cursor `epoch.seq`; 0 when there is none. */
export function cursorSeq(cursor: string): number {
  return Number(cursor.split(".").pop()) || 0;
}

/** What a tab that led before said, late, would turn the state back. */
export function isBehind(id: string | undefined, cursor: string | null): boolean {
  return !!(id && cursor) && id.split(".")[0] === cursor.split(".")[0] && cursorSeq(id) < cursorSeq(cursor);
}
