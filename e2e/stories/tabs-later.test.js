// The file that comes by itself once a page has come to rest: under a strict policy, without a connection, late, changed on its
// way, and beside a newer one. And what was pressed just before a page was left.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, beforeEach, test } from 'node:test';
import { Host, shownIn } from '../harness/host.js';
import { Office } from '../harness/office.js';
import { panelItems, popups } from '../harness/pages.js';
import { until } from '../harness/until.js';

/** @typedef {import('playwright-core').Page} Page */
const LATER = /^bellwire-later-/;

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
  const { items } = await office.inbox('mia', '?filter=standing&limit=100');
  await office.server.must(await office.token('mia'), 'POST', '/v1/inbox/close', { ids: items.map((/** @type {{id: string}} */ item) => item.id) });
  host.withheld = host.tampered = /^$/;
  host.headers = {
    'content-security-policy': `default-src 'none'; script-src 'self' 'unsafe-inline'; connect-src 'self' ${office.server.url}; img-src data:; require-trusted-types-for 'script'; trusted-types 'none'`,
  };
  profile = await office.profile([host.url]);
});

/** @param {boolean} [sticky] */
async function send(sticky = true) {
  const title = `Notice ${++count}`;
  await office.send({ title, body: 'Something happened.', users: ['mia@example.com'], sticky });
  return title;
}

async function open() {
  /** @type {string[]} */
  const asked = [];
  const page = await profile.tab();
  page.on('request', (request) => LATER.test(request.url().split('/').at(-1) ?? '') && asked.push(request.url()));
  await page.goto(`${host.url}/page`);
  await until('the tab is in touch', () => page.evaluate(() => /** @type {any} */ (window).client?.state === 'live'));
  return { page, asked };
}

/** @param {Page} page */
const bell = (page) => page.locator('bellwire-bell').getByRole('button').first();
/** @param {Page} page */
const panel = (page) => page.locator('bellwire-bell').getByRole('dialog');

test('it comes unasked, once, and then the panel is there without a connection', async () => {
  const title = await send();
  const { page, asked } = await open();
  await until('it has come', () => asked.length === 1);
  await popups(page, title).waitFor();
  await bell(page).click();
  await panelItems(page, title).waitFor();
  await page.keyboard.press('Escape');
  await profile.context.setOffline(true);
  await bell(page).click();
  await panel(page).getByRole('button', { name: 'Unread' }).waitFor();
  assert.equal(asked.length, 1);
  assert.deepEqual(office.faults().filter((fault) => !fault.includes('ERR_INTERNET_DISCONNECTED')), []);
});

test('withheld, it leaves popups as they are; the panel says so, and comes when one tries again', async () => {
  host.withheld = LATER;
  const title = await send();
  const { page, asked } = await open();
  await popups(page, title).waitFor();
  await until('it was asked for', () => asked.length > 0);
  await bell(page).click();
  const alert = panel(page).getByRole('alert');
  await alert.getByText('Could not be loaded').waitFor();
  await alert.getByRole('button', { name: 'Try again' }).click();
  await alert.getByText('Could not be loaded').waitFor();
  host.withheld = /^$/;
  await alert.getByRole('button', { name: 'Try again' }).click();
  await panelItems(page, title).waitFor();
  assert.equal(await alert.isVisible(), false);
  assert.equal(await page.evaluate(() => document.head.querySelectorAll('link').length), 0);
  office.faults();
});

test('changed on its way it does not run', async () => {
  host.tampered = LATER;
  const { page, asked } = await open();
  await until('it was asked for', () => asked.length > 0);
  await bell(page).click();
  await panel(page).getByText('Could not be loaded').waitFor();
  assert.match(office.faults().join(), /integrity/i);
});

test('a page that was open before a deployment keeps its own panel, and shares its tabs with a new one', async () => {
  const old = await open();
  await until('it has come', () => old.asked.length === 1);
  assert.equal(readdirSync(new URL('../../client/dist/', import.meta.url)).filter((name) => LATER.test(name) && name.endsWith('.js')).length, 1);
  // The server has a newer one from here on, and not this any more.
  host.withheld = LATER;
  const title = await send();
  await bell(old.page).click();
  await panelItems(old.page, title).waitFor();
  await old.page.keyboard.press('Escape');
  const next = await open();
  await until('only the new one shows it', async () => (await shownIn(next.page)).join() === title && (await shownIn(old.page)).length === 0);
  await old.page.bringToFront();
  await until('only the old one shows it', async () => (await shownIn(old.page)).join() === title && (await shownIn(next.page)).length === 0);
  office.faults();
});

test('what is closed just before the page is left stays closed, twenty times', { timeout: 180_000 }, async () => {
  const { page } = await open();
  for (let round = 0; round < 20; round++) {
    const titles = [await send(), await send()];
    await until('both stand', async () => (await shownIn(page)).length === 2);
    // Seen is on its way for both when they are closed, and the page goes in the same turn.
    await page.evaluate(() => {
      const { client } = /** @type {any} */ (window);
      for (const { id } of client.store.standing()) {
        void client.seen(id);
        void client.close([id]);
      }
      location.reload();
    });
    await until('the page is back', () => page.evaluate(() => /** @type {any} */ (window).client?.state === 'live').catch(() => false));
    await until(`round ${round}: the server knows`, async () => (await office.inbox('mia', '?filter=standing')).items.length === 0, 5_000);
    await until('nothing is shown', async () => (await shownIn(page)).length === 0, 5_000);
    const known = (await office.inbox('mia', '?filter=all')).items.filter((/** @type {any} */ { title }) => titles.includes(title));
    assert.deepEqual(known.map((/** @type {any} */ { closed_by }) => closed_by), ['user', 'user']);
  }
});

test('what is chosen on another device holds in open tabs at once', async () => {
  const pages = [(await open()).page, (await open()).page];
  const token = await office.token('mia');
  const wanted = await office.server.must(token, 'GET', '/v1/preferences');
  delete wanted.rules;
  delete wanted.locked;
  await office.server.must(token, 'PUT', '/v1/preferences', { ...wanted, popup_seconds: 27 });
  for (const page of pages) await until('the tab knows', () => page.evaluate(() => /** @type {any} */ (window).client.session?.popups.seconds === 27));
  await office.server.must(token, 'PUT', '/v1/preferences', { ...wanted, popup_seconds: 10 });
  for (const page of pages) await until('the tab knows again', () => page.evaluate(() => /** @type {any} */ (window).client.session?.popups.seconds === 10));
});
