// The whole way of a message: update → provider request → last token → sendMessage, one at a time and as many as go.
// The minimal bot (poll, ask, send) walks the same way against the same fakes in the same run.
import { Gateway, configuration, freePort, pause } from '../e2e/harness.mjs';
import { SyncProbe, clockMs, cpuSeconds, end, quantile, startFakes, startMinimalBot } from './processes.mjs';

const ROUNDS = 3; // ours and raw take turns: a machine that others use as well treats both alike
const LATENCY_MESSAGES = 100; // in each round
const LOAD_MESSAGES = 3000; // in each round
const CHATS = 100;
const WARM_UP = 20; // messages of each round that are not measured: connections, caches
const REST_MS = 10;

// No pacing and no batching: the fake has no limits, and every message is a turn of its own.
async function startGateway({ telegram, provider }, port) {
  const gateway = new Gateway({
    port,
    config: configuration({
      port, telegram, provider,
      channel: { pacing: { chatPer3Seconds: 0, groupPerMinute: 0, botPerSecond: 0 } },
      more: { messages: { inbound: { debounceMs: 0 } }, logging: { level: 'warn', consoleLevel: 'warn' } },
    }),
  });
  await gateway.start();
  await gateway.workerReady('telegram');
  await gateway.workerReady('agent');
  gateway.operator.close(); // nobody listens: every run would be told
  return { pid: gateway.pid, countSyncs: () => countSyncs(gateway), stop: () => gateway.close() };
}

// The ledger's own count.
async function countSyncs(gateway) {
  const { ledger } = await gateway.call('status');
  gateway.operator.close();
  return ledger.syncs;
}

async function startBot(fakes) {
  const bot = await startMinimalBot(fakes);
  return { pid: bot.pid, stop: () => end(bot) };
}

async function withFakes(act) {
  const fakes = await startFakes();
  try {
    return await act(fakes);
  } finally {
    await Promise.all([fakes.telegram.close(), fakes.provider.close()]);
  }
}

const walkers = {
  ours: async (fakes) => startGateway(fakes, await freePort()),
  raw: startBot,
};

// ------------------------------------------------------------------ latency

// One message is in flight at a time, and each begins after a rest: what the one before left behind is done by then.
// In the rest one small durable write is timed, in the rhythm in which the gateway makes its own.
async function walkOneByOne(fakes, name, probe) {
  const walker = await walkers[name](fakes);
  try {
    for (let i = 0; i < LATENCY_MESSAGES + WARM_UP; i++) {
      const token = `${name}-${i}`;
      await fakes.telegram.ctl('POST /message', { chat_id: 5000 + (i % CHATS), text: `say ${token}` });
      const { ok } = await fakes.telegram.ctl('GET /wait', undefined, { method: 'sendMessage', text: `^${token}$`, timeout: '20000' });
      if (!ok) throw new Error(`${name}: no answer to message ${i} within 20 s`);
      await pause(REST_MS);
      if (i >= WARM_UP) probe.measure();
    }
    return await legs(fakes, name);
  } finally {
    await walker.stop();
  }
}

// Times of both legs in ms, from the records of both fakes, the first messages (connections, caches) left out.
async function legs({ telegram, provider }, name) {
  const { updates } = await telegram.ctl('GET /updates');
  const { calls } = await telegram.ctl('GET /calls', undefined, { method: 'sendMessage', text: `^${name}-` });
  const requests = (await provider.ctl('GET /requests')).filter((request) => request.userText.includes(`say ${name}-`));
  const ours = updates.slice(-requests.length);
  const measured = calls.map((call) => {
    const number = Number(call.params.text.slice(name.length + 1));
    const request = requests.find((entry) => entry.userText.includes(`say ${call.params.text}`));
    return { number, inward: (request.us - ours[number].deliveredUs) / 1000, outward: (call.us - request.lastTokenUs) / 1000 };
  }).filter(({ number }) => number >= WARM_UP);
  return { inward: measured.map((leg) => leg.inward), outward: measured.map((leg) => leg.outward) };
}

export async function measureLatency() {
  const probe = new SyncProbe(process.env.TMPDIR ?? '/tmp');
  const found = { raw: { inward: [], outward: [] }, ours: { inward: [], outward: [] } };
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of ['raw', 'ours']) {
      const { inward, outward } = await withFakes((fakes) => walkOneByOne(fakes, name, probe));
      found[name].inward.push(...inward);
      found[name].outward.push(...outward);
    }
  }
  probe.close();
  const sync = quantile(probe.times, 0.5);
  const row = (what, leg, share, target) => ({ what, ours: quantile(found.ours[leg], share), raw: quantile(found.raw[leg], share), unit: 'ms', better: 'less', target });
  const target = { of: 'added', value: 3 + sync, text: `≤ 3 ms added beside one sync (${sync.toFixed(2)} ms)` };
  return [
    { what: 'one durable write here, p50', ours: sync, unit: 'ms', better: 'less', note: `4 KiB and fdatasync, between the messages; p99 ${quantile(probe.times, 0.99).toFixed(2)} ms` },
    row('update → provider request, p50', 'inward', 0.5, target),
    row('update → provider request, p99', 'inward', 0.99),
    row('last token → sendMessage, p50', 'outward', 0.5, target),
    row('last token → sendMessage, p99', 'outward', 0.99),
  ];
}

// ------------------------------------------------------------------ throughput

async function walkAll(fakes, name) {
  const walker = await walkers[name](fakes);
  try {
    await pour(fakes, 300, `${name}-warm`); // connections and caches
    const syncsBefore = await walker.countSyncs?.();
    const before = [walker.pid, fakes.telegram.pid, fakes.provider.pid].map(cpuSeconds);
    const begun = clockMs();
    await pour(fakes, LOAD_MESSAGES, name);
    const seconds = (clockMs() - begun) / 1000;
    const [walkerCpu, telegramCpu, providerCpu] = [walker.pid, fakes.telegram.pid, fakes.provider.pid].map((pid, i) => cpuSeconds(pid) - before[i]);
    return {
      perSecond: LOAD_MESSAGES / seconds, cpuMs: (walkerCpu * 1000) / LOAD_MESSAGES,
      fakesMs: ((telegramCpu + providerCpu) * 1000) / LOAD_MESSAGES, busiestFake: Math.max(telegramCpu, providerCpu) / seconds,
      syncs: (await walker.countSyncs?.() - syncsBefore) / LOAD_MESSAGES,
    };
  } finally {
    await walker.stop();
  }
}

async function pour(fakes, count, name) {
  const chats = Array.from({ length: CHATS }, (_, i) => 5000 + i);
  await fakes.telegram.ctl('POST /load', { count, rate: 100_000, chat_ids: chats, text: `say ${name}-{n}` });
  const { ok, calls } = await fakes.telegram.ctl('GET /wait', undefined, { method: 'sendMessage', text: `^${name}-\\d`, count: String(count), timeout: '120000' });
  if (!ok) throw new Error(`${name}: ${calls.length} of ${count} messages were answered within 120 s`);
}

export async function measureThroughput() {
  const found = { raw: [], ours: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of ['raw', 'ours']) found[name].push(await withFakes((fakes) => walkAll(fakes, name)));
  }
  const median = (name, key) => quantile(found[name].map((round) => round[key]), 0.5);
  return [
    { what: `messages through the whole path, ${CHATS} chats`, ours: median('ours', 'perSecond'), raw: median('raw', 'perSecond'), unit: 'messages/s', better: 'more', target: { of: 'ratio', value: 0.5, text: '≥ 0.5 of a minimal bot' }, note: `${LOAD_MESSAGES} messages at once, median of ${ROUNDS} rounds; the fakes took ${median('ours', 'fakesMs').toFixed(2)} ms of CPU a message (${median('raw', 'fakesMs').toFixed(2)} beside the bot), the busier one ${(100 * median('ours', 'busiestFake')).toFixed(0)} % of a core` },
    { what: 'CPU a message, whole tree', ours: median('ours', 'cpuMs'), raw: median('raw', 'cpuMs'), unit: 'ms', better: 'less', target: { of: 'ours', value: 3, text: '≤ 3 ms' } },
    { what: 'syncs a message', ours: median('ours', 'syncs'), unit: '', better: 'less', note: 'as the ledger counts them: one sync carries many messages' },
  ];
}
