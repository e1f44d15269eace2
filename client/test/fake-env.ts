/**
 * An environment whose time, chance and transport a test owns. Time moves only by `advance`, which
 * runs the timers that fall due and lets promises settle between them.
 *
 * Deliberately not here: a server. A test says what each request is answered with.
 */
import type { Env, Signal } from "../src/core/env.js";
import type { Item } from "../src/core/types.js";

interface Waiting {
  at: number;
  run: () => void;
}

export interface Request {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: unknown;
  signal: AbortSignal | null;
  credentials: string | undefined;
}

export class FakeEnv implements Env {
  wall = Date.parse("2026-03-02T10:00:00Z");
  mono = 1_000;
  chance = 0.5;
  isVisible = true;
  requests: Request[] = [];
  /** Answers a request; by default the network hangs. */
  answer: (request: Request) => Response | Promise<Response> = () => new Promise(() => {});
  #timers = new Map<number, Waiting>();
  #nextTimer = 1;
  #signals = new Map<Signal, Set<() => void>>();

  now = () => this.wall;
  monotonic = () => this.mono;
  random = () => this.chance;
  visible = () => this.isVisible;

  setTimeout = (run: () => void, ms: number) => {
    this.#timers.set(this.#nextTimer, { at: this.mono + ms, run });
    return this.#nextTimer++;
  };

  clearTimeout = (timer: unknown) => {
    this.#timers.delete(timer as number);
  };

  fetch = async (url: string, init: RequestInit) => {
    const request: Request = {
      url,
      method: init.method ?? "GET",
      headers: init.headers as Record<string, string>,
      body: typeof init.body === "string" ? JSON.parse(init.body) : null,
      signal: init.signal ?? null,
      credentials: init.credentials,
    };
    this.requests.push(request);
    return this.answer(request);
  };

  on = (signal: Signal, run: () => void) => {
    const set = this.#signals.get(signal) ?? new Set();
    this.#signals.set(signal, set.add(run));
    return () => set.delete(run);
  };

  fire(signal: Signal): void {
    for (const run of [...(this.#signals.get(signal) ?? [])]) run();
  }

  get listeners(): number {
    return [...this.#signals.values()].reduce((sum, set) => sum + set.size, 0);
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Lets everything that waits for a promise go on. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 30; turn++) await Promise.resolve();
    // Web streams and AbortSignal need whole turns of the event loop, not time.
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  async advance(ms: number): Promise<void> {
    const end = this.mono + ms;
    await this.settle();
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      const [id, { at, run }] = due;
      this.#timers.delete(id);
      this.wall += Math.max(0, at - this.mono);
      this.mono = Math.max(this.mono, at);
      run();
      await this.settle();
    }
    this.wall += end - this.mono;
    this.mono = end;
    await this.settle();
  }
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
}

/** An event stream whose bytes the test sends. */
export function eventStream(): { response: Response; send(text: string): void; end(): void; cut(): void } {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given) });
  return {
    response: new Response(body, { headers: { "content-type": "text/event-stream" } }),
    send: (text) => controller.enqueue(new TextEncoder().encode(text)),
    end: () => controller.close(),
    cut: () => controller.error(new TypeError("network error")),
  };
}

let count = 0;

export function item(changes: Partial<Item> = {}): Item {
  count += 1;
  return {
    id: `item-${String(count).padStart(4, "0")}`,
    seq: count,
    kind: "one_time",
    severity: "info",
    title: "",
    body: "",
    link: null,
    sticky: false,
    record: null,
    actions: [],
    count: 1,
    sender: null,
    audience: [],
    created_at: "2026-03-02T10:00:00Z",
    expires_at: null,
    seen_at: null,
    read_at: null,
    closed_at: null,
    closed_by: null,
    archived_at: null,
    snoozed_until: null,
    withdrawn_at: null,
    ...changes,
  };
}
