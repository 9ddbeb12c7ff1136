// When Discord is away the bots neither hammer at its door nor sleep long after it has opened again: at most 20 attempts in
// the first five minutes, and all are back within 30 s. In the ordinary run an outage lasts 20 s, with the attempts that the
// same rule leaves for them (pauses of 1, 2, 4, 8 s … each scattered by a fifth); five minutes are in ./dev test --long.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { startFakeDiscord } from '../fakes/discord/discord.mjs';
import { eventually, pause } from './harness.mjs';
import { DISCORD_TOKEN, DiscordChat, discordChannel, discordStage, isListening, listed } from './discord_stage.mjs';

const LONG = Boolean(process.env.OPENCLAW_LONG_TESTS);
const OUTAGE = LONG ? { ms: 300_000, attempts: 20 } : { ms: 20_000, attempts: 8 };
const BACK_WITHIN = 30_000;
const SPARE = 4; // connections for acknowledgements, which are made anew when they break, and not before the next session

const OUTAGES = {
  'connections break and every attempt does': { begin: (discord) => discord.ctl('POST /outage', { on: true }), end: (discord) => discord.ctl('POST /outage', { on: false }) },
  'the gateway answers 503': {
    begin: async (discord) => { await discord.ctl('POST /gateway-mode', { refuse: { status: 503 } }); await discord.ctl('POST /gw/terminate'); },
    end: (discord) => discord.ctl('POST /gateway-mode', { refuse: null }),
  },
  'it accepts and hangs up with 4000': {
    begin: async (discord) => { await discord.ctl('POST /gateway-mode', { refuse: { code: 4000 } }); await discord.ctl('POST /gw/terminate'); },
    end: (discord) => discord.ctl('POST /gateway-mode', { refuse: null }),
  },
  'sessions begin and are ended at once': {
    begin: async (discord) => { await discord.ctl('POST /gateway-mode', { resumeReply: { close: 4000, times: 1000 }, identifyReply: { close: 4000, times: 1000 } }); await discord.ctl('POST /gw/terminate'); },
    end: (discord) => discord.ctl('POST /gateway-mode', { resumeReply: null, identifyReply: null }),
  },
};

describe('an outage', { concurrency: 5 }, () => {
  for (const [name, { begin, end }] of Object.entries(OUTAGES)) {
    test(`${name}: few attempts, soon back, nothing lost`, { timeout: OUTAGE.ms + 120_000 }, async (t) => {
      const { discord, direct } = await discordStage(t);
      await direct(5001).ask('say before', 'before');
      const tried = discord.attempts.length;
      await begin(discord);
      const counted = discord.attempts.length < tried ? 0 : discord.attempts.length;
      await direct(5001).say('say meanwhile');
      await pause(OUTAGE.ms);
      const isSpare = ({ path }) => path === '/api/v10/gateway';
      const spare = discord.attempts.slice(counted).filter(isSpare).length;
      const attempts = discord.attempts.length - counted - spare;
      await end(discord);
      const over = Date.now();
      await isListening(discord, BACK_WITHIN);
      t.diagnostic(`${attempts} attempts in ${OUTAGE.ms / 1000} s, back after ${Date.now() - over} ms`);
      assert.ok(attempts >= 1 && attempts <= OUTAGE.attempts && spare <= SPARE, `${attempts} attempts, ${spare} for spare connections`);
      await direct(5001).answer('meanwhile', { timeout: 20_000 });
      await direct(5001).ask('say after', 'after');
      assert.deepEqual((await direct(5001).answers()).map(({ content }) => content), ['before', 'meanwhile', 'after']);
    });
  }

  test('one after a good time longer than downAfterMs is degraded first: what counts is the last sign of life', { timeout: 90_000 }, async (t) => {
    const health = { degradedAfterMs: 10_000, downAfterMs: 16_000 };
    const { gateway, discord } = await discordStage(t, { more: { gateway: { health } }, discord: { config: { heartbeatInterval: 2000 } } });
    const level = async () => (await gateway.worker('discord:default')).health.level;
    await eventually(async () => await level() === 'ok', 'discord:default to be well');
    await pause(health.downAfterMs + 1000);
    assert.equal(await level(), 'ok');
    await discord.ctl('POST /outage', { on: true });
    const seen = await eventually(async () => { const now = await level(); return now !== 'ok' && now; }, 'discord:default to be ill', 20_000, 50);
    assert.equal(seen, 'degraded');
  });

  test('one into which three bots start: all are up soon after its end, and said so before', { timeout: OUTAGE.ms + 120_000 }, async (t) => {
    const fakes = await Promise.all([2, 3].map((n) => startFakeDiscord({ port: 0, token: `${DISCORD_TOKEN}${n}`, botId: `90000000000000000${n}` })));
    t.after(() => Promise.all(fakes.map((fake) => fake.close())));
    const { gateway, discord } = await discordStage(t, { start: false });
    const all = [discord, ...fakes];
    const accounts = Object.fromEntries(all.map((fake, i) => [`bot${i}`, { ...discordChannel(fake), token: fake.world.token }]));
    for (const account of Object.values(accounts)) delete account.enabled;
    gateway.writeConfig({ ...gateway.config, channels: { discord: { enabled: true, accounts } } });
    for (const fake of all) await fake.ctl('POST /outage', { on: true });
    gateway.spawn();
    await gateway.line(/gateway\.ready/);
    await pause(OUTAGE.ms);
    for (const i of [0, 1, 2]) assert.equal((await listed(gateway, `bot${i}`)).connected, false);
    for (const fake of all) assert.ok(fake.attempts.length >= 1 && fake.attempts.length <= OUTAGE.attempts, `${fake.attempts.length} attempts`);
    for (const fake of all) await fake.ctl('POST /outage', { on: false });
    const over = Date.now();
    await Promise.all(all.map((fake) => isListening(fake, BACK_WITHIN)));
    t.diagnostic(`all back after ${Date.now() - over} ms`);
    for (const fake of all) await new DiscordChat(fake, { from_id: '5002' }).ask('say hello', 'hello');
    await eventually(async () => (await Promise.all([0, 1, 2].map((i) => listed(gateway, `bot${i}`)))).every(({ connected }) => connected), 'all to be said to be connected');
  });
});
