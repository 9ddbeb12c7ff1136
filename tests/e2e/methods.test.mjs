// What a client lives through besides single answers: the order of one run, lines of messages, keys that come again,
// a configuration that changes, a restart.
import { test, describe, before } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { sharedStage, stage, eventually } from './harness.mjs';
import { check } from './published_schema.mjs';
import { assertStory } from './run_story.mjs';

const SCOPES = ['read', 'write', 'admin', 'approvals'].map((scope) => `operator.${scope}`);

describe('runs over the wire', () => {
  const scene = sharedStage();
  let gateway, client;

  before(async () => {
    ({ gateway } = scene);
    await gateway.workerReady('agent');
    client = await gateway.connect({ scopes: SCOPES });
    await client.call('sessions.subscribe', {});
    await client.call('sessions.messages.subscribe', { key: 'agent:main:main' });
  });

  const send = (params) => client.call('chat.send', { sessionKey: 'agent:main:main', idempotencyKey: randomUUID(), ...params });
  const final = (runId) => client.event('chat', { where: (event) => event.runId === runId && ['final', 'aborted', 'error'].includes(event.state) });

  test('one streamed run is told in the published order', async () => {
    const { runId, status } = await send({ message: 'tell me' });
    assert.equal(status, 'started');
    await final(runId);
    await client.event('sessions.changed', { where: (event) => event.phase === 'end' && event.runId === runId });
    assertStory(client.frames, runId);
  });

  test('a key that comes again starts nothing: in flight, then done', async () => {
    const idempotencyKey = randomUUID();
    const first = await send({ message: 'once', idempotencyKey });
    const again = await send({ message: 'once', idempotencyKey });
    assert.equal(first.status, 'started');
    assert.ok(['in_flight', 'ok'].includes(again.status));
    await final(idempotencyKey);
    assert.deepEqual(await send({ message: 'once', idempotencyKey }), { runId: idempotencyKey, status: 'ok' });
    const history = await client.call('chat.history', { sessionKey: 'main', limit: 1000 });
    assert.equal(history.messages.filter((message) => message.idempotencyKey === `${idempotencyKey}:user`).length, 1);
  });

  test('agent answers twice on one id, and a replay gets the last answer at once', async () => {
    const idempotencyKey = randomUUID();
    const result = await client.request('agent', { message: 'hi', sessionKey: 'agent:main:twice', idempotencyKey }, 20_000, { final: true });
    assert.equal(result.status, 'ok');
    assert.ok(result.result.payloads[0].text.length > 0);
    const replay = await client.request('agent', { message: 'hi', sessionKey: 'agent:main:twice', idempotencyKey });
    assert.equal(replay.status, 'ok');
    const waited = await client.call('agent.wait', { runId: idempotencyKey, timeoutMs: 1000 });
    assert.equal(waited.status, 'ok');
    assert.equal(waited.terminalReply.disposition, 'visible');
  });

  test('messages to collect become one turn of those that wait; each of them ends', async () => {
    const key = 'agent:main:collect';
    // All at once: the model lives in this very process and cannot end the first turn before the last is written.
    const sent = await Promise.all([0, 1, 2, 3].map((i) => send({ sessionKey: key, message: `part ${i}`, queueMode: i === 0 ? undefined : 'collect' })));
    for (const { runId } of sent) assert.equal((await final(runId)).state, 'final');
    const { messages } = await client.call('chat.history', { sessionKey: key });
    const questions = messages.filter((message) => message.role === 'user').map((message) => message.content);
    assert.equal(questions.join('\n'), 'part 0\npart 1\npart 2\npart 3');
    assert.ok(questions.length <= 3, `they were joined: ${JSON.stringify(questions)}`);
  });

  test('each message that steers gets an answer of its own, after the running one', async () => {
    const key = 'agent:main:steer';
    const sent = await Promise.all([0, 1, 2].map((i) => send({ sessionKey: key, message: `part ${i}`, queueMode: i === 0 ? undefined : 'steer' })));
    for (const { runId } of sent) assert.equal((await final(runId)).state, 'final');
    const { messages } = await client.call('chat.history', { sessionKey: key });
    assert.deepEqual(messages.map(({ role }) => role), ['user', 'assistant', 'user', 'assistant', 'user', 'assistant']);
  });

  test('the model of a session is the one its next run uses', async () => {
    const key = 'agent:main:chosen';
    const patched = await client.call('sessions.patch', { key, model: 'builtin/echo' });
    assert.equal(patched.resolved.model, 'echo');
    const result = await client.request('agent', { message: 'mirror', sessionKey: key, idempotencyKey: randomUUID() }, 20_000, { final: true });
    assert.equal(result.result.meta.agentMeta.model, 'echo');
    assert.match(result.result.payloads[0].text, /mirror/);
  });
});

describe('a configuration that changes while the gateway runs', () => {
  test('secrets survive a round trip, comments stay, and new agents answer without a restart', async (t) => {
    const { gateway } = await stage(t);
    await gateway.workerReady('agent');
    const text = fs.readFileSync(gateway.configPath, 'utf8').replace('{', '{\n  // keep me');
    fs.writeFileSync(gateway.configPath, text);
    const before = await gateway.call('config.get');
    assert.ok(!JSON.stringify(before).includes(gateway.token), 'no secret leaves');
    await gateway.call('config.set', { raw: before.raw.replace('"session"', '"ui": {"seamColor": "#112233"}, "session"'), baseHash: before.hash });
    const written = fs.readFileSync(gateway.configPath, 'utf8');
    assert.ok(written.includes(gateway.token) && written.includes('keep me') && written.includes('#112233'));
    await assert.rejects(gateway.call('config.set', { raw: '{}', baseHash: before.hash }), /config changed since last load/);

    await gateway.call('agents.create', { name: 'Second One', model: 'builtin/echo' });
    const { agents } = await gateway.call('agents.list');
    assert.deepEqual(agents.map((agent) => agent.id).sort(), ['main', 'second-one']);
    const client = await gateway.connect();
    const result = await client.request('agent', { message: 'who', agentId: 'second-one', idempotencyKey: randomUUID() }, 20_000, { final: true });
    assert.equal(result.result.meta.agentMeta.model, 'echo');
    assert.ok(fs.existsSync(path.join(gateway.stateDir, 'openclaw.json.bak')));
  });

  test('proxies, names and origins count at once, and nobody is dropped for it', async (t) => {
    const { gateway } = await stage(t);
    const client = await gateway.connect();
    const status = async (headers) => (await gateway.http('/readyz', { headers })).status;
    const proxied = { 'x-forwarded-for': '192.0.2.9' };
    const named = { host: 'pages.example' };
    assert.deepEqual([await status(proxied), await status(named)], [403, 403]);
    const patch = { gateway: { trustedProxies: ['127.0.0.1'], controlUi: { allowedOrigins: ['https://pages.example'] } } };
    const { hash } = await client.call('config.get');
    const changed = await client.call('config.patch', { raw: JSON.stringify(patch), baseHash: hash });
    assert.equal(changed.reload, 'hot');
    assert.deepEqual([await status(proxied), await status(named)], [200, 200]);
    assert.equal((await client.call('health')).ok, true);
  });

  test('a channel that is logged out stops, and its token is gone from the file', async (t) => {
    const { gateway } = await stage(t);
    await gateway.workerReady('telegram');
    const client = await gateway.connect();
    const token = JSON.parse(fs.readFileSync(gateway.configPath, 'utf8')).channels.telegram.botToken;
    const answer = await client.call('channels.logout', { channel: 'telegram' });
    assert.deepEqual(answer, { channel: 'telegram', accountId: 'default', cleared: true, loggedOut: true });
    assert.ok(!fs.readFileSync(gateway.configPath, 'utf8').includes(token));
    const account = async () => (await client.call('channels.status')).channelAccounts.telegram[0];
    await eventually(async () => !(await account()).running, 'the channel to rest');
    assert.equal((await account()).configured, false);
    await assert.rejects(client.call('send', { to: '77', message: 'x', channel: 'telegram', idempotencyKey: randomUUID() }));
  });

  test('another token: said once, in force at once, and who has the old one is sent away', async (t) => {
    const { gateway } = await stage(t);
    const client = await gateway.connect();
    const old = gateway.token;
    const { token } = await client.call('gateway.auth.rotate', {});
    assert.match(token, /^[0-9a-f]{48}$/);
    assert.deepEqual(await client.closed, { code: 1012, reason: 'service restart' });
    await assert.rejects(gateway.connect({ token: old }), /token mismatch/);
    const after = await gateway.connect({ token });
    assert.equal((await after.call('health')).ok, true);
    assert.ok(fs.readFileSync(gateway.configPath, 'utf8').includes(token));
    assert.ok(!gateway.output.includes(token), 'no secret in the log');
  });
});

describe('a restart that a client asks for', () => {
  test('is announced with when to come back, closes with 1012, and keeps pid, port and sessions', async (t) => {
    const { gateway } = await stage(t);
    await gateway.workerReady('agent');
    const client = await gateway.connect();
    await client.request('agent', { message: 'remember', agentId: 'main', idempotencyKey: randomUUID() }, 20_000, { final: true });
    const { pid } = gateway;
    const { bootId } = client.hello.server;
    const answer = await client.call('gateway.restart.request', { reason: 'test' });
    assert.equal(answer.status, 'scheduled');
    const shutdown = await client.event('shutdown');
    assert.deepEqual(shutdown, { reason: 'gateway restarting', restartExpectedMs: 1500 });
    assert.deepEqual(check('ShutdownEvent', shutdown), []);
    assert.deepEqual(await client.closed, { code: 1012, reason: 'service restart' });
    const after = await eventually(() => gateway.connect().catch(() => null), 'the gateway to be back', 20_000);
    assert.equal(gateway.pid, pid);
    assert.notEqual(after.hello.server.bootId, bootId);
    const { sessions } = await after.call('sessions.list', {});
    assert.ok(sessions.some((session) => session.key === 'agent:main:main'));
    await gateway.workerReady('agent');
    const again = await after.request('agent', { message: 'still there?', agentId: 'main', idempotencyKey: randomUUID() }, 20_000, { final: true });
    assert.equal(again.status, 'ok');
  });
});
