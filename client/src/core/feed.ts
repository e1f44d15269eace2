/**
 * One list of the inbox under one filter, newest first, longer with every page. It keeps no items
 * of its own: it asks the store for those that match and are not older than what it has loaded, so
 * an item that arrives, changes or is rolled back is right without a second copy.
 *
 * Deliberately not here: grouping by day and everything else that is drawn (elements).
 */
import { after, type Api } from "./api.js";
import type { Client } from "./client.js";
import type { Store } from "./store.js";
import { isUnread, newestFirst, type Filter, type InboxPage, type Item } from "./types.js";

const PAGE = 30;

/** `idle` has what it has; `loading` the next page is on its way; `failed` and can be asked again. */
export type FeedState = "idle" | "loading" | "failed";

export class Feed {
  readonly filter: Filter;
  state: FeedState = "idle";
  /** Whether anything has been loaded yet. */
  isLoaded = false;
  #api: Api;
  #store: Store;
  #onChange: () => void;
  #next: string | null = null;
  /** The oldest item loaded so far; what is older belongs to a later page. */
  #horizon: Item | null = null;
  #abort = new AbortController();

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
    const items = this.#store.all().filter((item) => this.#shows(item));
    return items.sort(newestFirst);
  }

  /** Loads the next page; while one is on its way, or none is left, nothing happens. */
  async more(): Promise<void> {
    if (this.state === "loading" || !this.hasMore) return;
    this.#to("loading");
    const { signal } = this.#abort;
    try {
      const page = await this.#api.get<InboxPage>(this.#path(), { signal });
      if (signal.aborted) return;
      this.#next = page.next;
      this.#horizon = page.next === null ? null : (page.items.at(-1) ?? this.#horizon);
      this.isLoaded = true;
      this.#store.put(page.items);
      this.#to("idle");
    } catch {
      if (!signal.aborted) this.#to("failed");
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
    const { filter } = this;
    const isWanted = filter === "all" || (filter === "unread" ? isUnread(item) : item.kind === filter);
    const isGone = item.withdrawn_at ?? item.archived_at;
    const isReached = this.#horizon === null || newestFirst(item, this.#horizon) <= 0;
    return this.isLoaded && isWanted && !isGone && isReached;
  }

  #path(): string {
    const { filter } = this;
    const narrowed = filter === "all" || filter === "unread" ? `filter=${filter}` : `filter=all&kind=${filter}`;
    return `/v1/inbox?${narrowed}&limit=${PAGE}${after(this.#next)}`;
  }

  #to(state: FeedState): void {
    this.state = state;
    this.#onChange();
  }
}

/** Opens a list under a filter; `client.closeFeed(feed)` ends it when it is no longer drawn. */
export function openFeed(client: Client, filter: Filter, onChange: () => void): Feed {
  const feed = new Feed(client.api, client.store, filter, onChange);
  client.feeds.add(feed);
  return feed;
}
