// Takes a picture of every page into e2e/out: wide and 375 px, light and dark, full and empty. For eyes, not for the tests.
// `npm run shots [WORD]` takes only those whose name has the word.

import { mkdir } from 'node:fs/promises';
import { Office } from './harness/office.js';
import { bell, composer, popups, words } from './harness/pages.js';
import { until } from './harness/until.js';

const OUT = new URL('./out/', import.meta.url).pathname;
const ONLY = process.argv[2] ?? '';
const LOOKS = /** @type {const} */ ([
  ['wide-light', 'light', 1280, 900],
  ['wide-dark', 'dark', 1280, 900],
  ['narrow-light', 'light', 375, 812],
  ['narrow-dark', 'dark', 375, 812],
]);
const INSIDE = {
  notifications: '/notifications',
  tasks: '/tasks',
  week: '/tasks?view=week',
  orders: '/orders',
  customers: '/customers',
  'order-form': '/orders/new',
  sent: '/sent',
  users: '/settings/users',
  groups: '/settings/groups',
  'system-notifications': '/settings/system-notifications',
  email: '/settings/email',
  preferences: '/settings/preferences',
  deliveries: '/deliveries',
  'action-log': '/action-log',
  templates: '/settings/templates',
  'template-form': '/settings/templates/new',
  triggers: '/settings/triggers',
  'trigger-form': '/settings/triggers/new?example=big_order',
  'dry-run': '/settings/triggers/dry-run',
  'marketing-rules': '/settings/marketing-rules',
  'marketing-form': '/settings/marketing-rules/new?example=birthday',
  segments: '/settings/segments',
  sites: '/settings/sites',
  lists: '/settings/lists',
  'custom-fields': '/settings/custom-fields',
  keys: '/settings/api-keys',
  origins: '/settings/origins',
  account: '/settings/account',
  profile: '/profile',
};
const GROUPS = { sales: 'Sales', depot: 'Depot', service: 'Customer service', 'head-office': 'Head office' };
const NAMES = ['Mia Chen', 'Ben Okoye', 'Lucía Fernández', 'Иван Петров', 'Noor Haddad', 'Ольга Смирнова', 'Tom de Vries', 'Ana Souza'];
const MESSAGES = [
  { title: 'Stock', body: '<b>Blue mugs</b> are back: 240 pieces in the depot, <a href="https://shop.example/mugs">see the article</a>.', severity: 'success' },
  { title: 'Delivery', body: 'The courier comes <b>two hours later</b> today. Tell customers who wait for an express parcel.', severity: 'warning' },
  { body: 'Lunch is on the roof. Bring a hat.', severity: 'info' },
  { title: 'Payments', body: 'Card payments fail since 10:40. We are on it; take <b>bank transfer</b> meanwhile.', severity: 'error' },
  { title: 'Price list', body: 'The list for December is valid from Monday.', link: 'https://shop.example/prices', severity: 'info' },
];

/** @param {import('playwright-core').Page} page @param {string} name @param {() => Promise<unknown>} [settle] */
async function shoot(page, name, settle) {
  if (!name.includes(ONLY)) return;
  for (const [look, colorScheme, width, height] of LOOKS) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height });
    await settle?.();
    await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {}))));
    await page.screenshot({ path: `${OUT}${name}-${look}.png` });
  }
}

/** @param {Office} office */
async function fill(office) {
  const { server, key } = office;
  for (let round = 0; round < 5; round += 1) {
    for (const message of MESSAGES) await office.send({ ...message, groups: ['sales', 'depot'] });
  }
  // What came earlier is closed, and some of it read.
  const token = await office.token('ada');
  const inbox = await until('all have arrived', async () => {
    const page = await office.inbox('ada', '?limit=100');
    return page.items.length === 5 * MESSAGES.length && page;
  });
  const ids = inbox.items.map((/** @type {{id: string}} */ item) => item.id);
  await server.must(token, 'POST', '/v1/inbox/close', { ids });
  for (const id of ids.slice(8)) await server.must(token, 'POST', `/v1/inbox/${id}/read`);
  for (const message of MESSAGES) {
    await office.send({ ...message, groups: ['sales', 'depot'], sticky: message.severity === 'error' || message.severity === 'warning' });
  }
  const { items } = await server.must(key, 'GET', '/v1/notifications?by=all');
  await server.must(key, 'POST', `/v1/notifications/${items[3].id}/recall`);
  const day = (/** @type {number} */ n) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10);
  for (const [n, text] of ['Ring Zoë O’Neil', 'Send the invoice again', 'Confirm the address', 'Thank for the review', 'Count the mugs'].entries()) {
    await server.must(key, 'POST', '/v1/tasks', { text, due: n === 4 ? null : `${day(n - 1)} 10:02`, comment: n % 2 ? null : 'About the lamp', performer: n === 3 ? { group: 'sales' } : { user: 'ada@example.com' }, repeat: n === 2 ? { every: 'week' } : null });
  }
  await server.must(key, 'POST', '/v1/users', { email: 'new@example.com', name: 'Newly Invited', groups: ['depot'] });
  await server.must(key, 'POST', '/v1/allowed-origins', { origin: 'https://crm.example' });
  await server.must(key, 'POST', '/v1/api-keys', { name: 'CRM', scopes: ['notify', 'tokens'] });
}

/** A shop whose orders were imported, and two that changed since. @param {Office} office */
async function fillShop({ server, key }) {
  await server.must(key, 'PUT', '/v1/sites/lamps', { name: 'Lamps & More', order_url: 'https://crm.example/orders/{external_id}' });
  const statuses = { new: 'New', assembling: 'Assembling', paid: 'Paid', delivering: 'With the courier', complete: 'Complete' };
  for (const [code, name] of Object.entries(statuses)) await server.must(key, 'PUT', `/v1/reference-lists/statuses/${code}`, { name });
  await server.must(key, 'PUT', '/v1/custom-fields/order/gift', { name: 'Gift wrap', type: 'boolean' });
  const { items: people } = await server.must(key, 'GET', '/v1/users');
  for (const [n, name] of NAMES.entries()) {
    const [first_name, ...rest] = name.split(' ');
    const person = { first_name, last_name: rest.join(' '), email: `buyer${n}@example.com` };
    await server.must(key, 'PUT', `/v1/customers/c${n}?silent=true`, { ...person, manager: people[n % people.length].id });
  }
  for (let n = 1; n <= 40; n += 1) {
    await server.must(key, 'PUT', `/v1/orders/o${n}?silent=true`, {
      order_number: `L-${4800 + n}`,
      status: Object.keys(statuses)[n % 5],
      manager: n % 7 ? people[n % people.length].id : null,
      customer: { external_id: `c${n % NAMES.length}` },
      total_sum: 40 + ((n * 137) % 900),
      currency: n % 6 ? 'EUR' : 'RUB',
      items: [{ external_id: `i${n}`, product_name: 'Floor lamp “Arc”', quantity: 1 + (n % 3), initial_price: 40 + n }],
      custom_fields: { gift: n % 2 === 0 },
    });
  }
  await server.must(key, 'PUT', '/v1/orders/o40', { status: 'complete', total_sum: 1150, manager_comment: 'Call before delivery' });
  await server.must(key, 'PUT', '/v1/orders/o39', { status: 'paid' });
}

/** @param {string} state @param {boolean} full */
async function picture(state, full) {
  const sellers = NAMES.map((name, n) => [`user${n}`, { name, groups: [Object.keys(GROUPS)[n % 4] ?? 'sales'] }]);
  const office = await Office.open({
    groups: full ? GROUPS : {},
    people: { ada: { name: 'Ada Lovelace', admin: true, groups: full ? ['sales'] : [] }, ...(full ? Object.fromEntries(sellers) : {}) },
  });
  try {
    const outside = await (await office.profile()).tab(office.server.url);
    await outside.getByRole('button', { name: words('sign_in.action') }).waitFor();
    await shoot(outside, `sign-in-${state}`);
    if (full) {
      await fillShop(office);
      await fill(office);
    }
    const { page } = await office.window('ada');
    if (full) {
      await popups(page, 'Card payments').waitFor();
      await shoot(page, `popups-${state}`);
      await page.getByRole('button', { name: /Close all/ }).click();
      await until('they are closed', async () => (await popups(page).count()) === 0);
    }
    for (const [name, path] of Object.entries(INSIDE)) {
      await office.visit(page, path);
      await page.getByRole('main').getByRole('heading').first().waitFor();
      await page.locator('[aria-busy=true]').waitFor({ state: 'detached' });
      await shoot(page, `${name}-${state}`);
    }
    if (full) await details(office, page);
    await office.visit(page, '/notifications');
    await bell(page).click();
    await shoot(page, `bell-${state}`);
    await page.keyboard.press('Escape');
    await composer(page).open();
    await shoot(page, `compose-${state}`);
  } finally {
    await office.close();
  }
}

/** One item, one sent notification and one order, opened. @param {Office} office @param {import('playwright-core').Page} page */
async function details(office, page) {
  const { items: sent } = await office.server.must(office.key, 'GET', '/v1/notifications?by=all');
  await office.visit(page, `/sent/${sent[0].id}`);
  await page.getByRole('main').getByRole('heading').first().waitFor();
  await shoot(page, 'sent-detail-full');
  const { items: tasks } = await office.server.must(office.key, 'GET', '/v1/tasks');
  await office.visit(page, `/tasks/${tasks[0].id}`);
  await page.getByRole('main').getByRole('heading').first().waitFor();
  await shoot(page, 'task-full');
  await page.getByRole('button', { name: words('action.edit') }).click();
  await page.getByRole('dialog').getByLabel(words('tasks.text'), { exact: true }).waitFor();
  await shoot(page, 'task-form-full');
  const { items } = await office.inbox('ada');
  await office.visit(page, `/notifications?item=${items[1].id}`);
  await page.getByRole('complementary', { name: words('inbox.detail') }).waitFor();
  await shoot(page, 'notification-detail-full');
  const orders = await office.server.must(office.key, 'GET', '/v1/orders');
  await office.visit(page, `/orders/${orders.items[0].id}`);
  await page.getByRole('main').getByRole('heading').first().waitFor();
  await shoot(page, 'order-card-full');
}

await mkdir(OUT, { recursive: true });
await picture('full', true);
await picture('empty', false);
