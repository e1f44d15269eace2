// A desktop for stories that need real windows: a display in memory with a window manager, on which windows stand side by side and one
// of them has the keyboard. Not here: the browser; a profile is opened on a desktop (chromium.js).

import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { until } from './until.js';

/** Why there can be none on this machine; empty when there can. */
export const noDesktop = ['Xvfb', 'openbox', 'xdotool'].filter((tool) => !isThere(tool)).map((tool) => `there is no ${tool}`).join(', ');

/** @param {string} tool */
function isThere(tool) {
  try {
    return !!execFileSync('which', [tool], { stdio: ['ignore', 'pipe', 'ignore'] }).length;
  } catch {
    return false;
  }
}

export class Desktop {
  display = '';
  /** @type {import('node:child_process').ChildProcess[]} */
  #processes = [];

  static async open() {
    const desktop = new Desktop();
    // It chooses a free number itself and writes it to the third descriptor.
    const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x900x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    desktop.#processes.push(server);
    const number = await new Promise((resolve, reject) => {
      createInterface(/** @type {import('node:stream').Readable} */ (server.stdio[3])).once('line', resolve);
      server.once('error', reject).once('exit', (code) => reject(new Error(`Xvfb ended: ${code}`)));
    });
    desktop.display = `:${number}`;
    desktop.#processes.push(spawn('openbox', [], { stdio: 'ignore', env: { ...process.env, DISPLAY: desktop.display } }));
    await until('windows are managed', () => desktop.#run('get_num_desktops'));
    return desktop;
  }

  /** @param {string[]} args */
  #run(...args) {
    try {
      return execFileSync('xdotool', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, DISPLAY: this.display } }).trim();
    } catch {
      return '';
    }
  }

  /** The window whose title begins so. @param {string} title */
  async window(title) {
    return (await until(`there is a window ${title}`, () => this.#run('search', '--name', `^${title}`))).split('\n').at(-1) ?? '';
  }

  /** Gives a window the keyboard, as a click on it does. @param {string} window */
  activate(window) {
    this.#run('windowactivate', '--sync', window);
  }

  /** @param {string} window @param {number} left @param {number} width */
  place(window, left, width) {
    this.#run('windowsize', window, String(width), '800');
    this.#run('windowmove', window, String(left), '20');
  }

  /** @param {string} window */
  minimise(window) {
    this.#run('windowminimize', window);
  }

  close() {
    for (const child of this.#processes.reverse()) child.kill();
  }
}
