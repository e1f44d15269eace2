/**
 * One list of the inbox under one filter, newest first, longer with every page. It keeps no items
 * of its own: it asks the store for those that match and are not older than what it has loaded, so
 * an item that arrives, changes or is rolled back is right without a second copy.
 *
 * Deliberately not here: grouping by day and everything else that is drawn (elements).
 */
import type { Api } from "./api.js";
import { ApiError } from "./problem.js";
import type { Store } from "./store.js";
import { isUnread, newestFirst, type Filter, type InboxPage, type Item } from "./types.js";

const PAGE = 30;

/** `idle` has what it has; `loading` the next page is on its way; `failed` and can be asked again. */
export type FeedState = "idle" | "loading" | "failed";

export class Feed {
  readonly filter: Filter;
  state: FeedState = "idle";
  error: ApiError | null = null;
  /** Whether anything has been loaded yet. */
  isLoaded = false;
  #api: Api;
  #store: Store;
  #onChange: () => void;
  #next: string | null = null;
  /** The oldest item loaded so far; what is older belongs to a later page. */
  #horizon: Item | null = null;
  #abort = new AbortController();
  #cache: { version: number; items: Item[] } = { version: -1, items: [] };

  constructor(api: Api, store: Store, filter: Filter, onChange: () => void) {
    this.#api = api;
    this.#store = store;
    this.filter = filter;
    this.#onChange = onChange;
  }

  /** Whether a further page exists. */
  get hasMore(): boolean {
    return !this.isLoaded || this.#next !== null;
  }

  items(): Item[] {
    if (this.#cache.version !== this.#store.version) {
      const items = this.#store.all().filter((item) => this.#shows(item));
      this.#cache = { version: this.#store.version, items: items.sort(newestFirst) };
    }
    return this.#cache.items;
  }

  /** Loads the next page; while one is on its way, or none is left, nothing happens. */
  async more(): Promise<void> {
    if (this.state === "loading" || !this.hasMore) return;
    this.#to("loading", null);
    const { signal } = this.#abort;
    try {
      const page = await this.#api.get<InboxPage>(this.#path(), { signal });
      if (signal.aborted) return;
      this.#next = page.next;
      this.#horizon = page.next === null ? null : (page.items.at(-1) ?? this.#horizon);
      this.isLoaded = true;
      this.#store.put(page.items);
      this.#cache.version = -1;
      this.#to("idle", null);
    } catch (error) {
      if (signal.aborted) return;
      this.#to("failed", error instanceof ApiError ? error : new ApiError(0));
    }
  }

  /** Begins anew, after the store lost its items to a resync. */
  restart(): Promise<void> {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.isLoaded = false;
    this.#next = this.#horizon = null;
    this.state = "idle";
    return this.more();
  }

  /** Ends what is on its way. */
  close(): void {
    this.#abort.abort();
  }

  #shows(item: Item): boolean {
    if (!this.isLoaded || item.withdrawn_at !== null) return false;
    if (this.filter.kind !== null && item.kind !== this.filter.kind) return false;
    if ((item.archived_at !== null) !== (this.filter.state === "archived")) return false;
    if (this.filter.state === "unread" && !isUnread(item)) return false;
    return this.#horizon === null || newestFirst(item, this.#horizon) <= 0;
  }

  #path(): string {
    const query = new URLSearchParams({ filter: this.filter.state, limit: String(PAGE) });
    if (this.filter.kind !== null) query.set("kind", this.filter.kind);
    if (this.#next !== null) query.set("cursor", this.#next);
    return `/v1/inbox?${query}`;
  }

  #to(state: FeedState, error: ApiError | null): void {
    this.state = state;
    this.error = error;
    this.#onChange();
  }
}
