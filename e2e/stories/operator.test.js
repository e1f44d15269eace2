// The operator: in by the printed link, an announcement to three of five accounts, seen exactly there, gone on recall; a
// banner that counts down; a question that administrators answer; an account founded, closed, deleted and had back.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Office } from '../harness/office.js';
import { popups, words } from '../harness/pages.js';
import { until } from '../harness/until.js';

const PASSWORD = 'a long enough password';
const OTHERS = ['north', 'south', 'east', 'west'];

/** @type {Office} */
let office;
/** Sessions of the administrators of the other accounts, by account. @type {Record<string, string>} */
const sessions = {};

before(async () => {
  office = await Office.open({ groups: { sales: 'Sales' }, people: { ada: { name: 'Ada Admin', admin: true }, mia: { name: 'Mia Chen', groups: ['sales'] } } });
  for (const code of OTHERS) {
    const email = `${code}@example.com`;
    await office.server.cli(['account', 'add', code, '--name', `Shop ${code}`]);
    await office.server.cli(['user', 'add', email, '--name', `Head of ${code}`, '--admin', '--password-stdin', '--account', code], `${PASSWORD}\n`);
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${office.server.url}/v1/session`, { method: 'POST', headers, body: JSON.stringify({ email, password: PASSWORD }) });
    sessions[code] = /__Host-bellwire=([^;]+)/.exec(answer.headers.getSetCookie().join())?.[1] ?? '';
  }
});
after(() => office?.close());
afterEach(async () => {
  const faults = office.faults();
  await office.goHome();
  assert.deepEqual(faults, []);
});

/** @param {string} code */
async function windowOf(code) {
  const profile = await office.profile();
  const { hostname } = new URL(office.server.url);
  await profile.context.addCookies([{ name: '__Host-bellwire', value: sessions[code] ?? '', url: `https://${hostname}/`, secure: true, httpOnly: true }]);
  const page = await profile.tab();
  await office.visit(page, '/notifications');
  return page;
}

/** The operator, by the form. */
async function operator() {
  const page = await (await office.profile()).tab(`${office.server.url}/operator/sign-in`);
  await page.getByLabel(words('field.email')).fill('olga@example.com');
  await page.getByLabel(words('field.password')).fill(PASSWORD);
  await page.getByRole('button', { name: words('sign_in.action') }).click();
  await page.getByRole('heading', { name: words('operator.announcements'), level: 1 }).waitFor();
  return page;
}

/** @param {import('playwright-core').Page} page @param {string} title @param {string} body */
async function write(page, title, body) {
  await page.goto(`${office.server.url}/operator/announcements/new`);
  await page.getByLabel(words('operator.title_field')).fill(title);
  await page.getByRole('textbox', { name: words('operator.body_field') }).fill(body);
}

test('the printed link lets the operator in, and he announces to three of five', async () => {
  const link = await office.server.cli(['operator', 'add', 'olga@example.com', '--name', 'Olga']);
  const page = await (await office.profile()).tab(link);
  await page.getByLabel(words('field.new_password')).fill(PASSWORD);
  await page.getByRole('button', { name: words('link.set_password') }).click();
  await page.getByRole('heading', { name: words('operator.none') }).waitFor();

  const { page: ada } = await office.window('ada');
  const pages = { main: ada, north: await windowOf('north'), south: await windowOf('south'), east: await windowOf('east'), west: await windowOf('west') };
  await write(page, 'Update on Monday', 'From six to ten past six nothing is delivered.');
  await page.getByLabel(words('operator.accounts'), { exact: true }).selectOption('chosen');
  for (const name of ['main', 'Shop north', 'Shop west']) await page.getByRole('checkbox', { name: new RegExp(name) }).check();
  await page.getByRole('status').filter({ hasText: words('operator.reach', { people: words('operator.people_n', { n: 4 }), accounts: words('operator.accounts_n', { n: 3 }) }) }).waitFor();
  await page.getByRole('button', { name: words('operator.publish') }).click();
  await page.getByText(words('operator.stage_standing')).first().waitFor();

  for (const code of /** @type {const} */ (['main', 'north', 'west'])) await popups(pages[code], 'Update on Monday').waitFor();
  assert.equal(await popups(pages.south).count(), 0);
  assert.equal(await popups(pages.east).count(), 0);

  await page.getByRole('button', { name: words('operator.recall') }).click();
  await page.getByRole('dialog').getByRole('button', { name: words('operator.recall') }).click();
  await page.getByText(words('operator.stage_recalled')).first().waitFor();
  for (const code of /** @type {const} */ (['main', 'north', 'west'])) {
    await until('the popup is gone', async () => (await popups(pages[code]).count()) === 0);
  }
});

test('a banner counts down across the top, and closes in every tab', async () => {
  const page = await operator();
  const { page: first, profile } = await office.window('mia');
  const { page: second } = await office.window('mia', { profile });
  await write(page, 'Maintenance', 'Short and at night.');
  await page.getByLabel(words('operator.form'), { exact: true }).selectOption('banner');
  /** @param {number} ms */
  const local = (ms) => new Date(Date.now() + ms - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  await page.getByLabel(words('operator.from')).fill(local(2 * 3_600_000));
  await page.getByLabel(words('operator.to')).fill(local(3 * 3_600_000));
  await page.getByRole('button', { name: words('operator.publish') }).click();
  await page.getByText(words('operator.stage_standing')).first().waitFor();
  const label = words('banner.label');
  for (const tab of [first, second]) {
    await tab.getByRole('region', { name: label }).getByRole('timer').filter({ hasText: /Begins in 1 hr|Begins in 2 hr/ }).waitFor();
    assert.equal(await popups(tab).count(), 0);
  }
  await first.bringToFront();
  await first.getByRole('region', { name: label }).getByRole('button', { name: words('banner.close') }).click();
  for (const tab of [first, second]) await until('the banner is gone', async () => (await tab.getByRole('region', { name: label }).count()) === 0);
});

test('one administrator accepts, another declines, and the operator sees who and how many', async () => {
  const page = await operator();
  const { page: ada } = await office.window('ada');
  const north = await windowOf('north');
  await write(page, 'Move to beta?', 'It has the new list.');
  await page.getByLabel(words('operator.accounts'), { exact: true }).selectOption('chosen');
  for (const name of ['main', 'Shop north', 'Shop south']) await page.getByRole('checkbox', { name: new RegExp(name) }).check();
  await page.getByRole('checkbox', { name: new RegExp(words('operator.beta')) }).check();
  await page.getByRole('button', { name: words('operator.publish') }).click();
  await popups(ada, 'Move to beta?').getByRole('button', { name: 'Accept' }).click();
  await popups(north, 'Move to beta?').getByRole('button', { name: 'Decline' }).click();
  for (const tab of [ada, north]) await until('the question is gone', async () => (await popups(tab).count()) === 0);
  await page.reload();
  await page.getByText(words('operator.answer_accepted', { name: 'Ada Admin' })).waitFor();
  await page.getByText(words('operator.answer_declined', { name: 'Head of north' })).waitFor();
  await page.getByRole('link', { name: words('operator.announcements') }).first().click();
  const row = page.getByRole('row').filter({ hasText: 'Move to beta?' });
  await row.getByText(words('operator.answered', { yes: 1, no: 1 })).waitFor();
  await row.getByText(words('operator.delivered', { people: words('operator.people_n', { n: 3 }), accounts: words('operator.accounts_n', { n: 3 }) })).waitFor();
  await page.getByRole('link', { name: words('operator.health') }).first().click();
  await page.getByText(words('operator.all_well')).waitFor();
});

/** @param {import('playwright-core').Page} page @param {string} name */
async function accounts(page, name) {
  await page.getByRole('link', { name: words('operator.accounts') }).first().click();
  const row = page.getByRole('row').filter({ hasText: name });
  await row.waitFor();
  return {
    row,
    /** @param {Parameters<typeof words>[0]} key */
    choose: async (key) => {
      await row.getByRole('button', { name: words('operator.menu', { name }) }).click();
      await page.getByRole('menuitem', { name: words(key) }).click();
    },
  };
}

test('an account is founded, and its administrator comes in by the link', async () => {
  const page = await operator();
  await page.getByRole('link', { name: words('operator.accounts') }).first().click();
  await page.getByRole('button', { name: words('operator.found') }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(words('operator.account_name')).fill('Café del Mar');
  assert.equal(await dialog.getByLabel(words('operator.code'), { exact: true }).inputValue(), 'cafe-del-mar');
  await dialog.getByRole('button', { name: words('operator.found_action') }).click();
  // What is wrong stands at its field.
  await until('the address is asked for', async () => (await dialog.getByLabel(words('operator.administrator_email')).getAttribute('aria-invalid')) === 'true');
  await dialog.getByLabel(words('operator.administrator_email')).fill('marta@mar.example');
  await dialog.getByLabel(words('operator.administrator_name')).fill('Marta');
  await dialog.getByLabel(words('operator.plan')).fill('pro');
  await dialog.getByRole('button', { name: words('operator.found_action') }).click();
  const link = (await page.getByRole('dialog').getByLabel(words('users.invitation_link')).textContent()) ?? '';
  assert.match(link, /\/invitation#/);
  await page.getByRole('dialog').getByRole('button', { name: words('action.done') }).click();
  await page.getByRole('row').filter({ hasText: 'cafe-del-mar' }).getByText('pro').waitFor();

  const marta = await (await office.profile()).tab(link);
  await marta.getByLabel(words('field.new_password')).fill(PASSWORD);
  await marta.getByRole('button', { name: words('link.join') }).click();
  await marta.waitForURL(`${office.server.url}/notifications`);
  // Found by a part of its name, whatever its case.
  await page.getByRole('searchbox', { name: words('operator.find_account') }).fill('CAFÉ');
  await page.getByRole('row').filter({ hasText: 'Shop north' }).waitFor({ state: 'detached' });
  await page.getByRole('row').filter({ hasText: 'cafe-del-mar' }).waitFor();
});

test('a suspended account is closed with the reason, and a deleted one can be had back', async () => {
  const page = await operator();
  const west = await windowOf('west');
  const { row, choose } = await accounts(page, 'Shop west');
  await choose('operator.suspend');
  await page.getByRole('dialog').getByLabel(words('operator.reason')).fill('The bill of May is open');
  await page.keyboard.press('Enter');
  await row.getByText(words('operator.state_suspended')).waitFor();
  await row.getByText('The bill of May is open').waitFor();
  await west.goto(`${office.server.url}/notifications`);
  await west.getByText('The bill of May is open').waitFor();
  const refused = office.faults();
  assert.ok(refused.length > 0 && refused.every((fault) => fault.includes('403')), refused.join());
  await choose('operator.resume');
  await row.getByText(words('operator.state_open')).waitFor();

  await choose('operator.delete_account');
  const remove = page.getByRole('dialog').getByRole('button', { name: words('operator.delete_account') });
  const code = page.getByRole('dialog').getByLabel(words('operator.type_code', { code: 'west' }));
  await code.fill('wes');
  assert.equal(await remove.isDisabled(), true, 'not before its code is typed');
  await code.fill('west');
  await remove.click();
  await row.getByText(words('operator.state_deleted')).waitFor();
  await choose('operator.restore');
  await row.getByText(words('operator.state_open')).waitFor();
  await west.goto(`${office.server.url}/notifications`);
  await west.getByRole('heading', { level: 1 }).waitFor();

  // All of it stands in the log, and one act leads to its account.
  await page.getByRole('link', { name: words('operator.log') }).first().click();
  await page.getByRole('button', { name: 'west' }).first().click();
  for (const act of /** @type {const} */ (['suspended', 'resumed', 'deleted', 'restored'])) {
    await page.getByRole('row').filter({ hasText: words(`operator.act_account_${act}`) }).filter({ hasText: 'Olga' }).waitFor();
  }
  assert.equal(await page.getByRole('row').filter({ hasText: words('operator.act_account_added') }).filter({ hasText: 'Café' }).count(), 0);
});

test('the menu of an account goes by the keyboard, and gives the focus back', async () => {
  const page = await operator();
  const { row } = await accounts(page, 'Shop east');
  const menu = row.getByRole('button', { name: words('operator.menu', { name: 'Shop east' }) });
  await menu.focus();
  await page.keyboard.press('Enter');
  /** @param {Parameters<typeof words>[0]} key */
  const has = (key) => page.getByRole('menuitem', { name: words(key) }).evaluate((item) => item === document.activeElement);
  await until('the menu has the focus', () => has('operator.plan_and_version'));
  await page.keyboard.press('ArrowDown');
  await until('the focus has moved', () => has('operator.limits'));
  await page.keyboard.press('Enter');
  const users = page.getByRole('dialog').getByLabel(words('operator.limit_users'));
  await until('the dialog has the focus', () => page.getByRole('dialog').evaluate((dialog) => dialog.contains(document.activeElement)));
  await users.focus();
  await page.keyboard.type('0');
  await page.keyboard.press('Enter');
  await until('the field complains', async () => (await users.getAttribute('aria-invalid')) === 'true');
  await users.fill('7');
  await page.keyboard.press('Enter');
  await row.getByText(words('operator.at_most_users', { n: 7 })).waitFor();
  await menu.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menu').waitFor();
  await page.keyboard.press('Escape');
  await until('the focus is back', async () => menu.evaluate((button) => button === document.activeElement));
});
