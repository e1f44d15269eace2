// Rules as somebody makes them who cannot program: a template and a trigger by the pages only, until the popup stands; a dry
// run that says why; versions, undo; and who may not edit rules sees none of it.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Office } from '../harness/office.js';
import { popups, words } from '../harness/pages.js';
import { until } from '../harness/until.js';

/** @typedef {import('playwright-core').Page} Page */

/** @type {Office} */
let office;

before(async () => {
  office = await Office.open({
    groups: { sales: 'Sales', editors: 'Editors' },
    people: {
      ada: { name: 'Ada Admin', admin: true },
      mia: { name: 'Mia Chen', groups: ['sales'] },
      eva: { name: 'Eva Editor', groups: ['editors'] },
    },
  });
  const put = (/** @type {string} */ path, /** @type {unknown} */ body) => office.server.must(office.key, 'PUT', `/v1/${path}`, body);
  const { items: groups } = await office.server.must(office.key, 'GET', '/v1/groups');
  const editors = groups.find((/** @type {{code: string}} */ group) => group.code === 'editors');
  await office.server.must(office.key, 'PATCH', `/v1/groups/${editors.id}`, { may_edit_rules: true });
  for (const [code, name] of Object.entries({ new: 'New', paid: 'Paid', sent: 'Sent' })) await put(`reference-lists/statuses/${code}`, { name });
  await put('orders/A-1?silent=true', { order_number: 'A-1', status: 'new', manager: 'mia@example.com', total_sum: 1150, currency: 'EUR' });
  await put('orders/A-2?silent=true', { order_number: 'A-2', status: 'new', manager: 'mia@example.com', total_sum: 40, currency: 'EUR' });
});
after(() => office?.close());
afterEach(async () => {
  const faults = office.faults();
  await office.goHome();
  assert.deepEqual(faults, []);
});

/** @param {Page} page @param {string} key */
function region(page, key) {
  return page.getByRole('region', { name: words(key), exact: true });
}

/** Makes a template by its page and answers its address. @param {Page} page @param {string} name */
async function makeTemplate(page, name) {
  await office.visit(page, '/settings/templates');
  await page.getByRole('link', { name: words('templates.new') }).first().click();
  await page.getByLabel(words('field.name'), { exact: true }).fill(name);
  await page.getByLabel(words('compose.title'), { exact: true }).fill('Paid: ');
  await page.getByRole('button', { name: words('rules.insert_into', { field: words('compose.title') }) }).click();
  await page.getByLabel(words('rules.find_variable')).fill('order.number');
  await page.locator('.variable').filter({ hasText: 'order.number' }).first().click();
  assert.equal(await page.getByLabel(words('compose.title'), { exact: true }).inputValue(), 'Paid: {{ order.number }}');
  await page.getByLabel(words('compose.body'), { exact: true }).fill('Worth <b>{{ order.total_sum }}</b>.');
  // What is typed is shown at once, with a real order.
  await page.locator('.popup-view').getByText('Paid: A-2').waitFor();
  await page.getByRole('button', { name: words('rules.create'), exact: true }).click();
  await page.waitForURL(/\/settings\/templates\/(?!new)/);
  await page.getByRole('heading', { level: 1, name }).waitFor();
  return page.url();
}

/** Adds a row to the builder by the keyboard. @param {import('playwright-core').Locator} part @param {string} n @param {string} path */
async function addRow(part, n, path) {
  const page = part.page();
  await part.getByRole('button', { name: words('builder.add'), exact: true }).last().click();
  await page.keyboard.type(path);
  await page.keyboard.press('Enter');
  return {
    operator: part.getByLabel(words('builder.operator_of', { n })),
    value: part.getByLabel(words('builder.value_of', { n })),
  };
}

test('a template and a trigger made on the pages send a popup when an order is paid', async () => {
  const mia = await office.window('mia');
  const { page } = await office.window('ada');
  await makeTemplate(page, 'An order is paid');

  await office.visit(page, '/settings/triggers');
  await page.getByRole('link', { name: words('triggers.new') }).first().click();
  await page.getByLabel(words('field.name'), { exact: true }).fill('Paid orders');
  const filter = region(page, 'triggers.filter');
  const sum = await addRow(filter, '1', 'order.total_sum');
  await sum.operator.selectOption('more');
  await sum.value.fill('1000');
  const condition = region(page, 'triggers.condition');
  const status = await addRow(condition, '1', 'order.status.code');
  await status.operator.selectOption('changed_to');
  await status.value.selectOption({ label: 'Paid' });
  await page.getByRole('button', { name: words('triggers.add_action') }).click();
  await page.getByRole('menuitem', { name: words('triggers.action_notify') }).click();
  await page.getByLabel(words('triggers.template'), { exact: true }).selectOption({ label: 'An order is paid' });
  await condition.getByText(words('builder.expression'), { exact: true }).last().click();
  await condition.locator('pre').getByText('"paid"').waitFor();
  await page.getByRole('button', { name: words('rules.create'), exact: true }).click();
  await page.waitForURL(/\/settings\/triggers\/(?!new)/);

  await office.server.must(office.key, 'PUT', '/v1/orders/A-2', { status: 'paid' });
  await office.server.must(office.key, 'PUT', '/v1/orders/A-1', { status: 'paid' });
  const popup = popups(mia.page, 'Paid: A-1');
  await popup.waitFor();
  await popup.getByText(/Worth/).waitFor();
  assert.equal(await popups(mia.page, 'Paid: A-2').count(), 0, 'the small order is filtered out');

  await office.visit(page, '/action-log');
  await page.getByRole('row').filter({ hasText: 'Paid orders' }).filter({ hasText: 'A-1' }).first().waitFor();

  await office.visit(page, '/settings/templates');
  await page.getByRole('row', { name: /An order is paid/ }).getByText(words('templates.uses', { n: 1 })).waitFor();
});

test('rows become an expression and come back as rows; what rows cannot say stays text', async () => {
  const { page } = await office.window('ada', { path: '/settings/triggers' });
  await page.getByRole('row', { name: /Paid orders/ }).getByRole('link').first().click();
  const filter = region(page, 'triggers.filter');
  assert.equal(await filter.getByLabel(words('builder.operator_of', { n: 1 })).inputValue(), 'more');
  assert.equal(await filter.getByLabel(words('builder.value_of', { n: 1 })).inputValue(), '1000');
  const condition = region(page, 'triggers.condition');
  assert.equal(await condition.getByLabel(words('builder.operator_of', { n: 1 })).inputValue(), 'changed_to');
  assert.equal(await condition.getByLabel(words('builder.value_of', { n: 1 })).inputValue(), 'paid');

  await filter.getByRole('button', { name: words('builder.mode_text'), exact: true }).click();
  const field = filter.getByRole('textbox', { name: words('builder.expression_of', { field: words('triggers.filter') }) });
  await field.fill('order.total_sum * 2 > 1000 and (order.items | count) < 9');
  await filter.getByText(words('builder.cannot_show')).waitFor();
  await field.fill('order.total_sum >\n');
  await filter.locator('.code-errors .place').waitFor();
  await field.fill('order.total_sum > 500 and order.number != "x"');
  const rows = filter.getByRole('button', { name: words('builder.mode_builder'), exact: true });
  await until('it can be shown again', () => rows.isEnabled());
  await rows.click();
  assert.equal(await filter.getByLabel(words('builder.value_of', { n: 2 })).inputValue(), 'x');
});

test('a dry run says whether it would run, which part decided, and does nothing', async () => {
  const { page } = await office.window('ada', { path: '/settings/triggers' });
  const before = (await office.inbox('mia')).items.length;
  await page.getByRole('row', { name: /Paid orders/ }).getByRole('link').first().click();
  const panel = region(page, 'dryrun.title');
  /** @param {string} number */
  const tryWith = async (number) => {
    const field = panel.getByRole('combobox', { name: words('triggers.record_order'), exact: true });
    await field.fill(number);
    await panel.locator('[role=option]').filter({ hasText: number }).first().click();
    await until('its newest event is chosen', () => panel.getByLabel(words('dryrun.what_happened')).inputValue());
    await panel.getByRole('button', { name: words('dryrun.run') }).click();
  };
  await tryWith('A-2');
  await panel.getByText(words('dryrun.fires_not')).waitFor();
  assert.equal(await panel.locator('.decided.no').first().textContent(), 'order.total_sum > 1000');
  await tryWith('A-1');
  await panel.getByText(words('dryrun.fires'), { exact: true }).waitFor();
  await panel.locator('.popup-view').getByText('Paid: A-1').waitFor();
  assert.equal((await office.inbox('mia')).items.length, before, 'nothing was sent');
});

test('a version is compared and brought back, and what was deleted too', async () => {
  const { page } = await office.window('ada', { path: '/settings/templates' });
  await page.getByRole('row', { name: /An order is paid/ }).getByRole('link').first().click();
  const title = page.getByRole('textbox', { name: words('compose.title'), exact: true });
  await title.fill('Money for {{ order.number');
  await page.locator('.code-errors .place').first().waitFor();
  await title.fill('Money for {{ order.number }}');
  await page.getByRole('button', { name: words('action.save'), exact: true }).click();
  await page.getByText(words('form.saved')).first().waitFor();
  const menu = page.getByRole('main').getByRole('button', { name: words('rules.menu', { name: 'An order is paid' }) });
  await menu.click();
  await page.getByRole('menuitem', { name: words('rules.versions') }).click();
  const dialog = page.getByRole('dialog');
  await dialog.locator('.diff-line.gone').getByText('Paid: {{ order.number }}').waitFor();
  await dialog.locator('.diff-line.added').getByText('Money for {{ order.number }}').waitFor();
  await dialog.getByRole('button', { name: words('rules.roll_back_to', { n: 1 }) }).click();
  await until('the title is as it was', async () => (await title.inputValue()) === 'Paid: {{ order.number }}');

  await office.visit(page, '/settings/triggers');
  const row = page.getByRole('row', { name: /Paid orders/ });
  await row.getByRole('button', { name: words('rules.menu', { name: 'Paid orders' }) }).click();
  await page.getByRole('menuitem', { name: words('rules.delete') }).click();
  await row.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: words('action.undo') }).click();
  await row.waitFor();
});

test('an example is a trigger and its template in one', async () => {
  const { page } = await office.window('ada', { path: '/settings/triggers/new' });
  await page.getByRole('link', { name: words('examples.big_order') }).click();
  assert.equal(await page.getByLabel(words('field.name'), { exact: true }).inputValue(), words('examples.big_order'));
  await page.getByRole('button', { name: words('rules.create'), exact: true }).click();
  await page.waitForURL(/\/settings\/triggers\/(?!new)/);
  await office.visit(page, '/settings/templates');
  await page.getByRole('row', { name: new RegExp(words('examples.big_order')) }).waitFor();
});

test('a test goes to oneself only', async () => {
  const mia = await office.window('mia');
  const { page } = await office.window('ada', { path: '/settings/templates' });
  const row = page.getByRole('row', { name: /An order is paid/ });
  await row.getByRole('button', { name: words('rules.menu', { name: 'An order is paid' }) }).click();
  await page.getByRole('menuitem', { name: words('templates.test') }).click();
  await popups(page, 'Paid:').first().waitFor();
  assert.equal((await office.inbox('mia', '?filter=unread')).items.filter((/** @type {{title: string}} */ item) => item.title.startsWith('Paid: A-1042')).length, 0);
  await mia.page.close();
});

test('who may not edit rules sees none of it, and who may needs no other right', async () => {
  const mia = await office.window('mia', { path: '/settings/triggers' });
  await mia.page.getByRole('heading', { name: words('missing.title') }).waitFor();
  assert.equal(await mia.page.getByRole('link', { name: words('nav.triggers') }).count(), 0);
  for (const path of ['/settings/templates/new', '/settings/marketing-rules', '/action-log']) {
    await office.visit(mia.page, path);
    await mia.page.getByRole('heading', { name: words('missing.title') }).waitFor();
  }
  assert.equal((await office.server.call(await office.token('mia'), 'GET', '/v1/triggers')).status, 403);

  const eva = await office.window('eva', { path: '/settings/triggers' });
  await eva.page.getByRole('row', { name: /Paid orders/ }).waitFor();
  assert.equal(await eva.page.getByRole('link', { name: words('nav.users') }).count(), 0);
  await office.visit(eva.page, '/settings/users');
  await eva.page.getByRole('heading', { name: words('missing.title') }).waitFor();
});
