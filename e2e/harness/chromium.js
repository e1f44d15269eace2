// Browser profiles as people have them: a spawned Chromium with its own user directory, driven over the debugging protocol.
// Playwright's own launch is not used: there every page is visible and focused for ever, and tabs are what is tested here.

import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const START_MS = 30_000;
const FLAGS = [
  '--remote-debugging-port=0',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  // Stories change the address faster than people do.
  '--disable-ipc-flooding-protection',
  '--disable-quic',
  '--disable-sync',
  '--lang=en-US',
  '--no-default-browser-check',
  '--no-first-run',
  '--window-size=1280,900',
];

let binary = '';
function chromiumBinary() {
  binary ||= execFileSync(fileURLToPath(new URL('../../scripts/chromium', import.meta.url)), { encoding: 'utf8' }).trim();
  return binary;
}

/** What a browser reports that a good page never causes. */
const FAULTS_OF_PAGES = `
  addEventListener('securitypolicyviolation', (e) =>
    console.error('policy violation: ' + e.effectiveDirective + ' ' + e.blockedURI + ' ' + e.sourceFile + ':' + e.lineNumber));
`;

export class Profile {
  /** Console errors, uncaught exceptions, policy violations, dialogs, and requests to hosts that nobody allowed. @type {string[]} */
  faults = [];
  /** Origins that pages of this profile may talk to. @type {Set<string>} */
  origins;
  /** @type {import('node:child_process').ChildProcess} */
  #process;
  #dir;
  /** @type {import('playwright-core').Browser} */
  #browser;

  /** @param {any} parts */
  constructor({ process, dir, browser, origins }) {
    this.#process = process;
    this.#dir = dir;
    this.#browser = browser;
    this.origins = new Set(origins);
  }

  /** @param {string[]} origins @param {string[]} [flags] @param {string} [display] where its windows stand; without one nobody sees them */
  static async open(origins, flags = [], display = '') {
    const dir = await mkdtemp(join(tmpdir(), 'bellwire-profile-'));
    // Chromium's sandbox does not start for root.
    const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const place = display ? [`--display=${display}`, '--ozone-platform=x11'] : ['--headless=new'];
    const child = spawn(chromiumBinary(), [...FLAGS, ...place, ...sandbox, ...flags, `--user-data-dir=${dir}`, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    const address = await debuggingAddress(child);
    const browser = await chromium.connectOverCDP(address, { noDefaults: true });
    const profile = new Profile({ process: child, dir, browser, origins });
    await profile.context.addInitScript(FAULTS_OF_PAGES);
    profile.context.setDefaultTimeout(20_000);
    profile.context.on('page', (page) => profile.#watch(page));
    profile.context.pages().forEach((page) => profile.#watch(page));
    return profile;
  }

  /** The profile's own context: pages of any other are not covered by `noDefaults`. */
  get context() {
    const context = this.#browser.contexts()[0];
    if (!context) throw new Error('the browser has no context');
    return context;
  }

  /** A new tab, in front. @param {string} [url] */
  async tab(url) {
    const page = await this.context.newPage();
    if (url) await page.goto(url);
    return page;
  }

  /** @param {import('playwright-core').Page} page */
  #watch(page) {
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      const at = message.location().url;
      // The browser logs each refused call as an error; a page that shows the refusal is right.
      if (/status of (401|404|409|413|422|429)/.test(message.text()) && new URL(at).pathname.startsWith('/v1/')) return;
      // A server that a test stops is gone for a while.
      if (/net::ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING|NETWORK_CHANGED)/.test(message.text())) return;
      this.faults.push(`console: ${message.text()} (${at})`);
    });
    page.on('pageerror', (error) => this.faults.push(`uncaught: ${error.stack ?? error.message}`));
    page.on('dialog', (dialog) => {
      this.faults.push(`dialog: ${dialog.type()} ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (/^https?:$/.test(url.protocol) && !this.origins.has(url.origin)) this.faults.push(`request: ${request.url()}`);
    });
  }

  async close() {
    await this.#browser.close().catch(() => {});
    const { pid, exitCode, signalCode } = this.#process;
    if (pid && exitCode === null && signalCode === null) {
      const ended = new Promise((resolve) => this.#process.once('close', resolve));
      // Its renderers are in the same process group.
      process.kill(-pid, 'SIGKILL');
      await ended;
    }
    await rm(this.#dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<string>} */
function debuggingAddress(child) {
  return new Promise((resolve, reject) => {
    if (!child.stderr) throw new Error('no output');
    const late = setTimeout(() => reject(new Error('Chromium did not start in time')), START_MS);
    createInterface(child.stderr).on('line', (line) => {
      const address = /DevTools listening on (ws:\S+)/.exec(line)?.[1];
      if (!address) return;
      clearTimeout(late);
      resolve(address);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`Chromium ended: ${code}`)));
  });
}
