// The first run: whoever has the printed link becomes administrator. Then the way in by the form, out, and the profile.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Office } from '../harness/office.js';
import { words } from '../harness/pages.js';
import { Server } from '../harness/server.js';

const PASSWORD = 'a long enough password';

/** @type {Office} */
let office;

before(async () => {
  office = new Office(await Server.start());
});
after(() => office?.close());
afterEach(async () => {
  const faults = office.faults();
  await office.goHome();
  assert.deepEqual(faults, []);
});

test('before the first administrator there is no way in without the link', async () => {
  const page = await (await office.profile()).tab(office.server.url);
  await page.getByRole('heading', { name: words('setup.needed_title') }).waitFor();
  assert.equal(await page.getByRole('textbox').count(), 0);
});

test('the printed link makes the first administrator, once', async () => {
  const profile = await office.profile();
  const link = `${office.server.url}/setup#${office.server.setupToken()}`;
  const page = await profile.tab(link);
  await page.getByLabel(words('account.name')).fill('Mugs and More');
  await page.getByLabel(words('field.your_name')).fill('Ada Admin');
  await page.getByLabel(words('field.email')).fill('ada@example.com');

  await page.getByLabel(words('field.password'), { exact: true }).fill('short');
  await page.getByRole('button', { name: words('setup.action') }).click();
  await page.locator('input[aria-invalid=true][type=password]').waitFor();

  await page.getByLabel(words('field.password'), { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: words('setup.action') }).click();
  await page.waitForURL(`${office.server.url}/notifications`);
  await page.getByRole('link', { name: words('nav.users') }).waitFor();
  assert.ok(!page.url().includes('#'), 'the secret has left the address');

  const other = await (await office.profile()).tab(link);
  await other.getByRole('heading', { name: words('setup.done_title') }).waitFor();
});

test('in by the form, out by the menu', async () => {
  const page = await (await office.profile()).tab(office.server.url);
  const submit = page.getByRole('button', { name: words('sign_in.action') });
  await page.getByLabel(words('field.email')).fill('ada@example.com');
  await page.getByLabel(words('field.password')).fill('not the password');
  await submit.click();
  await page.locator('[role=alert], input[aria-invalid=true]').first().waitFor();

  await page.getByLabel(words('field.password')).fill(PASSWORD);
  await submit.click();
  await page.waitForURL(`${office.server.url}/notifications`);
  const cookies = await page.context().cookies();
  const session = cookies.find((cookie) => cookie.name === '__Host-bellwire');
  assert.deepEqual([session?.httpOnly, session?.secure, session?.path], [true, true, '/']);

  await page.getByRole('button', { name: words('user_menu.label', { name: 'Ada Admin' }) }).click();
  await page.getByRole('menuitem', { name: words('user_menu.sign_out'), exact: true }).click();
  await submit.waitFor();
});

test('the profile speaks Russian as soon as it is told to', async () => {
  office.people = { ada: { name: 'Ada Admin', email: 'ada@example.com', password: PASSWORD } };
  const { page } = await office.window('ada', { path: '/profile' });
  await page.getByLabel(words('profile.language')).selectOption('ru');
  const save = page.getByRole('button', { name: words('action.save') });
  if (await save.count()) await save.first().click();
  await page.locator('html[lang=ru]').waitFor();
  await page.reload();
  await page.locator('html[lang=ru]').waitFor();
});
