// Who may speak to the bot on Discord, and where: pairing, lists of people, servers, rooms and roles, bots.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { eventually } from './harness.mjs';
import { GENERAL, MENTION, SERVER, discordStage, sends } from './discord_stage.mjs';

const CODE = /\b[A-HJ-NP-Z2-9]{8}\b/;
const pairing = { dmPolicy: 'pairing', allowFrom: undefined };
// What was said before these was judged before them.
const settled = (chat, marker = 'say settled', answer = 'settled') => chat.ask(marker, answer);

describe('direct messages', { concurrency: 4 }, () => {
  test('a stranger gets a code, is approved on the command line, and is answered', async (t) => {
    const { direct, gateway, provider } = await discordStage(t, { channel: pairing });
    const stranger = direct(8001);
    const notice = await stranger.ask('say let me in', /Pairing code/i);
    assert.match(notice.content, /8001/);
    const [code] = CODE.exec(notice.content);
    assert.equal(provider.requests.length, 0, 'the message is not processed');
    const list = await gateway.cli('pairing', 'list', 'discord', '--json');
    assert.equal(list.code, 0, list.stderr);
    assert.deepEqual(list.json.requests.map((request) => request.code), [code]);
    assert.equal((await gateway.cli('pairing', 'approve', 'discord', 'AAAAAAAA')).code, 1);
    const approved = await gateway.cli('pairing', 'approve', 'discord', code.toLowerCase());
    assert.equal(approved.code, 0, approved.stderr);
    await stranger.ask('say now it works', 'now it works');
    assert.ok(!provider.requests.some(({ userText }) => userText.includes('let me in')), 'what came before stays unanswered');
    await gateway.restart();
    await stranger.ask('say remembered', 'remembered', { timeout: 20_000 });
  });

  test('three may wait; the fourth hears nothing, and who waits already hears nothing more', async (t) => {
    const { direct } = await discordStage(t, { channel: { ...pairing, allowFrom: ['8100'] } });
    for (const id of [8101, 8102, 8103]) await direct(id).ask('hello', /Pairing code/i);
    await direct(8104).say('hello');
    await direct(8101).say('hello again');
    await settled(direct(8100));
    assert.equal((await direct(8104).answers()).length, 0);
    assert.equal((await direct(8101).answers()).length, 1);
  });

  test('an allowlist admits its members, however their ids are written, and is silent to others', async (t) => {
    const { direct, provider } = await discordStage(t, { channel: { dmPolicy: 'allowlist', allowFrom: ['8201', 'user:8202', 'discord:8203'] } });
    await direct(8204).say('say no');
    for (const id of [8201, 8202, 8203]) await direct(id).ask(`say yes ${id}`, `yes ${id}`);
    assert.equal((await direct(8204).answers()).length, 0);
    assert.equal(provider.requests.length, 3);
  });

  test('switched off they are not answered, and rooms are', async (t) => {
    const { direct, room } = await discordStage(t, { channel: { dmPolicy: 'disabled' } });
    await direct(8301).say('say nothing');
    await room(GENERAL, { from_id: '8301' }).ask(`${MENTION} say something`, 'something');
    assert.equal((await direct(8301).answers()).length, 0);
  });

  test('a slash command of a stranger is refused to their face, and to nobody else’s', async (t) => {
    const { discord, provider } = await discordStage(t, { channel: { dmPolicy: 'allowlist', allowFrom: ['8401'] } });
    const { interaction_id: id } = await discord.ctl('POST /interaction', { name: 'status', from_id: '8402' });
    const view = await discord.until(async () => {
      const seen = await discord.ctl('GET /interaction', {}, { id });
      return (seen.followups.length || seen.original?.content) && seen;
    }, 10_000);
    const said = [view.original, ...view.followups].filter((each) => each?.content);
    assert.match(said[0].content, /not (allowed|authorized)/i);
    assert.ok(said.every(({ flags }) => flags & 64));
    assert.equal(provider.requests.length, 0);
  });
});

describe('servers', { concurrency: 4 }, () => {
  const OTHER = '800000000000000009';
  const inServers = (guilds, more = {}) => ({ groupPolicy: 'allowlist', guilds, ...more });

  test('a server that is named lets its members in; another one is not answered', async (t) => {
    const { discord, room, provider } = await discordStage(t, { channel: inServers({ [SERVER]: {} }) });
    await discord.ctl('POST /guild', { id: OTHER, name: 'Elsewhere', channels: [{ id: '700000000000000091', name: 'general' }] });
    await room('700000000000000091', { from_id: '8501' }).say(`${MENTION} say over there`);
    await room(GENERAL, { from_id: '8501' }).ask(`${MENTION} say here`, 'here');
    assert.equal((await room('700000000000000091').answers()).length, 0);
    assert.equal(provider.requests.length, 1);
  });

  test('naming rooms closes the others, threads of a named room are open', async (t) => {
    const { discord, room } = await discordStage(t, { channel: inServers({ [SERVER]: { channels: { [GENERAL]: {} } } }) });
    const { channel } = await discord.ctl('POST /channel', { guild_id: SERVER, name: 'closed' });
    await room(channel.id, { from_id: '8502' }).say(`${MENTION} say closed`);
    const { thread_id } = await discord.ctl('POST /thread', { channel_id: GENERAL, name: 'aside' });
    await room(thread_id, { from_id: '8502' }).ask(`${MENTION} say in a thread`, 'in a thread');
    assert.equal((await room(channel.id).answers()).length, 0);
  });

  test('where no mention is demanded everything is answered; in its neighbour only what names the bot', async (t) => {
    const { discord, room } = await discordStage(t, { channel: inServers({ [SERVER]: { channels: { [GENERAL]: { requireMention: false }, '*': {} } } }) });
    const { channel } = await discord.ctl('POST /channel', { guild_id: SERVER, name: 'strict' });
    await room(channel.id, { from_id: '8503' }).say('say not meant');
    await room(GENERAL, { from_id: '8503' }).ask('say freely', 'freely');
    await room(channel.id, { from_id: '8503' }).ask(`${MENTION} say meant`, 'meant');
    assert.deepEqual((await room(channel.id).answers()).map(({ content }) => content), ['meant']);
  });

  test('people and roles of a server', async (t) => {
    const { discord, room } = await discordStage(t, { channel: inServers({ [SERVER]: { users: ['8504'], roles: ['4001'] } }) });
    await discord.ctl('POST /member', { guild_id: SERVER, user_id: '8505', roles: ['4001'] });
    const as = (from_id) => room(GENERAL, { from_id });
    await as('8506').say(`${MENTION} say outsider`);
    await as('8504').ask(`${MENTION} say by name`, 'by name');
    await as('8505').ask(`${MENTION} say by role`, 'by role');
    assert.ok(!(await room(GENERAL).answers()).some(({ content }) => content === 'outsider'));
  });
});

describe('bots', { concurrency: 3 }, () => {
  test('other bots and webhooks are not heard, and the bot never answers itself', async (t) => {
    const { room, provider } = await discordStage(t);
    await room(GENERAL, { from_id: '8601', bot: true }).say(`${MENTION} say to a bot`);
    await room(GENERAL, { from_id: '8602', webhook_id: '8602' }).say(`${MENTION} say to a hook`);
    await room(GENERAL, { from_id: '8603' }).ask(`${MENTION} say ${MENTION} say to a person`, /to a person/);
    await room(GENERAL, { from_id: '8603' }).ask(`${MENTION} say again`, 'again');
    assert.equal(provider.requests.length, 2);
  });

  test('allowed ones are, but two that answer each other are parted', { timeout: 60_000 }, async (t) => {
    const { discord, room, provider } = await discordStage(t, {
      channel: { allowBots: true, guilds: { [SERVER]: { requireMention: false } } },
      discord: { config: { rest: { messageSend: { limit: 100, windowMs: 1000 } } } },
    });
    const parrot = room(GENERAL, { from_id: '8604', bot: true });
    let answered = 0;
    for (let i = 0; i < 40; i++) {
      await parrot.say(`say parrot ${i}`);
      const heard = await parrot.answer(`parrot ${i}`, { timeout: 10_000 }).catch(() => null);
      if (!heard) break;
      answered++;
    }
    assert.ok(answered >= 5 && answered <= 20, `${answered} answers`);
    await room(GENERAL, { from_id: '8605' }).ask('say people are heard', 'people are heard');
    await eventually(() => provider.requests.length === answered + 1, 'the bot to be left alone', 3000);
    assert.equal((await sends(discord, GENERAL)).length, answered + 1);
  });
});
