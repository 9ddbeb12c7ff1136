// What happens on Discord besides messages: reactions reach the agent with its next turn, cards below a message are read,
// a message that is deleted before its turn has none.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { GENERAL, MENTION, SERVER, discordStage } from './discord_stage.mjs';

const react = (discord, channel_id, message_id, from_id, more = {}) => discord.ctl('POST /reaction', { channel_id, message_id, from_id, ...more });
const LINE = /^System \(untrusted\): \[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\] Discord reaction (added|removed): (\S+) by (.+) on msg (\d+)(?: in (.+))?$/;
const lines = (text) => text.split('\n').map((line) => LINE.exec(line)).filter(Boolean).map(([, what, emoji, who, id, where]) => ({ what, emoji, who, id, where }));
const lastHeard = (provider) => provider.requests.at(-1).userText;

describe('reactions', { concurrency: 4 }, () => {
  test('one on an answer begins no turn; the next turn of that conversation hears of it, once', async (t) => {
    const { discord, direct, provider } = await discordStage(t);
    const chat = direct(9001);
    const answer = await chat.ask('say one', 'one');
    await react(discord, await chat.id(), answer.id, '9001', { emoji: '🎉' });
    await direct(9002).ask('say elsewhere', 'elsewhere');
    assert.deepEqual(lines(lastHeard(provider)), [], 'of another conversation');
    await chat.ask('say two', 'two');
    const [heard, ...more] = lines(lastHeard(provider));
    assert.deepEqual({ what: heard.what, emoji: heard.emoji, id: heard.id, more }, { what: 'added', emoji: '🎉', id: answer.id, more: [] });
    assert.match(heard.who, /9001/);
    await chat.ask('say three', 'three');
    assert.deepEqual(lines(lastHeard(provider)), []);
    assert.equal(provider.requests.length, 4);
    assert.deepEqual((await chat.answers()).map(({ content }) => content), ['one', 'two', 'three']);
  });

  test('in a server only those on the bot’s messages, with the name of the room, added and removed', async (t) => {
    const { discord, room, provider } = await discordStage(t);
    const chat = room(GENERAL, { from_id: '9003' });
    const { message_id: foreign } = await chat.say('not for the bot');
    const answer = await chat.ask(`${MENTION} say one`, 'one');
    await react(discord, GENERAL, foreign, '9003');
    await react(discord, GENERAL, answer.id, '9003', { emoji: '👍' });
    await react(discord, GENERAL, answer.id, '9003', { emoji: '👍', remove: true });
    await chat.ask(`${MENTION} say two`, 'two');
    const heard = lines(lastHeard(provider));
    assert.deepEqual(heard.map(({ what, emoji, id }) => [what, emoji, id]), [['added', '👍', answer.id], ['removed', '👍', answer.id]]);
    assert.match(heard[0].where, /^#general/);
  });

  test('a stranger’s makes nothing: not where people are listed, no code in a direct conversation', async (t) => {
    const { discord, room, direct, provider } = await discordStage(t, {
      channel: { dmPolicy: 'pairing', allowFrom: undefined, groupPolicy: 'allowlist', guilds: { [SERVER]: { users: ['9004'], reactionNotifications: 'all' } } },
    });
    const chat = room(GENERAL, { from_id: '9004' });
    const answer = await chat.ask(`${MENTION} say one`, 'one');
    await react(discord, GENERAL, answer.id, '9005');
    await react(discord, GENERAL, answer.id, '9004');
    await chat.ask(`${MENTION} say two`, 'two');
    assert.equal(lines(lastHeard(provider)).length, 1);
    const stranger = direct(9006);
    const notice = await stranger.ask('hello', /Pairing code/i);
    await react(discord, await stranger.id(), notice.id, '9006');
    await chat.ask(`${MENTION} say three`, 'three');
    assert.equal((await stranger.answers()).length, 1);
    assert.equal(provider.requests.length, 3);
  });

  for (const [mode, told] of [['off', 0], ['all', 2], ['allowlist', 1]]) {
    test(`reactionNotifications "${mode}"`, async (t) => {
      const { discord, room, provider } = await discordStage(t, { channel: { groupPolicy: 'open', guilds: { [SERVER]: { users: ['9007'], reactionNotifications: mode } } } });
      const chat = room(GENERAL, { from_id: '9007' });
      const { message_id: foreign } = await room(GENERAL, { from_id: '9008' }).say('not for the bot');
      await chat.ask(`${MENTION} say one`, 'one');
      await react(discord, GENERAL, foreign, '9007');
      await react(discord, GENERAL, foreign, '9008');
      await chat.ask(`${MENTION} say two`, 'two');
      assert.equal(lines(lastHeard(provider)).length, told);
    });
  }

  test('a flood of one person’s delays nobody and leaves five lines', async (t) => {
    const { discord, direct, provider } = await discordStage(t);
    const chat = direct(9009);
    const answer = await chat.ask('say one', 'one');
    const where = await chat.id();
    for (let i = 0; i < 400; i++) await react(discord, where, answer.id, '9009', { emoji: `e${i}` });
    await chat.ask('say two', 'two', { timeout: 5000 });
    assert.deepEqual(lines(lastHeard(provider)).map(({ emoji }) => emoji), ['e0', 'e1', 'e2', 'e3', 'e4']);
  });

  // The session keeps the newest twenty: that these are the first shows that the channel's own limit holds.
  test('of many people’s the first twenty of a minute are told', async (t) => {
    const { discord, room, provider } = await discordStage(t, { channel: { groupPolicy: 'open', guilds: { [SERVER]: { reactionNotifications: 'all' } } } });
    const chat = room(GENERAL, { from_id: '9012' });
    const answer = await chat.ask(`${MENTION} say one`, 'one');
    const sent = [...Array(30).keys()].map((i) => ({ from: `${9020 + Math.floor(i / 5)}`, emoji: `e${i}` }));
    for (const { from, emoji } of sent) await react(discord, GENERAL, answer.id, from, { emoji });
    await chat.ask(`${MENTION} say two`, 'two');
    assert.deepEqual(lines(lastHeard(provider)).map(({ emoji }) => emoji), sent.slice(0, 20).map(({ emoji }) => emoji));
  });
});

describe('messages', { concurrency: 2 }, () => {
  test('the cards of a bot’s or a webhook’s message are read', async (t) => {
    const { room, provider } = await discordStage(t, { channel: { allowBots: true, guilds: { [SERVER]: { requireMention: false } } } });
    const embeds = [{ author: { name: 'CI' }, title: 'Build 7 failed', description: 'say seen', fields: [{ name: 'Branch', value: 'main' }] }];
    await room(GENERAL, { from_id: '9010', webhook_id: '9010' }).ask('look', 'seen', { message: { embeds } });
    for (const part of ['look', 'CI', 'Build 7 failed', 'Branch: main']) assert.ok(lastHeard(provider).includes(part), part);
  });

  test('one that is deleted while it waits behind another turn has none', async (t) => {
    const { discord, direct, provider } = await discordStage(t);
    const chat = direct(9011);
    await chat.say('slow 30 120');
    await provider.ctl('GET /wait', {}, { text: 'slow 30' });
    const { message_id, channel_id } = await chat.say('say never mind');
    await chat.say('say third');
    await discord.ctl('POST /delete', { channel_id, message_id });
    await chat.answer('third', { timeout: 15_000 });
    assert.ok(!provider.requests.some(({ userText }) => userText.includes('never mind')));
    assert.ok(!(await chat.answers()).some(({ content }) => content === 'never mind'));
  });
});
