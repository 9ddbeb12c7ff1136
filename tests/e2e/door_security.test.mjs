// What strangers may cost: guessing, listening in, not reading, and what of their secrets is left behind.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { connectParams, Device } from './device.mjs';
import { configuration, eventually, freePort, Gateway, GATEWAY_TOKEN, readProc } from './harness.mjs';
import { RawSocket } from './raw_socket.mjs';

const GUESSES = 10_000;
const GUESSERS = 8; // at once: fewer than one address may have waiting

async function gatewayFor(t, gatewayConfig = {}, options = {}) {
  const port = await freePort();
  const gateway = new Gateway({ config: configuration({ port, more: { gateway: gatewayConfig } }), port, ...options });
  t.after(() => gateway.close());
  return gateway.start();
}

async function attempt(port, auth, headers = {}) {
  const raw = new RawSocket(port, { headers });
  try {
    await raw.challenge();
    raw.send({ type: 'req', id: 'c1', method: 'connect', params: connectParams({ auth }) });
    return await raw.answer('c1');
  } finally {
    raw.close();
  }
}

const percentile = (values, share) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

async function timed(act) {
  const from = performance.now();
  await act();
  return performance.now() - from;
}

describe('the door', () => {
  test(`${GUESSES} wrong tokens from one address: ten are looked at, and nobody else waits`, { timeout: 180_000 }, async (t) => {
    const gateway = await gatewayFor(t, { trustedProxies: ['127.0.0.1'] });
    const client = await gateway.connect();
    const quiet = [];
    for (let i = 0; i < 200; i += 1) quiet.push(await timed(() => client.call('health')));
    const codes = new Map();
    let sent = 0;
    const guess = async () => {
      while (sent < GUESSES) {
        sent += 1;
        const { error } = await attempt(gateway.port, { token: `guess-${sent}` }, { 'x-forwarded-for': '198.51.100.7' });
        codes.set(error.details.code, (codes.get(error.details.code) ?? 0) + 1);
      }
    };
    const loud = [];
    const guessing = Promise.all(Array.from({ length: GUESSERS }, guess));
    let isOver = false;
    guessing.finally(() => { isOver = true; });
    while (!isOver) loud.push(await timed(() => client.call('health')));
    await guessing;
    assert.equal(codes.get('AUTH_TOKEN_MISMATCH'), 10);
    assert.equal(codes.get('AUTH_RATE_LIMITED'), GUESSES - 10);
    assert.ok((await attempt(gateway.port, { token: GATEWAY_TOKEN }, { 'x-forwarded-for': '198.51.100.8' })).ok, 'another address');
    assert.equal((await attempt(gateway.port, { token: GATEWAY_TOKEN }, { 'x-forwarded-for': '198.51.100.7' })).error.details.code, 'AUTH_RATE_LIMITED');
    // Both sides share this machine with the guesser itself; what is ruled out is a gateway that is busy with guesses.
    t.diagnostic(`health beside the guesser: p50 ${percentile(loud, 0.5).toFixed(2)} ms, p99 ${percentile(loud, 0.99).toFixed(2)} ms; before: p50 ${percentile(quiet, 0.5).toFixed(2)} ms`);
    assert.ok(percentile(loud, 0.5) < 100, `half of the answers took ${percentile(loud, 0.5)} ms`);
  });

  test('a page that guesses from this machine is locked out by its origin, others are not', async (t) => {
    const gateway = await gatewayFor(t, { controlUi: { allowedOrigins: ['http://page.example', 'http://other.example'] }, auth: { rateLimit: { maxAttempts: 3 } } });
    const page = { origin: 'http://page.example' };
    for (let i = 0; i < 3; i += 1) assert.equal((await attempt(gateway.port, { token: 'wrong' }, page)).error.details.code, 'AUTH_TOKEN_MISMATCH');
    const { error } = await attempt(gateway.port, { token: GATEWAY_TOKEN }, page);
    assert.deepEqual(error.details, { code: 'AUTH_RATE_LIMITED', authReason: 'rate_limited', canRetryWithDeviceToken: false, recommendedNextStep: 'wait_then_retry' });
    assert.equal(error.message, 'unauthorized: too many failed authentication attempts (retry later)');
    assert.equal(error.retryable, true);
    assert.ok(error.retryAfterMs > 290_000 && error.retryAfterMs <= 300_000);
    const other = await attempt(gateway.port, { token: GATEWAY_TOKEN }, { origin: 'http://other.example' });
    assert.ok(other.ok);
    assert.deepEqual(other.payload.auth.scopes, []); // a page without a device
    assert.ok((await attempt(gateway.port, { token: GATEWAY_TOKEN })).ok);
  });

  test('loopback is not exempt where the configuration says so', async (t) => {
    const gateway = await gatewayFor(t, { auth: { rateLimit: { maxAttempts: 2, exemptLoopback: false } } });
    for (let i = 0; i < 2; i += 1) await attempt(gateway.port, { token: 'wrong' });
    assert.equal((await attempt(gateway.port, { token: GATEWAY_TOKEN })).error.details.code, 'AUTH_RATE_LIMITED');
  });

  test('behind a trusted proxy its user comes in, with what he asks for', async (t) => {
    const port = await freePort();
    const config = configuration({ port, more: { gateway: { trustedProxies: ['127.0.0.1'], auth: { mode: 'trusted-proxy', trustedProxy: { userHeader: 'X-User', allowUsers: ['ada'], allowLoopback: true } } } } });
    const gateway = new Gateway({ config, port }); // the token stays: for the owner's own command line
    t.after(() => gateway.close());
    await gateway.start();
    const proxied = await attempt(port, undefined, { 'x-forwarded-for': '198.51.100.7', 'x-user': 'ada' });
    assert.ok(proxied.ok, JSON.stringify(proxied));
    assert.equal(proxied.payload.auth.method, 'trusted-proxy');
    assert.deepEqual(proxied.payload.auth.scopes, ['operator.read']);
    const spoofed = await attempt(port, undefined, { 'x-user': 'ada' }); // not through the proxy
    assert.equal(spoofed.error.details.code, 'AUTH_UNAUTHORIZED');
    const owner = await attempt(port, { token: GATEWAY_TOKEN });
    assert.equal(owner.payload?.auth.method, 'token');
  });

  test('both loopback families answer', async (t) => {
    const gateway = await gatewayFor(t);
    const six = new RawSocket(gateway.port, { host: '::1', headers: { host: `[::1]:${gateway.port}` } });
    assert.ok((await six.challenge()).nonce);
    six.close();
  });

  test('a client that stops reading is cut off, and the others do not notice', { timeout: 120_000 }, async (t) => {
    const gateway = await gatewayFor(t);
    const other = await gateway.connect();
    const lazy = new RawSocket(gateway.port);
    await lazy.challenge();
    assert.ok((await lazy.request('connect', connectParams({ auth: { token: GATEWAY_TOKEN } }), 'c1')).ok);
    lazy.socket.pause();
    const size = JSON.stringify(await other.call('config.schema')).length; // the longest answer there is
    const needed = Math.ceil((80 * 1024 * 1024) / size); // what the kernel takes, and 50 MiB of ours
    const took = [];
    for (let asked = 0; asked < needed; asked += 10) {
      for (let i = 0; i < 10; i += 1) lazy.send('{"type":"req","id":"s","method":"config.schema"}');
      took.push(await timed(() => other.call('health')));
    }
    await eventually(() => /slow_client_cut/.test(gatewayLog(gateway)), 'the log to say that a client was cut off', 60_000);
    assert.equal(other.isOpen, true);
    t.diagnostic(`health beside a client that does not read: p50 ${percentile(took, 0.5).toFixed(2)} ms, p99 ${percentile(took, 0.99).toFixed(2)} ms`);
    lazy.close();
  });

  test('a long request keeps its place in its line, and keeps nobody else waiting', { timeout: 60_000 }, async (t) => {
    const gateway = await gatewayFor(t);
    const other = await gateway.connect();
    const long = new RawSocket(gateway.port);
    await long.challenge();
    assert.ok((await long.request('connect', connectParams({ auth: { token: GATEWAY_TOKEN } }), 'c1')).ok);
    const took = [];
    let done = false;
    const asking = (async () => { while (!done) took.push(await timed(() => other.call('health'))); })();
    const zeros = `[${'0,'.repeat(10 * 1024 * 1024)}0]`; // 20 MiB, and what takes longest to read
    long.send('{"type":"req","id":"before","method":"health"}');
    await long.answer('before');
    long.send(`{"type":"req","id":"long","method":"health","params":{"pad":${zeros}}}`);
    long.send('{"type":"req","id":"after","method":"health"}');
    const asked = took.length;
    await long.until(() => long.frames.find((frame) => frame.id === 'after'), 'the answers', 30_000);
    const meanwhile = took.slice(asked);
    done = true;
    await asking;
    assert.deepEqual(long.frames.filter((frame) => frame.type === 'res').map((frame) => frame.id), ['c1', 'before', 'long', 'after']);
    t.diagnostic(`${meanwhile.length} answers to another client while 20 MiB were read; p99 ${percentile(meanwhile, 0.99).toFixed(2)} ms, the slowest ${Math.max(...meanwhile).toFixed(2)} ms`);
    assert.ok(meanwhile.length >= 10, `${meanwhile.length} answers`);
    long.close();
  });

  test('no secret is left behind: not in logs, nor in the ledger, nor in the process list', async (t) => {
    const canary = 'CANARY-7f3a91';
    const secret = { token: `${canary}-shared-token` };
    const gateway = await gatewayFor(t, { trustedProxies: ['127.0.0.1'], auth: { mode: 'token', token: secret.token } }, { token: secret.token, args: ['--verbose'] });
    const { port } = gateway;
    const afar = { 'x-forwarded-for': '198.51.100.9' };
    for (const name of ['token', 'password', 'deviceToken', 'bootstrapToken']) await attempt(port, { [name]: `${canary}-wrong-${name}` }, afar);
    await gateway.http(`/readyz?token=${canary}-in-url`, { headers: { authorization: `Bearer ${canary}-bearer` } });
    const device = new Device();
    const raw = new RawSocket(port);
    const challenge = await raw.challenge();
    const params = connectParams({ auth: secret, scopes: ['operator.read', 'operator.admin', 'operator.pairing'] });
    raw.send({ type: 'req', id: 'c1', method: 'connect', params: { ...params, device: device.proof(params, challenge) } });
    const { payload: hello } = await raw.answer('c1');
    const { payload: setup } = await raw.request('device.pair.setupCode', { publicUrl: 'ws://127.0.0.1:1' });
    const { bootstrapToken } = JSON.parse(Buffer.from(setup.setupCode, 'base64url'));
    raw.send(`{"type":"req","id":"x","method":"${canary}-method","params":{"token":"${canary}-param"}}`);
    await raw.answer('x');
    raw.close();
    const pid = gateway.pid;
    const tree = `${readProc(pid, 'cmdline')}${readProc(pid, 'environ')}`;
    await gateway.stop();
    const left = [['output', gateway.output], ['process', tree], ...filesBelow(gateway.stateDir).filter((file) => file !== gateway.configPath).map((file) => [file, fs.readFileSync(file, 'latin1')])];
    assert.ok(left.length > 3);
    for (const [where, text] of left)
      for (const [what, value] of Object.entries({ canary, deviceToken: hello.auth.deviceToken, bootstrapToken }))
        assert.ok(!text.includes(value), `${what} was left in ${where}`);
  });
});

const gatewayLog = (gateway) => filesBelow(path.join(gateway.stateDir, 'logs')).map((file) => fs.readFileSync(file, 'utf8')).join('') + gateway.output;

function filesBelow(folder) {
  if (!fs.existsSync(folder)) return [];
  return fs.readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}
