// A faulty worker is its own trouble: the supervisor's pid stays, its siblings notice nothing, and it serves again
// within two seconds of the fault being gone. The echo channel commits each fault when told to send its name.
import { test, describe, before } from 'node:test';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { sharedStage, eventually, isAlive } from './harness.mjs';

const isLong = process.env.OPENCLAW_LONG_TESTS === '1';
const SERVES_AGAIN_MS = isLong ? 2000 : 6000; // other suites run beside the short one
const faults = ['segv', 'abort', 'memory_bomb', 'fd_exhaustion', 'garbage', 'oversized', 'stop', 'log_flood', 'exit78', 'busy_loop'];
const accounts = Object.fromEntries(faults.map((fault) => [fault, { fault: 'as_told', on_outbound: true }]));

describe('faults of a worker', () => {
  const scene = sharedStage({ more: { channels: { echo: { accounts } } } });
  let gateway, supervisor, siblings;

  before(async () => {
    ({ gateway } = scene);
    for (const fault of faults) await gateway.workerReady(`echo:${fault}`);
    await Promise.all([gateway.workerReady('telegram'), gateway.workerReady('agent')]);
    supervisor = gateway.pid;
    siblings = (await gateway.workers()).filter((worker) => !worker.id.startsWith('echo:'));
  });

  const say = (account, message) => gateway.call('send', { channel: 'echo', accountId: account, to: '1', message, idempotencyKey: randomUUID() }, 15_000);
  const serves = async (account) => say(account, 'hello').then(() => true, () => false);

  async function nobodyElseNoticed() {
    assert.equal(gateway.pid, supervisor);
    const now = await gateway.workers();
    for (const { id, pid, generation } of siblings) {
      const worker = now.find((candidate) => candidate.id === id);
      assert.deepEqual({ pid: worker.pid, generation: worker.generation }, { pid, generation }, id);
    }
  }

  // Commits the fault and waits until the worker serves again; `took`: from its last death to being ready.
  async function suffers(fault, timeout) {
    const id = `echo:${fault}`;
    const { pid } = await gateway.worker(id);
    say(fault, fault).catch(() => {}); // the answer depends on how it dies
    await eventually(() => !isAlive(pid), `the end of ${id}`, timeout);
    await eventually(() => serves(fault), `${id} to serve`, 20_000);
    const { worker } = await gateway.call('workers.get', { id });
    assert.equal(worker.state, 'ready');
    return worker.sinceMs - worker.deaths[0].atMs;
  }

  const told = { segv: /SIGSEGV|segmentation/i, abort: /SIGABRT|abort/i, memory_bomb: /SIGABRT|abort|memory/i, fd_exhaustion: /descriptor/i, garbage: /frame|garbage|misbehav/i, oversized: /frame|oversized|large|misbehav/i };
  for (const [fault, reason] of Object.entries(told)) {
    test(`${fault}: it alone dies, and serves again within ${SERVES_AGAIN_MS / 1000} s`, async () => {
      const took = await suffers(fault, 15_000);
      assert.ok(took <= SERVES_AGAIN_MS, `${took} ms`);
      await nobodyElseNoticed();
      const shown = await gateway.cli('workers', 'show', `echo:${fault}`);
      assert.match(shown.stdout, reason);
    });
  }

  test('stop: a worker that is frozen and thawed serves at once, in the same process', async () => {
    const { pid } = await gateway.worker('echo:stop');
    process.kill(pid, 'SIGSTOP');
    assert.equal((await gateway.call('health')).ok, true);
    process.kill(pid, 'SIGCONT');
    const begun = Date.now();
    await say('stop', 'hello');
    assert.ok(Date.now() - begun <= SERVES_AGAIN_MS);
    assert.equal((await gateway.worker('echo:stop')).pid, pid);
    await nobodyElseNoticed();
  });

  test('log_flood: a hundred thousand lines drown nobody', async () => {
    const { pid } = await gateway.worker('echo:log_flood');
    say('log_flood', 'log_flood').catch(() => {});
    for (let i = 0; i < 10; i++) {
      const begun = Date.now();
      await gateway.call('health');
      assert.ok(Date.now() - begun < (isLong ? 500 : 5000), `health took ${Date.now() - begun} ms`);
    }
    await eventually(() => serves('log_flood'), 'echo:log_flood to serve', 15_000);
    assert.equal((await gateway.worker('echo:log_flood')).pid, pid);
    await nobodyElseNoticed();
  });

  test('exit78: a worker that refuses its configuration is not started again before somebody acts', async () => {
    const { pid } = await gateway.worker('echo:exit78');
    say('exit78', 'exit78').catch(() => {});
    await eventually(() => !isAlive(pid), 'the end of echo:exit78');
    const worker = await eventually(async () => {
      const found = await gateway.worker('echo:exit78');
      return ['failed', 'stopped'].includes(found.state) && found;
    }, 'echo:exit78 to be given up');
    assert.ok(!worker.pid);
    await nobodyElseNoticed();
  });

  test('busy_loop: noticed by its silence, ended, and back', { timeout: 110_000 }, async () => {
    const took = await suffers('busy_loop', 80_000);
    assert.ok(took <= SERVES_AGAIN_MS, `${took} ms`);
    await nobodyElseNoticed();
    await scene.chat(5001).ask('say meanwhile', 'meanwhile');
  });
});

describe('signals to the real workers', () => {
  const scene = sharedStage();
  for (const name of ['telegram', 'agent']) {
    test(`${name}: SIGSEGV, SIGABRT, SIGKILL; each time it serves again within ${SERVES_AGAIN_MS / 1000} s`, async () => {
      const { gateway } = scene;
      const other = await gateway.workerReady(name === 'agent' ? 'telegram' : 'agent');
      const times = [];
      for (const signal of ['SIGSEGV', 'SIGABRT', 'SIGKILL']) {
        const { pid } = await gateway.workerReady(name);
        process.kill(pid, signal);
        await eventually(() => !isAlive(pid), `the end of ${name}`);
        const ended = Date.now();
        await gateway.workerReady(name, { not: [pid], timeout: 15_000 });
        times.push(Date.now() - ended);
        await scene.chat(5100).ask(`say after ${signal} of ${name}`, `after ${signal} of ${name}`);
      }
      assert.ok(times[0] <= SERVES_AGAIN_MS, `first: ${times} ms`); // later ones wait longer on purpose
      assert.equal((await gateway.worker(other.id)).pid, other.pid);
      const { json } = await gateway.cli('workers', 'show', name === 'agent' ? 'agent' : (await gateway.worker('telegram')).id, '--json');
      assert.match(JSON.stringify(json), /SIGSEGV/);
    });
  }

  test('a death is told in words, with the reason and the next try', async () => {
    const { gateway } = scene;
    const { pid, id } = await gateway.workerReady('agent');
    process.kill(pid, 'SIGKILL');
    await gateway.line(new RegExp(`worker\\.(exited|died) worker=agent pid=${pid} `));
    const shown = await gateway.cli('workers', 'show', id);
    assert.match(shown.stdout, /SIGKILL|killed/i);
    await gateway.workerReady('agent', { not: [pid], timeout: 20_000 });
  });
});
