// The edge: probes over HTTP, the handshake, the methods of the spine, the owner's socket, life and death of one gateway.
import { test, describe, before } from 'node:test';
import assert from 'node:assert/strict';
import net from 'node:net';
import { stage, sharedStage, Gateway, configuration, freePort, eventually, readProc, GATEWAY_TOKEN } from './harness.mjs';
import { ProtocolClient } from './protocol_client.mjs';

describe('a running gateway', () => {
  const scene = sharedStage();
  let gateway;
  before(async () => {
    ({ gateway } = scene);
    await gateway.workerReady('telegram');
    await gateway.workerReady('agent');
  });

  test('says on one line that it is ready', async () => {
    await gateway.line(/ready/i);
    assert.ok(!gateway.output.includes(GATEWAY_TOKEN), 'no secret in the log');
    assert.ok(!gateway.output.includes('FAKE-TOKEN'), 'no secret in the log');
  });

  for (const route of ['/healthz', '/readyz']) {
    test(`GET and HEAD ${route} answer 200, POST 405`, async () => {
      assert.equal((await gateway.http(route)).status, 200);
      const head = await gateway.http(route, { method: 'HEAD' });
      assert.equal(head.status, 200);
      assert.equal(head.text, '');
      const post = await gateway.http(route, { method: 'POST' });
      assert.equal(post.status, 405);
      assert.match(post.headers.allow, /GET/);
    });
  }

  test('readiness tells the owner how busy the gateway is', async () => {
    const { eventLoop } = JSON.parse((await gateway.http('/readyz')).text);
    assert.equal(eventLoop.degraded, false);
    assert.equal(typeof eventLoop.utilization, 'number', JSON.stringify(eventLoop));
  });

  test('the gateway may open as many descriptors as it needs, and not a million', () => {
    const [, soft, hard] = /^Max open files\s+(\d+)\s+(\d+)/m.exec(readProc(gateway.pid, 'limits'));
    assert.ok(Number(soft) <= 16384 && Number(soft) <= Number(hard), `soft ${soft}, hard ${hard}`);
  });

  test('an unknown path is 404 and garbage closes only its own connection', async () => {
    assert.equal((await gateway.http('/no/such/thing', { headers: { accept: 'application/json' } })).status, 404);
    const socket = net.connect(gateway.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.resume(); // the refusal is read, or the end would never be seen
    socket.write(Buffer.alloc(200_000, 0xff));
    await new Promise((done) => socket.on('close', done));
    assert.equal((await gateway.http('/healthz')).status, 200);
  });

  test('the handshake: challenge, hello-ok with the required fields, nothing advertised that is not there', async () => {
    const client = new ProtocolClient(`ws://127.0.0.1:${gateway.port}/any/path`, { token: GATEWAY_TOKEN });
    const challenge = await client.open();
    assert.ok(challenge.nonce && Number.isSafeInteger(challenge.ts));
    const hello = await client.request('connect', client.connectParams());
    assert.equal(hello.type, 'hello-ok');
    assert.equal(hello.protocol, 4);
    assert.ok(hello.server.version && hello.server.connId);
    assert.equal(hello.auth.role, 'operator');
    assert.deepEqual([...hello.auth.scopes].sort(), ['operator.admin', 'operator.read', 'operator.write']);
    assert.ok(Number.isInteger(hello.policy.maxPayload) && Number.isInteger(hello.policy.tickIntervalMs));
    assert.ok(Array.isArray(hello.snapshot.presence) && hello.snapshot.health.ok);
    for (const method of ['health', 'status', 'system-presence', 'channels.status', 'channels.start', 'channels.stop', 'sessions.list', 'chat.send', 'chat.history', 'chat.abort', 'agent', 'agent.wait', 'send', 'logs.tail', 'config.get', 'workers.list', 'workers.get', 'workers.restart']) {
      assert.ok(hello.features.methods.includes(method), method);
    }
    client.close();
  });

  test('the shared secret may come in either field', async () => {
    const client = await gateway.connect({ token: undefined, password: GATEWAY_TOKEN });
    assert.equal((await client.call('health')).ok, true);
  });

  test('a wrong token is refused with the reason, then closed with 1008', async () => {
    const client = new ProtocolClient(`ws://127.0.0.1:${gateway.port}`, { token: 'wrong' });
    await client.open();
    await assert.rejects(client.request('connect', client.connectParams()), (error) => error.details.code === 'AUTH_TOKEN_MISMATCH' && /token mismatch/.test(error.message));
    assert.equal((await client.closed).code, 1008);
  });

  test('a protocol range without 4 is refused with 1002', async () => {
    const client = new ProtocolClient(`ws://127.0.0.1:${gateway.port}`, { token: GATEWAY_TOKEN });
    await client.open();
    await assert.rejects(client.request('connect', { ...client.connectParams(), minProtocol: 5, maxProtocol: 9 }), (error) => error.details.code === 'PROTOCOL_MISMATCH');
    assert.equal((await client.closed).code, 1002);
  });

  test('another first request is refused with 1008, no JSON at all with a silent 1000', async () => {
    const early = new ProtocolClient(`ws://127.0.0.1:${gateway.port}`);
    await early.open();
    await assert.rejects(early.request('health'), /first request must be connect/);
    assert.equal((await early.closed).code, 1008);
    const noise = new ProtocolClient(`ws://127.0.0.1:${gateway.port}`);
    await noise.open();
    noise.send('this is no JSON');
    assert.deepEqual(await noise.closed, { code: 1000, reason: '' });
    assert.equal(noise.frames.length, 1);
  });

  test('64 KiB before the handshake is the limit: 1009 above it', async () => {
    const client = new ProtocolClient(`ws://127.0.0.1:${gateway.port}`);
    await client.open();
    client.send('x'.repeat(65_537));
    assert.equal((await client.closed).code, 1009);
  });

  test('frame errors after the handshake keep the socket', async () => {
    const client = await gateway.connect();
    client.send('no JSON: ignored');
    client.send({ type: 'req', id: 7, method: 'health' });
    assert.equal((await client.frame((frame) => frame.id === 7, 'answer to a numeric id')).error.code, 'INVALID_REQUEST');
    client.send({ type: 'req', method: 'health' });
    assert.equal((await client.frame((frame) => frame.id === 'invalid', 'answer without an id')).ok, false);
    await assert.rejects(client.call('no.such.method'), /unknown method: no\.such\.method/);
    assert.equal((await client.call('health')).ok, true);
  });

  test('scopes: a reader may not write', async () => {
    const reader = await gateway.connect({ scopes: ['operator.read'] });
    assert.equal((await reader.call('health')).ok, true);
    await assert.rejects(reader.call('chat.send', { sessionKey: 'agent:main:main', message: 'x', idempotencyKey: 'scope-1' }), (error) => error.code === 'FORBIDDEN');
    const none = await gateway.connect({ scopes: [] });
    assert.equal((await none.call('health')).ok, true);
    await assert.rejects(none.call('status'), (error) => error.code === 'FORBIDDEN');
  });

  test('chat.send: started at once, deltas add up to the final, the key repeats the answer and not the run', async () => {
    const client = await gateway.connect();
    const params = { sessionKey: 'agent:main:main', message: 'slow 12 30', idempotencyKey: 'e2e-chat-1' };
    assert.deepEqual(await client.call('chat.send', params), { runId: 'e2e-chat-1', status: 'started' });
    const final = await client.event('chat', { where: (event) => event.runId === 'e2e-chat-1' && event.state === 'final' });
    const text = final.message.content.map((part) => part.text).join('');
    const deltas = client.frames.filter((frame) => frame.event === 'chat' && frame.payload.runId === 'e2e-chat-1' && frame.payload.state === 'delta');
    assert.equal(deltas.map((frame) => frame.payload.deltaText).join(''), text);
    assert.match(text, /^word0 .* word11$/);
    const again = await client.call('chat.send', params);
    assert.equal(again.runId, 'e2e-chat-1');
    assert.equal(scene.provider.requests.filter((request) => request.userText.includes('slow 12 30')).length, 1);
    const history = await client.call('chat.history', { sessionKey: 'agent:main:main' });
    const rows = history.messages.map((row) => row.role);
    assert.deepEqual(rows.slice(-2), ['user', 'assistant']);
  });

  test('events carry a contiguous sequence on each connection', async () => {
    const client = await gateway.connect();
    await client.call('chat.send', { sessionKey: 'agent:main:main', message: 'slow 5 20', idempotencyKey: 'e2e-seq' });
    await client.event('chat', { where: (event) => event.runId === 'e2e-seq' && event.state === 'final' });
    const numbers = client.frames.filter((frame) => frame.type === 'event' && frame.seq !== undefined).map((frame) => frame.seq);
    assert.ok(numbers.length > 0);
    assert.deepEqual(numbers, numbers.map((_, i) => i + 1));
  });

  test('chat.abort stops the run and keeps what there was', async () => {
    const client = await gateway.connect();
    await client.call('chat.send', { sessionKey: 'agent:main:main', message: 'slow 200 50', idempotencyKey: 'e2e-abort' });
    await client.event('chat', { where: (event) => event.runId === 'e2e-abort' && event.state === 'delta' });
    const answer = await client.call('chat.abort', { sessionKey: 'agent:main:main', runId: 'e2e-abort' });
    assert.deepEqual(answer, { ok: true, aborted: true, runIds: ['e2e-abort'] });
    await client.event('chat', { where: (event) => event.runId === 'e2e-abort' && event.state === 'aborted' });
    assert.deepEqual(await client.call('chat.abort', { sessionKey: 'agent:main:main' }), { ok: true, aborted: false, runIds: [] });
  });

  test('agent answers twice on one request id, agent.wait knows the run', async () => {
    const client = await gateway.connect();
    const params = { message: 'say from the agent', agentId: 'main', idempotencyKey: 'e2e-agent' };
    const final = await client.request('agent', params, 10_000, { final: true });
    assert.equal(final.status, 'ok');
    assert.equal(final.result.payloads[0].text, 'from the agent');
    const accepted = client.frames.find((frame) => frame.type === 'res' && frame.payload?.status === 'accepted');
    assert.equal(accepted.payload.runId, 'e2e-agent');
    assert.equal((await client.call('agent.wait', { runId: 'e2e-agent', timeoutMs: 1000 })).status, 'ok');
    const asked = Date.now();
    assert.equal((await client.call('agent.wait', { runId: 'never heard of', timeoutMs: 300 })).status, 'timeout');
    assert.ok(Date.now() - asked >= 290);
  });

  test('status methods have the promised shapes', async () => {
    const client = await gateway.connect();
    const channels = await client.call('channels.status', { probe: false });
    assert.deepEqual(channels.channelOrder, ['telegram']);
    assert.equal(channels.channelAccounts.telegram[0].accountId, 'default');
    assert.equal(channels.channelAccounts.telegram[0].connected, true);
    assert.ok(Array.isArray(await client.call('system-presence')));
    assert.ok(Array.isArray((await client.call('sessions.list')).sessions));
    const tail = await client.call('logs.tail', { limit: 5 });
    assert.ok(tail.lines.length > 0 && tail.cursor === tail.size);
    const config = await client.call('config.get');
    assert.ok(!JSON.stringify(config).includes('FAKE-TOKEN') && !JSON.stringify(config).includes(GATEWAY_TOKEN), 'secrets are redacted');
    assert.ok(config.hash);
  });

  test('channels.stop stops polling until channels.start', async () => {
    const client = await gateway.connect();
    await client.call('channels.stop', { channel: 'telegram', accountId: 'default' });
    await eventually(async () => !(await scene.telegram.ctl('GET /state')).bots[0].polling, 'the poll to end');
    await scene.chat(5100).say('say while away');
    await client.call('channels.start', { channel: 'telegram', accountId: 'default' });
    await scene.chat(5100).answer('while away', { timeout: 15_000 });
  });

  test('send delivers to a chat and is idempotent by its key', async () => {
    const client = await gateway.connect();
    const params = { channel: 'telegram', to: '5200', message: 'from outside', idempotencyKey: 'e2e-send' };
    await client.call('send', params);
    await client.call('send', params);
    await scene.chat(5200).answer('from outside');
    assert.equal((await scene.chat(5200).answers()).length, 1);
  });
});

describe('starting and stopping', () => {
  test('the key of a send that comes again after a restart sends nothing, and gets the outcome of then', async (t) => {
    const { gateway, chat } = await stage(t);
    await gateway.workerReady('telegram');
    const params = { channel: 'telegram', to: '5201', message: 'just once', idempotencyKey: 'over-a-restart' };
    const first = await gateway.call('send', params);
    await gateway.restart();
    await gateway.workerReady('telegram');
    const again = await gateway.call('send', params);
    assert.equal(again.messageId, first.messageId);
    assert.equal((await chat(5201).answers()).length, 1);
  });

  test('SIGTERM: clients hear shutdown and 1012, exit code 0, no process is left', async (t) => {
    const { gateway } = await stage(t);
    const client = await gateway.connect();
    const ending = gateway.stop('SIGTERM');
    await client.event('shutdown');
    assert.equal((await client.closed).code, 1012);
    assert.deepEqual(await ending, { code: 0, signal: null });
  });

  test('a port that is taken: a sentence that names it, exit 1', async (t) => {
    const squatter = net.createServer().listen(0, '127.0.0.1');
    t.after(() => squatter.close());
    await new Promise((done) => squatter.once('listening', done));
    const { port } = squatter.address();
    const gateway = new Gateway({ config: configuration({ port }), port });
    t.after(() => gateway.close());
    assert.equal((await gateway.spawn().ending()).code, 1);
    assert.match(gateway.output, new RegExp(`${port}`));
    assert.match(gateway.output, /in use|already listening/i);
  });

  test('a second instance on the same state directory is refused and the first does not notice', async (t) => {
    const { gateway, chat } = await stage(t);
    const port = await freePort();
    const second = new Gateway({ stateDir: gateway.stateDir, port, args: ['--port', String(port)] });
    second.config = gateway.config;
    t.after(() => second.stop());
    const ending = await second.spawn().ending(15_000);
    assert.notEqual(ending.code, 0);
    assert.match(second.output, /already running|another gateway|in use by/i);
    assert.match(second.output, new RegExp(`${gateway.pid}`), 'it names the owner');
    await chat(5300).ask('say undisturbed', 'undisturbed');
  });

  test('readiness does not wait for the network', async (t) => {
    const { gateway } = await stage(t, { start: false });
    const dead = await freePort();
    const { port } = gateway;
    gateway.writeConfig({ ...gateway.config, channels: { telegram: { ...gateway.config.channels.telegram, apiRoot: `http://127.0.0.1:${dead}` } } });
    await gateway.start();
    assert.equal((await gateway.http('/readyz')).status, 200);
    assert.equal(gateway.port, port);
  });

  test('a bad bot token is the trouble of that channel alone, and says so', async (t) => {
    const { gateway, telegram } = await stage(t, { start: false });
    gateway.writeConfig({ ...gateway.config, channels: { telegram: { ...gateway.config.channels.telegram, botToken: '999999:REVOKED-TOKEN-abcdefghijklmnopqrstuvwxyz' } } });
    await gateway.start();
    const account = await eventually(async () => {
      const { channelAccounts } = await gateway.call('channels.status');
      return channelAccounts.telegram[0].lastError && channelAccounts.telegram[0];
    }, 'the reason in channels.status');
    assert.match(account.lastError, /token|unauthor/i);
    const polls = (await telegram.ctl('GET /calls', {}, { method: 'getUpdates' })).calls;
    assert.equal(polls.length, 0);
    const client = await gateway.connect();
    assert.equal((await client.request('agent', { message: 'say alive', idempotencyKey: 'alive' }, 10_000, { final: true })).result.payloads[0].text, 'alive');
  });
});
