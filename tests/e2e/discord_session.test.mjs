// The gateway session of a Discord bot: every way in which it can end, from the acceptance list of its specification. After
// each of them the bot is back, has lost nothing, has said nothing twice, and has begun no session it did not need.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { eventually, pause, processTree, programOf } from './harness.mjs';
import { DISCORD_TOKEN, GENERAL, MENTION, calls, discordStage, frames, isListening, listed, session } from './discord_stage.mjs';

const LONG = Boolean(process.env.OPENCLAW_LONG_TESTS);
const quick = { discord: { config: { identifyWindowMs: 1000 } }, channel: { streaming: { mode: 'off' } } };

// A bot that has answered somebody; `trouble` comes over it; then it answers again, once, and what was said meanwhile, too.
async function survives(t, { trouble, resumes, identifies, earlier = 0, timeout = 30_000, config }) {
  const scene = await discordStage(t, { ...quick, discord: { config: { ...quick.discord.config, ...config } } });
  const { discord, direct } = scene;
  const chat = direct(5001);
  await chat.ask('say before', 'before');
  const { id: sessionId, resumes: resumedBefore } = await session(discord);
  await trouble(scene);
  await direct(5002).say('say meanwhile');
  await direct(5002).answer('meanwhile', { timeout });
  await chat.ask('say after', 'after', { timeout });
  assert.deepEqual((await chat.answers()).map(({ content }) => content), ['before', 'after']);
  assert.equal((await direct(5002).answers()).length, 1 + earlier);
  const now = await session(discord);
  if (resumes !== undefined) assert.equal(now.id === sessionId ? now.resumes - resumedBefore : 0, resumes, 'resumed');
  assert.equal(discord.identifies.length, identifies, `${discord.identifies.length} IDENTIFYs`);
  return scene;
}

const cut = ({ discord }, act, body) => discord.ctl(act, body);

describe('a connection that ends', { concurrency: 8 }, () => {
  test('op 7: resumed at the address the session names, with a close that keeps it', async (t) => {
    const { discord } = await survives(t, { trouble: (scene) => cut(scene, 'POST /gw/reconnect'), resumes: 1, identifies: 1 });
    assert.ok((await frames(discord, { dir: 'conn' })).at(-1).path.startsWith('/gateway-resume'));
    for (const { code } of await frames(discord, { dir: 'closed' })) assert.ok(code !== 1000 && code !== 1001, `closed with ${code}`);
  });

  test('op 9 true: resumed after a pause', async (t) => {
    await survives(t, { trouble: (scene) => cut(scene, 'POST /gw/invalid-session', { resumable: true }), resumes: 1, identifies: 1 });
  });

  test('op 9 false: a new session, and what came between is read from the history', async (t) => {
    await survives(t, { trouble: async (scene) => {
      await scene.direct(5002).ask('say known', 'known'); // a direct conversation that is not known cannot be read
      await scene.discord.ctl('POST /gw/invalid-session', { resumable: false });
    }, identifies: 2, earlier: 1 });
  });

  for (const code of [1000, 1001, 4000, 4008, 4009]) {
    test(`close ${code}: resumed`, async (t) => {
      await survives(t, { trouble: (scene) => cut(scene, 'POST /gw/close', { code }), resumes: 1, identifies: 1 });
    });
  }

  for (const code of [4001, 4002, 4005]) {
    test(`close ${code}, our own mistake: resumed, but not for ever`, async (t) => {
      const { discord, gateway } = await survives(t, { trouble: (scene) => cut(scene, 'POST /gw/close', { code }), resumes: 1, identifies: 1 });
      const { pid } = await gateway.worker('discord');
      for (const resumes of [1, 2]) {
        await discord.until(async () => (await session(discord))?.resumes === resumes, 20_000);
        await discord.ctl('POST /gw/close', { code });
      }
      await gateway.workerReady('discord', { not: [pid], timeout: 30_000 }); // it reports it, and begins anew
    });
  }

  for (const code of [4003, 4007]) {
    test(`close ${code}: a new session`, async (t) => {
      await survives(t, { trouble: async (scene) => {
        await scene.direct(5002).ask('say known', 'known');
        await cut(scene, 'POST /gw/close', { code });
      }, identifies: 2, earlier: 1 });
    });
  }

  test('a cut without a word: resumed', async (t) => {
    await survives(t, { trouble: (scene) => cut(scene, 'POST /gw/terminate'), resumes: 1, identifies: 1 });
  });

  test('heartbeats that nobody acknowledges: left and resumed', async (t) => {
    const { discord } = await survives(t, {
      config: { heartbeatInterval: 1500, heartbeatGraceFactor: 20 }, resumes: 1, identifies: 1,
      trouble: async (scene) => {
        await scene.discord.ctl('POST /gateway-mode', { ackHeartbeats: false });
        await scene.discord.ctl('GET /gw/wait', {}, { dir: 'closed', timeout: '10000' });
        await scene.discord.ctl('POST /gateway-mode', { ackHeartbeats: true });
      },
    });
    assert.ok((await frames(discord, { dir: 'closed' }))[0].code !== 1000);
  });

  test('heartbeats come in time, and at once when asked for', async (t) => {
    const { discord } = await discordStage(t, { discord: { config: { heartbeatInterval: 1500 } } });
    assert.ok((await discord.ctl('GET /gw/wait', {}, { dir: 'in', op: '1', count: '3', timeout: '8000' })).ok);
    const beats = await frames(discord, { dir: 'in', op: 1 });
    const [hello] = await frames(discord, { dir: 'out', op: 10 });
    assert.ok(beats[0].at - hello.at <= 2200, 'the first within one interval');
    for (let i = 1; i < 3; i++) assert.ok(Math.abs(beats[i].at - beats[i - 1].at - 1500) < 700, `${beats[i].at - beats[i - 1].at} ms between two`);
    const { lastGw: since } = await discord.ctl('GET /state');
    await discord.ctl('POST /gw/heartbeat-request');
    assert.ok((await discord.ctl('GET /gw/wait', {}, { since, dir: 'in', op: '1', timeout: '900' })).ok);
  });

  test('no greeting: left after a while, and tried again', { timeout: 90_000 }, async (t) => {
    await survives(t, { timeout: 60_000, resumes: 1, identifies: 1, trouble: async (scene) => {
      await scene.discord.ctl('POST /gateway-mode', { sendHello: false });
      await scene.discord.ctl('POST /gw/terminate');
      await scene.discord.ctl('GET /gw/wait', {}, { dir: 'conn', count: '2', timeout: '10000' });
      await scene.discord.ctl('POST /gateway-mode', { sendHello: true });
    } });
  });

  test('an IDENTIFY that hangs, then one that is refused: tried again, not in a hurry', { timeout: 100_000, skip: !LONG && 'takes half a minute: ./dev test --long' }, async (t) => {
    const { discord, gateway, direct } = await discordStage(t, { ...quick, discord: { config: { identifyWindowMs: 1000 }, mode: { identifyReply: { times: 1 } } }, start: false });
    gateway.spawn();
    await discord.until(() => discord.identifies.length === 1, 20_000);
    await discord.ctl('POST /gateway-mode', { identifyReply: { op: 9, resumable: false, times: 1 } });
    await discord.until(() => discord.identifies.length === 3, 80_000);
    await isListening(discord);
    await direct(5005).ask('say on time', 'on time', { timeout: 40_000 });
    const times = discord.identifies;
    for (let i = 1; i < times.length; i++) assert.ok(times[i] - times[i - 1] >= 4700, `${times[i] - times[i - 1]} ms between two IDENTIFYs`); // as they arrive
    assert.equal(times.length, 3);
  });

  test('a session that has expired: RESUME is refused, a new one is begun, and the gap is read', async (t) => {
    const scene = await discordStage(t, { ...quick, discord: { config: { identifyWindowMs: 1000, resumeTtlMs: 1 } } });
    const { discord, direct } = scene;
    await direct(5001).ask('say before', 'before');
    await discord.ctl('POST /outage', { on: true });
    const { message_id } = await direct(5001).say('say in the gap');
    await pause(300);
    await discord.ctl('POST /outage', { on: false });
    await direct(5001).answer('in the gap', { after: message_id, timeout: 30_000 });
    assert.equal(discord.identifies.length, 2);
    assert.equal((await direct(5001).answers()).length, 2);
  });

  test('nonsense on the wire is not the worker’s end', async (t) => {
    const { gateway, discord, direct } = await discordStage(t, quick);
    const { pid } = await gateway.workerReady('discord');
    const nonsense = [{ text: '{' }, { text: 'not compressed', bare: true }, { text: '{"op":"x"}' }, { payload: { op: 0, t: 'MESSAGE_CREATE', s: null, d: null } }, { payload: { op: 0, t: 'MESSAGE_CREATE', s: -5, d: { id: 7, author: [] } } },
      { payload: { op: 0, t: 'INTERACTION_CREATE', s: 1, d: { id: '1' } } }, { payload: { op: 0, t: 'GUILD_CREATE', s: 1, d: { id: 'x', channels: 5 } } }, { payload: { op: 77, d: {} } }];
    // One after the other, READY or RESUMED before it: a session whose READY never came cannot be taken up again.
    const isRead = async () => {
      const { lastGw: since } = await discord.ctl('GET /state');
      await discord.ctl('POST /gw/heartbeat-request');
      await discord.until(async () => (await frames(discord, { since })).some(({ dir, op }) => dir === 'closed' || (dir === 'in' && op === 1)), 20_000);
    };
    for (const trouble of nonsense) {
      await isListening(discord);
      await isRead();
      await discord.ctl('POST /gw/raw', trouble);
      await isRead();
    }
    await direct(5003).ask('say still here', 'still here', { timeout: 60_000 });
    assert.equal(discord.identifies.length, 1);
    assert.equal((await gateway.worker('discord')).pid, pid);
  });

  test('a huge server is taken in: 3 MiB in one event', async (t) => {
    const { discord, direct } = await discordStage(t, quick);
    const channels = Array.from({ length: 500 }, (_, i) => ({ id: `72${String(i).padStart(16, '0')}`, name: `room ${i}`, topic: 'x'.repeat(6000) }));
    await discord.ctl('POST /guild', { id: '800000000000000077', name: 'Huge', channels });
    await direct(5004).ask('say after it', 'after it');
    assert.equal(discord.identifies.length, 1);
  });
});

describe('traffic through it all', () => {
  test('400 messages at 200 a second, a reconnect and a cut in the middle: each is answered, once', { timeout: 120_000 }, async (t) => {
    const { discord, provider } = await discordStage(t, {
      ...quick, discord: { config: { rest: { messageSend: { limit: 1000, windowMs: 1000 }, globalPerSec: 1000, fallback: { limit: 1000, windowMs: 1000 } } } },
      more: { agents: { defaults: { maxConcurrent: 16 } } },
    });
    const rooms = await Promise.all(Array.from({ length: 40 }, async (_, i) => (await discord.ctl('POST /channel', { guild_id: '800000000000000001', name: `load ${i}` })).channel.id));
    const { id } = await discord.ctl('POST /load', { count: 400, rate: 200, channel_ids: rooms, content: `${MENTION} say n{n}.` });
    for (const [count, act] of [[100, 'POST /gw/reconnect'], [250, 'POST /gw/terminate']]) {
      await discord.until(async () => (await discord.ctl('GET /load', {}, { id })).sent >= count);
      await discord.ctl(act);
    }
    const answers = async () => (await Promise.all(rooms.map(async (channel_id) => (await discord.ctl('GET /chat', {}, { channel_id })).messages))).flat().filter(({ bot }) => bot).map(({ content }) => content);
    await eventually(() => provider.requests.length >= 1, 'the first question');
    await eventually(async () => new Set((await answers()).flatMap((text) => text.match(/n\d+\./g) ?? [])).size === 400, 'every message to be answered', 90_000, 500)
      .catch(async (error) => { throw new Error(`${error.message}: ${new Set((await answers()).flatMap((text) => text.match(/n\d+\./g) ?? [])).size} of 400`); });
    const all = (await answers()).flatMap((text) => text.match(/n\d+\./g) ?? []);
    assert.equal(all.length, 400, 'none twice');
    assert.equal(discord.identifies.length, 1);
  });
});

describe('more than it can take at once', { concurrency: 2 }, () => {
  const plenty = { limit: 1000, windowMs: 1000 };
  test('events that come for longer than acknowledgements may take: read to the end by the same process', { timeout: 120_000 }, async (t) => {
    const { gateway, discord, direct } = await discordStage(t, { ...quick, discord: { config: { resumeBufferMax: 100_000, rest: { messageSend: plenty, fallback: plenty } } } });
    const { pid } = await gateway.workerReady('discord');
    await direct(5006).ask('say before', 'before');
    const { id } = await discord.ctl('POST /load', { count: 9000, rate: 600, channel_id: GENERAL, from_id: '6001', content: 'chatter {n}' });
    await eventually(async () => (await discord.ctl('GET /load', {}, { id })).doneAt, 'everything to be said', 30_000, 100);
    await direct(5006).ask('say after', 'after', { timeout: 60_000 });
    assert.equal((await gateway.worker('discord')).pid, pid);
    assert.equal(discord.attempts.length, 1, 'one connection all the while');
  });

  test('a supervisor that stands still for a while: it goes on with the same process, and nothing is lost or doubled', { timeout: 120_000 }, async (t) => {
    const { gateway, discord, direct } = await discordStage(t, { ...quick, discord: { config: { rest: { messageSend: plenty, fallback: plenty } } } });
    const { pid } = await gateway.workerReady('discord');
    await direct(5007).ask('say before', 'before');
    const supervisor = processTree(gateway.pid).find((each) => programOf(each) === 'openclaw-gateway');
    process.kill(supervisor, 'SIGSTOP');
    await discord.ctl('POST /load', { count: 400, rate: 0, channel_id: GENERAL, from_id: '6001', content: 'chatter {n}' });
    await direct(5007).say('say meanwhile');
    await pause(13_000); // longer than an acknowledgement may take
    process.kill(supervisor, 'SIGCONT');
    await direct(5007).answer('meanwhile', { timeout: 30_000 });
    await direct(5007).ask('say after', 'after');
    assert.deepEqual((await direct(5007).answers()).map(({ content }) => content), ['before', 'meanwhile', 'after']);
    assert.equal((await gateway.worker('discord')).pid, pid);
  });
});

describe('an account that cannot be', { concurrency: 8 }, () => {
  // What is said of an account that does not come up.
  async function refused(t, options) {
    const { gateway, discord } = await discordStage(t, { start: false, ...options });
    gateway.spawn();
    await gateway.line(/gateway\.ready/);
    const said = async () => { const [account] = (await gateway.call('channels.status')).channelAccounts.discord ?? []; return account?.lastError && account; };
    return { gateway, discord, account: await eventually(said, 'the account to say why', 30_000, 100) };
  }
  const identifyRefused = (code) => ({ discord: { mode: { identifyReply: { close: code, times: 100 } } } });

  test('a token that Discord refuses: said so, used no more, and not shown', async (t) => {
    const wrong = `${DISCORD_TOKEN.slice(0, -4)}XXXX`;
    const { discord, account, gateway } = await refused(t, { channel: { token: wrong } });
    assert.match(account.lastError, /token/i);
    const asked = (await calls(discord, {})).length;
    await pause(5000);
    assert.equal((await calls(discord, {})).length, asked);
    assert.equal((await calls(discord, { status: '401' })).length, 1);
    assert.ok(!gateway.output.includes(wrong.split('.')[2]));
  });

  for (const [code, words] of [[4004, /token/i], [4010, /shard/i], [4011, /shard/i], [4012, /version|release/i], [4013, /intent/i]]) {
    test(`close ${code} is final and says what to do`, async (t) => {
      const { discord, account } = await refused(t, identifyRefused(code));
      assert.match(account.lastError, words);
      const tried = discord.attempts.length;
      await pause(4000);
      assert.equal(discord.attempts.length, tried);
      assert.equal(discord.identifies.length, 1);
    });
  }

  const EVERYTHING = (1 << 19) | (1 << 15) | (1 << 13);
  for (const [how, more, identifies] of [['and says so beforehand', {}, 1], ['and only the gateway says so', { appFlags: EVERYTHING }, 2]]) {
    test(`Message Content Intent is not granted, ${how}: the bot hears what names it, and says what is missing`, { timeout: 60_000 }, async (t) => {
      const { gateway, discord, room, direct } = await discordStage(t, { discord: { config: { privilegedGranted: 0 }, ...more } });
      await direct(5001).ask('say directly', 'directly', { timeout: 20_000 });
      await room(GENERAL, { from_id: '5001' }).say('say unheard');
      await room(GENERAL, { from_id: '5001' }).ask(`${MENTION} say heard`, 'heard');
      assert.equal((await room(GENERAL).answers()).length, 1);
      assert.equal((await session(discord)).intents & (1 << 15), 0);
      assert.equal(discord.identifies.length, identifies);
      await eventually(async () => (await listed(gateway)).errorCode === 'intents', 'the lack to be seen'); // its servers come after the session
      assert.match((await gateway.cli('channels', 'status')).stdout, /Message Content/i);
    });
  }
});
