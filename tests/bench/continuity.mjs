// What nobody should notice: the loop's pause at SIGUSR1, the gap an HTTP client sees in an upgrade, and what the tree
// does when there is nothing to do.
import fs from 'node:fs';
import http from 'node:http';
import { eventually, pause, processTree, readProc } from '../e2e/harness.mjs';
import { clockMs, cpuSeconds, quantile } from './processes.mjs';
import { withGateway, withThreeAccounts } from './stage.mjs';

const RESTARTS = 100, UPGRADES = 10, IDLE_SECONDS = 30;

// One request after the other on a connection that stays: the slowest answer is the longest time the loop stood still.
function prober(gateway, { keepAlive }) {
  const agent = keepAlive ? new http.Agent({ keepAlive: true, maxSockets: 1 }) : false;
  const took = [], errors = [];
  let isOver = false;
  const ask = () => new Promise((done) => {
    const began = clockMs();
    const request = http.get({ host: '127.0.0.1', port: gateway.port, path: '/healthz', agent, timeout: 20_000 }, (response) => response.resume().on('end', () => { took.push({ began, ms: clockMs() - began }); done(); }));
    request.on('error', (error) => { errors.push(error.code); done(); });
  });
  const running = (async () => { while (!isOver) { await ask(); await pause(1); } if (agent) agent.destroy(); })();
  return { took, errors, stop: async () => { isOver = true; await running; } };
}

export async function measureRestart() {
  return withGateway({}, async (gateway) => {
    await gateway.start();
    await gateway.workerReady('telegram');
    const done = () => gateway.lines.filter((line) => line.includes('restart.done'));
    const probe = prober(gateway, { keepAlive: true });
    for (let i = 0; i < 200; i++) await pause(2);
    const usual = quantile(probe.took.map(({ ms }) => ms), 0.99);
    probe.took.length = 0;
    for (let i = 0; i < RESTARTS; i++) {
      process.kill(gateway.pid, 'SIGUSR1');
      await eventually(() => done().length > i, 'a restart', 10_000, 2);
    }
    await probe.stop();
    const pauses = done().map((line) => Number(/pause_us=(\d+)/.exec(line)[1]) / 1000);
    return [
      { what: `SIGUSR1: pause of the loop, p99 of ${RESTARTS}`, ours: quantile(pauses, 0.99), unit: 'ms', better: 'less', target: { value: 5, of: 'ours', text: '≤ 5 ms' } },
      { what: '  an HTTP answer meanwhile, p99 (raw: without restarts)', ours: quantile(probe.took.map(({ ms }) => ms), 0.99), raw: usual, unit: 'ms', better: 'less', note: `slowest ${Math.max(...probe.took.map(({ ms }) => ms)).toFixed(1)} ms, ${probe.errors.length} errors` },
    ];
  });
}

export async function measureUpgrade() {
  return withGateway({}, async (gateway) => {
    await gateway.start();
    await gateway.workerReady('telegram');
    const probe = prober(gateway, { keepAlive: false });
    const gaps = [];
    for (let i = 0; i < UPGRADES; i++) {
      probe.took.length = 0;
      const { code, stdout, stderr } = await gateway.cli('gateway', 'upgrade');
      if (code !== 0) throw new Error(stdout + stderr);
      await pause(100);
      gaps.push(Math.max(...probe.took.map(({ ms }) => ms)));
    }
    await probe.stop();
    return [{ what: `upgrade: longest wait of an HTTP client, median of ${UPGRADES}`, ours: quantile(gaps, 0.5), unit: 'ms', better: 'less', target: { value: 1000, of: 'ours', text: '≤ 1 s' }, note: `slowest ${Math.max(...gaps).toFixed(0)} ms; ${probe.errors.length} refused` }];
  });
}

const switches = (pid) => fs.readdirSync(`/proc/${pid}/task`).reduce((sum, task) => sum + Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(readProc(`${pid}/task/${task}`, 'status'))?.[1] ?? 0), 0);

// Every wake-up of a thread ends in one voluntary switch: it goes back to sleep.
export async function measureIdle() {
  return withThreeAccounts(async (gateway) => {
    gateway.operator.close();
    await pause(5000); // the start is over
    const tree = processTree(gateway.pid);
    const wakeUps = () => tree.reduce((sum, pid) => sum + switches(pid), 0);
    const [cpu, woken, began] = [cpuSeconds(gateway.pid), wakeUps(), clockMs()];
    await pause(IDLE_SECONDS * 1000);
    const seconds = (clockMs() - began) / 1000;
    return [
      { what: 'idle: CPU of the whole tree', ours: (cpuSeconds(gateway.pid) - cpu) / seconds * 100, unit: '% of a core', better: 'less', target: { value: 0.3, of: 'ours', text: '≤ 0.3 %' }, note: `${tree.length} processes, ${IDLE_SECONDS} s, two accounts on long polls, one on a gateway connection` },
      { what: 'idle: wake-ups of the whole tree', ours: (wakeUps() - woken) / seconds, unit: '1/s', better: 'less', target: { value: 10, of: 'ours', text: '≤ 10/s' } },
    ];
  });
}
