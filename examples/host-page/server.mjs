/**
 * A host page: somebody else's web application, under another origin than Bellwire and under a strict
 * policy, that has the bell and the popups by two tags. One file, no dependencies:
 *
 *   BELLWIRE_SERVER=http://127.0.0.1:8080 BELLWIRE_KEY=bwk_… BELLWIRE_USER=ann@example.com node server.mjs
 *
 * The key needs the scope `tokens` and stays here; the browser only ever sees a short-lived token of one
 * user. The origin that this prints must be among the account's allowed origins.
 *
 * Deliberately not here: a sign-in. A real application knows who its user is; this one is told.
 */
import { createServer } from "node:http";

const server = (process.env.BELLWIRE_SERVER ?? "http://127.0.0.1:8080").replace(/\/+$/, "");
const key = process.env.BELLWIRE_KEY ?? "";
const user = process.env.BELLWIRE_USER ?? "";
const port = Number(process.env.PORT ?? 8090);

if (!key || !user) {
  console.error("Set BELLWIRE_KEY (a key with the scope tokens) and BELLWIRE_USER (an e-mail address).");
  process.exit(1);
}

const POLICY = [
  "default-src 'none'",
  `script-src 'self' ${server}`,
  "style-src 'self'",
  "img-src 'self'",
  `connect-src 'self' ${server}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>Orders · Shop</title>
    <link rel="icon" href="/icon.svg">
    <link rel="stylesheet" href="/page.css">
    <script type="module" src="${server}/client/bellwire.js"></script>
    <script type="module" src="/page.js"></script>
  </head>
  <body>
    <header>
      <strong>Shop</strong>
      <nav aria-label="Main"><a href="/">Orders</a></nav>
      <bellwire-bell server="${server}" token-url="/my/bellwire-token"></bellwire-bell>
    </header>
    <main>
      <h1>Orders</h1>
      <p>This page belongs to another application. The bell above and the popups below are Bellwire's.</p>
      <h2>What Bellwire told this page</h2>
      <ol id="events"></ol>
    </main>
    <bellwire-popups></bellwire-popups>
  </body>
</html>
`;

const SCRIPT = `// Every event of the two elements bubbles to the document.
const list = document.querySelector("#events");
for (const name of ["item", "unread", "state", "before-navigate", "close", "signedout", "error"]) {
  document.addEventListener("bellwire:" + name, (event) => {
    const line = document.createElement("li");
    const { item, ...rest } = event.detail;
    line.textContent = name + " " + JSON.stringify(item ? { ...rest, id: item.id } : rest);
    list.prepend(line);
    list.children[20]?.remove();
  });
}
`;

const STYLE = `:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 0; }
header { display: flex; gap: 24px; align-items: center; padding: 8px 24px; border-bottom: 1px solid #8884; }
nav { flex: 1; }
main { padding: 24px; max-width: 60ch; }
h2 { font-size: 1rem; margin-top: 2rem; }
#events { font: 12px/1.6 ui-monospace, monospace; overflow-wrap: anywhere; padding-inline-start: 3ch; }
bellwire-bell, bellwire-popups { --bellwire-brass: light-dark(oklch(52% .17 300), oklch(76% .13 300)); }
`;

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#7450b8"/></svg>`;

/** Answers with a fresh token of the user, made with the key that never leaves this process. */
async function token() {
  const response = await fetch(`${server}/v1/tokens`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ user }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`Bellwire answered ${response.status}: ${await response.text()}`);
  return response.json();
}

const FILES = {
  "/": ["text/html; charset=utf-8", PAGE],
  "/page.css": ["text/css", STYLE],
  "/page.js": ["text/javascript", SCRIPT],
  "/icon.svg": ["image/svg+xml", ICON],
};

const host = createServer(async (request, response) => {
  const send = (status, type, body) => {
    response.writeHead(status, {
      "content-type": type,
      "content-security-policy": POLICY,
      "cache-control": "no-store",
      "referrer-policy": "same-origin",
      "x-content-type-options": "nosniff",
    });
    response.end(body);
  };
  const { pathname } = new URL(request.url ?? "/", "http://host.invalid");
  if (pathname === "/my/bellwire-token") {
    // Only this site's own pages may ask for the token of whoever is signed in here.
    const site = request.headers["sec-fetch-site"];
    if (site && site !== "same-origin") return send(403, "text/plain", "Only for this site's own pages.\n");
    try {
      return send(200, "application/json", JSON.stringify(await token()));
    } catch (error) {
      console.error(String(error));
      return send(502, "text/plain", "Bellwire gave no token.\n");
    }
  }
  const file = FILES[pathname];
  if (!file) return send(404, "text/plain", "There is no such page.\n");
  send(200, ...file);
});

host.listen(port, "127.0.0.1", () => {
  const { port: bound } = host.address();
  console.log(`The host page is at http://127.0.0.1:${bound}/ and takes its notifications from ${server}`);
});
