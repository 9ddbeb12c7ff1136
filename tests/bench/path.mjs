// The whole way of a message: update → provider request → last token → sendMessage, one at a time and as many as go.
// The minimal bot (poll, ask, send) walks the same way against the same fakes in the same run.
import { Gateway, configuration, freePort } from '../e2e/harness.mjs';
import { clockMs, cpuSeconds, end, measureSync, quantile, startFakes, startMinimalBot } from './processes.mjs';

const LATENCY_MESSAGES = 300;
const LOAD_MESSAGES = 3000;
const CHATS = 100;

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
  await Promise.all([gateway.workerReady('telegram'), gateway.workerReady('agent')]);
  return { pid: gateway.pid, gateway, stop: () => gateway.close() };
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

async function walkOneByOne(fakes, name) {
  const walker = await walkers[name](fakes);
  try {
    for (let i = 0; i < LATENCY_MESSAGES + 20; i++) {
      const token = `${name}-${i}`;
      await fakes.telegram.ctl('POST /message', { chat_id: 5000 + (i % CHATS), text: `say ${token}` });
      const { ok } = await fakes.telegram.ctl('GET /wait', undefined, { method: 'sendMessage', text: `^${token}$`, timeout: '20000' });
      if (!ok) throw new Error(`${name}: no answer to message ${i} within 20 s`);
    }
    return await legs(fakes, name);
  } finally {
    await walker.stop();
  }
}

// Times of both legs in ms, from the records of both fakes, the first 20 messages (connections, caches) left out.
async function legs({ telegram, provider }, name) {
  const { updates } = await telegram.ctl('GET /updates');
  const { calls } = await telegram.ctl('GET /calls', undefined, { method: 'sendMessage', text: `^${name}-` });
  const requests = (await provider.ctl('GET /requests')).filter((request) => request.userText.includes(`say ${name}-`));
  const ours = updates.slice(-requests.length);
  const measured = calls.map((call) => {
    const number = Number(call.params.text.slice(name.length + 1));
    const request = requests.find((entry) => entry.userText.includes(`say ${call.params.text}`));
    return { number, inward: (request.us - ours[number].deliveredUs) / 1000, outward: (call.us - request.lastTokenUs) / 1000 };
  }).filter(({ number }) => number >= 20);
  return { inward: measured.map((leg) => leg.inward), outward: measured.map((leg) => leg.outward) };
}

export async function measureLatency() {
  return withFakes(async (fakes) => {
    const raw = await walkOneByOne(fakes, 'raw');
    const sync = measureSync(process.env.TMPDIR ?? '/tmp');
    const ours = await walkOneByOne(fakes, 'ours');
    const row = (what, leg, share, target) => ({ what, ours: quantile(ours[leg], share), raw: quantile(raw[leg], share), unit: 'ms', better: 'less', target });
    const limit = 3 + sync.p50;
    const target = { of: 'added', value: limit, text: `≤ 3 ms added beside one sync (${sync.p50.toFixed(2)} ms)` };
    return [
      { what: 'one durable write here, p50', ours: sync.p50, unit: 'ms', better: 'less', note: `4 KiB and fdatasync; p99 ${sync.p99.toFixed(2)} ms` },
      row('update → provider request, p50', 'inward', 0.5, target),
      row('update → provider request, p99', 'inward', 0.99),
      row('last token → sendMessage, p50', 'outward', 0.5, target),
      row('last token → sendMessage, p99', 'outward', 0.99),
    ];
  });
}

// ------------------------------------------------------------------ throughput

async function walkAll(fakes, name) {
  const walker = await walkers[name](fakes);
  try {
    await pour(fakes, 300, `${name}-warm`); // connections and caches
    const syncsBefore = await syncs(walker.gateway);
    const before = [walker.pid, fakes.telegram.pid, fakes.provider.pid].map(cpuSeconds);
    const begun = clockMs();
    await pour(fakes, LOAD_MESSAGES, name);
    const seconds = (clockMs() - begun) / 1000;
    const [walkerCpu, telegramCpu, providerCpu] = [walker.pid, fakes.telegram.pid, fakes.provider.pid].map((pid, i) => cpuSeconds(pid) - before[i]);
    const syncsAfter = await syncs(walker.gateway);
    return {
      perSecond: LOAD_MESSAGES / seconds, cpuMs: (walkerCpu * 1000) / LOAD_MESSAGES,
      fakesMs: ((telegramCpu + providerCpu) * 1000) / LOAD_MESSAGES, busiestFake: Math.max(telegramCpu, providerCpu) / seconds,
      syncs: syncsAfter === undefined ? undefined : (syncsAfter - syncsBefore) / LOAD_MESSAGES,
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

// The ledger's own count, where the gateway tells it.
async function syncs(gateway) {
  if (!gateway) return undefined;
  const status = await gateway.call('status');
  return status.ledger?.syncs;
}

export async function measureThroughput() {
  return withFakes(async (fakes) => {
    const raw = await walkAll(fakes, 'raw');
    const ours = await walkAll(fakes, 'ours');
    return [
      { what: `messages through the whole path, ${CHATS} chats`, ours: ours.perSecond, raw: raw.perSecond, unit: 'messages/s', better: 'more', target: { of: 'ratio', value: 0.5, text: '≥ 0.5 of a minimal bot' }, note: `${LOAD_MESSAGES} messages at once; the fakes took ${ours.fakesMs.toFixed(2)} ms of CPU a message (${raw.fakesMs.toFixed(2)} beside the bot), the busier one ${(100 * ours.busiestFake).toFixed(0)} % of a core` },
      { what: 'CPU a message, whole tree', ours: ours.cpuMs, raw: raw.cpuMs, unit: 'ms', better: 'less', target: { of: 'ours', value: 3, text: '≤ 3 ms' } },
      { what: 'syncs a message', ours: ours.syncs, unit: '', better: 'less' },
    ];
  });
}
