/** The client as a whole: state, optimistic changes and their way back, over scripted answers. */
import { beforeEach, describe, expect, it } from "vitest";
import { Client } from "../src/core/client.js";
import { openFeed } from "../src/core/feed.js";
import type { ClientOptions } from "../src/core/options.js";
import { ApiError } from "../src/core/problem.js";
import type { Item } from "../src/core/types.js";
import { eventStream, FakeEnv, item, json, type Request } from "./fake-env.js";

let env: FakeEnv;
let client: Client;
let stream: ReturnType<typeof eventStream>;
let inbox: { items: Item[]; unread: number; cursor: string; next: string | null };
/** Answers writes; a test replaces it. */
let write: (request: Request) => Response | Promise<Response>;
let errors: ApiError[];

const writes = () => env.requests.filter(({ method }) => method === "POST");
const frame = (event: string, data: unknown, id = "") =>
  stream.send(`${id && `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);

async function boot(items: Item[], unread = items.length, options: ClientOptions = { language: "en" }): Promise<void> {
  inbox = { items, unread, cursor: "e.100", next: null };
  client = new Client(env, options);
  errors = [];
  client.on("error", (error) => errors.push(error));
  client.start();
  await env.settle();
}

beforeEach(() => {
  env = new FakeEnv();
  stream = eventStream();
  write = ({ url }) => json({ ...inbox.items.find(({ id }) => url.includes(id)), seq: 500 });
  env.answer = (request) => {
    if (request.url.endsWith("/v1/stream")) return stream.response;
    if (request.method === "GET") return json(inbox);
    return write(request);
  };
});

describe("boot", () => {
  it("shows what stands and counts what is unread", async () => {
    await boot([item({ created_at: "2026-03-01T10:00:00Z" }), item()], 7);
    expect(client.store.standing().map(({ id }) => id)).toEqual(inbox.items.map(({ id }) => id).reverse());
    expect(client.store.unread).toBe(7);
    expect(env.requests[0]!.url).toBe("/v1/inbox?filter=standing&limit=100");
  });

  it("reads on while there are further pages", async () => {
    const pages = [
      { items: [item(), item()], unread: 3, cursor: "e.9", next: "p/2" },
      { items: [item()], unread: 3, cursor: "e.12", next: null },
    ];
    env.answer = ({ url }) => (url.endsWith("/v1/stream") ? stream.response : json(pages.shift()));
    client = new Client(env, { language: "en" });
    client.start();
    await env.settle();
    expect(client.store.standing()).toHaveLength(3);
    expect(env.requests[1]!.url).toContain("&cursor=p%2F2");
    const opened = env.requests.find(({ url }) => url.endsWith("/v1/stream"));
    expect(opened?.headers["last-event-id"]).toBe("e.9");
  });

  it("asks who the user is unless the host has said the language", async () => {
    const session = { user: { language: "ru", zone: "Europe/Berlin" }, rights: { may_send_notifications: true } };
    const answer = env.answer;
    env.answer = (request) => (request.url.endsWith("/v1/session") ? json(session) : answer(request));
    await boot([], 0, {});
    expect(client.session).toEqual(session);
    client.stop();
    expect(client.session).toBeNull();
  });

  it("does without that answer", async () => {
    const answer = env.answer;
    env.answer = (request) => (request.url.endsWith("/v1/session") ? json({}, 403) : answer(request));
    await boot([item()], 1, {});
    expect(client.store.unread).toBe(1);
  });

  it("asks again when the first answer fails", async () => {
    let failures = 2;
    const answer = env.answer;
    env.answer = (request) => (failures-- > 0 ? json({}, 503) : answer(request));
    await boot([item()]);
    await env.advance(5_000);
    expect(client.state).toBe("live");
    expect(client.store.standing()).toHaveLength(1);
  });
});

describe("frames", () => {
  it("tells what is new from what only changed", async () => {
    const known = item();
    await boot([known]);
    const heard: [string, boolean][] = [];
    client.on("item", (detail) => heard.push([detail.item.id, detail.isNew]));
    const fresh = item();
    const old = item({ closed_at: "2026-01-01T00:00:00Z" });
    frame("item", { ...known, seq: 101 });
    frame("item", fresh);
    frame("item", old);
    await env.settle();
    expect(heard).toEqual([[known.id, false], [fresh.id, true], [old.id, false]]);
  });

  it("keeps the later of two states of one item, in whatever order they come", async () => {
    const known = item({ seq: 10, title: "ten" });
    await boot([known]);
    frame("item", { ...known, seq: 12, title: "twelve" });
    frame("item", { ...known, seq: 11, title: "eleven" });
    await env.settle();
    expect(client.store.get(known.id)?.title).toBe("twelve");
  });

  it("takes the server's count, and read_all", async () => {
    const [early, late] = [item({ seq: 10 }), item({ seq: 20 })];
    await boot([early, late]);
    frame("read_all", { up_to: 10 });
    frame("unread", { count: 1 });
    await env.settle();
    expect(client.store.get(early.id)?.read_at).not.toBeNull();
    expect(client.store.get(late.id)?.read_at).toBeNull();
    expect(client.store.unread).toBe(1);
  });

  it("closes here what was closed elsewhere", async () => {
    const known = item();
    await boot([known]);
    frame("item", { ...known, seq: 200, closed_at: "2026-03-02T10:00:00Z", closed_by: "user" });
    await env.settle();
    expect(client.store.standing()).toEqual([]);
  });
});

describe("changes", () => {
  it("show at once and stay when confirmed", async () => {
    const known = item();
    await boot([known], 1);
    const read = client.read(known.id);
    expect(client.store.unread).toBe(0);
    write = () => json({ ...known, seq: 101, read_at: "2026-03-02T10:00:00Z" });
    expect(await read).toBe(true);
    expect(client.store.get(known.id)?.read_at).not.toBeNull();
  });

  it("are taken back when refused, and the refusal is told", async () => {
    const known = item();
    await boot([known], 1);
    write = () => json({ type: "/problems/conflict", detail: "No." }, 409);
    const read = client.read(known.id);
    expect(client.store.unread).toBe(0);
    expect(await read).toBe(false);
    expect(client.store.unread).toBe(1);
    expect(client.store.get(known.id)?.read_at).toBeNull();
    expect(errors[0]).toMatchObject({ status: 409, message: "No.", problem: { type: "/problems/conflict" } });
  });

  it("are sent again with the same key when the failure may pass", async () => {
    const known = item();
    await boot([known]);
    let failures = 2;
    write = () => (failures-- > 0 ? json({}, 503, { "retry-after": "2" }) : json({ changed: 1 }));
    const closed = client.close([known.id]);
    await env.advance(1_900);
    expect(writes()).toHaveLength(1);
    await env.advance(3_000);
    expect(await closed).toBe(true);
    expect(new Set(writes().map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
    expect(client.store.standing()).toEqual([]);
  });

  it("give up after six attempts and stand again", async () => {
    const known = item();
    await boot([known]);
    write = () => Promise.reject(new TypeError("no network"));
    void client.close([known.id], "timeout");
    expect(client.store.standing()).toEqual([]);
    await env.advance(60_000);
    expect(writes()).toHaveLength(6);
    expect(client.store.standing()).toHaveLength(1);
    expect(errors).toHaveLength(1);
  });

  it("forget an item that the server does not know", async () => {
    const known = item();
    await boot([known]);
    write = () => json({}, 404);
    await client.archive(known.id);
    expect(client.store.get(known.id)).toBeNull();
    expect(errors).toEqual([]);
  });

  it("of one item arrive in the order in which they were made", async () => {
    const known = item();
    await boot([known]);
    const order: string[] = [];
    let release!: (response: Response) => void;
    write = ({ url }) => {
      order.push(url.split("/").at(-1)!);
      return order.length === 1 ? new Promise<Response>((resolve) => (release = resolve)) : json({ changed: 1 });
    };
    void client.close([known.id]);
    void client.reopen([known.id]);
    await env.settle();
    expect(order).toEqual(["close"]);
    expect(client.store.standing()).toHaveLength(1);
    release(json({ changed: 1 }));
    await env.settle();
    expect(order).toEqual(["close", "reopen"]);
    expect(client.store.standing()).toHaveLength(1);
  });

  it("are not undone by an older frame that arrives after the answer", async () => {
    const known = item({ seq: 9 });
    await boot([known]);
    write = () => json({ changed: 1 });
    await client.close([known.id]);
    frame("item", { ...known, seq: 101, seen_at: "2026-03-02T10:00:00Z" });
    await env.settle();
    expect(client.store.standing()).toEqual([]);
    frame("item", { ...known, seq: 102, closed_at: "2026-03-02T10:00:00Z", closed_by: "user" });
    await env.advance(5_000);
    expect(client.store.standing()).toEqual([]);
  });

  it("split what one call cannot take", async () => {
    const many = Array.from({ length: 1_100 }, () => item());
    await boot(many);
    write = () => json({ changed: 1 });
    await client.close(many.map(({ id }) => id));
    await env.settle();
    expect(writes().map(({ body }) => (body as { ids: string[] }).ids.length).sort()).toEqual([100, 500, 500]);
    expect(client.store.standing()).toEqual([]);
  });

  it("carry who closed", async () => {
    const known = item();
    await boot([known]);
    write = () => json({ changed: 1 });
    await client.close([known.id], "timeout");
    expect(writes()[0]!.body).toEqual({ ids: [known.id], by: "timeout" });
  });
});

describe("mark all read", () => {
  it("reaches as far as the server had spoken", async () => {
    await boot([item({ seq: 50 })], 4);
    write = () => json({ changed: 4, unread: 0 });
    const done = client.readAll();
    expect(client.store.unread).toBe(0);
    await done;
    expect(writes()[0]!.body).toEqual({ up_to: 100 });
    expect(client.store.unread).toBe(0);
  });

  it("leaves what came after it unread", async () => {
    const early = item({ seq: 50 });
    await boot([early], 1);
    write = () => json({ changed: 1, unread: 1 });
    const done = client.readAll();
    const late = item({ seq: 150 });
    frame("item", late);
    await done;
    await env.settle();
    expect(client.store.get(early.id)?.read_at).not.toBeNull();
    expect(client.store.get(late.id)?.read_at).toBeNull();
    expect(client.store.unread).toBe(1);
  });

  it("is taken back when refused", async () => {
    await boot([item()], 1);
    write = () => json({}, 403);
    await client.readAll();
    expect(client.store.unread).toBe(1);
  });
});

it("lists load anew after a resync", async () => {
  await boot([item()]);
  const feed = openFeed(client, "all", () => {});
  await feed.more();
  const after = item();
  inbox = { items: [after], unread: 1, cursor: "e.200", next: null };
  for (let index = 0; index < 4; index++) {
    await env.advance(20_000);
    stream.send(":\n\n");
  }
  const old = stream;
  stream = eventStream();
  old.send("event: resync\ndata: {}\n\n");
  await env.settle();
  expect(feed.items().map(({ id }) => id)).toEqual([after.id]);
});

describe("signing out", () => {
  it("forgets everything when the server knows us no longer", async () => {
    await boot([item()], 1);
    let count = 0;
    client.on("signedout", () => (count += 1));
    write = () => json({}, 401);
    await client.read(inbox.items[0]!.id);
    await env.advance(60_000);
    expect(client.state).toBe("signed_out");
    expect(client.store.standing()).toEqual([]);
    expect(client.store.unread).toBe(0);
    expect(count).toBe(1);
    expect(errors).toEqual([]);
  });

  it("does not keep asking", async () => {
    env.answer = () => json({}, 401);
    client = new Client(env, { token: () => "stale", language: "en" });
    client.start();
    await env.advance(600_000);
    expect(client.state).toBe("signed_out");
    expect(env.requests).toHaveLength(2);
  });
});

describe("tokens", () => {
  it("come from the host's endpoint", async () => {
    const answer = env.answer;
    env.answer = (request) =>
      request.url === "/my/token" ? json({ token: "abc", expires_at: "2026-03-02T10:15:00Z" }, 201) : answer(request);
    await boot([], 0, { server: "https://bell.example/", tokenUrl: "/my/token", language: "ru" });
    expect(env.requests[1]!.url).toBe("https://bell.example/v1/inbox?filter=standing&limit=100");
    expect(env.requests[1]!.headers).toMatchObject({ authorization: "Bearer abc" });
    expect(env.requests.filter(({ url }) => url === "/my/token")).toHaveLength(1);
  });

  it("are asked for again while the endpoint is down", async () => {
    const answer = env.answer;
    let isDown = true;
    env.answer = (request) => {
      if (request.url !== "/my/token") return answer(request);
      return isDown ? json({}, 502) : json({ token: "abc" });
    };
    await boot([], 0, { tokenUrl: "/my/token", language: "en" });
    expect(client.state).toBe("waiting");
    isDown = false;
    await env.advance(5_000);
    expect(client.state).toBe("live");
  });

  it("mean signed out when the host refuses them", async () => {
    env.answer = () => json({}, 403);
    client = new Client(env, { tokenUrl: "/my/token" });
    client.start();
    await env.advance(60_000);
    expect(client.state).toBe("signed_out");
  });
});

it("keeps memory bounded", async () => {
  await boot([]);
  for (let index = 0; index < 1_000; index++) frame("item", item({ closed_at: "2026-03-02T10:00:00Z" }));
  await env.settle();
  expect(client.store.all().length).toBeLessThanOrEqual(600);
});

it("leaves nothing behind when stopped", async () => {
  await boot([item()]);
  client.stop();
  expect(env.listeners).toBe(0);
  expect(env.timers).toBe(0);
  expect(client.store.standing()).toEqual([]);
});

describe("a page that goes away", () => {
  it("sends what waited for an earlier write of the same item, and does so in order where it stays", async () => {
    const [one] = [item({ sticky: true })];
    await boot([one!]);
    const answers: (() => void)[] = [];
    write = ({ url }) =>
      new Promise((resolve) => answers.push(() => resolve(url.endsWith("/close") ? json({ changed: 1 }) : json({ ...one, seq: 500 }))));
    void client.seen(one!.id);
    void client.close([one!.id]);
    await env.settle();
    expect(writes().map(({ url }) => url)).toEqual([`/v1/inbox/${one!.id}/seen`]);
    env.fire("hide");
    await env.settle();
    expect(writes().map(({ url }) => url)).toEqual([`/v1/inbox/${one!.id}/seen`, "/v1/inbox/close"]);
    for (const answer of answers) answer();
    await env.settle();
    expect(writes()).toHaveLength(2);
    expect(errors).toEqual([]);
  });
});

describe("who the user is", () => {
  const session = (language: string, seconds: number) => ({
    user: { id: "u1", language, zone: "UTC" },
    rights: { may_send_notifications: false },
    popups: { seconds, quiet: null },
  });
  const opened = () => env.requests.filter(({ url }) => url.endsWith("/v1/stream")).length;

  it("is asked again when the stream says so, and heard of", async () => {
    let now = session("en", 10);
    const answer = env.answer;
    env.answer = (request) => (request.url.endsWith("/v1/session") ? json(now) : answer(request));
    await boot([], 0, {});
    const heard: number[] = [];
    client.on("session", ({ popups }) => heard.push(popups!.seconds));
    now = session("en", 25);
    frame("session", {});
    await env.settle();
    expect([heard, client.session!.popups!.seconds, opened()]).toEqual([[25], 25, 1]);
    // Another language is another stream: the server goes on in the one that it began in.
    now = session("ru", 25);
    frame("session", {});
    stream = eventStream();
    await env.settle();
    expect([client.session!.user.language, opened()]).toEqual(["ru", 2]);
  });

  it("stays as it was when that is not to be had", async () => {
    await boot([], 0, { language: "en" });
    const before = client.session;
    env.answer = () => json({}, 500);
    frame("session", {});
    await env.settle();
    expect(client.session).toBe(before);
    expect(client.state).toBe("live");
  });
});
