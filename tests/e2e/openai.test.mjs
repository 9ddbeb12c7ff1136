// The published `openai` client, unchanged, against a gateway with its fakes: both APIs, streamed and not, errors and sessions.
import { test, describe, before } from 'node:test';
import assert from 'node:assert/strict';
import net from 'node:net';
import OpenAI from 'openai';
import { sharedStage, stage, eventually, GATEWAY_TOKEN } from './harness.mjs';

const OPEN = {
  gateway: { http: { endpoints: { chatCompletions: { enabled: true }, responses: { enabled: true } } } },
  agents: { entries: { main: { default: true }, beta: {} }, defaults: { memorySearch: { provider: 'fake', model: 'embed-1' } } },
};

const clientOf = (gateway, more = {}) => new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: GATEWAY_TOKEN, maxRetries: 0, ...more });
const user = (content) => [{ role: 'user', content }];

describe('the openai client', () => {
  const scene = sharedStage({ more: OPEN });
  let gateway, provider, client;
  before(async () => {
    ({ gateway, provider } = scene);
    await gateway.workerReady('agent');
    client = clientOf(gateway);
  });

  test('lists the agents as models, and finds one', async () => {
    const ids = (await client.models.list()).data.map((model) => model.id);
    assert.deepEqual(ids, ['openclaw', 'openclaw/default', 'openclaw/beta', 'openclaw/main']);
    assert.equal((await client.models.retrieve('openclaw/main')).owned_by, 'openclaw');
    await assert.rejects(client.models.retrieve('gpt-5'), (error) => error.status === 400 && /Invalid model id/.test(error.message));
  });

  test('completes a chat', async () => {
    const answer = await client.chat.completions.create({ model: 'openclaw', messages: user('say Hello there') });
    assert.match(answer.id, /^chatcmpl_[0-9a-f-]{36}$/);
    assert.equal(answer.object, 'chat.completion');
    assert.equal(answer.model, 'openclaw');
    assert.equal(answer.choices[0].message.content, 'Hello there');
    assert.equal(answer.choices[0].finish_reason, 'stop');
    assert.deepEqual(answer.usage, { prompt_tokens: 11, completion_tokens: 3, total_tokens: 14 });
  });

  test('streams a chat word by word, the counts last', async () => {
    const stream = await client.chat.completions.create({ model: 'openclaw/main', stream: true, stream_options: { include_usage: true }, messages: user('slow 6 200') });
    const pieces = [];
    const times = [];
    let usage, finish;
    for await (const chunk of stream) {
      assert.equal(chunk.object, 'chat.completion.chunk');
      if (chunk.choices[0]?.delta.content) { pieces.push(chunk.choices[0].delta.content); times.push(Date.now()); }
      finish ??= chunk.choices[0]?.finish_reason;
      usage = chunk.usage ?? usage;
    }
    assert.equal(pieces.join(''), 'word0 word1 word2 word3 word4 word5');
    assert.ok(pieces.length >= 3, `came in ${pieces.length} pieces`);
    assert.ok(times.at(-1) - times[0] >= 100, 'came while it was made');
    assert.equal(finish, 'stop');
    assert.equal(usage.prompt_tokens, 11);
  });

  test("the client's own stream helper assembles the answer", async () => {
    const runner = client.chat.completions.stream({ model: 'openclaw', messages: user('say A helper') });
    assert.equal(await runner.finalContent(), 'A helper');
  });

  test('makes a response', async () => {
    const response = await client.responses.create({ model: 'openclaw', input: 'say Hello', instructions: 'Be brief.' });
    assert.match(response.id, /^resp_/);
    assert.equal(response.status, 'completed');
    assert.equal(response.output_text, 'Hello');
    assert.equal(response.output[0].phase, 'final_answer');
    assert.equal(response.usage.input_tokens, 11);
    const asked = provider.requests.findLast((request) => request.userText === 'say Hello');
    assert.deepEqual(asked.messages[0], { role: 'system', content: 'Be brief.' });
  });

  test('streams a response in the order of its events', async () => {
    const types = [];
    let text = '', final;
    for await (const event of await client.responses.create({ model: 'openclaw', stream: true, input: 'slow 4 40' })) {
      if (types.at(-1) !== event.type) types.push(event.type);
      if (event.type === 'response.output_text.delta') text += event.delta;
      if (event.type === 'response.completed') final = event.response;
    }
    assert.deepEqual(types, ['response.created', 'response.in_progress', 'response.output_item.added', 'response.content_part.added',
      'response.output_text.delta', 'response.output_text.done', 'response.content_part.done', 'response.output_item.done', 'response.completed']);
    assert.equal(text, 'word0 word1 word2 word3');
    assert.equal(final.output[0].content[0].text, text);
    const helper = client.responses.stream({ model: 'openclaw', input: 'say With help' });
    assert.equal((await helper.finalResponse()).output_text, 'With help');
  });

  test('hands the conversation on as turns, and the limit', async () => {
    await client.chat.completions.create({
      model: 'openclaw', max_completion_tokens: 77,
      messages: [{ role: 'system', content: 'Be kind.' }, { role: 'user', content: 'My name is Ada.' }, { role: 'assistant', content: 'Hello Ada.' }, { role: 'user', content: 'say turns' }],
    });
    const asked = provider.requests.findLast((request) => request.userText === 'say turns');
    assert.deepEqual(asked.messages.map(({ role, content }) => [role, content]),
      [['system', 'Be kind.'], ['user', 'My name is Ada.'], ['assistant', 'Hello Ada.'], ['user', 'say turns']]);
    assert.equal(asked.limit, 77);
  });

  test('long instructions and long questions arrive whole', async () => {
    const long = 'i'.repeat(150_000);
    const answer = await client.responses.create({ model: 'openclaw', instructions: long, input: [{ role: 'user', content: 'q'.repeat(100_000) }, { role: 'assistant', content: 'ok' }, { role: 'user', content: 'say long' }] });
    assert.equal(answer.output_text, 'long');
    const asked = provider.requests.findLast((request) => request.userText === 'say long');
    assert.deepEqual(asked.messages.map(({ role, content }) => [role, content.length]), [['system', 150_000], ['user', 100_000], ['assistant', 2], ['user', 8]]);
  });

  test('a user has one session, a header names one, everybody else a new one', async () => {
    const ask = (text, more = {}, headers = {}) => client.chat.completions.create({ model: 'openclaw', messages: user(text), ...more }, { headers });
    const seenBy = (text) => provider.requests.findLast((request) => request.userText === text).messages.map((message) => message.content);
    await ask('say one', { user: 'ada' });
    await ask('say two', { user: 'ada' });
    assert.deepEqual(seenBy('say two'), ['say one', 'one', 'say two']);
    await ask('say three', {}, { 'x-openclaw-session-key': 'agent:main:openai:user:ada' });
    assert.deepEqual(seenBy('say three'), ['say one', 'one', 'say two', 'two', 'say three']);
    await ask('say four');
    assert.deepEqual(seenBy('say four'), ['say four']);
    await ask('say five', {}, { 'x-openclaw-agent-id': 'beta' });
    const keys = (await gateway.call('sessions.list')).sessions.map((session) => session.key);
    assert.ok(keys.includes('agent:main:openai:user:ada'), keys.join());
    assert.ok(keys.some((key) => key.startsWith('agent:beta:openai:')), keys.join());
  });

  test('a response goes on where another ended', async () => {
    const first = await client.responses.create({ model: 'openclaw', input: 'say alpha' });
    await client.responses.create({ model: 'openclaw', input: 'say beta', previous_response_id: first.id });
    const asked = provider.requests.findLast((request) => request.userText === 'say beta');
    assert.deepEqual(asked.messages.map((message) => message.content), ['say alpha', 'alpha', 'say beta']);
    await assert.rejects(client.responses.create({ model: 'openclaw', input: 'x', previous_response_id: 'resp_none' }),
      (error) => error.status === 400 && error.code === 'previous_response_not_found');
  });

  test('asks for vectors, in the form the client likes best and in plain numbers', async () => {
    const vectors = await client.embeddings.create({ model: 'openclaw', input: ['abc', 'Hello'] }); // base64 below
    assert.deepEqual(vectors.data.map((row) => Array.from(row.embedding)), [[3, 97 / 256], [5, 72 / 256]]);
    const plain = await client.embeddings.create({ model: 'openclaw', input: 'abc', encoding_format: 'float', dimensions: 2 });
    assert.deepEqual(plain.data[0].embedding, [3, 97 / 256]);
    assert.equal(plain.usage.total_tokens, 1);
    assert.deepEqual(provider.embeddings.map(({ model, authorization }) => [model, authorization]), Array(2).fill(['embed-1', 'Bearer test-key']));
    const long = await client.embeddings.create({ model: 'openclaw', input: ['x'.repeat(200_000)], encoding_format: 'float' }); // does not fit a frame
    assert.equal(long.data[0].embedding[0], 200_000);
    await assert.rejects(client.embeddings.create({ model: 'openclaw', input: 'fail' }), (error) => error.status === 502 && error.type === 'api_error');
  });

  test('gets the errors it knows', async () => {
    const chat = (body) => client.chat.completions.create({ model: 'openclaw', messages: user('x'), ...body });
    await assert.rejects(clientOf(gateway, { apiKey: 'wrong' }).models.list(), OpenAI.AuthenticationError);
    await assert.rejects(chat({ model: 'gpt-5' }), (error) => error instanceof OpenAI.BadRequestError && error.type === 'invalid_request_error');
    await assert.rejects(chat({ model: 'openclaw/zzz' }), /Unknown agent 'zzz'/);
    await assert.rejects(chat({ messages: [] }), /Missing user message in `messages`/);
    await assert.rejects(client.responses.create({ model: 'openclaw', input: '' }), OpenAI.BadRequestError);
    await assert.rejects(client.images.generate({ prompt: 'x' }), OpenAI.NotFoundError);
    await assert.rejects(chat({ messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:,' } }] }] }), /must be a data: URL/);
  });

  test('a provider that fails is told, streamed or not, and the client does not ask again', async () => {
    const eager = clientOf(gateway, { maxRetries: 3 });
    const count = () => provider.requests.filter((request) => request.userText === 'fail 401').length;
    await assert.rejects(eager.chat.completions.create({ model: 'openclaw', messages: user('fail 401') }), (error) => error.status === 500 && /fake-1/.test(error.message));
    assert.equal(count(), 1);
    await assert.rejects(eager.chat.completions.create({ model: 'openclaw', stream: true, messages: user('fail 401') }), (error) => error.status === 500);
    assert.equal(count(), 2);
    await assert.rejects(client.responses.create({ model: 'openclaw', input: 'fail 401' }), (error) => error.status === 500);
  });

  test('who leaves stops the run, streamed or not', async () => {
    for (const streamed of [true, false]) {
      const text = `slow 400 ${streamed ? 50 : 51}`;
      const leave = new AbortController();
      const asking = client.chat.completions.create({ model: 'openclaw', stream: streamed, messages: user(text) }, { signal: leave.signal });
      asking.catch(() => {});
      await eventually(() => provider.requests.some((request) => request.userText === text), 'the run to begin');
      if (streamed) for await (const chunk of await asking) if (chunk.choices[0].delta.content) break;
      leave.abort();
      await eventually(() => provider.requests.find((request) => request.userText === text).aborted, 'the provider to be left alone', 5000);
    }
    await eventually(async () => (await gateway.call('status')).sessions.recent.some((session) => session.abortedLastRun), 'the session to say so');
  });

  test('a run of this API is seen and stopped by everybody else', async () => {
    const operator = await gateway.connect();
    const key = 'agent:main:watched';
    const asking = client.chat.completions.create({ model: 'openclaw', messages: user('slow 400 52') }, { headers: { 'x-openclaw-session-key': key } });
    const refused = assert.rejects(asking, (error) => error.status === 409 && /stopped/.test(error.message));
    await eventually(() => provider.requests.some((request) => request.userText === 'slow 400 52'), 'the run to begin');
    assert.equal((await operator.call('chat.abort', { sessionKey: key })).aborted, true);
    await refused;
    const { messages } = await operator.call('chat.history', { sessionKey: key });
    assert.equal(messages[0].content, 'slow 400 52');
  });

  test('twenty at once are all answered', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => client.chat.completions.create({ model: 'openclaw', stream: false, messages: user(`say number ${i}`) })));
    assert.deepEqual(answers.map((answer) => answer.choices[0].message.content), Array.from({ length: 20 }, (_, i) => `number ${i}`));
  });
});

test('an agent that dies in the middle of a stream is not noticed when it says the same again', { timeout: 60_000 }, async (t) => {
  const { gateway, provider } = await stage(t, { more: OPEN });
  const { pid } = await gateway.workerReady('agent');
  const client = clientOf(gateway);
  const stream = await client.chat.completions.create({ model: 'openclaw', stream: true, messages: user('slow 30 40') });
  let text = '';
  for await (const chunk of stream) {
    if (!text && chunk.choices[0]?.delta.content) process.kill(pid, 'SIGKILL');
    text += chunk.choices[0]?.delta.content ?? '';
  }
  assert.equal(text, Array.from({ length: 30 }, (_, i) => `word${i}`).join(' '));
  assert.equal(provider.requests.length, 2);
});

test('too many wrong secrets are answered with 429 and a time', async (t) => {
  const { gateway } = await stage(t, { more: { gateway: { ...OPEN.gateway, auth: { rateLimit: { maxAttempts: 2, exemptLoopback: false } } } } });
  const wrong = clientOf(gateway, { apiKey: 'wrong' });
  for (let i = 0; i < 2; i++) await assert.rejects(wrong.models.list(), OpenAI.AuthenticationError);
  await assert.rejects(clientOf(gateway).models.list(), (error) => error instanceof OpenAI.RateLimitError && Number(error.headers.get('retry-after')) > 200);
});

test('without a model for vectors the error says what to set', async (t) => {
  const { gateway } = await stage(t, { more: { gateway: OPEN.gateway } });
  await gateway.workerReady('agent');
  await assert.rejects(clientOf(gateway).embeddings.create({ model: 'openclaw', input: 'x' }), (error) => error.status === 500 && /memorySearch/.test(error.message));
});

// How long a reader may take nothing is half a minute: waited for in the long tests; http_exchange_test.cpp has a second.
test('a reader that does not read is left to himself, and nobody else notices', { timeout: 90_000 }, async (t) => {
  const { gateway, provider } = await stage(t, { more: OPEN });
  await gateway.workerReady('agent');
  // Each of these characters takes six bytes in JSON: 18 MB, more than the kernel keeps for a reader.
  provider.ctl('POST /replies', { textIncludes: 'flood', text: `${'\u0001'.repeat(20_000)} `.repeat(150) });
  const body = JSON.stringify({ stream: true, messages: user('flood') });
  const socket = net.connect(gateway.port, '127.0.0.1').on('error', () => {}).pause();
  t.after(() => socket.destroy());
  socket.write(`POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${GATEWAY_TOKEN}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  const inHand = async () => Number(/^openclaw_http_requests_in_flight (\d+)/m.exec((await gateway.http('/metrics')).text)[1]) - 1; // but this one
  await eventually(async () => await inHand() === 1, 'the stream to be in hand');
  await eventually(async () => (await gateway.http('/metrics')).text.includes('outcome="completed"} 1'), 'the run to be over', 20_000, 100);
  const began = Date.now();
  const answer = await clientOf(gateway).chat.completions.create({ model: 'openclaw', messages: user('say others') });
  assert.equal(answer.choices[0].message.content, 'others');
  assert.ok(Date.now() - began < 10_000);
  assert.equal(await inHand(), 1);
  if (process.env.OPENCLAW_LONG_TESTS !== '1') socket.destroy();
  await eventually(async () => await inHand() === 0, 'the reader to be gone', 45_000, 100);
});
