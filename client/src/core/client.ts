/**
 * One user's connection to Bellwire, shared by all tabs: the tab that leads loads the inbox, keeps it
 * current by the stream and passes everything on; the others follow. Every change shows at once, in
 * all tabs, and is taken back if the server refuses it.
 *
 * Deliberately not here: anything drawn, and which tab leads and which one shows popups (tabs.ts).
 */
import { after, Api } from "./api.js";
import { pendingOf, type Change, type Verb } from "./changes.js";
import type { Coordination } from "./coordination.js";
import type { Env } from "./env.js";
import type { Feed } from "./feed.js";
import type { ClientEvents, ClientOptions } from "./options.js";
import type { ApiError } from "./problem.js";
import type { Frame } from "./sse.js";
import { isBehind, Store, type Pending } from "./store.js";
import { Stream, type StreamState } from "./stream.js";
import { Tabs, type Message } from "./tabs.js";
import { Tokens, tokenFrom } from "./tokens.js";
import { isUnread, stands, type ClosedBy, type InboxPage, type Item, type Session, type Span } from "./types.js";

type Listener<T> = (detail: T) => void;

/** How many standing popups are loaded at most; what is older waits under the bell. */
const MOST_STANDING = 500;
/** As many ids as the server takes in one call. */
const MOST_IDS = 500;
/** How long a confirmed change stays laid over items, so that an older frame cannot undo it. */
const LINGER_MS = 3_000;
/** After this a change of a tab that went away without a word is let go. */
const FORGOTTEN_MS = 60_000;
/** An action waits for its answer; a mark is seen at once, and outlives a server that restarts. */
const ATTEMPTS = 3;
const PATIENT = 6;
const SOUND = "bellwire:sound";

export class Client {
  readonly api: Api;
  readonly store = new Store();
  readonly coordination: Coordination;
  readonly env: Env;
  readonly options: ClientOptions;
  /** The lists that are open. */
  readonly feeds = new Set<Feed>();
  #session: Session | null = null;
  #stream: Stream;
  #tabs: Tabs;
  /** Where the stream goes on after what this tab knows; null before it knows anything. */
  #cursor: string | null = null;
  /** What the tab that leads says of the connection. */
  #told: StreamState = "idle";
  /** Changes made here that the server's echo may not have brought to every tab, by their keys. */
  #own = new Map<string, Change>();
  /** Changes made in other tabs, likewise. */
  #foreign = new Map<string, Pending>();
  /** Items that slept and stand again: that they were seen before says nothing. */
  #woken = new Set<string>();
  #life = new AbortController();
  #writes = new Map<string, Promise<unknown>>();
  /** What lets those writes go that wait for others. */
  #waiting = new Set<() => void>();
  #listeners: { [K in keyof ClientEvents]?: Set<Listener<ClientEvents[K]>> } = {};

  constructor(env: Env, options: ClientOptions = {}) {
    this.env = env;
    this.options = options;
    this.#tabs = new Tabs(env, {
      lead: (isLeading) => (isLeading ? this.#stream.start(this.#cursor) : this.#stream.stop()),
      hear: (message) => this.#hear(message),
      stands: (id) => this.#wantsAnnouncing(this.store.get(id)),
      announce: (id) => this.#emit("announce", this.store.get(id)!),
    });
    this.coordination = options.coordination ?? this.#tabs;
    let didPresent = false;
    this.#tabs.subscribe(() => {
      const { presents } = this.#tabs;
      if (presents && !didPresent) this.#announce(this.store.all());
      didPresent = presents;
    });
    const ask = options.token ?? (options.tokenUrl ? tokenFrom(env, options.tokenUrl) : null);
    this.api = new Api(env, {
      server: options.server,
      tokens: ask && new Tokens(ask),
      onSignedOut: () => this.signOut(),
    });
    this.#stream = new Stream(env, {
      snapshot: (signal) => this.#snapshot(signal),
      open: (cursor, signal) => this.api.stream(cursor, signal),
      renew: () => this.api.renew(),
      frame: (frame) => {
        this.#tabs.post({ t: "frame", frame });
        this.#frame(frame);
      },
      heard: () => this.#tabs.post({ t: "beat" }),
      state: (state) => this.#turned(state),
    });
  }

  get state(): StreamState {
    return this.#isSignedOut ? "signed_out" : this.#told;
  }
  #isSignedOut = false;

  /** The user and what he prefers, once the server has been asked. Whoever sets it anew sets it for all tabs. */
  get session(): Session | null {
    return this.#session;
  }

  set session(session: Session | null) {
    this.#tabs.post({ t: "session", session });
    this.#know(session);
  }

  start(): void {
    this.#isSignedOut = false;
    this.#life = new AbortController();
    const end = this.env.on("hide", () => this.#waiting.forEach((go) => go()));
    this.#life.signal.addEventListener("abort", end);
    void this.#join();
  }

  /** Ends this tab's part and forgets everything; the other tabs go on. */
  stop(): void {
    this.#life.abort();
    this.#tabs.stop();
    this.#stream.stop();
    this.coordination.stop();
    this.store.clear();
    this.#session = this.#cursor = null;
    this.#told = "idle";
  }

  /** The user signs out: every tab falls silent at once. */
  signOut(): void {
    this.#tabs.post({ t: "bye" });
    this.#signOut();
  }

  /** Whether arrivals are to be heard; kept for all tabs of this browser. */
  get sound(): boolean {
    return !!this.env.stored?.(SOUND);
  }

  set sound(isOn: boolean) {
    this.env.stored?.(SOUND, isOn ? "1" : "");
  }

  on<K extends keyof ClientEvents>(name: K, run: Listener<ClientEvents[K]>): () => void {
    const set = ((this.#listeners as Record<K, Set<typeof run> | undefined>)[name] ??= new Set());
    set.add(run);
    return () => set.delete(run);
  }

  /** Ends a list (feed.ts) that is no longer drawn. */
  closeFeed(feed: Feed): void {
    feed.close();
    this.feeds.delete(feed);
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

  /** Does an action of the item, such as `done`. Shown once the server has done it; rejects when it does not. */
  act(id: string, action: string): Promise<void> {
    return this.#ask(id, "act", { action });
  }

  /** Puts the item away for a while; likewise. */
  snooze(id: string, span: Span): Promise<void> {
    return this.#ask(id, "snooze", { for: span });
  }

  /** The user followed the item: it is read, and its popup has done its work. */
  opened(item: Item): void {
    if (isUnread(item)) void this.read(item.id);
    if (stands(item)) void this.close([item.id]);
  }

  /** Marks everything read that the server had when it last spoke to us. */
  readAll(): Promise<boolean> {
    const upTo = this.store.head;
    return this.#during(["read", null, this.#at(), upTo], async (pending) => {
      const answer = await this.#post<{ unread: number }>("read-all", { up_to: upTo });
      this.store.readAll(upTo, this.#at());
      this.store.setUnread(answer.unread);
      this.store.lift(pending);
    });
  }

  async #mark(verb: Verb, ids: readonly string[], by?: ClosedBy): Promise<boolean> {
    if (ids.length > MOST_IDS) void this.#mark(verb, ids.slice(MOST_IDS), by);
    const some = ids.slice(0, MOST_IDS);
    return this.#during([verb, new Set(some), this.#at(), 0, by], async (pending) => {
      if (verb !== "close" && verb !== "reopen") {
        this.store.put([await this.#post<Item>(`${some[0]}/${verb}`)]);
        return this.store.lift(pending);
      }
      await this.#post(verb, { ids: some, by });
      this.store.commit(pending);
      this.env.setTimeout(() => this.store.lift(pending), LINGER_MS);
    });
  }

  async #ask(id: string, verb: string, body: unknown): Promise<void> {
    this.store.put([await this.#post<Item>(`${id}/${verb}`, body, ATTEMPTS)]);
  }

  #post<T>(path: string, body?: unknown, attempts = PATIENT): Promise<T> {
    return this.api.call<T>("POST", `/v1/inbox/${path}`, body, { attempts });
  }

  /** Shows a change, sends it after earlier ones of the same items, and takes it back on refusal. */
  async #during(change: Change, send: (pending: Pending) => Promise<void>): Promise<boolean> {
    const pending = pendingOf(change);
    const ids = [...(pending.ids ?? [])];
    const before = ids.flatMap((id) => this.#writes.get(id) ?? []);
    const key = `${this.env.random()}`;
    const lift = () => {
      this.#own.delete(key);
      this.#tabs.post({ t: "lift", key });
    };
    this.store.lay(pending);
    this.#own.set(key, change);
    this.#tabs.post({ t: "lay", key, change });
    const sent = before.length ? this.#after(before).then(() => send(pending)) : send(pending);
    for (const id of ids) this.#writes.set(id, sent);
    try {
      await sent;
      if (this.#tabs.isAlone) lift();
      else this.env.setTimeout(lift, LINGER_MS);
      return true;
    } catch (error) {
      lift();
      this.store.lift(pending);
      const { status } = error as ApiError;
      if (status === 404 && ids.length === 1) this.store.remove(ids[0]!);
      else if (status !== 401) this.#emit("error", error as ApiError);
      return false;
    } finally {
      for (const id of ids) if (this.#writes.get(id) === sent) this.#writes.delete(id);
    }
  }

  /** Waits for writes, but not on a page that goes away: whoever waits there never goes. */
  #after(writes: readonly Promise<unknown>[]): Promise<void> {
    return new Promise((go) => {
      const run = () => {
        this.#waiting.delete(run);
        go();
      };
      this.#waiting.add(run);
      void Promise.allSettled(writes).then(run);
    });
  }

  async #snapshot(signal: AbortSignal): Promise<{ cursor: string; apply(): void }> {
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
    const asked = this.session
      ? null
      : this.api.get<Session>("/v1/session", { signal }).then((session) => void (this.session = session), () => {});
    // The first that is drawn is in the user's language.
    if (!this.options.language) await asked;
    const apply = () => {
      this.#tabs.post({ t: "reset", items, unread, cursor });
      this.#reset(items, unread, cursor);
    };
    return { cursor, apply };
  }

  #know(session: Session | null): void {
    this.#session = session;
    this.store.changed();
    if (session) this.#emit("session", session);
  }

  /** Who the user is, or what he prefers, changed somewhere. */
  async #askSession(): Promise<void> {
    const session = await this.api.get<Session>("/v1/session").catch(() => null);
    if (!session) return;
    const tongue = (of: Session | null) => of && of.user.language + of.user.zone;
    const isOther = tongue(session) !== tongue(this.#session);
    this.session = session;
    // A stream goes on in the language that it began in.
    if (!isOther || this.options.language) return;
    this.#stream.stop();
    this.#stream.start();
  }

  /** What stands is this and nothing else. */
  #reset(items: Item[], unread: number, cursor: string): void {
    this.#cursor = cursor;
    this.store.reset(items, unread, cursor);
    for (const feed of this.feeds) void feed.restart();
    this.#tabs.synced();
    this.#announce(items);
  }

  #frame({ event, data: text, id }: Frame): void {
    this.#cursor = id || this.#cursor;
    const data = JSON.parse(text);
    if (event === "unread") this.store.setUnread(data.count);
    else if (event === "session") void (this.#tabs.leads && this.#askSession());
    else if (event === "read_all") this.store.readAll(data.up_to, this.#at());
    else if (event === "item") {
      const item = data as Item;
      const known = this.store.get(item.id);
      const isNew = !known && stands(item);
      this.store.put([item]);
      this.#prune();
      this.#emit("item", { item, isNew });
      // Back from having been snoozed, it is announced like a new one.
      if (item.snoozed_until) this.#tabs.forget(item.id);
      else if (known?.snoozed_until) this.#woken.add(item.id);
      this.#announce([item]);
    }
  }

  #prune(): void {
    if (this.feeds.size === 0) this.store.prune();
  }

  #wantsAnnouncing(item: Item | null): boolean {
    return !!item && stands(item) && (!item.seen_at || this.#woken.has(item.id));
  }

  #announce(items: readonly Item[]): void {
    for (const item of items) if (this.#wantsAnnouncing(item)) this.#tabs.announce(item.id);
  }

  /** The connection's state changed, here or in the tab that leads. */
  #turned(state: StreamState): void {
    if (state === "signed_out") return this.signOut();
    if (this.#tabs.leads) this.#tabs.post({ t: "status", state });
    // Who hands the stream over is not without one: the next who leads will tell.
    else if (state === "idle") return;
    if (state === "live" && this.#cursor && !this.#tabs.isSynced) this.#tabs.synced();
    if (state === this.#told) return;
    this.#told = state;
    this.#emit("state", state);
  }

  #signOut(): void {
    if (this.#isSignedOut) return;
    this.#isSignedOut = true;
    this.stop();
    this.#emit("state", "signed_out");
    this.#emit("signedout", undefined);
  }

  /** Finds out whose tab this is, because tabs of different users have nothing to tell each other. */
  async #join(): Promise<void> {
    const { env, options } = this;
    const { signal } = this.#life;
    const server = options.server ?? "";
    let { user } = options;
    if (user === undefined && env.channel) {
      this.#turned("connecting");
      const asked = this.api.get<Session>("/v1/session", { signal, attempts: Infinity });
      this.#session = await asked.catch(() => null);
      user = this.#session?.user.id;
    }
    if (signal.aborted) return;
    this.#tabs.join(`bellwire:${server}|${user}`);
    if (!options.token && !options.tokenUrl) this.#watchUser(`bellwire:${server}`, user);
  }

  /** With a cookie there is one user at a time: when another signs in, this one is no longer here. */
  #watchUser(name: string, user: string | undefined): void {
    const channel = this.env.channel?.(name);
    if (!channel || !user) return;
    channel.onmessage = ({ data }) => data !== user && this.#signOut();
    channel.postMessage(user);
    this.#life.signal.addEventListener("abort", () => channel.close());
  }

  #hear(message: Message): void {
    const { t, key, items, unread, cursor, change, frame, from, state, session } = message;
    if (t === "bye") this.#signOut();
    else if (t === "nudge" && this.#tabs.leads) this.#stream.nudge();
    else if (t === "hello") {
      for (const [key, change] of this.#own) this.#tabs.post({ t: "lay", key, change });
      if (!this.#tabs.leads || !this.#cursor) return;
      const known = { ...this.store.copy(), ...this.#tabs.memory, cursor: this.#cursor, state: this.#told, session: this.#session };
      this.#tabs.post({ t: "state", to: from, ...known });
    } else if (t === "lay") {
      if (this.#foreign.has(key)) return;
      const pending = pendingOf(change);
      this.#foreign.set(key, pending);
      this.store.lay(pending);
      this.env.setTimeout(() => this.#lift(key), FORGOTTEN_MS);
    } else if (t === "lift") this.#lift(key);
    else if (t === "session") this.#know(session);
    // What the other tabs know of the server, the one that leads knows better.
    else if (this.#tabs.leads) return;
    else if (t === "status") this.#turned(state);
    else if (isBehind(cursor ?? frame?.id, this.#cursor)) return;
    else if (t === "frame" && this.#cursor) this.#frame(frame);
    else if (t === "reset" || t === "state") {
      this.#session = session ?? this.#session;
      this.#reset(items, unread, cursor);
      if (state) this.#turned(state);
    }
  }

  #lift(key: string): void {
    const pending = this.#foreign.get(key);
    this.#foreign.delete(key);
    if (pending) this.store.lift(pending);
  }

  #at(): string {
    return new Date(this.env.now()).toISOString();
  }

  #emit<K extends keyof ClientEvents>(name: K, detail: ClientEvents[K]): void {
    for (const run of [...(this.#listeners[name] ?? [])]) run(detail);
  }
}
