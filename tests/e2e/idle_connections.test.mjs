// Many clients that only listen: what each costs, and that the gateway still answers. OPENCLAW_IDLE_CONNECTIONS sets how
// many (default 2,000; both ends need a descriptor for each).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectParams } from './device.mjs';
import { configuration, eventually, freePort, Gateway, GATEWAY_TOKEN, processTree, programOf, readProc } from './harness.mjs';
import { RawSocket } from './raw_socket.mjs';

const COUNT = Number(process.env.OPENCLAW_IDLE_CONNECTIONS ?? 2000);
const AT_ONCE = 16; // fewer than may wait unauthenticated
const MOST_BYTES_EACH = process.env.ASAN_OPTIONS ? Infinity : 12 * 1024; // a sanitizer's own memory is not ours

// Its own memory: what is mapped from files comes and goes with what runs.
const ownBytes = (pid) => Number(/^RssAnon:\s+(\d+) kB/m.exec(readProc(pid, 'status'))?.[1] ?? 0) * 1024;

async function idle(port) {
  const raw = new RawSocket(port);
  await raw.challenge();
  raw.send({ type: 'req', id: 'c1', method: 'connect', params: connectParams({ auth: { token: GATEWAY_TOKEN }, scopes: [] }) });
  assert.ok((await raw.answer('c1')).ok);
  raw.frames.length = 0;
  return raw;
}

test(`${COUNT} idle connections are held, cheaply, and do not slow an answer`, { timeout: 300_000 }, async (t) => {
  const port = await freePort();
  const gateway = new Gateway({ config: configuration({ port }), port });
  t.after(() => gateway.close());
  await gateway.start();
  const supervisor = processTree(gateway.pid).find((pid) => programOf(pid) === 'openclaw-gateway');
  const client = await gateway.connect();
  for (let i = 0; i < 64; i += 1) (await idle(port)).close(); // warm
  await eventually(async () => (await client.call('health')).ok, 'an answer');
  const before = ownBytes(supervisor);
  const open = [];
  const started = performance.now();
  const fill = async () => { while (open.length < COUNT) open.push(await idle(port)); };
  await Promise.all(Array.from({ length: AT_ONCE }, fill));
  const seconds = (performance.now() - started) / 1000;
  const each = (ownBytes(supervisor) - before) / open.length;
  const asked = performance.now();
  for (let i = 0; i < 100; i += 1) await client.call('health');
  const answer = (performance.now() - asked) / 100;
  t.diagnostic(`${open.length} connections in ${seconds.toFixed(1)} s, ${(each / 1024).toFixed(1)} KiB each; health ${answer.toFixed(2)} ms beside them`);
  assert.ok(open.every((raw) => !raw.socket.closed), 'a connection was lost');
  assert.ok(each < MOST_BYTES_EACH, `${each} bytes each`);
  assert.ok(answer < 250, `${answer} ms for one answer`); // generous: this machine may have other work
  for (const raw of open) raw.close();
});
