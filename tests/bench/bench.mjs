#!/usr/bin/env node
// ./dev bench: what the gateway costs, as ratios to raw baselines measured beside it in the same run.
//   bench.mjs [start] [memory] [ipc] [sandbox] [egress] [methods] [connect] [connections] [fanout] [latency] [throughput]
//             [restart] [upgrade] [idle] [discord]      default: all
// The fakes run as processes of their own, and what they cost is printed too: they must not be what is measured.
import { measureIdle, measureRestart, measureUpgrade } from './continuity.mjs';
import { measureConnect, measureConnections, measureFanOut, measureMethods } from './control_plane.mjs';
import { measureDiscord } from './discord.mjs';
import { measureEgress } from './egress.mjs';
import { measureIpc, measureMemory, measureSandbox, measureStart } from './edge.mjs';
import { measureLatency, measureThroughput } from './path.mjs';
import { printTable } from './table.mjs';

const sections = {
  start: measureStart, memory: measureMemory, ipc: measureIpc, sandbox: measureSandbox, egress: measureEgress, methods: measureMethods, connect: measureConnect,
  connections: measureConnections, fanout: measureFanOut, latency: measureLatency, throughput: measureThroughput,
  restart: measureRestart, upgrade: measureUpgrade, idle: measureIdle, discord: measureDiscord,
};

const wanted = process.argv.slice(2).length ? process.argv.slice(2) : Object.keys(sections);
const unknown = wanted.filter((name) => !sections[name]);
if (unknown.length) {
  console.error(`bench: no section called ${unknown.join(', ')}; there are ${Object.keys(sections).join(', ')}`);
  process.exit(2);
}
const rows = [];
for (const name of wanted) {
  console.error(`bench: ${name} …`);
  rows.push(...await sections[name]());
}
printTable(rows);
