// A Firefox as people have it, driven over Marionette, the wire that is built into it: tabs that are really hidden and really turned to.
// Not here: Chromium (chromium.js), and anything that Marionette cannot do, such as crashing or freezing a tab.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.js';

const PREFS = {
  'marionette.port': 0,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.page': 0,
  'datareporting.policy.dataSubmissionEnabled': false,
  'toolkit.telemetry.reportingpolicy.firstRun': false,
  'app.normandy.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'browser.safebrowsing.update.enabled': false,
  'extensions.update.enabled': false,
};

/** Where Firefox is, or null where there is none. */
export const firefoxBinary = [process.env.FIREFOX ?? '', '/usr/bin/firefox-esr', '/usr/bin/firefox'].find((path) => path && existsSync(path)) ?? null;

/** @typedef {[command: string, parameters: Record<string, unknown>]} Step */

export class Firefox {
  #process;
  #dir;
  /** @type {import('node:net').Socket} */
  #socket;
  #received = Buffer.alloc(0);
  #last = 0;
  /** The tab that Firefox opened with; from a tab that is gone there is no way to a new one. */
  #home = '';
  /** @type {Map<number, {resolve(value: any): void, reject(error: Error): void}>} */
  #waiting = new Map();

  /** @param {import('node:child_process').ChildProcess} process @param {string} dir @param {import('node:net').Socket} socket */
  constructor(process, dir, socket) {
    this.#process = process;
    this.#dir = dir;
    this.#socket = socket;
    socket.on('data', (bytes) => this.#take(bytes));
  }

  static async open() {
    if (!firefoxBinary) throw new Error('no Firefox');
    const dir = await mkdtemp(join(tmpdir(), 'bellwire-firefox-'));
    const prefs = Object.entries(PREFS).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`);
    await writeFile(join(dir, 'user.js'), prefs.join(''));
    const child = spawn(firefoxBinary, ['--headless', '--marionette', '--no-remote', '--profile', dir], { stdio: 'ignore', detached: true });
    const port = await until('Firefox listens', () => readFile(join(dir, 'MarionetteActivePort'), 'utf8').catch(() => ''), 60_000);
    const socket = connect(Number(port), '127.0.0.1');
    const firefox = new Firefox(child, dir, socket);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    await firefox.#call('WebDriver:NewSession', {});
    firefox.#home = (await firefox.#call('WebDriver:GetWindowHandle', {})).value;
    return firefox;
  }

  /** Messages are `length:json`; an answer is `[1, id, error, result]`. @param {Buffer} bytes */
  #take(bytes) {
    this.#received = Buffer.concat([this.#received, bytes]);
    for (;;) {
      const colon = this.#received.indexOf(':');
      const length = Number(this.#received.subarray(0, colon));
      if (colon < 0 || this.#received.length < colon + 1 + length) return;
      const message = JSON.parse(this.#received.subarray(colon + 1, colon + 1 + length).toString());
      this.#received = this.#received.subarray(colon + 1 + length);
      if (!Array.isArray(message)) continue;
      const [, id, error, result] = message;
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) waiting?.reject(new Error(`${error.error}: ${error.message}`));
      else waiting?.resolve(result);
    }
  }

  /** @param {string} command @param {Record<string, unknown>} parameters @returns {Promise<any>} */
  #call(command, parameters) {
    const id = ++this.#last;
    const text = JSON.stringify([0, id, command, parameters]);
    this.#socket.write(`${Buffer.byteLength(text)}:${text}`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** What one tab is told is not to be mixed with what another is told. @type {Promise<unknown>} */
  #before = Promise.resolve();

  /** @param {Step[]} steps one after the other, and nobody between; answers the last @returns {Promise<any>} */
  #inTurn(steps) {
    const run = async () => {
      let answer;
      for (const [command, parameters] of steps) answer = await this.#call(command, parameters);
      return answer;
    };
    const turn = this.#before.then(run);
    this.#before = turn.catch(() => {});
    return turn;
  }

  /** A new tab, or a window, in front. @param {string} url @param {'tab' | 'window'} [type] @returns {Promise<FirefoxTab>} */
  async tab(url, type = 'tab') {
    const home = /** @type {Step} */ (['WebDriver:SwitchToWindow', { handle: this.#home, focus: false }]);
    const { handle } = await this.#inTurn([home, ['WebDriver:NewWindow', { type, focus: true }]]);
    const tab = new FirefoxTab((...steps) => this.#inTurn(steps), handle);
    await tab.goto(url);
    return tab;
  }

  async close() {
    this.#socket.destroy();
    const ended = new Promise((resolve) => this.#process.once('close', resolve));
    // Its content processes are in the same group.
    if (this.#process.pid) process.kill(-this.#process.pid, 'SIGKILL');
    await ended;
    await rm(this.#dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

export class FirefoxTab {
  #do;
  #handle;

  /** @param {(...steps: Step[]) => Promise<any>} run @param {string} handle */
  constructor(run, handle) {
    this.#do = run;
    this.#handle = handle;
  }

  /** @param {boolean} focus @returns {Step} */
  #here(focus) {
    return ['WebDriver:SwitchToWindow', { handle: this.#handle, focus }];
  }

  /** Brings the tab to the front, as a click on it does. */
  async turnTo() {
    await this.#do(this.#here(true));
  }

  /** Runs a function in the page, wherever the user is. @template T @param {() => T} run @returns {Promise<T>} */
  async evaluate(run) {
    const { value } = await this.#do(this.#here(false), ['WebDriver:ExecuteScript', { script: `return (${run})()`, args: [] }]);
    return value;
  }

  /** Goes to another page, the tab being in front. @param {string} url */
  async goto(url) {
    await this.#do(this.#here(true), ['WebDriver:Navigate', { url }]);
  }

  async close() {
    await this.#do(this.#here(false), ['WebDriver:CloseWindow', {}]);
  }
}
