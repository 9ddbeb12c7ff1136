// SIGUSR1, SIGUSR2 and SIGHUP: another configuration in the same process, and nobody notices but those it concerns.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { BUILD, GATEWAY_TOKEN, eventually, freePort, pause, readProc, stage } from './harness.mjs';
import { HttpLoad, Operators, people, sendHomeAfter } from './crowd.mjs';

const isLong = process.env.OPENCLAW_LONG_TESTS === '1';
const linesOf = (gateway, event) => gateway.lines.filter((line) => line.includes(event));
const fields = (line) => Object.fromEntries([...line.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]));

// Sends the signal and waits for the end of the story it begins.
async function signalled(gateway, signal, ending = 'restart.done') {
  const before = linesOf(gateway, ending).length;
  process.kill(gateway.pid, signal);
  await eventually(() => linesOf(gateway, ending).length > before, `${ending} after ${signal}; the gateway said:\n${gateway.output.slice(-2000)}`, 20_000, 2);
  return linesOf(gateway, ending).at(-1);
}

describe('a restart in place', () => {
  const rounds = isLong ? 200 : 20;
  test(`${rounds} of them under load: nothing is refused, lost or said twice, and nobody is cut off`, { timeout: 600_000 }, async (t) => {
    const { gateway, telegram } = await stage(t, { channel: { streaming: { mode: 'off' } } });
    const worker = await gateway.workerReady('telegram');
    const agent = await gateway.workerReady('agent');
    const { pid } = gateway;
    await eventually(() => telegram.signIns === 1, 'the sign-in');
    const operators = await new Operators(gateway, 50).start();
    const chats = people(telegram, 6);
    const load = new HttpLoad(gateway, { perSecond: 200 }).start();
    sendHomeAfter(t, operators, chats, load);
    const pauses = [];
    for (let round = 0; round < rounds; round++) {
      if (round % 5 === 4) gateway.writeConfig({ ...gateway.config, messages: { ...gateway.config.messages, responsePrefix: '' }, logging: { level: 'info' } });
      await pause(50); // or the load has no time to be a load
      pauses.push(Number(fields(await signalled(gateway, round % 2 ? 'SIGUSR1' : 'SIGUSR2')).pause_us));
    }
    const http = await load.stop();
    const cuts = operators.stop();
    const talk = await chats.stop();
    t.diagnostic(`HTTP ${JSON.stringify(http)}; chats ${talk.sent} messages; longest pause ${Math.max(...pauses)} µs`);
    assert.deepEqual(http.errors, []);
    assert.deepEqual(Object.keys(http.answers), ['200']);
    assert.deepEqual(cuts, []);
    assert.ok(talk.sent > 5);
    assert.deepEqual([talk.lost, talk.doubled], [[], []]);
    assert.equal(gateway.pid, pid);
    assert.equal((await gateway.worker('telegram')).pid, worker.pid);
    assert.equal((await gateway.worker('agent')).pid, agent.pid);
    assert.equal(telegram.signIns, 1, 'no platform connection was made anew');
    assert.match(linesOf(gateway, 'restart.done').at(-1), new RegExp(`generation=${rounds + 1}`));
  });

  test('a wrong configuration changes nothing and is named by line and column', async (t) => {
    const { gateway, chat } = await stage(t);
    const worker = await gateway.workerReady('telegram');
    const client = await gateway.connect();
    const good = fs.readFileSync(gateway.configPath, 'utf8');
    const wrongs = ['{ gateway: { mode: "local", port: "many" } }', '{\n  gateway: {{', '{ gateway: { mode: "remote" } }', '', '{ channels: { telegram: { dmPolicy: "sometimes" } } , nonsense: 1 }'];
    for (let round = 0; round < (isLong ? 50 : 5); round++) {
      fs.writeFileSync(gateway.configPath, wrongs[round % wrongs.length]);
      const line = await signalled(gateway, round % 2 ? 'SIGHUP' : 'SIGUSR1', 'restart.refused');
      if (round % wrongs.length < 2) assert.match(line, /openclaw\.json:\d+:\d+/);
    }
    assert.equal(linesOf(gateway, 'restart.done').length, 0);
    assert.equal((await client.call('health')).ok, true);
    assert.equal((await gateway.worker('telegram')).pid, worker.pid);
    fs.writeFileSync(gateway.configPath, good);
    await signalled(gateway, 'SIGUSR1');
    await chat(900).ask('say fine', 'fine');
    assert.ok(client.isOpen);
  });

  test('a worker whose settings changed is replaced, the others stay, the new policy is in force', async (t) => {
    const { gateway, chat, telegram } = await stage(t);
    const worker = await gateway.workerReady('telegram');
    const agent = await gateway.workerReady('agent');
    gateway.writeConfig({ ...gateway.config, channels: { telegram: { ...gateway.config.channels.telegram, dmPolicy: 'allowlist', allowFrom: ['901'] } } });
    await signalled(gateway, 'SIGHUP');
    await chat(902).say('say nothing');
    await chat(901).ask('say hello', 'hello');
    assert.deepEqual((await chat(902).answers()).map((message) => message.text), []);
    gateway.writeConfig({ ...gateway.config, channels: { telegram: { ...gateway.config.channels.telegram, linkPreview: false } } });
    await signalled(gateway, 'SIGUSR1');
    await gateway.workerReady('telegram', { not: [worker.pid] });
    assert.equal((await gateway.worker('agent')).pid, agent.pid);
    await chat(901).ask('say again', 'again');
    assert.ok(telegram.signIns >= 2);
  });

  test('who came in with a token that is none any more is closed with a reason; the owner stays', async (t) => {
    const { gateway } = await stage(t);
    const client = await gateway.connect();
    gateway.writeConfig({ ...gateway.config, gateway: { ...gateway.config.gateway, auth: { mode: 'token', token: 'another-token-of-the-suite' } } });
    await signalled(gateway, 'SIGUSR1');
    assert.deepEqual(await client.closed, { code: 1012, reason: 'service restart' });
    await assert.rejects(gateway.connect({ token: GATEWAY_TOKEN }), /token mismatch/);
    gateway.token = 'another-token-of-the-suite';
    assert.equal((await (await gateway.connect()).call('health')).ok, true);
  });

  test('another port: newcomers find it there, open sockets stay; a port that is taken changes nothing', async (t) => {
    const { gateway } = await stage(t);
    const client = await gateway.connect();
    const [was, will] = [gateway.port, await freePort()];
    gateway.writeConfig({ ...gateway.config, gateway: { ...gateway.config.gateway, port: will } });
    await signalled(gateway, 'SIGHUP'); // does not move
    assert.equal((await gateway.http('/healthz')).status, 200);
    await signalled(gateway, 'SIGUSR1');
    gateway.port = will;
    assert.equal((await gateway.http('/healthz')).status, 200);
    assert.equal((await client.call('health')).ok, true);
    const { createServer } = await import('node:net');
    const other = createServer().listen(was, '127.0.0.1');
    t.after(() => other.close());
    await new Promise((done) => other.on('listening', done));
    gateway.writeConfig({ ...gateway.config, gateway: { ...gateway.config.gateway, port: was } });
    assert.match(await signalled(gateway, 'SIGUSR1', 'restart.refused'), /already in use/);
    assert.equal((await gateway.http('/healthz')).status, 200);
  });

  test('another address of the same port: newcomers find it there; one that cannot be had changes nothing', async (t) => {
    const { gateway } = await stage(t);
    const client = await gateway.connect();
    const bind = (more) => gateway.writeConfig({ ...gateway.config, gateway: { ...gateway.config.gateway, ...more } });
    for (const word of ['lan', 'loopback', 'lan']) {
      bind({ bind: word });
      await signalled(gateway, 'SIGUSR1');
      assert.equal((await gateway.http('/healthz')).status, 200);
    }
    bind({ bind: 'custom', customBindHost: '203.0.113.7' }); // RFC 5737: nobody has it
    assert.match(await signalled(gateway, 'SIGUSR1', 'restart.refused'), /cannot listen on 203\.0\.113\.7/);
    assert.equal((await gateway.http('/healthz')).status, 200);
    assert.equal((await client.call('health')).ok, true);
    assert.equal(linesOf(gateway, 'gateway.moved').length, 3);
  });

  const patch = async (client, change) => client.call('config.patch', { raw: JSON.stringify(change), baseHash: (await client.call('config.get')).hash });

  test('a change over RPC that needs it: all of it is in force at once, and nobody is cut off', async (t) => {
    const { gateway, chat, telegram } = await stage(t, { more: { gateway: { handshakeTimeoutMs: 600_000 } } });
    const client = await gateway.connect();
    const { pid } = await gateway.workerReady('telegram');
    const will = await freePort();
    const changed = await patch(client, { gateway: { port: will, handshakeTimeoutMs: 300 }, messages: { responsePrefix: 'Sir,' } });
    assert.deepEqual([changed.reload, changed.restartRequired], ['restart', false]);
    await eventually(() => linesOf(gateway, 'restart.done').length === 1, 'the restart in place', 20_000);
    gateway.port = will;
    assert.equal((await gateway.http('/healthz')).status, 200);
    const silent = new WebSocket(`ws://127.0.0.1:${will}`);
    assert.equal((await once(silent, 'close'))[0].code, 1000, 'who does not say who it is leaves after 300 ms now, not ten minutes');
    assert.equal((await client.call('health')).ok, true);
    await chat(904).ask('say hello', /^Sir, hello/);
    const { configRevisionHash, appliedConfigHash } = await client.call('config.get');
    assert.equal(configRevisionHash, appliedConfigHash);
    assert.deepEqual([(await gateway.worker('telegram')).pid, telegram.signIns], [pid, 1]);
  });

  for (const mode of ['hot', 'off']) {
    test(`gateway.reload.mode ${mode}: such a change is written, said to wait, and in force when somebody restarts it`, async (t) => {
      const { gateway } = await stage(t, { more: { gateway: { reload: { mode } } } });
      const client = await gateway.connect();
      const [was, will] = [gateway.port, await freePort()];
      const changed = await patch(client, { gateway: { port: will } });
      assert.deepEqual([changed.reload, changed.restartRequired], ['restart', true]);
      await gateway.line(/config\.restart_required.*gateway\.port/);
      const { configRevisionHash, appliedConfigHash } = await client.call('config.get');
      assert.notEqual(configRevisionHash, appliedConfigHash);
      assert.equal((await gateway.http('/healthz')).status, 200);
      const later = await patch(client, { agents: { entries: { second: { name: 'Second' } } } });
      assert.deepEqual([later.reload, later.restartRequired], ['restart', true]); // what came before it waits
      const agents = async () => (await client.call('agents.list')).agents.map(({ id }) => id);
      assert.ok(!(await agents()).includes('second'));
      await assert.rejects(client.call('agents.create', { name: 'Third' }), /not in force/);
      await signalled(gateway, 'SIGUSR1');
      assert.equal(linesOf(gateway, 'restart.done').length, 1);
      assert.ok((await agents()).includes('second'));
      await assert.rejects(gateway.http('/healthz'), /ECONNREFUSED/);
      gateway.port = will;
      assert.equal((await gateway.http('/healthz')).status, 200);
      assert.notEqual(was, will);
    });
  }

  test('such a change that cannot be is in the log and said not to be in force, and tried again with the next', async (t) => {
    const { gateway } = await stage(t);
    const client = await gateway.connect();
    const [was, taken] = [gateway.port, await freePort()];
    const { createServer } = await import('node:net');
    const other = createServer().listen(taken, '127.0.0.1');
    t.after(() => other.close());
    await once(other, 'listening');
    const agents = async () => (await client.call('agents.list')).agents.map(({ id }) => id);
    await patch(client, { gateway: { port: taken } });
    await eventually(() => linesOf(gateway, 'restart.refused').length === 1, 'the refusal', 20_000);
    const isAllInForce = async () => { const { configRevisionHash, appliedConfigHash } = await client.call('config.get'); return configRevisionHash === appliedConfigHash; };
    assert.equal(await isAllInForce(), false);
    await client.call('agents.create', { name: 'Second' });
    assert.ok((await agents()).includes('second'), 'what can be in force is');
    await eventually(() => linesOf(gateway, 'restart.refused').length === 2, 'the second try', 20_000);
    assert.equal(await isAllInForce(), false);
    assert.equal((await gateway.http('/healthz')).status, 200);
    await patch(client, { gateway: { port: was } });
    await eventually(isAllInForce, 'the configuration to be in force, all of it');
  });

  test('another log is written from the next line on', async (t) => {
    const { gateway } = await stage(t);
    const file = path.join(gateway.stateDir, 'logs/another.log');
    await patch(gateway, { logging: { file, level: 'debug' } });
    await signalled(gateway, 'SIGHUP');
    assert.match(fs.readFileSync(file, 'utf8'), /restart\.begun/);
  });

  test('twenty changes at once, some of which need it: in force is what is written', async (t) => {
    const { gateway } = await stage(t);
    await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 7 === 6
      ? patch(gateway, { worktreeRoot: `/somewhere/${i}` }).catch((error) => assert.match(error.message, /changed (since|meanwhile)/))
      : gateway.call('agents.create', { name: `agent ${i}` }))));
    await eventually(async () => { const { configRevisionHash, appliedConfigHash } = await gateway.call('config.get'); return configRevisionHash === appliedConfigHash; }, 'what is written to be in force');
    const { agents } = await gateway.call('agents.list');
    assert.equal(agents.filter(({ id }) => id !== 'main').length, 18);
  });

  test('asked over RPC with a wrong configuration it serves on, whether or not its program can rehearse', async (t) => {
    const { gateway, telegram, chat } = await stage(t);
    await chat(902).ask('say before', 'before');
    const { pid } = gateway;
    const good = fs.readFileSync(gateway.configPath, 'utf8');
    const tmp = path.join(gateway.stateDir, 'tmp');
    const own = path.join(gateway.stateDir, 'mine/supervisor/openclaw-gateway');
    fs.mkdirSync(path.dirname(own), { recursive: true });
    fs.copyFileSync(path.join(BUILD, 'supervisor/openclaw-gateway'), own);
    fs.chmodSync(own, 0o755);
    fs.symlinkSync(path.join(BUILD, 'workers'), path.join(gateway.stateDir, 'mine/workers'));
    assert.equal((await gateway.cli('gateway', 'upgrade', '--binary', own)).code, 0);
    const hindrances = [
      () => {},
      () => { fs.rmSync(tmp, { recursive: true, force: true }); fs.writeFileSync(tmp, 'no folder: a rehearsal has nowhere to be'); },
      () => fs.chmodSync(own, 0o777), // a program that anybody might have written is not even rehearsed
    ];
    for (const hinder of hindrances) {
      hinder();
      fs.writeFileSync(gateway.configPath, good.replace('"mode": "local"', '"mode": "nowhere"'));
      const before = linesOf(gateway, 'restart.refused').length;
      assert.equal((await gateway.call('gateway.restart.request', { reason: 'test' })).status, 'scheduled');
      await eventually(() => linesOf(gateway, 'restart.refused').length > before, 'it to be refused', 20_000);
      assert.match(linesOf(gateway, 'restart.refused').at(-1), /gateway\.mode/);
      assert.match((await gateway.call('gateway.upgrade.status')).why, /gateway\.mode/);
      fs.writeFileSync(gateway.configPath, good);
    }
    assert.equal((await gateway.http('/readyz')).status, 200);
    await chat(902).ask('say after', 'after');
    assert.deepEqual([gateway.pid, telegram.signIns, linesOf(gateway, 'gateway.ready').length, linesOf(gateway, 'gateway.stopping').length], [pid, 1, 2, 0]);
    await gateway.call('gateway.restart.request', { reason: 'test' });
    await eventually(() => linesOf(gateway, 'gateway.ready').length === 3, 'the next start', 20_000);
  });

  test('a program that cannot rehearse begins anew in its process, and the port is never closed', async (t) => {
    const { gateway, chat } = await stage(t);
    const { pid } = gateway;
    fs.writeFileSync(path.join(gateway.stateDir, 'tmp'), 'no folder: a rehearsal has nowhere to be');
    const load = new HttpLoad(gateway, { perSecond: 50 }).start();
    await gateway.call('gateway.restart.request', { reason: 'test' });
    await eventually(() => linesOf(gateway, 'gateway.ready').length === 2, 'the second start');
    assert.ok(!(await load.stop()).errors.some((error) => error.endsWith('ECONNREFUSED'))); // who was inside is told to come back
    assert.equal(gateway.pid, pid);
    await chat(903).ask('say again', 'again');
  });

  test('commands.restart=false: the signals are heard and not obeyed; SIGHUP is', async (t) => {
    const { gateway } = await stage(t, { more: { commands: { restart: false } } });
    await signalled(gateway, 'SIGUSR1', 'restart.ignored');
    await signalled(gateway, 'SIGUSR2', 'restart.ignored');
    await signalled(gateway, 'SIGHUP');
  });

  test('SIGHUP opens the log again, for whoever rotates it', async (t) => {
    const { gateway } = await stage(t);
    const log = path.join(gateway.stateDir, 'logs/gateway.log');
    fs.renameSync(log, `${log}.old`);
    await signalled(gateway, 'SIGHUP');
    assert.match(fs.readFileSync(log, 'utf8'), /restart\.done/);
  });

  test('signals while it starts kill nobody', async (t) => {
    const { gateway } = await stage(t, { start: false });
    gateway.spawn();
    await eventually(() => /SigBlk:\s+0*[1-9a-f]/.test(readProc(gateway.pid, 'status')), 'the gateway to hold its signals', 10_000, 1);
    for (const signal of ['SIGHUP', 'SIGUSR1', 'SIGUSR2']) process.kill(gateway.pid, signal);
    await gateway.ready();
    await gateway.line(/restart\.done/);
    assert.equal((await gateway.http('/healthz')).status, 200);
  });
});
