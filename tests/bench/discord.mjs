// What the second channel costs: its worker in a hundred servers, a burst of events that are not for it, and the way of a
// message. The minimal bot (connect, ask, post) walks the same way against the same fakes in the same run.
import { Gateway, configuration, eventually, freePort, pause, processTree, programOf, readProc } from '../e2e/harness.mjs';
import { DISCORD_TOKEN, GENERAL, discordChannel } from '../e2e/discord_stage.mjs';
import { Fake, SyncProbe, clockMs, cpuSeconds, end, pssKib, quantile, script, start, startProvider } from './processes.mjs';

const ROUNDS = 3; // ours and raw take turns: a machine that others use as well treats both alike
const MESSAGES = 100, WARM_UP = 20;
const REST_MS = 30; // between two messages: below the 45 a second that our worker sends at most, or the limit is what is measured
const SERVERS = 100;
const EVENTS = 10_000;
const PEOPLE = 50;

async function withDiscord({ servers = 1 }, act) {
  const discord = new Fake(await start(process.execPath, [script('fakes/discord/discord.mjs'), '--port', '0', '--token', DISCORD_TOKEN, '--guilds', String(servers)]));
  discord.api = `${discord.url}/api/v10`;
  const provider = await startProvider();
  const plenty = { limit: 100_000, windowMs: 1000 };
  await discord.ctl('POST /config', { resumeBufferMax: 100_000, rest: { globalPerSec: 100_000, messageSend: plenty, fallback: plenty } });
  try {
    return await act({ discord, provider });
  } finally {
    await Promise.all([discord.close(), provider.close()]);
  }
}

const walkers = {
  // No batching: every message is a turn of its own.
  ours: async ({ discord, provider }) => {
    const port = await freePort();
    const channel = discordChannel(discord, { guilds: { '*': { requireMention: true } } });
    const gateway = new Gateway({ port, config: configuration({ port, provider, more: { channels: { discord: channel }, logging: { level: 'warn', consoleLevel: 'warn' } } }) });
    await gateway.start();
    await Promise.all([gateway.workerReady('discord'), gateway.workerReady('agent')]);
    await eventually(async () => (await discord.ctl('GET /state')).sessions.some(({ connected }) => connected), 'a session');
    gateway.operator.close(); // nobody listens: every run would be told
    const worker = processTree(gateway.pid).find((pid) => programOf(pid) === 'openclaw-worker-discord');
    return { pid: gateway.pid, worker, stop: () => gateway.close() };
  },
  raw: async ({ discord, provider }) => {
    const bot = await start(process.execPath, [script('bench/minimal_discord_bot.mjs'), discord.api, DISCORD_TOKEN, provider.baseUrl]);
    return { pid: bot.pid, worker: bot.pid, stop: () => end(bot) };
  },
};

async function walk(fakes, name, act) {
  const walker = await walkers[name](fakes);
  try {
    return await act(walker);
  } finally {
    await walker.stop();
  }
}

async function exchange({ discord }, person, text) {
  await discord.ctl('POST /message', { from_id: String(5000 + person), content: `say ${text}` });
  const { ok } = await discord.ctl('GET /wait', undefined, { method: 'POST', path: 'messages$', text: `^${text}$`, timeout: '60000' });
  if (!ok) throw new Error(`no answer to ${text} within 60 s`);
}

// ------------------------------------------------------------------ the way of a message

// In each rest one small durable write is timed: the part of the way that no program can shorten.
async function walkOneByOne(fakes, name, probe) {
  return walk(fakes, name, async () => {
    for (let i = 0; i < MESSAGES + WARM_UP; i++) {
      await exchange(fakes, i % PEOPLE, `${name}-${i}`);
      await pause(REST_MS);
      if (i >= WARM_UP) probe.measure();
    }
    return legs(fakes, name);
  });
}

// Times of both legs in ms, from the records of both fakes, the first messages (connections, caches) left out.
async function legs({ discord, provider }, name) {
  const { messages } = await discord.ctl('GET /audit');
  const { calls } = await discord.ctl('GET /calls', undefined, { method: 'POST', text: `^${name}-` });
  const requests = await provider.ctl('GET /requests');
  const measured = calls.map((call) => {
    const text = call.body.content;
    const told = messages.find(({ content }) => content === `say ${text}`).dispatches[0].us;
    const request = requests.find(({ userText }) => userText.endsWith(`say ${text}`));
    return { number: Number(text.slice(name.length + 1)), inward: (request.us - told) / 1000, outward: (call.us - request.lastTokenUs) / 1000 };
  }).filter(({ number }) => number >= WARM_UP);
  return { inward: measured.map(({ inward }) => inward), outward: measured.map(({ outward }) => outward) };
}

async function measurePath() {
  const probe = new SyncProbe(process.env.TMPDIR ?? '/tmp');
  const found = { raw: { inward: [], outward: [] }, ours: { inward: [], outward: [] } };
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of ['raw', 'ours']) {
      const { inward, outward } = await withDiscord({}, (fakes) => walkOneByOne(fakes, name, probe));
      found[name].inward.push(...inward);
      found[name].outward.push(...outward);
    }
  }
  probe.close();
  const sync = quantile(probe.times, 0.5);
  const target = { of: 'added', value: 3 + sync, text: `≤ 3 ms added beside one sync (${sync.toFixed(2)} ms)` };
  const row = (what, leg, share, wanted) => ({ what, ours: quantile(found.ours[leg], share), raw: quantile(found.raw[leg], share), unit: 'ms', better: 'less', target: wanted });
  return [
    row('Discord: event → provider request, p50', 'inward', 0.5, target), row('Discord: event → provider request, p99', 'inward', 0.99),
    row('Discord: last token → message, p50', 'outward', 0.5, target), row('Discord: last token → message, p99', 'outward', 0.99),
  ];
}

// ------------------------------------------------------------------ servers and events

const peakMib = (pid) => Number(/^VmHWM:\s+(\d+)/m.exec(readProc(pid, 'status'))?.[1] ?? 0) / 1024;

async function measureServers(name) {
  return withDiscord({ servers: SERVERS }, (fakes) => walk(fakes, name, async ({ worker }) => {
    await exchange(fakes, 0, 'hello');
    await pause(8000); // it rests, and has given back what only the start needed
    return pssKib(worker) / 1024;
  }));
}

// Ten thousand messages of a room, none for the bot; then one that is: when it is answered all were seen.
async function measureBurst(name) {
  return withDiscord({ servers: SERVERS }, (fakes) => walk(fakes, name, async ({ pid, worker }) => {
    await exchange(fakes, 0, 'hello');
    const [tree, own, begun] = [cpuSeconds(pid), cpuSeconds(worker), clockMs()];
    await fakes.discord.ctl('POST /load', { count: EVENTS, rate: 0, channel_id: GENERAL, from_id: '6001', content: 'chatter number {n}, which nobody has to answer' });
    await exchange(fakes, 0, 'still-here');
    const seconds = (clockMs() - begun) / 1000;
    return { perSecond: EVENTS / seconds, tree: (cpuSeconds(pid) - tree) / EVENTS * 1e6, own: (cpuSeconds(worker) - own) / EVENTS * 1e6, peak: peakMib(worker) };
  }));
}

export async function measureDiscord() {
  const memory = { ours: await measureServers('ours'), raw: await measureServers('raw') };
  const burst = { ours: await measureBurst('ours'), raw: await measureBurst('raw') };
  const beside = (what, key, unit, better, note) => ({ what, ours: burst.ours[key], raw: burst.raw[key], unit, better, note });
  return [
    { what: `Discord: worker in ${SERVERS} servers, PSS`, ours: memory.ours, raw: memory.raw, unit: 'MiB', better: 'less', note: `of ten channels each, at rest after one message; raw: the minimal bot, which keeps nothing` },
    beside(`Discord: a burst of ${EVENTS} events`, 'perSecond', 'events/s', 'more', `until a message behind them is answered; none is for the bot`),
    beside('  CPU an event, whole tree', 'tree', 'µs', 'less'),
    beside('  CPU an event, the worker', 'own', 'µs', 'less', `its memory was ${burst.ours.peak.toFixed(1)} MiB at most`),
    ...await measurePath(),
  ];
}
