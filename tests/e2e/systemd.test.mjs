// The service manager always knows the truth: the notify protocol message by message, restarts and deaths without a gap
// in the port, and the units as systemd itself judges them.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BUILD, CLI, REPOSITORY, configuration, eventually, freePort, isAlive, pause, processTree, temporaryFolder } from './harness.mjs';
import { ManagedGateway } from './service_manager.mjs';

const isLong = process.env.OPENCLAW_LONG_TESTS === '1';

async function managed(t, options = {}) {
  const port = await freePort();
  const gateway = new ManagedGateway({ config: configuration({ port }), port, ...options });
  t.after(async () => { await gateway.stop().catch(() => gateway.child?.kill('SIGKILL')); fs.rmSync(gateway.stateDir, { recursive: true, force: true }); });
  gateway.spawn();
  await gateway.active();
  return gateway;
}

const messages = (gateway) => gateway.story.filter((line) => line.startsWith('message ')).map((line) => line.slice(8).replace(/\d{4,}/g, 'N'));
const spoken = (gateway) => messages(gateway).filter((line) => line !== 'WATCHDOG=1' && !line.startsWith('FDSTORE'));

// Connects every few milliseconds until told to stop; returns the errors.
function knocking(gateway) {
  const refused = [];
  let isOver = false, asked = 0;
  const visits = (async () => {
    for (; !isOver; await pause(5))
      await new Promise((done) => net.connect(gateway.port, '127.0.0.1', function () { asked++; this.destroy(); done(); }).on('error', (error) => { refused.push(error.code); done(); }));
  })();
  return { asked: () => asked, stop: async () => { isOver = true; await visits; return { refused, asked }; } };
}

const binds = (gateway, more) => gateway.writeConfig({ ...gateway.config, gateway: { ...gateway.config.gateway, ...more } });
const listensAt = (pid, port) => ['tcp', 'tcp6'].flatMap((file) => fs.readFileSync(`/proc/${pid}/net/${file}`, 'utf8').split('\n'))
  .map((line) => line.trim().split(/\s+/)).filter(([, local, , state]) => state === '0A' && Number.parseInt(local?.split(':')[1], 16) === port)
  .map(([, local]) => ({ '0100007F': '127.0.0.1', '00000000': '0.0.0.0', '00000000000000000000000001000000': '::1' })[local.split(':')[0]] ?? local).sort();

describe('the notify protocol', () => {
  test('a life, message by message: ready, reloaded, refused, stopped', async (t) => {
    const gateway = await managed(t);
    assert.equal((await gateway.http('/readyz')).status, 200, 'ready when it says so');
    assert.match(spoken(gateway)[0], /^READY=1\|STATUS=Serving at http:\/\/127\.0\.0\.1:N with \d+ workers?$/);
    assert.deepEqual(messages(gateway).filter((line) => line.startsWith('FDSTORE')).slice(0, 2), ['FDSTOREREMOVE=1|FDNAME=openclaw-kept', 'FDSTORE=1|FDNAME=openclaw-kept']);
    gateway.order('reload');
    await gateway.active(2);
    assert.match(spoken(gateway)[1], /^RELOADING=1\|MONOTONIC_USEC=N$/);
    assert.match(spoken(gateway)[2], /^READY=1\|STATUS=Serving/);
    const good = fs.readFileSync(gateway.configPath, 'utf8');
    fs.writeFileSync(gateway.configPath, '{ gateway: {');
    gateway.order('reload');
    await gateway.active(3);
    assert.match(spoken(gateway)[4], /^READY=1\|STATUS=Configuration refused, serving on with the one before: .*openclaw\.json/);
    fs.writeFileSync(gateway.configPath, good);
    await gateway.cli('gateway', 'upgrade');
    await gateway.active(4);
    assert.match(spoken(gateway).at(-1), /^READY=1/);
    gateway.order('stop');
    await gateway.ending();
    assert.match(spoken(gateway).at(-1), /^STOPPING=1\|STATUS=/);
    assert.equal(gateway.story.at(-1), 'state inactive');
    assert.ok(gateway.story.includes('exited code=0 signal=0'));
    assert.ok(!gateway.story.some((line) => line.startsWith('foreign')), 'only the main process speaks');
  });

  test('a refusal that fills pages is still an answer: the unit is active, its status one line', async (t) => {
    const gateway = await managed(t);
    const channels = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${'ä'.repeat(150)}${i}`, { enabled: 'perhaps' }]));
    gateway.writeConfig({ ...gateway.config, gateway: { ...gateway.config.gateway, port: 'many' }, channels, [`nonsense${'x'.repeat(3000)}`]: 1 });
    gateway.order('reload');
    await gateway.active(2);
    const word = spoken(gateway).at(-1);
    assert.match(word, /^READY=1\|STATUS=Configuration refused/);
    assert.ok(Buffer.byteLength(word) > 1000 && Buffer.byteLength(word) < 1100, `${Buffer.byteLength(word)} bytes`);
    assert.ok(!word.includes('\ufffd') && word.endsWith('…'));
    assert.ok(!gateway.story.some((line) => line.startsWith('truncated')));
  });

  test('before a ledger of an older schema is migrated, the manager is asked to wait', async (t) => {
    const gateway = await managed(t);
    await gateway.stop();
    const ledger = new DatabaseSync(path.join(gateway.stateDir, 'state/gateway-native.sqlite'));
    ledger.exec('drop table files; pragma user_version = 4');
    ledger.close();
    gateway.spawn();
    await gateway.active(2);
    const words = messages(gateway).slice(messages(gateway).findLastIndex((word) => word.startsWith('EXTEND_TIMEOUT_USEC')));
    assert.deepEqual(words.slice(0, 3), ['EXTEND_TIMEOUT_USEC=N|STATUS=Migrating the ledger', 'WATCHDOG_USEC=N', 'WATCHDOG_USEC=N']);
    assert.ok(words.some((word) => word.startsWith('READY=1')));
    gateway.order('restart');
    await gateway.active(3);
    assert.equal(messages(gateway).filter((word) => word.startsWith('EXTEND')).length, 1, 'once');
  });

  test('the watchdog is fed three times in its interval, and a loop that stands still starves it', async (t) => {
    const gateway = await managed(t, { watchdogMs: 600 });
    const fed = () => messages(gateway).filter((line) => line === 'WATCHDOG=1').length;
    await eventually(() => fed() >= 4, 'four feeds', 5000);
    process.kill(gateway.main, 'SIGSTOP');
    let before;
    await eventually(async () => { before = fed(); await pause(900); return fed() === before; }, 'nobody to feed it for a stopped gateway');
    process.kill(gateway.main, 'SIGCONT');
    await eventually(() => fed() > before + 1, 'it to be fed again', 5000);
  });

  test('a configuration that cannot start the gateway parks the unit: 78', async (t) => {
    const port = await freePort();
    const gateway = new ManagedGateway({ config: '{ gateway: { port: "x" } }', port });
    t.after(() => fs.rmSync(gateway.stateDir, { recursive: true, force: true }));
    gateway.spawn();
    await gateway.ending();
    assert.ok(gateway.story.includes('exited code=78 signal=0'));
    assert.equal(gateway.state, 'failed');
    assert.equal(gateway.story.filter((line) => line.startsWith('started')).length, 1);
  });
});

describe('under a service manager', () => {
  const rounds = isLong ? 50 : 6;
  for (const [word, what] of [['restart', 'restarts'], ['kill', 'kill -9']]) {
    test(`${rounds} ${what}: the port answers throughout, nothing is left behind, the state is the truth`, { timeout: 600_000 }, async (t) => {
      const gateway = await managed(t);
      const visitor = knocking(gateway);
      for (let round = 1; round <= rounds; round++) {
        const tree = processTree(gateway.main);
        gateway.order(word);
        await gateway.active(round + 1);
        assert.ok(tree.every((pid) => !isAlive(pid)), 'no process of the life before');
        assert.equal((await gateway.http('/readyz')).status, 200, 'active means ready');
        assert.ok(isAlive(gateway.main));
        await eventually(() => visitor.asked() > round * 5, 'somebody to knock in every round');
      }
      const { refused } = await visitor.stop();
      assert.deepEqual(refused, []);
      assert.equal(gateway.count('orphans 0'), rounds);
      assert.ok(!gateway.output.includes('already in use'));
      assert.equal(gateway.story.filter((line) => /^exited/.test(line) && line !== (word === 'kill' ? 'exited code=0 signal=9' : 'exited code=0 signal=0')).length, 0);
    });
  }
});

// The manager holds a duplicate of every listening socket: what is closed here still listens.
describe('another address of the same port, under a service manager', () => {
  const loopback = (port) => listensAt(process.pid, port).filter((host) => host !== '::1');

  test('it is moved to and back without a gap, and kept over a death', { timeout: 60_000 }, async (t) => {
    const gateway = await managed(t);
    const visitor = knocking(gateway);
    let times = 1;
    for (const [bind, host] of [['lan', '0.0.0.0'], ['loopback', '127.0.0.1'], ['lan', '0.0.0.0']]) {
      binds(gateway, { bind });
      process.kill(gateway.main, 'SIGUSR1');
      await gateway.active(++times);
      assert.match(spoken(gateway).at(-1), /^READY=1\|STATUS=Serving/);
      await eventually(() => loopback(gateway.port).length === 1, 'the address before to be free');
      assert.deepEqual(loopback(gateway.port), [host]);
      assert.equal((await gateway.http('/healthz')).status, 200);
    }
    gateway.order('kill');
    await gateway.active(++times);
    assert.deepEqual((await visitor.stop()).refused, []);
    assert.deepEqual(loopback(gateway.port), ['0.0.0.0']);
    assert.equal((await gateway.http('/healthz')).status, 200);
  });

  test('one that cannot be had is refused, and everything is as it was', { timeout: 60_000 }, async (t) => {
    const gateway = await managed(t);
    const before = listensAt(process.pid, gateway.port);
    const visitor = knocking(gateway);
    binds(gateway, { bind: 'custom', customBindHost: '203.0.113.7' }); // RFC 5737: nobody has it
    for (let times = 2; times < 4; times++) {
      process.kill(gateway.main, 'SIGUSR1');
      await gateway.active(times);
      assert.match(spoken(gateway).at(-1), /^READY=1\|STATUS=Configuration refused, serving on with the one before: cannot listen on 203\.0\.113\.7/);
    }
    assert.deepEqual(listensAt(process.pid, gateway.port), before);
    assert.equal((await gateway.http('/healthz')).status, 200);
    binds(gateway, { bind: 'loopback' });
    process.kill(gateway.main, 'SIGUSR1');
    await gateway.active(4);
    assert.deepEqual((await visitor.stop()).refused, []);
  });

  test('a start finds it free although the sockets of the life before are kept', { timeout: 60_000 }, async (t) => {
    const gateway = await managed(t);
    binds(gateway, { bind: 'lan' });
    gateway.order('kill');
    await gateway.active(2);
    assert.deepEqual(listensAt(process.pid, gateway.port), ['0.0.0.0']);
    assert.equal((await gateway.http('/healthz')).status, 200);
    assert.equal(gateway.story.filter((line) => line.startsWith('exited')).length, 1);
  });
});

describe('a program that begins anew in its process, under a service manager', () => {
  for (const hasSocketUnit of [false, true])
    test(`with ${hasSocketUnit ? 'the socket of a socket unit' : 'sockets of its own'}: the port answers throughout`, { timeout: 60_000 }, async (t) => {
      const gateway = await managed(t, { hasSocketUnit });
      const { main } = gateway;
      const before = listensAt(process.pid, gateway.port);
      fs.writeFileSync(path.join(gateway.stateDir, 'tmp'), 'no folder: a rehearsal has nowhere to be');
      const visitor = knocking(gateway);
      for (let times = 2; times < 4; times++) {
        await gateway.call('gateway.restart.request', { reason: 'test' });
        await eventually(() => gateway.lines.filter((line) => line.includes('gateway.ready')).length === times, `start ${times} in the same process:\n${gateway.output.slice(-2000)}`);
        await gateway.active(times);
        assert.equal((await gateway.http('/readyz')).status, 200);
      }
      const { refused, asked } = await visitor.stop();
      assert.ok(asked >= 2, `${asked} visits`); // a restart takes a few hundredths of a second
      assert.deepEqual(refused, []);
      assert.equal(gateway.main, main);
      assert.deepEqual(listensAt(process.pid, gateway.port), before);
      assert.equal(gateway.story.filter((line) => line.startsWith('exited')).length, 0);
      gateway.order('kill');
      await eventually(() => gateway.main !== main && gateway.state === 'active', 'the start after its death');
      assert.equal((await gateway.http('/readyz')).status, 200);
    });

  test('a stop that comes meanwhile is a stop', { timeout: 60_000 }, async (t) => {
    const gateway = await managed(t);
    fs.writeFileSync(path.join(gateway.stateDir, 'tmp'), 'no folder');
    const workers = processTree(gateway.main).filter((pid) => pid !== gateway.main);
    for (const pid of workers) process.kill(pid, 'SIGSTOP'); // the restart waits for them
    await gateway.call('gateway.restart.request', { reason: 'test' });
    await gateway.line(/gateway\.stopping/);
    gateway.order('stop');
    await gateway.line(/gateway\.stop_hurried/);
    for (const pid of workers) process.kill(pid, 'SIGCONT');
    await gateway.ending(20_000);
    assert.match(spoken(gateway).at(-1), /^STOPPING=1/);
    assert.equal(gateway.story.at(-1), 'state inactive');
    assert.ok(gateway.story.includes('exited code=0 signal=0'));
  });
});

describe('the units', () => {
  const analyze = spawnSync('systemd-analyze', ['--version']).status === 0;
  const units = [['openclaw-gateway.service', 10], ['openclaw-gateway-system.service', 2.5]];
  for (const [name, exposure] of units) {
    test(`${name} is understood by systemd, and its exposure is at most ${exposure}`, { skip: analyze ? false : 'SKIPPED: systemd-analyze is not installed, the units were not checked' }, () => {
      const folder = temporaryFolder();
      const text = fs.readFileSync(path.join(BUILD, 'systemd', name), 'utf8');
      const unit = path.join(folder, 'openclaw-gateway.service');
      fs.writeFileSync(unit, text.replace(/ExecStart=\S+/, `ExecStart=${CLI}`).replace(/Documentation=.*/, ''));
      const verify = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });
      const complaints = verify.stderr.split('\n').filter((line) => line.includes('openclaw-gateway.service'));
      assert.deepEqual(complaints, []);
      const security = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', unit], { encoding: 'utf8' });
      const level = Number(/exposure level for .*: ([\d.]+)/.exec(security.stdout)?.[1]);
      assert.ok(level <= exposure, `${level}\n${security.stdout}`);
      fs.rmSync(folder, { recursive: true });
    });
  }

  test('every line of the units is explained', () => {
    const text = fs.readFileSync(path.join(REPOSITORY, 'systemd/README.md'), 'utf8');
    for (const [name] of units)
      for (const [, key] of fs.readFileSync(path.join(BUILD, 'systemd', name), 'utf8').matchAll(/^(\w+)=/gm))
        if (key !== 'Description' && key !== 'Documentation') assert.ok(text.includes(`${key}`), `${name}: ${key}`);
  });

  test('their patience is the drain budget, a reserve and a margin, and the gateway is told', () => {
    for (const [name] of units) {
      const text = fs.readFileSync(path.join(BUILD, 'systemd', name), 'utf8');
      assert.match(text, /^TimeoutStopSec=330$/m);
      assert.match(text, /OPENCLAW_STOP_WITHIN_SEC=330/);
    }
  });
});
