// What the control plane costs: the methods a dashboard asks for again and again, coming in, being there, and hearing of
// a run. Raw is a bare libwebsockets server with answers and events of the same size in the same run.
import fs from 'node:fs';
import path from 'node:path';
import { connectParams, Device } from '../e2e/device.mjs';
import { freePort, GATEWAY_TOKEN, pause, processTree, programOf } from '../e2e/harness.mjs';
import { RawSocket } from '../e2e/raw_socket.mjs';
import { benchProgram, clockMs, end, load, pssKib, quantile, start, startCrowd } from './processes.mjs';
import { withGateway } from './stage.mjs';

const SESSIONS = 1000;
const MESSAGES = 1000;
const LOG_LINES = 5000;
const CONNECTIONS = 10_000;
const SUBSCRIBERS = 200;
const ROUND_SECONDS = '3';

async function withEcho(flags, act) {
  const port = await freePort();
  const echo = await start(benchProgram('ws_echo'), [port, ...flags].map(String));
  try {
    return await act(port, echo);
  } finally {
    await end(echo);
  }
}

const beside = (what, ours, raw, note, targets = {}) => [
  { what, ours: ours.per_second, raw: raw.per_second, unit: 'requests/s', better: 'more', target: targets.rate, note },
  { what: `${what}, p50`, ours: ours.p50_us, raw: raw.p50_us, unit: 'µs', better: 'less' },
  { what: `${what}, p99`, ours: ours.p99_us, raw: raw.p99_us, unit: 'µs', better: 'less', target: targets.p99 },
];

// ------------------------------------------------------------------ methods

async function fill(gateway) {
  await gateway.call('sessions.create', { key: 'agent:main:main' });
  const inTurns = async (count, act) => { for (let i = 0; i < count; i += 100) await Promise.all(Array.from({ length: 100 }, (_, j) => act(i + j))); };
  await inTurns(SESSIONS - 1, (i) => gateway.call('sessions.create', { key: `agent:main:bench-${i}`, label: `Conversation number ${i}` }));
  await inTurns(MESSAGES, (i) => gateway.call('chat.inject', { sessionKey: 'agent:main:main', message: `Message ${i}: the quick brown fox jumps over the lazy dog.` }));
  const log = gateway.config.logging.file;
  const line = (i) => `${JSON.stringify({ ts: new Date().toISOString(), level: 'info', event: 'bench.line', number: i, what: 'one line of a log as they are' })}\n`;
  fs.appendFileSync(log, Array.from({ length: LOG_LINES }, (_, i) => line(i)).join(''));
}

const METHODS = [
  { method: 'health', rate: { of: 'ratio', value: 0.5, text: '≥ 0.5 of the echo' }, p99: { of: 'ours', value: 3000, text: '≤ 3 ms at 64 in flight' } },
  { method: 'sessions.list', params: { limit: SESSIONS }, what: `sessions.list, ${SESSIONS} of ${SESSIONS}` },
  { method: 'sessions.list', params: { limit: 200, includeDerivedTitles: true, includeLastMessage: true }, what: `sessions.list, 200 of ${SESSIONS} with titles` },
  { method: 'chat.history', params: { sessionKey: 'agent:main:main', limit: MESSAGES }, what: `chat.history, ${MESSAGES} messages` },
  { method: 'chat.history', params: { sessionKey: 'agent:main:main', limit: 80 }, what: `chat.history, 80 of ${MESSAGES} messages` },
  { method: 'logs.tail', params: { limit: 500, maxBytes: 250_000 }, what: 'logs.tail, 500 lines' },
];

export async function measureMethods() {
  return withGateway({ more: { logging: { file: path.join(fs.mkdtempSync('/tmp/openclaw-bench-log-'), 'gateway.log') } } }, async (gateway) => {
    await gateway.start();
    await fill(gateway);
    const rows = [];
    for (const { method, params = {}, what = method, rate, p99 } of METHODS) {
      for (const [connections, each] of [[1, 1], [8, 8]]) {
        const inFlight = connections * each;
        const flags = ['--connections', String(connections), '--in-flight', String(each), '--seconds', ROUND_SECONDS];
        const ours = await load(gateway.port, '--token', GATEWAY_TOKEN, '--method', method, '--params', JSON.stringify(params), ...flags);
        const raw = await withEcho([ours.reply_bytes], (port) => load(port, '--echo', ...flags));
        const note = `${ours.reply_bytes} bytes a reply${ours.errors ? `, ${ours.errors} ERRORS` : ''}`;
        rows.push(...beside(`${what}, ${inFlight} in flight`, ours, raw, note, { rate, p99: inFlight === 64 ? p99 : undefined }));
      }
    }
    fs.rmSync(path.dirname(gateway.config.logging.file), { recursive: true });
    return rows;
  });
}

// ------------------------------------------------------------------ coming in

async function visit(port, params, device) {
  const begun = clockMs();
  const raw = new RawSocket(port);
  const challenge = await raw.challenge();
  const answer = await raw.request('connect', device ? { ...params, device: device.proof(params, challenge) } : params, 'c');
  if (!answer.ok) throw new Error(`connect refused: ${JSON.stringify(answer.error)}`);
  const took = clockMs() - begun;
  raw.close();
  return took;
}

// One after the other from Node, whose own time is in both columns.
async function visits(port, device) {
  const params = connectParams({ auth: { token: GATEWAY_TOKEN }, client: { mode: 'cli', id: 'cli' } });
  const times = [];
  for (let i = 0; i < 300; i += 1) times.push(await visit(port, params, device));
  return times.slice(20);
}

export async function measureConnect() {
  return withGateway({}, async (gateway) => {
    await gateway.start();
    const { hello } = await gateway.connect();
    const bytes = JSON.stringify(hello).length + 40;
    const rows = [];
    for (const inFlight of [1, 16]) {
      const flags = ['--connects', '--in-flight', String(inFlight), '--seconds', ROUND_SECONDS];
      const ours = await load(gateway.port, '--token', GATEWAY_TOKEN, ...flags);
      const raw = await withEcho([bytes], (port) => load(port, '--echo', ...flags));
      rows.push(...beside(`connect + hello, ${inFlight} at once`, ours, raw, `TCP, upgrade, challenge, connect, ${bytes} bytes of hello, close; raw: TCP, upgrade, one echo of that size, close`));
    }
    const plain = await visits(gateway.port), device = await visits(gateway.port, new Device());
    rows.push({ what: 'connect + hello with a device, p50', ours: quantile(device, 0.5) * 1000, raw: quantile(plain, 0.5) * 1000, unit: 'µs', better: 'less', note: 'raw: the same client with the token alone; the difference is a signature made, one checked, and the device written down' });
    return rows;
  });
}

// ------------------------------------------------------------------ being there

async function eachCosts(pid, crowd) {
  const before = pssKib(pid);
  const listeners = await crowd();
  await pause(1000);
  const each = (pssKib(pid) - before) / CONNECTIONS;
  await end(listeners);
  return each;
}

export async function measureConnections() {
  return withGateway({}, async (gateway) => {
    await gateway.start();
    const supervisor = processTree(gateway.pid).find((pid) => programOf(pid) === 'openclaw-gateway');
    const crowd = (port, ...flags) => startCrowd(port, '--connections', String(CONNECTIONS), ...flags);
    await end(await startCrowd(gateway.port, '--token', GATEWAY_TOKEN, '--connections', '64'));
    await pause(4000); // the start is over: what only it needed is given back
    await gateway.call('health');
    const ours = await eachCosts(supervisor, () => crowd(gateway.port, '--token', GATEWAY_TOKEN));
    const raw = await withEcho([200], (port, echo) => eachCosts(echo.pid, () => crowd(port, '--echo')));
    return [{ what: `memory of an idle connection, ${CONNECTIONS} of them`, ours, raw, unit: 'KiB', better: 'less', target: { of: 'ours', value: 12, text: '≤ 12 KiB' }, note: 'PSS with them less PSS without, each authenticated with the token' }];
  });
}

// ------------------------------------------------------------------ hearing of a run

const RUN = 'slow 120 80'; // words, ms between two: an event of both families for each

async function hear(gateway, flags) {
  const crowd = await startCrowd(gateway.port, '--token', GATEWAY_TOKEN, '--connections', String(SUBSCRIBERS), ...flags);
  await pause(1000); // everybody has been told who has come
  const { runId } = await gateway.call('chat.send', { sessionKey: 'agent:main:main', message: RUN, idempotencyKey: `bench-${clockMs()}` });
  await gateway.operator.event('chat', { where: (chat) => chat.runId === runId && chat.state === 'final', timeout: 60_000 });
  await pause(200);
  return crowd.report();
}

export async function measureFanOut() {
  return withGateway({}, async (gateway) => {
    await gateway.start();
    await gateway.workerReady('agent');
    await gateway.call('health');
    const all = await hear(gateway, []);
    const beside = await hear(gateway, ['--asleep', '1', '--backlog', '8000']);
    const raw = await withEcho([200, 80, 400], async (port) => {
      const crowd = await startCrowd(port, '--echo', '--connections', String(SUBSCRIBERS));
      await pause(10_000);
      return crowd.report();
    });
    const note = `${all.events} events${all.partly ? `, ${all.partly} NOT heard by all` : ''}; times are counted from whole milliseconds, half a millisecond too long on average`;
    const row = (what, key, target) => ({ what, ours: all[key] / 1000, raw: raw[key] / 1000, unit: 'ms', better: 'less', target, note: target ? note : undefined });
    const reader = (what, key) => ({ what, ours: beside[key] / 1000, raw: all[key] / 1000, unit: 'ms', better: 'less' });
    return [
      row(`event → first of ${SUBSCRIBERS} subscribers, p50`, 'first_p50_us'),
      row(`event → last of ${SUBSCRIBERS} subscribers, p50`, 'p50_us'),
      row(`event → last of ${SUBSCRIBERS} subscribers, p99`, 'p99_us', { of: 'ours', value: 5, text: '≤ 5 ms' }),
      { ...reader('the same beside one that does not read, p50', 'p50_us'), note: 'raw: without it; 8,000 answers to health wait for it' },
      reader('the same beside one that does not read, p99', 'p99_us'),
    ];
  });
}
