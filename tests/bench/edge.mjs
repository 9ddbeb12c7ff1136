// What can be measured without a message: start, memory, the cost of a process hop.
import { freePort, pause, processTree, programOf, eventually } from '../e2e/harness.mjs';
import { benchProgram, clockMs, cpuSeconds, end, output, pssKib, quantile, start } from './processes.mjs';
import { withGateway, withThreeAccounts } from './stage.mjs';

// From exec to the first /readyz that answers 200; the raw server: from exec to its "ready".
export async function measureStart() {
  return withGateway({}, async (gateway) => {
    const ours = [], raw = [];
    for (let i = 0; i < 11; i++) {
      const begun = clockMs();
      gateway.spawn();
      await gateway.ready(20_000, 1);
      ours.push(clockMs() - begun);
      await gateway.workerReady('telegram');
      await gateway.stop();
      const rawBegun = clockMs();
      const echo = await start(benchProgram('ws_echo'), [String(await freePort()), '200']);
      raw.push(clockMs() - rawBegun);
      await end(echo);
    }
    return [{ what: 'start to ready, median of 11', ours: quantile(ours, 0.5), raw: quantile(raw, 0.5), unit: 'ms', better: 'less', target: { of: 'ours', value: 60, text: '≤ 60 ms' }, note: 'asked every ms over HTTP; raw: a bare libwebsockets server, exec to listening' }];
  });
}

async function treeMemory(pid) {
  await idle(pid);
  const members = processTree(pid).map((member) => [programOf(member), pssKib(member) / 1024]);
  return { total: members.reduce((sum, [, mib]) => sum + mib, 0), note: members.map(([name, mib]) => `${name} ${mib.toFixed(1)}`).join(', ') };
}

async function exchange({ telegram }, count) {
  await telegram.ctl('POST /load', { count, rate: 100_000, chat_ids: Array.from({ length: 100 }, (_, i) => 5000 + i), text: 'say memory-{n}' });
  const { ok } = await telegram.ctl('GET /wait', undefined, { method: 'sendMessage', text: '^memory-', count: String(count), timeout: '120000' });
  if (!ok) throw new Error(`${count} messages were not answered within 120 s`);
}

const WORK = 1000; // messages

async function memoryOfThree() {
  return withThreeAccounts(async (gateway, { walls }) => {
    gateway.operator.close();
    const { total, note } = await treeMemory(gateway.pid);
    return { what: 'memory of the idle tree with three channel accounts, PSS', ours: total, unit: 'MiB', better: 'less', target: { of: 'ours', value: 30, text: '≤ 30 MiB' }, note: `${note}; sandbox: ${walls}` };
  });
}

export async function measureMemory() {
  return [...await memoryOfOne(), await memoryOfThree()];
}

async function memoryOfOne() {
  const eager = { channel: { pacing: { chatPer3Seconds: 0, groupPerMinute: 0, botPerSecond: 0 } }, more: { messages: { inbound: { debounceMs: 0 } } } };
  return withGateway(eager, async (gateway, fakes) => {
    await gateway.start();
    await Promise.all([gateway.workerReady('telegram'), gateway.workerReady('agent')]);
    gateway.operator.close();
    const begun = await treeMemory(gateway.pid);
    await exchange(fakes, WORK);
    await pause(45_000); // every process has looked twice and seen that it rests
    const worked = await treeMemory(gateway.pid);
    const echo = await start(benchProgram('ws_echo'), [String(await freePort()), '200']);
    const raw = pssKib(echo.pid) / 1024;
    await end(echo);
    const row = (what, { total, note }, target) => ({ what, ours: total, raw, unit: 'MiB', better: 'less', target, note });
    return [
      row('memory of the idle tree, PSS', begun, { of: 'ours', value: 20, text: '≤ 20 MiB' }),
      row(`the same after ${WORK} messages, idle again`, worked),
    ];
  });
}

// Idle: no CPU was used in four seconds. The start is over by then, and what only it needed is given back.
async function idle(pid) {
  let last = NaN;
  await eventually(() => {
    const now = cpuSeconds(pid);
    const isQuiet = now === last;
    last = now;
    return isQuiet;
  }, 'the tree to be idle', 60_000, 4000);
}

export async function measureIpc() {
  const found = await output('ipc_round_trip');
  return [
    { what: 'IPC round trip, p50', ours: found.link_p50_us, raw: found.bare_p50_us, unit: 'µs', better: 'less', note: `${found.bytes} bytes; raw: the same bytes over a bare socketpair between two processes` },
    { what: 'IPC round trip, p99', ours: found.link_p99_us, raw: found.bare_p99_us, unit: 'µs', better: 'less' },
  ];
}

// Beside the same process without it. The loop does nothing but calls: no worker is like that.
export async function measureSandbox() {
  const found = await output('sandbox_cost');
  const loop = (what, [raw, ours]) => ({ what, ours, raw, unit: 'ns', better: 'less', note: 'in a loop of nothing else; raw: without a sandbox' });
  return [
    { what: 'entering the sandbox, confined', ours: found.enter_confined_us / 1000, unit: 'ms', better: 'less', note: 'once in a life: namespaces, own root, Landlock, filter' },
    { what: 'entering the sandbox, with internet sockets', ours: found.enter_client_us / 1000, unit: 'ms', better: 'less', note: 'egress only' },
    loop('a plain system call in the sandbox', found.plain_ns),
    loop('one with checked arguments', found.checked_ns),
    loop('mmap and munmap', found.mapping_ns),
  ];
}
