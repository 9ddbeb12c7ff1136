// What it costs that a worker's bytes go through egress: the real process beside a direct connection, in the same run.
import path from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { BUILD } from '../e2e/harness.mjs';
import { benchProgram } from './processes.mjs';

export async function measureEgress() {
  const worker = path.join(BUILD, 'workers/egress/openclaw-worker-egress');
  const { stdout } = await promisify(execFile)(benchProgram('egress_relay'), [worker]);
  const { direct, egress, egressCpuSeconds, idlePssKib, pssKib } = JSON.parse(stdout);
  return [
    { what: 'egress: round trip of 512 bytes, p50', ours: egress.rttP50Us, raw: direct.rttP50Us, unit: 'µs', better: 'less',
      note: 'two more wake-ups and copies each way; a platform is some 10,000 µs away. raw: a TCP connection of one\'s own to the same server' },
    { what: 'egress: round trip of 512 bytes, p99', ours: egress.rttP99Us, raw: direct.rttP99Us, unit: 'µs', better: 'less' },
    { what: 'egress: a new connection and its first byte, p50', ours: egress.connectP50Us, raw: direct.connectP50Us, unit: 'µs', better: 'less' },
    { what: 'egress: throughput of one connection', ours: egress.bulkMiBps, raw: direct.bulkMiBps, unit: 'MiB/s', better: 'more' },
    { what: 'egress: memory (PSS) when idle', ours: idlePssKib / 1024, unit: 'MiB', better: 'less',
      note: `${(pssKib / 1024).toFixed(1)} MiB after the run; ${egressCpuSeconds} s of CPU for it` },
  ];
}
