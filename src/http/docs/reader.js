// Draws /openapi.json as a page: calls by resource, search, parameters, schemas, examples, and trying them. Everything it
// shows is in that document; nothing is fetched from elsewhere, and no string becomes markup.

const METHODS = ["get", "post", "put", "patch", "delete"];
const DEEPEST = 6;

/** An element with properties and children. */
function el(name, props = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== ""));
  return made;
}

/** Follows `$ref`s within the document. */
function resolve(doc, schema) {
  let found = schema;
  for (let step = 0; found?.$ref && step < 10; step += 1) {
    found = found.$ref.slice(2).split("/").reduce((at, key) => at?.[key.replaceAll("~1", "/").replaceAll("~0", "~")], doc);
  }
  return found ?? {};
}

/** The one schema that matters of `anyOf: [x, null]` and the like. */
function plain(doc, schema) {
  const found = resolve(doc, schema);
  const choices = found.anyOf ?? found.oneOf;
  const real = choices?.filter((choice) => resolve(doc, choice).type !== "null");
  return real?.length === 1 ? { ...resolve(doc, real[0]), nullable: true } : found;
}

function typeOf(doc, schema) {
  if (schema === true) return "anything";
  const found = plain(doc, schema);
  const names = found.enum ?? (found.oneOf ?? found.anyOf)?.map((choice) => resolve(doc, choice).const).filter(Boolean);
  if (names?.length) return names.map((name) => JSON.stringify(name)).join(" | ");
  if (found.const !== undefined) return JSON.stringify(found.const);
  const types = [found.type ?? (found.properties ? "object" : "anything")].flat();
  const text = types.map((type) => (type === "array" ? `${typeOf(doc, found.items ?? true)}[]` : type)).join(" | ");
  return (found.format ? `${text} (${found.format})` : text) + (found.nullable && !types.includes("null") ? " | null" : "");
}

/** An example of a schema's value. */
function example(doc, schema, depth = 0) {
  if (schema === true || depth > DEEPEST) return null;
  const found = plain(doc, schema);
  if (found.examples?.length) return found.examples[0];
  if (found.default !== undefined && found.default !== null) return found.default;
  if (found.const !== undefined) return found.const;
  if (found.enum) return found.enum[0];
  const choices = found.oneOf ?? found.anyOf;
  if (choices) return example(doc, choices[0], depth + 1);
  const type = [found.type].flat().find((name) => name !== "null");
  if (type === "object" || found.properties) {
    const entries = Object.entries(found.properties ?? {});
    return Object.fromEntries(entries.map(([name, inner]) => [name, example(doc, inner, depth + 1)]));
  }
  if (type === "array") return [example(doc, found.items ?? true, depth + 1)].filter((item) => item !== null);
  if (type === "integer" || type === "number") return 1;
  if (type === "boolean") return true;
  if (type !== "string") return null;
  return { "date-time": "2027-01-31T09:00:00Z", date: "2027-01-31", email: "name@example.com" }[found.format] ?? "text";
}

/** The fields of a schema, those of inner objects folded in beneath them. */
function tree(doc, schema, depth = 0) {
  const found = plain(doc, schema);
  const object = [found.type].flat().includes("array") ? plain(doc, found.items ?? true) : found;
  const properties = Object.entries(object.properties ?? {});
  if (!properties.length || depth > DEEPEST) {
    return depth === 0 ? el("p", { class: "type" }, typeOf(doc, schema)) : undefined;
  }
  const rows = properties.map(([name, inner]) => {
    const known = plain(doc, inner);
    const beneath = tree(doc, inner, depth + 1);
    const must = (object.required ?? []).includes(name);
    return el("tr", {},
      el("th", { scope: "row" }, el("code", {}, name), must ? el("span", { class: "must" }, " required") : ""),
      el("td", {}, el("span", { class: "type" }, typeOf(doc, inner)), known.description ? el("div", {}, known.description) : "",
        beneath ? el("details", {}, el("summary", {}, "its fields"), el("div", { class: "deep" }, beneath)) : ""));
  });
  return el("table", { class: "tree" }, el("tbody", {}, rows));
}

function parameters(doc, list) {
  if (!list.length) return undefined;
  const rows = list.map((one) => el("tr", {},
    el("th", { scope: "row" }, el("code", {}, one.name), one.required ? el("span", { class: "must" }, " required") : ""),
    el("td", { class: "type" }, one.in),
    el("td", {}, el("span", { class: "type" }, typeOf(doc, one.schema)),
      el("div", {}, one.description ?? plain(doc, one.schema).description ?? ""))));
  return el("div", {}, el("h3", {}, "Parameters"), el("table", {}, el("tbody", {}, rows)));
}

function bodyOf(content) {
  const [media, { schema }] = Object.entries(content ?? {})[0] ?? ["", {}];
  return { media, schema };
}

function shape(doc, title, content) {
  const { media, schema } = bodyOf(content);
  if (!schema) return undefined;
  return el("div", {}, el("h3", {}, `${title} `, el("span", { class: "type" }, media)), tree(doc, schema),
    el("details", {}, el("summary", {}, "Example"), el("pre", { tabindex: "0" }, JSON.stringify(example(doc, schema), null, 2))));
}

/** The form that makes a call. */
function trial(doc, call) {
  const { schema } = bodyOf(call.operation.requestBody?.content);
  const inputs = call.parameters.map((one) => [one, el("input", { name: one.name, autocomplete: "off" })]);
  const body = schema ? el("textarea", { "aria-label": "Body", spellcheck: "false" }) : undefined;
  if (body) body.value = JSON.stringify(example(doc, schema), null, 2);
  const answer = el("pre", { tabindex: "0", hidden: true, "aria-live": "polite" });
  const send = async (event) => {
    event.preventDefault();
    const headers = {};
    const key = document.getElementById("key").value.trim();
    if (key) headers.authorization = `Bearer ${key}`;
    if (body) headers["content-type"] = "application/json";
    let path = call.path;
    const query = new URLSearchParams();
    for (const [one, input] of inputs) {
      if (one.in === "path") path = path.replace(`{${one.name}}`, encodeURIComponent(input.value));
      else if (input.value && one.in === "header") headers[one.name] = input.value;
      else if (input.value) query.append(one.name, input.value);
    }
    answer.hidden = false;
    answer.textContent = "…";
    try {
      const url = query.size ? `${path}?${query}` : path;
      const response = await fetch(url, { method: call.method.toUpperCase(), headers, body: body?.value });
      const text = await response.text();
      let shown = text;
      try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON: as it is */ }
      answer.textContent = `${response.status} ${response.statusText}\n${shown}`;
    } catch (error) {
      answer.textContent = `No answer: ${error.message}`;
    }
  };
  const rows = inputs.map(([one, input]) => el("label", {}, el("code", {}, one.name), input));
  return el("details", {}, el("summary", {}, "Try it"),
    el("form", { class: "try", onsubmit: send }, rows, body, el("button", { type: "submit" }, "Send"), answer));
}

/** What is behind a call's line; drawn when it is first opened, because there are many. */
function inside(doc, call) {
  const { operation } = call;
  const responses = Object.entries(operation.responses ?? {}).map(([status, response]) => {
    const found = resolve(doc, response);
    const drawn = shape(doc, `Answer ${status}`, found.content);
    return drawn ?? el("div", {}, el("h3", {}, `Answer ${status}`), el("p", { class: "type" }, found.description));
  });
  const streams = Object.keys(operation.responses?.["200"]?.content ?? {}).includes("text/event-stream");
  return el("div", { class: "inside" }, el("p", { class: "what" }, operation.description ?? ""),
    parameters(doc, call.parameters), shape(doc, "Body", operation.requestBody?.content), ...responses,
    streams ? "" : trial(doc, call));
}

function drawCall(doc, call) {
  const details = el("details", { class: "call", id: call.operation.operationId },
    el("summary", {}, el("span", { class: `method ${call.method}` }, call.method.toUpperCase()),
      el("span", { class: "path" }, call.path), el("span", { class: "what" }, call.operation.summary ?? "")));
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(inside(doc, call));
  });
  call.card = el("article", {}, details);
  call.entry = el("a", { href: `#${call.operation.operationId}`, title: `${call.method.toUpperCase()} ${call.path}` },
    el("span", { class: `method ${call.method}` }, call.method.toUpperCase()), el("span", {}, call.operation.summary ?? call.path));
  call.words = [call.method, call.path, call.operation.summary, call.operation.operationId].join(" ").toLowerCase();
  return call.card;
}

function callsOf(doc) {
  return Object.entries(doc.paths).flatMap(([path, item]) => METHODS.filter((method) => item[method]).map((method) => {
    const operation = item[method];
    const list = (operation.parameters ?? []).map((one) => resolve(doc, one));
    return { path, method, operation, parameters: list, tag: operation.tags?.[0] ?? "other" };
  }));
}

/** Opens the call that the address names. */
function follow() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (const link of document.querySelectorAll("nav a")) {
    link.setAttribute("aria-current", String(link.hash === location.hash));
  }
  if (target?.matches("details.call")) {
    target.open = true;
    target.scrollIntoView({ block: "start" });
  }
}

function draw(doc) {
  const [nav, main] = [document.getElementById("nav"), document.getElementById("main")];
  document.getElementById("version").textContent = doc.info.version;
  const calls = callsOf(doc);
  const tags = [...new Set(calls.map((call) => call.tag))].sort();
  main.replaceChildren(el("p", { class: "about" }, doc.info.description ?? ""));
  const groups = tags.map((tag) => {
    const own = calls.filter((call) => call.tag === tag);
    const section = el("section", {}, el("h2", {}, tag), own.map((call) => drawCall(doc, call)));
    const links = el("div", {}, el("h2", {}, tag), own.map((call) => call.entry));
    main.append(section);
    nav.append(links);
    return { own, section, links };
  });
  const nothing = el("p", { class: "empty", role: "status", hidden: true }, "No call has all of these words.");
  main.append(nothing);
  document.getElementById("search").addEventListener("input", (event) => {
    const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const { own, section, links } of groups) {
      for (const call of own) {
        const hidden = !words.every((word) => call.words.includes(word));
        call.card.hidden = hidden;
        call.entry.hidden = hidden;
      }
      section.hidden = own.every((call) => call.card.hidden);
      links.hidden = section.hidden;
    }
    nothing.hidden = groups.some(({ section }) => !section.hidden);
  });
  addEventListener("hashchange", follow);
  follow();
}

document.getElementById("tools").addEventListener("submit", (event) => event.preventDefault());

try {
  const response = await fetch("/openapi.json");
  if (!response.ok) throw new Error(`status ${response.status}`);
  draw(await response.json());
} catch (error) {
  document.getElementById("state").textContent = `The document could not be read: ${error.message}`;
}
