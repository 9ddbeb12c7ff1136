// After an upgrade to a gateway of another build: its workers follow, each once, and nobody's connection is cut that
// need not be.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { stage, eventually, pause, BUILD } from './harness.mjs';

const NEXT = path.join(BUILD, 'tests/next/openclaw-gateway'); // the same code under another name
const quiet = { channel: { streaming: { mode: 'off' } } };
const linesOf = (gateway, event) => gateway.lines.filter((line) => line.includes(event));
const renewals = (gateway) => linesOf(gateway, 'upgrade.renews').length;
const notBefore = 3000; // longer than it takes to look again: what has not happened until then does not

async function upgradeTo(gateway, binary) {
  const { code, stdout, stderr } = await gateway.cli('gateway', 'upgrade', '--json', '--binary', binary);
  assert.equal(code, 0, stdout + stderr);
}

describe('workers after an upgrade to another build', () => {
  test('each is replaced once, egress when the operator says so, and all is shown', { timeout: 120_000 }, async (t) => {
    const { gateway, telegram, chat } = await stage(t, quiet);
    await chat(720).ask('say before', 'before');
    const own = (await gateway.worker('telegram')).buildId;
    const egress = await gateway.worker('egress');
    await upgradeTo(gateway, NEXT);
    for (const id of ['telegram', 'agent'])
      await eventually(async () => (await gateway.worker(id).catch(() => null))?.buildId === 'next-build', `${id} to be of the next build`, 30_000, 200);
    await gateway.line(/upgrade\.egress_stays/, 20_000);
    assert.deepEqual([(await gateway.worker('egress')).pid, (await gateway.worker('egress')).buildId], [egress.pid, own]);
    const list = await gateway.cli('workers', 'list');
    assert.match(list.stdout, new RegExp(`egress: it runs build ${own}, the gateway is build next-build; openclaw workers recycle egress`));
    assert.match((await gateway.cli('doctor')).stdout, /openclaw workers recycle egress/);
    await pause(notBefore);
    assert.equal(renewals(gateway), 2);
    assert.equal(telegram.signIns, 2, 'its worker was replaced once');
    assert.equal(linesOf(gateway, 'renewal_in_vain').length, 0);
    assert.equal((await gateway.cli('workers', 'recycle', 'egress')).code, 0);
    await eventually(async () => (await gateway.worker('egress'))?.buildId === 'next-build', 'egress to be of the next build', 20_000, 100);
    await chat(720).ask('say after', 'after', { timeout: 20_000 });
  });

  test('worker files of a build that is not the gateway\'s: each is tried once, and the operator is told', { timeout: 120_000 }, async (t) => {
    const { gateway, telegram, chat } = await stage(t, quiet);
    await chat(721).ask('say before', 'before');
    const folder = path.join(gateway.stateDir, 'mixed');
    fs.mkdirSync(path.join(folder, 'supervisor'), { recursive: true });
    fs.copyFileSync(NEXT, path.join(folder, 'supervisor/openclaw-gateway'));
    fs.chmodSync(path.join(folder, 'supervisor/openclaw-gateway'), 0o755);
    fs.symlinkSync(path.join(BUILD, 'workers'), path.join(folder, 'workers'));
    await upgradeTo(gateway, path.join(folder, 'supervisor/openclaw-gateway'));
    await eventually(() => linesOf(gateway, 'renewal_in_vain').length === 2, 'both to come back as they were', 40_000, 100);
    await gateway.line(/upgrade\.egress_stays/, 20_000);
    await pause(notBefore);
    assert.equal(renewals(gateway), 2);
    assert.equal(linesOf(gateway, 'renewal_in_vain').length, 2);
    assert.match(linesOf(gateway, 'renewal_in_vain')[0], /install gateway and workers/);
    assert.equal(telegram.signIns, 2, 'one restart, not one every two seconds');
    await chat(721).ask('say after', 'after');
  });
});
