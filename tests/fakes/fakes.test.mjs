// The fakes keep their own promises: a fake that is wrong makes every suite above it wrong.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { startFakeTelegram } from './telegram/telegram.mjs';
import { startFakeProvider } from './provider/provider.mjs';

const TOKEN = '123456:FAKE-TOKEN-abcdefghijklmnopqrstuvwxyz01';

async function telegram(t, config) {
  const fake = await startFakeTelegram({ port: 0, tokens: [TOKEN], config });
  t.after(() => fake.close());
  const call = async (method, body = {}, token = TOKEN) => {
    const response = await fetch(`${fake.url}/bot${token}/${method}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    return { status: response.status, ...(await response.json()) };
  };
  return { fake, call };
}

describe('the fake platform', () => {
  test('an update is delivered again until an offset confirms it', async (t) => {
    const { fake, call } = await telegram(t);
    await fake.ctl('POST /message', { chat_id: 1, text: 'a' });
    await fake.ctl('POST /message', { chat_id: 1, text: 'b' });
    const { result: [first, second] } = await call('getUpdates', { timeout: 0 });
    const { result: again } = await call('getUpdates', { offset: first.update_id, timeout: 0 });
    assert.equal(again[0].update_id, first.update_id);
    const { result: rest } = await call('getUpdates', { offset: second.update_id, timeout: 0 });
    assert.deepEqual(rest.map((update) => update.message.text), ['b']);
    assert.equal((await fake.ctl('GET /updates')).confirmed, 1);
  });

  test('a waiting poll ends when a message comes; a second poll ends the first with 409', async (t) => {
    const { fake, call } = await telegram(t);
    const waiting = call('getUpdates', { timeout: 20 });
    await fake.until(async () => (await fake.ctl('GET /state')).bots[0].polling);
    const second = call('getUpdates', { timeout: 20 });
    assert.equal((await waiting).status, 409);
    await fake.ctl('POST /message', { chat_id: 1, text: 'wake up' });
    assert.equal((await second).result[0].message.text, 'wake up');
  });

  test('tokens: malformed 404, unknown 401', async (t) => {
    const { call } = await telegram(t);
    assert.equal((await call('getMe', {}, 'nonsense')).status, 404);
    assert.equal((await call('getMe', {}, '999:UNKNOWN-TOKEN')).status, 401);
  });

  test('HTML is parsed as the server does it, and refused with its words', async (t) => {
    const { call } = await telegram(t);
    const { result } = await call('sendMessage', { chat_id: 5, text: '<b>bold</b> &amp; <i>it</i>', parse_mode: 'HTML' });
    assert.equal(result.text, 'bold & it');
    assert.deepEqual(result.entities.map((entity) => entity.type), ['bold', 'italic']);
    const refused = await call('sendMessage', { chat_id: 5, text: '<nope>', parse_mode: 'HTML' });
    assert.match(refused.description, /can't parse entities/);
    assert.match((await call('sendMessage', { chat_id: 5, text: 'x'.repeat(4097) })).description, /too long/);
    assert.match((await call('editMessageText', { chat_id: 5, message_id: result.message_id, text: 'bold & it', entities: result.entities })).description, /not modified/);
  });

  test('faults hit the calls they describe: a status, a reset, a reply lost after the deed', async (t) => {
    const { fake, call } = await telegram(t);
    await fake.ctl('POST /faults', { method: 'sendMessage', chat_id: 5, kind: 'status', status: 429, retry_after: 3 });
    assert.equal((await call('sendMessage', { chat_id: 6, text: 'other chat' })).ok, true);
    assert.equal((await call('sendMessage', { chat_id: 5, text: 'limited' })).parameters.retry_after, 3);
    await fake.ctl('POST /faults', { method: 'sendMessage', kind: 'reset' });
    await assert.rejects(call('sendMessage', { chat_id: 5, text: 'reset' }));
    await fake.ctl('POST /faults', { method: 'sendMessage', kind: 'dropReply' });
    await assert.rejects(call('sendMessage', { chat_id: 5, text: 'done but lost' }));
    const { messages } = await fake.ctl('GET /chat', {}, { chat_id: '5' });
    assert.deepEqual(messages.map((message) => message.text), ['done but lost']);
  });

  test('a wait sees calls of the past and of the future, each once', async (t) => {
    const { fake, call } = await telegram(t);
    await call('sendMessage', { chat_id: 5, text: 'one' });
    const both = fake.ctl('GET /wait', {}, { method: 'sendMessage', count: '2' });
    await call('sendMessage', { chat_id: 5, text: 'two' });
    assert.deepEqual((await both).calls.map((entry) => entry.params.text), ['one', 'two']);
    assert.equal((await fake.ctl('GET /wait', {}, { method: 'sendMessage', count: '3', timeout: '20' })).ok, false);
  });
});

async function provider(t) {
  const fake = await startFakeProvider({ port: 0 });
  t.after(() => fake.close());
  const ask = async (content, stream = true) => fetch(`${fake.baseUrl}/chat/completions`, { method: 'POST', body: JSON.stringify({ model: 'fake-1', stream, messages: [{ role: 'user', content }] }) });
  const say = async (content) => {
    const text = await (await ask(content)).text();
    const events = text.split('\n\n').filter(Boolean).map((event) => event.slice(6));
    return { text: events.filter((event) => event !== '[DONE]').map((event) => JSON.parse(event).choices[0]?.delta?.content ?? '').join(''), isDone: events.at(-1) === '[DONE]' };
  };
  return { fake, ask, say };
}

describe('the fake model', () => {
  test('the words of the last message decide', async (t) => {
    const { ask, say } = await provider(t);
    assert.deepEqual(await say('say hello there'), { text: 'hello there', isDone: true });
    assert.equal((await say('something else')).text, 'echo: something else');
    assert.equal((await say('long 5000')).text.length, 5000);
    assert.equal((await say('context\nslow 3 1')).text, 'word0 word1 word2');
    assert.equal((await say(`b64 ${Buffer.from('two\nlines').toString('base64')}`)).text, 'two\nlines');
    assert.equal((await ask('fail 503')).status, 503);
    assert.equal((await (await ask('say whole', false)).json()).choices[0].message.content, 'whole');
  });

  test('faults: status with retry-after, half an answer, a scripted reply', async (t) => {
    const { fake, ask, say } = await provider(t);
    await fake.ctl('POST /faults', { kind: 'status', status: 429, retryAfter: 7, textIncludes: 'limited' });
    assert.equal((await say('say fine')).text, 'fine');
    const limited = await ask('say limited');
    assert.equal(limited.status, 429);
    assert.equal(limited.headers.get('retry-after'), '7');
    await fake.ctl('POST /faults', { kind: 'truncate' });
    await assert.rejects(say('say one two three four'));
    await fake.ctl('POST /replies', { text: 'as the script says' });
    assert.equal((await say('say anything')).text, 'as the script says');
  });

  test('it records what it was asked, and who hung up', async (t) => {
    const { fake } = await provider(t);
    const cut = new AbortController();
    const asking = fetch(`${fake.baseUrl}/chat/completions`, { method: 'POST', signal: cut.signal, body: JSON.stringify({ stream: true, messages: [{ role: 'user', content: 'slow 500 10' }] }) });
    const { requests: [request] } = await fake.ctl('GET /wait', {}, { text: 'slow 500' });
    await (await asking).body.getReader().read();
    const ended = new Promise((done) => { Object.defineProperty(request, 'aborted', { set: done }); });
    cut.abort();
    assert.equal(await ended, true);
  });
});
