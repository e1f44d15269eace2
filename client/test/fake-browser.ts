/**
 * A browser with many tabs for the model-based test: a lock manager, channels, focus, freezing and
 * crashes, whose every callback waits in one bag and comes out in an order that chance decides.
 * Only messages from one tab to another keep their order, as in browsers.
 *
 * Deliberately not here: what the tabs do (tabs.test.ts).
 */
import type { Channel, Env, Signal } from "../src/core/env.js";

export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** More callbacks than any turn of events needs. */
const ENDLESS = 20_000;

/** How often the browser passes a lock that was let go to nobody, though tabs wait for it. */
const FORGETS = 0.03;

interface Task {
  /** Null: the browser itself. */
  tab: FakeTab | null;
  /** Tasks of one stream keep their order. */
  stream?: string;
  /** Not while a tab is frozen: its timers and events stop, answers of the browser still come. */
  isEvent?: boolean;
  /** Not while messages of this tab are on their way: who dies has said what it said. */
  after?: FakeTab;
  run(): void;
}

interface Lock {
  name: string;
  tab: FakeTab;
  grant(): void;
  lose(): void;
}

const ended = () => Object.assign(new Error("lock lost"), { name: "AbortError" });

export class FakeBrowser {
  time = 0;
  random: () => number;
  tabs: FakeTab[] = [];
  /** What localStorage keeps. */
  storage = new Map<string, string>();
  #tasks: Task[] = [];
  #timers: { at: number; tab: FakeTab; run(): void }[] = [];
  #held = new Map<string, Lock>();
  #queue = new Map<string, Lock[]>();

  #isKind: boolean;

  /** A kind one never lets a lock lie with a page that sleeps, or with nobody. */
  constructor(seed: number, isKind: boolean) {
    this.#isKind = isKind;
    this.random = randomFrom(seed);
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.random() * from.length)]!;
  }

  later(task: Task): void {
    this.#tasks.push(task);
  }

  timer(tab: FakeTab, run: () => void, ms: number): object {
    const timer = { at: this.time + ms, tab, run };
    this.#timers.push(timer);
    return timer;
  }

  clear(timer: unknown): void {
    this.#timers = this.#timers.filter((one) => one !== timer);
  }

  /** Runs one waiting callback of any tab that can run; false when there is none. */
  async step(): Promise<boolean> {
    const seen = new Set<string>();
    const ready = this.#tasks.filter(({ tab, stream, isEvent, after }) => {
      const isFirst = !stream || !seen.has(stream);
      if (stream) seen.add(stream);
      const isTold = !after || !this.#tasks.some((task) => task.stream?.startsWith(`${after.name} to `));
      return isFirst && isTold && !(isEvent && tab?.isFrozen);
    });
    if (!ready.length) return false;
    const task = this.pick(ready);
    this.#tasks.splice(this.#tasks.indexOf(task), 1);
    if (!task.tab?.isDead) task.run();
    for (let turn = 0; turn < 8; turn++) await null;
    return true;
  }

  /** Lets everything run dry, and so much time pass; false when there is no end to it. */
  async settle(ms: number): Promise<boolean> {
    const end = this.time + ms;
    for (let steps = 0; ; ) {
      while (await this.step()) if (++steps > ENDLESS) return false;
      const [next] = this.#timers.filter(({ tab }) => !tab.isFrozen).sort((a, b) => a.at - b.at);
      if (!next || next.at > end) break;
      this.clear(next);
      this.time = Math.max(this.time, next.at);
      if (!next.tab.isDead) next.run();
      for (let turn = 0; turn < 8; turn++) await null;
    }
    this.time = end;
    return true;
  }

  request(tab: FakeTab, name: string, options: { steal?: boolean; signal?: AbortSignal }, run: () => unknown) {
    return new Promise<void>((resolve, reject) => {
      let isOver = false;
      const fail = () => {
        isOver = true;
        reject(ended());
      };
      const lock: Lock = {
        name,
        tab,
        // A page that is put away is granted what it had asked for, and does not hear of it before it is shown again.
        grant: () =>
          this.later({
            tab,
            isEvent: !this.#isKind,
            run: () => {
              if (isOver) return this.#release(lock);
              void Promise.resolve(run()).then(() => {
                this.later({ tab: null, run: () => this.#release(lock) });
                resolve();
              });
            },
          }),
        lose: () => this.later({ tab, run: fail }),
      };
      options.signal?.addEventListener("abort", () => {
        if (isOver || this.#held.get(name) === lock) return;
        fail();
        this.later({ tab: null, stream: `locks ${tab.name}`, run: () => this.#forget(lock) });
      });
      const arrive = () => {
        if (isOver || tab.isDead) return;
        const holder = this.#held.get(name);
        if (!holder || options.steal) {
          holder?.lose();
          this.#held.set(name, lock);
          lock.grant();
        } else this.#queue.set(name, [...(this.#queue.get(name) ?? []), lock]);
      };
      this.later({ tab: null, stream: `locks ${tab.name}`, run: arrive });
    });
  }

  #forget(lock: Lock): void {
    this.#queue.set(lock.name, (this.#queue.get(lock.name) ?? []).filter((other) => other !== lock));
    this.#release(lock);
  }

  #release(lock: Lock): void {
    if (this.#held.get(lock.name) !== lock) return;
    const [next, ...rest] = this.#queue.get(lock.name) ?? [];
    this.#queue.set(lock.name, rest);
    this.#held.delete(lock.name);
    if (!next) return;
    // Chromium has been seen like that: two tabs wait, nobody holds, nobody is granted.
    if (!this.#isKind && this.random() < FORGETS) return void this.#queue.set(lock.name, [next, ...rest]);
    this.#held.set(lock.name, next);
    next.grant();
  }

  /** The process of a tab is gone: its locks pass on. */
  bury(tab: FakeTab): void {
    tab.isDead = true;
    tab.isFrozen = false;
    this.tabs = this.tabs.filter((other) => other !== tab);
    const release = () => {
      for (const queue of this.#queue.values()) for (const lock of [...queue]) if (lock.tab === tab) this.#forget(lock);
      for (const lock of [...this.#held.values()]) if (lock.tab === tab) this.#release(lock);
    };
    this.later({ tab: null, after: tab, run: release });
  }

  /** Brings one tab to the front with the keyboard; null: the user is in another program. */
  turnTo(tab: FakeTab | null, { isMinimised = false, isSecondWindow = false } = {}): void {
    const changed = this.tabs.filter((other) => {
      const visible = other === tab || (!isMinimised && (!tab || isSecondWindow) && other.isVisible);
      // Without a window manager two windows both claim the keyboard.
      const focused = other === tab || (isSecondWindow && other.isFocused);
      const differs = visible !== other.isVisible || focused !== other.isFocused;
      other.isVisible = visible;
      other.isFocused = focused;
      return differs;
    });
    for (const other of changed) {
      // Both events come, in either order.
      for (const signal of this.random() < 0.5 ? (["focus", "visibility"] as const) : (["visibility", "focus"] as const)) {
        this.later({ tab: other, stream: `events ${other.name}`, isEvent: true, run: () => other.fire(signal) });
      }
    }
  }
}

let count = 0;

export class FakeTab {
  name = `tab${++count}`;
  isVisible = false;
  isFocused = false;
  isFrozen = false;
  isDead = false;
  channels = new Set<FakeChannel>();
  #signals = new Map<Signal, Set<() => void>>();
  env: Env;

  constructor(browser: FakeBrowser, hasLocks = true) {
    const { storage } = browser;
    browser.tabs.push(this);
    this.env = {
      now: () => browser.time,
      monotonic: () => browser.time,
      random: browser.random,
      setTimeout: (run, ms) => browser.timer(this, run, ms),
      clearTimeout: (timer) => browser.clear(timer),
      fetch: () => Promise.reject(new Error("no network")),
      visible: () => this.isVisible,
      focused: () => this.isFocused,
      on: (signal, run) => {
        const set = this.#signals.get(signal) ?? new Set();
        this.#signals.set(signal, set.add(run));
        return () => set.delete(run);
      },
      channel: (name) => new FakeChannel(browser, this, name),
      locks: hasLocks ? { request: (name, options, run) => browser.request(this, name, options, run) } : null,
      stored: (key, value) => (value === undefined ? (storage.get(key) ?? null) : (storage.set(key, value), value)),
    };
  }

  fire(signal: Signal): void {
    for (const run of [...(this.#signals.get(signal) ?? [])]) run();
  }
}

class FakeChannel implements Channel {
  onmessage: ((event: any) => void) | null = null;
  #browser: FakeBrowser;
  #tab: FakeTab;
  #name: string;

  constructor(browser: FakeBrowser, tab: FakeTab, name: string) {
    this.#browser = browser;
    this.#tab = tab;
    this.#name = name;
    tab.channels.add(this);
  }

  postMessage(message: unknown): void {
    const data = structuredClone(message);
    for (const tab of this.#browser.tabs) {
      for (const other of tab.channels) {
        if (other === this || other.#name !== this.#name) continue;
        const stream = `${this.#tab.name} to ${tab.name}`;
        this.#browser.later({ tab, stream, run: () => tab.channels.has(other) && other.onmessage?.({ data }) });
      }
    }
  }

  close(): void {
    this.#tab.channels.delete(this);
  }
}
