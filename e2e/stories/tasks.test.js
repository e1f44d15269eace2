// Tasks, from the form to the reminder that stays: made from the list, an order and a selection, moved in the week, finished
// and taken back; told in time, over a reload, put off, done in one tab and gone in the other.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Office } from '../harness/office.js';
import { popups, words } from '../harness/pages.js';
import { Server } from '../harness/server.js';
import { until } from '../harness/until.js';

/** @typedef {import('playwright-core').Page} Page */

const DAY_MS = 86_400_000;

/** @type {Office} */
let office;

before(async () => {
  office = await Office.open({
    groups: { sales: 'Sales' },
    people: { ada: { name: 'Ada Admin', admin: true }, mia: { name: 'Mia Chen', groups: ['sales'] }, ben: { name: 'Ben Okoye', groups: ['sales'] } },
  });
});
after(() => office?.close());
afterEach(async () => {
  const faults = office.faults();
  await office.goHome();
  assert.deepEqual(faults, []);
});

/** The dialog that makes or edits a task. @param {Page} page */
function form(page) {
  const dialog = page.getByRole('dialog');
  return {
    dialog,
    text: dialog.getByLabel(words('tasks.text'), { exact: true }),
    day: dialog.getByLabel(words('tasks.due_day'), { exact: true }),
    time: dialog.getByLabel(words('tasks.due_time'), { exact: true }),
    performer: dialog.getByLabel(words('tasks.performer'), { exact: true }),
    /** @param {number} [n] */
    make: (n = 1) => dialog.getByRole('button', { name: words('tasks.make', { n }) }),
  };
}

/** @param {Page} page @param {string} text */
function row(page, text) {
  return page.locator('.task-row').filter({ hasText: text });
}

/** @param {Page} page */
function undo(page) {
  return page.getByRole('button', { name: words('action.undo') }).last();
}

/** Day and time of an instant, as the fields of a form want them. @param {number} instant @param {string} zone */
function local(instant, zone) {
  const text = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(instant);
  return { day: text.slice(0, 10), time: text.slice(11) };
}

/** @param {string} short @param {Record<string, unknown>} task */
async function make(short, task) {
  return office.server.must(await office.token(short), 'POST', '/v1/tasks', task);
}

test('made from the list and from an order, found on both, finished with a way back', async () => {
  const order = await office.server.must(office.key, 'PUT', '/v1/orders/A-1?silent=true', { order_number: 'A-1', manager: 'mia@example.com', first_name: 'Zoë', phone: '+34 600 123 456' });
  const { page } = await office.window('mia', { path: '/tasks' });
  await page.getByText(words('tasks.none_mine')).waitFor();
  await page.getByRole('main').getByRole('button', { name: words('tasks.new') }).first().click();
  const { dialog, text, make: send, performer } = form(page);
  await send().click();
  await dialog.locator('.help.error').waitFor();
  await text.fill('Count the mugs');
  await performer.selectOption({ label: 'Sales' });
  await dialog.getByRole('button', { name: words('tasks.day_tomorrow') }).click();
  await form(page).time.fill('10:02');
  await dialog.getByText(words('tasks.reminds_at', { when: `${words('tasks.tomorrow')}, 10:00` })).waitFor();
  await text.press('Control+Enter');
  await dialog.waitFor({ state: 'detached' });
  // A task of the group is not among mine.
  await page.getByRole('button', { name: words('tasks.whose_groups') }).click();
  await row(page, 'Count the mugs').getByText('10:02').waitFor();

  await office.visit(page, `/orders/${order.id}`);
  const section = page.getByRole('region', { name: words('nav.tasks') });
  await section.getByRole('button', { name: words('tasks.new') }).click();
  await text.fill('Ring Zoë about the lamp');
  await send().click();
  await section.getByRole('link', { name: /Ring Zoë/ }).click();
  await page.getByRole('heading', { name: 'Ring Zoë about the lamp' }).waitFor();
  await page.getByRole('link', { name: '+34 600 123 456' }).waitFor();
  await page.getByRole('link', { name: 'A-1' }).waitFor();
  await page.getByRole('textbox', { name: words('tasks.write_comment') }).fill('She rings back at four.');
  await page.getByRole('button', { name: words('tasks.add_comment') }).click();
  await page.locator('.comment').filter({ hasText: 'She rings back at four.' }).waitFor();

  await page.getByRole('main').getByRole('button', { name: words('action.done'), exact: true }).click();
  await page.getByRole('main').getByRole('button', { name: words('tasks.reopen'), exact: true }).waitFor();
  await undo(page).click();
  await page.getByRole('main').getByRole('button', { name: words('action.done'), exact: true }).waitFor();
});

test('many at once: one for each order, handed on, finished, taken back, deleted', async () => {
  for (const n of [1, 2, 3]) await office.server.must(office.key, 'PUT', `/v1/orders/M-${n}?silent=true`, { order_number: `M-${n}`, manager: 'ben@example.com' });
  const { page } = await office.window('ben', { path: '/orders?q=M-' });
  await page.getByRole('row', { name: /M-3/ }).waitFor();
  await page.getByRole('checkbox', { name: words('list.select_all') }).check();
  await page.getByRole('button', { name: words('records.make_tasks') }).click();
  const { text, make: send, dialog } = form(page);
  await text.fill('Pack with care');
  await send(3).click();
  await dialog.waitFor({ state: 'detached' });

  await office.visit(page, '/tasks');
  await until('each order has its own', async () => (await row(page, 'Pack with care').count()) === 3);
  for (const n of [1, 2, 3]) await row(page, `M-${n}`).waitFor();
  // By keyboard: the first two are ticked and finished.
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await page.getByText(words('list.selected', { n: 2 })).waitFor();
  await page.keyboard.press('e');
  await until('two are done', async () => (await row(page, 'Pack with care').count()) === 1);
  await undo(page).click();
  await until('they are open again', async () => (await row(page, 'Pack with care').count()) === 3);

  await page.getByRole('checkbox', { name: words('list.select_all') }).check();
  await page.getByRole('button', { name: words('records.assign') }).click();
  await page.getByRole('button', { name: 'Mia Chen' }).click();
  await until('none is mine', async () => (await row(page, 'Pack with care').count()) === 0);
  await undo(page).click();
  await until('all are mine again', async () => (await row(page, 'Pack with care').count()) === 3);

  await page.getByRole('checkbox', { name: words('list.select_all') }).check();
  await page.getByRole('button', { name: words('tasks.delete') }).click();
  await page.getByRole('dialog').getByRole('button', { name: words('tasks.delete') }).click();
  await page.getByText(words('tasks.none_mine')).waitFor();
});

test('the week: a task is moved by keyboard and by dragging, and taken back', async () => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  // A Wednesday: days on both sides are in its week.
  const today = new Date();
  const wednesday = new Date(today.getTime() + (((3 - today.getUTCDay() + 7) % 7) + 7) * DAY_MS);
  const day = local(wednesday.getTime(), zone).day;
  const { id } = await make('ada', { text: 'Weigh the parcels', due: `${day} 10:02`, performer: { user: office.person('ada').email } });
  const { page } = await office.window('ada', { path: `/tasks?view=week&week=${day}` });
  /** @param {string} name */
  const column = (name) => page.getByRole('region', { name: new RegExp(`^${name}`) });
  const link = column('Wednesday').getByRole('link', { name: /Weigh the parcels/ });
  await link.focus();
  await link.press('Shift+ArrowRight');
  const moved = column('Thursday').getByRole('link', { name: /10:02.*Weigh the parcels/ });
  await moved.waitFor();
  await until('the focus went with it', () => moved.evaluate((node) => node === document.activeElement));
  await undo(page).click();
  await link.waitFor();

  await page.locator('.week-task').dragTo(column('Friday'));
  await column('Friday').getByRole('link', { name: /Weigh/ }).waitFor();
  const task = await office.server.must(office.key, 'GET', `/v1/tasks/${id}`);
  assert.match(task.due_local ?? task.due_at, /T\d\d:02/, 'the time of day stays');
});

/**
 * A demo without its flow of messages, somebody signed in, and the clock under his hand.
 * @param {(day: {page: Page, profile: import('../harness/chromium.js').Profile, url: string, visit: (path: string) => Promise<void>, advance: (times: number) => Promise<void>, post: (path: string, body: unknown) => Promise<any>}) => Promise<void>} play
 */
async function inDemo(play) {
  const demo = new Office(await Server.start({ command: 'demo' }));
  try {
    const { url } = demo.server;
    /** @param {string} path @param {unknown} body */
    const post = async (path, body) => {
      const answer = await fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
      assert.equal(answer.status, 200, `${path}: ${await answer.clone().text()}`);
      return /** @type {any} */ (await answer.json());
    };
    await post('/v1/demo/flow', { paused: true });
    const { people } = /** @type {any} */ (await (await fetch(`${url}/v1/demo`)).json());
    const someone = people.find((/** @type {any} */ person) => person.language === 'en' && person.role === 'manager');
    const profile = await demo.profile();
    const page = await profile.tab(url);
    await page.getByRole('region', { name: words('demo.people') }).getByRole('button').filter({ hasText: someone.name }).click();
    await page.waitForURL(`${url}/notifications`);
    /** @param {number} times */
    const advance = async (times) => {
      for (let n = 0; n < times; n += 1) {
        const moved = page.waitForResponse((response) => response.url().endsWith('/v1/demo/clock'));
        await page.getByRole('button', { name: words('demo.advance') }).click();
        await moved;
      }
    };
    await play({ page, profile, url, visit: (path) => demo.visit(page, path), advance, post });
    assert.deepEqual(demo.faults(), []);
  } finally {
    await demo.close();
  }
}

/** Its mark lies between six and twelve minutes ahead, three presses of "+5 min" reach it. @param {Page} page @param {string} present */
async function soon(page, present) {
  const zone = await page.evaluate(async () => (await (await fetch('/v1/session')).json()).user.zone);
  return local(Date.parse(present) + 12 * 60_000, zone);
}

test('told in time, stays for an hour and over a reload, put off to the next mark, done in one tab and gone in the other', () =>
  inDemo(async ({ page, profile, url, visit, advance, post }) => {
    const { now } = await post('/v1/demo/clock', { advance_minutes: 5 });
    const due = await soon(page, now);
    await visit('/tasks');
    await page.getByRole('main').getByRole('button', { name: words('tasks.new') }).first().click();
    const { dialog, text, day, time, make: send } = form(page);
    await text.fill('Ring Zoë O’Neil');
    await day.fill(due.day);
    await time.fill(due.time);
    await send().click();
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await popups(page, 'Ring Zoë').count(), 0);

    const popup = popups(page, 'Ring Zoë');
    await advance(3);
    await popup.waitFor();
    // An hour goes by: it stands and says how late it is, and stands after a reload.
    await post('/v1/demo/clock', { advance_minutes: 55 });
    await advance(1);
    await popup.getByText(/late/).waitFor();
    await visit('/tasks');
    await popup.waitFor();
    await row(page, 'Ring Zoë').getByText(/late/).waitFor();

    await popup.getByRole('button', { name: /Snooze/ }).first().click();
    await popup.getByRole('menuitem', { name: /^5\D/ }).click();
    await popup.waitFor({ state: 'detached' });
    await advance(2);
    await popup.waitFor();

    // The tabs of a browser share one stream, which the first one has.
    const other = await profile.tab(`${url}/tasks`);
    await popups(other, 'Ring Zoë').waitFor();
    await popups(other, 'Ring Zoë').getByRole('button', { name: /^Done/ }).click();
    await popups(other, 'Ring Zoë').waitFor({ state: 'detached' });
    await page.bringToFront();
    await popup.waitFor({ state: 'detached' });
    await row(page, 'Ring Zoë').waitFor({ state: 'detached' });
    await page.goto(`${url}/tasks?state=done`);
    await row(page, 'Ring Zoë').waitFor();
  }));

test('a reminder in the notifications is put off and done there too, and closing it finishes nothing', () =>
  inDemo(async ({ page, visit, advance, post }) => {
    const { now } = await post('/v1/demo/clock', { advance_minutes: 5 });
    const due = await soon(page, now);
    await page.evaluate(async (body) => fetch('/v1/tasks', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }), { text: 'Water the ferns', due: `${due.day} ${due.time}` });
    await advance(3);
    await popups(page, 'Water the ferns').getByRole('button', { name: 'Close' }).click();
    await popups(page, 'Water the ferns').waitFor({ state: 'detached' });
    const item = page.locator('.inbox-row').filter({ hasText: 'Water the ferns' });
    await item.getByRole('link').click();
    const detail = page.getByRole('complementary', { name: words('inbox.detail') });
    await detail.getByText(words('inbox.fact_due'), { exact: true }).waitFor();

    await detail.getByRole('button', { name: words('inbox.snooze') }).click();
    await page.getByRole('menuitem').first().click();
    await item.getByText(/until/).waitFor();
    await advance(2);
    await popups(page, 'Water the ferns').waitFor();

    await detail.getByRole('button', { name: words('action.done') }).click();
    await popups(page, 'Water the ferns').waitFor({ state: 'detached' });
    await undo(page).click();
    await page.getByText(words('toast.undone')).waitFor();
    await visit('/tasks?q=ferns');
    await row(page, 'Water the ferns').waitFor();
  }));
