// Letters, from the change of an order to the mailbox that the demo keeps: over a real SMTP conversation, switched off by
// the reader, and ended by the link beneath them.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Office } from '../harness/office.js';
import { words } from '../harness/pages.js';
import { Server } from '../harness/server.js';
import { until } from '../harness/until.js';

/** @typedef {{id: string, name: string, email: string, role: string, language: string}} Reader */

/** @type {Office} */
let office;
/** @type {Reader} */
let boss;
/** English-speaking managers, each for one story. @type {Reader[]} */
let readers = [];

before(async () => {
  office = new Office(await Server.start({ command: 'demo' }));
  // The shop falls silent, so that every letter is ours.
  await post('/v1/demo/flow', { paused: true });
  const { people } = await (await fetch(`${office.server.url}/v1/demo`)).json();
  boss = people.find((/** @type {Reader} */ person) => person.role === 'administrator');
  readers = people.filter((/** @type {Reader} */ person) => person !== boss && person.language === 'en');
});
after(async () => {
  const faults = office.faults();
  await office.close();
  assert.deepEqual(faults, []);
});

/** @param {string} path @param {unknown} body */
async function post(path, body) {
  return fetch(office.server.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

/** A window of somebody. @param {Reader} person @param {string} path */
async function become(person, path) {
  const profile = await office.profile();
  const page = await profile.tab(office.server.url);
  await page.getByRole('region', { name: words('demo.people') }).getByRole('button').filter({ hasText: person.name }).first().click();
  await page.waitForURL(`${office.server.url}/notifications`);
  await office.visit(page, path);
  return page;
}

/** What a page of ours gets from the API. @param {import('playwright-core').Page} page @param {string} method @param {string} path @param {unknown} [body] */
async function call(page, method, path, body) {
  return page.evaluate(
    async ([method, path, body]) => {
      const response = await fetch(String(path), { method: String(method), headers: { 'content-type': 'application/json' }, body: /** @type {string} */ (body) });
      return response.status < 300 ? response.json() : Promise.reject(new Error(`${path}: ${response.status}`));
    },
    [method, path, body === undefined ? null : JSON.stringify(body)],
  );
}

/** Makes somebody responsible for an order that is not his; answers the order. @param {import('playwright-core').Page} page @param {Reader} reader */
async function assign(page, reader) {
  const { items } = await call(page, 'GET', '/v1/orders?limit=50');
  const order = items.find((/** @type {any} */ one) => one.manager?.id !== reader.id && one.manager?.id !== boss.id);
  await call(page, 'PATCH', `/v1/orders/${order.id}`, { manager: reader.id });
  return order;
}

/** The letters to somebody. @param {Reader} reader @returns {Promise<{id: string, subject: string}[]>} */
async function letters(reader) {
  const { items } = await (await fetch(`${office.server.url}/v1/demo/mailbox`)).json();
  return items.filter((/** @type {{to: string}} */ letter) => letter.to.includes(reader.email));
}

test('a change of an order arrives as a letter, and looks like one', async () => {
  const [reader] = readers;
  assert.ok(reader);
  const page = await become(boss, '/orders');
  const order = await assign(page, reader);
  await page.getByRole('link', { name: words('nav.mailbox') }).click();
  const row = page.getByRole('link').filter({ hasText: reader.email }).filter({ hasText: order.title });
  await row.first().click();
  const letter = page.frameLocator('.letter-frame iframe');
  await letter.getByRole('heading', { name: order.title }).waitFor();
  assert.equal(await letter.getByRole('link', { name: order.title }).getAttribute('target'), null);
  assert.match((await letter.getByRole('link', { name: order.title }).getAttribute('href')) ?? '', /^http/);
  // Nothing in it runs, whatever it holds.
  const frame = page.frames().find((one) => one !== page.mainFrame());
  assert.equal(await frame?.evaluate('origin'), 'null');
  await page.getByRole('button', { name: words('mailbox.headers') }).click();
  await page.getByText('List-Unsubscribe-Post').waitFor();

  await office.visit(page, '/deliveries');
  await page.getByRole('row').filter({ hasText: reader.email }).filter({ hasText: words('deliveries.state_sent') }).first().getByRole('link').click();
  await page.getByText(/^250 /).first().waitFor();
});

test('who switches e-mail off gets no letter, and the log says why', async () => {
  const [, reader] = readers;
  assert.ok(reader);
  const own = await become(reader, '/profile');
  await own.getByRole('checkbox', { name: words('prefs.email') }).uncheck();
  await own.locator('form.preferences').getByRole('button', { name: words('action.save') }).click();
  await own.getByText(words('form.saved')).waitFor();
  const before = (await letters(reader)).length;
  const page = await become(boss, '/orders');
  await assign(page, reader);
  await office.visit(page, `/deliveries?q=${encodeURIComponent(reader.email)}&state=suppressed`);
  await page.getByRole('row').filter({ hasText: words('deliveries.reason_switched_off') }).first().waitFor();
  assert.equal((await letters(reader)).length, before);
});

test('the link beneath a letter ends them, but not by being opened', async () => {
  const [, , reader] = readers;
  assert.ok(reader);
  const page = await become(boss, '/orders');
  await assign(page, reader);
  const letter = await until('the letter has arrived', async () => (await letters(reader))[0]);
  const { headers } = await (await fetch(`${office.server.url}/v1/demo/mailbox/${letter.id}`)).json();
  const header = headers.find((/** @type {[string, string]} */ [name]) => name === 'List-Unsubscribe');
  const url = /^<(http[^>]+)>$/.exec(header?.[1] ?? '')?.[1] ?? '';
  assert.ok(url.startsWith(`${office.server.url}/unsubscribe/`), url);

  const own = await become(reader, '/profile');
  const isOn = async () => (await call(own, 'GET', '/v1/preferences')).email;
  const tab = await (await office.profile()).tab(url);
  await tab.getByText(reader.email).waitFor();
  assert.equal(await isOn(), true, 'opening it changes nothing');
  await tab.getByRole('button').click();
  await tab.getByRole('button').waitFor({ state: 'detached' });
  assert.equal(await isOn(), false);
});

test('an administrator tries the relay, hears of a wrong one, and sees a new look before it is saved', async () => {
  const page = await become(boss, '/settings/email');
  await page.getByRole('button', { name: words('email.test_send'), exact: true }).click();
  await page.getByText(words('email.test_sent', { to: boss.email })).waitFor();
  await page.getByText(/^220 /).waitFor();

  await page.getByRole('button', { name: words('relay.add') }).click();
  const dialog = page.getByRole('dialog', { name: words('relay.new') });
  await dialog.getByLabel(words('relay.host')).fill('no host');
  await dialog.getByLabel(words('relay.auth')).selectOption('none');
  await dialog.getByRole('button', { name: words('action.save') }).click();
  await dialog.locator('input[aria-invalid=true]').waitFor();
  assert.equal(await dialog.locator('input[aria-invalid=true]').inputValue(), 'no host');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });

  await page.getByLabel(words('email.footer')).fill('Sun Street 1');
  await page.frameLocator('.letter-frame iframe').getByText('Sun Street 1').waitFor();
  assert.equal((await call(page, 'GET', '/v1/email')).branding.footer, '');
});
