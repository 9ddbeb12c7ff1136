// What is asked of a gateway while it becomes another build: to stop, to read its configuration, to begin another
// upgrade. Nothing asked is forgotten, whichever of the two images it reaches.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import { once } from 'node:events';
import { stage, eventually, isAlive, pause, processTree, programOf, readProc } from './harness.mjs';
import { ManagedGateway } from './service_manager.mjs';

const isLong = process.env.OPENCLAW_LONG_TESTS === '1';
const quiet = { channel: { streaming: { mode: 'off' } } };
const said = (gateway, event) => gateway.lines.filter((line) => line.includes(event)).length;
const upgrade = (gateway) => gateway.cli('gateway', 'upgrade', '--json');

// A client that never answers a farewell: the gateway gives it its 300 ms, the longest moment between the last word of
// one image and the first of the next. Resolves when it was told goodbye.
async function deafClient(t, gateway) {
  const request = http.request(gateway.url, { headers: { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' }, agent: false });
  request.end();
  const [, socket, head] = await once(request, 'upgrade');
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  let heard = head.toString('latin1');
  return new Promise((resolve) => {
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1');
      if (heard.includes('service restart')) resolve(socket);
    });
  });
}

const bit = (number) => 1n << BigInt(number - 1);
const thatAsk = bit(1) | bit(2) | bit(10) | bit(12) | bit(15); // HUP, INT, USR1, USR2, TERM: signal(7)

describe('asked to stop while it becomes another build', () => {
  test('only the thread of the loop takes signals, before and after an upgrade', async (t) => {
    const { gateway } = await stage(t, quiet);
    const look = () => {
      for (const thread of fs.readdirSync(`/proc/${gateway.pid}/task`).map(Number)) {
        const blocked = BigInt(`0x${/SigBlk:\s+(\w+)/.exec(readProc(gateway.pid, `task/${thread}/status`))[1]}`);
        assert.equal(blocked & thatAsk, thread === gateway.pid ? 0n : thatAsk, `thread ${thread}`);
      }
    };
    look();
    assert.ok(fs.readdirSync(`/proc/${gateway.pid}/task`).length > 1, 'it has a pool');
    assert.equal((await upgrade(gateway)).code, 0);
    await gateway.line(/upgrade\.done/);
    await gateway.ready();
    look();
  });

  for (const signal of ['SIGTERM', 'SIGINT']) {
    test(`${signal} between the last word of one image and the first of the next: it ends with 0 and leaves nobody`, async (t) => {
      const { gateway } = await stage(t, quiet);
      await gateway.workerReady('telegram');
      await gateway.workerReady('agent');
      const goodbye = deafClient(t, gateway);
      await eventually(async () => (await gateway.call('health')).ok, 'the client to be inside');
      const tree = processTree(gateway.pid);
      assert.ok(tree.length >= 4);
      const asked = upgrade(gateway);
      await goodbye;
      process.kill(gateway.pid, signal);
      assert.deepEqual(await gateway.ending(), { code: 0, signal: null });
      assert.ok(said(gateway, 'gateway.stopping') === 1, gateway.output);
      await eventually(() => tree.every((pid) => !isAlive(pid)), 'nobody to be left');
      await asked;
    });
  }

  // The long test waits until the upgrade has begun to refuse new work, which is after ten seconds.
  test('SIGTERM while it waits for a quiet moment: work stays refused, and STOPPING=1 is the last word', { timeout: 60_000 }, async (t) => {
    const { gateway, chat, provider } = await stage(t, { ...quiet, make: ManagedGateway });
    await gateway.active();
    await chat(710).ask('say warm', 'warm');
    await provider.ctl('POST /faults', { kind: 'delay', delayMs: isLong ? 14_000 : 9000, textIncludes: 'slow' });
    await chat(710).say('say slow');
    await provider.ctl('GET /wait', {}, { text: 'slow' });
    const client = await gateway.connect();
    const asked = upgrade(gateway);
    await gateway.line(/upgrade\.rehearsed/);
    if (isLong) await pause(10_500);
    gateway.order('stop'); // SIGTERM
    await gateway.line(/upgrade\.refused/);
    await assert.rejects(client.call('agent', { message: 'say too late', idempotencyKey: 'too-late', sessionKey: 'agent:main:late' }), /not taking new work|restarting|stopping/);
    await chat(710).answer('slow', { timeout: 20_000 });
    await gateway.ending(20_000);
    await asked;
    const words = gateway.story.filter((line) => /^message (READY|RELOADING|STOPPING|STATUS)/.test(line));
    assert.match(words.at(-1), /^message STOPPING=1/, words.join('\n'));
    assert.ok(gateway.story.includes('exited code=0 signal=0'), gateway.story.join('\n'));
  });
});

describe('asked for another configuration while it becomes another build', () => {
  // In one piece: a rehearsal may read it at any moment.
  function configure(gateway, more) {
    fs.writeFileSync(`${gateway.configPath}.next`, JSON.stringify({ ...gateway.config, channels: { telegram: { ...gateway.config.channels.telegram, ...more } } }), { mode: 0o600 });
    fs.renameSync(`${gateway.configPath}.next`, gateway.configPath);
  }

  test('a signal between the two images is obeyed by the next', async (t) => {
    const { gateway, chat } = await stage(t, quiet);
    const worker = await gateway.workerReady('telegram');
    const goodbye = deafClient(t, gateway);
    await eventually(async () => (await gateway.call('health')).ok, 'the client to be inside');
    const asked = upgrade(gateway);
    await goodbye;
    configure(gateway, { dmPolicy: 'allowlist', allowFrom: ['731'] });
    process.kill(gateway.pid, 'SIGUSR1');
    assert.equal((await asked).code, 0);
    await gateway.line(/restart\.done/);
    await chat(732).say('say nothing');
    await chat(731).ask('say hello', 'hello');
    assert.deepEqual((await chat(732).answers()).map((message) => message.text), []);
    assert.equal((await gateway.worker('telegram')).pid, worker.pid);
  });

  test('signals all the way through upgrades: one process for every worker, none left over, the last configuration in force', { timeout: 120_000 }, async (t) => {
    const { gateway, chat } = await stage(t, quiet);
    await gateway.workerReady('telegram');
    await gateway.workerReady('agent');
    let turn = 0;
    const asking = setInterval(() => {
      if (turn++ % 8 === 0) configure(gateway, { linkPreview: turn % 16 === 1 });
      if (gateway.pid) process.kill(gateway.pid, turn % 2 ? 'SIGHUP' : 'SIGUSR1');
    }, 130);
    t.after(() => clearInterval(asking));
    for (let round = 0; round < (isLong ? 20 : 3); round++) {
      const { code, stdout, stderr } = await upgrade(gateway);
      assert.equal(code, 0, `${stdout}${stderr}\n${gateway.output.slice(-3000)}`);
    }
    clearInterval(asking);
    configure(gateway, { dmPolicy: 'allowlist', allowFrom: ['733'] });
    const read = said(gateway, 'restart.done');
    process.kill(gateway.pid, 'SIGHUP');
    await eventually(() => said(gateway, 'restart.done') > read, 'the last configuration to be read', 20_000);
    await eventually(async () => (await gateway.workers().catch(() => [])).filter((worker) => worker.state === 'ready').length === 3, 'all workers to serve', 20_000, 100);
    await chat(733).ask('say hello', 'hello', { timeout: 20_000 });
    const programs = () => processTree(gateway.pid).map(programOf).sort();
    const all = 'openclaw-gateway openclaw-worker-agent openclaw-worker-egress openclaw-worker-telegram';
    await eventually(() => programs().join(' ') === all, 'one process for every worker, and nobody else');
    const children = fs.readFileSync(`/proc/${gateway.pid}/task/${gateway.pid}/children`, 'utf8').trim().split(/\s+/);
    assert.equal(children.length, 3, 'no zombie is left');
  });

  test('a second upgrade during the first is refused and changes nothing', async (t) => {
    const { gateway, chat, provider } = await stage(t, quiet);
    await provider.ctl('POST /faults', { kind: 'delay', delayMs: 9000, textIncludes: 'slow' }); // the first waits for it
    await chat(734).say('say slow');
    await provider.ctl('GET /wait', {}, { text: 'slow' });
    const first = upgrade(gateway);
    await gateway.line(/upgrade\.begun/);
    const second = await upgrade(gateway);
    assert.equal(second.code, 1, second.stdout);
    assert.match(second.stdout, /under way already/);
    assert.equal((await first).code, 0);
    assert.equal(said(gateway, 'upgrade.done'), 1);
  });

  test('a restart that is asked for meanwhile is carried out when the upgrade is refused', async (t) => {
    const { gateway, chat } = await stage(t, quiet);
    await chat(735).ask('say before', 'before');
    const { pid } = gateway;
    const bad = `${gateway.stateDir}/bad`;
    fs.writeFileSync(bad, '#!/bin/sh\nsleep 2\nexit 3\n', { mode: 0o755 });
    const refused = gateway.cli('gateway', 'upgrade', '--json', '--binary', bad);
    await gateway.line(/upgrade\.begun/);
    await gateway.call('gateway.restart.request', { reason: 'test' });
    assert.equal((await refused).code, 1);
    await eventually(() => said(gateway, 'gateway.ready') === 2, 'the second start', 20_000);
    assert.equal(gateway.pid, pid);
    await chat(735).ask('say after', 'after');
  });
});
