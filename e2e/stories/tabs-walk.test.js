// A walk at random through up to twelve tabs in two windows while notifications arrive: after every step exactly one tab shows all that
// stands, and in the end each was announced exactly once. BELLWIRE_WALK sets the number of steps, BELLWIRE_SEED where chance begins.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Host, newWindow, setWindow, shownIn } from '../harness/host.js';
import { Office } from '../harness/office.js';
import { until } from '../harness/until.js';

/** @typedef {import('playwright-core').Page} Page */

const STEPS = Number(process.env.BELLWIRE_WALK ?? 120);
const SEED = Number(process.env.BELLWIRE_SEED ?? 1);
const MOST_TABS = 12;
const SETTLED_MS = 4_000;

/** @type {Office} */
let office;
/** @type {Host} */
let host;

before(async () => {
  office = await Office.open({ people: { mia: { name: 'Mia Chen' } } });
  host = await Host.start(office);
});
after(async () => {
  host?.close();
  await office?.close();
});

/** @param {number} seed */
function chanceFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

class Walk {
  /** @type {Page[]} */
  pages = [];
  /** @type {Page[]} */
  blanks = [];
  /** Titles of what stands. @type {string[]} */
  standing = [];
  sent = 0;
  chance = chanceFrom(SEED);
  /** @type {string[]} */
  log = [];
  /** @type {number[]} */
  settled = [];

  /** @param {import('../harness/chromium.js').Profile} profile */
  constructor(profile) {
    this.profile = profile;
  }

  /** @template T @param {T[]} from @returns {T} */
  pick(from) {
    return /** @type {T} */ (from[Math.floor(this.chance() * from.length)]);
  }

  async open() {
    const url = `${host.url}/page`;
    this.pages.push(this.chance() < 0.3 ? await newWindow(this.profile, url) : await this.profile.tab(url));
  }

  async send() {
    const title = `Notice ${++this.sent}`;
    this.log.push(`  ${title}`);
    await office.send({ title, body: 'Something happened.', users: ['mia@example.com'], sticky: true });
    this.standing.push(title);
  }

  async closeOne() {
    const shown = await Promise.all(this.pages.map(shownIn));
    const index = shown.findIndex((list) => list.length > 0);
    const title = shown[index]?.[0];
    if (title && !this.standing.includes(title)) throw new Error(`${title} was closed and is shown again`);
    // Nobody is so quick that he closes what was not announced yet; a test is.
    if (!title || !host.announced.has(title)) return;
    // As a click does; the pointer itself would bring a tab to the front first.
    const isClosed = await this.pages[index]?.evaluate((wanted) => {
      const cards = [...(document.querySelector('bellwire-popups')?.shadowRoot?.querySelectorAll('li:not([data-leaving])') ?? [])];
      const card = cards.find((one) => one.querySelector('.title')?.textContent === wanted);
      /** @type {HTMLElement | null | undefined} */ (card?.querySelector('.close'))?.click();
      return !!card;
    }, title);
    // The popups may have gone to another tab between the look and the click.
    if (!isClosed) return;
    this.standing.splice(this.standing.indexOf(title), 1);
  }

  /** One thing that a user, or the world, does. @returns {Promise<string>} */
  async step() {
    const chance = this.chance();
    const page = this.pick(this.pages);
    if (chance < 0.08 && this.pages.length < MOST_TABS) return (await this.open(), 'open');
    if (chance < 0.13 && this.pages.length > 2) {
      this.pages.splice(this.pages.indexOf(page), 1);
      return (await page.close(), 'close a tab');
    }
    if (chance < 0.18) return (await page.reload({ waitUntil: 'commit' }), 'reload');
    if (chance < 0.42) return (await page.bringToFront(), 'turn to a tab');
    if (chance < 0.48) {
      const blank = this.blanks[0] ?? (this.blanks[0] = await this.profile.tab('about:blank'));
      return (await blank.bringToFront(), 'turn to another page');
    }
    if (chance < 0.52) {
      await setWindow(page, 'minimized');
      return (await this.send(), await setWindow(page, 'normal'), 'minimise, send, bring back');
    }
    if (chance < 0.62 || this.standing.length > 5) return (await this.closeOne(), 'close a popup');
    if (chance < 0.74) {
      await Promise.all([this.send(), page.bringToFront(), this.pick(this.pages).bringToFront()]);
      return 'send while turning';
    }
    return (await this.send(), 'send');
  }

  async check() {
    const wanted = [...this.standing].sort().join();
    let seen = '';
    const start = performance.now();
    await until('exactly one tab shows all', async () => {
      const shown = await Promise.all(this.pages.map((page) => shownIn(page).catch(() => ['loading'])));
      seen = JSON.stringify(shown);
      const showing = shown.filter((list) => list.length);
      return showing.length === (wanted ? 1 : 0) && (!wanted || [...(showing[0] ?? [])].sort().join() === wanted);
    }, SETTLED_MS).catch((error) => {
      throw new Error(`${error.message}\nwanted ${wanted}\nseen ${seen}\n${this.log.slice(-8).join('; ')}\n${office.faults().slice(-5).join('\n')}`);
    });
    this.settled.push(performance.now() - start);
  }
}

test(`${STEPS} steps: never in two tabs, never in none, never announced twice or not at all`, { timeout: 1_500_000 }, async (t) => {
  const walk = new Walk(await office.profile([host.url]));
  for (let tab = 0; tab < 3; tab++) await walk.open();
  let largest = 0;
  for (let step = 0; step < STEPS; step++) {
    walk.log.push(`${step} ${await walk.step()}`);
    await walk.check();
    largest = Math.max(largest, walk.pages.length);
  }
  await until('all were announced', () => host.announced.size === walk.sent).catch(() => {
    const all = Array.from({ length: walk.sent }, (_, index) => `Notice ${index + 1}`);
    const silent = all.filter((title) => !host.announced.has(title));
    const around = silent.flatMap((title) => walk.log.slice(walk.log.indexOf(`  ${title}`) - 4, walk.log.indexOf(`  ${title}`) + 4));
    throw new Error(`never announced: ${silent}\n${around.join('\n')}`);
  });
  assert.deepEqual([...host.announced].filter(([, times]) => times !== 1), []);
  const sorted = walk.settled.sort((a, b) => a - b);
  t.diagnostic(`${STEPS} steps, up to ${largest} tabs, ${walk.sent} notifications, seed ${SEED}`);
  t.diagnostic(`settled after ms: median ${Math.round(sorted[sorted.length >> 1] ?? 0)}, worst ${Math.round(sorted.at(-1) ?? 0)}`);
});
