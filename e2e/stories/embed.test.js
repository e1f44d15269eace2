// The example host page: another origin, a strict policy with Trusted Types, the two elements, tokens from the host's server.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Office } from '../harness/office.js';
import { bell, panelItems, popups } from '../harness/pages.js';
import { until } from '../harness/until.js';

/** @type {Office} */
let office;
/** @type {{url: string, stop: () => void}} */
let host;

before(async () => {
  office = await Office.open({
    groups: { sales: 'Sales' },
    people: { mia: { name: 'Mia Chen', groups: ['sales'] } },
  });
  host = await startHost();
});
after(async () => {
  host?.stop();
  await office?.close();
});

/** Starts the example as its own documentation says. */
async function startHost() {
  const key = await office.server.cli(['key', 'add', 'host', '--scope', 'tokens']);
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../examples/host-page/server.mjs', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, BELLWIRE_SERVER: office.server.url, BELLWIRE_KEY: key, BELLWIRE_USER: 'mia@example.com', PORT: '0' },
  });
  for await (const line of createInterface(child.stdout)) {
    const url = /(http:\/\/[^\s/]+)/.exec(line)?.[1];
    if (url) return { url, stop: () => child.kill() };
  }
  throw new Error('the host page did not start');
}

test('the bell and the popups live in a host page under a strict policy', async (t) => {
  await t.test('an origin that is not allowed gets nothing', async () => {
    const profile = await office.profile([host.url]);
    const page = await profile.tab(host.url);
    await bell(page).waitFor();
    const refused = await page.evaluate(
      async (server) => fetch(`${server}/v1/status`, { headers: { authorization: 'Bearer x' } }).then(() => 'let in', () => 'refused'),
      office.server.url,
    );
    assert.equal(refused, 'refused');
    profile.faults.length = 0;
    await profile.close();
  });

  await office.server.must(office.key, 'POST', '/v1/allowed-origins', { origin: host.url });
  // The server remembers for a moment that it was not allowed.
  await until('the origin is allowed', async () => {
    const headers = { origin: host.url, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' };
    const answer = await fetch(`${office.server.url}/v1/inbox`, { method: 'OPTIONS', headers });
    return answer.headers.get('access-control-allow-origin') === host.url;
  }, 30_000);
  const profile = await office.profile([host.url]);
  const page = await profile.tab(host.url);
  const policy = (await page.reload())?.headers()['content-security-policy'] ?? '';
  assert.match(policy, /require-trusted-types-for 'script'/);
  assert.doesNotMatch(policy, /unsafe/);

  await page.waitForResponse((response) => response.url().includes('/v1/stream'));
  await office.send({ title: 'Hello', body: 'From <b>Bellwire</b> to its host.', groups: ['sales'], sticky: true });
  await popups(page, 'From Bellwire to its host.').waitFor();
  await bell(page).click();
  await panelItems(page, 'From Bellwire to its host.').waitFor();
  await page.keyboard.press('Escape');
  await popups(page, 'From Bellwire').getByRole('button', { name: 'Close' }).click();
  await popups(page, 'From Bellwire').waitFor({ state: 'detached' });
  assert.deepEqual(profile.faults, []);
});
