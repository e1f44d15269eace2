/**
 * A playground for the elements: one page, and as much of Bellwire's API as they ask, in memory. One file,
 * no dependencies: `node server.mjs`.
 *
 * Deliberately not here: anything true. Users, rights and storage are Bellwire's; this forgets everything.
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

const port = Number(process.env.PORT ?? 8091);
const BUNDLE = new URL("../../client/dist/bellwire.js", import.meta.url);
const PAGE = new URL("page.html", import.meta.url);
const SCRIPT = new URL("page.js", import.meta.url);
const USER = { user: { id: "playground", language: "en", zone: "UTC" }, rights: { may_send_notifications: true } };
const MARKS = ["seen_at", "read_at", "closed_at", "closed_by", "archived_at", "snoozed_until", "withdrawn_at"];

const items = [];
const streams = new Set();
let seq = 0;

const cursor = () => `play.${seq}`;
const isUnread = (item) => !item.read_at && !item.archived_at;
const unread = () => items.filter(isUnread).length;
const stands = (item) => !item.closed_at && !item.archived_at;

function tell(item) {
  item.seq = ++seq;
  const frame = (event, data) => `id: ${cursor()}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  for (const stream of streams) stream.write(frame("item", item) + frame("unread", { count: unread() }));
}

function add(given) {
  const item = {
    id: String(items.length + 1).padStart(8, "0"),
    ...{ kind: "one_time", severity: "info", title: "", body: "", link: null, sticky: false, record: null },
    ...{ actions: [], count: 1, sender: "Playground", audience: [], created_at: new Date().toISOString(), expires_at: null },
    ...Object.fromEntries(MARKS.map((name) => [name, null])),
    ...given,
  };
  items.unshift(item);
  tell(item);
}

const CHANGES = {
  seen: (at) => ({ seen_at: at }),
  read: (at) => ({ read_at: at }),
  unread: () => ({ read_at: null }),
  archive: (at) => ({ archived_at: at }),
  unarchive: () => ({ archived_at: null }),
  close: (at, by = "user") => ({ closed_at: at, closed_by: by }),
  reopen: () => ({ closed_at: null, closed_by: null }),
};

function change(verb, ids, by) {
  const found = items.filter(({ id }) => ids.includes(id));
  for (const item of found) tell(Object.assign(item, CHANGES[verb](new Date().toISOString(), by)));
  return found;
}

function list(query) {
  const filters = { standing: stands, unread: isUnread, archived: (item) => item.archived_at };
  const wanted = filters[query.get("filter")] ?? ((item) => !item.archived_at);
  const kind = query.get("kind");
  const page = items.filter((item) => wanted(item) && (!kind || item.kind === kind));
  return { items: page, unread: unread(), cursor: cursor(), next: null };
}

function stream(request, response) {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const after = Number(request.headers["last-event-id"]?.split(".")[1] ?? seq);
  response.write(after < seq ? "event: resync\ndata: {}\n\n" : ": here\n\n");
  streams.add(response);
  request.on("close", () => streams.delete(response));
}

async function answer(request, response) {
  const { pathname, searchParams } = new URL(request.url, "http://playground");
  const send = (type, body) => response.writeHead(200, { "content-type": type }).end(body);
  const json = (value) => send("application/json", JSON.stringify(value));
  if (pathname === "/") return send("text/html; charset=utf-8", await readFile(PAGE));
  if (pathname === "/page.js") return send("text/javascript", await readFile(SCRIPT));
  if (pathname === "/client/bellwire.js") return send("text/javascript", await readFile(BUNDLE));
  if (pathname === "/v1/session") return json(USER);
  if (pathname === "/v1/stream") return stream(request, response);
  if (pathname === "/v1/inbox") return json(list(searchParams));
  const body = request.method === "POST" ? JSON.parse(Buffer.concat(await request.toArray()).toString() || "{}") : {};
  if (pathname === "/send") return json([body].flat().map(add).length);
  if (pathname === "/v1/inbox/read-all") return json({ changed: change("read", items.map(({ id }) => id)).length, unread: 0 });
  const [, bulk] = /^\/v1\/inbox\/(close|reopen)$/.exec(pathname) ?? [];
  if (bulk) return json({ changed: change(bulk, body.ids, body.by).length });
  const [, id, verb] = /^\/v1\/inbox\/(\w+)\/(\w+)$/.exec(pathname) ?? [];
  const [item] = verb in CHANGES ? change(verb, [id]) : [];
  if (item) return json(item);
  response.writeHead(404).end();
}

setInterval(() => streams.forEach((one) => one.write(":\n\n")), 20_000);
const listener = createServer((request, response) => {
  answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
});
listener.listen(port, "127.0.0.1", () => console.log(`playground at http://127.0.0.1:${listener.address().port}`));
