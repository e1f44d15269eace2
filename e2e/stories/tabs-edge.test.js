// The edges: restored tabs, blocked storage, a private window, numbers, keys with Shift, races, a server that is away, and pages
// that style, trap and listen to everything.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Host, shownIn } from '../harness/host.js';
import { Office } from '../harness/office.js';
import { popups } from '../harness/pages.js';
import { until } from '../harness/until.js';

/** @typedef {import('playwright-core').Page} Page */

/** @type {Office} */
let office;
/** @type {Host} */
let host;
/** @type {import('../harness/chromium.js').Profile} */
let profile;
let count = 0;

before(async () => {
  office = await Office.open({ people: { mia: { name: 'Mia Chen' } } });
  host = await Host.start(office);
});
after(async () => {
  host?.close();
  await office?.close();
});
beforeEach(async () => {
  await office.goHome();
  await call('POST', '/v1/inbox/close', { ids: (await standing()).map(({ id }) => id) });
  host.announced.clear();
  profile = await office.profile([host.url]);
});

/** @param {string} method @param {string} path @param {unknown} [body] */
const call = async (method, path, body) => office.server.must(await office.token('mia'), method, path, body);
/** @returns {Promise<{id: string}[]>} */
const standing = async () => (await office.inbox('mia', '?filter=standing&limit=100')).items;

/** @param {boolean} [sticky] */
async function send(sticky = true) {
  const title = `Notice ${++count}`;
  await office.send({ title, body: 'Something happened.', users: ['mia@example.com'], sticky });
  return title;
}

/** @param {number} many */
async function sendMany(many) {
  const titles = [];
  for (let index = 0; index < many; index++) titles.push(await send());
  return titles;
}

/** @param {Page[]} pages */
async function live(pages) {
  for (const page of pages) await until('the tab is in touch', () => page.evaluate(() => /** @type {any} */ (window).client?.state === 'live'));
}

async function open() {
  const page = await profile.tab(`${host.url}/page`);
  await live([page]);
  // What comes later brings the keys.
  await until('the page is at rest', () => page.evaluate(() => performance.getEntriesByType('resource').some(({ name }) => name.includes('bellwire-later'))));
  return page;
}

/** @param {Page} page @param {string[]} titles */
const shows = (page, titles) => until(`it shows ${titles}`, async () => [...(await shownIn(page))].sort().join() === [...titles].sort().join());

test('a browser that starts with five restored tabs in the background shows it in one', async () => {
  const pages = await Promise.all(Array.from({ length: 5 }, () => profile.context.newPage()));
  await profile.tab('about:blank');
  await Promise.all(pages.map((page) => page.goto(`${host.url}/page`)));
  await live(pages);
  const title = await send();
  await until('one shows it', async () => (await Promise.all(pages.map(shownIn))).flat().join() === title);
  await until('it is announced', () => host.announced.size === 1);
  assert.deepEqual([...host.announced.values()], [1]);
  const [shown] = (await Promise.all(pages.map(async (page) => ((await shownIn(page)).length ? [page] : [])))).flat();
  await until('its title counts', async () => (await shown?.title()) === '(1) Orders - CRM');
});

test('storage that throws, or is full, harms nothing', async () => {
  for (const fault of ['blocked', 'full']) {
    const page = await profile.tab();
    await page.addInitScript((fault) => {
      const refuse = () => {
        throw new DOMException('no', fault === 'full' ? 'QuotaExceededError' : 'SecurityError');
      };
      if (fault === 'full') Storage.prototype.setItem = refuse;
      else Object.defineProperty(window, 'localStorage', { get: refuse });
    }, fault);
    await page.goto(`${host.url}/page`);
    await live([page]);
    const title = await send();
    await until('it is shown', async () => (await shownIn(page)).includes(title));
    await page.close();
  }
  assert.deepEqual(office.faults(), []);
});

test('a private window is a browser of its own', async () => {
  const page = await open();
  const other = await profile.context.browser()?.newContext();
  const hidden = await /** @type {import('playwright-core').BrowserContext} */ (other).newPage();
  await hidden.goto(`${host.url}/page`);
  await live([hidden]);
  await page.bringToFront();
  const title = await send();
  await shows(page, [title]);
  await shows(hidden, [title]);
  await popups(hidden, title).getByRole('button', { name: 'Close' }).click();
  // Closed on one device it is closed on all.
  await shows(page, []);
  await other?.close();
});

test('the number in the title grows beyond nine and ninety-nine, and goes when all is read elsewhere', { timeout: 120_000 }, async () => {
  const page = await open();
  await profile.tab('about:blank');
  for (const [many, text] of /** @type {const} */ ([[1, '(1)'], [8, '(9)'], [1, '(10)'], [89, '(99)'], [1, '(99+)']])) {
    await sendMany(many);
    await until(`the title says ${text}`, async () => (await page.title()) === `${text} Orders - CRM`);
  }
  const { cursor } = await office.inbox('mia');
  await call('POST', '/v1/inbox/read-all', { up_to: Number(cursor.split('.').at(-1)) });
  await until('the title is the page\'s', async () => (await page.title()) === 'Orders - CRM');
});

test('who types goes on typing, and nothing on the page moves', async () => {
  const page = await open();
  const field = page.getByLabel('Search');
  await field.focus();
  await page.evaluate(() => {
    /** @type {any} */ (window).shifted = [];
    new PerformanceObserver((list) => {
      // What lies in our own shadow tree has no node here.
      const sources = list.getEntries().flatMap((entry) => /** @type {any} */ (entry).sources);
      /** @type {any} */ (window).shifted.push(...sources.flatMap(({ node }) => (node && !node.closest?.('bellwire-popups') ? [node.nodeName + node.outerHTML?.slice(0, 80)] : [])));
    }).observe({ type: 'layout-shift' });
  });
  const before = await page.evaluate(() => document.querySelector('h1')?.getBoundingClientRect().top);
  const titles = [];
  for (const letter of 'a late order') {
    await page.keyboard.press(letter === ' ' ? 'Space' : letter);
    titles.push(await send());
  }
  await shows(page, titles);
  await popups(page).last().getByRole('button', { name: 'Close' }).click();
  await shows(page, titles.slice(1));
  await page.keyboard.press('Enter');
  assert.equal(await field.inputValue(), 'a late order');
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Search');
  assert.equal(await page.evaluate(() => document.querySelector('h1')?.getBoundingClientRect().top), before);
  assert.deepEqual(await page.evaluate(() => /** @type {any} */ (window).shifted), []);
});

test('Shift with Enter, Space, Delete and the pointer closes what stands, and nothing that comes meanwhile', async () => {
  const page = await open();
  for (const how of ['Enter', 'Space', 'Delete', 'pointer']) {
    const titles = await sendMany(3);
    await shows(page, titles);
    if (how === 'pointer') {
      const close = popups(page).first().getByRole('button', { name: 'Close' });
      await page.keyboard.down('Shift');
      await close.click();
      await shows(page, []);
      const late = await send();
      await shows(page, [late]);
      await page.keyboard.up('Shift');
      await shows(page, [late]);
      await popups(page, late).getByRole('button', { name: 'Close' }).click();
    } else {
      await page.keyboard.press('F8');
      if (how !== 'Delete') await page.keyboard.press('Tab');
      await page.keyboard.press(`Shift+${how}`);
    }
    await shows(page, []);
    await until('the server knows', async () => (await standing()).length === 0);
  }
  assert.deepEqual(office.faults(), []);
});

test('closed in three tabs at once it is closed, once and without complaint', async () => {
  const pages = [await open(), await open(), await open()];
  const titles = await sendMany(2);
  await shows(/** @type {Page} */ (pages[2]), titles);
  await Promise.all(pages.map((page) => page.evaluate(() => {
    const { client } = /** @type {any} */ (window);
    return client.close(client.store.standing().map((/** @type {any} */ { id }) => id));
  })));
  await until('nothing stands', async () => (await standing()).length === 0);
  for (const page of pages) {
    await page.bringToFront();
    await shows(page, []);
  }
  assert.deepEqual(office.faults(), []);
});

test('closed while the server is away it stays closed, and the server learns of it', { timeout: 120_000 }, async () => {
  const page = await open();
  const title = await send();
  await shows(page, [title]);
  await page.evaluate(() => {
    const { client } = /** @type {any} */ (window);
    /** @type {any} */ (window).back = 0;
    client.store.subscribe(() => (/** @type {any} */ (window).back += Number(client.store.standing().length > 0 && /** @type {any} */ (window).gone)));
  });
  await office.server.restart(async () => {
    await page.evaluate(() => {
      const { client } = /** @type {any} */ (window);
      void client.close(client.store.standing().map((/** @type {any} */ { id }) => id));
      /** @type {any} */ (window).gone = true;
    });
    await shows(page, []);
  });
  await until('the server knows', async () => (await standing()).length === 0, 60_000);
  assert.equal(await page.evaluate(() => /** @type {any} */ (window).back), 0);
  office.faults();
});

test('a page that unsets every style, lies on top, zooms, and shuts out all beside its own dialog', async () => {
  const page = await open();
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('* { all: unset !important; } #veil { position: fixed !important; inset: 0 !important; z-index: 2147483647 !important; background: #0008 !important; } body { zoom: 1.5 !important; }');
    document.adoptedStyleSheets = [sheet];
    const veil = document.createElement('div');
    veil.id = 'veil';
    veil.append(Object.assign(document.createElement('button'), { textContent: 'Inside' }));
    document.body.append(veil);
    // As the usual dialogs made of plain elements do.
    document.body.style.setProperty('pointer-events', 'none', 'important');
    /** @type {any} */ (window).outside = 0;
    for (const type of ['pointerdown', 'focusin']) {
      document.addEventListener(type, (event) => {
        if (!veil.contains(/** @type {Node} */ (event.target))) /** @type {any} */ (window).outside += 1;
      });
    }
  });
  const titles = await sendMany(2);
  await shows(page, titles);
  await popups(page, titles[0]).getByRole('button', { name: 'Close' }).click();
  await shows(page, titles.slice(1));
  assert.equal(await page.evaluate(() => /** @type {any} */ (window).outside), 0);
  const isWithin = await popups(page).evaluate((box) => {
    const { left, right, top, bottom } = box.getBoundingClientRect();
    return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight && box.clientHeight > 40;
  });
  assert.equal(isWithin, true);
});

test('the tab with the stream hangs for six seconds: what came is shown where one looks, and announced once', async () => {
  const pages = [await open(), await open()];
  const [first, second] = /** @type {[Page, Page]} */ (pages);
  assert.equal(await first.evaluate(() => /** @type {any} */ (window).client.state), 'live');
  const hung = first.evaluate(() => {
    const end = performance.now() + 6_000;
    while (performance.now() < end);
  });
  const title = await send();
  await shows(second, [title]);
  await hung;
  await shows(second, [title]);
  assert.deepEqual(await shownIn(first), []);
  await until('it is announced', () => host.announced.size === 1);
  assert.deepEqual([...host.announced.values()], [1]);
});

test('icons: none, several, of another origin, and one that the page changes meanwhile, all as they were afterwards', { timeout: 120_000 }, async () => {
  const heads = {
    none: '',
    several: '<link rel="icon" href="/icon.svg" type="image/svg+xml" sizes="any"><link rel="shortcut icon" href="/favicon.ico" sizes="32x32"><link rel="apple-touch-icon" href="/touch.png">',
    elsewhere: `<link rel="icon" href="${office.server.url}/favicon.svg">`,
    changed: '<link rel="icon" href="/icon.svg">',
  };
  for (const [name, icons] of Object.entries(heads)) {
    host.head = `<title>Orders - CRM</title>${icons}`;
    const page = await open();
    const links = () => page.evaluate(() => [...document.head.querySelectorAll('link')].map((link) => link.outerHTML));
    let wanted = await links();
    const blank = await profile.tab('about:blank');
    const title = await send();
    await until(`${name}: the icon counts`, () => page.evaluate(() => [...document.querySelectorAll('link')].some(({ href }) => href.startsWith('data:image/png'))));
    if (name === 'changed') {
      // As pages do that find their icon by its rel.
      await page.evaluate(() => /** @type {HTMLLinkElement} */ (document.querySelector('link[rel~="icon"]')).setAttribute('href', '/icon.svg?busy'));
      await until('it counts over the new one', () => page.evaluate(() => document.querySelector('link')?.href.startsWith('data:image/png')));
      wanted = ['<link rel="icon" href="/icon.svg?busy">'];
    }
    await page.bringToFront();
    const here = new URL(host.url).origin;
    await until(`${name}: as it was`, async () => (await links()).join().replaceAll(here, '') === wanted.join());
    assert.equal(await page.title(), 'Orders - CRM');
    await popups(page, title).getByRole('button', { name: 'Close' }).click();
    await shows(page, []);
    await page.close();
    await blank.close();
  }
  host.head = '<title>Orders - CRM</title>';
});
