// Tabs when something is wrong around them: the server, the origin, the frame, the page's policy, or too much at once.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Host, shownIn } from '../harness/host.js';
import { Office } from '../harness/office.js';
import { until } from '../harness/until.js';

/** @typedef {import('playwright-core').Page} Page */

/** How long the server hangs; 60 s outlast the watchdog of the stream. */
const FROZEN_S = Number(process.env.BELLWIRE_FROZEN ?? 10);

/** @type {Office} */
let office;
/** @type {Host} */
let host;
let count = 0;

before(async () => {
  office = await Office.open({ people: { mia: { name: 'Mia Chen' } } });
  host = await Host.start(office);
});
after(async () => {
  host?.close();
  await office?.close();
});
beforeEach(async () => {
  await office.goHome();
  const { items } = await office.inbox('mia', '?filter=standing&limit=100');
  const { token } = await office.server.must(office.key, 'POST', '/v1/tokens', { user: 'mia@example.com' });
  await office.server.must(token, 'POST', '/v1/inbox/close', { ids: items.map((/** @type {{id: string}} */ item) => item.id) });
  host.announced.clear();
  host.headers = {};
  host.head = '<title>Orders - CRM</title>';
});

async function send(sticky = true) {
  const title = `Notice ${++count}`;
  await office.send({ title, body: 'Something happened.', users: ['mia@example.com'], sticky });
  return title;
}

/** @param {Page[]} pages @param {string[]} titles @param {number} [withinMs] */
async function shownInOne(pages, titles, withinMs = 5_000) {
  const wanted = [...titles].sort().join();
  let seen = '';
  await until(`one tab shows ${wanted}`, async () => {
    const shown = await Promise.all(pages.map(shownIn));
    seen = JSON.stringify(shown);
    const showing = shown.filter((list) => list.length);
    return showing.length === 1 && [...(showing[0] ?? [])].sort().join() === wanted;
  }, withinMs).catch((error) => {
    throw new Error(`${error.message}; shown: ${seen}`);
  });
}

/** @param {import('../harness/chromium.js').Profile} profile @param {number} many @param {string} [origin] */
async function open(profile, many, origin = host.url) {
  const pages = [];
  for (let index = 0; index < many; index++) pages.push(await profile.tab(`${origin}/page`));
  for (const page of pages) await until('the tab is in touch', () => page.evaluate(() => /** @type {any} */ (window).client?.state === 'live'));
  return pages;
}

test('the server restarts: what came meanwhile is shown once', async () => {
  const pages = await open(await office.profile([host.url]), 3);
  const first = await send();
  await shownInOne(pages, [first]);
  await office.server.restart();
  const second = await send();
  await shownInOne(pages, [first, second], 40_000);
  await until('both were announced', () => host.announced.size === 2);
  assert.deepEqual([...host.announced.values()], [1, 1]);
});

test(`the server is frozen for ${FROZEN_S} s: nothing is lost, nothing comes twice`, { timeout: 240_000 }, async () => {
  const pages = await open(await office.profile([host.url]), 2);
  office.server.signal('SIGSTOP');
  await pause(FROZEN_S * 1_000);
  office.server.signal('SIGCONT');
  const title = await send();
  await shownInOne(pages, [title], 40_000);
  await until('it is announced once', () => [...host.announced.values()].join() === '1');
});

test('two hundred navigations in two tabs leave one stream and no stuck lock', { timeout: 240_000 }, async (t) => {
  const profile = await office.profile([host.url]);
  const pages = await open(profile, 2);
  let longest = 0;
  for (let step = 0; step < 200; step++) {
    const page = /** @type {Page} */ (pages[step % 2]);
    await page.goto(`${host.url}/page?step=${step}`, { waitUntil: step % 3 ? 'commit' : 'load' });
    if (step % 40 !== 39) continue;
    const start = performance.now();
    const title = await send();
    await until('one tab shows it', async () => (await Promise.all(pages.map(shownIn))).filter((list) => list.includes(title)).length === 1, 5_000);
    longest = Math.max(longest, performance.now() - start);
  }
  const held = await /** @type {Page} */ (pages[0]).evaluate(async () => (await navigator.locks.query()).held?.map(({ name }) => name?.split(':').at(-1)));
  assert.equal(held?.filter((name) => name === 'conn').length, 1);
  t.diagnostic(`shown after at most ${Math.round(longest)} ms`);
  assert.deepEqual([...host.announced.values()].filter((times) => times !== 1), []);
});

test('a plain http origin has no locks: one tab still shows it', async () => {
  const origin = `http://crm.test:${host.port}`;
  await office.server.must(office.key, 'POST', '/v1/allowed-origins', { origin });
  const profile = await office.profile([origin], ['--host-resolver-rules=MAP crm.test 127.0.0.1']);
  const pages = await open(profile, 3, origin);
  assert.equal(await pages[0]?.evaluate(() => 'locks' in navigator), false);
  const titles = [];
  for (const page of pages) {
    await page.bringToFront();
    titles.push(await send());
    await until('only the active tab shows all', async () => {
      const shown = await Promise.all(pages.map(shownIn));
      return shown.every((list, index) => list.length === (pages[index] === page ? titles.length : 0));
    });
  }
  assert.deepEqual([...host.announced.values()].filter((times) => times !== 1), []);
  await pages[2]?.close();
  await shownInOne(pages.slice(0, 2), titles, 8_000);
});

test('in a sandboxed frame nothing is thrown', async () => {
  const profile = await office.profile([host.url]);
  const page = await profile.tab(`${host.url}/page`);
  profile.faults.length = 0;
  await page.evaluate(() => {
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', 'allow-scripts');
    frame.src = '/page';
    const loaded = new Promise((resolve) => (frame.onload = resolve));
    document.body.append(frame);
    return loaded;
  });
  assert.deepEqual(profile.faults.filter((fault) => fault.startsWith('uncaught')), []);
});

test('a policy without data: keeps the icon of the page, and the title counts', async () => {
  host.head = '<title>Orders - CRM</title><link rel="icon" href="/icon.svg">';
  host.headers = { 'content-security-policy': `img-src 'self'` };
  const profile = await office.profile([host.url]);
  const [page] = /** @type {[Page]} */ (await open(profile, 1));
  await profile.tab('about:blank');
  await send();
  await until('the title counts', async () => (await page.title()) === '(1) Orders - CRM');
  // Once it is refused it is not tried again.
  await until('the icon is refused', () => profile.faults.some((fault) => fault.includes('policy violation')));
  await send();
  await until('the title counts on', async () => (await page.title()) === '(2) Orders - CRM');
  assert.equal(await page.evaluate(() => document.querySelector('link')?.outerHTML), '<link rel="icon" href="/icon.svg">');
  const violations = profile.faults.splice(0).filter((fault) => fault.includes('policy violation'));
  assert.equal(violations.length, 1);
});

test('a thousand notices in ten seconds: five stand, the rest is counted, and the page never hangs', { timeout: 180_000 }, async (t) => {
  const profile = await office.profile([host.url]);
  const [page] = /** @type {[Page]} */ (await open(profile, 1));
  await page.evaluate(() => {
    const tasks = /** @type {number[]} */ ((/** @type {any} */ (window).tasks = []));
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
  });
  const busy = await busyTimes(page);
  const start = performance.now();
  for (let second = 0; second < 10; second++) {
    const behind = second * 1_000 - (performance.now() - start);
    if (behind > 0) await pause(behind);
    await Promise.all(Array.from({ length: 100 }, () => send(false)));
  }
  const took = performance.now() - start;
  await until('the rest is counted', () => page.locator('bellwire-popups .more:visible').count());
  await until('all were announced', () => host.announced.size === 1_000, 40_000);
  assert.ok((await shownIn(page)).length <= 5);
  const tasks = await page.evaluate(() => /** @type {any} */ (window).tasks);
  const longest = Math.max(...(await busy()));
  t.diagnostic(`1,000 in ${(took / 1_000).toFixed(1)} s: the longest task worked ${longest.toFixed(1)} ms; tasks over 50 ms by the clock: ${JSON.stringify(tasks.map(Math.round))}`);
  // The processor's time and not the clock's: what a busy machine keeps from us is not what we do.
  assert.ok(longest > 1 && longest < 50, `a task worked for ${longest} ms`);
  assert.deepEqual([...host.announced.values()].filter((times) => times !== 1), []);
});

/** Begins to measure; the result ends that and answers how long the tasks of the page's main thread have worked, in ms. @param {Page} page */
async function busyTimes(page) {
  const session = await page.context().newCDPSession(page);
  /** @type {any[]} */
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  const ended = new Promise((resolve) => session.once('Tracing.tracingComplete', () => resolve(undefined)));
  await session.send('Tracing.start', { traceConfig: { includedCategories: ['toplevel', '__metadata'] } });
  return async () => {
    await session.send('Tracing.end');
    await ended;
    const mains = new Set(events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`));
    return events.filter(({ name, pid, tid, tdur }) => tdur && name.endsWith('RunTask') && mains.has(`${pid} ${tid}`)).map(({ tdur }) => tdur / 1_000);
  };
}
