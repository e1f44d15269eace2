// The main stories of the tabs in Firefox: the active tab shows it, exactly one of those in the background does, closing one passes it
// on, and Shift closes all. What needs a debugger of tabs (crash, freeze) is told in Chromium only.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Firefox, firefoxBinary } from '../harness/firefox.js';
import { Host } from '../harness/host.js';
import { Office } from '../harness/office.js';
import { until } from '../harness/until.js';

/** @typedef {import('../harness/firefox.js').FirefoxTab} Tab */

const skip = firefoxBinary ? false : 'there is no Firefox on this machine';
/** @type {Office} */
let office;
/** @type {Host} */
let host;
/** @type {Firefox} */
let firefox;
let count = 0;

before(async () => {
  if (skip) return;
  office = await Office.open({ people: { mia: { name: 'Mia Chen' } } });
  host = await Host.start(office);
  firefox = await Firefox.open();
});
after(async () => {
  await firefox?.close();
  host?.close();
  await office?.close();
});
beforeEach(async () => {
  if (skip) return;
  const token = await office.token('mia');
  const { items } = await office.server.must(token, 'GET', '/v1/inbox?filter=standing&limit=100');
  await office.server.must(token, 'POST', '/v1/inbox/close', { ids: items.map((/** @type {{id: string}} */ item) => item.id) });
  host.announced.clear();
});

async function send() {
  const title = `Notice ${++count}`;
  await office.send({ title, body: 'Something happened.', users: ['mia@example.com'], sticky: true });
  return title;
}

/** @param {number} many */
async function open(many) {
  const tabs = [];
  for (let index = 0; index < many; index++) tabs.push(await firefox.tab(`${host.url}/page`));
  for (const tab of tabs) {
    await until('the tab is in touch', () => tab.evaluate(() => /** @type {any} */ (window).client?.state === 'live'));
  }
  return tabs;
}

/** @param {Tab} tab @returns {Promise<string[]>} */
const shownIn = (tab) =>
  tab.evaluate(() => {
    const root = document.querySelector('bellwire-popups')?.shadowRoot;
    if (!root?.querySelector('.popups:popover-open')) return [];
    return [...root.querySelectorAll('li:not([data-leaving]) .title')].map((title) => title.textContent ?? '');
  });

/** @param {Tab[]} tabs @param {string[]} titles @param {Tab} [where] */
async function shownOnlyIn(tabs, titles, where) {
  await until(`${titles} in one tab`, async () => {
    /** @type {string[][]} */
    const shown = [];
    for (const tab of tabs) shown.push(await shownIn(tab));
    const full = shown.filter((list) => titles.every((title) => list.includes(title)));
    const isRight = !where || titles.every((title) => shown[tabs.indexOf(where)]?.includes(title));
    return isRight && full.length === 1 && shown.filter((list) => list.length).length === 1;
  });
}

const announcedOnce = async () => {
  await until('all were announced', () => host.announced.size > 0);
  assert.deepEqual([...host.announced.values()].filter((times) => times !== 1), []);
};

test('three tabs: the popup is in the one that is turned to, and follows', { skip }, async () => {
  const tabs = await open(3);
  const titles = [];
  for (const tab of tabs) {
    await tab.turnTo();
    titles.push(await send());
    await shownOnlyIn(tabs, titles, tab);
  }
  await announcedOnce();
  for (const tab of tabs) await tab.close();
});

test('all in the background: exactly one shows it, its title counts, and turning to another clears it', { skip }, async () => {
  const tabs = await open(2);
  const other = await firefox.tab('about:blank');
  const title = await send();
  await shownOnlyIn(tabs, [title]);
  const titles = () => Promise.all(tabs.map(async (tab) => tab.evaluate(() => document.title)));
  await until('one title counts', async () => (await titles()).sort().join() === '(1) Orders - CRM,Orders - CRM');
  const icons = await Promise.all(tabs.map((tab) => tab.evaluate(() => document.querySelectorAll('link[rel~=icon][href^="data:"]').length)));
  assert.equal(icons.reduce((sum, one) => sum + one, 0), 1);
  await /** @type {Tab} */ (tabs[0]).turnTo();
  await until('both titles are as they were', async () => (await titles()).every((one) => one === 'Orders - CRM'));
  await shownOnlyIn(tabs, [title], tabs[0]);
  await announcedOnce();
  for (const tab of [...tabs, other]) await tab.close();
});

test('the tab with the stream closes or goes to another page and back: the next takes over, nothing is lost', { skip }, async () => {
  const tabs = await open(3);
  const [first, second] = /** @type {[Tab, Tab, Tab]} */ (tabs);
  const before = await send();
  await shownOnlyIn(tabs, [before]);
  await first.close();
  const rest = tabs.slice(1);
  const after = await send();
  await shownOnlyIn(rest, [before, after]);
  await second.goto('about:blank');
  const third = await send();
  await shownOnlyIn(rest.slice(1), [before, after, third]);
  await second.goto(`${host.url}/page`);
  await shownOnlyIn(rest, [before, after, third], second);
  await announcedOnce();
  for (const tab of rest) await tab.close();
});

test('Shift with the close button closes all in every tab, and Undo brings them back', { skip }, async () => {
  const tabs = await open(2);
  const titles = [await send(), await send(), await send()];
  await shownOnlyIn(tabs, titles);
  const active = /** @type {Tab} */ (tabs[1]);
  await active.evaluate(() => {
    const close = document.querySelector('bellwire-popups')?.shadowRoot?.querySelector('.close');
    close?.dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true, shiftKey: true }));
  });
  await until('all are closed', async () => (await Promise.all(tabs.map(shownIn))).every((list) => list.length === 0));
  await active.evaluate(() => /** @type {HTMLElement | null | undefined} */ (document.querySelector('bellwire-popups')?.shadowRoot?.querySelector('.undo button'))?.click());
  await shownOnlyIn(tabs, titles, active);
  for (const tab of tabs) await tab.close();
});

test('two windows: the popup is in the one that is turned to, without end of exchange', { skip }, async () => {
  const first = await firefox.tab(`${host.url}/page`);
  const second = await firefox.tab(`${host.url}/page`, 'window');
  const titles = [];
  for (const tab of [first, second, first]) {
    await tab.turnTo();
    titles.push(await send());
    await shownOnlyIn([first, second], titles);
  }
  await announcedOnce();
  await second.close();
  await shownOnlyIn([first], titles);
  await first.close();
});

test('the file that comes later opens the panel; changed on its way it does not run', { skip }, async () => {
  /** @param {Tab} tab */
  const inside = (tab) => tab.evaluate(() => document.querySelector('bellwire-bell')?.shadowRoot?.querySelector('.panel')?.textContent ?? '');
  /** @param {Tab} tab */
  const press = (tab) => tab.evaluate(() => /** @type {any} */ (document.querySelector('bellwire-bell')).open());
  const title = await send();
  const [tab] = /** @type {[Tab]} */ (await open(1));
  await press(tab);
  await until('the item is in the panel', async () => (await inside(tab)).includes(title));
  await tab.close();
  host.tampered = /^bellwire-later-/;
  const [other] = /** @type {[Tab]} */ (await open(1));
  await press(other);
  await until('it says so', async () => (await inside(other)).includes('Could not be loaded'));
  assert.equal((await inside(other)).includes(title), false);
  await other.close();
  host.tampered = /^$/;
});
