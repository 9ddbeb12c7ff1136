// What can be measured without a message: start, memory, the cost of a process hop.
import { freePort, processTree, programOf, eventually } from '../e2e/harness.mjs';
import { benchProgram, clockMs, cpuSeconds, end, output, pssKib, quantile, start } from './processes.mjs';
import { withGateway } from './stage.mjs';

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

export async function measureMemory() {
  return withGateway({}, async (gateway) => {
    await gateway.start();
    await Promise.all([gateway.workerReady('telegram'), gateway.workerReady('agent')]);
    await idle(gateway.pid);
    const members = processTree(gateway.pid).map((pid) => [programOf(pid), pssKib(pid) / 1024]);
    const echo = await start(benchProgram('ws_echo'), [String(await freePort()), '200']);
    const raw = pssKib(echo.pid) / 1024;
    await end(echo);
    const total = members.reduce((sum, [, mib]) => sum + mib, 0);
    return [{ what: 'memory of the idle tree, PSS', ours: total, raw, unit: 'MiB', better: 'less', target: { of: 'ours', value: 20, text: '≤ 20 MiB' }, note: members.map(([name, mib]) => `${name} ${mib.toFixed(1)}`).join(', ') }];
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
