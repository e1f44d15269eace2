/**
 * A playground for the elements: one page, and as much of Bellwire's API as they ask, in memory. One file,
 * no dependencies: `node server.mjs`.
 *
 * Deliberately not here: anything true. Users, rights and storage are Bellwire's; this forgets everything.
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

const port = Number(process.env.PORT ?? 8091);
const DIST = new URL("../../client/dist/", import.meta.url);
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
const stands = (item) => !item.closed_at && !item.archived_at && !item.snoozed_until;
const ACTIONS = [{ code: "done", label: "Done" }, { code: "snooze", label: "Snooze" }];
const MINUTES = { "5m": 5, "15m": 15, "30m": 30, "1h": 60, tomorrow: 24 * 60 };
const GROUPS = [{ code: "sales", name: "Sales" }, { code: "support", name: "Support" }, { code: "vip", name: "VIP" }];
const USERS = ["Ann Lee", "Leo Park", "Mia Chen"].map((name, index) => ({ id: `user-${index}`, name, email: null }));
/** A minute of snoozing, in ms; a test has less patience. */
const MINUTE = Number(process.env.MINUTE ?? 60_000);

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
    ...(given.kind === "task" && { actions: ACTIONS }),
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
  close: (at, by = "user") => ({ closed_at: at, closed_by: by, snoozed_until: null }),
  reopen: () => ({ closed_at: null, closed_by: null, snoozed_until: null }),
};

function change(verb, ids, by) {
  const found = items.filter(({ id }) => ids.includes(id));
  for (const item of found) tell(Object.assign(item, CHANGES[verb](new Date().toISOString(), by)));
  return found;
}

/** Done, a task closes and offers nothing more; snoozed, an item stands again after its time. */
function act(id, verb, given) {
  const item = items.find((one) => one.id === id);
  if (!item || item.title.includes("refused")) return null;
  const at = new Date().toISOString();
  if (verb === "act") tell(Object.assign(item, { closed_at: at, closed_by: "user", read_at: at, actions: [] }));
  else {
    const ms = MINUTES[given.for] * MINUTE;
    const until = new Date(Date.now() + ms).toISOString();
    tell(Object.assign(item, { snoozed_until: until, closed_at: null, closed_by: null }));
    // Unless it was taken back or closed meanwhile.
    setTimeout(() => item.snoozed_until === until && tell(Object.assign(item, { snoozed_until: null })), ms);
  }
  return item;
}

/** What the create form asks; nobody but you reads it. */
function notify(pathname, { body, groups = [], users = [], severity, link = null, sticky = false }) {
  const errors = [];
  if (!body) errors.push({ field: "body", message: "Write a message." });
  if (!groups.length && !users.length) errors.push({ field: "groups", message: "Choose a group or a user." });
  if (link && !/^(https?:|mailto:|\/)/.test(link)) errors.push({ field: "link", message: "Must begin with https:, http:, mailto: or /." });
  if (errors.length) return [422, { title: "Invalid", errors }];
  const recipients = groups.length * 4 + users.length;
  if (pathname.endsWith("/preview")) return [200, { title: "", body, recipients }];
  const audience = GROUPS.filter(({ code }) => groups.includes(code)).map(({ name }) => name);
  add({ body, audience, severity, link, sticky });
  return [202, { id: items[0].id, recipients }];
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
  const [, file] = /^\/client\/(bellwire(?:-compose|-later-\w+)?\.js)$/.exec(pathname) ?? [];
  if (file) return send("text/javascript", await readFile(new URL(file, DIST)));
  if (pathname === "/v1/session") return json(USER);
  if (pathname === "/v1/stream") return stream(request, response);
  if (pathname === "/v1/inbox") return json(list(searchParams));
  const body = request.method === "POST" ? JSON.parse(Buffer.concat(await request.toArray()).toString() || "{}") : {};
  if (pathname === "/send") return json([body].flat().map(add).length);
  if (pathname === "/v1/inbox/read-all") return json({ changed: change("read", items.map(({ id }) => id)).length, unread: 0 });
  const [, bulk] = /^\/v1\/inbox\/(close|reopen)$/.exec(pathname) ?? [];
  if (bulk) return json({ changed: change(bulk, body.ids, body.by).length });
  if (pathname === "/v1/groups") return json({ items: GROUPS });
  if (pathname === "/v1/users") {
    const text = (searchParams.get("q") ?? "").toLowerCase();
    return json({ items: USERS.filter(({ name }) => name.toLowerCase().includes(text)), next: null });
  }
  const refuse = (status, problem) => response.writeHead(status, { "content-type": "application/problem+json" }).end(JSON.stringify(problem));
  if (pathname.startsWith("/v1/notifications")) return refuse(...notify(pathname, body));
  const [, acted, how] = /^\/v1\/inbox\/(\w+)\/(act|snooze)$/.exec(pathname) ?? [];
  if (how) {
    // A call to somebody who takes his time.
    if (items.find(({ id }) => id === acted)?.title.includes("slow")) await new Promise((done) => setTimeout(done, 2_000));
    const item = act(acted, how, body);
    return item ? json(item) : refuse(409, { title: "Conflict", detail: "The task is gone." });
  }
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
