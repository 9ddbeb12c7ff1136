// Health is what was seen, not what was hoped: a platform that falls silent shows within a minute, everywhere the same,
// and the owner hears of it over another account, once; and hears when it is back.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import net from 'node:net';
import { once } from 'node:events';
import { BOT_TOKEN, Chat, eventually, pause, sharedStage, stage, telegramChannel } from './harness.mjs';
import { calls, discordStage } from './discord_stage.mjs';
import { startFakeTelegram } from '../fakes/telegram/telegram.mjs';

const LONG = Boolean(process.env.OPENCLAW_LONG_TESTS);
const OWNER = 900;
const SICK_TOKEN = '222222:FAKE-TOKEN-abcdefghijklmnopqrstuvwxyz02';

// Between a bot and its platform: passes bytes on, or swallows them. Connections stay open either way, as they do when
// a router on the way loses its mind.
async function startHole(target) {
  const sockets = new Set();
  const hole = { isOpen: true };
  const server = net.createServer((near) => {
    const far = net.connect(target.port, '127.0.0.1');
    for (const [from, to] of [[near, far], [far, near]]) {
      sockets.add(from);
      from.on('data', (bytes) => { if (hole.isOpen) to.write(bytes); });
      from.on('error', () => {}).on('close', () => { sockets.delete(from); to.destroy(); });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  hole.url = `http://127.0.0.1:${server.address().port}`;
  hole.close = async () => { for (const socket of sockets) socket.destroy(); server.close(); await once(server, 'close'); };
  return hole;
}

// What each surface says of one account.
const surfaces = {
  'channels.status': async (gateway, id) => (await gateway.call('channels.status')).channelAccounts.telegram.find((account) => `telegram:${account.accountId}` === id).health.level,
  'workers.list': async (gateway, id) => (await gateway.worker(id)).health.level,
  health: async (gateway, id) => (await gateway.call('health', { probe: true })).channels.telegram.accounts[id.split(':')[1]].health.level,
  '/readyz': async (gateway, id) => {
    const { json, status } = await gateway.http('/readyz');
    assert.equal(status, json.down.length ? 503 : 200);
    return json.down.includes(id) ? 'down' : json.degraded.includes(id) ? 'degraded' : 'ok';
  },
  '/metrics': async (gateway, id) => new RegExp(`^openclaw_health_level\\{id="${id}",level="(\\w+)"\\} 1$`, 'm').exec((await gateway.http('/metrics')).text)[1],
  'channels status': async (gateway, id) => {
    const line = (await gateway.cli('channels', 'status')).stdout.split('\n').find((text) => text.includes(`Telegram ${id.split(':')[1]}`));
    return /\b(degraded|down)\b/.exec(line)?.[1] ?? (/, connected,/.test(line) ? 'ok' : line);
  },
  workers: async (gateway, id) => {
    const { stdout } = await gateway.cli('workers');
    const level = new RegExp(`^│ ${id} +│ (\\w+) +│`, 'm').exec(stdout)?.[1];
    assert.equal(stdout.includes(`! ${id}: `), level === 'degraded' || level === 'down', stdout);
    return level ?? stdout;
  },
  'openclaw health': async (gateway, id) => {
    const { stdout } = await gateway.cli('health');
    const named = /^(Down|Degraded): .*$/m.exec(stdout); // there is one sick account, or none
    return named?.[0].includes(id) ? named[1].toLowerCase() : new RegExp(`^Telegram ${id.split(':')[1]}: (\\S+)`, 'm').exec(stdout)?.[1] ?? stdout;
  },
};

async function allSay(gateway, id) {
  return Promise.all(Object.entries(surfaces).map(async ([name, ask]) => [name, await ask(gateway, id)]));
}

describe('a platform that falls silent', () => {
  const times = LONG ? { degraded: 60_000, down: 120_000 } : { degraded: 16_000, down: 24_000 };
  const health = LONG ? {} : { degradedAfterMs: 8000, downAfterMs: 12_000 }; // the supervisor hears of a contact each 5 s
  const quick = { antiSpin: false, longestPollSec: 1 };
  let gateway, telegram, sick, hole, owner;
  const leave = [];

  before(async () => {
    sick = await startFakeTelegram({ port: 0, tokens: [SICK_TOKEN], username: 'sick_bot', config: LONG ? {} : quick });
    hole = await startHole(sick);
    ({ gateway, telegram } = await stage({ after: (step) => leave.push(step) }, {
      start: false, telegram: LONG ? {} : { config: quick },
      more: { gateway: { health, alerts: { downForMs: 1000, to: [`telegram:${OWNER}`] } } },
    }));
    const { config } = gateway;
    config.channels.telegram = {
      enabled: true, accounts: {
        well: telegramChannel(telegram),
        sick: { ...telegramChannel(telegram), botToken: SICK_TOKEN, apiRoot: hole.url },
      },
    };
    gateway.writeConfig(config);
    await gateway.start();
    owner = new Chat(telegram, OWNER);
    for (const id of ['telegram:well', 'telegram:sick']) await eventually(async () => (await gateway.worker(id)).health.level === 'ok', `${id} to be well`);
  });
  after(async () => {
    for (const step of leave) await step();
    await hole.close();
    await sick.close();
  });

  const reaches = (level, timeout) => eventually(async () => (await gateway.worker('telegram:sick')).health.level === level, `telegram:sick to be ${level}`, timeout, 100);
  const agree = async (level) => {
    for (const [name, said] of await allSay(gateway, 'telegram:sick')) assert.equal(said, level, name);
    for (const [name, said] of await allSay(gateway, 'telegram:well')) assert.equal(said, 'ok', name);
  };

  test('is degraded, then down, on every surface, and the owner hears of it once', { timeout: 200_000 }, async () => {
    await agree('ok');
    hole.isOpen = false;
    const begun = Date.now();
    await reaches('degraded', times.degraded);
    const degradedAfter = Date.now() - begun;
    await agree('degraded');
    await reaches('down', times.down - (Date.now() - begun));
    const downAfter = Date.now() - begun;
    await agree('down');
    assert.equal((await gateway.cli('workers', '--check')).code, 1);
    console.log(`degraded after ${degradedAfter} ms, down after ${downAfter} ms`);
    const { text } = await owner.answer(/is down/, { timeout: 20_000 });
    assert.match(text, /Telegram account "sick" is down, for \d+ s now/);
  });

  test('a gateway killed meanwhile neither forgets it nor tells of it again', { timeout: 200_000 }, async () => {
    await gateway.stop('SIGKILL');
    gateway.spawn();
    await gateway.line(/gateway\.ready/);
    await eventually(async () => (await gateway.worker('telegram:well').catch(() => null))?.health.level === 'ok', 'telegram:well to be well again', 20_000);
    await reaches('down', times.down);
    await pause(2500); // longer than anything that is due
    assert.equal((await owner.answers()).length, 1);
  });

  test('when it answers again the owner hears how long it took, once', { timeout: 200_000 }, async () => {
    hole.isOpen = true;
    await reaches('ok', 90_000);
    const { text } = await owner.answer(/is back/, { timeout: 20_000 });
    assert.match(text, /Telegram account "sick" is back after \d+ (s|min)/);
    await pause(2500);
    assert.equal((await owner.answers()).length, 2);
    await agree('ok');
  });
});

// Another program with the same token, which asks again at once when its request is ended.
function startRival(platform, token) {
  const leaving = new AbortController();
  const ask = async (body) => (await fetch(`${platform.url}/bot${token}/getUpdates`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), signal: leaving.signal })).status;
  const rival = { answers: [] };
  const over = (async () => { while (!leaving.signal.aborted) rival.answers.push(await ask({ timeout: 30 }).catch(() => 0)); })();
  rival.leave = () => { leaving.abort(); return over; };
  return rival;
}

describe('another program that polls with the token', () => {
  test('shows within a minute with its cause, and the owner hears of it once, however often our short requests succeed', { timeout: 200_000 }, async (t) => {
    const sick = await startFakeTelegram({ port: 0, tokens: [SICK_TOKEN], username: 'sick_bot', config: { antiSpin: false, longestPollSec: 1, conflictDelayMs: 0 } });
    t.after(() => sick.close());
    const { gateway, telegram } = await stage(t, { start: false, more: {
      gateway: { health: { degradedAfterMs: 8000, downAfterMs: 10_000 }, alerts: { downForMs: 1000, to: [`telegram:${OWNER}`] } },
    }, telegram: { config: { antiSpin: false, longestPollSec: 1 } } });
    gateway.config.channels.telegram = { enabled: true, accounts: {
      well: telegramChannel(telegram), sick: { ...telegramChannel(sick), botToken: SICK_TOKEN },
    } };
    gateway.writeConfig(gateway.config);
    await gateway.start();
    for (const id of ['telegram:well', 'telegram:sick']) await eventually(async () => (await gateway.worker(id)).health.level === 'ok', `${id} to be well`);
    const level = async () => (await gateway.worker('telegram:sick')).health.level;
    const rival = startRival(sick, SICK_TOKEN);
    t.after(() => rival.leave());
    await eventually(async () => (await level()) === 'degraded', 'the rival to show', 60_000, 100);
    const { health } = await gateway.worker('telegram:sick');
    assert.match(health.reason, /another program polls with this bot's token/);
    assert.equal(health.cause, 'platform');
    const owner = new Chat(telegram, OWNER);
    const { text } = await owner.answer(/is down/, { timeout: 40_000 });
    assert.match(text, /Telegram account "sick" is down/);
    if (!LONG) return;
    const ended = rival.answers.length;
    await eventually(() => rival.answers.length >= ended + 2, 'us to ask twice more', 90_000, 200); // half a minute apart
    assert.equal(await level(), 'down');
    assert.equal((await owner.answers()).length, 1);
    await rival.leave();
    await owner.answer(/is back/, { timeout: 90_000 });
    assert.equal((await owner.answers()).length, 2);
  });
});

describe('an account that needs its owner', () => {
  test('is told of at once, with the agent down, and once only', async (t) => {
    const { gateway, telegram } = await stage(t, {
      start: false, more: { gateway: { alerts: { to: [`telegram:${OWNER}`] } } },
    });
    gateway.config.channels.telegram = {
      enabled: true, accounts: { well: telegramChannel(telegram), sick: { ...telegramChannel(telegram), botToken: SICK_TOKEN } },
    };
    gateway.writeConfig(gateway.config);
    gateway.spawn();
    await gateway.line(/gateway\.ready/);
    await gateway.call('workers.pause', { id: 'agent' });
    const owner = new Chat(telegram, OWNER);
    const { text } = await owner.answer(/needs you/, { timeout: 20_000 });
    assert.match(text, /account "sick" needs you.*refuses the bot token/s);
    const account = (await gateway.call('channels.status')).channelAccounts.telegram.find(({ accountId }) => accountId === 'sick');
    assert.equal(account.health.cause, 'needs-operator');
    assert.equal((await owner.answers()).length, 1);
  });
});

describe('the operator\'s hand', () => {
  const scene = sharedStage();

  test('a paused worker stays away, over a restart of the gateway too, until it is resumed', async () => {
    const { gateway } = scene;
    const { id } = await gateway.workerReady('telegram');
    const said = await gateway.cli('workers', 'pause', id);
    assert.equal(said.code, 0, said.stderr);
    await eventually(async () => (await gateway.worker(id)).state === 'down', `${id} to leave`);
    assert.equal((await gateway.http('/readyz')).status, 200); // it is meant to be so
    await scene.chat(5001).say('are you there');
    await gateway.restart('SIGKILL');
    await gateway.workerReady('agent');
    const paused = await gateway.worker(id);
    assert.equal(paused.state, 'down');
    assert.equal(paused.paused, true);
    assert.match((await gateway.cli('workers', 'show', id)).stdout, /paused by the operator/);
    await gateway.cli('workers', 'resume', id);
    await gateway.workerReady(id);
    await scene.chat(5001).answer(/are you there/); // nothing was lost meanwhile
  });

  test('recycle replaces a worker in peace, kill at once; both come back', async () => {
    const { gateway } = scene;
    for (const [verb, words] of [['recycle', /exit 0/], ['kill', /the operator asked for it/]]) {
      const { id, pid } = await gateway.workerReady('telegram');
      const said = await gateway.cli('workers', verb, id);
      assert.equal(said.code, 0, said.stderr);
      await gateway.workerReady(id, { not: [pid] });
      assert.match((await gateway.cli('workers', 'show', id)).stdout, words);
      await scene.chat(5001).ask(`say after ${verb}`, `after ${verb}`);
    }
  });

  test('top is one snapshot when it is piped, and names every process', async () => {
    const { gateway } = scene;
    const { id } = await gateway.workerReady('telegram');
    const top = await gateway.cli('workers', 'top');
    assert.equal(top.code, 0, top.stderr);
    assert.match(top.stdout, /^OpenClaw .* pid \d+, up /);
    for (const name of [id, 'agent']) assert.ok(top.stdout.includes(name), top.stdout);
    assert.ok(!top.stdout.includes('\x1b['), 'no terminal codes in a pipe');
  });

  test('trace shows the frames of a message and its answer, both ways', async () => {
    const { gateway } = scene;
    const { id } = await gateway.workerReady('telegram');
    const { cursor } = await gateway.call('workers.trace', { id });
    assert.equal(cursor, 0);
    await scene.chat(5001).ask('say traced', 'traced');
    const seen = [];
    await eventually(async () => {
      const page = await gateway.call('workers.trace', { id, cursor: seen.length, waitMs: 500 });
      assert.equal(page.dropped, 0);
      seen.push(...page.frames);
      return seen.some(({ type }) => type === 'DeliveryAck');
    }, 'the whole conversation');
    const order = ['Inbound', 'InboundAck', 'Outbound', 'DeliveryAck'].map((type) => seen.findIndex((frame) => frame.type === type));
    assert.deepEqual(order, [...order].sort((a, b) => a - b));
    assert.ok(!order.includes(-1), JSON.stringify(seen.map(({ type }) => type)));
    assert.ok(seen.every(({ bytes, direction }) => bytes > 0 && ['to-worker', 'from-worker'].includes(direction)));
    assert.ok(!JSON.stringify(seen).includes('traced'), 'frames, not their content');
    const printed = await gateway.cli('workers', 'trace', id, '-n', '1'); // a ping comes each five seconds
    assert.match(printed.stdout, /[←→] \w+ +\d+ B/);
  });
});

describe('a flood wait', () => {
  test('outlives the process that was asked for it', async (t) => {
    const { gateway, telegram, chat } = await stage(t, { channel: { streaming: { mode: 'off' } } });
    const person = chat(5001);
    await person.ask('say first', 'first');
    await telegram.ctl('POST /faults', { method: 'sendMessage', times: 1, kind: 'status', status: 429, description: 'Too Many Requests: retry after 6', retry_after: 6, parameters: { retry_after: 6 } });
    const { id, pid } = await gateway.workerReady('telegram');
    let { cursor } = await gateway.call('workers.trace', { id });
    await person.say('say second');
    // It has said that it sends, and that it may not: what it was asked for is told before that. Killed earlier it would
    // have taken the server's answer with it, unread.
    let reports = 0, isHandedOver = false;
    await eventually(async () => {
      const page = await gateway.call('workers.trace', { id, cursor, waitMs: 500 });
      cursor = page.cursor;
      for (const { type, direction } of page.frames) {
        isHandedOver ||= type === 'Outbound' && direction === 'to-worker'; // what comes before is of the first
        if (isHandedOver && type === 'Delivery' && direction === 'from-worker') reports++;
      }
      return reports >= 2;
    }, 'the worker to say that it must wait');
    process.kill(pid, 'SIGKILL');
    const refused = (await telegram.ctl('GET /calls', {}, { method: 'sendMessage' })).calls.find(({ status }) => status === 429);
    await gateway.workerReady(id, { not: [pid] });
    const { message_id: answered } = await person.answer('second', { timeout: 20_000 });
    assert.ok(answered);
    const { calls } = await telegram.ctl('GET /calls', {}, { method: 'sendMessage' });
    const next = calls.find(({ seq }) => seq > refused.seq);
    assert.ok(next.at - refused.at >= 6000, `asked again after ${next.at - refused.at} ms`);
  });

  test('of Discord, too, before it signs in again', async (t) => {
    const { gateway, discord, direct } = await discordStage(t, { channel: { streaming: { mode: 'off' } } });
    await direct(5001).ask('say first', 'first');
    const { id, pid } = await gateway.workerReady('discord');
    const me = { path: '^/users/@me$' };
    await discord.ctl('POST /faults', { ...me, kind: '429', scope: 'user', retry_after: 8, times: 1 });
    process.kill(pid, 'SIGKILL'); // the next life is asked to wait …
    const refused = await eventually(async () => (await calls(discord, me)).find(({ status }) => status === 429), 'the next life to be refused');
    await eventually(async () => /asks us to slow down/.test((await gateway.worker(id)).health.reason), 'the wait to be told');
    const { pid: second } = await gateway.worker(id);
    process.kill(second, 'SIGKILL'); // … and the one after that waits on
    await gateway.workerReady(id, { not: [pid, second] });
    await direct(5001).ask('say second', 'second', { timeout: 30_000 });
    const next = (await calls(discord, me)).find(({ seq }) => seq > refused.seq);
    assert.ok(next.at - refused.at >= 8000, `asked again after ${next.at - refused.at} ms`);
  });
});
