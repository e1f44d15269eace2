// Marketing rules as somebody makes them who cannot program: a segment with its live count, a rule from the example until the popup
// stands and its result is on the page, and a segment that a rule uses and so stays.

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
    people: { ada: { name: 'Ada Admin', admin: true }, mia: { name: 'Mia Chen', groups: ['sales'] } },
  });
  const put = (/** @type {string} */ path, /** @type {unknown} */ body) => office.server.must(office.key, 'PUT', `/v1/${path}`, body);
  const soon = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(5, 10);
  await put('customers/C-1?silent=true', { first_name: 'Kim', last_name: 'Berg', birthday: `1988-${soon}`, vip: true, manager: 'mia@example.com' });
  await put('customers/C-2?silent=true', { first_name: 'Lee', last_name: 'Moor', birthday: `1988-${soon}`, manager: 'mia@example.com' });
});
after(() => office?.close());
afterEach(async () => {
  const faults = office.faults();
  await office.goHome();
  assert.deepEqual(faults, []);
});

test('a segment is counted while it is written', async () => {
  const { page } = await office.window('ada', { path: '/settings/segments' });
  await page.getByRole('button', { name: words('segments.new') }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(words('field.name'), { exact: true }).fill('Regulars');
  await dialog.getByRole('button', { name: words('builder.add'), exact: true }).last().click();
  await page.keyboard.type('customer.vip');
  await page.keyboard.press('Enter');
  await dialog.locator('.live-count').getByText('Kim Berg').waitFor();
  await until('only he is in it', async () => (await dialog.locator('.live-count li').count()) === 1);
  await dialog.getByRole('button', { name: words('rules.create'), exact: true }).click();
  const row = page.getByRole('row', { name: /Regulars/ });
  await row.locator('.counted b').filter({ hasText: '1' }).waitFor();
});

test('a rule from the example tells of a birthday, and its page says for whom', async () => {
  const mia = await office.window('mia');
  const { page } = await office.window('ada', { path: '/settings/marketing-rules/new?example=birthday' });
  assert.equal(await page.getByRole('textbox', { name: words('field.name'), exact: true }).inputValue(), words('examples.birthday'));
  await page.getByLabel('Regulars').check();
  // At any hour of the day on which this story is told.
  await page.locator('#block-timing input[type=checkbox]').first().uncheck();
  await page.locator('#block-timing input[type=number]').last().fill('96');
  await page.getByRole('button', { name: words('rules.create'), exact: true }).click();
  await page.waitForURL(/\/settings\/marketing-rules\/(?!new)/);
  await popups(mia.page, 'Kim').first().waitFor();
  await page.reload();
  await page.locator('.result-rows').getByText('Kim Berg').waitFor();
  assert.equal(await page.locator('.result-rows li').count(), 1, 'Lee is in no segment of it');
  await office.visit(page, '/settings/segments');
  await page.getByRole('button', { name: words('segments.remove', { name: 'Regulars' }) }).click();
  await page.getByText(words('examples.birthday')).first().waitFor();
  await page.getByRole('row', { name: /Regulars/ }).waitFor();
  await mia.page.close();
});
