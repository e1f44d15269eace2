/**
 * One user's connection to Bellwire: loads the inbox, keeps it current by the stream, and changes
 * it. Every change shows at once and is taken back if the server refuses it.
 *
 * Deliberately not here: anything drawn, and which tab draws it (coordination.ts).
 */
import { Api } from "./api.js";
import { alone, type Coordination } from "./coordination.js";
import type { Env } from "./env.js";
import { Feed } from "./feed.js";
import { ApiError } from "./problem.js";
import type { Frame } from "./sse.js";
import { Store, type Pending } from "./store.js";
import { Stream, type StreamState } from "./stream.js";
import { Tokens, tokenFrom, type TokenCallback } from "./tokens.js";
import { isUnread, stands, type ClosedBy, type Filter, type InboxPage, type Item } from "./types.js";

export interface ClientOptions {
  /** Where Bellwire is; without it, the page's own origin. */
  server?: string;
  /** Gives the user's token. Without `token` and `tokenUrl` the server's cookie is used. */
  token?: TokenCallback;
  /** The host page's endpoint that answers with `{token, expires_at}`. */
  tokenUrl?: string;
  /** Language of the texts; without it the page decides. */
  language?: string;
  /** IANA zone of the times; without it the browser's. */
  zone?: string;
  /** Whether the bell offers to create a notification. */
  mayCreate?: boolean;
  coordination?: Coordination;
}

export interface ClientEvents {
  /** An item arrived or changed. */
  item: { item: Item; isNew: boolean };
  /** The connection's state changed. */
  state: StreamState;
  /** The server does not know the user any longer. */
  signedout: undefined;
  /** A change was refused and taken back. */
  error: ApiError;
}

type Listener<T> = (detail: T) => void;

/** How many standing popups are loaded at most; what is older waits under the bell. */
const MOST_STANDING = 500;
/** As many ids as the server takes in one call. */
const MOST_IDS = 500;
/** How long a confirmed bulk change stays laid over items, so that an older frame cannot undo it. */
const LINGER_MS = 3_000;
const ATTEMPTS = 3;

export class Client {
  readonly api: Api;
  readonly store = new Store();
  readonly coordination: Coordination;
  readonly env: Env;
  readonly options: ClientOptions;
  #stream: Stream;
  #feeds = new Set<Feed>();
  #writes = new Map<string, Promise<unknown>>();
  #listeners: { [K in keyof ClientEvents]?: Set<Listener<ClientEvents[K]>> } = {};

  constructor(env: Env, options: ClientOptions = {}) {
    this.env = env;
    this.options = options;
    this.coordination = options.coordination ?? alone();
    const ask = options.token ?? (options.tokenUrl ? tokenFrom(env, options.tokenUrl) : null);
    this.api = new Api(env, {
      server: options.server ?? "",
      tokens: ask ? new Tokens(env, ask) : null,
      ...(options.language ? { language: options.language } : {}),
      onSignedOut: () => this.#signOut(),
    });
    this.#stream = new Stream(env, {
      snapshot: (signal) => this.#snapshot(signal),
      open: (cursor, signal) => this.api.stream(cursor, signal),
      renew: () => this.api.renew(),
      frame: (frame) => this.#frame(frame),
      state: (state) => (state === "signed_out" ? this.#signOut() : this.#emit("state", state)),
    });
  }

  get state(): StreamState {
    return this.#isSignedOut ? "signed_out" : this.#stream.state;
  }
  #isSignedOut = false;

  start(): void {
    this.#isSignedOut = false;
    this.#stream.start();
  }

  /** Ends the connection and forgets everything: at sign-out, or when the page lets go. */
  stop(): void {
    this.#stream.stop();
    this.coordination.stop();
    this.store.clear();
  }

  on<K extends keyof ClientEvents>(name: K, run: Listener<ClientEvents[K]>): () => void {
    const set = ((this.#listeners as Record<K, Set<typeof run> | undefined>)[name] ??= new Set());
    set.add(run);
    return () => set.delete(run);
  }

  /** Opens a list under a filter; `close()` it when it is no longer drawn. */
  feed(filter: Filter, onChange: () => void): Feed {
    const feed = new Feed(this.api, this.store, filter, onChange);
    this.#feeds.add(feed);
    return feed;
  }

  closeFeed(feed: Feed): void {
    feed.close();
    this.#feeds.delete(feed);
    this.#prune();
  }

  seen(id: string): Promise<boolean> {
    return this.#one(id, "seen", (item, at) => ({ ...item, seen_at: item.seen_at ?? at }));
  }

  read(id: string): Promise<boolean> {
    return this.#one(id, "read", (item, at) => ({ ...item, read_at: item.read_at ?? at }));
  }

  unread(id: string): Promise<boolean> {
    return this.#one(id, "unread", (item) => ({ ...item, read_at: null }));
  }

  archive(id: string): Promise<boolean> {
    return this.#one(id, "archive", (item, at) => ({ ...item, archived_at: item.archived_at ?? at }));
  }

  unarchive(id: string): Promise<boolean> {
    return this.#one(id, "unarchive", (item) => ({ ...item, archived_at: null }));
  }

  close(ids: readonly string[], by: ClosedBy = "user"): Promise<boolean> {
    const at = this.#at();
    const change = (item: Item): Item =>
      item.closed_at === null ? { ...item, closed_at: at, closed_by: by } : item;
    return this.#many(ids, "close", change, { by });
  }

  reopen(ids: readonly string[]): Promise<boolean> {
    return this.#many(ids, "reopen", (item) => ({ ...item, closed_at: null, closed_by: null }), {});
  }

  /** The user followed the item: it is read, and its popup has done its work. */
  opened(item: Item): void {
    if (isUnread(item)) void this.read(item.id);
    if (stands(item)) void this.close([item.id]);
  }

  /** Marks everything read that the server had when it last spoke to us. */
  async readAll(): Promise<boolean> {
    const at = this.#at();
    const upTo = this.store.head;
    const change = (item: Item): Item => ({ ...item, read_at: item.read_at ?? at });
    const pending: Pending = { ids: null, upTo, change };
    return this.#during(pending, async () => {
      const answer = await this.api.post<{ unread: number }>(
        "/v1/inbox/read-all",
        { up_to: upTo },
        { attempts: ATTEMPTS },
      );
      this.store.readAll(upTo, at);
      this.store.setUnread(answer.unread);
      this.store.lift(pending);
    });
  }

  #one(id: string, verb: string, change: (item: Item, at: string) => Item): Promise<boolean> {
    const at = this.#at();
    const pending: Pending = { ids: [id], upTo: 0, change: (item) => change(item, at) };
    return this.#during(pending, async () => {
      const path = `/v1/inbox/${encodeURIComponent(id)}/${verb}`;
      this.store.put([await this.api.post<Item>(path, undefined, { attempts: ATTEMPTS })]);
      this.store.lift(pending);
    });
  }

  async #many(
    ids: readonly string[],
    verb: "close" | "reopen",
    change: (item: Item) => Item,
    extra: { by?: ClosedBy },
  ): Promise<boolean> {
    if (ids.length === 0) return true;
    const pending: Pending = { ids, upTo: 0, change };
    return this.#during(pending, async () => {
      for (let from = 0; from < ids.length; from += MOST_IDS) {
        const body = { ids: ids.slice(from, from + MOST_IDS), ...extra };
        await this.api.post(`/v1/inbox/${verb}`, body, { attempts: ATTEMPTS });
      }
      this.store.commit(pending);
      this.env.setTimeout(() => this.store.lift(pending), LINGER_MS);
    });
  }

  /** Shows a change, sends it after earlier ones of the same items, and takes it back on refusal. */
  async #during(pending: Pending, send: () => Promise<void>): Promise<boolean> {
    const ids = pending.ids ?? [];
    const before = ids.flatMap((id) => this.#writes.get(id) ?? []);
    this.store.lay(pending);
    const sent = before.length ? Promise.allSettled(before).then(send) : send();
    for (const id of ids) this.#writes.set(id, sent);
    try {
      await sent;
      return true;
    } catch (error) {
      this.store.lift(pending);
      const problem = error instanceof ApiError ? error : new ApiError(0, { detail: String(error) });
      if (problem.status === 404 && ids.length === 1) this.store.remove(ids[0]!);
      else if (problem.status !== 401) this.#emit("error", problem);
      return false;
    } finally {
      for (const id of ids) if (this.#writes.get(id) === sent) this.#writes.delete(id);
    }
  }

  async #snapshot(signal: AbortSignal): Promise<{ cursor: string; apply(): void }> {
    let page = await this.#standingPage(null, signal);
    const { cursor, unread } = page;
    const items = [...page.items];
    while (page.next !== null && items.length < MOST_STANDING) {
      page = await this.#standingPage(page.next, signal);
      items.push(...page.items);
    }
    const apply = () => {
      this.store.reset(items, unread, cursor);
      for (const feed of this.#feeds) void feed.restart();
    };
    return { cursor, apply };
  }

  #standingPage(next: string | null, signal: AbortSignal): Promise<InboxPage> {
    const query = new URLSearchParams({ filter: "standing", limit: "100" });
    if (next !== null) query.set("cursor", next);
    return this.api.get<InboxPage>(`/v1/inbox?${query}`, { signal });
  }

  #frame(frame: Frame): void {
    const data: unknown = parse(frame.data);
    if (frame.event === "item" && isItem(data)) {
      const isNew = this.store.base(data.id) === null && stands(data);
      this.store.put([data]);
      this.#prune();
      this.#emit("item", { item: data, isNew });
    } else if (frame.event === "unread" && hasNumber(data, "count")) {
      this.store.setUnread(data.count);
    } else if (frame.event === "read_all" && hasNumber(data, "up_to")) {
      this.store.readAll(data.up_to, this.#at());
    }
  }

  #prune(): void {
    this.store.prune((item) => [...this.#feeds].some((feed) => feed.items().includes(item)));
  }

  #signOut(): void {
    if (this.#isSignedOut) return;
    this.#isSignedOut = true;
    this.#stream.stop();
    this.store.clear();
    this.#emit("state", "signed_out");
    this.#emit("signedout", undefined);
  }

  #at(): string {
    return new Date(this.env.now()).toISOString();
  }

  #emit<K extends keyof ClientEvents>(name: K, detail: ClientEvents[K]): void {
    for (const run of [...(this.#listeners[name] ?? [])]) run(detail);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isItem(data: unknown): data is Item {
  return typeof data === "object" && data !== null && "id" in data && "seq" in data;
}

function hasNumber<K extends string>(data: unknown, key: K): data is Record<K, number> {
  return typeof data === "object" && data !== null && typeof (data as Record<K, unknown>)[key] === "number";
}
