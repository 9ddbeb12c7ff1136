// What a person asks about the channels, and does with messages that are there: probes, capabilities, directories,
// actions; accounts that come and go while the gateway runs, or without it.
import { test, describe, before } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { BOT_TOKEN, eventually, Gateway, processTree, readProc, runCli, sharedStage, stage } from './harness.mjs';

const OTHER_TOKEN = '222222:FAKE-TOKEN-abcdefghijklmnopqrstuvwxyz02';
const echo = { channels: { echo: { enabled: true, dmPolicy: 'open', allowFrom: ['*'], inject: { count: 0, chat: '77' } } } };

describe('asking', () => {
  const scene = sharedStage({ more: echo });
  let gateway, telegram;
  before(async () => {
    ({ gateway, telegram } = scene);
    await gateway.workerReady('telegram');
    await gateway.workerReady('echo');
    await eventually(() => telegram.signIns === 1, 'the sign-in'); // after it is ready
  });

  const accountOf = async (channel, params) => (await gateway.call('channels.status', { channel, ...params })).channelAccounts[channel][0];

  test('a probe asks the platform now, and says who the bot is', async () => {
    const { signIns } = telegram;
    const { probe, lastProbeAt } = await accountOf('telegram', { probe: true, timeoutMs: 8000 });
    assert.equal(telegram.signIns, signIns + 1, 'the platform was asked');
    assert.equal(probe.ok, true);
    assert.equal(probe.bot.username, 'fake_bot');
    assert.ok(probe.elapsedMs >= 0 && probe.checkedAt === lastProbeAt);
    assert.equal(probe.facts.webhook, 'none');
    assert.deepEqual(probe.links.map(({ name }) => name), ['chat', 'invite']);
    await accountOf('telegram', { probe: false });
    assert.equal(telegram.signIns, signIns + 1, 'without probe nobody is asked');
  });

  test('a probe tells of a platform that says no, in its words', async () => {
    await telegram.ctl('POST /faults', { method: 'getMe', kind: 'status', status: 401, description: 'Unauthorized', times: 1 });
    const { probe } = await accountOf('telegram', { probe: true });
    assert.equal(probe.ok, false);
    assert.match(probe.error, /^Telegram: Unauthorized/);
    assert.equal((await accountOf('telegram', { probe: true })).probe.ok, true, 'a probe changes nothing');
  });

  test('a worker that is stopped, or does not move, is an honest answer in time', async () => {
    const { pid } = await gateway.worker('echo');
    process.kill(pid, 'SIGSTOP');
    try {
      const before = Date.now();
      const { probe } = await accountOf('echo', { probe: true, timeoutMs: 1500 });
      assert.equal(probe.ok, false);
      assert.match(probe.error, /did not answer within/);
      assert.ok(Date.now() - before < 4000, `${Date.now() - before} ms`);
    } finally { process.kill(pid, 'SIGCONT'); }
    await gateway.call('workers.stop', { id: 'echo:default' });
    await eventually(async () => (await gateway.worker('echo')).pid === 0 || !(await gateway.worker('echo')).pid, 'echo to rest');
    const { probe } = await accountOf('echo', { probe: true });
    assert.match(probe.error, /openclaw workers show echo:default/);
    await gateway.call('workers.start', { id: 'echo:default' });
    await gateway.workerReady('echo');
  });

  test('a hundred questions at once are answered or refused, and the next one is answered', async () => {
    const all = await Promise.all(Array.from({ length: 100 }, () => accountOf('echo', { probe: true })));
    assert.ok(all.some(({ probe }) => probe.ok));
    for (const { probe } of all) assert.ok(probe.ok || /questions to answer already/.test(probe.error), probe.error);
    assert.equal((await accountOf('echo', { probe: true })).probe.ok, true);
  });

  test('the command line shows probes, capabilities and warnings', async () => {
    const status = await gateway.cli('channels', 'status', '--probe');
    assert.match(status.stdout, /Telegram default.*works \(@fake_bot\) in /);
    const abilities = await gateway.cli('channels', 'capabilities', '--channel', 'telegram');
    assert.match(abilities.stdout, /^Telegram default\n {2}Support: chatTypes=direct,group,channel,thread polls reactions/);
    assert.match(abilities.stdout, /Actions: send, react, edit, delete, pin/);
    assert.match(abilities.stdout, /Status: works \(@fake_bot\)/);
    await telegram.ctl('POST /chats', { chat_id: -1009, title: 'Elsewhere', botStatus: 'left' });
    await telegram.ctl('POST /member', { chat_id: -1009, status: 'left' });
    const target = await gateway.cli('channels', 'capabilities', '--channel', 'telegram', '--target', '-1009');
    assert.match(target.stdout, /! chat -1009: /);
  });

  test('a directory is the platform\'s, or whom the gateway has met', async () => {
    const echoes = await gateway.call('channels.directory', { channel: 'echo', kind: 'peers' });
    assert.equal(echoes.live, true);
    assert.deepEqual(echoes.entries, [{ id: '77', kind: 'user', name: 'Echo' }]);
    await scene.chat(5001).ask('say hello', 'hello');
    const met = await gateway.call('channels.directory', { channel: 'telegram', kind: 'peers' });
    assert.equal(met.live, false);
    assert.ok(met.entries.some(({ id }) => id === '5001'), JSON.stringify(met));
    assert.ok(met.note);
    const self = await gateway.cli('directory', 'self', '--channel', 'telegram');
    assert.match(self.stdout, /@fake_bot/);
    const peers = await gateway.cli('directory', 'peers', 'list', '--channel', 'telegram', '--json');
    assert.ok(peers.json.entries.length >= 1);
    await assert.rejects(gateway.call('channels.directory', { kind: 'peers' }), /needs a channel/);
  });
});

describe('acting', () => {
  const scene = sharedStage();
  const chatId = 5001;
  let gateway, chat;
  before(async () => {
    ({ gateway } = scene);
    await gateway.workerReady('telegram');
    chat = scene.chat(chatId);
  });

  const act = (action, params, idempotencyKey = randomUUID()) => gateway.call('message.action', { channel: 'telegram', action, params: { to: String(chatId), ...params }, idempotencyKey });
  const message = async (id) => (await chat.messages()).find(({ message_id }) => message_id === Number(id));
  const send = async (text) => (await act('send', { message: text })).messageId;

  test('a message is edited, pinned, unpinned and deleted', async () => {
    const messageId = await send('first words');
    const edited = await act('edit', { messageId, message: 'second *words*' });
    assert.deepEqual({ ok: edited.ok, messageId: edited.messageId, accountId: edited.accountId }, { ok: true, messageId, accountId: 'default' });
    assert.equal((await message(messageId)).text, 'second words');
    assert.equal((await act('edit', { messageId, message: 'second *words*' })).ok, true, 'the same again is done already');
    await act('pin', { messageId });
    assert.deepEqual((await scene.telegram.ctl('GET /chat', {}, { chat_id: String(chatId) })).pinned, [Number(messageId)]);
    await act('unpin', { messageId });
    await act('delete', { messageId });
    assert.equal((await message(messageId)).deleted, true);
  });

  test('a reaction comes and goes', async () => {
    const { message_id: messageId } = await chat.say('hello there');
    await act('react', { messageId: String(messageId), emoji: '👍' });
    const reactions = async () => Object.values((await message(messageId)).reactions).flat().map(({ emoji }) => emoji);
    assert.deepEqual(await reactions(), ['👍']);
    const printed = await gateway.cli('message', 'react', '-t', String(chatId), '--message-id', String(messageId), '--remove');
    assert.equal(printed.code, 0, printed.stderr);
    assert.match(printed.stdout, /^Done: react via telegram/);
    assert.deepEqual(await reactions(), []);
  });

  test('a poll is made once for one key', async () => {
    const key = randomUUID();
    const polls = async () => (await chat.messages()).filter(({ kind }) => kind === 'poll').length;
    const before = await polls();
    const params = { to: String(chatId), question: 'Tea?', options: ['yes', 'no'], channel: 'telegram', idempotencyKey: key };
    const { messageId } = await gateway.call('poll', params);
    assert.ok(messageId);
    await gateway.call('poll', params);
    assert.equal(await polls(), before + 1);
  });

  test('what cannot be done is said in words, and nothing else happens', async () => {
    await assert.rejects(act('pin', { messageId: '999999' }), /Telegram: .*not found/);
    await assert.rejects(act('pin', {}), /needs a message/);
    await assert.rejects(act('ban', { messageId: '1' }), /"ban" is not supported by telegram; it has: send, react/);
    await assert.rejects(gateway.call('message.action', { channel: 'signal', action: 'react', params: {}, idempotencyKey: randomUUID() }), /no such account/);
    const failed = await gateway.cli('message', 'read', '-t', String(chatId), '--json');
    assert.equal(failed.code, 1);
    assert.equal(failed.json.error.type, 'gateway_request_error');
  });
});

describe('accounts', () => {
  const tokens = { telegram: { tokens: [BOT_TOKEN, { token: OTHER_TOKEN, username: 'other_bot' }] } };

  test('one is added while the gateway runs, works at once, and goes again', async (t) => {
    const { gateway } = await stage(t, tokens);
    const before = await gateway.workerReady('telegram');
    const added = await runCli(['channels', 'add', 'telegram', '--account', 'ops', '--name', 'Operations', '--token', '-'], gateway.environment, { input: `${OTHER_TOKEN}\n` });
    assert.equal(added.code, 0, added.stdout + added.stderr);
    assert.match(added.stdout, /^Added Telegram account "ops"\.\nIt works: @other_bot, answered in /);
    assert.match(added.stdout, /^Invite: https:\/\/t\.me\/other_bot\?startgroup=true$/m);
    assert.equal((await gateway.workerReady('telegram:default')).pid, before.pid, 'the other account has not noticed');
    for (const pid of processTree(gateway.pid)) {
      assert.ok(!readProc(pid, 'cmdline').includes(OTHER_TOKEN), 'no token in an argv');
      assert.ok(!readProc(pid, 'environ').includes(OTHER_TOKEN), 'no token in an environment');
    }
    const list = await gateway.cli('channels', 'list');
    assert.match(list.stdout, /- Telegram ops \(Operations\): installed, configured, enabled, token=\*\*\*/);
    const removed = await gateway.cli('channels', 'remove', '--channel', 'telegram', '--account', 'ops', '--delete');
    assert.equal(removed.stdout, 'Deleted Telegram account "ops".\n');
    await eventually(async () => !(await gateway.worker('telegram:ops')), 'its worker to leave');
    assert.ok(!fs.readFileSync(gateway.configPath, 'utf8').includes(OTHER_TOKEN));
    assert.ok(!gateway.output.includes(OTHER_TOKEN), 'no token in the log');
    assert.equal((await gateway.worker('telegram:default')).pid, before.pid);
  });

  test('one with a token that the platform refuses is said to fail', async (t) => {
    const { gateway, telegram } = await stage(t, tokens);
    await telegram.ctl('POST /bots', { token: OTHER_TOKEN, revoked: true });
    const added = await gateway.cli('channels', 'add', 'telegram', '--account', 'ops', '--token', OTHER_TOKEN);
    assert.equal(added.code, 1);
    assert.match(added.stdout, /It does not work: .*(Unauthorized|token)/);
    assert.ok(!added.stdout.includes(OTHER_TOKEN) && !added.stderr.includes(OTHER_TOKEN));
  });

  test('one is switched off, and on again by adding it', async (t) => {
    const { gateway } = await stage(t, tokens);
    await gateway.workerReady('telegram');
    assert.equal((await gateway.cli('channels', 'remove', 'telegram')).stdout, 'Disabled Telegram account "default".\n');
    await eventually(async () => !(await gateway.worker('telegram')), 'its worker to leave');
    const again = await gateway.cli('channels', 'add', 'telegram', '--token', BOT_TOKEN);
    assert.match(again.stdout, /^Updated Telegram account "default"\.\nIt works: @fake_bot/);
  });

  test('without a gateway the file is written, and what is in it is not lost', async (t) => {
    const { gateway, telegram } = await stage(t, { start: false });
    gateway.writeConfig({ ...gateway.config, channels: {} });
    const file = path.join(gateway.stateDir, 'token');
    fs.writeFileSync(file, `${BOT_TOKEN}\n`, { mode: 0o600 });
    const added = await gateway.cli('channels', 'add', 'telegram', '--token-file', file);
    assert.equal(added.code, 0, added.stderr);
    assert.match(added.stderr, /the gateway is not running/);
    const written = JSON.parse(fs.readFileSync(gateway.configPath, 'utf8'));
    assert.equal(written.channels.telegram.tokenFile, file);
    assert.equal(written.gateway.port, gateway.port);
    written.channels.telegram.apiRoot = telegram.url;
    gateway.writeConfig(written);
    await gateway.start();
    const status = await eventually(async () => {
      const { stdout } = await gateway.cli('channels', 'status', '--probe');
      return /works \(@fake_bot\)/.test(stdout) && stdout;
    }, 'the account to work');
    assert.match(status, /Telegram default: enabled, configured, running/);
  });
});
