// Popups in exactly one tab: tabs of a real browser with true visibility, turned to, hidden, closed, crashed, frozen, navigated away and back.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Host, newWindow, setWindow, shownIn } from '../harness/host.js';
import { Office } from '../harness/office.js';
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
  office = await Office.open({ people: { mia: { name: 'Mia Chen' }, leo: { name: 'Leo Park' } } });
  host = await Host.start(office);
});
after(async () => {
  host?.close();
  await office?.close();
});
beforeEach(async () => {
  await office.goHome();
  await closeAll('mia');
  host.announced.clear();
  host.headers = {};
  host.head = '<title>Orders - CRM</title>';
  profile = await office.profile([host.url]);
});

/** @param {string} short */
async function closeAll(short) {
  const { token } = await office.server.must(office.key, 'POST', '/v1/tokens', { user: `${short}@example.com` });
  const { items } = await office.server.must(token, 'GET', '/v1/inbox?filter=standing&limit=100');
  await office.server.must(token, 'POST', '/v1/inbox/close', { ids: items.map((/** @type {{id: string}} */ item) => item.id) });
}

/** Sends a popup that stays. @param {string[]} [users] */
async function send(users = ['mia@example.com']) {
  const title = `Notice ${++count}`;
  await office.send({ title, body: 'Something happened.', users, sticky: true });
  return title;
}

/** @param {number} many */
async function open(many) {
  const pages = [];
  for (let index = 0; index < many; index++) pages.push(await profile.tab(`${host.url}/page`));
  await live(pages);
  return pages;
}

/** @param {Page[]} pages */
async function live(pages) {
  for (const page of pages) await until('the tab is in touch', () => page.evaluate(() => /** @type {any} */ (window).client?.state === 'live'));
}

/** Waits until exactly this tab of all shows exactly these popups. @param {Page[]} pages @param {Page} at @param {string[]} titles @param {number} [withinMs] */
async function shownOnlyIn(pages, at, titles, withinMs = 5_000) {
  const wanted = [...titles].sort().join();
  let seen = '';
  await until(`only the right tab shows ${wanted}`, async () => {
    const shown = await Promise.all(pages.map(shownIn));
    seen = JSON.stringify(shown);
    return shown.every((list, index) => (pages[index] === at ? [...list].sort().join() === wanted : list.length === 0));
  }, withinMs).catch((error) => {
    throw new Error(`${error.message}; shown: ${seen}`);
  });
}

/** Waits until exactly one tab, whichever, shows these. @param {Page[]} pages @param {string[]} titles @param {number} [withinMs] */
async function shownInOne(pages, titles, withinMs = 5_000) {
  const wanted = [...titles].sort().join();
  /** @type {Page | undefined} */
  let at;
  await until(`one tab shows ${wanted}`, async () => {
    const shown = await Promise.all(pages.map(shownIn));
    const showing = pages.filter((_, index) => shown[index]?.length);
    at = showing[0];
    return showing.length === 1 && [...(shown[pages.indexOf(showing[0] ?? pages[0])] ?? [])].sort().join() === wanted;
  }, withinMs);
  return /** @type {Page} */ (at);
}

function announcedOnce() {
  assert.deepEqual([...host.announced.values()].filter((times) => times !== 1), []);
}

test('the popup is in the tab that is looked at, and follows', async () => {
  const pages = await open(3);
  const titles = [];
  for (const page of [pages[0], pages[2], pages[1], pages[0]]) {
    assert.ok(page);
    await page.bringToFront();
    titles.push(await send());
    await shownOnlyIn(pages, page, titles);
  }
  await until('all were announced', () => host.announced.size === titles.length);
  announcedOnce();
  assert.deepEqual(office.faults(), []);
});

test('one stream serves all tabs', async () => {
  /** @type {string[]} */
  const streams = [];
  profile.context.on('request', (request) => request.url().endsWith('/v1/stream') && streams.push(request.url()));
  const pages = await open(6);
  assert.equal(streams.length, 1);
  const title = await send();
  await shownOnlyIn(pages, /** @type {Page} */ (pages[5]), [title]);
});

test('all tabs hidden: exactly one shows it, with the number in title and icon until any tab is active', async () => {
  host.head = '<title>Orders - CRM</title><link rel="icon" href="/icon.svg">';
  const pages = await open(3);
  const icons = () => Promise.all(pages.map((page) => page.evaluate(() => [...document.head.querySelectorAll('link')].map((link) => link.outerHTML))));
  const before = await icons();
  const blank = await profile.tab('about:blank');
  const titles = [await send(), await send()];
  const at = await shownInOne(pages, titles);
  await until('the title counts', async () => (await at.title()) === '(2) Orders - CRM');
  await until('the icon counts', () => at.evaluate(() => document.querySelector('link')?.href.startsWith('data:image/png')));
  await at.evaluate(() => void (document.title = 'Orders 7 - CRM'));
  await until('the number stays when the page changes its title', async () => (await at.title()) === '(2) Orders 7 - CRM');
  const other = /** @type {Page} */ (pages.find((page) => page !== at));
  await other.bringToFront();
  await until('the title is the page\'s', async () => (await at.title()) === 'Orders 7 - CRM');
  await until('the icon is the page\'s', async () => JSON.stringify(await icons()) === JSON.stringify(before));
  await shownOnlyIn(pages, other, titles);
  await blank.close();
  announcedOnce();
});

test('minimised: still exactly one', async () => {
  const pages = await open(2);
  await setWindow(/** @type {Page} */ (pages[0]), 'minimized');
  const title = await send();
  await shownInOne(pages, [title]);
  await setWindow(/** @type {Page} */ (pages[0]), 'normal');
  await shownInOne(pages, [title]);
  announcedOnce();
});

// Headless, both windows claim the keyboard: worse than on a desk, where only one does.
test('two windows: only one, without end of exchange', async () => {
  const [first] = await open(1);
  const second = await newWindow(profile, `${host.url}/page`);
  assert.ok(first);
  await live([first, second]);
  const titles = [];
  for (const page of [first, second, first]) {
    await page.bringToFront();
    titles.push(await send());
    await shownInOne([first, second], titles);
  }
  await until('all were announced', () => host.announced.size === titles.length);
  announcedOnce();
});

test('the tab with the stream and the popups goes: closed, crashed, navigated, frozen', async (t) => {
  for (const how of ['closed', 'crashed', 'navigated', 'frozen']) {
    await t.test(how, async () => {
      const pages = await open(3);
      const first = /** @type {Page} */ (pages[0]);
      await first.bringToFront();
      const title = await send();
      await shownOnlyIn(pages, first, [title]);
      const rest = pages.slice(1);
      const cdp = await profile.context.newCDPSession(first);
      const start = performance.now();
      if (how === 'closed') await first.close();
      else if (how === 'crashed') void cdp.send('Page.crash').catch(() => {});
      else if (how === 'navigated') await first.goto('about:blank');
      else {
        await rest[0]?.bringToFront();
        await cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
      }
      await shownInOne(rest, [title]);
      t.diagnostic(`taken over within ${Math.round(performance.now() - start)} ms`);
      const next = await send();
      await shownInOne(rest, [title, next]);
      announcedOnce();
      for (const page of how === 'frozen' ? rest : pages) if (!page.isClosed()) await page.close().catch(() => {});
      await office.goHome();
      await closeAll('mia');
      profile = await office.profile([host.url]);
    });
  }
});

test('away in the back-forward cache and back', async () => {
  const pages = await open(2);
  const first = /** @type {Page} */ (pages[0]);
  const second = /** @type {Page} */ (pages[1]);
  await first.bringToFront();
  await first.goto(`${host.url}/icon.svg`, { waitUntil: 'commit' });
  const title = await send();
  await shownInOne([second], [title]);
  await first.evaluate(() => history.back());
  await until('the page is back', () => first.evaluate(() => !!document.querySelector('bellwire-popups')).catch(() => false));
  await shownOnlyIn(pages, first, [title]);
});

test('closing in one tab closes in all', async () => {
  const pages = await open(2);
  const [first, second] = /** @type {[Page, Page]} */ (pages);
  const titles = [await send(), await send(), await send()];
  await shownOnlyIn(pages, second, titles);
  await second.locator('bellwire-popups .close').first().click({ modifiers: ['Shift'] });
  await first.bringToFront();
  await until('nothing is shown', async () => (await Promise.all(pages.map(shownIn))).every((list) => list.length === 0));
  const stored = await until('the server knows', async () => {
    const { items } = await office.inbox('mia', '?filter=standing');
    return items.length === 0;
  });
  assert.ok(stored);
});

test('sign-out silences every tab at once', async () => {
  const pages = await open(3);
  host.head = '';
  await profile.tab('about:blank');
  const title = await send();
  const at = await shownInOne(pages, [title]);
  const start = performance.now();
  await /** @type {Page} */ (pages.find((page) => page !== at)).evaluate(() => /** @type {any} */ (window).client.signOut());
  await until('silence', async () => (await Promise.all(pages.map(shownIn))).every((list) => list.length === 0), 1_000);
  assert.ok(performance.now() - start < 1_000);
  await until('the title is restored', async () => (await at.title()) === 'Orders - CRM');
});

test('two users in one browser: nobody gets what is the other\'s', async () => {
  const mia = await profile.tab(`${host.url}/page`);
  const leo = await profile.tab(`${host.url}/page?user=leo@example.com`);
  await live([mia, leo]);
  const title = await send();
  await shownOnlyIn([mia, leo], mia, [title]);
});

test('above modal dialogs, nested ones too, and back', async () => {
  const [page] = /** @type {[Page]} */ (await open(1));
  const titles = [await send(), await send()];
  await shownOnlyIn([page], page, titles);
  const place = await page.evaluate(() => document.querySelector('bellwire-popups')?.previousElementSibling?.tagName);
  await page.evaluate(() => {
    for (const id of ['outer', 'inner']) {
      const dialog = document.createElement('dialog');
      dialog.id = id;
      dialog.append('A dialog');
      (document.querySelector('dialog') ?? document.body).append(dialog);
      dialog.showModal();
    }
  });
  await page.locator('bellwire-popups .close').first().click();
  await shownOnlyIn([page], page, titles.slice(0, 1));
  await page.evaluate(() => /** @type {HTMLDialogElement} */ (document.querySelector('#inner')).close());
  await until('the popups are in the outer dialog', () => page.evaluate(() => document.querySelector('bellwire-popups')?.parentElement?.id === 'outer'));
  await page.evaluate(() => document.querySelector('#outer')?.remove());
  await until('the popups are back', () => page.evaluate((was) => document.querySelector('bellwire-popups')?.previousElementSibling?.tagName === was, place));
  await shownOnlyIn([page], page, titles.slice(0, 1));
  await page.locator('bellwire-popups .close').first().click();
  await shownOnlyIn([page], page, []);
});
