// The published client, unchanged, against this gateway: every way it logs in, what it keeps, and how it comes back.
import assert from 'node:assert/strict';
import { createPublicKey, sign } from 'node:crypto';
import { describe, test } from 'node:test';
import { GatewayClient } from '@openclaw/gateway-client';
import { Device, rawOf } from './device.mjs';
import { startFakeProvider } from '../fakes/provider/provider.mjs';
import { assertStory } from './run_story.mjs';
import { configuration, eventually, freePort, Gateway, GATEWAY_TOKEN } from './harness.mjs';

const PASSWORD = 'e2e-shared-password';
const READ = ['operator.read'];
const WRITE = ['operator.read', 'operator.write'];
const OPERATOR = [...WRITE, 'operator.admin', 'operator.pairing'];

async function gatewayFor(t, gatewayConfig = {}, { provider } = {}) {
  const port = await freePort();
  const config = configuration({ port, provider, more: { gateway: gatewayConfig } });
  if (gatewayConfig.auth?.mode === 'password') delete config.gateway.auth.token;
  const gateway = new Gateway({ config, port });
  t.after(() => gateway.close());
  return gateway.start();
}

// What the client's host keeps for it: one token for each (device, role).
class TokenStore {
  constructor() { this.records = new Map(); this.cleared = 0; }
  get deps() {
    const key = ({ deviceId, role }) => `${deviceId}/${role}`;
    return {
      loadDeviceAuthToken: (who) => this.records.get(key(who)) ?? null,
      storeDeviceAuthToken: ({ token, scopes, ...who }) => { this.records.set(key(who), { token, scopes }); },
      clearDeviceAuthToken: (who) => { this.cleared += 1; this.records.delete(key(who)); },
      signDevicePayload: (pem, payload) => sign(null, Buffer.from(payload), pem).toString('base64url'),
      publicKeyRawBase64UrlFromPem: (pem) => rawOf(createPublicKey(pem)).toString('base64url'),
    };
  }
  token(device, role = 'operator') { return this.records.get(`${device.id}/${role}`)?.token; }
}

// A started client and what happened to it.
class Reference {
  constructor(t, gateway, { device, store = new TokenStore(), ...options } = {}) {
    Object.assign(this, { hellos: [], errors: [], closes: [], pauses: [], events: [], gaps: [], store });
    this.client = new GatewayClient({
      url: `ws://127.0.0.1:${gateway.port}`, clientName: 'cli', mode: 'cli', clientVersion: '1.0.0', platform: 'linux', deviceFamily: 'Linux', scopes: READ,
      deviceIdentity: device?.identity ?? null, hostDeps: store.deps, ...options,
      onHelloOk: (hello) => this.hellos.push(hello),
      onConnectError: (error) => this.errors.push(error),
      onClose: (code, reason) => this.closes.push({ code, reason }),
      onReconnectPaused: (info) => this.pauses.push(info),
      onEvent: (event) => this.events.push(event),
      onGap: (gap) => this.gaps.push(gap),
    });
    t.after(() => this.client.stop());
    this.client.start();
  }

  async hello(count = 1, timeout = 15_000) {
    await eventually(() => this.hellos.length >= count || (this.pauses.length && count > this.hellos.length), `hello ${count}`, timeout);
    assert.ok(this.hellos.length >= count, `refused: ${JSON.stringify(this.pauses)} ${this.errors.map(String)}`);
    return this.hellos.at(-1);
  }

  async refusal() {
    await eventually(() => this.pauses.length, 'the client to give up', 15_000);
    assert.equal(this.hellos.length, 0);
    return this.pauses.at(-1);
  }

  request(method, params) { return this.client.request(method, params); }
}

describe('the published client', () => {
  test('connects with the token and calls the core methods', async (t) => {
    const provider = await startFakeProvider({ port: 0 });
    t.after(() => provider.close());
    const gateway = await gatewayFor(t, {}, { provider });
    const client = new Reference(t, gateway, { token: GATEWAY_TOKEN, scopes: OPERATOR, clientName: 'gateway-client', mode: 'backend' });
    const hello = await client.hello();
    assert.equal(hello.protocol, 4);
    assert.equal(hello.auth.role, 'operator');
    assert.deepEqual(hello.auth.scopes, OPERATOR);
    assert.equal((await client.request('health', {})).ok, true);
    assert.ok((await client.request('sessions.list', {})).sessions);
    assert.ok((await client.request('config.get', {})).hash);
    assert.ok((await client.request('logs.tail', {})).lines);
    assert.deepEqual(await client.request('device.pair.list', {}), { pending: [], paired: [] });
    assert.ok((await client.request('status', {})).runtimeVersion);
    assert.ok((await client.request('models.list', {})).models.length > 0);
    assert.deepEqual((await client.request('cron.list', {})).jobs, []);
    await client.request('sessions.subscribe', {});
    await client.request('sessions.messages.subscribe', { key: 'agent:main:main' });
    const { runId } = await client.request('chat.send', { sessionKey: 'main', message: 'hello', idempotencyKey: 'run-of-the-client' });
    const chat = () => client.events.filter(({ event, payload }) => event === 'chat' && payload.runId === runId).map(({ payload }) => payload.state);
    await eventually(() => chat().includes('final'), 'the final chat event');
    assert.deepEqual([...new Set(chat())], ['status', 'delta', 'final']); // each kind in its place, and nothing after the end
    assert.equal(chat().filter((state) => state === 'final').length, 1);
    await eventually(() => client.events.some(({ event, payload }) => event === 'sessions.changed' && payload.runId === runId && payload.phase === 'end'), 'the end to be told');
    assertStory(client.events, runId);
    assert.equal((await client.request('agent.wait', { runId, timeoutMs: 5000 })).status, 'ok');
    assert.equal((await client.request('chat.history', { sessionKey: 'main' })).messages.length, 2);
    const agent = await client.client.request('agent', { message: 'hello again', agentId: 'main', idempotencyKey: 'agent-of-the-client' }, { expectFinal: true });
    assert.equal(agent.status, 'ok');
    assert.deepEqual(client.gaps, []);
  });

  test('connects with the password, and is refused with another', async (t) => {
    const gateway = await gatewayFor(t, { auth: { mode: 'password', password: PASSWORD } });
    const right = new Reference(t, gateway, { password: PASSWORD });
    assert.deepEqual((await right.hello()).auth.scopes, READ);
    const wrong = new Reference(t, gateway, { password: 'wrong' });
    assert.equal((await wrong.refusal()).detailCode, 'AUTH_PASSWORD_MISMATCH');
  });

  test('a new device is let in and keeps a token; with it alone it comes back', async (t) => {
    const gateway = await gatewayFor(t);
    const device = new Device();
    const store = new TokenStore();
    const first = new Reference(t, gateway, { device, store, token: GATEWAY_TOKEN, scopes: WRITE });
    const hello = await first.hello();
    assert.match(hello.auth.deviceToken, /^[\w-]{43}$/);
    assert.equal(store.token(device), hello.auth.deviceToken);
    first.client.stop();
    const paired = new Reference(t, gateway, { device, store, scopes: WRITE });
    const again = await paired.hello();
    assert.equal(again.auth.deviceToken, hello.auth.deviceToken);
    assert.equal(again.auth.issuedAtMs, hello.auth.issuedAtMs);
    assert.equal((await paired.request('health', {})).ok, true);
  });

  test('an upgraded device gets a new token, and its old one is worth nothing', async (t) => {
    const gateway = await gatewayFor(t);
    const device = new Device();
    const store = new TokenStore();
    const first = new Reference(t, gateway, { device, store, token: GATEWAY_TOKEN, scopes: READ });
    await first.hello();
    first.client.stop();
    const old = store.token(device);
    const upgraded = new Reference(t, gateway, { device, store, token: GATEWAY_TOKEN, scopes: WRITE });
    assert.deepEqual((await upgraded.hello()).auth.scopes, WRITE);
    assert.notEqual(store.token(device), old);
    upgraded.client.stop();
    const stale = new Reference(t, gateway, { device, deviceToken: old, scopes: READ });
    assert.equal((await stale.refusal()).detailCode, 'AUTH_DEVICE_TOKEN_MISMATCH');
  });

  test('a revoked device is cut off with 4001, drops its token and gives up', async (t) => {
    const gateway = await gatewayFor(t);
    const device = new Device();
    const store = new TokenStore();
    const setup = new Reference(t, gateway, { device, store, token: GATEWAY_TOKEN });
    await setup.hello();
    setup.client.stop();
    const client = new Reference(t, gateway, { device, store });
    await client.hello();
    const operator = new Reference(t, gateway, { token: GATEWAY_TOKEN, scopes: OPERATOR });
    await operator.hello();
    await operator.request('device.token.revoke', { deviceId: device.id, role: 'operator' });
    await eventually(() => client.pauses.length, 'the client to give up', 15_000);
    assert.deepEqual(client.closes[0], { code: 4001, reason: 'device removed' });
    assert.match(client.pauses.at(-1).detailCode, /^AUTH_(DEVICE_)?TOKEN_(MISMATCH|MISSING)$/);
    assert.equal(store.token(device), undefined);
  });

  test('where nothing is silent a device waits for an operator, then comes in', async (t) => {
    const gateway = await gatewayFor(t, { nodes: { pairing: { autoApproveLocal: false } } });
    const device = new Device();
    const store = new TokenStore();
    const options = { device, store, token: GATEWAY_TOKEN };
    const waiting = new Reference(t, gateway, options);
    const refusal = await waiting.refusal();
    assert.equal(refusal.detailCode, 'PAIRING_REQUIRED');
    waiting.client.stop();
    const operator = new Reference(t, gateway, { token: GATEWAY_TOKEN, scopes: OPERATOR });
    await operator.hello();
    const { pending: [request] } = await operator.request('device.pair.list', {});
    assert.ok(refusal.reason.includes(request.requestId));
    await operator.request('device.pair.approve', { requestId: request.requestId });
    assert.ok(operator.events.some(({ event, payload }) => event === 'device.pair.resolved' && payload.decision === 'approved'));
    const approved = new Reference(t, gateway, options);
    await approved.hello();
    const paired = new Reference(t, gateway, { device, store });
    await paired.hello();
    assert.deepEqual(await operator.request('device.pair.rename', { deviceId: device.id, label: 'shelf' }), { deviceId: device.id, label: 'shelf' });
    const stranger = new Device();
    await new Reference(t, gateway, { device: stranger, token: GATEWAY_TOKEN }).refusal();
    const { pending: [other] } = await operator.request('device.pair.list', {});
    assert.equal((await operator.request('device.pair.reject', { requestId: other.requestId })).deviceId, stranger.id);
    await operator.request('device.pair.remove', { deviceId: device.id });
    await eventually(() => paired.closes.length, 'the removed device to be cut off', 15_000);
    assert.equal(paired.closes[0].code, 4001);
    assert.deepEqual(await operator.request('device.pair.list', {}), { pending: [], paired: [] });
  });

  test('survives a restart of the gateway by itself', async (t) => {
    const gateway = await gatewayFor(t);
    const device = new Device();
    const client = new Reference(t, gateway, { device, token: GATEWAY_TOKEN, scopes: WRITE });
    const before = await client.hello();
    await gateway.restart();
    const after = await client.hello(2, 30_000);
    assert.notEqual(after.server.bootId, before.server.bootId);
    assert.equal(after.auth.deviceToken, before.auth.deviceToken);
    assert.ok(client.events.some(({ event }) => event === 'shutdown'));
    assert.deepEqual(client.closes[0], { code: 1012, reason: 'service restart' });
    assert.equal((await client.request('health', {})).ok, true);
  });

  test('a probe is let in without scopes, and health answers it', async (t) => {
    const gateway = await gatewayFor(t);
    const probe = new Reference(t, gateway, { token: GATEWAY_TOKEN, mode: 'probe', scopes: READ, minProtocol: 3, maxProtocol: 4 });
    assert.deepEqual((await probe.hello()).auth.scopes, []);
    assert.equal((await probe.request('health', {})).ok, true);
    await assert.rejects(probe.request('status', {}), /missing scope: operator.read/);
  });
});
