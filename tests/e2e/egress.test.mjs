// Workers reach the internet through egress and no other way: who has the sockets, what is counted, what a dead egress
// costs, and proxies. (That a whole gateway works through it is what every other suite shows.)
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import fs from 'node:fs';
import path from 'node:path';
import { eventually, isAlive, pause, readProc, sharedStage, stage } from './harness.mjs';
import { startConnectProxy, startSocksProxy } from './proxies.mjs';

const portOf = (url) => Number(new URL(url).port);

// Sockets of a process that are TCP or UDP, of either family: inodes of its descriptors in the kernel's tables.
function internetSockets(pid) {
  const inodes = new Set(['tcp', 'tcp6', 'udp', 'udp6', 'raw', 'raw6'].flatMap((table) => readProc(pid, `net/${table}`).split('\n').slice(1).map((line) => line.trim().split(/\s+/)[9])));
  return fs.readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try { return [/^socket:\[(\d+)\]$/.exec(fs.readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]]; } catch { return []; }
  }).filter((inode) => inode && inodes.has(inode));
}

describe('the only way out', () => {
  const scene = sharedStage();

  test('egress has the internet sockets, the workers have none', async () => {
    const { gateway } = scene;
    await scene.chat(7001).ask('say hello', 'hello');
    for (const name of ['telegram', 'agent']) {
      const { pid } = await gateway.worker(name);
      assert.deepEqual(internetSockets(pid), [], name);
    }
    const { pid } = await gateway.worker('egress');
    assert.ok(internetSockets(pid).length >= 2); // at least the poll and the provider
  });

  test('what is carried is counted for each worker, and shown everywhere', async () => {
    const { gateway } = scene;
    await scene.chat(7002).ask('say counted', 'counted');
    const { worker } = await gateway.call('workers.get', { id: 'telegram:default' });
    assert.ok(worker.egress.bytesOut > 500 && worker.egress.bytesIn > 500, JSON.stringify(worker.egress));
    assert.ok(worker.egress.connections >= 2 && worker.egress.open >= 1);
    assert.equal(worker.egress.refused, 0);
    const { stdout } = await gateway.cli('workers', 'show', 'telegram:default');
    assert.match(stdout, /Internet\s+.* out, .* in, \d+ connections, \d+ open/);
    const { text } = await gateway.http('/metrics', { headers: { authorization: `Bearer ${gateway.token}` } });
    const metric = (name) => Number(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (\\d+)`, 'm').exec(text)?.[1]);
    assert.ok(metric('openclaw_egress_bytes_total{worker="telegram:default",direction="out"}') >= worker.egress.bytesOut);
    assert.ok(metric('openclaw_egress_connections_total{worker="agent"}') >= 1);
    assert.equal(metric('openclaw_egress_refused_total{worker="telegram:default"}'), 0);
  });
});

test('kill -9 of egress under traffic loses nothing, and nobody else notices', { timeout: 90_000 }, async (t) => {
  const scene = await stage(t, { channel: { pacing: { chatPer3Seconds: 0, groupPerMinute: 0, botPerSecond: 0 } } });
  const { gateway } = scene;
  await gateway.workerReady('telegram');
  const before = await gateway.workers();
  const pidOf = (list, id) => list.find((worker) => worker.id === id).pid;
  const messages = 60;
  const kills = 5;
  const chats = Array.from({ length: messages }, (_, i) => scene.chat(7100 + i));
  const events = [];
  const killing = (async () => {
    let last;
    for (let i = 0; i < kills; i++) {
      await pause(500);
      const { pid } = await gateway.workerReady('egress', { not: [last] });
      last = pid;
      process.kill(pid, 'SIGKILL');
      await eventually(() => !isAlive(pid), 'the end of egress');
    }
  })();
  for (const [i, chat] of chats.entries()) {
    events.push((await chat.say(`say answer ${i}`)).update_id);
    await pause(45);
  }
  await killing;
  for (const [i, chat] of chats.entries()) await chat.answer(`answer ${i}`, { timeout: 30_000 });
  // What was on the wire may stand twice, and `explain` says so; how much that is depends on the machine.
  for (const [i, chat] of chats.entries()) {
    const times = (await chat.answers()).filter(({ text }) => text === `answer ${i}`).length;
    if (times === 1) continue;
    const { outbox } = JSON.parse((await gateway.cli('explain', String(events[i]), '--json')).stdout);
    assert.ok(outbox.some(({ maybeDuplicate, repeats }) => maybeDuplicate && times <= 1 + Math.max(1, repeats)), `answer ${i} stands ${times} times`);
  }
  const after = await gateway.workers();
  for (const id of ['telegram:default', 'agent']) assert.equal(pidOf(after, id), pidOf(before, id), id);
  assert.equal(after.find(({ id }) => id === 'egress').restarts.total, kills);
  assert.ok(after.find(({ id }) => id === 'telegram:default').egress.bytesIn > 0);
});

test('a worker that asks before egress is there waits for it', async (t) => {
  const { gateway, chat } = await stage(t);
  await gateway.call('workers.stop', { id: 'egress' });
  await eventually(async () => (await gateway.worker('egress')).state === 'down', 'egress to be down');
  await chat(7300).say('say patience');
  await eventually(async () => (await gateway.worker('telegram')).egress.connecting > 0, 'the telegram worker to wait');
  await gateway.call('workers.start', { id: 'egress' });
  await chat(7300).answer('patience');
});

// Whether one of the texts is anywhere in what the process can write to.
function memoryHolds(pid, texts) {
  const memory = fs.openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const line of readProc(pid, 'maps').split('\n')) {
      const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
      for (let at = Number.parseInt(from, 16), end = Number.parseInt(to, 16); at < end; at += CHUNK) {
        const part = Buffer.alloc(Math.min(CHUNK + 64, end - at)); // 64: a text may lie across the border
        try { fs.readSync(memory, part, 0, part.length, at); } catch { continue; }
        if (texts.some((text) => part.includes(text))) return true;
      }
    }
    return false;
  } finally { fs.closeSync(memory); }
}
const CHUNK = 1 << 20;

for (const [kind, start, scheme] of [['an HTTP', startConnectProxy, 'http'], ['a SOCKS5', startSocksProxy, 'socks5h']])
  test(`a channel goes through ${kind} proxy, which resolves the name and gets the credentials`, async (t) => {
    const scene = await stage(t, { start: false });
    const { gateway, telegram } = scene;
    const proxy = await start({ host: '127.0.0.1', port: portOf(telegram.url) });
    t.after(() => proxy.close());
    const { config } = gateway;
    Object.assign(config.channels.telegram, { apiRoot: 'http://telegram.invalid:8081', network: { dangerouslyAllowPrivateNetwork: true }, proxy: `${scheme}://me:s%65cret-canary-81f32@127.0.0.1:${proxy.port}` });
    gateway.writeConfig(config);
    await gateway.start();
    await scene.chat(7200).ask('say through', 'through');
    const secret = 'secret-canary-81f32', pair = Buffer.from(`me:${secret}`).toString('base64');
    assert.equal(proxy.asked[0].target, 'telegram.invalid:8081');
    if (scheme === 'http') assert.equal(proxy.asked[0].authorization, `Basic ${pair}`);
    else assert.deepEqual([proxy.asked[0].user, proxy.asked[0].password], ['me', secret]);
    assert.ok(!gateway.output.includes('s%65cret') && !gateway.output.includes('me:secret'));
    if (process.getuid() !== 0) return t.diagnostic('only root can look into their memory');
    assert.ok(memoryHolds(gateway.pid, [secret]), 'the supervisor has it: this way of looking finds it');
    for (const id of ['telegram', 'agent', 'egress'])
      assert.ok(!memoryHolds((await gateway.worker(id)).pid, [secret, 's%65cret-canary', pair]), `the memory of ${id}`);
  });

// Servers of names that never answer: the resolver waits half a minute for them.
test('names that nobody answers for hold up the worker that asks for them, and no other', { timeout: 90_000 }, async (t) => {
  if (process.getuid() !== 0) return t.skip('another resolv.conf needs root and a mount namespace');
  const silence = dgram.createSocket('udp4');
  const isBound = new Promise((done) => silence.once('listening', () => done(true)).once('error', () => done(false)));
  silence.bind(53, '127.9.9.9');
  if (!(await isBound)) return t.skip('127.9.9.9:53 is taken');
  t.after(() => silence.close());
  let questions = 0;
  silence.on('message', () => { ++questions; });
  const scene = await stage(t, { start: false });
  const { gateway, telegram } = scene;
  const { config } = gateway;
  const black = ['one', 'two', 'three'];
  for (const name of black) config.models.providers[name] = { baseUrl: `http://${name}.black.example/v1`, apiKey: 'test-key', api: 'openai-completions', models: [{ id: 'm', name }] };
  Object.assign(config.channels.telegram, { apiRoot: `http://localhost:${portOf(telegram.url)}`, enabled: false });
  gateway.writeConfig(config);
  const resolver = path.join(gateway.stateDir, 'resolv.conf');
  fs.writeFileSync(resolver, 'nameserver 127.9.9.9\noptions timeout:30 attempts:1\n');
  gateway.wrapper = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', 'mount --bind "$0" "$(readlink -f /etc/resolv.conf)" && exec "$@"', resolver];
  await gateway.start();
  for (const name of black)
    gateway.call('agent', { message: 'say black', idempotencyKey: name, sessionKey: `agent:main:${name}`, provider: name, model: 'm' }).catch(() => {});
  await eventually(async () => (await gateway.worker('agent')).egress.connecting >= 3 && questions >= 2, 'three connections that wait for their names');
  config.channels.telegram.enabled = true;
  gateway.writeConfig(config);
  process.kill(gateway.pid, 'SIGHUP');
  await gateway.workerReady('telegram');
  const begun = Date.now();
  await scene.chat(7210).ask('say meanwhile', 'meanwhile', { timeout: 20_000 });
  t.diagnostic(`answered after ${Date.now() - begun} ms`);
  assert.ok(Date.now() - begun < 5000);
  assert.ok((await gateway.worker('agent')).egress.connecting >= 3, 'they still wait');
});

test('the proxy of the environment is used for those who have no own', async (t) => {
  const scene = await stage(t, { start: false });
  const { gateway, provider } = scene;
  const proxy = await startConnectProxy({ host: '127.0.0.1', port: portOf(provider.baseUrl) });
  t.after(() => proxy.close());
  const { config } = gateway;
  config.models.providers.fake.baseUrl = 'http://provider.invalid/v1';
  gateway.writeConfig(config);
  gateway.extraEnv = { http_proxy: `http://127.0.0.1:${proxy.port}`, no_proxy: 'localhost,127.0.0.1' };
  await gateway.start();
  await scene.chat(7201).ask('say ambient', 'ambient');
  assert.deepEqual([...new Set(proxy.asked.map(({ target }) => target))], ['provider.invalid:80']);
  const { pid } = await gateway.worker('agent');
  assert.ok(!readProc(pid, 'environ').includes('http_proxy')); // it needs none, and one may hold a password
});
