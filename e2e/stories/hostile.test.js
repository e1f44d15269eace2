// Hostile texts wherever a text is shown: popup, bell, list, opened notification, sender's view. Nothing runs, no dialog, no
// request to anywhere else, no element or attribute beyond the allow-list.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Office } from '../harness/office.js';
import { bell, panelItems, popups, words } from '../harness/pages.js';
import { until } from '../harness/until.js';

/** @param {string} name @returns {string[]} */
const vectors = (name) => JSON.parse(readFileSync(new URL(`../../tests/data/hostile-${name}.json`, import.meta.url), 'utf8'));
const HTML = vectors('html');
const LINKS = vectors('links');
/** Opened one by one on the pages, which takes time: the vectors of the HTML5 security cheat sheet, which come first. */
const OPENED = 190;
const NAME = `<img src=x onerror=alert(1)>'"{{7*7}}`;

/** @type {Office} */
let office;
/** Ids of the notifications that were accepted. @type {string[]} */
const sent = [];

before(async () => {
  office = await Office.open({
    groups: { sales: NAME },
    people: { ada: { name: NAME, admin: true }, mia: { name: 'Mia Chen', groups: ['sales'] } },
  });
});
after(() => office?.close());

/** Sends a message as a program would; a refusal must be a clear one. @param {Record<string, unknown>} message */
async function send(message) {
  const answer = await office.server.call(office.key, 'POST', '/v1/notifications', { groups: ['sales'], sticky: true, ...message });
  if (answer.status === 202) sent.push(answer.body.id);
  else assert.equal(answer.status, 422, JSON.stringify(answer.body));
  return answer;
}

/** @param {string} text */
const attribute = (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/**
 * Elements and attributes beyond the allow-list inside of the elements that show texts, through shadow roots.
 * @param {import('playwright-core').Page} page @param {string} selector
 */
function strays(page, selector) {
  return page.evaluate((selector) => {
    const allowed = new Set(['B', 'I', 'STRONG', 'EM', 'BR', 'SPAN', 'DIV', 'P', 'A']);
    const safe = new Set(['https:', 'http:', 'mailto:']);
    const roots = [document, ...[...document.querySelectorAll('*')].flatMap((element) => element.shadowRoot ?? [])];
    const shown = roots.flatMap((root) => [...root.querySelectorAll(selector)]);
    const found = [];
    for (const element of shown.flatMap((box) => [...box.querySelectorAll('*')])) {
      const anchor = element instanceof HTMLAnchorElement ? element : null;
      const attributes = element.getAttributeNames().filter((name) => !(anchor && ['href', 'target', 'rel'].includes(name)));
      if (!allowed.has(element.tagName) || attributes.length > 0) found.push(element.outerHTML.slice(0, 200));
      if (anchor?.hasAttribute('href') && !safe.has(anchor.protocol)) found.push(anchor.outerHTML.slice(0, 200));
    }
    return { boxes: shown.length, found };
  }, selector);
}

test('a link that is no link is refused', async () => {
  // White space around a link is taken off before it is looked at.
  const bare = LINKS.filter((link) => link && !/^[\s\x85]|[\s\x85]$/.test(link));
  for (const link of bare) {
    const answer = await send({ body: 'x', link });
    assert.equal(answer.status, 422, link);
    assert.equal(answer.body.errors[0].field, 'link', link);
  }
});

test('hostile texts do nothing where they are shown', async (t) => {
  const mia = await office.window('mia');
  for (const html of HTML) await send({ body: html, title: html.length <= 200 ? html : 'Long' });
  for (const link of LINKS) await send({ body: `Go <a href="${attribute(link)}">here</a>` });
  t.diagnostic(`${sent.length} accepted of ${HTML.length + LINKS.length}`);
  assert.ok(sent.length > 700, 'most are cleaned, not refused');

  await t.test('in the popups', async () => {
    await office.visit(mia.page, '/notifications');
    await until('the popups stand', async () => (await popups(mia.page).count()) >= 500, 30_000);
    const { boxes, found } = await strays(mia.page, '[part=title], [part=body]');
    assert.ok(boxes >= 1_000);
    assert.deepEqual(found, []);
    await mia.page.getByRole('button', { name: /Close all/ }).click();
    await until('the popups are gone', async () => (await popups(mia.page).count()) === 0, 30_000);
  });

  await t.test('in the bell', async () => {
    await bell(mia.page).click();
    const items = panelItems(mia.page);
    await items.first().waitFor();
    const list = mia.page.locator('bellwire-bell [part=list]');
    await until('the end of the panel', async () => {
      await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      return (await items.count()) >= sent.length;
    }, 60_000);
    assert.deepEqual((await strays(mia.page, '[part=title], [part=body]')).found, []);
    await mia.page.keyboard.press('Escape');
  });

  await t.test('opened on the page', async () => {
    const ids = [];
    for (let page = await office.inbox('mia', '?limit=100'); ; page = await office.inbox('mia', `?limit=100&cursor=${page.next}`)) {
      ids.push(...page.items.map((/** @type {any} */ item) => item.id));
      if (!page.next) break;
    }
    assert.equal(ids.length, sent.length);
    await open(mia.page, ids.slice(-OPENED).map((id) => `/notifications?item=${id}`), words('inbox.fact_arrived'));
    assert.deepEqual((await strays(mia.page, '.detail-text, .detail-name, .row-title')).found, []);
  });

  await t.test("in the sender's view", async () => {
    const ada = await office.window('ada', { path: '/sent?by=all' });
    await open(ada.page, sent.slice(0, OPENED).map((id) => `/sent/${id}`), words('sent.fact_to'));
    assert.deepEqual((await strays(ada.page, '.popup-view-title, .popup-view-body')).found, []);
  });

  assert.deepEqual(office.faults(), []);
});

/** Goes through the pages as their own links would, each until it shows a text. @param {import('playwright-core').Page} page @param {string[]} paths @param {string} sign */
async function open(page, paths, sign) {
  await page.evaluate(async ({ paths, sign }) => {
    /** @param {string} path @param {() => boolean} isThere */
    const go = async (path, isThere) => {
      history.pushState(null, '', path);
      dispatchEvent(new PopStateEvent('popstate'));
      const deadline = performance.now() + 15_000;
      while (!isThere()) {
        if (performance.now() > deadline) throw new Error(`${path} did not appear`);
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    };
    const shows = () => [...document.querySelectorAll('main dt')].some((name) => name.textContent === sign);
    for (const path of paths) {
      await go('/nowhere', () => !shows());
      await go(path, shows);
    }
  }, { paths, sign });
}
