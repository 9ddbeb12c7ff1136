// Every way to be refused, as a table: what is sent, what comes back, with which code and words the connection ends
// (PROTOCOL.md 1 to 9). Raw sockets, so that each rule can be broken by itself.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { connectParams, Device } from './device.mjs';
import { configuration, freePort, Gateway, GATEWAY_TOKEN } from './harness.mjs';
import { RawSocket } from './raw_socket.mjs';

const PASSWORD = 'e2e-shared-password';
const AFAR = { 'x-forwarded-for': '192.0.2.9' };
const EVIL = { origin: 'https://evil.example' };
const RIGHT = { token: GATEWAY_TOKEN };
const UI = { id: 'openclaw-control-ui', mode: 'webchat' };
const CLI = { id: 'cli', mode: 'cli' };
const NODE = { id: 'node-host', mode: 'node' };
const device = new Device();

const gateways = {};
async function startGateway(name, gatewayConfig) {
  const port = await freePort();
  const config = configuration({ port, more: { gateway: gatewayConfig } });
  if (gatewayConfig.auth?.mode && gatewayConfig.auth.mode !== 'token') delete config.gateway.auth.token;
  gateways[name] = new Gateway({ config, port });
  await gateways[name].start();
}

// ------------------------------------------------------------------ what is expected

const closed = (code, reason = '') => ({ close: { code, reason } });
const refused = (message, details, { code = 'INVALID_REQUEST', close = 1008, reason = message, ...more } = {}) => ({ error: { code, message, ...(details ? { details } : {}), ...more }, close: { code: close, reason } });
const badParams = (complaint) => refused(`invalid connect params: ${complaint}`);
const detailed = (message, code, reason) => refused(message, { code, reason });
const auth = (message, code, authReason, recommendedNextStep, canRetryWithDeviceToken = false) => refused(`unauthorized: ${message}`, { code, authReason, canRetryWithDeviceToken, recommendedNextStep });
const unpaired = (message, code) => refused(message, { code }, { code: 'NOT_PAIRED' });
const originRefused = (reason) => detailed('origin not allowed (open the Control UI from the gateway host or allow it in gateway.controlUi.allowedOrigins)', 'CONTROL_UI_ORIGIN_NOT_ALLOWED', reason);
const protocolRefused = (min, max) => refused('protocol mismatch', { code: 'PROTOCOL_MISMATCH', clientMinProtocol: min, clientMaxProtocol: max, expectedProtocol: 4, minimumProbeProtocol: 3 }, { close: 1002 });
const tokenMismatch = auth('gateway token mismatch (provide gateway auth token)', 'AUTH_TOKEN_MISMATCH', 'token_mismatch', 'update_auth_credentials');
const passwordMismatch = auth('gateway password mismatch (provide gateway auth password)', 'AUTH_PASSWORD_MISMATCH', 'password_mismatch', 'update_auth_credentials');
const deviceTokenMismatch = auth('device token mismatch (rotate/reissue device token)', 'AUTH_DEVICE_TOKEN_MISMATCH', 'device_token_mismatch', 'update_auth_credentials');
const setupCodeInvalid = auth('setup code invalid, expired, revoked, or already used (ask for a new one)', 'AUTH_BOOTSTRAP_TOKEN_INVALID', 'bootstrap_token_invalid', 'review_auth_configuration');
const noDevice = unpaired('device identity required', 'DEVICE_IDENTITY_REQUIRED');
const http = (status, body, type) => ({ http: { status, body, type } });
const json = (message, type) => JSON.stringify({ error: { message, type } });
const proxyRefused = http(403, json('Proxy client attribution is required. Configure gateway.trustedProxies narrowly and make the proxy overwrite or safely rebuild forwarded client headers.', 'proxy_attribution_required'), 'application/json; charset=utf-8');
const hostRefused = http(403, json("This Host is not a name of the gateway. Use 127.0.0.1 or localhost, or add the page's origin to gateway.controlUi.allowedOrigins.", 'host_not_allowed'), 'application/json; charset=utf-8');
const keyRefused = http(400, 'Missing or invalid Sec-WebSocket-Key header', 'text/html');

// ------------------------------------------------------------------ what is sent

const text = (message) => () => message;
const connect = (over) => () => ({ type: 'req', id: 'c1', method: 'connect', params: connectParams(over) });
const without = (name) => () => { const params = connectParams({ auth: RIGHT }); delete params[name]; return { type: 'req', id: 'c1', method: 'connect', params }; };
// With a device; `how` breaks its proof (see Device.proof).
const signed = (over, how, who = device) => (challenge) => {
  const params = connectParams(over);
  return { type: 'req', id: 'c1', method: 'connect', params: { ...params, device: { ...who.proof(params, challenge, how?.(challenge)) } } };
};

const ROWS = [
  // --- the upgrade
  ['no Sec-WebSocket-Key', { socket: { key: null } }, keyRefused],
  ['a key that is no key', { socket: { key: 'short' } }, keyRefused],
  ['X-Forwarded-For from nobody we know', { headers: AFAR }, proxyRefused],
  ['Forwarded from nobody we know', { headers: { forwarded: 'for=192.0.2.9' } }, proxyRefused],
  ['X-Real-IP from nobody we know', { headers: { 'x-real-ip': '192.0.2.9' } }, proxyRefused],
  ['X-Forwarded-Host from nobody we know', { headers: { 'x-forwarded-host': 'gw.example' } }, proxyRefused],
  ['X-Forwarded-Proto from nobody we know', { headers: { 'x-forwarded-proto': 'https' } }, proxyRefused],
  ['a rebound DNS name', { headers: { host: 'evil.example' } }, hostRefused],
  ['a rebound DNS name with port and its own origin', { headers: { host: 'evil.example:18789', origin: 'http://evil.example:18789' } }, hostRefused],
  ['a name that begins like loopback', { headers: { host: '127.0.0.1.evil.example' } }, hostRefused],
  // --- the first message
  ['no JSON', { send: text('{not json') }, closed(1000)],
  ['an empty message', { send: text('') }, closed(1000)],
  ['an object that is no frame', { send: text('{"hello":1}') }, closed(1008, 'invalid request frame')],
  ['an array', { send: text('[]') }, closed(1008, 'invalid request frame')],
  ['a string', { send: text('"connect"') }, closed(1008, 'invalid request frame')],
  ['an event frame', { send: text('{"type":"event","event":"tick"}') }, closed(1008, 'invalid request frame')],
  ['a frame with an unknown member', { send: text('{"type":"req","id":"c1","method":"connect","params":{},"more":1}') }, closed(1008, 'invalid request frame')],
  ['another method first', { send: text('{"type":"req","id":"c1","method":"health"}') }, refused('invalid handshake: first request must be connect')],
  ['more than 64 KiB', { send: text(`{"pad":"${'x'.repeat(65_536)}"}`) }, closed(1009)],
  ['exactly 64 KiB, and wrong', { send: () => { const frame = '{"type":"req","id":"c1","method":"connect","params":{"pad":""}}'; return frame.replace('""', `"${'x'.repeat(65_536 - frame.length)}"`); } }, badParams("must have required property 'minProtocol'; at root: unexpected property 'pad'")],
  ['nothing at all within the time for a handshake', { at: 'proxy' }, closed(1000)],
  // --- the params of connect
  ['no params', { send: text('{"type":"req","id":"c1","method":"connect"}') }, badParams('at root: must be object')],
  ['no minProtocol', { send: without('minProtocol') }, badParams("must have required property 'minProtocol'")],
  ['no maxProtocol', { send: without('maxProtocol') }, badParams("must have required property 'maxProtocol'")],
  ['no client', { send: without('client') }, badParams("must have required property 'client'")],
  ['an unknown member', { send: connect({ auth: RIGHT, bogus: true }) }, badParams("at root: unexpected property 'bogus'")],
  ['an unknown client id', { send: connect({ auth: RIGHT, client: { id: 'my-app' } }) }, badParams('at /client/id: must be equal to one of the allowed values')],
  ['an unknown client mode', { send: connect({ auth: RIGHT, client: { mode: 'operator' } }) }, badParams('at /client/mode: must be equal to one of the allowed values')],
  ['a protocol that is text', { send: connect({ auth: RIGHT, minProtocol: '4' }) }, badParams('at /minProtocol: must be integer')],
  ['protocol 0', { send: connect({ auth: RIGHT, minProtocol: 0 }) }, badParams('at /minProtocol: must be >= 1')],
  ['scopes that are no list', { send: connect({ auth: RIGHT, scopes: 'operator.read' }) }, badParams('at /scopes: must be array')],
  ['an unknown credential', { send: connect({ auth: { ...RIGHT, apiKey: 'x' } }) }, badParams("at /auth: unexpected property 'apiKey'")],
  ['a device without its nonce', { send: signed({ auth: RIGHT, client: CLI }, () => ({ over: { nonce: '' } })) }, badParams('at /device/nonce: must not have fewer than 1 characters')],
  ['a device without its key', { send: signed({ auth: RIGHT, client: CLI }, () => ({ over: { publicKey: undefined } })) }, badParams("at /device: must have required property 'publicKey'")],
  // --- protocol and role
  ['protocol 3 alone', { send: connect({ auth: RIGHT, minProtocol: 3, maxProtocol: 3 }) }, protocolRefused(3, 3)],
  ['protocols 5 to 6', { send: connect({ auth: RIGHT, minProtocol: 5, maxProtocol: 6 }) }, protocolRefused(5, 6)],
  ['an inverted range', { send: connect({ auth: RIGHT, minProtocol: 5, maxProtocol: 4 }) }, protocolRefused(5, 4)],
  ['protocol 2 from a probe', { send: connect({ auth: RIGHT, minProtocol: 1, maxProtocol: 2, client: { id: 'openclaw-probe', mode: 'probe' } }) }, protocolRefused(1, 2)],
  ['a role nobody has', { send: connect({ auth: RIGHT, role: 'admin' }) }, refused('invalid role')],
  ['a range that is wrong counts before a role that is', { send: connect({ auth: RIGHT, role: 'admin', maxProtocol: 3, minProtocol: 3 }) }, protocolRefused(3, 3)],
  // --- pages
  ['a foreign page as the Control UI', { headers: EVIL, send: connect({ auth: RIGHT, client: UI }) }, originRefused('origin not allowed')],
  ['a foreign page as a backend', { headers: EVIL, send: connect({ auth: RIGHT }) }, originRefused('origin not allowed')],
  ['a foreign page as a command line', { headers: EVIL, send: connect({ auth: RIGHT, client: CLI }) }, originRefused('origin not allowed')],
  ['a page of another port', { headers: { origin: 'http://127.0.0.1:1' }, send: connect({ auth: RIGHT }) }, originRefused('origin not allowed')],
  ['an opaque origin', { headers: { origin: 'null' }, send: connect({ auth: RIGHT }) }, originRefused('origin missing or invalid')],
  ['an origin with a path', { headers: { origin: 'http://127.0.0.1/x' }, send: connect({ auth: RIGHT }) }, originRefused('origin missing or invalid')],
  ['webchat without an origin', { send: connect({ auth: RIGHT, client: { id: 'webchat', mode: 'webchat' } }) }, originRefused('origin missing or invalid')],
  ['the Control UI without an origin', { send: connect({ auth: RIGHT, client: UI }) }, originRefused('origin missing or invalid')],
  ['the Control UI without a device', { headers: 'own', send: connect({ auth: RIGHT, client: UI }) }, refused('control ui requires device identity (use HTTPS or localhost secure context)', { code: 'CONTROL_UI_DEVICE_IDENTITY_REQUIRED' })],
  // --- the device
  ['a flipped signature', { send: signed({ auth: RIGHT, client: CLI }, () => ({ signed: { token: 'other' } })) }, detailed('device signature invalid', 'DEVICE_AUTH_SIGNATURE_INVALID', 'device-signature')],
  ['a signature that is no base64', { send: signed({ auth: RIGHT, client: CLI }, () => ({ over: { signature: '!!' } })) }, detailed('device signature invalid', 'DEVICE_AUTH_SIGNATURE_INVALID', 'device-signature')],
  ['a signature over another platform', { send: signed({ auth: RIGHT, client: CLI }, () => ({ signed: { platform: 'windows' } })) }, detailed('device signature invalid', 'DEVICE_AUTH_SIGNATURE_INVALID', 'device-signature')],
  ['a signature over the password', { send: signed({ auth: { password: GATEWAY_TOKEN }, client: CLI }, () => ({ signed: { token: GATEWAY_TOKEN } })) }, detailed('device signature invalid', 'DEVICE_AUTH_SIGNATURE_INVALID', 'device-signature')],
  ['a v4 payload', { send: signed({ auth: RIGHT, client: CLI }, () => ({ signed: { version: 'v4' } })) }, detailed('device signature invalid', 'DEVICE_AUTH_SIGNATURE_INVALID', 'device-signature')],
  ["another socket's nonce", { send: signed({ auth: RIGHT, client: CLI }, () => ({ signed: { nonce: 'abc' } })) }, detailed('device nonce mismatch', 'DEVICE_AUTH_NONCE_MISMATCH', 'device-nonce-mismatch')],
  ['signed ten minutes ago', { send: signed({ auth: RIGHT, client: CLI }, ({ ts }) => ({ signed: { signedAt: ts - 600_000 } })) }, detailed('device signature expired', 'DEVICE_AUTH_SIGNATURE_EXPIRED', 'device-signature-stale')],
  ['signed 130 s in the future', { send: signed({ auth: RIGHT, client: CLI }, ({ ts }) => ({ signed: { signedAt: ts + 130_000 } })) }, detailed('device signature expired', 'DEVICE_AUTH_SIGNATURE_EXPIRED', 'device-signature-stale')],
  ["another device's id", { send: signed({ auth: RIGHT, client: CLI }, () => ({ over: { id: '0'.repeat(64) } })) }, detailed('device identity mismatch', 'DEVICE_AUTH_DEVICE_ID_MISMATCH', 'device-id-mismatch')],
  ['a key of three bytes', { send: signed({ auth: RIGHT, client: CLI }, () => ({ over: { publicKey: 'AAAA' } })) }, detailed('device identity mismatch', 'DEVICE_AUTH_DEVICE_ID_MISMATCH', 'device-id-mismatch')],
  ['the signature is judged before the token', { send: signed({ auth: { token: 'wrong' }, client: CLI }, () => ({ signed: { token: 'other' } })) }, detailed('device signature invalid', 'DEVICE_AUTH_SIGNATURE_INVALID', 'device-signature')],
  // --- credentials
  ['a wrong token', { send: connect({ auth: { token: 'wrong' } }) }, tokenMismatch],
  ['a wrong token as a command line', { send: connect({ auth: { token: 'wrong' }, client: CLI }) }, tokenMismatch],
  ['a wrong secret in the other field', { send: connect({ auth: { password: 'wrong' } }) }, tokenMismatch],
  ['the right token with a space', { send: connect({ auth: { token: `${GATEWAY_TOKEN} ` } }) }, tokenMismatch],
  ['a token in the URL', { socket: { path: `/?token=${GATEWAY_TOKEN}` }, send: connect() }, noDevice],
  ['a token in the Authorization header', { headers: { authorization: `Bearer ${GATEWAY_TOKEN}` }, send: connect() }, noDevice],
  ['nothing at all', { send: connect() }, noDevice],
  ['an empty token', { send: connect({ auth: { token: '' } }) }, noDevice],
  ['a node without a device', { send: connect({ auth: RIGHT, role: 'node', client: NODE }) }, noDevice],
  ['a device without a credential', { send: signed({ client: CLI }) }, auth("gateway token missing (use this gateway's gateway.auth.token or pair the device)", 'AUTH_TOKEN_MISSING', 'token_missing', 'update_auth_configuration')],
  ['a device with a wrong token', { send: signed({ auth: { token: 'wrong' }, client: CLI }) }, auth("gateway token mismatch (use this gateway's gateway.auth.token or pair the device)", 'AUTH_TOKEN_MISMATCH', 'token_mismatch', 'retry_with_device_token', true)],
  ['a device with a wrong device token', { send: signed({ auth: { deviceToken: 'wrong' }, client: CLI }) }, deviceTokenMismatch],
  ['a device with both wrong', { send: signed({ auth: { token: 'wrong', deviceToken: 'wrong' }, client: CLI }) }, deviceTokenMismatch],
  ['the Control UI with a wrong token', { headers: 'own', send: signed({ auth: { token: 'wrong' }, client: UI }) }, auth('gateway token mismatch (open the dashboard URL and paste the token in Control UI settings)', 'AUTH_TOKEN_MISMATCH', 'token_mismatch', 'retry_with_device_token', true)],
  ['a made up setup code', { send: connect({ auth: { bootstrapToken: 'x' } }) }, setupCodeInvalid],
  ['a made up setup code of a device', { send: signed({ auth: { bootstrapToken: 'x' }, client: NODE, role: 'node', scopes: [] }) }, setupCodeInvalid],
  // --- other modes
  ['password mode: a wrong password', { at: 'password', send: connect({ auth: { password: 'wrong' } }) }, passwordMismatch],
  ['password mode: the wrong one in the other field', { at: 'password', send: connect({ auth: { token: 'wrong' } }) }, passwordMismatch],
  ['password mode: a device without a password', { at: 'password', send: signed({ client: CLI }) }, auth('gateway password missing (provide gateway auth password)', 'AUTH_PASSWORD_MISSING', 'password_missing', 'update_auth_configuration')],
  ['mode none: a command line without a device', { at: 'none', send: connect({ client: CLI }) }, noDevice],
  ['mode none: a probe without a device', { at: 'none', send: connect({ client: { id: 'cli', mode: 'probe' } }) }, noDevice],
  ['by proxy: straight from this machine, with nothing', { at: 'proxy', send: connect() }, auth('connect through the trusted proxy (its address must be in gateway.trustedProxies)', 'AUTH_UNAUTHORIZED', 'trusted_proxy_untrusted_source', 'review_auth_configuration')],
  ['by proxy: without the user', { at: 'proxy', headers: AFAR, send: connect() }, auth('the proxy sent no identity header (see gateway.auth.trustedProxy.userHeader)', 'AUTH_IDENTITY_HEADER_REQUIRED', 'trusted_proxy_user_missing', 'review_auth_configuration')],
  ['by proxy: without a required header', { at: 'proxy', headers: { ...AFAR, 'x-user': 'ada' }, send: connect() }, auth('the proxy sent no identity header (see gateway.auth.trustedProxy.userHeader)', 'AUTH_IDENTITY_HEADER_REQUIRED', 'trusted_proxy_user_missing', 'review_auth_configuration')],
  ['by proxy: a user who is not on the list', { at: 'proxy', headers: { ...AFAR, 'x-user': 'eve', 'x-verified': '1' }, send: connect() }, auth('this user is not allowed (see gateway.auth.trustedProxy.allowUsers)', 'AUTH_VERIFIED_USER_REQUIRED', 'trusted_proxy_user_not_allowed', 'review_auth_configuration')],
  ['by proxy: a page of another site', { at: 'proxy', headers: { ...AFAR, 'x-user': 'ada', 'x-verified': '1', ...EVIL }, send: connect({ client: UI }) }, originRefused('origin not allowed')],
];

async function outcome({ at = 'token', headers = {}, socket = {}, send }) {
  const { port } = gateways[at];
  const raw = new RawSocket(port, { headers: headers === 'own' ? { origin: `http://127.0.0.1:${port}` } : headers, ...socket });
  try {
    if (send) raw.send(send(await raw.challenge()));
    const ended = await raw.ended;
    return { ended, response: raw.response, error: raw.frames.find((frame) => frame.type === 'res')?.error };
  } finally {
    raw.close();
  }
}

describe('refusals', () => {
  before(async () => {
    await Promise.all([
      startGateway('token', {}),
      startGateway('password', { auth: { mode: 'password', password: PASSWORD } }),
      startGateway('none', { auth: { mode: 'none' } }),
      startGateway('proxy', {
        trustedProxies: ['127.0.0.1'], handshakeTimeoutMs: 3000,
        auth: { mode: 'trusted-proxy', trustedProxy: { userHeader: 'X-User', requiredHeaders: ['X-Verified'], allowUsers: ['ada'], allowLoopback: true } },
      }),
    ]);
  });
  test.after(() => Promise.all(Object.values(gateways).map((gateway) => gateway.close())));

  test('the table has at least sixty rows', () => assert.ok(ROWS.length >= 60, `${ROWS.length}`));

  for (const [name, row, expected] of ROWS) {
    test(name, async () => {
      const seen = await outcome(row);
      if (expected.http) {
        assert.equal(seen.ended.status, expected.http.status);
        assert.equal(seen.ended.body, expected.http.body);
        assert.equal(seen.ended.headers['content-type'], expected.http.type);
        assert.equal(seen.ended.headers.connection, 'close');
        return;
      }
      assert.equal(seen.response.status, 101);
      assert.deepEqual(seen.error, expected.error);
      assert.deepEqual(seen.ended, expected.close);
      assert.ok(Buffer.byteLength(seen.ended.reason) <= 120);
    });
  }

  test('what is sent as frames after the handshake is answered, and the socket stays', async () => {
    const raw = new RawSocket(gateways.token.port);
    await raw.challenge();
    const { ok } = await raw.request('connect', connectParams({ auth: RIGHT }), 'c1');
    assert.ok(ok);
    const rows = [
      ['{"foo":1}', 'invalid', "invalid request frame: must have required property 'type'; at root: unexpected property 'foo'"],
      ['{"type":"req","method":"health"}', 'invalid', "invalid request frame: must have required property 'id'"],
      ['{"type":"req","id":"","method":"health"}', '', 'invalid request frame: at /id: must not have fewer than 1 characters'],
      ['{"type":"req","id":7,"method":"health"}', 7, 'invalid request frame: at /id: must be string'],
    ];
    for (const [frame, id, message] of rows) {
      raw.send(frame);
      const { error } = await raw.until(() => raw.frames.find((seen) => seen.type === 'res' && seen.id === id && seen.error?.message === message), `the answer to ${frame}`);
      assert.equal(error.code, 'INVALID_REQUEST');
    }
    raw.send('not json'); // silence
    const missing = { code: 'FORBIDDEN', message: 'missing scope: operator.admin', details: { code: 'MISSING_SCOPE', missingScope: 'operator.admin', requiredScopes: ['operator.admin'] } };
    assert.deepEqual((await raw.request('no.such.method')).error, missing);
    assert.deepEqual((await raw.request('connect', connectParams())).error, missing);
    assert.deepEqual((await raw.request('device.pair.setupCode', { bogus: 1 })).error, missing); // before the params
    assert.equal((await raw.request('device.pair.list')).error.message, 'missing scope: operator.pairing');
    assert.ok((await raw.request('health')).ok);
    raw.close();
  });

  test('a node is refused what operators ask, with the word for its role', async () => {
    const raw = new RawSocket(gateways.token.port);
    const challenge = await raw.challenge();
    raw.send(signed({ auth: RIGHT, role: 'node', scopes: [], client: NODE }, undefined, new Device())(challenge));
    assert.ok((await raw.answer('c1')).ok);
    assert.deepEqual((await raw.request('status')).error, { code: 'INVALID_REQUEST', message: 'unauthorized role: node' });
    raw.close();
  });

  test('more than 25 MiB after the handshake is cut off with 1009', async () => {
    const raw = new RawSocket(gateways.token.port);
    await raw.challenge();
    assert.ok((await raw.request('connect', connectParams({ auth: RIGHT }), 'c1')).ok);
    raw.send(`{"pad":"${'x'.repeat(26_214_400)}"}`);
    assert.deepEqual(await raw.ended, { code: 1009, reason: '' });
  });

  test('the thirty-third socket that has not said who it is gets 503', async () => {
    const { port } = gateways.none;
    const waiting = Array.from({ length: 32 }, () => new RawSocket(port));
    try {
      await Promise.all(waiting.map((raw) => raw.challenge()));
      const late = new RawSocket(port);
      const refusal = await late.ended;
      assert.equal(refusal.status, 503);
      assert.equal(refusal.body, 'Too many unauthenticated sockets');
    } finally {
      for (const raw of waiting) raw.close();
    }
  });

  test('one address from afar gets half of them, and leaves the rest to others', async () => {
    const { port } = gateways.proxy;
    const from = (ip) => new RawSocket(port, { headers: { 'x-forwarded-for': ip } });
    const waiting = Array.from({ length: 16 }, () => from('198.51.100.7'));
    try {
      await Promise.all(waiting.map((raw) => raw.challenge()));
      assert.equal((await from('198.51.100.7').ended).status, 503);
      const other = from('198.51.100.8');
      waiting.push(other);
      assert.ok((await other.challenge()).nonce);
    } finally {
      for (const raw of waiting) raw.close();
    }
  });

  test('a rebound name is refused over plain HTTP, probes included', async () => {
    const { status, json: body } = await gateways.token.http('/readyz', { headers: { host: 'evil.example' } });
    assert.equal(status, 403);
    assert.equal(body.error.type, 'host_not_allowed');
  });
});
