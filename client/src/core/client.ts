/**
 * One user's connection to Bellwire: loads the inbox, keeps it current by the stream, and changes
 * it. Every change shows at once and is taken back if the server refuses it.
 *
 * Deliberately not here: anything drawn, and which tab draws it (coordination.ts).
 */
import { Api } from "./api.js";
import { alone, type Coordination } from "./coordination.js";
import type { Env } from "./env.js";
import { after, Feed } from "./feed.js";
import type { ApiError } from "./problem.js";
import type { Frame } from "./sse.js";
import { Store, type Pending } from "./store.js";
import { Stream, type StreamState } from "./stream.js";
import { Tokens, tokenFrom, type TokenCallback } from "./tokens.js";
import { isUnread, stands, type ClosedBy, type Filter, type InboxPage, type Item, type Session } from "./types.js";

export interface ClientOptions {
  /** Where Bellwire is; without it, the page's own origin. */
  server?: string;
  /** Gives the user's token. Without `token` and `tokenUrl` the server's cookie is used. */
  token?: TokenCallback;
  /** The host page's endpoint that answers with `{token, expires_at}`. */
  tokenUrl?: string;
  /** Language of the texts; without it the user's own, and the server is asked for that. */
  language?: string;
  /** IANA zone of the times, likewise. */
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

/** How a change makes an item look before the server has confirmed it. */
const CHANGES = {
  seen: (item: Item, at: string) => ({ seen_at: item.seen_at ?? at }),
  read: (item: Item, at: string) => ({ read_at: item.read_at ?? at }),
  unread: () => ({ read_at: null }),
  archive: (item: Item, at: string) => ({ archived_at: item.archived_at ?? at }),
  unarchive: () => ({ archived_at: null }),
  close: (item: Item, at: string, by: ClosedBy = "user") => (item.closed_at ? {} : { closed_at: at, closed_by: by }),
  reopen: () => ({ closed_at: null, closed_by: null }),
};
type Verb = keyof typeof CHANGES;

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
  /** The user, once the server has been asked. */
  session: Session | null = null;
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
      server: options.server,
      tokens: ask && new Tokens(ask),
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
    this.session = null;
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
    return this.#mark("seen", [id]);
  }

  read(id: string): Promise<boolean> {
    return this.#mark("read", [id]);
  }

  unread(id: string): Promise<boolean> {
    return this.#mark("unread", [id]);
  }

  archive(id: string): Promise<boolean> {
    return this.#mark("archive", [id]);
  }

  unarchive(id: string): Promise<boolean> {
    return this.#mark("unarchive", [id]);
  }

  close(ids: readonly string[], by: ClosedBy = "user"): Promise<boolean> {
    return this.#mark("close", ids, by);
  }

  reopen(ids: readonly string[]): Promise<boolean> {
    return this.#mark("reopen", ids);
  }

  /** The user followed the item: it is read, and its popup has done its work. */
  opened(item: Item): void {
    if (isUnread(item)) void this.read(item.id);
    if (stands(item)) void this.close([item.id]);
  }

  /** Marks everything read that the server had when it last spoke to us. */
  readAll(): Promise<boolean> {
    const upTo = this.store.head;
    const pending = this.#pending("read", null, upTo);
    return this.#during(pending, async () => {
      const answer = await this.#post<{ unread: number }>("read-all", { up_to: upTo });
      this.store.readAll(upTo, this.#at());
      this.store.setUnread(answer.unread);
      this.store.lift(pending);
    });
  }

  #pending(verb: Verb, ids: ReadonlySet<string> | null, upTo = 0, by?: ClosedBy): Pending {
    const at = this.#at();
    const change: (item: Item, at: string, by?: ClosedBy) => Partial<Item> = CHANGES[verb];
    return { ids, upTo, change: (item) => ({ ...item, ...change(item, at, by) }) };
  }

  async #mark(verb: Verb, ids: readonly string[], by?: ClosedBy): Promise<boolean> {
    if (ids.length > MOST_IDS) void this.#mark(verb, ids.slice(MOST_IDS), by);
    const some = ids.slice(0, MOST_IDS);
    const pending = this.#pending(verb, new Set(some), 0, by);
    return this.#during(pending, async () => {
      if (verb !== "close" && verb !== "reopen") {
        this.store.put([await this.#post<Item>(`${some[0]}/${verb}`)]);
        return this.store.lift(pending);
      }
      await this.#post(verb, { ids: some, by });
      this.store.commit(pending);
      this.env.setTimeout(() => this.store.lift(pending), LINGER_MS);
    });
  }

  #post<T>(path: string, body?: unknown): Promise<T> {
    return this.api.call<T>("POST", `/v1/inbox/${path}`, body, { attempts: ATTEMPTS });
  }

  /** Shows a change, sends it after earlier ones of the same items, and takes it back on refusal. */
  async #during(pending: Pending, send: () => Promise<void>): Promise<boolean> {
    const ids = [...(pending.ids ?? [])];
    const before = ids.flatMap((id) => this.#writes.get(id) ?? []);
    this.store.lay(pending);
    const sent = before.length ? Promise.allSettled(before).then(send) : send();
    for (const id of ids) this.#writes.set(id, sent);
    try {
      await sent;
      return true;
    } catch (error) {
      this.store.lift(pending);
      const { status } = error as ApiError;
      if (status === 404 && ids.length === 1) this.store.remove(ids[0]!);
      else if (status !== 401) this.#emit("error", error as ApiError);
      return false;
    } finally {
      for (const id of ids) if (this.#writes.get(id) === sent) this.#writes.delete(id);
    }
  }

  async #snapshot(signal: AbortSignal): Promise<{ cursor: string; apply(): void }> {
    const isKnown = this.session ?? this.options.language;
    const asked = isKnown ? null : this.api.get<Session>("/v1/session", { signal }).catch(() => null);
    const items: Item[] = [];
    let first: InboxPage | null = null;
    let next: string | null = null;
    do {
      const path = `/v1/inbox?filter=standing&limit=100${after(next)}`;
      const page: InboxPage = await this.api.get<InboxPage>(path, { signal });
      first ??= page;
      items.push(...page.items);
      next = page.next;
    } while (next !== null && items.length < MOST_STANDING);
    // What changes while the pages come arrives again after the first page's cursor.
    const { cursor, unread } = first;
    const session = await asked;
    const apply = () => {
      this.session ??= session;
      this.store.reset(items, unread, cursor);
      for (const feed of this.#feeds) void feed.restart();
    };
    return { cursor, apply };
  }

  #frame({ event, data: text }: Frame): void {
    const data = JSON.parse(text);
    if (event === "unread") this.store.setUnread(data.count);
    else if (event === "read_all") this.store.readAll(data.up_to, this.#at());
    else if (event === "item") {
      const item = data as Item;
      const isNew = !this.store.get(item.id) && stands(item);
      this.store.put([item]);
      this.#prune();
      this.#emit("item", { item, isNew });
    }
  }

  #prune(): void {
    if (this.#feeds.size === 0) this.store.prune();
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
