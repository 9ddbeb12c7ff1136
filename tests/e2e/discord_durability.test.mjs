// Nothing lost and nothing said twice on Discord: across deaths of the worker, the gateway and the agent, expired sessions,
// lost answers and limits. Random kills are in tests/chaos.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { eventually, pause } from './harness.mjs';
import { FORUM, GENERAL, MENTION, SERVER, calls, command, discordStage, frames, isListening, sends, session } from './discord_stage.mjs';

const RESTARTS = process.env.OPENCLAW_LONG_TESTS ? 20 : 5;
const quiet = { channel: { streaming: { mode: 'off' } } };
const texts = async (chat) => (await chat.answers()).map(({ content }) => content);
const isGone = (discord) => discord.until(async () => (await discord.ctl('GET /state')).connections.length === 0, 10_000);

// The death of a process, and its return.
async function kill(gateway, id) {
  const { pid } = await gateway.workerReady(id);
  process.kill(pid, 'SIGKILL');
  return gateway.workerReady(id, { not: [pid], timeout: 20_000 });
}

describe('the worker is killed', { concurrency: 6 }, () => {
  test('it resumes from the place that is on record, and what was said meanwhile arrives, once', async (t) => {
    const { gateway, discord, direct } = await discordStage(t, quiet);
    for (let i = 0; i < 3; i++) await direct(5001).ask(`say before ${i}`, `before ${i}`);
    await pause(1200); // the place is written once a second
    const { id } = await session(discord);
    const { pid } = await gateway.workerReady('discord');
    process.kill(pid, 'SIGKILL');
    await isGone(discord);
    for (let i = 0; i < 3; i++) await direct(5001).say(`say meanwhile ${i}`);
    await direct(5001).answer(/meanwhile 2/, { timeout: 20_000 });
    await direct(5001).ask('say after', 'after', { timeout: 20_000 });
    const now = await session(discord);
    assert.deepEqual([now.id, now.resumes, discord.identifies.length], [id, 1, 1]);
    const { d: { seq } } = (await frames(discord, { dir: 'in', op: 6 })).at(-1);
    assert.ok(seq > 0 && seq < now.seq, `resumed from ${seq} of ${now.seq}`);
    const said = (await texts(direct(5001))).join('\n');
    for (const text of ['before 0', 'before 1', 'before 2', 'meanwhile 0', 'meanwhile 1', 'meanwhile 2', 'after']) assert.equal(said.split(text).length - 1, 1, text);
  });

  test('while its session expires: what was missed in direct messages, rooms, threads and posts is read from the history', { timeout: 60_000 }, async (t) => {
    const { gateway, discord, direct, room } = await discordStage(t, quiet);
    const { thread_id: thread } = await discord.ctl('POST /thread', { channel_id: GENERAL, name: 'aside' });
    const { thread_id: post } = await discord.ctl('POST /thread', { channel_id: FORUM, name: 'post' });
    const places = { direct: direct(5002), room: room(GENERAL, { from_id: '5002' }), thread: room(thread, { from_id: '5002' }), post: room(post, { from_id: '5002' }) };
    for (const [name, chat] of Object.entries(places)) await chat.ask(`${MENTION} say known in ${name}`, `known in ${name}`);
    await pause(1200); // what was seen is on record within a second
    const { pid } = await gateway.workerReady('discord');
    await gateway.call('workers.stop', { id: 'discord:default' });
    await isGone(discord);
    await discord.ctl('POST /gw/expire-sessions');
    for (const [name, chat] of Object.entries(places)) await chat.say(`${MENTION} say missed in ${name}`);
    await gateway.call('workers.start', { id: 'discord:default' });
    await gateway.workerReady('discord', { not: [pid] });
    for (const [name, chat] of Object.entries(places)) {
      await chat.answer(`missed in ${name}`, { timeout: 30_000 });
      await chat.ask(`${MENTION} say new in ${name}`, `new in ${name}`);
      assert.deepEqual(await texts(chat), [`known in ${name}`, `missed in ${name}`, `new in ${name}`]);
    }
    assert.equal(discord.identifies.length, 2, `IDENTIFYs apart ${discord.identifies.slice(1).map((at, i) => at - discord.identifies[i])} ms`);
  });

  test('three hundred missed messages of one room are read in pages, in order', { timeout: 90_000 }, async (t) => {
    const { gateway, discord, room, provider } = await discordStage(t, { ...quiet, channel: { ...quiet.channel, guilds: { [SERVER]: { requireMention: true } } } });
    const chat = room(GENERAL, { from_id: '5003' });
    await chat.ask(`${MENTION} say hello`, 'hello');
    await pause(1200);
    await gateway.call('workers.stop', { id: 'discord:default' });
    await isGone(discord);
    await discord.ctl('POST /gw/expire-sessions');
    for (let i = 0; i < 300; i++) await chat.say(i % 100 === 99 ? `${MENTION} say number ${i}` : `chatter ${i}`);
    await gateway.call('workers.start', { id: 'discord:default' });
    for (const i of [99, 199, 299]) await chat.answer(`number ${i}`, { timeout: 60_000 });
    assert.deepEqual(await texts(chat), ['hello', 'number 99', 'number 199', 'number 299']);
    const pages = await calls(discord, { method: 'GET', path: `^/channels/${GENERAL}/messages$` });
    assert.ok(pages.length >= 3, `${pages.length} pages`);
    assert.ok(provider.requests.length <= 6);
  });

  test('while it sends: the message stands once, in whatever moment it dies', { timeout: 90_000 }, async (t) => {
    const { gateway, discord, direct } = await discordStage(t, quiet);
    await direct(5004).ask('say warm', 'warm');
    const troubles = [{ kind: 'delay', delayMs: 1500 }, { kind: 'dropReply' }, { kind: 'hang', delayMs: 5000 }];
    for (const [i, trouble] of troubles.entries()) {
      await discord.ctl('POST /faults', { method: 'POST', path: 'messages$', contentIncludes: `in flight ${i}`, ...trouble });
      await direct(5004).say(`say in flight ${i}`);
      await eventually(async () => (await discord.ctl('GET /faults')).faults.at(-1).hits === 1, 'the send to leave', 10_000);
      await kill(gateway, 'discord');
      await direct(5004).answer(`in flight ${i}`, { timeout: 30_000 });
      await direct(5004).ask(`say next ${i}`, `next ${i}`, { timeout: 30_000 });
      assert.equal((await texts(direct(5004))).filter((text) => text === `in flight ${i}`).length, 1, trouble.kind);
    }
    assert.equal(discord.identifies.length, 1);
  });

  test('while an answer grows: one answer stands, and nothing half', { timeout: 60_000 }, async (t) => {
    const { gateway, direct } = await discordStage(t, { channel: { streaming: { mode: 'partial' } } });
    const chat = direct(5005);
    await chat.say('slow 60 100');
    await chat.answer(/word\d/, { timeout: 15_000 });
    await kill(gateway, 'discord');
    await chat.answer(/word59$/, { timeout: 40_000 });
    await chat.ask('say done', 'done', { timeout: 20_000 });
    assert.deepEqual((await texts(chat)).map((text) => text.split(' ').at(-1)), ['word59', 'done']);
  });

  test('after a command was acknowledged: the person is answered or told, not left waiting', { timeout: 60_000 }, async (t) => {
    const { gateway, discord } = await discordStage(t, quiet);
    const { interaction_id: id } = await discord.ctl('POST /interaction', { name: 'status', from_id: '5006' });
    await discord.until(async () => (await discord.ctl('GET /interaction', {}, { id })).ackMs !== null, 5000);
    await kill(gateway, 'discord');
    await discord.until(async () => { const view = await discord.ctl('GET /interaction', {}, { id }); return view.followups.length || view.original?.content; }, 30_000)
      .catch(() => discord.until(async () => (await discord.ctl('GET /chat', {}, { user_id: '5006' })).messages.some(({ bot, content }) => bot && content), 1000));
  });
});

describe('the gateway is killed', { concurrency: 4 }, () => {
  test('while the model thinks: answered after the restart, once, in the same session', async (t) => {
    const { gateway, discord, direct, provider } = await discordStage(t, quiet);
    await direct(5101).ask('say warm', 'warm');
    await provider.ctl('POST /faults', { kind: 'hang', delayMs: 30_000, textIncludes: 'survive' });
    await direct(5101).say('say survive');
    await provider.ctl('GET /wait', {}, { text: 'survive' });
    await gateway.restart('SIGKILL');
    await direct(5101).answer(/survive/, { timeout: 20_000 });
    await direct(5101).ask('say next', /next/, { timeout: 20_000 });
    assert.equal((await sends(discord, await direct(5101).id())).filter(({ body }) => body.content.includes('survive')).length, 1);
    assert.equal(discord.identifies.length, 1);
  });

  test('messages written while it is down are answered when it is back', async (t) => {
    const { gateway, discord, direct } = await discordStage(t, quiet);
    for (let i = 0; i < 5; i++) await direct(5110 + i).ask('say warm', 'warm');
    await gateway.stop('SIGKILL');
    await isGone(discord);
    for (let i = 0; i < 5; i++) await direct(5110 + i).say(`say waited ${i}`);
    await gateway.start();
    for (let i = 0; i < 5; i++) await direct(5110 + i).answer(`waited ${i}`, { timeout: 20_000 });
    for (let i = 0; i < 5; i++) assert.deepEqual(await texts(direct(5110 + i)), ['warm', `waited ${i}`]);
    assert.equal(discord.identifies.length, 1);
  });

  test('a planned stop leaves the session standing, too', async (t) => {
    const { gateway, discord, direct } = await discordStage(t, quiet);
    await direct(5120).ask('say warm', 'warm');
    await gateway.stop('SIGTERM');
    await isGone(discord);
    for (const { code } of await frames(discord, { dir: 'closed' })) assert.ok(![1000, 1001].includes(code), `closed with ${code}`);
    await direct(5120).say('say in between');
    await gateway.start();
    await direct(5120).answer('in between', { timeout: 20_000 });
    assert.equal(discord.identifies.length, 1);
  });

  test(`${RESTARTS} restarts, sessions expired each time: IDENTIFYs keep their distance, and are remembered`, { timeout: 120_000 }, async (t) => {
    const { gateway, discord, direct } = await discordStage(t, quiet);
    await direct(5130).ask('say warm', 'warm');
    for (let i = 0; i < RESTARTS; i++) {
      await gateway.stop(i % 2 ? 'SIGKILL' : 'SIGTERM');
      await isGone(discord);
      await discord.ctl('POST /gw/expire-sessions');
      await gateway.start();
      await pause(1000);
    }
    await isListening(discord, 40_000);
    const times = discord.identifies;
    for (let i = 1; i < times.length; i++) assert.ok(times[i] - times[i - 1] >= 4700, `${times[i] - times[i - 1]} ms between two IDENTIFYs`); // as they arrive: one may be held up on its way
    assert.ok(discord.config.sessionStart.remaining >= 1000 - times.length);
    await direct(5130).ask('say still here', 'still here', { timeout: 20_000 });
  });
});

describe('limits and troubles of single requests', { concurrency: 6 }, () => {
  test('it keeps within the buckets it is told of: twelve answers in one room, none refused', { timeout: 60_000 }, async (t) => {
    const { discord, room } = await discordStage(t, { ...quiet, discord: { config: { rest: { messageSend: { limit: 5, windowMs: 2000 } } } } });
    const people = Array.from({ length: 12 }, (_, i) => room(GENERAL, { from_id: String(5200 + i) }));
    for (const [i, person] of people.entries()) await person.say(`${MENTION} say part ${i}.`);
    await discord.until(async () => new Set((await texts(people[0])).flatMap((text) => text.match(/part \d+\./g) ?? [])).size === 12, 40_000);
    assert.equal((await calls(discord, { status: '429' })).length, 0);
  });

  test('a limit in one channel delays no other; the message goes again when its time has come', async (t) => {
    const { discord, direct } = await discordStage(t, quiet);
    await direct(5211).ask('say warm', 'warm');
    const channel = await direct(5211).id();
    await discord.ctl('POST /faults', { method: 'POST', path: `^/channels/${channel}/messages$`, kind: '429', scope: 'shared', retry_after: 4 });
    await direct(5211).say('say limited');
    await discord.ctl('GET /wait', {}, { status: '429' });
    await direct(5212).ask('say free', 'free');
    await direct(5211).answer('limited', { timeout: 15_000 });
    const [, refused, again] = await sends(discord, channel);
    const [free] = await sends(discord, await direct(5212).id());
    assert.ok(free.at < again.at, 'the other channel did not wait');
    assert.ok(again.at - refused.at >= 4000, JSON.stringify((await calls(discord, {})).map(({ at, method, path, status, body, fault }) => [at % 100_000, method, path, status, body?.content, body?.nonce, fault])));
    assert.equal(refused.body.nonce, again.body.nonce);
  });

  test('a limit of everything stops everything, for as long as it says', async (t) => {
    // With each heartbeat connections are kept warm: that waits, too.
    const { discord, direct } = await discordStage(t, { ...quiet, discord: { config: { heartbeatInterval: 1000, heartbeatGraceFactor: 20 } } });
    await direct(5221).ask('say warm', 'warm');
    await discord.ctl('POST /faults', { method: 'POST', path: 'messages$', kind: 'global429', retry_after: 4 });
    await direct(5221).say('say first');
    const { calls: [refused] } = await discord.ctl('GET /wait', {}, { status: '429' });
    await direct(5222).ask('say second', 'second');
    await direct(5221).answer('first');
    // What was on its way when the answer came, is.
    const early = (await calls(discord, { since: refused.seq })).filter(({ at, path }) => at > refused.at + 1500 && at < refused.at + 3950 && !path.startsWith('/interactions'));
    assert.deepEqual(early.map(({ method, path }) => `${method} ${path}`), []);
  });

  for (const [name, trouble] of Object.entries({ '502 in HTML': { kind: 'html', status: 502 }, '500 in JSON': { kind: 'status', status: 500 }, 'a reset connection': { kind: 'reset' }, 'a lost answer': { kind: 'dropReply' } })) {
    test(`${name}: asked again with the same nonce, one message`, async (t) => {
      const { discord, direct } = await discordStage(t, quiet);
      await direct(5231).ask('say warm', 'warm');
      await discord.ctl('POST /faults', { method: 'POST', path: 'messages$', contentIncludes: 'once', times: 2, ...trouble });
      await direct(5231).ask('say once', 'once', { timeout: 20_000 });
      await direct(5231).ask('say then', 'then', { timeout: 20_000 });
      assert.deepEqual(await texts(direct(5231)), ['warm', 'once', 'then']);
      const tries = (await sends(discord, await direct(5231).id())).filter(({ body }) => body.content === 'once');
      assert.ok(tries.length >= 2);
      assert.equal(new Set(tries.map(({ body }) => body.nonce)).size, 1);
      assert.ok(tries.every(({ body }) => body.enforce_nonce === true));
    });
  }

  test('a ban page is believed: nothing is asked until it is over', { timeout: 60_000 }, async (t) => {
    const { discord, direct } = await discordStage(t, quiet);
    await direct(5241).ask('say warm', 'warm');
    await discord.ctl('POST /faults', { method: 'POST', path: 'messages$', kind: 'html', status: 429, retry_after: 3 });
    await direct(5241).say('say banned');
    await discord.until(async () => (await calls(discord, { status: '429' })).length === 1, 10_000);
    await pause(3000);
    assert.equal((await calls(discord, { status: '429' })).length, 1, 'no second one');
  });

  test('a place that refuses is not tried again and again: far from the ban', async (t) => {
    const { discord, direct, room } = await discordStage(t, quiet);
    await discord.ctl('POST /perms', { channel_id: GENERAL, perms: String(1n << 10n) }); // may look, may not speak
    for (let i = 0; i < 5; i++) await room(GENERAL, { from_id: '5251' }).say(`${MENTION} say refused ${i}`);
    await direct(5252).ask('say elsewhere', 'elsewhere');
    await pause(3000);
    const { refusals } = await discord.ctl('GET /state');
    assert.ok(refusals <= 30, `${refusals} refusals`);
  });

  test('who wants no direct messages gets none, nor a notice of it', async (t) => {
    const { discord, direct } = await discordStage(t, quiet);
    await direct(5261).ask('say hello', 'hello');
    await discord.ctl('POST /dm-block', { user_id: '5261' });
    await direct(5261).say('say into the void');
    await discord.until(async () => (await calls(discord, { method: 'POST', path: 'messages$', status: '403' })).length >= 1, 10_000);
    await direct(5262).ask('say others live', 'others live');
    await pause(1000);
    assert.equal((await calls(discord, { method: 'POST', path: 'messages$', status: '403' })).length, 1);
  });

  test('a message that it answers is gone: it says so without the reference', async (t) => {
    const { discord, room } = await discordStage(t, { ...quiet, channel: { ...quiet.channel, replyToMode: 'first' } });
    const chat = room(GENERAL, { from_id: '5271' });
    await chat.ask(`${MENTION} say warm`, 'warm');
    const { message_id } = await chat.say(`${MENTION} slow 10 100`);
    await discord.ctl('POST /delete', { channel_id: GENERAL, message_id });
    await chat.answer(/word9$/, { timeout: 15_000 }).catch(() => {}); // a deleted question may be left unanswered
    await chat.ask(`${MENTION} say alive`, 'alive');
    assert.equal((await calls(discord, { status: '500' })).length, 0);
  });

  test('replies point at what they answer, once, and ping nobody for it', async (t) => {
    const { discord, room } = await discordStage(t, { ...quiet, channel: { ...quiet.channel, replyToMode: 'first' }, discord: { config: { rest: { messageSend: { limit: 50, windowMs: 1000 } } } } });
    const chat = room(GENERAL, { from_id: '5281' });
    const { message_id } = await chat.say(`${MENTION} longcode 5000`);
    await chat.answer(/value_1_1 /, { timeout: 20_000 });
    await chat.ask(`${MENTION} say over`, 'over', { timeout: 20_000 });
    const parts = (await sends(discord, GENERAL)).filter(({ body }) => body.content !== 'over');
    assert.equal(parts[0].body.message_reference?.message_id, message_id);
    assert.equal(parts[0].body.message_reference.fail_if_not_exists, false);
    assert.ok(parts.slice(1).every(({ body }) => !body.message_reference));
    assert.ok(parts.every(({ body }) => body.allowed_mentions?.replied_user !== true));
  });

  test('an archived thread is opened again, a locked one is left alone', async (t) => {
    const { discord, room, direct } = await discordStage(t, { ...quiet, discord: { config: { refuseArchived: true } } });
    const { thread_id } = await discord.ctl('POST /thread', { channel_id: GENERAL, name: 'aside' });
    const thread = room(thread_id, { from_id: '5291' });
    await thread.ask(`${MENTION} say open`, 'open');
    discord.world.channels.get(thread_id).thread_metadata.archived = true;
    await thread.ask(`${MENTION} say opened`, 'opened');
    discord.world.channels.get(thread_id).thread_metadata.locked = true;
    await thread.say(`${MENTION} say locked`);
    await discord.until(async () => (await sends(discord, thread_id, { status: '403' })).length === 1, 10_000);
    await direct(5292).ask('say elsewhere', 'elsewhere');
    assert.deepEqual(await texts(thread), ['open', 'opened']);
  });

  test('what is sent to a forum becomes a post', async (t) => {
    const { gateway, discord } = await discordStage(t, quiet);
    await isListening(discord);
    const { messageId } = await gateway.call('send', { channel: 'discord', to: `channel:${FORUM}`, message: 'Notes of the day\n\nNothing happened.', idempotencyKey: 'forum-1' });
    assert.ok(messageId);
    const post = [...discord.world.channels.values()].find(({ parent_id }) => parent_id === FORUM);
    assert.match(post.name, /Notes of the day/);
    assert.match((await discord.ctl('GET /chat', {}, { channel_id: post.id })).messages[0].content, /Nothing happened/);
  });

  test('messages of the operator go to rooms and people, by id and by mention', async (t) => {
    const { gateway, discord, direct, room } = await discordStage(t, quiet);
    await isListening(discord);
    const send = (to, message) => gateway.call('send', { channel: 'discord', to, message, idempotencyKey: message });
    await send(`channel:${GENERAL}`, 'to the room');
    await send('user:5299', 'to a person');
    assert.equal((await room(GENERAL).answers()).at(-1).content, 'to the room');
    assert.equal((await direct(5299).answers()).at(-1).content, 'to a person');
    await assert.rejects(send('channel:1', 'to nowhere'));
  });
});

describe('interactions and limits', () => {
  test('a double acknowledgement is no trouble: the command is answered', async (t) => {
    const { discord } = await discordStage(t, quiet);
    await discord.ctl('POST /faults', { method: 'POST', path: '/callback$', kind: 'dropReply' });
    const view = await command(discord, 'help', { from_id: '5301', timeout: 20_000, fits: ({ followups, original }) => followups?.some(({ content }) => content) || original?.content });
    assert.ok(view.ackMs < 1000);
  });
});
