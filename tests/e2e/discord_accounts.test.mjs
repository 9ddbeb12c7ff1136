// Several bots beside each other, and what each of their processes may do: its own token, its own hosts, nothing else.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { startFakeDiscord } from '../fakes/discord/discord.mjs';
import { eventually, isAlive, readProc } from './harness.mjs';
import { startConnectProxy } from './proxies.mjs';
import { DISCORD_TOKEN, DiscordChat, discordChannel, discordStage, isListening, listed } from './discord_stage.mjs';

const SECOND_TOKEN = 'OTAwMDAwMDAwMDAwMDAwMDAy.FAKE.token-abcdefghijklmnopqrstuvwxyz02';

async function twoBots(t) {
  const second = await startFakeDiscord({ port: 0, token: SECOND_TOKEN, botId: '900000000000000002', username: 'second' });
  t.after(() => second.close());
  const scene = await discordStage(t, { start: false });
  const { gateway, discord } = scene;
  const account = ({ enabled, ...rest }) => rest;
  gateway.writeConfig({ ...gateway.config, channels: { discord: { enabled: true, accounts: { one: account(discordChannel(discord)), two: { ...account(discordChannel(second)), token: SECOND_TOKEN } } } } });
  await gateway.start();
  await Promise.all([isListening(discord), isListening(second)]);
  return { ...scene, second };
}

describe('two accounts', () => {
  test('each answers at its own, and the death of one is nothing to the other', async (t) => {
    const { gateway, discord, second } = await twoBots(t);
    const [first, other] = [new DiscordChat(discord, { from_id: '5001' }), new DiscordChat(second, { from_id: '5001' })];
    await Promise.all([first.ask('say at one', 'at one'), other.ask('say at two', 'at two')]);
    const [one, two] = [await gateway.workerReady('discord:one'), await gateway.workerReady('discord:two')];
    process.kill(one.pid, 'SIGKILL');
    await other.ask('say untouched', 'untouched');
    await gateway.workerReady('discord:one', { not: [one.pid] });
    await first.ask('say back', 'back', { timeout: 20_000 });
    assert.equal((await gateway.worker('discord:two')).pid, two.pid);
    assert.deepEqual([discord.identifies.length, second.identifies.length], [1, 1]);
  });

  test('no process has the other’s token, in memory of the kernel, in logs or in files that others read', async (t) => {
    const { gateway } = await twoBots(t);
    for (const [id, foreign] of [['discord:one', SECOND_TOKEN], ['discord:two', DISCORD_TOKEN]]) {
      const { pid } = await gateway.workerReady(id);
      for (const file of ['environ', 'cmdline', 'comm', 'maps']) for (const token of [foreign, DISCORD_TOKEN, SECOND_TOKEN]) assert.ok(!readProc(pid, file).includes(token.split('.')[2]), `${id} ${file}`);
    }
    assert.ok(!gateway.output.includes('token-abcdefghijklmnopqrstuvwxyz'));
    const status = JSON.stringify(await gateway.call('channels.status'));
    assert.ok(!status.includes('token-abcdefghijklmnopqrstuvwxyz'));
  });
});

describe('the walls', () => {
  test('no internet socket of its own, no privilege, a filter for its calls', async (t) => {
    const { gateway, direct } = await discordStage(t);
    await direct(5001).ask('say hello', 'hello');
    const { pid } = await gateway.workerReady('discord');
    const status = readProc(pid, 'status');
    for (const wall of [/^NoNewPrivs:\s+1$/m, /^Seccomp:\s+2$/m, /^CapEff:\s+0+$/m]) assert.match(status, wall);
    const inodes = new Set(['tcp', 'tcp6', 'udp', 'udp6'].flatMap((table) => readProc(pid, `net/${table}`).split('\n').slice(1).map((line) => line.trim().split(/\s+/)[9])));
    const target = (fd) => { try { return fs.readlinkSync(`/proc/${pid}/fd/${fd}`); } catch { return ''; } }; // closed meanwhile
    const own = fs.readdirSync(`/proc/${pid}/fd`).map((fd) => /^socket:\[(\d+)\]$/.exec(target(fd))?.[1]).filter((inode) => inode && inodes.has(inode));
    assert.deepEqual(own, []);
  });

  test('hosts that are not Discord’s are refused: a gateway or a file elsewhere is never dialled', async (t) => {
    const elsewhere = await startFakeDiscord({ port: 0, token: DISCORD_TOKEN });
    t.after(() => elsewhere.close());
    const { gateway, discord, direct } = await discordStage(t);
    await direct(5002).ask('say hello', 'hello');
    const { pid } = await gateway.workerReady('discord');
    // A server that was taken over names another machine for the next connection.
    for (const { connection } of discord.sessions.values()) connection.send({ op: 7, t: null, s: null, d: null });
    await isListening(discord);
    await direct(5002).ask('say again', 'again', { timeout: 20_000 });
    const { worker } = await gateway.call('workers.get', { id: 'discord:default' });
    assert.ok(worker.egress.bytesOut > 500 && worker.egress.bytesIn > 500);
    assert.equal(worker.egress.refused, 0);
    assert.equal(elsewhere.attempts.length + elsewhere.calls.length, 0);
    assert.ok(isAlive(pid));
  });

  test('a resume address on another host is not followed', { timeout: 60_000 }, async (t) => {
    const elsewhere = await startFakeDiscord({ port: 0, token: DISCORD_TOKEN });
    t.after(() => elsewhere.close());
    const { gateway, discord, direct } = await discordStage(t, { discord: { resumeUrl: elsewhere.gateway } });
    await direct(5003).ask('say hello', 'hello');
    await discord.ctl('POST /gw/terminate');
    await eventually(async () => (await gateway.call('workers.get', { id: 'discord:default' })).worker.egress.refused > 0, 'egress to refuse', 20_000, 100);
    assert.equal(elsewhere.attempts.length, 0);
    await direct(5003).ask('say found back', 'found back', { timeout: 40_000 });
  });

  test('through a proxy both the API and the gateway go, by the name', async (t) => {
    const { gateway, discord, direct } = await discordStage(t, { start: false });
    const proxy = await startConnectProxy({ host: '127.0.0.1', port: discord.port });
    t.after(() => proxy.close());
    Object.assign(gateway.config.channels.discord, { proxy: `http://127.0.0.1:${proxy.port}` });
    gateway.writeConfig(gateway.config);
    await gateway.start();
    await isListening(discord);
    await direct(5004).ask('say through', 'through');
    assert.ok(proxy.asked.length >= 2);
  });
});

describe('what is told of an account', () => {
  test('that it is connected, that it is not, and that it is again', async (t) => {
    const { gateway, discord, direct } = await discordStage(t);
    await direct(5005).ask('say hello', 'hello');
    // An answer may come before the last server has told its rooms, and with them the state.
    await eventually(async () => (await listed(gateway)).connected === true, 'the connection to be seen');
    const { code, stdout, stderr } = await gateway.cli('channels', 'status', '--probe');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /Discord default.*connected/);
    await discord.ctl('POST /outage', { on: true });
    await eventually(async () => (await listed(gateway)).connected === false, 'the outage to be seen', 40_000, 100);
    await discord.ctl('POST /outage', { on: false });
    await eventually(async () => (await listed(gateway)).connected === true, 'its end to be seen', 30_000, 100);
  });

  test('a token that changes for the same bot keeps its session’s place; for another bot it begins anew', { timeout: 60_000 }, async (t) => {
    const { gateway, discord, direct } = await discordStage(t);
    await direct(5006).ask('say hello', 'hello');
    const fresh = `${DISCORD_TOKEN.slice(0, -4)}9999`;
    await gateway.stop();
    discord.world.token = fresh;
    await direct(5006).say('say between the tokens');
    gateway.writeConfig({ ...gateway.config, channels: { discord: { ...gateway.config.channels.discord, token: fresh } } });
    await gateway.start();
    await direct(5006).answer('between the tokens', { timeout: 30_000 });
    assert.deepEqual((await direct(5006).answers()).map(({ content }) => content), ['hello', 'between the tokens']);
  });
});
