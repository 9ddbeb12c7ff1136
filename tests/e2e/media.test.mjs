// Files through the whole gateway: from a client and from a channel to the model, and from `send` to a channel; also when
// a process dies on the way.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { stage, eventually, GATEWAY_TOKEN } from './harness.mjs';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const PNG_URL = `data:image/png;base64,${PNG}`;

const seeing = () => ({ models: { providers: { fake: { models: [{ id: 'fake-1', name: 'Fake', input: ['text', 'image'] }] } } } });
const blind = {};
const image = (name = 'photo.png', content = PNG) => ({ type: 'image', mimeType: 'image/png', fileName: name, content });
const lastContent = (request) => request.messages.at(-1).content;
const imagesOf = (request) => [lastContent(request)].flat().filter((part) => part?.type === 'image_url').map((part) => part.image_url.url);
const wordsOf = (request) => [lastContent(request)].flat().map((part) => (typeof part === 'string' ? part : part.text ?? '')).join('');
const asked = (provider, text) => provider.requests.filter((request) => request.userText.includes(text));
const rowsOfFiles = (gateway) => {
  const ledger = new DatabaseSync(path.join(gateway.stateDir, 'state/gateway-native.sqlite'), { readOnly: true });
  try { return ledger.prepare('select count(*) as n from files').get().n; } finally { ledger.close(); }
};

// One message of a stranger who sends a picture, and an outbox that keeps what it is given.
const echo = (inject = {}) => ({ channels: { echo: { enabled: true, dmPolicy: 'open', allowFrom: ['*'],
  inject: { count: 0, chat: '77', ...inject } } } });

async function chatAndWait(gateway, provider, params) {
  await gateway.call('chat.send', { sessionKey: 'main', ...params });
  const { requests, ok } = await provider.ctl('GET /wait', {}, { text: params.message });
  assert.ok(ok, 'the model was asked');
  return requests[0];
}

describe('files', { concurrency: 2 }, () => {
  test('an image of a client reaches a model that sees, once, and is a name in later turns', async (t) => {
    const { gateway, provider } = await stage(t, { more: seeing() });
    await gateway.workerReady('agent');
    const request = await chatAndWait(gateway, provider, { message: 'say look', idempotencyKey: 'i1', attachments: [image()] });
    assert.deepEqual(imagesOf(request), [PNG_URL]);
    assert.match(wordsOf(request), /say look\n\n\[image photo\.png, \d+ bytes\]$/);
    await eventually(() => rowsOfFiles(gateway) === 0, 'the file to go when its run is over');
    const later = await chatAndWait(gateway, provider, { message: 'say later', idempotencyKey: 'i2' });
    assert.ok(!JSON.stringify(later.messages).includes(PNG), 'no bytes in later turns');
    assert.ok(JSON.stringify(later.messages).includes('[image photo.png'), 'but the name');
  });

  test('a session is created with a picture as its first message', async (t) => {
    const { gateway, provider } = await stage(t, { more: seeing() });
    await gateway.workerReady('agent');
    const made = await gateway.call('sessions.create', { key: 'agent:main:pictured', attachments: [image()] });
    assert.equal(made.runStarted, true);
    const { requests } = await provider.ctl('GET /wait', {}, { text: 'photo.png' });
    assert.deepEqual(imagesOf(requests[0]), [PNG_URL]);
  });

  test('a picture needs no words when it comes with `agent`', async (t) => {
    const { gateway, provider } = await stage(t, { more: seeing() });
    await gateway.workerReady('agent');
    await gateway.call('agent', { sessionKey: 'main', message: '', idempotencyKey: 'w1', attachments: [image()] });
    const { requests } = await provider.ctl('GET /wait', {}, { text: 'photo.png' });
    assert.deepEqual(imagesOf(requests[0]), [PNG_URL]);
  });

  test('a model that does not see is told so', async (t) => {
    const { gateway, provider } = await stage(t, { more: blind });
    await gateway.workerReady('agent');
    const request = await chatAndWait(gateway, provider, { message: 'say what', idempotencyKey: 'b1', attachments: [image()] });
    assert.deepEqual(imagesOf(request), []);
    assert.match(wordsOf(request), /\[image photo\.png: not shown, this model does not see images\]$/);
  });

  test('the agent dies while the model looks: the next one is given the image again', async (t) => {
    const { gateway, provider } = await stage(t, { more: seeing() });
    const first = await gateway.workerReady('agent');
    await provider.ctl('POST /faults', { kind: 'hang', delayMs: 30_000, textIncludes: 'survive' });
    await gateway.call('chat.send', { sessionKey: 'main', message: 'say survive', idempotencyKey: 's1', attachments: [image()] });
    await provider.ctl('GET /wait', {}, { text: 'survive' });
    process.kill(first.pid, 'SIGKILL');
    const { requests } = await provider.ctl('GET /wait', {}, { text: 'survive', count: 2, timeout: 15_000 });
    assert.deepEqual(requests.map(imagesOf), [[PNG_URL], [PNG_URL]]);
    await eventually(() => rowsOfFiles(gateway) === 0, 'the file to go when its run is over');
  });

  test('the gateway dies after a picture is on record: it is answered with the picture', async (t) => {
    const text = 'say from the channel';
    const { gateway, provider } = await stage(t, {
      more: { ...seeing(), ...echo({ count: 1, text, file: { name: 'photo.png', mime: 'image/png', base64: PNG } }) },
      env: { OPENCLAW_TEST_KILL_AT: 'inbound_recorded:1' }, start: false });
    gateway.spawn();
    assert.equal((await gateway.ending(20_000)).signal, 'SIGKILL');
    assert.equal(rowsOfFiles(gateway), 1);
    assert.equal(asked(provider, text).length, 0);
    gateway.extraEnv = {};
    await gateway.start();
    const { requests } = await provider.ctl('GET /wait', {}, { text, timeout: 15_000 });
    assert.deepEqual(imagesOf(requests[0]), [PNG_URL]);
    await eventually(() => rowsOfFiles(gateway) === 0, 'the file to go when it is answered');
    assert.equal(asked(provider, text).length, 1);
  });

  test('send puts a file into the outbox and into the hands of the channel', async (t) => {
    const { gateway } = await stage(t, { more: echo() });
    await gateway.workerReady('echo');
    const standing = async () => (await gateway.call('message.action', { channel: 'echo', action: 'read', params: { to: '77' }, idempotencyKey: String(Math.random()) })).result?.files ?? [];
    const sent = await gateway.call('send', { channel: 'echo', to: '77', buffer: PNG, filename: 'chart.png', contentType: 'image/png', idempotencyKey: 'f1' });
    assert.ok(sent.ok && sent.messageId);
    assert.deepEqual((await standing()).map(({ name, mime, kind, base64 }) => ({ name, mime, kind, base64 })), [{ name: 'chart.png', mime: 'image/png', kind: 'image', base64: PNG }]);
    assert.equal(rowsOfFiles(gateway), 0);
    fs.mkdirSync(path.join(gateway.stateDir, 'media'), { recursive: true });
    fs.writeFileSync(path.join(gateway.stateDir, 'media/report.csv'), 'a,b\n1,2\n');
    await gateway.call('send', { channel: 'echo', to: '77', message: 'see', mediaUrl: path.join(gateway.stateDir, 'media/report.csv'), idempotencyKey: 'f2' });
    assert.equal((await standing())[0].name, 'report.csv');
  });

  test('send reads nothing outside its folders, fetches nothing, and asks no channel that cannot', async (t) => {
    const { gateway } = await stage(t, { more: echo() });
    await gateway.workerReady('echo');
    const refused = (params) => assert.rejects(gateway.call('send', { channel: 'echo', to: '77', idempotencyKey: String(Math.random()), ...params.call }), params.why);
    fs.mkdirSync(path.join(gateway.stateDir, 'media'), { recursive: true });
    fs.symlinkSync(gateway.configPath, path.join(gateway.stateDir, 'media/link.json'));
    await refused({ call: { mediaUrl: gateway.configPath }, why: /may not be sent/ });
    await refused({ call: { mediaUrl: path.join(gateway.stateDir, 'media/link.json') }, why: /may not be sent/ });
    await refused({ call: { mediaUrl: path.join(gateway.stateDir, 'media/../openclaw.json') }, why: /may not be sent/ });
    await refused({ call: { mediaUrl: path.join(gateway.stateDir, 'media') }, why: /may not be sent|no regular file/ });
    await refused({ call: { mediaUrl: '/etc/passwd' }, why: /may not be sent/ });
    await refused({ call: { mediaUrl: '/etc/none-such' }, why: /may not be sent/ });
    await refused({ call: { mediaUrl: 'https://example.com/a.png' }, why: /does not fetch/ });
    await refused({ call: { buffer: '%%%' }, why: /not base64/ });
    await refused({ call: {}, why: /text or a file/ });
    await refused({ call: { buffer: PNG, asVoice: true }, why: /asVoice cannot be asked for/ });
    await refused({ call: { channel: 'telegram', to: '5001', buffer: PNG }, why: /cannot send files/ });
    assert.equal(rowsOfFiles(gateway), 0);
  });

  test('an image of the OpenAI-style APIs reaches the model; an address is refused', async (t) => {
    const { gateway, provider } = await stage(t, { more: { ...seeing(), gateway: { http: { endpoints: { chatCompletions: { enabled: true }, responses: { enabled: true } } } } } });
    await gateway.workerReady('agent');
    const post = (route, body) => gateway.http(route, { method: 'POST', headers: { authorization: `Bearer ${GATEWAY_TOKEN}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const chat = await post('/v1/chat/completions', { messages: [{ role: 'user', content: [{ type: 'text', text: 'say chat' }, { type: 'image_url', image_url: { url: PNG_URL } }] }] });
    assert.equal(chat.status, 200, chat.text);
    assert.deepEqual(imagesOf(asked(provider, 'say chat')[0]), [PNG_URL]);
    const responses = await post('/v1/responses', { input: [{ role: 'user', content: [{ type: 'input_text', text: 'say response' }, { type: 'input_image', image_url: PNG_URL }] }] });
    assert.equal(responses.status, 200, responses.text);
    assert.deepEqual(imagesOf(asked(provider, 'say response')[0]), [PNG_URL]);
    const refused = await post('/v1/chat/completions', { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }] }] });
    assert.equal(refused.status, 400);
    assert.match(refused.json.error.message, /fetches no images/);
    const tool = await post('/v1/chat/completions', { messages: [{ role: 'user', content: 'Look' },
      { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: 'say tool' }, { type: 'image_url', image_url: { url: PNG_URL } }] }] });
    assert.equal(tool.status, 200, tool.text);
    assert.deepEqual(imagesOf(asked(provider, 'say tool')[0]), [PNG_URL]);
    const system = await post('/v1/chat/completions', { messages: [{ role: 'system', content: [{ type: 'image_url', image_url: { url: PNG_URL } }] }, { role: 'user', content: 'say x' }] });
    assert.equal(system.status, 400);
    assert.match(system.json.error.message, /image in a `system` message/);
  });
});
