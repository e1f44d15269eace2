// The real server as a child process: a throwaway data directory, the command line beside it, HTTP calls with a key.
// Not here: anything about pages; and no second way into the server than the ones that its users have.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const BINARY = process.env.BELLWIRE_BINARY ?? fileURLToPath(new URL('../../target/release/bellwire', import.meta.url));
const START_MS = 20_000;

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {Headers} headers
 * @property {any} body
 */

export class Server {
  /** @type {import('node:child_process').ChildProcess} */
  #process;
  /** Everything the server has said, for the report of a failure and for the printed set-up link. @type {string[]} */
  output = [];
  url = '';
  dir = '';

  /** @param {string} dir @param {string[]} args */
  constructor(dir, args) {
    this.dir = dir;
    this.#process = spawn(BINARY, args, { stdio: ['ignore', 'pipe', 'pipe'], env: cleanEnvironment() });
  }

  /**
   * Starts `bellwire serve` on a free port, or `bellwire demo`.
   * @param {{command?: 'serve' | 'demo', dir?: string, listen?: string}} [options]
   */
  static async start({ command = 'serve', dir, listen = '127.0.0.1:0' } = {}) {
    dir ??= await mkdtemp(join(tmpdir(), 'bellwire-e2e-'));
    const server = new Server(dir, [command, '--data', dir, '--listen', listen]);
    await server.#ready();
    return server;
  }

  /** The address stands in the line `listening on http://…`. */
  async #ready() {
    const { stdout, stderr } = this.#process;
    if (!stdout || !stderr) throw new Error('the server has no output');
    await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no address after ${START_MS} ms:\n${this.log()}`)), START_MS);
      /** @param {string} line */
      const read = (line) => {
        this.output.push(line);
        const address = /listening on (http:\/\/[^\s/]+)/.exec(line)?.[1];
        if (!address || this.url) return;
        this.url = address;
        clearTimeout(late);
        resolve(undefined);
      };
      createInterface(stdout).on('line', read);
      createInterface(stderr).on('line', read);
      this.#process.once('error', reject);
      this.#process.once('exit', (code, signal) => {
        clearTimeout(late);
        reject(new Error(`the server ended (${code ?? signal}):\n${this.log()}`));
      });
    });
  }

  log() {
    return this.output.slice(-40).join('\n');
  }

  /** The secret of the one-time link that a server without users prints. */
  setupToken() {
    const token = this.output.map((line) => /\/setup#([\w.~-]+)/.exec(line)?.[1]).find(Boolean);
    if (!token) throw new Error(`no set-up link printed:\n${this.log()}`);
    return token;
  }

  /**
   * Runs a command of the same binary on the same data, beside the running server.
   * @param {string[]} args @param {string} [input] what it reads on stdin
   */
  async cli(args, input = '') {
    const child = spawn(BINARY, [...args, '--data', this.dir], { stdio: 'pipe', env: cleanEnvironment() });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (err += chunk));
    // A command that reads nothing may be gone before it is written to.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`bellwire ${args.join(' ')}: exit ${code}\n${out}${err}`);
    return out.trim();
  }

  /**
   * One HTTP call with a key or a token.
   * @param {string} credential @param {string} method @param {string} path @param {unknown} [json]
   * @returns {Promise<Answer>}
   */
  async call(credential, method, path, json) {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${credential}`,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: json === undefined ? undefined : JSON.stringify(json),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: isJson && text ? JSON.parse(text) : text };
  }

  /** Like `call`, for a call that must succeed; answers the body. @param {Parameters<Server['call']>} args */
  async must(...args) {
    const answer = await this.call(...args);
    if (answer.status >= 300) throw new Error(`${args[1]} ${args[2]}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Freezes the process, or lets it go on: a server that neither answers nor ends. @param {'SIGSTOP' | 'SIGCONT'} name */
  signal(name) {
    this.#process.kill(name);
  }

  /** Ends the process and starts another on the same data and address. @param {() => Promise<void>} [between] */
  async restart(between) {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
    await between?.();
    const listen = new URL(this.url).host;
    this.url = '';
    this.#process = spawn(BINARY, ['serve', '--data', this.dir, '--listen', listen], { stdio: ['ignore', 'pipe', 'pipe'], env: cleanEnvironment() });
    await this.#ready();
  }

  async stop() {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      const patience = setTimeout(() => this.#process.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(patience);
    }
    await rm(this.dir, { recursive: true, force: true });
  }
}

/** A setting of the person at the keyboard must not reach the server under test. */
function cleanEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BELLWIRE_')));
}
