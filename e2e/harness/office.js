// A small back office to play a story in: one server, groups, people, and a browser profile for each window that a story
// opens. Not here: what stands on the pages (pages.js).

import { Profile } from './chromium.js';
import { Server } from './server.js';

const PASSWORD = 'correct horse battery staple';

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
    this.key = await this.server.cli(['key', 'add', 'stories', '--scope', 'all']);
  }

  /** A browser profile of its own, as on another machine. @param {string[]} [origins] further hosts that it may talk to */
  async profile(origins = []) {
    const profile = await Profile.open([this.server.url, ...origins]);
    this.#profiles.push(profile);
    return profile;
  }

  /**
   * A tab in which somebody is signed in; in a profile of its own unless one is given.
   * @param {string} short @param {{profile?: Profile, path?: string}} [options]
   */
  async window(short, { profile, path = '/notifications' } = {}) {
    profile ??= await this.profile();
    const page = await profile.tab(this.server.url);
    await this.signIn(page, short);
    await this.visit(page, path);
    return { page, profile };
  }

  /** Signs in as the page itself would, without its form. @param {import('playwright-core').Page} page @param {string} short */
  async signIn(page, short) {
    const { email, password } = this.person(short);
    const status = await page.evaluate(
      async (credentials) => {
        const headers = { 'content-type': 'application/json' };
        return (await fetch('/v1/session', { method: 'POST', headers, body: JSON.stringify(credentials) })).status;
      },
      { email, password },
    );
    if (status !== 200) throw new Error(`signing in ${email}: ${status}`);
  }

  /** Opens a page, complete with its live stream. @param {import('playwright-core').Page} page @param {string} path */
  async visit(page, path) {
    const stream = page.waitForResponse((response) => new URL(response.url()).pathname === '/v1/stream');
    await page.goto(this.server.url + path);
    await stream;
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

  /** The inbox as the person's own token sees it. @param {string} short @param {string} [query] */
  async inbox(short, query = '') {
    const { email } = this.person(short);
    const { token } = await this.server.must(this.key, 'POST', '/v1/tokens', { user: email });
    return this.server.must(token, 'GET', `/v1/inbox${query}`);
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
