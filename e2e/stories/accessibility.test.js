// axe-core finds nothing on any page, light and dark, wide and narrow, with content and without.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Office } from '../harness/office.js';
import { bell, composer, popups, words } from '../harness/pages.js';

const AXE = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const RECORDS = ['/tasks', '/tasks?view=week', '/orders', '/customers', '/orders/new', '/customers/new'];
const SETTINGS = ['users', 'groups', 'system-notifications', 'email', 'preferences', 'sites', 'lists', 'custom-fields', 'api-keys', 'origins', 'account'];
const RULES = ['templates', 'templates/new', 'triggers', 'triggers/new', 'triggers/new?example=missed_call', 'triggers/dry-run', 'marketing-rules', 'marketing-rules/new?example=birthday', 'segments'];
const INSIDE = ['/notifications', '/sent', '/deliveries', '/deliveries/suspended', '/action-log', '/action-log/sent', ...RULES.map((name) => `/settings/${name}`), ...RECORDS, ...SETTINGS.map((name) => `/settings/${name}`), '/profile'];
const LOOKS = /** @type {const} */ ([
  ['light', 1280],
  ['dark', 1280],
  ['light', 375],
  ['dark', 375],
]);

/**
 * What axe finds, in words. It knows a skip link by its place before the first link of the page, and takes it for lost content
 * when it counts a link inside of the bell's shadow root as that first one.
 */
const FIND = `axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes
  .filter(({ target }) => !(id === 'region' && String(target) === '.skip-link'))
  .map(({ target, any, failureSummary }) => id + ': ' + target.flat().join(' ') + ' ' + (any[0]?.message ?? failureSummary))))`;

/** @type {Office} */
let office;

before(async () => {
  office = await Office.open({
    groups: { sales: 'Sales' },
    people: { ada: { name: 'Ada Admin', admin: true, groups: ['sales'] }, mia: { name: 'Mia Chen', groups: ['sales'] } },
  });
});
after(async () => {
  const faults = office.faults();
  await office.close();
  assert.deepEqual(faults, []);
});

/** Reports what axe finds in every look. @param {import('playwright-core').Page} page @param {string} name */
async function assertAccessible(page, name) {
  const cdp = await page.context().newCDPSession(page);
  const found = [];
  for (const [colorScheme, width] of LOOKS) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 900 });
    // Colours in transition are nobody's.
    await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {}))));
    // The page's policy allows no script of ours; the debugger may still bring one.
    await cdp.send('Runtime.evaluate', { expression: AXE });
    const { result } = await cdp.send('Runtime.evaluate', { expression: FIND, awaitPromise: true, returnByValue: true });
    found.push(...result.value.map((/** @type {string} */ violation) => `${name} ${colorScheme} ${width}: ${violation}`));
  }
  await cdp.detach();
  assert.deepEqual(found, []);
}

/** A template and a trigger that uses it; answers their pages. */
async function furnishRules() {
  /** @param {string} path @param {unknown} body */
  const post = (path, body) => office.server.must(office.key, 'POST', `/v1/${path}`, body);
  const template = await post('templates', { code: 'paid', name: 'Paid', event: 'order', title: 'Paid: {{ order.number }}', body: 'Worth {{ order.total_sum }}.', recipients: [{ type: 'manager' }, { type: 'group', code: 'sales' }], actions: [{ label: 'Open', url: '/orders' }], email: { subject: 'Paid', body: 'Paid.' } });
  const actions = [{ type: 'notify', template: template.id, delay_s: 3600 }, { type: 'create_task', text: 'Ring' }, { type: 'http', url: 'https://shop.example/hook', params: [{ name: 'a', value: '1' }] }];
  const trigger = await post('triggers', { code: 'paid', name: 'Paid', event: { type: 'order_changed' }, filter: 'order.total_sum > 10 and (order.status.code in ["new", "paid"] or order.number != "x")', condition: '(order.items | count) > 3', actions, repeat: { at_most: { times: 2, per: 'day' } } });
  return [`/settings/templates/${template.id}`, `/settings/triggers/${trigger.id}`];
}

/** A shop with something in every list; answers the pages of its records. */
async function furnish() {
  /** @param {string} path @param {unknown} body */
  const put = (path, body) => office.server.must(office.key, 'PUT', `/v1/${path}`, body);
  await put('sites/lamps', { name: 'Lamps', order_url: 'https://lamps.example/orders/{external_id}' });
  await put('reference-lists/statuses/new', { name: 'New', parent: 'new' });
  await put('custom-fields/order/gift', { name: 'Gift wrap', type: 'boolean' });
  const customer = await put('customers/C-1', { first_name: 'Zoë', email: 'zoe@example.com' });
  const order = await put('orders/A-1?silent=true', {
    status: 'new', manager: 'mia@example.com', total_sum: 1150, currency: 'EUR', customer: { external_id: 'C-1' }, custom_fields: { gift: true },
    items: [{ product_name: 'Brass lamp', quantity: 2, initial_price: 575 }], payments: [{ type: 'card', amount: 1150 }],
  });
  await put('orders/A-1', { status: 'paid' });
  const task = await office.server.must(office.key, 'POST', '/v1/tasks', {
    text: 'Ring Zoë', comment: 'About the lamp', due: '2026-01-01 10:02', performer: { user: 'ada@example.com' }, order: { id: order.id }, customer: { id: customer.id }, phone: '+34 600', repeat: { every: 'week' },
  });
  await office.server.must(office.key, 'POST', '/v1/tasks', { text: 'Count the mugs', performer: { user: 'ada@example.com' } });
  const { items: letters } = await office.server.must(office.key, 'GET', '/v1/deliveries?limit=1');
  return [`/deliveries/${letters[0].id}`, `/orders/${order.id}?changed=status,total_sum,order_product.quantity`, `/orders/${order.id}/edit`, `/customers/${customer.id}`, `/tasks/${task.id}`];
}

test('signed out', async () => {
  const page = await (await office.profile()).tab(office.server.url);
  await page.getByRole('button', { name: words('sign_in.action') }).waitFor();
  await assertAccessible(page, 'sign in');
});

test('a link that does not work', async () => {
  const page = await (await office.profile()).tab(`${office.server.url}/invitation#nonsense`);
  await page.getByRole('heading').first().waitFor();
  await assertAccessible(page, 'invitation');
});

for (const [state, fill] of /** @type {const} */ ([
  ['with nothing there', false],
  ['with content', true],
])) {
  test(`every page ${state}`, async (t) => {
    if (fill) {
      await office.send({ title: 'Stock', body: '<b>Blue mugs</b> are <a href="https://shop.example/">back</a>.', groups: ['sales'], sticky: true, severity: 'success' });
      await office.send({ body: 'The depot closes at four.', groups: ['sales'], sticky: true, severity: 'error', link: '/notifications' });
    }
    const cards = fill ? [...(await furnishRules()), ...(await furnish())] : [];
    const { page } = await office.window('ada');
    if (fill) await popups(page, 'The depot').waitFor();
    for (const path of [...INSIDE, ...cards]) {
      await t.test(path, async () => {
        await office.visit(page, path);
        await page.getByRole('main').getByRole('heading').first().waitFor();
        await page.locator('[aria-busy=true]').waitFor({ state: 'detached' });
        await assertAccessible(page, path);
      });
    }
    await t.test('the open bell', async () => {
      await office.visit(page, '/notifications');
      await bell(page).click();
      await assertAccessible(page, 'bell');
      await page.keyboard.press('Escape');
    });
    await t.test('the form of a notification', async () => {
      await composer(page).open();
      await composer(page).send.waitFor();
      await assertAccessible(page, 'compose');
    });
  });
}

test('the pages of the operator', async (t) => {
  const link = await office.server.cli(['operator', 'add', 'olga@example.com', '--name', 'Olga']);
  const page = await (await office.profile()).tab(`${office.server.url}/operator/sign-in`);
  await page.getByRole('button', { name: words('sign_in.action') }).waitFor();
  await assertAccessible(page, 'operator sign in');
  await page.goto(link);
  await page.getByLabel(words('field.new_password')).fill('a long enough password');
  await assertAccessible(page, 'operator link');
  await page.getByRole('button', { name: words('link.set_password') }).click();
  // The bot may have told of this server already.
  await page.getByRole('heading', { name: words('operator.announcements'), level: 1 }).waitFor();
  /** @param {string} path */
  async function look(path) {
    await t.test(path, async () => {
      await page.goto(office.server.url + path);
      await page.getByRole('main').getByRole('heading').first().waitFor();
      await page.locator('[aria-busy=true]').waitFor({ state: 'detached' });
      await assertAccessible(page, path);
    });
  }
  const PAGES = ['announcements', 'announcements/new', 'accounts', 'accounts?q=nothing', 'log', 'health'];
  for (const name of PAGES) await look(`/operator/${name}`);

  for (const code of ['north', 'south']) await office.server.cli(['account', 'add', code, '--name', `Shop ${code}`]);
  await office.server.cli(['account', 'suspend', 'north', '--reason', 'The bill of May']);
  await office.server.cli(['account', 'delete', 'south']);
  await office.server.cli(['account', 'limit', 'main', '--users', '9', '--calls', '600']);
  await office.server.cli(['announce', 'Update on Monday', '--title', 'Update']);
  for (const name of ['announcements', 'accounts', 'log', 'log?what=account']) await look(`/operator/${name}`);
  await page.goto(`${office.server.url}/operator/announcements`);
  await page.getByRole('link', { name: 'Update' }).click();
  await page.getByRole('heading', { name: words('operator.fares') }).waitFor();
  await assertAccessible(page, 'operator announcement');
  await page.goto(`${office.server.url}/operator/accounts`);
  const name = (await page.getByRole('row').nth(1).locator('b').textContent()) ?? '';
  for (const [key, title] of /** @type {const} */ ([['operator.limits', 'operator.limits_of'], ['operator.suspend', 'operator.suspend_title'], ['operator.delete_account', 'operator.delete_title']])) {
    await page.getByRole('button', { name: words('operator.menu', { name }) }).click();
    await page.getByRole('menuitem', { name: words(key) }).click();
    await page.getByRole('dialog', { name: words(title, { name }) }).waitFor();
    await assertAccessible(page, key);
    await page.keyboard.press('Escape');
  }
  await page.getByRole('button', { name: words('operator.found') }).click();
  await page.getByRole('dialog').waitFor();
  await assertAccessible(page, 'operator found');
});
