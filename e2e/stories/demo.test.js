// The demo that `make run` opens: ten people at a click, in two windows, and a flow of messages that can be paused.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Office } from '../harness/office.js';
import { composer, popups, words } from '../harness/pages.js';
import { Server } from '../harness/server.js';

/** @type {Office} */
let office;

before(async () => {
  office = new Office(await Server.start({ command: 'demo' }));
});
after(async () => {
  const faults = office.faults();
  await office.close();
  assert.deepEqual(faults, []);
});

/** @param {string} name */
async function become(name) {
  const page = await (await office.profile()).tab(office.server.url);
  const people = page.getByRole('region', { name: words('demo.people') }).getByRole('button');
  await people.first().waitFor();
  assert.equal(await people.count(), 10);
  await people.filter({ hasText: name }).first().click();
  await page.waitForURL(`${office.server.url}/notifications`);
  return page;
}

test('two people at one click each, and a message from one to the other', async () => {
  const answer = await fetch(`${office.server.url}/v1/demo`);
  const { people } = /** @type {{people: any[]}} */ (await answer.json());
  const sender = people.find((person) => person.role === 'administrator');
  const reader = people.find((person) => person !== sender && person.language === 'en');
  const [here, there] = [await become(sender.name), await become(reader.name)];
  // There is some history.
  await there.getByRole('main').getByRole('row').nth(3).waitFor();

  const form = composer(here);
  await form.open();
  await form.body.click();
  await here.keyboard.type('Coffee is ready.');
  await form.group(reader.groups[0]).check();
  await form.send.click();
  await popups(there, 'Coffee is ready.').waitFor();

  await here.getByRole('button', { name: words('demo.pause') }).click();
  await here.getByRole('button', { name: words('demo.resume') }).waitFor();
});

test('the operator is one click away, beside whoever is signed in', async () => {
  const page = await become('Mia Chen');
  await page.goto(`${office.server.url}/?demo`);
  await page.getByRole('region', { name: words('demo.operator') }).getByRole('button').click();
  await page.waitForURL(`${office.server.url}/operator/accounts`);
  await page.getByRole('row').filter({ hasText: 'faro' }).getByText(words('operator.state_suspended')).waitFor();
  await page.getByRole('link', { name: words('operator.announcements') }).first().click();
  for (const stage of /** @type {const} */ (['draft', 'scheduled', 'standing'])) await page.getByText(words(`operator.stage_${stage}`), { exact: true }).first().waitFor();
  await page.goto(`${office.server.url}/notifications`);
  await page.getByRole('heading', { level: 1 }).waitFor();
});
