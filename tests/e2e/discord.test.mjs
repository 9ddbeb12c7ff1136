// A Discord user and the model, through the real processes: asserted from the fake platform's own record.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { eventually, pause, processTree, programOf } from './harness.mjs';
import { BOT_ID, FORUM, GENERAL, MENTION, SERVER, calls, command, discordStage, sends, session, sharedDiscordStage } from './discord_stage.mjs';

// Side by side: chats do not know each other, and waiting out the platform's pace one after the other would take minutes.
describe('a conversation on Discord', { concurrency: 8 }, () => {
  const scene = sharedDiscordStage({ channel: { streaming: { mode: 'partial' } } });
  const newRoom = async (more = {}) => {
    const { channel } = await scene.discord.ctl('POST /channel', { guild_id: SERVER, name: 'room', ...more });
    return scene.room(channel.id, { from_id: '6001' });
  };

  test('the bot is introduced once: one session, its commands registered with one request', async () => {
    await scene.discord.ctl('GET /wait', {}, { method: 'PUT', path: 'commands$' });
    assert.equal(scene.discord.identifies.length, 1);
    const asked = await calls(scene.discord, { path: '/commands' });
    assert.deepEqual(asked.map(({ method }) => method), ['PUT']);
    const names = (await scene.discord.ctl('GET /commands')).global.map(({ name }) => name);
    for (const name of ['new', 'stop', 'status', 'help']) assert.ok(names.includes(name), `${name} among ${names}`);
  });

  test('every request says who asks, as Discord demands', async () => {
    for (const { userAgent } of await calls(scene.discord, {})) assert.match(userAgent, /^DiscordBot \(https?:\/\/\S+, \S+\)/);
  });

  test('a direct message is answered in the same conversation', async () => {
    const answer = await scene.direct(5001).ask('say pong', 'pong');
    assert.equal(answer.bot, true);
    assert.ok(answer.nonce && String(answer.nonce).length <= 25);
  });

  test('twenty turns: one answer each, in order, and the model is told what was said before', async () => {
    const chat = scene.direct(5002);
    await scene.discord.ctl('POST /config', { rest: { messageSend: { limit: 50, windowMs: 1000 } } });
    for (let turn = 1; turn <= 20; turn++) await chat.ask(`say answer number ${turn}`, `answer number ${turn}`);
    assert.deepEqual((await chat.answers()).map(({ content }) => content), Array.from({ length: 20 }, (_, i) => `answer number ${i + 1}`));
    const last = scene.provider.requests.filter(({ userText }) => userText.includes('answer number 20')).at(-1);
    assert.equal(last.messages.filter(({ role }) => role === 'assistant').length, 19);
  });

  test('a slow answer grows by edits at a polite rate, pings nobody meanwhile, and ends complete', async () => {
    const chat = scene.direct(5003);
    const words = Array.from({ length: 60 }, (_, i) => `word${i}`).join(' ');
    const answer = await chat.ask('slow 60 100', words, { timeout: 20_000 });
    assert.equal((await chat.answers()).length, 1);
    const edits = await calls(scene.discord, { method: 'PATCH', path: `^/channels/${await chat.id()}/messages/` });
    assert.ok(edits.length >= 2, `${edits.length} edits`);
    for (let i = 1; i < edits.length - 1; i++) assert.ok(edits[i].at - edits[i - 1].at >= 1000, `edits ${edits[i].at - edits[i - 1].at} ms apart`);
    for (const { content } of answer.editLog) assert.ok(words.startsWith(content.trimEnd().replace(/…$/, '').trimEnd()), `a step shows the beginning: ${content}`);
    for (const { body } of [...await sends(scene.discord, await chat.id()), ...edits]) assert.deepEqual(body.allowed_mentions?.parse ?? [], [], 'a preview pings nobody');
  });

  // Alone: where 45 requests a second are used up, typing is what is left out.
  test('typing is shown while a run lasts, and no more afterwards', async (t) => {
    const { discord, direct } = await discordStage(t);
    const chat = direct(5004);
    await chat.ask('slow 10 100', /word9$/, { timeout: 15_000 });
    const { typing } = await discord.ctl('GET /typing', {}, { channel_id: await chat.id() });
    assert.ok(typing.length >= 1);
    const [answer] = await chat.answers();
    assert.ok(typing.at(-1).at <= answer.at + 10_000);
  });

  test('Markdown arrives as Discord reads it', async () => {
    const chat = scene.direct(5005);
    await chat.ask('md', /bold/);
    await chat.answer(/spoiler/);
    const content = (await chat.answers()).map((message) => message.content).join('\n');
    for (const piece of ['# Title', '**bold**', '~~gone~~', '`code`', '||spoiler||', '```python', '> quoted line']) assert.ok(content.includes(piece), `${piece} in ${content}`);
    assert.ok(!/^\| a \| b \|$/m.test(content.replace(/```[^`]*```/g, '')), 'a table is in a code block');
  });

  test('an answer of 10,000 characters comes in order, within the limits, every code line once and in a closed block', async () => {
    const chat = scene.direct(5006);
    await scene.discord.ctl('POST /config', { rest: { messageSend: { limit: 50, windowMs: 1000 } } });
    await chat.say('longcode 10000');
    const { requests } = await scene.provider.ctl('GET /wait', {}, { text: 'longcode 10000' });
    await scene.discord.until(() => requests[0].reply);
    const lines = requests[0].reply.text.split('\n').filter((line) => line.startsWith('value_'));
    await chat.answer(({ content }) => content.includes(lines.at(-1)), { timeout: 20_000 });
    const parts = await chat.answers();
    assert.ok(parts.length >= 6);
    for (const { content } of parts) {
      assert.ok([...content].length <= 2000, `${[...content].length} characters`);
      assert.ok(content.split('\n').length <= 17 + 2, `${content.split('\n').length} lines`);
      assert.equal((content.match(/^```/gm) ?? []).length % 2, 0, `blocks are closed: ${content}`);
      let isInBlock = false;
      for (const line of content.split('\n')) {
        if (line.startsWith('```')) isInBlock = !isInBlock;
        else if (line.startsWith('value_')) assert.ok(isInBlock, `in a block: ${line}`);
      }
    }
    assert.deepEqual(parts.flatMap(({ content }) => content.split('\n')).filter((line) => line.startsWith('value_')), lines);
  });

  test('2,000 characters of emoji are not torn, and go as Discord counts them', async () => {
    const chat = scene.direct(5007);
    const text = '😀'.repeat(2500);
    await chat.say(`b64 ${Buffer.from(text).toString('base64')}`);
    await scene.discord.until(async () => (await chat.answers()).map(({ content }) => content).join('').replaceAll(/\s/g, '') === text, 15_000);
    assert.equal((await calls(scene.discord, { status: '400', path: await chat.id() })).length, 0);
  });

  test('/new as text starts a session: the model no longer hears what was said', async () => {
    const chat = scene.direct(5008);
    await chat.ask('say my secret is 4711', 'my secret is 4711');
    await chat.ask('/new', /session/i);
    await chat.ask('say fresh', 'fresh');
    assert.ok(!JSON.stringify(scene.provider.requests.filter(({ userText }) => userText.includes('say fresh')).at(-1).messages).includes('4711'));
  });

  test('/stop ends the run at once; nothing of it follows, and typing ends', async () => {
    const chat = scene.direct(5009);
    await chat.say('slow 300 100');
    await scene.provider.ctl('GET /wait', {}, { text: 'slow 300 100' });
    const asked = Date.now();
    await chat.ask('/stop', /abort|stop/i);
    const request = await eventually(async () => (await scene.provider.ctl('GET /wait', {}, { text: 'slow 300 100' })).requests.find(({ endedAt }) => endedAt), 'the model to be hung up on', 5000);
    assert.ok(request.aborted && request.endedAt - asked < 5000, `${request.endedAt - asked} ms`);
    await pause(10_000); // a further typing would have come after 8 s
    assert.ok(!(await chat.answers()).some(({ content }) => /word/.test(content)));
    const { typing } = await scene.discord.ctl('GET /typing', {}, { channel_id: await chat.id() });
    assert.deepEqual(typing.filter(({ at }) => at > asked + 5000), [], 'typing after the stop');
    await chat.ask('say still here', 'still here');
  });

  test('a user’s edit of a message starts no turn', async () => {
    const chat = scene.direct(5011);
    const { message_id, channel_id } = await chat.say('say once');
    await chat.answer('once');
    await scene.discord.ctl('POST /edit', { channel_id, message_id, content: 'say twice' });
    await chat.ask('say after the edit', 'after the edit');
    assert.deepEqual((await chat.answers()).map(({ content }) => content), ['once', 'after the edit']);
  });

  test('in a server only what is meant for the bot is answered: a mention, a reply', async () => {
    const room = await newRoom();
    await room.say('say nobody asked');
    await room.say('<@1234> say another one');
    const mine = await room.ask(`${MENTION} say by mention`, 'by mention');
    await room.ask('say by reply', 'by reply', { message: { reply_to: mine.id } });
    await room.ask(`<@!${BOT_ID}> say by the old form`, 'by the old form');
    assert.deepEqual((await room.answers()).map(({ content }) => content), ['by mention', 'by reply', 'by the old form']);
    assert.ok(!scene.provider.requests.some(({ userText }) => /nobody asked|another one/.test(userText)));
  });

  test('a room is a conversation of its own', async () => {
    const [cats, dogs] = [await newRoom(), await newRoom()];
    await cats.ask(`${MENTION} say about cats`, 'about cats');
    await dogs.ask(`${MENTION} say about dogs`, 'about dogs');
    const request = scene.provider.requests.filter(({ userText }) => userText.includes('about dogs')).at(-1);
    assert.ok(!JSON.stringify(request.messages).includes('cats'));
  });

  test('a thread is answered in the thread, and does not hear its parent', async () => {
    const room = await newRoom();
    await room.ask(`${MENTION} say in the room`, 'in the room');
    const { thread_id } = await scene.discord.ctl('POST /thread', { channel_id: room.place.channel_id, name: 'aside' });
    const thread = scene.room(thread_id, { from_id: '6001' });
    await thread.ask(`${MENTION} say in the thread`, 'in the thread');
    assert.equal((await room.answers()).length, 1);
    const request = scene.provider.requests.filter(({ userText }) => userText.includes('in the thread')).at(-1);
    assert.ok(!JSON.stringify(request.messages).includes('in the room'));
  });

  test('a post in a forum is answered in the post', async () => {
    const { thread_id } = await scene.discord.ctl('POST /thread', { channel_id: FORUM, name: 'a question' });
    await scene.room(thread_id, { from_id: '6001' }).ask(`${MENTION} say in the post`, 'in the post');
  });

  test('the model is told that a picture came with a message, and of a message that is only a picture', async () => {
    const chat = scene.direct(5013);
    await chat.ask('say what a picture', 'what a picture', { message: { attachments: [{ filename: 'cat.png', mime: 'image/png', size: 100 }] } });
    await chat.say('', { attachments: [{ filename: 'dog.png', mime: 'image/png', size: 100 }] });
    await scene.discord.until(async () => (await chat.answers()).length === 2, 10_000);
    const asked = scene.provider.requests.filter(({ userText }) => /image/.test(userText));
    assert.ok(asked.length >= 2, JSON.stringify(scene.provider.requests.slice(-2).map(({ userText }) => userText)));
  });

  test('nobody is pinged by what the model writes but people it names', async () => {
    const room = await newRoom();
    await room.ask(`${MENTION} say @everyone and @here and <@&4321> and <@1234> look`, /look/);
    const { body } = (await sends(scene.discord, room.place.channel_id)).at(-1);
    assert.ok(Array.isArray(body.allowed_mentions.parse), 'always said');
    for (const kind of ['everyone', 'roles']) assert.ok(!body.allowed_mentions.parse.includes(kind), kind);
    assert.equal(body.allowed_mentions.roles?.length ?? 0, 0);
  });

  test('fifty people at once: everyone gets their own answer, once, and a stuck one delays nobody', async () => {
    await scene.provider.ctl('POST /faults', { kind: 'hang', delayMs: 20_000, textIncludes: 'stuck' });
    await scene.direct(7000).say('say stuck');
    const chats = Array.from({ length: 50 }, (_, i) => scene.direct(7001 + i));
    await Promise.all(chats.map((chat) => chat.ask(`say for ${chat.place.from_id}`, `for ${chat.place.from_id}`, { timeout: 15_000 })));
    for (const chat of chats) assert.equal((await chat.answers()).length, 1);
    await scene.direct(7000).say('/stop');
  });
});

describe('commands and buttons', { concurrency: 4 }, () => {
  const scene = sharedDiscordStage();

  test('a slash command is acknowledged at once, and answered to who gave it alone', async () => {
    const view = await command(scene.discord, 'status', { from_id: '5101', fits: ({ followups, original }) => followups?.length || original?.content });
    assert.ok(view.ackMs < 1000, `${view.ackMs} ms`);
    assert.equal(view.ackType, 5);
    assert.equal(view.ackData.flags & 64, 64);
    const text = [view.original, ...view.followups].filter(Boolean).map(({ content }) => content).join('\n');
    assert.match(text, /fake-1/);
    assert.ok(!(await scene.direct(5101).answers()).some(({ flags, content }) => content && !(flags & 64)), 'nothing beside it');
  });

  test('one in a server is answered, too, without a mention', async () => {
    const view = await command(scene.discord, 'help', { channel_id: GENERAL, from_id: '5102', fits: ({ followups, original }) => followups?.length || original?.content });
    assert.match([view.original, ...view.followups].filter(Boolean).map(({ content }) => content).join('\n'), /\/new/);
  });

  test('/new acts on the conversation it is given in', async () => {
    const chat = scene.direct(5103);
    await chat.ask('say my secret is 4712', 'my secret is 4712');
    await command(scene.discord, 'new', { from_id: '5103', fits: ({ followups, original }) => /session/i.test([original, ...followups ?? []].map((each) => each?.content).join()) });
    await chat.ask('say afresh', 'afresh');
    assert.ok(!JSON.stringify(scene.provider.requests.filter(({ userText }) => userText.includes('say afresh')).at(-1).messages).includes('4712'));
  });

  test('a pressed button is acknowledged silently, and reaches the model as what it says', async () => {
    const room = scene.room(GENERAL, { from_id: '5105' });
    const { id } = await room.ask(`${MENTION} say press it`, 'press it');
    const view = await command(scene.discord, undefined, { kind: 'component', channel_id: GENERAL, message_id: id, custom_id: 'say-yes', from_id: '5105', fits: ({ ackMs }) => ackMs !== null });
    assert.ok(view.ackMs < 1000);
    assert.equal(view.ackType, 6);
    assert.ok((await scene.provider.ctl('GET /wait', {}, { text: 'say-yes' })).ok);
  });

  test('suggestions are answered at once, with none', async () => {
    const view = await command(scene.discord, 'status', { kind: 'autocomplete', from_id: '5106', fits: ({ ackMs }) => ackMs !== null });
    assert.deepEqual([view.ackType, view.ackData.choices], [8, []]);
  });

  test('a hundred commands with the agent stopped: each acknowledged within a second', { timeout: 60_000 }, async (t) => {
    const { gateway, discord } = await discordStage(t);
    const { pid } = await gateway.workerReady('agent');
    process.kill(pid, 'SIGSTOP');
    t.after(() => { try { process.kill(pid, 'SIGCONT'); } catch { /* it has been replaced */ } });
    const views = [];
    for (let i = 0; i < 100; i++) {
      views.push(command(discord, 'status', { from_id: String(8000 + i), fits: ({ ackMs }) => ackMs !== null }));
      await pause(15);
    }
    const slowest = Math.max(...(await Promise.all(views)).map(({ ackMs }) => ackMs));
    t.diagnostic(`slowest acknowledgement ${slowest} ms`);
    assert.ok(slowest < 1000, `${slowest} ms`);
  });

  test('and with the supervisor stopped, after a while in which nothing was asked', { timeout: 60_000 }, async (t) => {
    const { gateway, discord } = await discordStage(t);
    await gateway.workerReady('discord');
    await pause(3000);
    const supervisor = processTree(gateway.pid).find((pid) => programOf(pid) === 'openclaw-gateway');
    process.kill(supervisor, 'SIGSTOP');
    t.after(() => { try { process.kill(supervisor, 'SIGCONT'); } catch { /* it has ended already */ } });
    const views = await Promise.all(Array.from({ length: 20 }, (_, i) => command(discord, 'status', { from_id: String(8200 + i), fits: ({ ackMs }) => ackMs !== null, timeout: 5000 })));
    const slowest = Math.max(...views.map(({ ackMs }) => ackMs));
    t.diagnostic(`slowest acknowledgement ${slowest} ms`);
    process.kill(supervisor, 'SIGCONT');
    assert.ok(slowest < 1000, `${slowest} ms`);
  });

  test('an acknowledgement that came too late leaves the answer to the channel', async (t) => {
    const { discord, direct } = await discordStage(t, { discord: { config: { interactionAckMs: -1 } } });
    await command(discord, 'help', { from_id: '8301' });
    await direct(8301).answer(/\/new/);
  });
});

describe('people and what they do', () => {
  test('a reaction by the bot where the original sets one: in servers', async (t) => {
    const { room, discord } = await discordStage(t);
    const { message_id } = await room(GENERAL, { from_id: '6101' }).say(`${MENTION} say seen`);
    await room(GENERAL).answer('seen');
    await discord.until(async () => (await room(GENERAL).messages()).find(({ id }) => id === message_id).reactions['👀']?.includes(BOT_ID), 5000);
  });

  test('presence is told in the first breath', async (t) => {
    const { discord } = await discordStage(t, { channel: { status: 'idle', activity: 'busy', activityType: 4 } });
    const { presence } = await session(discord);
    assert.equal(presence.status, 'idle');
    assert.equal(presence.activities[0].state ?? presence.activities[0].name, 'busy');
  });
});
