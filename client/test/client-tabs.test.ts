/**
 * Whole clients in several tabs of a fake browser: one stream for all, what is done in one shows in all,
 * the next takes over after the last frame, and sign-out silences everybody.
 */
import { beforeEach, describe, expect, it } from "vitest";
import type { Locks } from "../src/core/claim.js";
import { Client } from "../src/core/client.js";
import { FakeBrowser, FakeTab } from "./fake-browser.js";
import { eventStream, item, json } from "./fake-env.js";

let browser: FakeBrowser;
let streams: { tab: FakeTab; after: string; stream: ReturnType<typeof eventStream> }[];
let announced: string[];
let first: Client;
let second: Client;
const standing = item({ title: "Before", seq: 90 });

function open(user: string | undefined = "mia", locks?: Locks): { client: Client; tab: FakeTab } {
  const tab = new FakeTab(browser);
  if (locks) tab.env.locks = locks;
  tab.env.fetch = async (url, init) => {
    const { headers } = init as { headers: Record<string, string> };
    if (url.endsWith("/v1/session")) return json({ user: { id: "mia" }, rights: {} });
    if (!url.endsWith("/v1/stream")) {
      const page = { items: [standing], unread: 1, cursor: "e.100", next: null };
      return json(init.method === "GET" ? page : { changed: 1 });
    }
    const stream = eventStream();
    streams.push({ tab, after: headers["last-event-id"]!, stream });
    return stream.response;
  };
  const client = new Client(tab.env, { ...(user === undefined ? {} : { user }), language: "en" });
  client.on("announce", ({ id }) => announced.push(id));
  client.start();
  return { client, tab };
}

/** Lets messages, locks and answers come through. */
async function settle(ms = 50): Promise<void> {
  for (let round = 0; round < 4; round++) {
    await browser.settle(ms);
    for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}

const send = (event: string, data: unknown, id: string) =>
  streams.at(-1)!.stream.send(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
const ids = (client: Client) => client.store.standing().map(({ id }) => id);

beforeEach(async () => {
  browser = new FakeBrowser(5, true);
  streams = [];
  announced = [];
  ({ client: first } = open());
  ({ client: second } = open());
  await settle();
});

describe("two tabs", () => {
  it("share one stream and one state", async () => {
    expect(streams).toHaveLength(1);
    expect([ids(first), ids(second)]).toEqual([[standing.id], [standing.id]]);
    expect([first.state, second.state]).toEqual(["live", "live"]);
    const arrived = item({ seq: 101 });
    send("item", arrived, "e.101");
    send("unread", { count: 2 }, "e.101");
    await settle();
    expect(ids(second)).toContain(arrived.id);
    expect([first.store.unread, second.store.unread]).toEqual([2, 2]);
    expect(announced.filter((id) => id === arrived.id)).toHaveLength(1);
    expect([first, second].filter(({ coordination }) => coordination.presents)).toHaveLength(1);
  });

  it("show at once what is done in one of them", async () => {
    void second.close([standing.id]);
    await browser.settle(1);
    expect([ids(first), ids(second)]).toEqual([[], []]);
  });

  it("tell one that joins of what the server has not echoed yet", async () => {
    void second.close([standing.id]);
    const { client } = open();
    await settle();
    expect(client.state).toBe("live");
    expect(ids(client)).toEqual([]);
  });

  it("take the stream over after the last frame that any of them has seen", async () => {
    send("item", item({ seq: 107 }), "e.107");
    await settle();
    browser.bury(streams[0]!.tab);
    await settle();
    expect(streams.map(({ after }) => after)).toEqual(["e.100", "e.107"]);
  });

  it("fall silent together at sign-out", async () => {
    const start = browser.time;
    second.signOut();
    await browser.settle(1);
    expect(browser.time - start).toBeLessThan(200);
    expect([first.state, second.state]).toEqual(["signed_out", "signed_out"]);
    expect([ids(first), first.coordination.presents]).toEqual([[], false]);
  });

  it("of another user on the same cookie end the first one's", async () => {
    open("leo");
    await settle();
    expect([first.state, second.state]).toEqual(["signed_out", "signed_out"]);
  });

  it("go by the preferences that one of them has set, and so does one that joins", async () => {
    const session = { ...first.session!, popups: { seconds: 30, quiet: null } };
    second.session = session;
    await browser.settle(1);
    expect(first.session?.popups?.seconds).toBe(30);
    const { client } = open();
    await settle();
    expect(client.session?.popups?.seconds).toBe(30);
  });

  it("ask who the user is when nobody has said it", async () => {
    const { client } = open(undefined);
    await settle();
    expect(client.state).toBe("live");
    expect(streams).toHaveLength(1);
  });
});

describe("locks that are neither granted nor refused, as in some private windows", () => {
  it("are given up, and the tabs agree over the channel", async () => {
    browser = new FakeBrowser(7, true);
    streams = [];
    const silent = { request: () => new Promise<never>(() => {}), query: async () => ({ held: [] }) };
    const clients = [open("ann", silent), open("ann", silent)].map(({ client }) => client);
    await settle(10_000);
    expect(clients.map(({ state }) => state)).toEqual(["live", "live"]);
    expect(streams).toHaveLength(1);
    expect(clients.filter(({ coordination }) => coordination.presents)).toHaveLength(1);
  });

  it("stay in use while they show that this tab waits", async () => {
    let asked = 0;
    const query = async () => {
      asked += 1;
      return { held: [], pending: [{ name: "bellwire:|mia:conn" }] };
    };
    const { client } = open("mia", { request: () => new Promise<never>(() => {}), query });
    streams[0]!.tab.isFrozen = true;
    await settle(20_000);
    expect(asked).toBeGreaterThan(0);
    expect(client.coordination.presents).toBe(false);
  });
});
