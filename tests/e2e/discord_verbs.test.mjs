// What an operator does with a bot of Discord's on the command line: adds it, looks whether it works, takes it away; and
// with messages that are there.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { eventually, processTree, readProc, runCli } from './harness.mjs';
import { BOT_ID, DISCORD_TOKEN, GENERAL, MENTION, SERVER, discordStage, isListening } from './discord_stage.mjs';

// Discord's documentation, "Permissions": what the invitation asks for, and nothing that lets a bot rule a server.
const PERMISSION = {
  ADD_REACTIONS: 6n, VIEW_CHANNEL: 10n, SEND_MESSAGES: 11n, EMBED_LINKS: 14n, ATTACH_FILES: 15n, READ_MESSAGE_HISTORY: 16n,
  USE_EXTERNAL_EMOJIS: 18n, CREATE_PUBLIC_THREADS: 35n, SEND_MESSAGES_IN_THREADS: 38n,
};
const WANTED = Object.values(PERMISSION).reduce((mask, bit) => mask | 1n << bit, 0n);

// A gateway that knows where its Discord is, and no bot yet.
async function withoutBot(t, options = {}) {
  const scene = await discordStage(t, { start: false, ...options });
  const { enabled, token, ...rest } = scene.gateway.config.channels.discord;
  scene.gateway.writeConfig({ ...scene.gateway.config, channels: { discord: rest } });
  await scene.gateway.start();
  return scene;
}

const hasLeft = (discord) => eventually(() => ![...discord.sessions.values()].some(({ connection }) => connection), 'the bot to be gone from Discord', 10_000);

const add = (gateway, token, ...more) => runCli(['channels', 'add', 'discord', '--token', '-', ...more], gateway.environment, { input: `${token}\n` });

describe('a bot is added', { concurrency: 3 }, () => {
  test('it works at once, and is shown the way into servers, with the rights it needs', async (t) => {
    const { gateway, discord, direct } = await withoutBot(t);
    const added = await add(gateway, DISCORD_TOKEN);
    assert.equal(added.code, 0, added.stdout + added.stderr);
    assert.match(added.stdout, /^(Added|Updated) Discord account "default"\.\nIt works: @fakebot, answered in /);
    const invite = new URL(/^Invite: (https:\/\/\S+)$/m.exec(added.stdout)[1]);
    assert.equal(invite.origin + invite.pathname, 'https://discord.com/oauth2/authorize');
    assert.deepEqual([invite.searchParams.get('client_id'), invite.searchParams.get('scope')], [BOT_ID, 'bot applications.commands']);
    assert.equal(BigInt(invite.searchParams.get('permissions')), WANTED);
    assert.doesNotMatch(added.stdout, /^!/m);
    for (const pid of processTree(gateway.pid)) assert.ok(!readProc(pid, 'cmdline').includes(DISCORD_TOKEN) && !readProc(pid, 'environ').includes(DISCORD_TOKEN));
    await isListening(discord);
    await direct(7001).ask('say hello', 'hello');
  });

  test('an intent that is not granted is said, with what helps', async (t) => {
    const { gateway } = await withoutBot(t, { discord: { config: { privilegedGranted: 0 } } });
    const added = await add(gateway, DISCORD_TOKEN);
    assert.equal(added.code, 0, added.stdout + added.stderr);
    assert.match(added.stdout, /^! Message Content Intent is not switched on.*Developer Portal/m);
  });

  test('what cannot be a token is one sentence, and nothing is written', async (t) => {
    const { gateway, discord } = await withoutBot(t);
    const before = fs.readFileSync(gateway.configPath, 'utf8');
    for (const [wrong, why] of [['not-a-token', /not a bot token: copy the one the Developer Portal shows/], [`Bot ${DISCORD_TOKEN}`, /without "Bot "/]]) {
      const refused = await add(gateway, wrong);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, why);
      assert.equal(refused.stderr.trim().split('\n').length, 1, refused.stderr);
      assert.ok(!refused.stderr.includes(wrong.slice(4)));
    }
    assert.equal(fs.readFileSync(gateway.configPath, 'utf8'), before);
    assert.equal(discord.calls.length, 0, 'nobody was asked');
  });

  test('one that Discord refuses is said to fail', async (t) => {
    const { gateway } = await withoutBot(t);
    const foreign = `${DISCORD_TOKEN.slice(0, -4)}0000`;
    const added = await add(gateway, foreign);
    assert.equal(added.code, 1);
    assert.match(added.stdout, /It does not work: .*token/);
    assert.ok(!added.stdout.includes(foreign) && !added.stderr.includes(foreign));
  });
});

describe('a bot is looked at, and leaves', { concurrency: 3 }, () => {
  test('a probe shows the evidence: heartbeat, events, session, IDENTIFYs left; health says that it works', async (t) => {
    const since = Date.now();
    const { gateway, direct } = await discordStage(t, { discord: { config: { heartbeatInterval: 1000, heartbeatGraceFactor: 20 } } });
    await direct(7002).ask('say hello', 'hello');
    const { probe } = await eventually(async () => {
      const [account] = (await gateway.call('channels.status', { channel: 'discord', probe: true })).channelAccounts.discord;
      return account.probe.facts?.lastHeartbeatAckAt && account;
    }, 'a heartbeat that is acknowledged', 15_000, 600); // a bot may ask so often
    assert.equal(probe.ok, true);
    assert.equal(probe.bot.username, 'fakebot');
    const { facts } = probe;
    for (const time of ['lastHeartbeatAckAt', 'lastEventAt', 'sessionSince']) assert.ok(Number(facts[time]) >= since && Number(facts[time]) <= Date.now(), `${time}: ${facts[time]}`);
    assert.ok(Number(facts.identifiesRemaining) > 0 && Number(facts.identifiesRemaining) <= 1000, facts.identifiesRemaining);
    assert.equal(facts.messageContent, 'true');
    assert.equal(facts.guilds, '1');
    assert.equal(facts.gateway, 'live');
    const { discord: seen } = (await gateway.call('health', { probe: true })).channels;
    assert.equal(seen.probe.ok, true);
  });

  test('without its token it is gone from Discord, and the file has it no more', async (t) => {
    const { gateway, discord } = await discordStage(t);
    const out = await gateway.cli('channels', 'logout', '--channel', 'discord');
    assert.equal(out.code, 0, out.stderr);
    assert.equal(out.stdout, 'Cleared saved auth for discord/default.\n');
    assert.ok(!fs.readFileSync(gateway.configPath, 'utf8').includes(DISCORD_TOKEN));
    await hasLeft(discord);
    assert.equal((await gateway.cli('channels', 'logout', '--channel', 'discord')).code, 0, 'the same again is done already');
  });

  test('removed it is switched off, deleted it is out of the file', async (t) => {
    const { gateway, discord } = await discordStage(t);
    assert.equal((await gateway.cli('channels', 'remove', 'discord')).stdout, 'Disabled Discord account "default".\n');
    await eventually(async () => !(await gateway.worker('discord')), 'its worker to leave');
    await hasLeft(discord);
    const deleted = await gateway.cli('channels', 'remove', '--channel', 'discord', '--delete');
    assert.equal(deleted.stdout, 'Deleted Discord account "default".\n');
    assert.equal(JSON.parse(fs.readFileSync(gateway.configPath, 'utf8')).channels?.discord, undefined);
  });
});

describe('messages that are there', () => {
  test('one is pinned, shown among the pins of its channel, and unpinned', async (t) => {
    const { gateway, room } = await discordStage(t, { channel: { guilds: { [SERVER]: { requireMention: true } } } });
    const pinned = await room(GENERAL, { from_id: '7003' }).ask(`${MENTION} say keep this`, 'keep this');
    const act = async (verb, ...more) => {
      const done = await gateway.cli('message', verb, '--channel', 'discord', '-t', GENERAL, ...more);
      assert.equal(done.code, 0, done.stderr);
      return done.stdout;
    };
    assert.equal(await act('pins'), 'No messages.\n');
    await act('pin', '--message-id', pinned.id);
    assert.equal(await act('pins'), `[${pinned.id}] fakebot: keep this\n`);
    await act('unpin', '--message-id', pinned.id);
    assert.equal(await act('pins'), 'No messages.\n');
  });
});
