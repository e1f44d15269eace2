// A shop's orders, from the API to the people: a change becomes a popup, its click opens the card with what changed, an edit
// by hand is in the history, lists follow live.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Office } from '../harness/office.js';
import { popups, words } from '../harness/pages.js';
import { until } from '../harness/until.js';

/** @type {Office} */
let office;

before(async () => {
  office = await Office.open({
    groups: { sales: 'Sales' },
    people: { ada: { name: 'Ada Admin', admin: true }, mia: { name: 'Mia Chen', groups: ['sales'] }, ben: { name: 'Ben Okoye', groups: ['sales'] } },
  });
  for (const [code, name] of [['new', 'New'], ['paid', 'Paid']]) await office.server.must(office.key, 'PUT', `/v1/reference-lists/statuses/${code}`, { name });
});
after(() => office?.close());
afterEach(async () => {
  const faults = office.faults();
  await office.goHome();
  assert.deepEqual(faults, []);
});

/** What the shop's server says of an order. @param {string} id @param {Record<string, unknown>} state @param {string} [query] */
function shop(id, state, query = '') {
  return office.server.must(office.key, 'PUT', `/v1/orders/${id}${query}`, state);
}

const LAMP = { order_number: 'A-1', status: 'new', manager: 'mia@example.com', total_sum: 900, currency: 'EUR', first_name: 'Zoë', items: [{ product_name: 'Brass lamp', quantity: 1, initial_price: 900 }] };

test('a change in the shop becomes a popup, and its click opens the card with what changed', async () => {
  const { id } = await shop('A-1', LAMP, '?silent=true');
  const { page } = await office.window('mia');
  await shop('A-1', { status: 'paid', total_sum: 1150 });
  const popup = popups(page, 'A-1');
  await popup.getByText('Paid').waitFor();

  await popup.getByText('A-1').first().click();
  await page.waitForURL((url) => url.pathname === `/orders/${id}` && url.searchParams.has('changed'));
  const status = page.locator('.record-field.marked').filter({ hasText: words('records.status') });
  await status.getByText('Paid').waitFor();
  await status.getByText(words('records.before', { value: 'New' })).waitFor();
  await page.locator('.card-sum.marked').filter({ hasText: '1,150.00' }).waitFor();
  assert.equal(await page.locator('.record-field.marked').filter({ hasText: 'Zoë' }).count(), 0);
});

test('who edits by hand is in the history, and the shop reads what he wrote', async () => {
  const { id } = await shop('A-2', { ...LAMP, order_number: 'A-2' }, '?silent=true');
  const { page } = await office.window('mia', { path: `/orders/${id}` });
  await page.getByRole('link', { name: words('action.edit') }).click();
  await page.getByLabel(words('rfield.city')).fill('Madrid');
  await page.getByLabel(words('records.quantity')).fill('two');
  await until('what was typed is kept', () => page.evaluate(() => JSON.stringify(sessionStorage).includes('two')));
  await page.reload();
  await page.getByLabel(words('records.quantity')).press('Control+Enter');
  await page.locator('.line-cell .help.error').waitFor();
  await page.getByLabel(words('records.quantity')).fill('2');
  await page.getByLabel(words('records.quantity')).press('Control+Enter');
  await page.waitForURL(`${office.server.url}/orders/${id}`);

  const call = page.locator('.call').filter({ hasText: 'Mia Chen' });
  await call.getByText('Madrid').waitFor();
  await call.getByText(words('records.source_user')).waitFor();
  const order = await office.server.must(office.key, 'GET', `/v1/orders/${id}`);
  assert.equal(order.state.delivery.address.city, 'Madrid');
  assert.equal(Number(order.state.items[0].quantity), 2);
  assert.equal(order.state.items[0].product_name, 'Brass lamp');
  // Nobody hears of his own change.
  assert.equal(await popups(page).count(), 0);
});

test('the list follows the shop, and an order changes hands from the card', async () => {
  const { id } = await shop('A-3', { ...LAMP, order_number: 'A-3' }, '?silent=true');
  const mia = await office.window('mia', { path: '/orders' });
  const row = mia.page.getByRole('row', { name: /A-3/ });
  await row.getByText('New').waitFor();
  await shop('A-3', { status: 'paid' });
  await row.getByText('Paid').waitFor();
  assert.match((await row.getAttribute('class')) ?? '', /glow/);

  const ben = await office.window('ben');
  await mia.page.keyboard.press('j');
  await until('a row has the focus', () => mia.page.evaluate(() => document.activeElement?.classList.contains('row-link')));
  await row.getByRole('link').click();
  await mia.page.getByRole('button', { name: words('records.pick_manager', { name: 'Mia Chen' }) }).click();
  await mia.page.getByRole('button', { name: 'Ben Okoye' }).click();
  await popups(ben.page, 'A-3').waitFor();
  await mia.page.getByRole('button', { name: words('action.undo') }).click();
  await mia.page.getByRole('button', { name: words('records.pick_manager', { name: 'Mia Chen' }) }).waitFor();
  assert.equal((await office.server.must(office.key, 'GET', `/v1/orders/${id}`)).manager.name, 'Mia Chen');
});

test('an order made by hand, its lists, and what nobody may see', async () => {
  const { page } = await office.window('ada', { path: '/customers' });
  await page.getByText(words('records.none_customer')).waitFor();
  await page.getByRole('link', { name: words('records.new_customer') }).click();
  await page.getByLabel(words('rfield.first_name')).fill('Lucía');
  await page.getByLabel(words('rfield.last_name')).fill('Fernández');
  await page.getByRole('button', { name: words('records.make_customer') }).click();
  await page.getByRole('heading', { name: 'Lucía Fernández' }).waitFor();

  await office.visit(page, '/orders/new');
  await page.getByLabel(words('rfield.order_number')).fill('B-7');
  await page.getByLabel(words('record.customer'), { exact: true }).fill('Lucía');
  await page.getByRole('option', { name: 'Lucía Fernández' }).click();
  await page.getByRole('button', { name: words('records.make_order') }).click();
  await page.getByRole('heading', { name: words('records.order_title', { title: 'B-7' }) }).waitFor();
  await page.getByRole('link', { name: 'Lucía Fernández' }).first().click();
  await page.getByRole('link', { name: 'B-7' }).waitFor();

  await office.visit(page, '/orders/nowhere');
  await page.getByRole('heading', { name: words('records.gone_order') }).waitFor();
});

test('a switched-off rule tells nothing, a switched-off field neither', async () => {
  const { page } = await office.window('ada', { path: '/settings/system-notifications' });
  const fields = page.getByRole('group', { name: /Fields/ }).first();
  const saved = page.waitForResponse((response) => response.request().method() === 'PUT');
  await fields.getByRole('button', { pressed: true }).first().click();
  assert.ok((await saved).ok());
  const { order_groups: groups } = await office.server.must(office.key, 'GET', '/v1/system-notifications');
  await page.reload();
  await until('the choice is kept', async () => (await fields.getByRole('button', { pressed: true }).count()) === groups.length);
});

test('what is set of lists, sites and fields shows on forms and in other people’s eyes', async () => {
  const { page } = await office.window('ada', { path: '/settings/lists?list=stores' });
  /** @param {string} name @param {string} code */
  const add = async (name, code) => {
    const form = page.getByRole('dialog');
    await form.getByLabel(words('field.name'), { exact: true }).fill(name);
    assert.equal(await form.getByLabel(words('groups.code')).inputValue(), code);
    await form.getByRole('button', { name: words('action.save') }).click();
    await form.waitFor({ state: 'detached' });
  };
  for (const name of ['North', 'South']) {
    await page.getByRole('button', { name: words('lists.add') }).first().click();
    await add(name, name.toLowerCase());
    await page.getByRole('row', { name: new RegExp(name) }).waitFor();
  }
  await page.getByRole('button', { name: words('lists.up', { name: 'South' }) }).click();
  await until('the order is kept', async () => (await page.getByRole('row').nth(1).textContent())?.includes('South'));
  await page.getByRole('switch', { name: words('lists.active_name', { name: 'North' }) }).click();
  await page.getByRole('switch', { name: words('lists.active_name', { name: 'North' }), checked: false }).waitFor();

  await office.visit(page, '/settings/sites');
  await page.getByRole('button', { name: words('sites.new') }).first().click();
  await page.getByLabel(words('sites.order_url')).fill('https://lamps.example/o/{external_id}');
  await page.getByText(words('sites.preview', { url: 'https://lamps.example/o/A-10428' })).waitFor();
  await add('Lamps', 'lamps');

  await office.visit(page, '/settings/custom-fields');
  await page.getByRole('button', { name: words('custom.new') }).first().click();
  await page.getByLabel(words('custom.type')).selectOption('boolean');
  await add('Gift wrap', 'gift-wrap');

  await office.visit(page, '/orders/new');
  const stores = page.getByLabel(words('rfield.store')).locator('option');
  await until('the form knows the stores', async () => (await stores.count()) > 0);
  assert.deepEqual(await stores.allTextContents(), ['–', 'South']);
  await page.getByLabel(words('rfield.external_id')).fill('L-1');
  await page.getByRole('checkbox', { name: 'Gift wrap' }).check();
  await page.getByRole('button', { name: words('records.make_order') }).click();
  const there = page.getByRole('link', { name: words('records.on_site') });
  assert.equal(await there.getAttribute('href'), 'https://lamps.example/o/L-1');
  await page.locator('.record-field').filter({ hasText: 'Gift wrap' }).waitFor();

  // Who sees only another site does not see this order.
  await office.server.must(office.key, 'PUT', '/v1/sites/chairs', { name: 'Chairs' });
  await office.visit(page, '/settings/groups');
  await page.getByRole('button', { name: /Sales/ }).first().click();
  const group = page.getByRole('dialog', { name: 'Sales' });
  await group.getByLabel(words('groups.sees')).selectOption('sites');
  await group.getByRole('checkbox', { name: 'Chairs' }).check();
  await group.getByRole('button', { name: words('action.save') }).click();
  await group.waitFor({ state: 'detached' });
  const mia = await office.window('mia', { path: '/orders?q=L-1' });
  await mia.page.getByText(words('inbox.none_found')).waitFor();
});
