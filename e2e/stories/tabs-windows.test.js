// Two windows side by side on a desktop: both are seen, one has the keyboard, and that one shows the popups. What headless browsers
// cannot play, because there every window believes that it has the keyboard.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desktop, noDesktop } from '../harness/desktop.js';
import { Host, newWindow, shownIn } from '../harness/host.js';
import { Office } from '../harness/office.js';
import { until } from '../harness/until.js';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{page: Page, window: string}} Place */

const skip = noDesktop || false;
/** @type {Office} */
let office;
/** @type {Host} */
let host;
/** @type {Desktop} */
let desktop;
let count = 0;

before(async () => {
  if (skip) return;
  office = await Office.open({ people: { mia: { name: 'Mia Chen' } } });
  host = await Host.start(office);
  desktop = await Desktop.open();
});
after(async () => {
  await office?.close();
  host?.close();
  desktop?.close();
});

async function send() {
  const title = `Notice ${++count}`;
  await office.send({ title, body: 'Something happened.', users: ['mia@example.com'], sticky: true });
  return title;
}

/** @param {Page} page @param {string} title @param {number} left @returns {Promise<Place>} */
async function place(page, title, left) {
  await page.evaluate((text) => (document.title = text), title);
  const window = await desktop.window(title);
  desktop.place(window, left, 780);
  return { page, window };
}

/** @param {Page} page */
const looks = (page) => page.evaluate(() => `${document.visibilityState} ${document.hasFocus()}`);

test('the window with the keyboard shows them, and in another program the last one does, with a sign', { skip, timeout: 240_000 }, async (t) => {
  const profile = await office.profile([host.url], [], desktop.display);
  const first = await profile.tab(`${host.url}/page`);
  const left = await place(first, 'Left', 0);
  const right = await place(await newWindow(profile, `${host.url}/page`), 'Right', 800);
  const other = await place(await newWindow(profile, 'about:blank'), 'Mail', 400);
  for (const { page } of [left, right]) await until('the tab is in touch', () => page.evaluate(() => /** @type {any} */ (window).client?.state === 'live'));

  /** @type {string[]} */
  const standing = [];
  /** All that stands is in one window and nothing in the other. @param {Place} here @param {Place} there */
  const shownOnlyIn = async (here, there) => {
    await until(`all ${standing.length} are in one window`, async () => {
      const [shown, elsewhere] = await Promise.all([here, there].map(({ page }) => shownIn(page)));
      return shown?.length === standing.length && !elsewhere?.length;
    }, 5_000);
  };
  let longest = 0;
  for (let turn = 0; turn < 30; turn++) {
    const [here, there] = turn % 2 ? [left, right] : [right, left];
    desktop.activate(here.window);
    if (turn % 6 === 0) standing.push(await send());
    const start = performance.now();
    await shownOnlyIn(here, there);
    longest = Math.max(longest, performance.now() - start);
    assert.equal(await looks(here.page), 'visible true');
    assert.equal(await looks(there.page), 'visible false');
  }
  t.diagnostic(`30 turns from window to window, the popups followed within ${Math.round(longest)} ms`);

  desktop.activate(other.window);
  await until('nobody has the keyboard', async () => (await looks(left.page)) === 'visible false');
  standing.push(await send());
  await shownOnlyIn(left, right);
  await until('the title says so', async () => (await left.page.title()) === '(1) Left');

  desktop.minimise(left.window);
  await until('the left window is hidden', async () => (await looks(left.page)).startsWith('hidden'));
  await shownOnlyIn(right, left);
  desktop.minimise(right.window);
  await until('both are hidden', async () => (await looks(right.page)).startsWith('hidden'));
  standing.push(await send());
  await until('one of both shows it', async () => {
    const shown = await Promise.all([left, right].map(({ page }) => shownIn(page)));
    return shown.filter((titles) => titles.length === standing.length).length === 1 && shown.filter((titles) => titles.length).length === 1;
  });

  desktop.activate(right.window);
  await shownOnlyIn(right, left);
  await until('the sign is gone', async () => (await right.page.title()) === 'Right' && (await left.page.title()) === 'Left');
  await until('all were announced', () => host.announced.size === standing.length);
  assert.deepEqual([...host.announced.values()].filter((times) => times !== 1), []);
  assert.deepEqual(office.faults(), []);
});
