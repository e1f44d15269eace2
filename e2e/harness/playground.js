// The playground as a child process: the elements over an API in memory, for stories about what is seen and pressed.
// Not here: the real server; what these stories call is called by others against it.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../examples/playground/server.mjs', import.meta.url));

export class Playground {
  #process;
  url = '';

  /** @param {import('node:child_process').ChildProcess} process */
  constructor(process) {
    this.#process = process;
  }

  /** @param {number} minute what a minute of snoozing takes, in ms */
  static async start(minute) {
    const child = spawn(process.execPath, [SCRIPT], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, PORT: '0', MINUTE: String(minute) } });
    const playground = new Playground(child);
    playground.url = await new Promise((resolve, reject) => {
      createInterface(/** @type {import('node:stream').Readable} */ (child.stdout)).on('line', (line) => resolve(/http:\S+/.exec(line)?.[0] ?? ''));
      child.once('exit', () => reject(new Error('the playground ended')));
    });
    return playground;
  }

  /** @param {Record<string, unknown>} item */
  async send(item) {
    await fetch(`${this.url}/send`, { method: 'POST', body: JSON.stringify(item) });
  }

  /** @returns {Promise<any[]>} */
  async items() {
    const response = await fetch(`${this.url}/v1/inbox?filter=all`);
    return (await response.json()).items;
  }

  close() {
    this.#process.kill();
  }
}
