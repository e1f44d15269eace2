// What stands on the pages, found as people find it: by role and name. The names come from the catalogue of the console, so that a
// better wording breaks no story.

import { readFileSync } from 'node:fs';

/** @type {Record<string, string | Record<string, string>>} */
const CATALOGUE = JSON.parse(readFileSync(new URL('../../console/src/i18n/en.json', import.meta.url), 'utf8'));

/**
 * An English text of the console, with its places filled.
 * @param {string} key @param {Record<string, string | number>} [values]
 */
export function words(key, values = {}) {
  const text = CATALOGUE[key];
  if (text === undefined) throw new Error(`the console has no text ${key}`);
  const plain = typeof text === 'string' ? text : (values.n === 1 && text.one) || text.other || '';
  return plain.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
}

/** @typedef {import('playwright-core').Page} Page */

/** The popups on screen but for those that are fading away; with a text, the ones that show it. @param {Page} page @param {string} [text] */
export function popups(page, text) {
  const all = page.locator('bellwire-popups li:not([data-leaving])').getByRole('article');
  return text === undefined ? all : all.filter({ hasText: text });
}

/** @param {Page} page */
export function bell(page) {
  return page.locator('bellwire-bell').getByRole('button').first();
}

/** The bell when it shows this many unread. @param {Page} page @param {number} count */
export function bellWith(page, count) {
  const name = count === 0 ? /^Notifications$/ : new RegExp(`^Notifications\\D+${count}$`);
  return page.locator('bellwire-bell').getByRole('button', { name });
}

/** The items in the bell's open panel. @param {Page} page @param {string} [text] */
export function panelItems(page, text) {
  const all = page.locator('bellwire-bell').getByRole('article');
  return text === undefined ? all : all.filter({ hasText: text });
}

/** The dialog that creates a notification. @param {Page} page */
export function composer(page) {
  const dialog = page.getByRole('dialog', { name: words('compose.open') });
  return {
    dialog,
    open: () => page.getByRole('button', { name: words('compose.open') }).first().click(),
    title: dialog.getByLabel(words('compose.title')),
    body: dialog.getByRole('textbox', { name: words('compose.body') }),
    /** @param {string} name */
    group: (name) => dialog.getByRole('checkbox', { name }),
    /** It stays on screen until it is closed. */
    stays: async () => {
      await dialog.getByText(words('compose.more')).click();
      await dialog.getByRole('checkbox', { name: words('compose.sticky') }).check();
    },
    reach: dialog.getByRole('status'),
    preview: dialog.getByRole('region', { name: words('compose.preview') }),
    send: dialog.getByRole('button', { name: words('compose.send') }),
  };
}
