// Settings as an administrator uses them: invite, lock, groups, a key, an allowed origin.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Office } from '../harness/office.js';
import { popups, words } from '../harness/pages.js';
import { until } from '../harness/until.js';

/** Streams end within this after a lock. */
const STREAM_END_MS = 5_000;

/** @type {Office} */
let office;

before(async () => {
  office = await Office.open({
    groups: { sales: 'Sales' },
    people: {
      ada: { name: 'Ada Admin', admin: true },
      mia: { name: 'Mia Chen', groups: ['sales'] },
      ben: { name: 'Ben Okoye' },
    },
  });
});
after(() => office?.close());
afterEach(async () => {
  const faults = office.faults();
  await office.goHome();
  assert.deepEqual(faults, []);
});

test('who is invited joins by the link and is a member', async () => {
  const { page } = await office.window('ada', { path: '/settings/users' });
  await page.getByRole('button', { name: words('users.invite') }).click();
  const form = page.getByRole('dialog', { name: words('users.invite') });
  await form.getByLabel(words('field.email')).fill('mia@example.com');
  await form.getByLabel(words('field.name'), { exact: true }).fill('Lucía Fernández');
  await form.getByRole('checkbox', { name: 'Sales' }).check();
  await form.getByRole('button', { name: words('users.create_invitation') }).click();
  await form.locator('input[aria-invalid=true][type=email]').waitFor();

  await form.getByLabel(words('field.email')).fill('lucia@example.com');
  await form.getByRole('button', { name: words('users.create_invitation') }).click();
  const link = await page.getByLabel(words('users.invitation_link')).textContent();
  assert.ok(link?.startsWith(`${office.server.url}/invitation#`), `${link}`);

  const newcomer = await (await office.profile()).tab(link ?? '');
  await newcomer.getByLabel(words('field.new_password')).fill('a long enough password');
  await newcomer.getByRole('button', { name: words('link.join') }).click();
  await newcomer.waitForURL(`${office.server.url}/notifications`);
  await newcomer.waitForResponse((response) => response.url().includes('/v1/stream'));
  await office.send({ body: 'Welcome, Lucía.', groups: ['sales'], sticky: true });
  await popups(newcomer, 'Welcome, Lucía.').waitFor();

  const late = await (await office.profile()).tab(link ?? '');
  await late.getByRole('heading', { name: words('link.bad_title') }).waitFor();
});

test('locking ends the session and the stream, unlocking lets in again', async (t) => {
  const ben = await office.window('ben');
  const ada = await office.window('ada', { path: '/settings/users' });
  await ada.page.getByRole('button', { name: words('users.menu', { name: 'Ben Okoye' }) }).click();
  const signedOut = ben.page.getByRole('button', { name: words('sign_in.action') });
  const pressed = performance.now();
  await ada.page.getByRole('menuitem', { name: words('users.lock'), exact: true }).click();
  await signedOut.waitFor({ timeout: STREAM_END_MS });
  office.forgetSession('ben');
  t.diagnostic(`signed out after ${Math.round(performance.now() - pressed)} ms`);
  await ada.page.getByRole('status').getByText(words('users.locked', { name: 'Ben Okoye' })).waitFor();

  await ada.page.getByRole('button', { name: words('action.undo') }).click();
  await ada.page.getByRole('row', { name: /Ben Okoye/ }).getByText(words('user_state.active')).waitFor();
});

test('the last administrator cannot lock himself out', async () => {
  const { page } = await office.window('ada', { path: '/settings/users' });
  await page.getByRole('button', { name: words('users.menu', { name: 'Ada Admin' }) }).click();
  await page.getByRole('menuitem', { name: words('users.lock'), exact: true }).click();
  await page.getByRole('status').locator('.toast').waitFor();
  await page.reload();
  await page.getByRole('row', { name: /Ada Admin/ }).getByText(words('user_state.active')).waitFor();
});

test('a group is made, and its right decides who sees the button', async () => {
  const { page } = await office.window('ada', { path: '/settings/groups' });
  await page.getByRole('button', { name: words('groups.new') }).first().click();
  const form = page.getByRole('dialog', { name: words('groups.new') });
  await form.getByLabel(words('field.name'), { exact: true }).fill('Night shift');
  await form.getByRole('checkbox', { name: words('groups.may_send') }).uncheck();
  await form.getByRole('button', { name: words('groups.create') }).click();
  await page.getByRole('row', { name: /Night shift/ }).waitFor();

  const ben = await office.window('ben');
  assert.equal(await ben.page.getByRole('button', { name: words('compose.open') }).count(), 0);
  const mia = await office.window('mia');
  assert.ok((await mia.page.getByRole('button', { name: words('compose.open') }).count()) > 0);
});

test('a key is shown once, works, and ends when it is revoked', async () => {
  const { page } = await office.window('ada', { path: '/settings/api-keys' });
  await page.getByRole('button', { name: words('keys_api.new') }).first().click();
  const form = page.getByRole('dialog', { name: words('keys_api.new') });
  await form.getByLabel(words('field.name'), { exact: true }).fill('Till');
  await form.getByRole('checkbox', { name: words('scope.notify') }).check();
  await form.getByRole('button', { name: words('keys_api.create') }).click();
  const shown = page.getByRole('dialog', { name: words('keys_api.made_title', { name: 'Till' }) });
  const key = (await shown.getByLabel(words('keys_api.column_key')).textContent()) ?? '';
  await shown.getByRole('button', { name: words('keys_api.copied_it') }).click();

  const message = { body: 'From the till.', groups: ['sales'] };
  assert.equal((await office.server.call(key, 'POST', '/v1/notifications', message)).status, 202);
  assert.equal((await office.server.call(key, 'GET', '/v1/users')).status, 403);
  assert.equal((await office.server.call(key, 'GET', '/v1/inbox')).status, 403);

  await page.getByRole('button', { name: words('keys_api.revoke_name', { name: 'Till' }) }).click();
  const sure = page.getByRole('dialog', { name: words('keys_api.revoke_title', { name: 'Till' }) });
  await sure.getByRole('button', { name: words('keys_api.revoke') }).click();
  await page.getByRole('row', { name: /Till/ }).waitFor({ state: 'detached' });
  assert.equal((await office.server.call(key, 'POST', '/v1/notifications', message)).status, 401);
});

test('an origin is allowed, and taken back with an undo', async () => {
  const { page } = await office.window('ada', { path: '/settings/origins' });
  await page.getByLabel(words('origins.field'), { exact: true }).fill('https://crm.example');
  await page.getByRole('button', { name: words('origins.add') }).click();
  const row = page.getByRole('row', { name: /crm\.example/ });
  await row.waitFor();
  await page.getByRole('button', { name: words('origins.remove', { origin: 'https://crm.example' }) }).click();
  await row.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: words('action.undo') }).click();
  await row.waitFor();
});

test('how long popups stay, chosen in one tab, counts in the other at once, and after a reload', async () => {
  const { page, profile } = await office.window('mia');
  const other = await office.window('mia', { profile, path: '/profile' });
  const seconds = () => page.evaluate(() => /** @type {any} */ (document.querySelector('bellwire-bell'))?.client?.session?.popups?.seconds);
  await until('it is known before', async () => (await seconds()) > 0);
  assert.notEqual(await seconds(), 20);
  const form = other.page.locator('form.preferences');
  await form.getByLabel(words('prefs.popup_seconds')).selectOption('20');
  await form.getByRole('button', { name: words('action.save') }).click();
  await until('the other tab knows', async () => (await seconds()) === 20);
  await page.reload();
  await until('it is known afterwards', async () => (await seconds()) === 20);
});
