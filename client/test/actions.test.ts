/** What is done with an item by its actions, and what a client finds after a long absence, over scripted answers. */
import { beforeEach, describe, expect, it } from "vitest";
import { Client } from "../src/core/client.js";
import { choose } from "../src/core/popups.js";
import type { Item } from "../src/core/types.js";
import { eventStream, FakeEnv, item, json, type Request } from "./fake-env.js";

let env: FakeEnv;
let client: Client;
let stream: ReturnType<typeof eventStream>;
let inbox: { items: Item[]; unread: number; cursor: string; next: string | null };
let write: (request: Request) => Response | Promise<Response>;

const writes = () => env.requests.filter(({ method, url }) => method === "POST" && !url.endsWith("/seen"));
const frame = (event: string, data: unknown, id = "") =>
  stream.send(`${id && `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);

async function boot(items: Item[]): Promise<void> {
  inbox = { items, unread: items.length, cursor: "e.100", next: null };
  client = new Client(env, { language: "en" });
  client.start();
  await env.settle();
}

beforeEach(() => {
  env = new FakeEnv();
  stream = eventStream();
  env.answer = (request) => {
    if (request.url.endsWith("/v1/stream")) return stream.response;
    return request.method === "GET" ? json(inbox) : write(request);
  };
});

describe("actions", () => {
  const task = () =>
    item({ kind: "task", sticky: true, due_at: "2026-03-02T10:02:00Z", actions: [{ code: "done", label: "Done" }] });

  it("show once the server has done them, and resolve then", async () => {
    const due = task();
    await boot([due]);
    let finish!: () => void;
    write = () =>
      new Promise((resolve) => (finish = () => resolve(json({ ...due, seq: 9_000, closed_at: "2026-03-02T10:00:01Z" }))));
    const done = client.act(due.id, "done");
    await env.settle();
    expect(writes().map(({ url, body }) => [url, body])).toEqual([[`/v1/inbox/${due.id}/act`, { action: "done" }]]);
    expect(client.store.standing()).toHaveLength(1);
    finish();
    await done;
    expect(client.store.standing()).toEqual([]);
  });

  it("reject with what the server said, and change nothing", async () => {
    const due = task();
    await boot([due]);
    write = () => json({ detail: "The task is gone." }, 409);
    await expect(client.act(due.id, "done")).rejects.toMatchObject({ status: 409, problem: { detail: "The task is gone." } });
    expect(client.store.standing()).toHaveLength(1);
  });

  it("snooze for a span; the popup goes and is announced again when it comes back", async () => {
    const due = task();
    await boot([due]);
    const heard: string[] = [];
    client.on("announce", ({ id }) => heard.push(id));
    const away = { ...due, seq: 9_000, snoozed_until: "2026-03-02T10:15:00Z" };
    write = () => json(away);
    await client.snooze(due.id, "15m");
    expect(writes()[0]).toMatchObject({ url: `/v1/inbox/${due.id}/snooze`, body: { for: "15m" } });
    expect(client.store.standing()).toEqual([]);
    frame("item", away);
    await env.settle();
    frame("item", { ...due, seq: 9_001, seen_at: "2026-03-02T10:00:30Z" });
    await env.settle();
    expect(client.store.standing()).toHaveLength(1);
    expect(heard).toEqual([due.id]);
    frame("item", { ...due, seq: 9_002, seen_at: "2026-03-02T10:00:30Z", read_at: "2026-03-02T10:16:00Z" });
    await env.settle();
    expect(heard).toEqual([due.id]);
  });
});

describe("a snooze that is taken back", () => {
  it("stands again at once, and is not announced for it", async () => {
    const due = item({ kind: "task", sticky: true });
    await boot([due]);
    const heard: string[] = [];
    client.on("announce", ({ id }) => heard.push(id));
    const away = { ...due, seq: 9_000, seen_at: "2026-03-02T10:00:30Z", snoozed_until: "2026-03-02T10:15:00Z" };
    write = ({ url }) => json(url.endsWith("/snooze") ? away : { changed: 1 });
    await client.snooze(due.id, "15m");
    frame("item", away);
    await env.settle();
    const back = client.reopen([due.id]);
    expect(client.store.standing()).toHaveLength(1);
    await back;
    frame("item", { ...away, seq: 9_001, snoozed_until: null });
    await env.settle();
    expect(client.store.standing()).toHaveLength(1);
    expect(heard).toEqual([]);
  });
});

describe("a long absence", () => {
  /** What arrives while the machine sleeps: timed ones of the server's day, and tasks. */
  const missed = () => [
    ...Array.from({ length: 30 }, (_, index) => item({ created_at: `2026-03-02T1${index % 8}:05:00Z`, seq: 200 + index })),
    ...Array.from({ length: 3 }, (_, index) => item({ kind: "task", sticky: true, created_at: "2026-03-02T12:00:00Z", seq: 300 + index })),
  ];

  it("of eight hours asleep: one new connection, one line for what was missed, the tasks stand", async () => {
    await boot([]);
    const before = env.requests.filter(({ url }) => url.endsWith("/v1/stream")).length;
    const old = stream;
    stream = eventStream();
    // The monotonic clock stands still during sleep.
    env.wall += 8 * 3_600_000;
    await env.advance(5_000);
    expect(env.requests.filter(({ url }) => url.endsWith("/v1/stream"))).toHaveLength(before + 1);
    for (const one of missed()) frame("item", one);
    await env.settle();
    const stack = choose(client.store.standing(), new Set(), false, undefined, env.now());
    expect([stack.timed.length, stack.away.length, stack.sticky.length]).toEqual([0, 30, 3]);
    // The connection from before the sleep was let go.
    expect(() => old.send("event: item\ndata: {}\n\n")).not.toThrow();
    expect(client.store.standing()).toHaveLength(33);
  });

  it("of a server frozen for 60 s: given up within 50 s, and asked again with the same cursor", async () => {
    await boot([]);
    frame("item", item({ seq: 101 }), "e.101");
    await env.settle();
    stream = eventStream();
    await env.advance(50_000);
    expect(client.state).not.toBe("live");
    await env.advance(10_000);
    expect(client.state).toBe("live");
    const asked = env.requests.filter(({ url }) => url.endsWith("/v1/stream"));
    expect(asked.at(-1)!.headers["last-event-id"]).toBe("e.101");
  });
});
