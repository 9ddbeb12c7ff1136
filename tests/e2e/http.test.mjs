// Plain HTTP as it is on the wire: the original's own exchanges, tools, numbers, probes behind a proxy, methods and headers.
import { test, describe, before } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { once } from 'node:events';
import { sharedStage, stage, eventually, REPOSITORY, GATEWAY_TOKEN } from './harness.mjs';

const ENDPOINTS = { http: { endpoints: { chatCompletions: { enabled: true }, responses: { enabled: true } } } };
const bearer = (token = GATEWAY_TOKEN) => ({ authorization: `Bearer ${token}` });
const golden = JSON.parse(fs.readFileSync(path.join(REPOSITORY, 'tests/golden/http/exchanges.json'), 'utf8')).exchanges;

// Ids, times, counts and what the fake said.
const masked = (text) => text
  .replace(/(chatcmpl|resp|msg)_[0-9a-f-]{36}/g, '$1_ID')
  .replace(/"created(_at)?":[1-9]\d*/g, '"created$1":TIME')
  .replace(/"(prompt|completion|total|input|output)_tokens":\d+/g, '"$1_tokens":N')
  .replace(/"(content|text)":"[^"]+"/g, '"$1":"WORDS"');

function metric(page, name, labels = '') {
  const line = page.split('\n').find((row) => row.startsWith(`${name}${labels} `));
  return line === undefined ? undefined : Number(line.slice(name.length + labels.length + 1));
}

describe('plain HTTP', () => {
  const scene = sharedStage({ more: { gateway: ENDPOINTS } });
  let gateway;
  before(async () => {
    ({ gateway } = scene);
    await gateway.workerReady('telegram');
    await gateway.workerReady('agent');
  });
  const post = (route, body, headers = bearer()) => gateway.http(route, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });

  for (const exchange of golden)
    test(`answers like the original: ${exchange.name}`, async () => {
      const token = { right: bearer(), wrong: bearer('wrong') }[exchange.token] ?? {};
      const answer = await gateway.http(exchange.path, { method: exchange.method, headers: { ...token, ...exchange.headers }, body: exchange.body ?? undefined });
      assert.equal(answer.status, exchange.status);
      for (const [name, value] of Object.entries(exchange.answer_headers)) assert.equal(answer.headers[name], value, name);
      assert.equal(masked(answer.text), masked(exchange.answer));
    });

  test('every answer has the security headers, also refusals', async () => {
    for (const [route, options] of [['/healthz', {}], ['/nope', {}], ['/v1/models', {}], ['/v1/models', { headers: bearer() }], ['/metrics', {}],
      ['/tools/invoke', { method: 'POST', body: '{}' }], ['/v1/chat/completions', { method: 'OPTIONS' }]]) {
      const { headers } = await gateway.http(route, options);
      assert.equal(headers['x-content-type-options'], 'nosniff', route);
      assert.equal(headers['referrer-policy'], 'no-referrer', route);
      assert.match(headers['permissions-policy'], /camera=\(\)/, route);
      assert.ok(!Object.keys(headers).some((name) => name.startsWith('access-control')), route);
    }
  });

  test('HEAD is GET without the body, OPTIONS and strangers among methods are 405', async () => {
    for (const route of ['/v1/models', '/v1/models/openclaw', '/metrics']) {
      const [get, head] = [await gateway.http(route, { headers: bearer() }), await gateway.http(route, { method: 'HEAD', headers: bearer() })];
      assert.equal(head.status, 200);
      assert.equal(head.text, '');
      assert.equal(head.headers['content-type'], get.headers['content-type']);
      if (route !== '/metrics') assert.equal(head.headers['content-length'], get.headers['content-length']);
      for (const method of ['OPTIONS', 'POST', 'DELETE', 'PUT', 'PATCH']) {
        const refused = await gateway.http(route, { method, headers: bearer() });
        assert.equal(refused.status, 405, `${method} ${route}`);
        assert.equal(refused.headers.allow, 'GET, HEAD');
      }
    }
  });

  test('the secret does not count in a URL', async () => {
    for (const query of [`?token=${GATEWAY_TOKEN}`, `?access_token=${GATEWAY_TOKEN}`, `?auth=${GATEWAY_TOKEN}`])
      assert.equal((await gateway.http(`/v1/models${query}`)).status, 401);
    assert.ok(!gateway.output.includes(GATEWAY_TOKEN));
  });

  test('a stream is events in chunks, and its connection serves on', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (body) => new Promise((resolve, reject) => {
      const request = http.request(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers: bearer(), agent }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part) => { text += part; }).on('end', () => resolve({ headers: response.headers, text, port: request.socket.localPort }));
      }).on('error', reject);
      request.end(JSON.stringify({ model: 'openclaw', messages: [{ role: 'user', content: 'say hi' }], ...body }));
    });
    const streamed = await ask({ stream: true });
    assert.equal(streamed.headers['content-type'], 'text/event-stream; charset=utf-8');
    assert.equal(streamed.headers['transfer-encoding'], 'chunked');
    assert.equal(streamed.headers['cache-control'], 'no-cache');
    assert.match(streamed.text, /^data: \{"id":"chatcmpl_/);
    assert.ok(streamed.text.endsWith('data: [DONE]\n\n'));
    const whole = await ask({});
    assert.equal(whole.port, streamed.port, 'the same connection');
    assert.match(whole.headers['x-request-id'], /^chatcmpl_/);
    agent.destroy();
  });

  test('the id of an answer is one that explain knows', async () => {
    const { id } = (await post('/v1/chat/completions', { messages: [{ role: 'user', content: 'say hi' }] })).json;
    const told = await gateway.call('messages.explain', { id });
    assert.ok(JSON.stringify(told).includes(id));
  });

  test('tools that exist answer, all others do not', async () => {
    await post('/v1/responses', { input: 'say hello', user: 'tools' });
    const list = (await post('/tools/invoke', { tool: 'sessions_list', args: { limit: 50 } })).json;
    assert.equal(list.ok, true);
    assert.equal(list.result.content[0].type, 'text');
    const sessions = JSON.parse(list.result.content[0].text).sessions;
    const key = 'agent:main:openresponses:user:tools';
    assert.ok(sessions.some((session) => session.key === key));
    assert.deepEqual(list.result.details.sessions.map((session) => session.key), (await gateway.call('sessions.list', { limit: 50 })).sessions.map((session) => session.key));
    const history = (await post('/tools/invoke', { name: 'sessions_history', sessionKey: key })).json;
    assert.deepEqual(history.result.details.messages.map((message) => message.role), ['user', 'assistant']);
    assert.equal((await post('/tools/invoke', { tool: 'session_status', sessionKey: key })).status, 200);
    assert.equal((await post('/tools/invoke', { tool: 'session_status', args: 'text' })).status, 200);
    assert.equal((await post('/tools/invoke', { tool: 'agents_list' })).json.result.details.agents[0].id, 'main');
    for (const tool of ['exec', 'cron', 'gateway', 'sessions_send', 'nodes'])
      assert.deepEqual((await post('/tools/invoke', { tool })).json, { ok: false, error: { type: 'not_found', message: `Tool not available: ${tool}` } });
    const broken = await post('/tools/invoke', '{');
    assert.equal(broken.status, 400);
    assert.equal(broken.json.error.type, 'invalid_request');
  });

  test('the numbers say what health and workers.list say', async () => {
    const page = (await gateway.http('/metrics')).text;
    for (const line of page.trim().split('\n'))
      assert.match(line, /^(# (HELP|TYPE) [a-z_0-9]+ .+|[a-z_0-9]+(\{[a-z]+="[^"\\]*"(,[a-z]+="[^"\\]*")*\})? (-?[0-9.]+(e[+-]?\d+)?|NaN|\+Inf))$/);
    for (const worker of await gateway.workers()) {
      const label = `{worker="${worker.id}"}`;
      assert.equal(metric(page, 'openclaw_worker_state', `{worker="${worker.id}",state="${worker.state}"}`), 1);
      assert.equal(metric(page, 'openclaw_worker_restarts_total', label), worker.restarts.total);
      assert.ok(Math.abs(metric(page, 'openclaw_worker_uptime_seconds', label) - worker.uptimeMs / 1000) < 5);
      assert.ok(Math.abs(metric(page, 'openclaw_worker_resident_memory_bytes', label) / worker.resources.rssBytes - 1) < 0.5);
    }
    const health = await gateway.call('health', { probe: true });
    assert.equal(metric(page, 'openclaw_sessions'), health.sessions.count);
    assert.equal(metric(page, 'openclaw_ready'), 1);
    await eventually(async () => metric((await gateway.http('/metrics')).text, 'openclaw_channel_connected', '{channel="telegram",account="default"}') === 1, 'the channel to be connected');
    assert.equal(metric(page, 'openclaw_runs_active'), 0);
    const status = await gateway.call('status');
    assert.ok(metric((await gateway.http('/metrics')).text, 'openclaw_ledger_units_total') >= status.ledger.units);
  });

  test('the numbers follow a worker into its death and back', async () => {
    const { pid } = await gateway.workerReady('agent');
    const restarts = () => gateway.http('/metrics').then(({ text }) => metric(text, 'openclaw_worker_restarts_total', '{worker="agent"}'));
    const before = await restarts();
    process.kill(pid, 'SIGKILL');
    await gateway.workerReady('agent', { not: [pid] });
    assert.equal(await restarts(), before + 1);
  });

  test('too much is refused before it is sent', async () => {
    const refused = async (head) => {
      const socket = net.connect(gateway.port, '127.0.0.1');
      socket.write(`POST ${head}\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${GATEWAY_TOKEN}\r\n\r\n`);
      const [bytes] = await once(socket, 'data');
      socket.destroy();
      return Number(bytes.toString().slice(9, 12));
    };
    assert.equal(await refused('/v1/chat/completions HTTP/1.1\r\nContent-Length: 20971521'), 413);
    assert.equal(await refused('/tools/invoke HTTP/1.1\r\nContent-Length: 2097153'), 413);
    assert.equal(await refused('/v1/responses HTTP/1.1\r\nTransfer-Encoding: gzip, chunked'), 400);
    assert.equal(await refused('/v1/responses HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5'), 400);
    assert.equal(await refused('/v1/responses HTTP/1.1\r\nContent-Length: x'), 400);
    assert.equal((await post('/v1/chat/completions', JSON.stringify({ messages: [{ role: 'user', content: 'say big' }], metadata: { pad: 'p'.repeat(19_000_000) } }))).status, 200);
  });

  test('a body in chunks is taken, and cut off where it grows too large', async () => {
    const ask = (route, chunks) => new Promise((resolve, reject) => {
      const request = http.request(`${gateway.url}${route}`, { method: 'POST', headers: { ...bearer(), 'transfer-encoding': 'chunked' }, agent: false }, (response) => {
        let text = '';
        response.on('data', (part) => { text += part; }).on('end', () => resolve({ status: response.statusCode, text }));
      }).on('error', reject);
      for (const chunk of chunks) request.write(chunk);
      request.end();
    });
    const answer = await ask('/v1/chat/completions', ['{"messages":[{"role":"user",', '"content":"say in ', 'chunks"}]}']);
    assert.equal(answer.status, 200);
    assert.match(answer.text, /"content":"in chunks"/);
    const long = await ask('/tools/invoke', ['{"tool":"zzz","pad":"', ...Array(15).fill('p'.repeat(100_000)), '"}']);
    assert.equal(long.status, 404, 'read whole, and there is no such tool');
    const large = await ask('/tools/invoke', Array(25).fill('p'.repeat(100_000))).catch((error) => error);
    assert.ok(large.status === 413 || large.code === 'ECONNRESET' || large.code === 'EPIPE', large.status ?? large.code);
  });

  test('JSON that is deep, broken or no object is a plain 400', async () => {
    for (const body of ['', '{', 'null', '7', '"x"', '[]', '['.repeat(100_000), '{"messages":{}}'])
      assert.equal((await post('/v1/chat/completions', body)).status, 400, body.slice(0, 40));
    assert.equal((await gateway.http('/healthz')).status, 200);
  });
});

describe('behind a proxy', () => {
  const scene = sharedStage({ more: { gateway: { ...ENDPOINTS, trustedProxies: ['127.0.0.1'] } } });
  const forwarded = { 'x-forwarded-for': '203.0.113.9' };
  const ask = (route, headers = {}) => scene.gateway.http(route, { headers: { ...forwarded, ...headers } });

  test('probes answer everybody, with details only for who has the secret', async () => {
    for (const [route, detail] of [['/readyz', 'uptimeMs'], ['/startupz', 'version']]) {
      const bare = await ask(route);
      assert.equal(bare.status, 200);
      assert.ok(!(detail in bare.json), bare.text);
      assert.ok(detail in (await ask(route, bearer())).json);
      assert.ok(!(detail in (await ask(route, bearer('wrong'))).json));
      assert.ok(detail in (await scene.gateway.http(route)).json, 'this machine itself');
    }
  });

  test('the numbers need the secret', async () => {
    assert.equal((await ask('/metrics')).status, 401);
    assert.equal((await ask('/metrics', bearer())).status, 200);
    assert.equal((await scene.gateway.http('/metrics')).status, 200);
    assert.equal((await scene.gateway.http('/api/diagnostics/prometheus')).status, 401);
  });

  test('wrong secrets count for the address behind the proxy, and for no other', async () => {
    for (let i = 0; i < 10; i++) assert.equal((await ask('/v1/models', bearer('wrong'))).status, 401);
    const locked = await ask('/v1/models', bearer());
    assert.equal(locked.status, 429);
    assert.ok(Number(locked.headers['retry-after']) > 200);
    assert.equal(locked.json.error.type, 'rate_limited');
    assert.equal((await ask('/v1/models', { ...bearer(), 'x-forwarded-for': '203.0.113.10' })).status, 200);
    assert.equal((await scene.gateway.http('/v1/models', { headers: bearer() })).status, 200);
  });
});

test('what is switched off is not there, and a change of the configuration counts at once', async (t) => {
  const { gateway } = await stage(t);
  for (const route of ['/v1/models', '/v1/chat/completions', '/v1/responses', '/v1/embeddings'])
    assert.equal((await gateway.http(route, { headers: bearer() })).status, 404, route);
  assert.equal((await gateway.http('/v1/chat/completions', { method: 'POST', headers: bearer(), body: '{}' })).status, 404);
  const { hash } = await gateway.call('config.get');
  const http = { ...ENDPOINTS.http, securityHeaders: { strictTransportSecurity: 'max-age=9' } };
  await gateway.call('config.patch', { raw: JSON.stringify({ gateway: { http } }), baseHash: hash });
  const there = await gateway.http('/v1/models', { headers: bearer() });
  assert.equal(there.status, 200);
  assert.equal(there.headers['strict-transport-security'], 'max-age=9');
});

test('without a secret: foreign pages stay out, scopes may be narrowed, one header makes HTTPS stick', async (t) => {
  const { gateway } = await stage(t, { more: { gateway: { ...ENDPOINTS, auth: { mode: 'none' }, http: { ...ENDPOINTS.http, securityHeaders: { strictTransportSecurity: 'max-age=31536000' } } } } });
  await gateway.workerReady('agent');
  const post = (headers) => gateway.http('/v1/chat/completions', { method: 'POST', headers, body: JSON.stringify({ messages: [{ role: 'user', content: 'say hi' }] }) });
  const fine = await post({});
  assert.equal(fine.status, 200);
  assert.equal(fine.headers['strict-transport-security'], 'max-age=31536000');
  assert.equal((await gateway.http('/healthz')).headers['strict-transport-security'], 'max-age=31536000');
  assert.equal((await post({ origin: 'https://evil.example' })).status, 403);
  assert.equal((await post({ origin: 'null' })).status, 403);
  assert.equal((await post({ origin: gateway.url })).status, 200);
  const narrowed = await post({ 'x-openclaw-scopes': 'operator.read' });
  assert.equal(narrowed.status, 403);
  assert.equal(narrowed.json.error.details.missingScope, 'operator.write');
});

test('a proxy that vouches for its users needs no secret, and nobody else may say so', async (t) => {
  const auth = { mode: 'trusted-proxy', token: GATEWAY_TOKEN, trustedProxy: { userHeader: 'x-user', allowUsers: ['ada'], allowLoopback: true } };
  const { gateway } = await stage(t, { more: { gateway: { ...ENDPOINTS, auth, trustedProxies: ['127.0.0.1'] } } });
  const ask = async (headers) => (await gateway.http('/v1/models', { headers })).status;
  const proxied = { 'x-forwarded-for': '203.0.113.9' };
  assert.equal(await ask({ ...proxied, 'x-user': 'ada' }), 200);
  assert.equal(await ask({ ...proxied, 'x-user': 'ada', 'x-openclaw-scopes': 'operator.talk' }), 403);
  assert.equal(await ask({ ...proxied, 'x-user': 'eve' }), 401);
  assert.equal(await ask(proxied), 401);
  assert.equal(await ask({ ...proxied, ...bearer() }), 401);
  assert.equal(await ask({ ...proxied, 'x-user': 'ada', origin: 'https://evil.example' }), 403);
  assert.equal(await ask({ 'x-user': 'ada' }), 401);
  assert.equal(await ask(bearer()), 200);
});

test('a gateway that stops finishes what is being answered and takes nothing new', { timeout: 60_000 }, async (t) => {
  const { gateway, provider } = await stage(t, { more: { gateway: ENDPOINTS } });
  await gateway.workerReady('agent');
  const post = (content) => gateway.http('/v1/chat/completions', { method: 'POST', headers: bearer(), body: JSON.stringify({ messages: [{ role: 'user', content }] }) });
  const answer = post('slow 40 60');
  await eventually(() => provider.requests.length === 1, 'the run to begin');
  process.kill(gateway.pid, 'SIGTERM');
  const late = await eventually(async () => { const refused = await post('say late').catch(() => ({})); return refused.status === 503 && refused; }, 'new work to be refused');
  assert.ok(late.headers['retry-after']);
  assert.match((await answer).json.choices[0].message.content, /word39$/);
  assert.equal((await gateway.ending(15_000)).code, 0);
});
