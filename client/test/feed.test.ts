/** Lists of the inbox: pages, filters, and what arrives or changes meanwhile. */
import { beforeEach, describe, expect, it } from "vitest";
import { Api } from "../src/core/api.js";
import { Feed } from "../src/core/feed.js";
import { Store } from "../src/core/store.js";
import type { Filter, Item } from "../src/core/types.js";
import { FakeEnv, item, json } from "./fake-env.js";

let env: FakeEnv;
let store: Store;
let page: { items: Item[]; next: string | null };
let changes: number;

const ids = (items: readonly Item[]) => items.map(({ id }) => id);
const open = (filter: Filter = "all") =>
  new Feed(new Api(env, { tokens: null, onSignedOut: () => {} }), store, filter, () => void (changes += 1));

beforeEach(() => {
  env = new FakeEnv();
  store = new Store();
  changes = 0;
  page = { items: [], next: null };
  env.answer = () => json({ ...page, unread: 0, cursor: "e.1" });
});

describe("a list", () => {
  it("shows what is loaded, what arrives, and not what belongs to a later page", async () => {
    const old = item({ created_at: "2026-01-01T00:00:00Z" });
    store.put([old]);
    page = { items: [item({ created_at: "2026-03-02T09:00:00Z" }), item({ created_at: "2026-03-01T09:00:00Z" })], next: "p/2" };
    const feed = open();
    await feed.more();
    expect(ids(feed.items())).toEqual(ids(page.items));
    const arrived = item({ created_at: "2026-03-02T10:00:00Z" });
    store.put([arrived]);
    expect(feed.items()[0]).toBe(arrived);
    page = { items: [old], next: null };
    await feed.more();
    expect(feed.items().at(-1)!.id).toBe(old.id);
    expect(feed.hasMore).toBe(false);
    expect(env.requests.at(-1)!.url).toBe("/v1/inbox?filter=all&limit=30&cursor=p%2F2");
  });

  it("asks for its filter", async () => {
    await open("unread").more();
    await open("task").more();
    expect(env.requests.map(({ url }) => url)).toEqual([
      "/v1/inbox?filter=unread&limit=30",
      "/v1/inbox?filter=all&kind=task&limit=30",
    ]);
  });

  it("drops what no longer fits, and has it back when that is taken back", async () => {
    const known = item();
    page.items = [known];
    const feed = open("unread");
    await feed.more();
    const pending = { ids: new Set([known.id]), upTo: 0, change: (it: Item) => ({ ...it, read_at: "2026-03-02T10:00:00Z" }) };
    store.lay(pending);
    expect(feed.items()).toEqual([]);
    store.lift(pending);
    expect(ids(feed.items())).toEqual([known.id]);
  });

  it("hides what is archived, withdrawn, or of another kind", async () => {
    const at = "2026-03-02T10:00:00Z";
    page.items = [item(), item({ archived_at: at }), item({ withdrawn_at: at }), item({ kind: "task" })];
    const all = open();
    await all.more();
    expect(ids(all.items()).sort()).toEqual([page.items[0]!.id, page.items[3]!.id].sort());
    const tasks = open("task");
    await tasks.more();
    expect(ids(tasks.items())).toEqual([page.items[3]!.id]);
  });

  it("asks once at a time, and never past the end", async () => {
    const feed = open();
    await Promise.all([feed.more(), feed.more()]);
    await feed.more();
    expect(env.requests).toHaveLength(1);
  });

  it("can be asked again after a failure", async () => {
    env.answer = () => json({}, 500);
    const feed = open();
    await feed.more();
    expect([feed.state, feed.hasMore, changes]).toEqual(["failed", true, 2]);
    env.answer = () => json({ ...page, unread: 0, cursor: "e.1" });
    await feed.more();
    expect([feed.state, feed.hasMore]).toEqual(["idle", false]);
  });

  it("takes no answer after it was closed", async () => {
    const feed = open();
    const loading = feed.more();
    feed.close();
    page.items = [item()];
    await loading;
    expect(store.all()).toEqual([]);
  });
});
