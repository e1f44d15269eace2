// A host page for stories about tabs: its own origin, the client as built in this source tree, a token endpoint, and a count of what
// every tab announced. Not here: the server; calls go to it across origins, as from any host.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';

const DIST = new URL('../../client/dist/', import.meta.url);

const SCRIPT = `
import { createClient } from '/client/bellwire.js';
const announced = [];
const report = () => announced.length && navigator.sendBeacon('/announced', JSON.stringify(announced.splice(0)));
addEventListener('pagehide', report);
window.startClient = (user) => {
  const client = createClient({ server: window.SERVER, user, token: async () => (await fetch('/token?user=' + user)).json(), language: 'en' });
  client.on('announce', ({ title }) => {
    announced.push(title);
    // In a flood the reports must not be what takes the time; timers of a hidden page may come too late.
    if (document.hidden) report();
    else if (announced.length === 1) setTimeout(report, 50);
  });
  client.on('error', (error) => console.error('refused: ' + error.status + ' ' + error.message));
  window.client = client;
  return client;
};
window.startClient(new URLSearchParams(location.search).get('user') ?? 'mia@example.com');
`;

export class Host {
  /** How often each title was announced, over all tabs. @type {Map<string, number>} */
  announced = new Map();
  url = '';
  port = 0;
  /** Sent with the page. @type {Record<string, string>} */
  headers = {};
  /** Markup for the head of the page. */
  head = '<title>Orders - CRM</title>';
  /** Files of the client that do not come, and those that come changed. */
  withheld = /^$/;
  tampered = /^$/;
  #server;

  /** @param {import('./office.js').Office} office */
  constructor(office) {
    this.office = office;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
    });
  }

  /** @param {import('./office.js').Office} office */
  static async start(office) {
    const host = new Host(office);
    await new Promise((resolve) => host.#server.listen(0, '127.0.0.1', () => resolve(undefined)));
    host.port = /** @type {import('node:net').AddressInfo} */ (host.#server.address()).port;
    host.url = `http://127.0.0.1:${host.port}`;
    await office.server.must(office.key, 'POST', '/v1/allowed-origins', { origin: host.url });
    return host;
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async #answer(request, response) {
    const url = new URL(request.url ?? '/', this.url);
    const [, file] = /^\/client\/([\w-]+\.js)$/.exec(url.pathname) ?? [];
    if (file && this.withheld.test(file)) return void response.writeHead(503).end();
    if (file) return void this.#send(response, 'text/javascript', (await readFile(new URL(file, DIST))) + (this.tampered.test(file) ? ' ' : ''));
    if (url.pathname === '/host.js') return void this.#send(response, 'text/javascript', SCRIPT);
    if (url.pathname === '/icon.svg') return void this.#send(response, 'image/svg+xml', ICON);
    if (url.pathname === '/favicon.ico') return void response.writeHead(204).end();
    if (url.pathname === '/announced') {
      const titles = JSON.parse(Buffer.concat(await request.toArray()).toString());
      for (const title of titles) this.announced.set(title, (this.announced.get(title) ?? 0) + 1);
      return void response.writeHead(204).end();
    }
    if (url.pathname === '/token') {
      const answer = await this.office.server.must(this.office.key, 'POST', '/v1/tokens', { user: url.searchParams.get('user') });
      return void this.#send(response, 'application/json', JSON.stringify(answer));
    }
    if (url.pathname !== '/page') return void response.writeHead(404).end();
    this.#send(response, 'text/html; charset=utf-8', this.#page(), this.headers);
  }

  #page() {
    return `<!doctype html><html lang="en"><head>${this.head}<script>window.SERVER = ${JSON.stringify(this.office.server.url)}</script>
      <script type="module" src="/host.js"></script></head><body><h1>Orders</h1><input aria-label="Search">
      <bellwire-bell></bellwire-bell><bellwire-popups></bellwire-popups></body></html>`;
  }

  /** @param {import('node:http').ServerResponse} response @param {string} type @param {string | Buffer} body @param {Record<string, string>} [headers] */
  #send(response, type, body, headers = {}) {
    response.writeHead(200, { 'content-type': type, ...headers }).end(body);
  }

  close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="green"/></svg>';

/** The titles of the popups that a tab shows. @param {import('playwright-core').Page} page @returns {Promise<string[]>} */
export function shownIn(page) {
  return page.evaluate(() => {
    const root = document.querySelector('bellwire-popups')?.shadowRoot;
    if (!root?.querySelector('.popups:popover-open')) return [];
    return [...root.querySelectorAll('li:not([data-leaving]) .title')].map((title) => title.textContent ?? '');
  });
}

/** A new tab in a window of its own. @param {import('./chromium.js').Profile} profile @param {string} url */
export async function newWindow(profile, url) {
  const browser = profile.context.browser();
  if (!browser) throw new Error('no browser');
  const session = await browser.newBrowserCDPSession();
  const opened = profile.context.waitForEvent('page');
  await session.send('Target.createTarget', { url, newWindow: true });
  const page = await opened;
  await session.detach();
  await page.waitForLoadState();
  return page;
}

/** Minimises the window of a tab, or brings it back. @param {import('playwright-core').Page} page @param {'minimized' | 'normal'} windowState */
export async function setWindow(page, windowState) {
  const session = await page.context().newCDPSession(page);
  const { windowId } = await session.send('Browser.getWindowForTarget');
  await session.send('Browser.setWindowBounds', { windowId, bounds: { windowState } });
  await session.detach();
}
