// A Telegram user and the model, through the real processes: asserted from the fake platform's own record.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { eventually, pause, stage, sharedStage } from './harness.mjs';

const calls = async (telegram, query) => (await telegram.ctl('GET /calls', {}, query)).calls;

// Side by side: chats do not know each other, and waiting out the platform's pace one after the other would take minutes.
describe('a conversation on Telegram', { concurrency: 8 }, () => {
  const scene = sharedStage({
    channel: { streaming: { mode: 'partial' }, groupPolicy: 'open', groups: { '*': { requireMention: true } } },
  });

  test('the bot is introduced once: who am I, no webhook, no update thrown away', async () => {
    await scene.telegram.ctl('GET /wait', {}, { method: 'getUpdates' });
    const seen = await calls(scene.telegram, {});
    assert.ok(seen.some((call) => call.method === 'getMe'));
    assert.ok(!seen.some((call) => call.params.drop_pending_updates === true || call.params.drop_pending_updates === 'true'));
  });

  test('a direct message is answered in the same chat', async () => {
    const chat = scene.chat(5001);
    const answer = await chat.ask('say pong', 'pong');
    assert.equal(answer.outgoing, true);
    assert.ok((await chat.messages()).every((message) => message.outgoing || message.text === 'say pong'));
  });

  test('twenty turns: one answer each, in order, and the model is told what was said before', async () => {
    const chat = scene.chat(5002);
    for (let turn = 1; turn <= 20; turn++) await chat.ask(`say answer number ${turn}`, `answer number ${turn}`);
    const answers = (await chat.answers()).map((message) => message.text);
    assert.deepEqual(answers, Array.from({ length: 20 }, (_, i) => `answer number ${i + 1}`));
    const last = scene.provider.requests.filter((request) => request.userText.includes('answer number 20')).at(-1);
    const roles = last.messages.filter((message) => message.role !== 'system').map((message) => message.role);
    assert.equal(roles.filter((role) => role === 'assistant').length, 19);
    assert.equal(roles.at(-1), 'user');
  });

  test('a slow answer grows by edits at a polite rate and ends complete', async () => {
    const chat = scene.chat(5003);
    const words = Array.from({ length: 60 }, (_, i) => `word${i}`).join(' ');
    const answer = await chat.ask('slow 60 100', words, { timeout: 15_000 });
    assert.ok(answer.edits >= 2, `the answer was edited ${answer.edits} times`);
    assert.equal((await chat.answers()).length, 1);
    const times = answer.editLog.map((edit) => edit.at);
    for (let i = 1; i < times.length - 1; i++) assert.ok(times[i] - times[i - 1] >= 900, `edits ${times[i] - times[i - 1]} ms apart`);
    for (const { text } of answer.editLog) assert.ok(words.startsWith(text.trimEnd().replace(/…$/, '').trimEnd()), `a step shows the beginning: ${text}`);
  });

  test('an answer that is there at once stands once, also a second later', async () => {
    const chat = scene.chat(5012);
    await chat.ask('say more than thirty characters, and all of them at once', /at once$/);
    await pause(1200); // the preview would have been due
    assert.equal((await chat.answers()).length, 1);
  });

  test('typing is shown while a run lasts', async () => {
    const chat = scene.chat(5004);
    await chat.ask('slow 10 100', /word9$/, { timeout: 15_000 });
    const actions = await calls(scene.telegram, { method: 'sendChatAction', chat_id: '5004' });
    assert.ok(actions.length >= 1 && actions.every((call) => call.params.action === 'typing'));
  });

  test('Markdown arrives as Telegram formatting', async () => {
    const chat = scene.chat(5005);
    const answer = await chat.ask('md', /bold/);
    const kinds = new Set((answer.entities ?? []).map((entity) => entity.type));
    for (const kind of ['bold', 'italic', 'strikethrough', 'code', 'pre', 'text_link']) assert.ok(kinds.has(kind), `${kind} in ${[...kinds]}`);
    assert.ok(answer.text.includes('<tag> & amp'), 'raw tags of the model are kept as text');
  });

  test('an answer of 10,000 characters comes in order, each part within the limit, every code line once', async () => {
    const chat = scene.chat(5006);
    await chat.ask('longcode 10000', (message) => message.text.includes('value_'), { timeout: 15_000 });
    const whole = scene.provider.requests.find((request) => request.userText.includes('longcode 10000')).reply.text;
    const lines = whole.split('\n').filter((line) => line.startsWith('value_'));
    const last = lines.at(-1);
    await chat.answer((message) => message.text.includes(last), { timeout: 15_000 });
    const parts = await chat.answers();
    assert.ok(parts.length >= 3);
    for (const part of parts) assert.ok(part.text.length <= 4096, `${part.text.length} UTF-16 units`);
    const arrived = parts.flatMap((part) => part.text.split('\n')).map((line) => line.trim()).filter((line) => line.startsWith('value_'));
    assert.deepEqual(arrived, lines);
    for (const part of parts) {
      for (const line of part.text.split('\n').filter((text) => text.startsWith('value_'))) {
        const at = part.text.indexOf(line);
        assert.ok((part.entities ?? []).some((entity) => entity.type === 'pre' && entity.offset <= at && at + line.length <= entity.offset + entity.length), `in a code block: ${line}`);
      }
    }
  });

  test('a text Telegram cannot parse as HTML is sent as plain text', async () => {
    const chat = scene.chat(5007);
    await scene.telegram.ctl('POST /faults', { method: 'sendMessage', chat_id: 5007, kind: 'status', status: 400, description: "Bad Request: can't parse entities: Unsupported start tag" });
    const answer = await chat.ask('say **plain** please', /plain/);
    assert.equal(answer.entities, undefined);
  });

  test('/new starts a session: the model no longer hears what was said', async () => {
    const chat = scene.chat(5008);
    await chat.ask('say my secret is 4711', 'my secret is 4711');
    const { message_id: after } = await chat.say('/new');
    await chat.answer(/session/i, { after });
    await chat.ask('say fresh', 'fresh');
    const request = scene.provider.requests.filter((entry) => entry.userText.includes('say fresh')).at(-1);
    assert.ok(!JSON.stringify(request.messages).includes('4711'));
  });

  test('/stop ends the run at once; nothing of it follows', async () => {
    const chat = scene.chat(5009);
    await chat.say('slow 100 100');
    await scene.provider.ctl('GET /wait', {}, { text: 'slow 100 100' });
    const asked = Date.now();
    const { message_id: after } = await chat.say('/stop');
    await chat.answer(/abort|stop/i, { after });
    assert.ok(Date.now() - asked < 8000); // the run would have lasted ten seconds
    const request = scene.provider.requests.find((entry) => entry.userText.includes('slow 100 100'));
    await eventually(() => request.aborted, 'the model to be hung up on');
    assert.ok(!(await chat.answers()).some((message) => /word99/.test(message.text)));
    await chat.ask('say still here', 'still here');
  });

  test('/status and /help answer without the model', async () => {
    const chat = scene.chat(5010);
    await chat.ask('/status', /fake-1/);
    await chat.ask('/help', /\/new/);
    assert.ok(!scene.provider.requests.some((request) => /^\/(status|help)/.test(request.userText)));
  });

  test('a user’s edit of a message starts no turn', async () => {
    const chat = scene.chat(5011);
    await chat.ask('say once', 'once');
    const [{ message_id }] = (await chat.messages()).filter((message) => !message.outgoing);
    await scene.telegram.ctl('POST /edit', { chat_id: 5011, message_id, text: 'say twice' });
    await chat.ask('say after the edit', 'after the edit');
    assert.deepEqual((await chat.answers()).map((message) => message.text), ['once', 'after the edit']);
  });

  test('in a group only what is meant for the bot is answered', async () => {
    const chat = await scene.chat(-100200, { from_id: 6001 }).create({ type: 'supergroup', title: 'Friends' });
    await chat.say('say nobody asked');
    await chat.say('/start@another_bot');
    await chat.ask('@fake_bot say by mention', 'by mention');
    const [mine] = (await chat.answers());
    await chat.ask('say by reply', 'by reply', { message: { reply_to: mine.message_id } });
    assert.deepEqual((await chat.answers()).map((message) => message.text), ['by mention', 'by reply']);
    assert.ok(!scene.provider.requests.some((request) => request.userText.includes('another_bot') || request.userText.endsWith('say nobody asked')));
  });

  test('a topic is a conversation of its own and is answered in its topic', async () => {
    const chat = await scene.chat(-100300, { from_id: 6002 }).create({ type: 'supergroup', title: 'Forum', is_forum: true, topics: [{ id: 7, name: 'Cats' }, { id: 8, name: 'Dogs' }] });
    const cats = await chat.ask('@fake_bot say about cats', 'about cats', { message: { thread_id: 7 } });
    const dogs = await chat.ask('@fake_bot say about dogs', 'about dogs', { message: { thread_id: 8 } });
    assert.equal(cats.thread, 7);
    assert.equal(dogs.thread, 8);
    const request = scene.provider.requests.filter((entry) => entry.userText.includes('about dogs')).at(-1);
    assert.ok(!JSON.stringify(request.messages).includes('cats'), 'topics do not hear each other');
  });

  test('the General topic is answered without a thread id', async () => {
    const chat = await scene.chat(-100301, { from_id: 6002 }).create({ type: 'supergroup', title: 'Forum 2', is_forum: true });
    const answer = await chat.ask('@fake_bot say in general', 'in general');
    assert.equal(answer.thread, undefined);
  });

  test('fifty chats at once: everyone gets their own answer, once, and a stuck one delays nobody', async () => {
    await scene.provider.ctl('POST /faults', { kind: 'hang', delayMs: 20_000, textIncludes: 'stuck' });
    await scene.chat(7000).say('say stuck');
    const chats = Array.from({ length: 50 }, (_, i) => scene.chat(7001 + i));
    await Promise.all(chats.map((chat) => chat.ask(`say for ${chat.id}`, `for ${chat.id}`, { timeout: 15_000 })));
    for (const chat of chats) assert.deepEqual((await chat.answers()).map((message) => message.text), [`for ${chat.id}`]);
    await scene.chat(7000).say('/stop');
  });
});

describe('who may speak', { concurrency: 4 }, () => {
  test('a stranger gets a code, is approved on the command line, and is answered', async (t) => {
    const { chat, gateway, provider } = await stage(t, { channel: { dmPolicy: 'pairing', allowFrom: undefined } });
    const stranger = chat(8001);
    const notice = await stranger.ask('say let me in', /Pairing code/i);
    assert.match(notice.text, /8001/);
    const code = /\b[A-HJ-NP-Z2-9]{8}\b/.exec(notice.text)[0];
    assert.equal(provider.requests.length, 0, 'the message is not processed');

    const listed = await gateway.cli('pairing', 'list', 'telegram', '--json');
    assert.equal(listed.code, 0, listed.stderr);
    assert.deepEqual(listed.json.requests.map((request) => request.code), [code]);
    const wrong = await gateway.cli('pairing', 'approve', 'telegram', 'AAAAAAAA');
    assert.equal(wrong.code, 1);
    const approved = await gateway.cli('pairing', 'approve', 'telegram', code.toLowerCase());
    assert.equal(approved.code, 0, approved.stderr);

    await stranger.ask('say now it works', 'now it works');
    assert.ok(!provider.requests.some((request) => request.userText.includes('let me in')), 'what came before stays unanswered');
    const after = await gateway.cli('pairing', 'list', 'telegram', '--json');
    assert.deepEqual(after.json.requests, []);
  });

  test('three may wait; the fourth hears nothing, and who waits already hears nothing more', async (t) => {
    const { chat, telegram } = await stage(t, { channel: { dmPolicy: 'pairing', allowFrom: undefined } });
    for (const id of [8101, 8102, 8103]) await chat(id).ask('hello', /Pairing code/i);
    await chat(8104).say('hello');
    await chat(8101).say('hello again');
    await telegram.until(async () => (await telegram.ctl('GET /updates')).confirmed >= 5, 5000);
    assert.equal((await chat(8104).answers()).length, 0);
    assert.equal((await chat(8101).answers()).length, 1);
  });

  test('an allowlist admits its members and is silent to others', async (t) => {
    const { chat, telegram, provider } = await stage(t, { channel: { dmPolicy: 'allowlist', allowFrom: ['tg:8201'] } });
    await chat(8202).say('say no');
    await chat(8201).ask('say yes', 'yes');
    await telegram.until(async () => (await telegram.ctl('GET /updates')).confirmed >= 2, 5000);
    assert.equal((await chat(8202).answers()).length, 0);
    assert.equal(provider.requests.length, 1);
  });

  test('an approval outlives a restart', async (t) => {
    const { chat, gateway } = await stage(t, { channel: { dmPolicy: 'pairing', allowFrom: undefined } });
    const notice = await chat(8301).ask('hello', /Pairing code/i);
    const code = /\b[A-HJ-NP-Z2-9]{8}\b/.exec(notice.text)[0];
    assert.equal((await gateway.cli('pairing', 'approve', 'telegram', code)).code, 0);
    await gateway.restart();
    await chat(8301).ask('say remembered', 'remembered');
  });
});

describe('when the platform or the model misbehaves', { concurrency: 4 }, () => {
  const troubles = [{ kind: 'html' }, { kind: 'reset' }, { kind: 'badJson' }, { kind: 'truncate' }, { kind: 'status', status: 429, retry_after: 1 }, { kind: 'status', status: 500 }];
  test('every failure of a poll is survived and nothing is lost', async (t) => {
    const { chat, telegram } = await stage(t);
    await chat(9001).ask('say ready', 'ready');
    for (const trouble of troubles) {
      await telegram.ctl('POST /faults', { method: 'getUpdates', ...trouble });
      await chat(9001).ask(`say through ${trouble.status ?? trouble.kind}`, `through ${trouble.status ?? trouble.kind}`, { timeout: 15_000 }); // ends the open poll; the next one fails
    }
    await telegram.ctl('POST /kill-polls', {});
    await chat(9001).ask('say through all of it', 'through all of it', { timeout: 15_000 });
    assert.equal((await chat(9001).answers()).length, troubles.length + 2);
    const { faults } = await telegram.ctl('GET /faults');
    assert.ok(faults.every((fault) => fault.hits === 1), 'every fault was met');
  });

  test('429 in one chat is waited out there and delays no other chat', async (t) => {
    const { chat, telegram } = await stage(t);
    await telegram.ctl('POST /faults', { method: 'sendMessage', chat_id: 9101, kind: 'status', status: 429, retry_after: 4 });
    await chat(9101).say('say limited');
    await telegram.ctl('GET /wait', {}, { method: 'sendMessage', chat_id: '9101' });
    await chat(9102).ask('say free', 'free');
    await chat(9101).answer('limited', { timeout: 15_000 });
    const [free] = await calls(telegram, { method: 'sendMessage', chat_id: '9102' });
    const sends = await calls(telegram, { method: 'sendMessage', chat_id: '9101' });
    assert.equal(sends.length, 2);
    assert.ok(free.at < sends[1].at, 'the other chat did not wait');
    assert.ok(sends[1].at - sends[0].at >= 4000);
  });

  test('a lost reply is repeated at most once and the repeat is flagged', async (t) => {
    const { chat, telegram, gateway } = await stage(t, { channel: { streaming: { mode: 'off' } } });
    await telegram.ctl('POST /faults', { method: 'sendMessage', chat_id: 9201, kind: 'dropReply' });
    const { update_id } = await chat(9201).say('say perhaps twice');
    await telegram.ctl('GET /wait', {}, { method: 'sendMessage', chat_id: '9201', count: '2', timeout: '15000' });
    await chat(9201).ask('say later', 'later');
    const times = (await chat(9201).answers()).filter((message) => message.text === 'perhaps twice').length;
    assert.ok(times <= 2);
    const explained = await gateway.cli('explain', String(update_id));
    assert.equal(explained.code, 0, explained.stderr);
    assert.match(explained.stdout, /duplicate|twice|repeat/i);
  });

  test('the model says 429 and 500: asked again, answered once', async (t) => {
    const { chat, provider } = await stage(t);
    await provider.ctl('POST /faults', { kind: 'status', status: 429, retryAfter: 1, textIncludes: 'patience' });
    await provider.ctl('POST /faults', { kind: 'status', status: 500, textIncludes: 'patience' });
    await chat(9301).ask('say patience', 'patience', { timeout: 20_000 });
    const asked = provider.requests.filter((request) => request.userText.includes('patience'));
    assert.equal(asked.length, 3);
    assert.ok(asked[1].at - asked[0].at >= 1000, 'retry-after was honoured');
    assert.equal((await chat(9301).answers()).length, 1);
  });

  test('the model refuses for good: the user is told in a sentence', async (t) => {
    const { chat } = await stage(t);
    const answer = await chat(9401).ask('fail 401', /⚠️|failed|error/i, { timeout: 15_000 });
    assert.ok(!/test-key/.test(answer.text));
  });

  test('a blocked bot sends no error notice to the same chat', async (t) => {
    const { chat, telegram } = await stage(t);
    await chat(9501).ask('say hello', 'hello');
    await telegram.ctl('POST /chats', { chat_id: 9501, state: 'blocked' });
    await chat(9501).say('say into the void');
    await telegram.until(async () => (await calls(telegram, { method: 'sendMessage', chat_id: '9501', status: '403' })).length >= 1, 5000);
    await chat(9502).ask('say others live', 'others live');
    assert.equal((await calls(telegram, { method: 'sendMessage', chat_id: '9501', status: '403' })).length, 1);
  });

  test('update ids that restart lower are followed', async (t) => {
    const { chat, telegram } = await stage(t);
    await chat(9601).ask('say before', 'before');
    const { bots: [{ token, nextUpdateId }] } = await telegram.ctl('GET /state');
    await telegram.ctl('POST /bots', { token, nextUpdateId: nextUpdateId - 100_000 });
    const { lastSeq } = await telegram.ctl('GET /calls', {}, { limit: '1' });
    await chat(9601).ask('say after', 'after', { timeout: 15_000 });
    const polls = await calls(telegram, { method: 'getUpdates', since: String(lastSeq) });
    assert.ok(polls.length < 20, `${polls.length} polls`);
  });
});

describe('a burst of texts', { concurrency: 3 }, () => {
  const original = { more: { messages: { inbound: { debounceMs: 1500 } } }, channel: { streaming: { mode: 'off' } } };

  test('three lines in a row are one turn and one answer', async (t) => {
    const { chat, provider } = await stage(t, original);
    for (const text of ['say one', 'and two', 'and three']) await chat(9401).say(text);
    await chat(9401).answer(/one/);
    await chat(9401).ask('say over', /over/);
    const asked = provider.requests.filter((request) => request.userText.includes('and two'));
    assert.equal(asked[0].userText.includes('say one\nand two\nand three'), true, asked[0].userText);
    assert.equal((await chat(9401).answers()).length, 2);
  });

  test('a paste that was split is joined, even where texts do not wait', async (t) => {
    const { chat, provider } = await stage(t);
    await chat(9402).say(`say long ${'x'.repeat(4080)}`);
    await chat(9402).say('the end of the paste');
    await chat(9402).answer(/long/);
    const asked = provider.requests.filter((request) => request.userText.includes('the end of the paste'));
    assert.ok(asked[0].userText.includes('xxx\nthe end of the paste'), 'one turn');
  });

  test('a kill while it waits for more loses nothing', async (t) => {
    const { chat, gateway, telegram, provider } = await stage(t, { ...original, more: { messages: { inbound: { debounceMs: 3000 } } } });
    await gateway.workerReady('telegram');
    await chat(9403).say('say kept');
    await telegram.until(async () => (await telegram.ctl('GET /calls', {}, { method: 'getUpdates' })).calls.some((call) => Number(call.params.offset) > 1), 5000);
    await gateway.restart('SIGKILL');
    await chat(9403).answer('kept', { timeout: 20_000 });
    assert.equal(provider.requests.filter((request) => request.userText.includes('kept')).length, 1);
  });
});
