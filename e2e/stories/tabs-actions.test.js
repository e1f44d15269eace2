// What can be done in popups and panel, by pointer and by keyboard, and the create form.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, beforeEach, test } from 'node:test';
import { Profile } from '../harness/chromium.js';
import { panelItems, popups } from '../harness/pages.js';
import { Playground } from '../harness/playground.js';
import { until } from '../harness/until.js';

/** @typedef {import('playwright-core').Page} Page */
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** @type {Playground} */
let playground;
/** @type {Profile} */
let profile;
/** @type {Page} */
let page;

before(async () => {
  playground = await Playground.start(100);
  profile = await Profile.open([playground.url]);
});
after(async () => {
  await profile?.close();
  playground?.close();
});
beforeEach(async () => {
  await page?.close();
  const standing = (await playground.items()).filter((item) => !item.closed_at).map(({ id }) => id);
  await fetch(`${playground.url}/v1/inbox/close`, { method: 'POST', body: JSON.stringify({ ids: standing }) });
  page = await profile.tab(playground.url);
  await until('the page is in touch', () => page.evaluate(() => document.querySelector('bellwire-popups')?.shadowRoot?.querySelector('[lang]')));
});

const task = (/** @type {string} */ title) => {
  const due_at = new Date(Date.now() - 12 * 60_000 - 5_000).toISOString();
  return { title, body: 'About the lamp.', kind: 'task', severity: 'error', sticky: true, due_at };
};
/** @param {string} title */
const find = async (title) => (await playground.items()).find((item) => item.title === title);

/** No fault that axe can see; it does not know the colours that are forced. @param {string[]} [unlooked] */
async function isClean(unlooked = []) {
  await page.addScriptTag({ path: AXE });
  const faults = await page.evaluate(async () => {
    const { violations } = await /** @type {any} */ (window).axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] });
    return violations.flatMap((/** @type {any} */ { id, nodes }) => nodes.map((/** @type {any} */ { target, html }) => `${id} ${target.flat().join(' ')} ${html.slice(0, 120)}`));
  });
  const ours = faults.filter((/** @type {string} */ fault) => fault.includes('bellwire-') && !unlooked.some((rule) => fault.startsWith(rule)));
  assert.deepEqual(ours, []);
}

test('Done says that it is on its way, and the popup goes once it is done', async () => {
  await playground.send(task('A slow call'));
  const card = popups(page, 'A slow call');
  await card.waitFor();
  assert.match((await card.textContent()) ?? '', /Due .*12 min late/);
  await card.getByRole('button', { name: 'Done' }).click();
  await until('it is pending', () => card.locator('[data-state="pending"]').count());
  await isClean();
  await card.waitFor({ state: 'detached' });
  assert.ok((await find('A slow call')).closed_at);
});

test('on a page elsewhere a reminder leads to where Bellwire is, and a path of the page stays on the page', async () => {
  await page.evaluate(() => {
    /** @type {any} */ (document.querySelector('bellwire-bell')).client.options.server = 'https://bellwire.example';
  });
  await playground.send({ ...task('Ring the shop'), link: '/tasks/7' });
  await playground.send({ title: 'Order 7', body: 'It was paid.', sticky: true, link: '/orders/7' });
  const linkOf = (/** @type {string} */ title) => popups(page, title).locator('a').evaluate((link) => /** @type {HTMLAnchorElement} */ (link).href);
  assert.equal(await linkOf('Ring the shop'), 'https://bellwire.example/tasks/7');
  assert.equal(await linkOf('Order 7'), `${playground.url.replace(/\/$/, '')}/orders/7`);
});

test('the bell offers what the page lets it offer, and says which was chosen', async () => {
  const asked = await page.evaluate(async () => {
    const bell = /** @type {any} */ (document.querySelector('bellwire-bell'));
    const root = bell.shadowRoot;
    const seen = [];
    document.addEventListener('bellwire:create', (event) => seen.push(/** @type {any} */ (event).detail.what));
    for (const offer of ['task', 'notification task', null]) {
      offer === null ? bell.removeAttribute('create') : bell.setAttribute('create', offer);
      delete bell.client.options.mayCreate;
      bell.open();
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const buttons = [...root.querySelectorAll('.create-task, .create')].filter((button) => !button.hidden);
      seen.push(buttons.length);
      if (!buttons.length) bell.close();
      buttons[0]?.click();
    }
    return seen;
  });
  // Both are offered to who may send notifications; the one in the playground may.
  assert.deepEqual(asked, [1, 'task', 2, 'task', 0]);
});

test('a sound for what arrives: wanted by the user, once for a burst and over all tabs, and by a rule only if its template says so', async () => {
  const tabs = [page, await profile.tab(playground.url)];
  const tab = /** @type {Page} */ (tabs[1]);
  for (const each of tabs) {
    await each.evaluate(() => {
      const start = OscillatorNode.prototype.start;
      /** @type {any} */ (window).tones = 0;
      OscillatorNode.prototype.start = function (...args) {
        /** @type {any} */ (window).tones += 1;
        return start.apply(this, args);
      };
    });
  }
  const tones = async () => (await Promise.all(tabs.map((each) => each.evaluate(() => /** @type {any} */ (window).tones)))).reduce((sum, one) => sum + one, 0);
  /** Waits until the voice has said it, and with it everything before. @param {string} title @param {Record<string, unknown>} [more] */
  const said = async (title, more = {}) => {
    await playground.send({ title, body: 'Something.', sticky: true, ...more });
    await until(`it was said: ${title}`, async () => (await tab.locator('bellwire-popups [role=status]').textContent())?.includes(title));
  };
  // Without a gesture the browser plays nothing; with the switch off neither do we.
  await tab.mouse.click(5, 5);
  await said('Sound is off');
  assert.equal(await tones(), 0);
  await tab.evaluate(() => (/** @type {any} */ (document.querySelector('bellwire-bell')).client.sound = true));
  await said('Plain');
  await until('it was heard', async () => (await tones()) === 1);
  await said('Of a silent template', { rule: 'Silent' });
  assert.equal(await tones(), 1);
  await said('Of a loud template', { rule: 'Loud', sound: true });
  await until('it was heard', async () => (await tones()) === 2);
  for (let index = 0; index < 5; index++) await playground.send({ title: `One of five ${index}`, body: 'Something.', sticky: true });
  await until('the burst was said', async () => /5 new/.test((await tab.locator('bellwire-popups [role=status]').textContent()) ?? ''));
  await until('it was heard once', async () => (await tones()) === 3);
  await tab.evaluate(() => (/** @type {any} */ (document.querySelector('bellwire-bell')).client.sound = false));
  await tab.close();
});

test('a timed popup waits for the pointer, the focus and a tab in the background, and goes when they do', async () => {
  const HELD_MS = 3_000;
  /** What holds it is kept up for longer than it would have stood. @param {import('playwright-core').Locator} card */
  const held = async (card) => {
    const start = performance.now();
    await until('its time would be over', () => performance.now() - start > HELD_MS);
    assert.equal(await card.count(), 1);
  };
  const card = (/** @type {string} */ title) => popups(page, title);
  await playground.send({ title: 'Under the pointer', body: 'x', seconds: 1, count: 12 });
  await card('Under the pointer').hover();
  await held(card('Under the pointer'));
  assert.match((await card('Under the pointer').textContent()) ?? '', /× 12/);
  await page.mouse.move(5, 5);
  await card('Under the pointer').waitFor({ state: 'detached' });
  await playground.send({ title: 'With the focus', body: 'x', seconds: 1 });
  await card('With the focus').waitFor();
  await page.keyboard.press('F8');
  await held(card('With the focus'));
  await page.keyboard.press('Escape');
  await card('With the focus').waitFor({ state: 'detached' });
  const other = await profile.tab('about:blank');
  await playground.send({ title: 'In the background', body: 'x', seconds: 1 });
  await card('In the background').waitFor({ state: 'attached' });
  await held(card('In the background'));
  await other.close();
  await page.bringToFront();
  await card('In the background').waitFor({ state: 'detached' });
  assert.equal((await find('In the background')).closed_by, 'timeout');
  assert.equal((await find('In the background')).read_at, null);
});

test('a task stands after a reload, and without end', async () => {
  await playground.send(task('Still to be done'));
  await popups(page, 'Still to be done').waitFor();
  await page.reload();
  await popups(page, 'Still to be done').waitFor();
  await until('it counts as seen', async () => (await find('Still to be done')).seen_at, 5_000);
  await page.reload();
  await popups(page, 'Still to be done').waitFor();
});

test('what is refused says why, stays, and can be tried again', async () => {
  await playground.send(task('To be refused'));
  const card = popups(page, 'To be refused');
  await card.getByRole('button', { name: 'Done' }).click();
  await card.getByRole('alert').getByText('The task is gone.').waitFor();
  await isClean();
  await card.getByRole('button', { name: 'Done' }).click();
  await until('one line says so', async () => (await card.getByRole('alert').count()) === 1);
});

test('snoozing by keyboard: F8, Tab, Enter opens a menu, arrows walk it, Escape closes it, and it comes back', async () => {
  await playground.send(task('Ring back'));
  const card = popups(page, 'Ring back');
  await card.waitFor();
  await page.keyboard.press('F8');
  const snooze = card.getByRole('button', { name: 'Snooze' });
  for (let step = 0; step < 3; step++) await page.keyboard.press('Tab');
  assert.equal(await snooze.evaluate((button) => button.matches(':focus')), true);
  await page.keyboard.press('Enter');
  const menu = card.getByRole('menu', { name: 'Snooze' });
  await menu.waitFor();
  assert.deepEqual(await menu.getByRole('menuitem').allTextContents(), ['5 min', '15 min', '30 min', '1 hr', 'Tomorrow, 9:00']);
  const focused = () => menu.locator(':focus').textContent();
  assert.equal(await focused(), '5 min');
  for (const [key, text] of [['ArrowDown', '15 min'], ['End', 'Tomorrow, 9:00'], ['ArrowDown', '5 min'], ['ArrowUp', 'Tomorrow, 9:00'], ['Home', '5 min']]) {
    await page.keyboard.press(key);
    assert.equal(await focused(), text, key);
  }
  await isClean();
  await page.keyboard.press('Escape');
  await menu.waitFor({ state: 'detached' });
  assert.equal(await snooze.evaluate((button) => button.matches(':focus')), true);
  assert.equal(await snooze.getAttribute('aria-expanded'), 'false');
  await page.keyboard.press('Enter');
  await menu.waitFor();
  await page.keyboard.press('Enter');
  await card.waitFor({ state: 'detached' });
  assert.ok((await find('Ring back')).snoozed_until);
  await card.waitFor();
  assert.equal((await find('Ring back')).snoozed_until, null);
});

test('a snooze can be taken back, where it was given and from the row of the panel', async () => {
  await playground.send(task('Not so fast'));
  const card = popups(page, 'Not so fast');
  const choose = async () => {
    await card.getByRole('button', { name: 'Snooze' }).click();
    await card.getByRole('menuitem', { name: '1 hr' }).click();
    await card.waitFor({ state: 'detached' });
    assert.ok((await find('Not so fast')).snoozed_until);
  };
  await choose();
  const undo = page.locator('bellwire-popups .undo');
  await undo.getByText(/^Until /).waitFor();
  await undo.getByRole('button', { name: 'Undo' }).click();
  await card.waitFor();
  await until('the server knows', async () => !(await find('Not so fast')).snoozed_until);
  await choose();
  await page.locator('bellwire-bell').getByRole('button').first().click();
  const row = panelItems(page, 'Not so fast');
  await row.getByText(/^Until /).waitFor();
  await row.getByRole('button', { name: 'Snooze' }).click();
  await row.getByRole('menuitem', { name: 'Undo' }).click();
  await row.getByText(/^Until /).waitFor({ state: 'hidden' });
  await page.keyboard.press('Escape');
  await card.waitFor();
});

test('the menu is clipped by nothing, follows no scrolling, and a press beside it closes only it', async () => {
  await playground.send(task('In a corner'));
  const card = popups(page, 'In a corner');
  await card.waitFor();
  for (const [width, dir] of /** @type {const} */ ([[1280, 'ltr'], [320, 'ltr'], [320, 'rtl']])) {
    await page.setViewportSize({ width, height: 480 });
    await page.evaluate((dir) => (document.documentElement.dir = dir), dir);
    const snooze = card.getByRole('button', { name: 'Snooze' });
    await snooze.click();
    const menu = card.getByRole('menu');
    await menu.waitFor();
    const isWhole = await menu.evaluate((menu) => {
      const items = [...menu.children].map((item) => item.getBoundingClientRect());
      const root = /** @type {ShadowRoot} */ (menu.getRootNode());
      return items.every(({ left, right, top, bottom }, index) => {
        const isOnTop = root.elementFromPoint((left + right) / 2, (top + bottom) / 2) === menu.children[index];
        return isOnTop && left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight;
      });
    });
    assert.equal(isWhole, true, `${width} ${dir}`);
    await snooze.click();
    await menu.waitFor({ state: 'detached' });
    await card.waitFor();
  }
});

test('above a modal dialog the menu works as well', async () => {
  await playground.send(task('Over the dialog'));
  const card = popups(page, 'Over the dialog');
  await card.waitFor();
  await page.getByRole('button', { name: 'Open a dialog' }).click();
  await card.getByRole('button', { name: 'Snooze' }).click();
  await card.getByRole('menuitem', { name: '1 hr' }).click();
  await card.waitFor({ state: 'detached' });
  assert.ok((await find('Over the dialog')).snoozed_until);
  assert.equal(await page.locator('dialog').evaluate((dialog) => /** @type {HTMLDialogElement} */ (dialog).open), true);
});

test('from the panel too: a row says until when it sleeps, and what is looked at is seen', async () => {
  await playground.send({ ...task('In the panel'), closed_at: new Date().toISOString(), closed_by: 'user' });
  await page.locator('bellwire-bell').getByRole('button').first().click();
  const row = panelItems(page, 'In the panel');
  await row.waitFor();
  await until('it is seen', async () => (await find('In the panel')).seen_at, 5_000);
  await row.getByRole('button', { name: 'Snooze' }).click();
  await isClean();
  await row.getByRole('menuitem', { name: 'Tomorrow, 9:00' }).click();
  await row.getByText(/^Until /).waitFor();
});

test('the create form: what is wrong stands at its field, the draft stays, and then it is sent once', async () => {
  const form = page.locator('bellwire-compose');
  await form.getByLabel('Sales').check();
  await form.getByRole('status').getByText('Recipients').waitFor({ state: 'detached' });
  await form.getByLabel('Link').fill('javascript:alert(1)');
  await form.getByLabel('Message').fill('Lunch <b>at</b> noon');
  await form.getByText('Must begin with').waitFor();
  await form.getByRole('button', { name: 'Send' }).click();
  await until('the field has the focus', () => form.getByLabel('Link').evaluate((field) => field.matches(':focus')));
  await isClean();
  await form.getByLabel('Link').fill('/orders/7');
  await form.getByText('Recipients: 4').waitFor();
  await form.getByRole('searchbox').fill('leo');
  await form.getByRole('button', { name: 'Leo Park' }).waitFor();
  await page.keyboard.press('Enter');
  await form.getByText('Recipients: 5').waitFor();
  const sent = page.evaluate(() => new Promise((resolve) => document.addEventListener('bellwire:sent', (event) => resolve(/** @type {any} */ (event).detail.recipients))));
  await form.getByLabel('Message').press('Control+Enter');
  assert.equal(await sent, 5);
  await form.getByText('Sent. Recipients: 5').waitFor();
  assert.equal(await form.getByLabel('Message').inputValue(), '');
  await popups(page, 'Lunch <b>at</b> noon').waitFor();
});

test('in the dark, with forced colours, from right to left and in a narrow window nothing is amiss', async () => {
  await playground.send(task('Look at me'));
  const card = popups(page, 'Look at me');
  await card.getByRole('button', { name: 'Snooze' }).click();
  await card.getByRole('menu').waitFor();
  await page.emulateMedia({ colorScheme: 'dark' });
  await isClean();
  await page.emulateMedia({ colorScheme: 'light', forcedColors: 'active' });
  await isClean(['color-contrast']);
  await page.emulateMedia({ forcedColors: 'none' });
  await page.evaluate(() => (document.documentElement.dir = 'rtl'));
  await page.setViewportSize({ width: 320, height: 640 });
  await isClean();
  const isWithin = await card.evaluate((box) => [...box.querySelectorAll('button')].every((button) => {
    const { left, right } = button.getBoundingClientRect();
    return left >= 0 && right <= innerWidth;
  }));
  assert.equal(isWithin, true);
});
