/**
 * All tabs of a browser as one: which of them holds the stream, which one shows popups, and that each
 * item is announced once. Three kinds of locks carry it. `conn`: its holder has the only stream.
 * `present`: its holder shows popups; a tab that becomes active takes it, the rest queue, so a tab that
 * dies needs no timer to be replaced. `ann:<id>`: its holder announces that item. A lock can go astray, to a page that was put
 * away while it waited or to nobody: who has one answers when asked, and what nobody answers for is taken.
 *
 * Deliberately not here: what the tabs tell each other about items (client.ts).
 */
import { channelLocks } from "./channel-locks.js";
import { Claim, type Locks } from "./claim.js";
import type { Coordination } from "./coordination.js";
import type { Channel, Env, Timer } from "./env.js";

/** A stream that has been silent for so long has nobody who reads it: a visible tab takes it over. */
export const LEADER_SILENCE = 45_000;
const TICK = 5_000;
/** Things come to rest within this; and who has a lock says so when asked, or sleeps with it. */
const ANSWER_MS = 300;
/** How long a claim to announce is kept, until every tab has heard that it is done. */
const CLAIM_MS = 2_000;
/** A claim that is not granted within this went astray. Taken too soon from a tab that is slow, the item is announced twice. */
export const ASTRAY_MS = 5_000;
/** How many announced items are remembered over a reload. */
const RING = 500;
/**
 * Goes with every message and into no name: tabs from before and after a deployment must exclude each
 * other. Within a version messages only gain fields and kinds; unknown ones are passed over.
 */
const VERSION = 1;

/** What is told to other tabs: its kind, and what the kind needs. */
export interface Message {
  t: string;
  [field: string]: any;
}

export interface TabsOwner {
  /** This tab got or lost the stream. */
  lead(isLeading: boolean): void;
  /** Other tabs said something that is not about the tabs themselves. */
  hear(message: Message): void;
  /** Whether the item still wants to be announced. */
  stands(id: string): boolean;
  /** The one tab of all that announces the item is this one. */
  announce(id: string): void;
}

export class Tabs implements Coordination {
  /** What stands in this tab is known to be current; before that it shows nothing. */
  isSynced = false;
  missed = new Set<string>();
  #env: Env;
  #owner: TabsOwner;
  #name = "";
  #locks: Locks | null = null;
  #channel: Channel | null = null;
  #conn: Claim | null = null;
  #present: Claim | null = null;
  /** There is no way to other tabs. */
  isAlone = false;
  /** The browser has locks and refuses them, as in a sandboxed frame. */
  #isRefused = false;
  #id: string;
  /** What the presenter said of itself last. */
  #rank = 2;
  #heardAt = 0;
  /** The locks that nobody has spoken up for yet. */
  #silent = new Set<Claim>();
  #patience: Timer = null;
  #isLeading = false;
  #announced = new Set<string>();
  #stored = "";
  #claiming = new Set<string>();
  /** The leader that was asked for the state already. */
  #asked = "";
  #away = new AbortController();
  #tick: Timer = null;
  #ends: (() => void)[] = [];
  #listeners = new Set<() => void>();

  constructor(env: Env, owner: TabsOwner) {
    this.#env = env;
    this.#owner = owner;
    this.#id = `${env.random()}`;
  }

  get presents(): boolean {
    return this.isSynced && (this.isAlone || !!this.#present?.held);
  }

  get leads(): boolean {
    return this.isAlone || !!this.#conn?.held;
  }

  /** 2: visible and with the keyboard; 1: visible; 0: hidden. */
  get rank(): number {
    const { visible, focused } = this.#env;
    return visible() ? (focused?.() === false ? 1 : 2) : 0;
  }

  subscribe(run: () => void): () => void {
    this.#listeners.add(run);
    return () => this.#listeners.delete(run);
  }

  changed(): void {
    for (const run of [...this.#listeners]) run();
  }

  /** What stands here is current from now on. */
  synced(): void {
    this.isSynced = true;
    this.changed();
  }

  /** Takes part among the tabs that use the same name: the same server and the same user. */
  join(name: string): void {
    const env = this.#env;
    this.#name = name;
    const turned = () => this.#turned();
    this.#ends = [
      // A page in the back-forward cache keeps its locks, and nobody else would ever get them.
      env.on("hide", () => this.#leave()),
      env.on("show", () => (this.#channel || this.isAlone ? turned() : this.#enter())),
      env.on("focus", turned),
      env.on("visibility", turned),
    ];
    this.#enter();
  }

  stop(): void {
    for (const end of this.#ends.splice(0)) end();
    this.#leave();
    this.isAlone = this.isSynced = false;
    this.missed.clear();
    this.#announced.clear();
    this.changed();
  }

  post(message: Message): void {
    this.#channel?.postMessage({ v: VERSION, from: this.#id, lead: this.leads, ...message });
  }

  /** Announces an item in exactly one tab, once. Declined here, it waits for the next presenter. */
  announce(id: string): void {
    if (!this.presents || this.#announced.has(id) || this.#claiming.has(id)) return;
    const claiming = this.#claiming;
    const locks = this.#locks;
    const { signal } = this.#away;
    const claimed = () => {
      if (this.#isAnnounced(id) || !this.presents || !this.#owner.stands(id)) return void claiming.delete(id);
      const missed = this.rank < 2;
      this.#remember(id, missed);
      this.#write();
      this.post({ t: "announced", id, missed });
      this.#owner.announce(id);
      this.changed();
      if (!locks) return;
      return new Promise<void>((done) => {
        this.#env.setTimeout(done, CLAIM_MS);
        // Timers of a page that is put away stand still.
        signal.addEventListener("abort", () => done());
      });
    };
    if (!locks) return void claimed();
    claiming.add(id);
    const over = () => claiming.delete(id);
    const request = (options: { steal?: boolean; signal?: AbortSignal }) =>
      locks.request(`${this.#name}:ann:${id}`, options, claimed).then(over, over);
    // Queued, not only if free: a tab that declines must not swallow the turn of the next presenter.
    void request({ signal });
    // Who had its turn and neither announced it nor let go has been put away meanwhile.
    this.#env.setTimeout(() => claiming.has(id) && !signal.aborted && !this.#announced.has(id) && request({ steal: true }), ASTRAY_MS);
  }

  #enter(): void {
    const env = this.#env;
    const channel = env.channel?.(this.#name);
    this.#heardAt = env.monotonic();
    if (!channel) {
      this.isAlone = true;
      this.#owner.lead(true);
      return this.changed();
    }
    this.#channel = channel;
    this.#away = new AbortController();
    this.#rank = 2;
    const agreed = env.locks && !this.#isRefused ? null : channelLocks(env, channel);
    const locks = (this.#locks = agreed ?? env.locks!);
    channel.onmessage = ({ data }) => agreed?.hear(data) || this.#hear(data);
    const refused = () => this.#refuse(locks);
    this.#conn = new Claim(locks, `${this.#name}:conn`, () => this.#led(), refused);
    this.#present = new Claim(locks, `${this.#name}:present`, () => this.#presented(), refused);
    this.#ask("");
    this.#conn.want();
    this.#present.want(this.rank === 2);
    this.#doubt();
    this.#tick = env.setTimeout(() => this.#ticked(), TICK);
    this.#turned();
  }

  /** Lets go of everything that other tabs may wait for. */
  #leave(): void {
    const channel = this.#channel;
    if (!channel) return;
    // What is granted to this page from here on it cannot let go of in its sleep.
    this.post({ t: "gone" });
    this.#channel = this.#locks = null;
    this.isSynced = false;
    this.#away.abort();
    this.#claiming = new Set();
    this.#conn?.drop();
    this.#present?.drop();
    this.#env.clearTimeout(this.#tick);
    this.#env.clearTimeout(this.#patience);
    // What the drops have to say goes out first.
    void Promise.resolve().then(() => channel.close());
  }

  #led(): void {
    const { leads } = this;
    if (leads === this.#isLeading) return;
    this.#isLeading = leads;
    this.#heardAt = this.#env.monotonic();
    this.#owner.lead(leads);
    if (leads) return;
    this.#ask("");
    this.#doubt();
  }

  #presented(): void {
    if (this.#present!.held) this.#tellRank();
    else {
      // Who took it may have a lower rank, and may have said so before we had even lost it.
      this.post({ t: "who" });
      this.#doubt();
    }
    this.changed();
  }

  #ask(leader: string): void {
    this.#asked = leader;
    this.post({ t: "hello" });
  }

  /** A tab came. What was announced a moment ago may not have reached the one that leads. */
  #greet(): void {
    this.#answer();
    for (const id of this.#claiming) {
      if (this.#announced.has(id)) this.post({ t: "announced", id, missed: this.missed.has(id) });
    }
  }

  /** Speaks up for the locks that this tab has. */
  #answer(): void {
    if (this.#present!.held) this.#tellRank();
    else if (this.leads) this.post({ t: "here" });
  }

  /**
   * A tab came or went, or took a lock from us. One that goes may be given a lock yet that it asked for, and then sleeps with it;
   * browsers have also been seen to leave a lock with nobody while tabs wait for it. Whatever nobody speaks up for is taken.
   */
  #doubt(): void {
    const silent = new Set([this.#conn!, this.#present!]);
    this.#later(() => {
      // Only now: what was said before may have been overtaken.
      this.#silent = silent;
      this.post({ t: "who" });
      this.#later(() => {
        for (const claim of silent) if (!claim.held) claim.want(true);
      });
    });
  }

  #later(run: () => void): void {
    this.#env.clearTimeout(this.#patience);
    this.#patience = this.#env.setTimeout(run, ANSWER_MS);
  }

  #tellRank(): void {
    this.#rank = this.rank;
    this.post({ t: "presenter", rank: this.#rank });
  }

  /** This tab may have become active, or have ceased to be. */
  #turned(): void {
    const { rank } = this;
    if (rank === 2) this.#beActive();
    if (!this.#channel) return this.changed();
    if (this.#present!.held) {
      if (rank !== this.#rank) this.#tellRank();
    } else if (rank === 2 || rank > this.#rank) this.#present!.want(true);
    // The tab with the stream may sleep in the background while this one is looked at.
    if (rank && !this.leads) this.post({ t: "nudge" });
    this.changed();
  }

  #beActive(): void {
    if (!this.missed.size) return;
    this.missed.clear();
    this.post({ t: "active" });
    this.changed();
  }

  #ticked(): void {
    const now = this.#env.monotonic();
    if (this.leads) this.post({ t: "beat" });
    else if (this.#env.visible() && now - this.#heardAt > LEADER_SILENCE) this.#conn!.want(true);
    else if (now - this.#heardAt >= TICK) this.#probe();
    this.#tick = this.#env.setTimeout(() => this.#ticked(), TICK);
  }

  /**
   * Nobody leads. In some private windows locks are neither granted nor refused, and never will be: then the browser does not
   * even know that this tab waits for one.
   */
  #probe(): void {
    this.#doubt();
    const locks = this.#locks!;
    const name = `${this.#name}:conn`;
    locks.query?.().then(
      ({ held = [], pending = [] }) => [...held, ...pending].some((lock) => lock.name === name) || this.#refuse(locks),
      () => this.#refuse(locks),
    );
  }

  /** The browser does not let us have locks: the tabs agree over the channel. */
  #refuse(locks: Locks): void {
    if (locks !== this.#locks) return;
    this.#isRefused = true;
    this.#leave();
    this.#enter();
  }

  #hear(message: Message): void {
    const { t, rank, id, to, from, missed, announced } = message;
    if (message["lead"]) {
      this.#silent.delete(this.#conn!);
      // A page that sleeps may answer still; what counts is that it speaks by itself.
      if (t !== "here") this.#heardAt = this.#env.monotonic();
    }
    if (to && to !== this.#id) return;
    // The one that was asked first may have gone without an answer.
    if (message["lead"] && !this.isSynced && from !== this.#asked) this.#ask(from);
    if (t === "presenter") {
      this.#silent.delete(this.#present!);
      this.#rank = rank;
      // Never of equal rank: two windows that both claim the focus would take it from each other for ever.
      if (!this.#present!.held && this.rank > rank) this.#present!.want(true);
    } else if (t === "announced") {
      this.#remember(id, missed);
      this.changed();
      if (this.rank === 2) this.#beActive();
    } else if (t === "gone") {
      this.#doubt();
    } else if (t === "who") {
      this.#answer();
    } else if (t === "active") {
      this.missed.clear();
      this.changed();
    } else {
      if (t === "hello") this.#greet();
      if (t === "state") {
        for (const known of announced) this.#announced.add(known);
        this.missed = new Set(missed);
        if (this.rank === 2) this.#beActive();
      }
      this.#owner.hear(message);
    }
  }

  /** What a tab that joins has to know of announcements. */
  get memory(): { announced: string[]; missed: string[] } {
    return { announced: [...this.#announced], missed: [...this.missed] };
  }

  /** The item may be announced again, after it was snoozed. */
  forget(id: string): void {
    this.missed.delete(id);
    if (this.#announced.delete(id)) this.#write();
  }

  #write(): void {
    this.#stored = [...this.#announced].slice(-RING).join(" ");
    this.#env.stored?.(this.#name, this.#stored);
  }

  /** Storage knows of tabs that are gone; what they said last may never have reached this one. */
  #isAnnounced(id: string): boolean {
    const stored = this.#env.stored?.(this.#name) ?? "";
    // In a flood nobody else writes, and reading one's own hand again takes its time.
    if (stored !== this.#stored) for (const known of stored.split(" ")) this.#announced.add(known);
    this.#stored = stored;
    return this.#announced.has(id);
  }

  #remember(id: string, isMissed: boolean): void {
    this.#announced.add(id);
    if (isMissed) this.missed.add(id);
  }
}
