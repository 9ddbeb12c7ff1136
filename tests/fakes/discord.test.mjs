// The fake Discord keeps its promises: to discord.js, a client of somebody else's making, and to bare sockets where that
// client does not go.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import zlib from 'node:zlib';
import { Client, Events, GatewayIntentBits, Partials } from 'discord.js';
import WebSocket from 'ws';
import { startFakeDiscord } from './discord/discord.mjs';

const TOKEN = 'fake.discord.token';
const CHANNEL = '700000000000000001';
const FORUM = '700000000000000002';
const BOT = '900000000000000001';
const EVERYTHING = ['Guilds', 'GuildMessages', 'GuildMessageReactions', 'DirectMessages', 'DirectMessageReactions', 'MessageContent'];

async function fake(t, config = {}) {
  const discord = await startFakeDiscord({ port: 0, token: TOKEN, config: { identifyWindowMs: 200, ...config } });
  t.after(() => discord.close());
  const call = async (method, path, body) => {
    const headers = { authorization: `Bot ${TOKEN}`, ...(body ? { 'content-type': 'application/json' } : {}) };
    const response = await fetch(discord.api + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, ...(text.startsWith('{') ? JSON.parse(text) : {}) };
  };
  return { discord, call, ctl: discord.ctl, chat: async (channel_id = CHANNEL) => (await discord.ctl('GET /chat', {}, { channel_id })).messages };
}

async function client(t, { config, intents = EVERYTHING, login = true } = {}) {
  const scene = await fake(t, config);
  const bot = new Client({
    intents: intents.map((name) => GatewayIntentBits[name]), partials: [Partials.Channel, Partials.Message, Partials.Reaction],
    rest: { api: scene.discord.api.replace(/\/v10$/, ''), version: '10' },
  });
  const heard = [];
  bot.on(Events.Error, () => {}).on(Events.MessageCreate, (message) => { if (message.author.id !== bot.user.id) heard.push(message); });
  // It may wait for ever for the end of a connection that never was.
  t.after(() => Promise.race([bot.destroy().catch(() => {}), new Promise((done) => setTimeout(done, 1000).unref())]));
  if (login) {
    const ready = new Promise((done) => bot.once(Events.ClientReady, done));
    await bot.login(TOKEN);
    await ready;
  }
  const hears = (count) => poll(() => heard.length >= count && heard, 15_000);
  return { ...scene, bot, heard, hears, channel: bot.channels.cache.get(CHANNEL) };
}

function bareSocket(t, { discord }, query = 'v=10&encoding=json') {
  const socket = new WebSocket(`${discord.gateway}?${query}`);
  const heard = [];
  const bare = { socket, heard, closed: null, send: (payload) => socket.send(JSON.stringify(payload)) };
  socket.on('error', () => {}).on('close', (code) => { bare.closed = code; }).on('message', (data, isBinary) => { if (!isBinary) heard.push(JSON.parse(data)); });
  bare.hears = (fits) => poll(() => heard.find(fits), 3000);
  bare.ends = () => poll(() => bare.closed, 3000);
  bare.identify = (more) => bare.send({ op: 2, d: { token: TOKEN, intents: 512 | 1 | 4096 | 32768, properties: { os: 'linux', browser: 'x', device: 'x' }, ...more } });
  t.after(() => socket.terminate());
  return bare;
}

// What a client has heard is known to it alone: the fake has only said it.
async function poll(check, timeout) {
  const until = Date.now() + timeout;
  for (;;) {
    const value = check();
    if (value) return value;
    if (Date.now() > until) throw new Error(`not within ${timeout} ms`);
    await new Promise((done) => setTimeout(done, 5));
  }
}

describe('a bot made with discord.js', { concurrency: 6 }, () => {
  test('connects, learns its servers, hears and answers', async (t) => {
    const { bot, ctl, hears, chat } = await client(t);
    assert.equal(bot.channels.cache.get(CHANNEL).name, 'general');
    const { message_id } = await ctl('POST /message', { channel_id: CHANNEL, content: 'ping' });
    const [message] = await hears(1);
    await message.reply({ content: 'pong', allowedMentions: { repliedUser: false } });
    const [answer] = (await chat()).filter((each) => each.bot);
    assert.deepEqual([answer.content, answer.reply_to, answer.allowed_mentions.replied_user], ['pong', message_id, false]);
  });

  test('direct messages: an answer, and 50007 for who wants none', async (t) => {
    const { bot, ctl, hears } = await client(t);
    const { channel_id } = await ctl('POST /message', { from_id: '1001', content: 'hi' });
    const [{ channel }] = await hears(1);
    assert.equal((await channel.send('answer')).channelId, channel_id);
    await ctl('POST /dm-block', { user_id: '1001' });
    await assert.rejects(bot.users.send('1001', 'x'), { code: 50007, status: 403 });
  });

  test('without the intent a message has text only where it is meant for the bot', async (t) => {
    const { ctl, hears } = await client(t, { intents: ['Guilds', 'GuildMessages', 'DirectMessages'] });
    for (const message of [{ channel_id: CHANNEL, content: 'secret' }, { channel_id: CHANNEL, content: `<@${BOT}> seen` }, { from_id: '1001', content: 'direct' }]) await ctl('POST /message', message);
    assert.deepEqual((await hears(3)).map(({ content }) => content), ['', `<@${BOT}> seen`, 'direct']);
  });

  test('intents that are not granted, and tokens that are none', async (t) => {
    const refused = await client(t, { config: { privilegedGranted: 0 }, login: false });
    await assert.rejects(refused.bot.login(TOKEN), /disallowed intents/i);
    await assert.rejects(refused.bot.login('wrong.token.value'), /token/i);
  });

  test('op 7 and a cut connection: it resumes, and what was missed comes once and in order', async (t) => {
    const { ctl, discord, hears, heard } = await client(t);
    for (const [round, act] of ['POST /gw/reconnect', 'POST /gw/terminate'].entries()) {
      await ctl(act);
      await discord.until(async () => (await ctl('GET /state')).connections.length === 0, 3000);
      for (let i = 0; i < 3; i++) await ctl('POST /message', { channel_id: CHANNEL, content: `missed ${round}.${i}` });
      await hears(3 * (round + 1));
    }
    assert.deepEqual(heard.map(({ content }) => content), ['missed 0.0', 'missed 0.1', 'missed 0.2', 'missed 1.0', 'missed 1.1', 'missed 1.2']);
    const { sessions: [session], identifies } = await ctl('GET /state');
    assert.deepEqual([session.resumes, identifies], [2, 1]);
    assert.ok((await ctl('GET /gw/log', {}, { dir: 'conn' })).log.at(-1).path.startsWith('/gateway-resume'));
  });

  test('400 messages at 200 a second with both in the middle: none lost, none twice', async (t) => {
    const { ctl, discord, hears, heard } = await client(t);
    const { id } = await ctl('POST /load', { count: 400, rate: 200, channel_id: CHANNEL, content: 'n{n}' });
    for (const [sent, act] of [[100, 'POST /gw/reconnect'], [240, 'POST /gw/terminate']]) {
      await discord.until(async () => (await ctl('GET /load', {}, { id })).sent >= sent);
      await ctl(act);
    }
    await hears(400);
    assert.equal(new Set(heard.map(({ content }) => content)).size, 400);
    assert.equal(heard.length, 400);
  });

  test('op 9 false ends the session: what came meanwhile is in the history only', async (t) => {
    const { ctl, discord, heard, call } = await client(t);
    await ctl('POST /gw/invalid-session', { resumable: false });
    await ctl('POST /message', { channel_id: CHANNEL, content: 'in the gap' });
    await discord.until(async () => (await ctl('GET /state')).sessions.some(({ connected }) => connected), 12_000);
    await discord.until(() => discord.identifies.length === 2, 12_000);
    await ctl('POST /message', { channel_id: CHANNEL, content: 'after' });
    await poll(() => heard.some(({ content }) => content === 'after'), 5000);
    assert.ok(!heard.some(({ content }) => content === 'in the gap'));
    assert.match((await call('GET', `/channels/${CHANNEL}/messages?limit=10`)).text, /in the gap/);
  });

  test('heartbeats that nobody acknowledges make it come back', async (t) => {
    const { ctl, hears } = await client(t, { config: { heartbeatInterval: 400 } });
    await ctl('POST /gateway-mode', { ackHeartbeats: false });
    assert.ok((await ctl('GET /gw/wait', {}, { op: '6', dir: 'in', timeout: '8000' })).ok);
    await ctl('POST /gateway-mode', { ackHeartbeats: true });
    await ctl('POST /message', { channel_id: CHANNEL, content: 'after it' });
    await hears(1);
  });

  test('limits have their errors: 2001 characters, nothing at all; 2000 emoji pass', async (t) => {
    const { channel } = await client(t);
    await assert.rejects(channel.send('x'.repeat(2001)), (error) => error.code === 50035 && error.rawError.errors.content._errors[0].code === 'BASE_TYPE_MAX_LENGTH');
    await assert.rejects(channel.send({ content: '' }), { code: 50006 });
    await channel.send('😀'.repeat(2000));
  });

  test('it keeps within the buckets it is told of; 429 and 502 make it ask again', async (t) => {
    const { channel, ctl } = await client(t, { config: { rest: { messageSend: { limit: 5, windowMs: 500 } } } });
    for (let i = 0; i < 12; i++) await channel.send(`n${i}`);
    assert.equal((await ctl('GET /calls', {}, { status: '429' })).calls.length, 0);
    const { lastSeq: since } = await ctl('GET /state');
    for (const trouble of [{ kind: '429', retry_after: 0.2 }, { kind: 'global429', retry_after: 0.2 }, { kind: 'html', status: 502 }]) {
      await ctl('POST /faults', { method: 'POST', path: 'messages$', ...trouble });
      await channel.send(trouble.kind);
    }
    const { calls } = await ctl('GET /calls', {}, { method: 'POST', path: 'messages$', since });
    assert.deepEqual(calls.map(({ status }) => status), [429, 200, 429, 200, 502, 200]);
  });

  test('edits, reactions, deletions and files, both ways', async (t) => {
    const { bot, channel, ctl, hears, chat } = await client(t);
    const message = await channel.send({ content: 'one', files: [{ attachment: Buffer.from('file body'), name: 'réport.txt' }] });
    assert.equal(await (await fetch(message.attachments.first().url)).text(), 'file body');
    await message.edit('two');
    await message.react('👀');
    await message.delete();
    await assert.rejects(message.edit('three'), { code: 10008 });
    const seen = (await chat()).find(({ id }) => id === message.id);
    assert.deepEqual([seen.content, seen.edits, seen.deleted, seen.reactions], ['two', 1, true, { '👀': [BOT] }]);
    const events = [];
    bot.on(Events.MessageReactionAdd, ({ emoji }, user) => events.push(`${emoji.name} by ${user.id}`)).on(Events.MessageUpdate, (old, now) => now.author.id !== BOT && events.push(now.content)).on(Events.MessageDelete, () => events.push('deleted'));
    const { message_id } = await ctl('POST /message', { channel_id: CHANNEL, content: 'x', attachments: [{ filename: 'a.txt', mime: 'text/plain', base64: 'aGVsbG8=' }] });
    await ctl('POST /reaction', { channel_id: CHANNEL, message_id });
    await ctl('POST /edit', { channel_id: CHANNEL, message_id, content: 'y' });
    await ctl('POST /delete', { channel_id: CHANNEL, message_id });
    assert.equal((await hears(1))[0].attachments.first().name, 'a.txt');
    await poll(() => events.length === 3, 2000);
    assert.deepEqual(events, ['👍 by 1001', 'y', 'deleted']);
  });

  test('a file with an enforced nonce is there once, whatever becomes of the answer', async (t) => {
    const { channel, ctl, chat } = await client(t);
    await ctl('POST /faults', { method: 'POST', path: 'messages$', kind: 'dropReply' });
    const send = () => channel.send({ content: 'caption', files: [{ attachment: Buffer.from('once'), name: 'a.txt' }], nonce: 'abc', enforceNonce: true });
    await assert.rejects(send());
    const message = await send();
    const seen = await chat();
    assert.deepEqual(seen.map(({ id, attachments }) => [id, attachments.map(({ filename }) => filename)]), [[message.id, ['a.txt']]]);
  });

  test('an expired address of a file is refreshed', async (t) => {
    const { bot, channel, ctl } = await client(t);
    const { url } = (await channel.send({ files: [{ attachment: Buffer.from('old'), name: 'a.txt' }] })).attachments.first();
    await ctl('POST /cdn/expire');
    assert.equal((await fetch(url)).status, 404);
    const { refreshed_urls: [{ original, refreshed }] } = await bot.rest.post('/attachments/refresh-urls', { body: { attachment_urls: [url] } });
    assert.equal(original, url);
    assert.equal(await (await fetch(refreshed)).text(), 'old');
    assert.deepEqual((await ctl('GET /cdn')).downloads.map(({ status }) => status), [404, 200]);
  });

  test('threads from messages and in forums', async (t) => {
    const { bot, channel, ctl, call, hears } = await client(t);
    const thread = await (await channel.send('start')).startThread({ name: 'topic' });
    await thread.send('inside');
    const post = await bot.channels.cache.get(FORUM).threads.create({ name: 'post', message: { content: 'body' } });
    assert.equal(post.parentId, FORUM);
    assert.equal((await call('POST', `/channels/${FORUM}/messages`, { content: 'x' })).code, 50008);
    await ctl('POST /message', { channel_id: thread.id, content: 'a reply in the thread' });
    assert.ok((await hears(1))[0].channel.isThread());
  });

  test('a slash command is acknowledged, answered and followed up; a button changes its message', async (t) => {
    const { bot, channel, ctl, discord, chat } = await client(t);
    bot.on(Events.InteractionCreate, async (interaction) => {
      if (interaction.isButton()) return interaction.update({ content: `chose ${interaction.customId}`, components: [] });
      await interaction.deferReply({ flags: 64 });
      await interaction.editReply(`done ${interaction.options.getString('input')}`);
      await interaction.followUp({ content: 'more', flags: 64 });
    });
    await bot.application.commands.set([{ name: 'status', description: 'Status', options: [{ name: 'input', description: 'x', type: 3 }] }]);
    const { interaction_id: id } = await ctl('POST /interaction', { name: 'status', channel_id: CHANNEL, options: [{ name: 'input', type: 3, value: 'abc' }] });
    const seen = await discord.until(async () => { const view = await ctl('GET /interaction', {}, { id }); return view.followups.length && view; });
    assert.deepEqual([seen.ackType, seen.original.content, seen.followups[0].content], [5, 'done abc', 'more']);
    const message = await channel.send({ content: 'pick', components: [{ type: 1, components: [{ type: 2, style: 1, label: 'Yes', custom_id: 'yes' }] }] });
    await ctl('POST /interaction', { kind: 'component', channel_id: CHANNEL, message_id: message.id, custom_id: 'yes' });
    await discord.until(async () => (await chat()).some(({ content }) => content === 'chose yes'));
  });

  test('an acknowledgement that is late is 10062, a second one 40060, and nothing follows before the first', async (t) => {
    const { ctl, call } = await client(t);
    const begin = () => ctl('POST /interaction', { name: 'x', channel_id: CHANNEL });
    const acknowledge = ({ interaction_id, token }) => call('POST', `/interactions/${interaction_id}/${token}/callback`, { type: 5 });
    await ctl('POST /config', { interactionAckMs: -1 });
    assert.equal((await acknowledge(await begin())).code, 10062);
    await ctl('POST /config', { interactionAckMs: 3000 });
    const prompt = await begin();
    const followUp = () => call('POST', `/webhooks/${BOT}/${prompt.token}`, { content: 'x' });
    assert.equal((await followUp()).code, 10015);
    assert.equal((await acknowledge(prompt)).status, 204);
    assert.equal((await followUp()).status, 200);
    assert.equal((await acknowledge(prompt)).code, 40060);
  });
});

describe('what a bare socket sees', { concurrency: 6 }, () => {
  test('every close code for what earns it', async (t) => {
    const scene = await fake(t, { gatewayRate: { max: 10 }, enforceIdentifyConcurrency: false });
    const earns = async (code, act, query) => {
      const bare = bareSocket(t, scene, query);
      if (!query) await bare.hears(({ op }) => op === 10);
      await act(bare);
      assert.equal(await bare.ends(), code);
    };
    await earns(4001, (bare) => bare.send({ op: 99 }));
    await earns(4002, (bare) => bare.socket.send('{not json'));
    await earns(4002, (bare) => bare.socket.send('x'.repeat(5000)));
    await earns(4003, (bare) => bare.send({ op: 3, d: {} }));
    await earns(4004, (bare) => bare.identify({ token: 'nope' }));
    await earns(4005, async (bare) => { bare.identify(); await bare.hears(({ t: type }) => type === 'READY'); bare.identify(); });
    await earns(4007, async (bare) => {
      const other = bareSocket(t, scene);
      await other.hears(({ op }) => op === 10);
      other.identify();
      const { d: { session_id } } = await other.hears(({ t: type }) => type === 'READY');
      bare.send({ op: 6, d: { token: TOKEN, session_id, seq: 99_999 } });
    });
    await earns(4008, (bare) => { for (let i = 0; i < 12; i++) bare.send({ op: 1, d: null }); });
    await earns(4010, (bare) => bare.identify({ shard: [2, 1] }));
    await earns(4012, () => {}, 'v=3&encoding=json');
    await earns(4013, (bare) => bare.identify({ intents: 1 << 30 }));
  });

  test('a second IDENTIFY within the window is refused, and each is counted', async (t) => {
    const scene = await fake(t, { identifyWindowMs: 5000 });
    for (const expected of [({ t: type }) => type === 'READY', ({ op, d }) => op === 9 && d === false]) {
      const bare = bareSocket(t, scene);
      await bare.hears(({ op }) => op === 10);
      bare.identify();
      await bare.hears(expected);
    }
    assert.equal(scene.discord.identifies.length, 2);
    assert.match((await scene.call('GET', '/gateway/bot')).text, /"remaining":999/);
  });

  test('a session ends with 1000, outlives a cut, and is gone when its time is over', async (t) => {
    const scene = await fake(t, { enforceIdentifyConcurrency: false });
    const begin = async () => {
      const bare = bareSocket(t, scene);
      await bare.hears(({ op }) => op === 10);
      bare.identify();
      return { bare, id: (await bare.hears(({ t: type }) => type === 'READY')).d.session_id };
    };
    const outlives = async (end) => {
      const { bare, id } = await begin();
      await end(bare);
      await bare.ends();
      await scene.discord.until(async () => !(await scene.ctl('GET /state')).sessions.find((session) => session.id === id)?.connected);
      return scene.discord.sessions.has(id);
    };
    assert.equal(await outlives((bare) => bare.socket.close(1000)), false);
    assert.equal(await outlives((bare) => bare.socket.close(4000)), true);
    assert.equal(await outlives((bare) => bare.socket.terminate()), true);
    assert.equal(await outlives(() => scene.ctl('POST /gw/close', { code: 1000 })), true);
    await scene.ctl('POST /gw/expire-sessions');
    assert.equal(scene.discord.sessions.size, 0);
  });

  test('zlib-stream: one context for the connection, each message ends in a flush', async (t) => {
    const scene = await fake(t);
    const bare = bareSocket(t, scene, 'v=10&encoding=json&compress=zlib-stream');
    const inflate = zlib.createInflate({ flush: zlib.constants.Z_SYNC_FLUSH });
    let text = '';
    const ends = [];
    inflate.on('data', (part) => { text += part; });
    bare.socket.on('message', (data) => { ends.push(data.subarray(-4).toString('hex')); inflate.write(data); });
    await poll(() => text.includes('heartbeat_interval'), 3000);
    bare.identify();
    await poll(() => text.includes('GUILD_CREATE'), 3000);
    assert.ok(ends.length >= 3 && ends.every((end) => end === '0000ffff'));
  });

  test('an outage: everything is cut, each attempt is counted, and it is over when it is over', async (t) => {
    const scene = await fake(t);
    const bare = bareSocket(t, scene);
    await bare.hears(({ op }) => op === 10);
    await scene.ctl('POST /outage', { on: true });
    await bare.ends();
    await assert.rejects(scene.call('GET', '/gateway/bot'));
    assert.equal(await bareSocket(t, scene).ends(), 1006);
    assert.equal(scene.discord.attempts.length, 2);
    await scene.ctl('POST /outage', { on: false });
    assert.equal((await scene.call('GET', '/gateway/bot')).status, 200);
  });
});

describe('what a request gets', { concurrency: 6 }, () => {
  test('429 tells how long, of what and why; too many refusals are a ban in HTML', async (t) => {
    const { call } = await fake(t, { rest: { messageSend: { limit: 1, windowMs: 5000 }, invalidMax: 5 } });
    const first = await call('POST', `/channels/${CHANNEL}/messages`, { content: '1' });
    assert.equal(first.headers.get('x-ratelimit-remaining'), '0');
    const second = await call('POST', `/channels/${CHANNEL}/messages`, { content: '2' });
    assert.deepEqual([second.status, second.global, second.headers.get('x-ratelimit-scope')], [429, false, 'user']);
    assert.ok(second.retry_after > 0 && second.retry_after <= 5);
    for (let i = 0; i < 5; i++) await call('POST', `/channels/${CHANNEL}/messages`, { content: '2' });
    const banned = await call('GET', '/users/@me');
    assert.match(banned.text, /^<html>/);
    assert.ok(Number(banned.headers.get('retry-after')) > 500);
  });

  test('an enforced nonce makes of a repeated request the same message', async (t) => {
    const { call, ctl, chat } = await fake(t);
    await ctl('POST /faults', { method: 'POST', path: 'messages$', kind: 'dropReply' });
    const body = { content: 'once', nonce: 'abc123', enforce_nonce: true };
    await assert.rejects(call('POST', `/channels/${CHANNEL}/messages`, body));
    const again = await call('POST', `/channels/${CHANNEL}/messages`, body);
    assert.deepEqual((await chat()).map(({ id }) => id), [again.id]);
  });

  test('permissions and places: 50001, 50013, 10003, a locked thread, one that is archived', async (t) => {
    const { call, ctl } = await fake(t);
    const write = async (channel) => (await call('POST', `/channels/${channel}/messages`, { content: 'x' })).code;
    await ctl('POST /perms', { channel_id: CHANNEL, perms: String(1n << 10n) });
    assert.equal(await write(CHANNEL), 50013);
    await ctl('POST /perms', { channel_id: CHANNEL, perms: '0' });
    assert.equal(await write(CHANNEL), 50001);
    assert.equal(await write('123'), 10003);
    await ctl('POST /perms', { channel_id: CHANNEL });
    const { thread_id } = await ctl('POST /thread', { channel_id: CHANNEL });
    await call('PATCH', `/channels/${thread_id}`, { archived: true });
    assert.equal(await write(thread_id), undefined);
    await ctl('POST /config', { refuseArchived: true });
    await call('PATCH', `/channels/${thread_id}`, { archived: true });
    assert.equal(await write(thread_id), 50083);
    await call('PATCH', `/channels/${thread_id}`, { archived: false, locked: true });
    assert.equal(await write(thread_id), 160005);
  });

  test('history is asked for by id, the oldest first of what came after', async (t) => {
    const { call, ctl } = await fake(t);
    const ids = [];
    for (let i = 0; i < 5; i++) ids.push((await ctl('POST /message', { channel_id: CHANNEL, content: `m${i}` })).message_id);
    const got = async (query) => JSON.parse((await call('GET', `/channels/${CHANNEL}/messages?${query}`)).text).map(({ content }) => content);
    assert.deepEqual(await got(`after=${ids[0]}&limit=2`), ['m2', 'm1']);
    assert.deepEqual(await got(`before=${ids[3]}&limit=2`), ['m2', 'm1']);
    assert.deepEqual(await got('limit=2'), ['m4', 'm3']);
  });

  test('ten thousand ids of one moment still rise', async (t) => {
    const { ctl, discord } = await fake(t);
    const { id } = await ctl('POST /load', { count: 10_000, rate: 0, channel_id: CHANNEL });
    const { ids } = await ctl('GET /load', {}, { id });
    assert.ok(ids.every((each, i) => i === 0 || BigInt(each) > BigInt(ids[i - 1])));
    assert.equal(discord.world.channels.get(CHANNEL).last_message_id, ids.at(-1));
  });
});
