// A small back office to play a story in: one server, groups, people, and a browser profile for each window that a story
// opens. Not here: what stands on the pages (pages.js).

import { Profile } from './chromium.js';
import { Server } from './server.js';

const PASSWORD = 'correct horse battery staple';
const COOKIE = '__Host-bellwire';

/**
 * @typedef {{name: string, admin?: boolean, groups?: string[]}} PersonPlan
 * @typedef {PersonPlan & {email: string, password: string}} Person
 */

export class Office {
  server;
  /** @type {Record<string, Person>} */
  people = {};
  /** A key that may do everything. */
  key = '';
  /** @type {Profile[]} */
  #profiles = [];
  /** Secrets of the sessions, by person. @type {Record<string, string>} */
  #sessions = {};

  /** @param {Server} server */
  constructor(server) {
    this.server = server;
  }

  /**
   * @param {{groups?: Record<string, string>, people: Record<string, PersonPlan>}} plan groups by code, people by a short name
   */
  static async open({ groups = {}, people }) {
    const office = new Office(await Server.start());
    try {
      await office.#furnish(groups, people);
    } catch (error) {
      await office.close();
      throw error;
    }
    return office;
  }

  /** @param {Record<string, string>} groups @param {Record<string, PersonPlan>} people */
  async #furnish(groups, people) {
    for (const [code, name] of Object.entries(groups)) await this.server.cli(['group', 'add', code, '--name', name]);
    for (const [short, plan] of Object.entries(people)) {
      const person = { ...plan, email: `${short}@example.com`, password: PASSWORD };
      const membership = (plan.groups ?? []).flatMap((code) => ['--group', code]);
      const role = plan.admin ? ['--admin'] : [];
      const args = ['user', 'add', person.email, '--name', person.name, ...membership, ...role, '--password-stdin'];
      await this.server.cli(args, `${PASSWORD}\n`);
      this.people[short] = person;
    }
    this.key = await this.server.cli(['key', 'add', 'Shop', '--scope', 'all']);
  }

  /** A browser profile of its own, as on another machine. @param {string[]} [origins] further hosts that it may talk to @param {string[]} [flags] @param {string} [display] */
  async profile(origins = [], flags = [], display = '') {
    const profile = await Profile.open([this.server.url, ...origins], flags, display);
    this.#profiles.push(profile);
    return profile;
  }

  /**
   * A tab in which somebody is signed in; in a profile of its own unless one is given.
   * @param {string} short @param {{profile?: Profile, path?: string}} [options]
   */
  async window(short, { profile, path = '/notifications' } = {}) {
    profile ??= await this.profile();
    await this.signIn(profile, short);
    const page = await profile.tab();
    await this.visit(page, path);
    return { page, profile };
  }

  /** Signs somebody in without the form: once per person, because the server counts sign-ins. @param {Profile} profile @param {string} short */
  async signIn(profile, short) {
    this.#sessions[short] ??= await this.#session(short);
    const { hostname } = new URL(this.server.url);
    // Browsers send a Secure cookie to this machine over plain HTTP, but take one from outside only for https.
    const cookie = { name: COOKIE, value: this.#sessions[short], url: `https://${hostname}/`, secure: true, httpOnly: true };
    await profile.context.addCookies([cookie]);
  }

  /** The person's sessions have ended: the next window signs in anew. @param {string} short */
  forgetSession(short) {
    delete this.#sessions[short];
  }

  /** @param {string} short */
  async #session(short) {
    const { email, password } = this.person(short);
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${this.server.url}/v1/session`, { method: 'POST', headers, body: JSON.stringify({ email, password }) });
    const cookie = response.headers.getSetCookie().find((line) => line.startsWith(`${COOKIE}=`));
    if (!response.ok || !cookie) throw new Error(`signing in ${email}: ${response.status} ${await response.text()}`);
    return cookie.slice(COOKIE.length + 1).split(';')[0] ?? '';
  }

  /** Opens a page and waits until it hears of what comes: by a stream of its own, or by the tab that has the browser's. @param {import('playwright-core').Page} page @param {string} path */
  async visit(page, path) {
    await page.goto(this.server.url + path);
    await page.waitForFunction(() => /** @type {any} */ (document.querySelector('bellwire-bell'))?.client?.state === 'live');
  }

  /** @param {string} short */
  person(short) {
    const person = this.people[short];
    if (!person) throw new Error(`nobody is called ${short}`);
    return person;
  }

  /** Sends a one-time notification as a program does. @param {Record<string, unknown>} message */
  async send(message) {
    return this.server.must(this.key, 'POST', '/v1/notifications', message);
  }

  /** A token of the person, as a host page's server makes it. @param {string} short @returns {Promise<string>} */
  async token(short) {
    return (await this.server.must(this.key, 'POST', '/v1/tokens', { user: this.person(short).email })).token;
  }

  /** The inbox as the person's own token sees it. @param {string} short @param {string} [query] */
  async inbox(short, query = '') {
    return this.server.must(await this.token(short), 'GET', `/v1/inbox${query}`);
  }

  /** Everything that the browsers complained of since the last look. */
  faults() {
    return this.#profiles.flatMap((profile) => profile.faults.splice(0));
  }

  /** Closes the windows of a story; the server goes on. */
  async goHome() {
    await Promise.all(this.#profiles.splice(0).map((profile) => profile.close()));
  }

  async close() {
    await this.goHome();
    await this.server.stop();
  }
}
