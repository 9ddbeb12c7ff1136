// Programs of a bench: started, waited for by their first line, measured through /proc, ended.
import { spawn, execFile } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { BUILD, REPOSITORY, BOT_TOKEN, processTree, readProc } from '../e2e/harness.mjs';

const run = promisify(execFile);
const running = new Set();
process.on('exit', () => { for (const child of running) child.kill('SIGKILL'); });

export const benchProgram = (name) => path.join(BUILD, 'tests/bench', name);
export const script = (file) => path.join(REPOSITORY, 'tests', file);
export const clockMs = () => Number(process.hrtime.bigint()) / 1e6;

export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

// Resolves with the child and its first line on stdout.
export async function start(command, args, { input = 'ignore' } = {}) {
  const child = spawn(command, args, { stdio: [input, 'pipe', 'inherit'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const line = await Promise.race([
    once(child.stdout.setEncoding('utf8'), 'data').then(([text]) => text),
    once(child, 'exit').then(() => { throw new Error(`${path.basename(command)} ended before it was ready`); }),
  ]);
  return { child, pid: child.pid, line };
}

export async function end({ child }) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

export async function load(port, ...args) {
  const { stdout } = await run(benchProgram('ws_load'), ['--port', String(port), ...args]);
  return JSON.parse(stdout);
}

// Connections that listen until report() is asked for; then what they heard.
export async function startCrowd(port, ...args) {
  const crowd = await start(benchProgram('ws_crowd'), ['--port', String(port), ...args], { input: 'pipe' });
  const report = async () => {
    crowd.child.stdin.end();
    const [text] = await once(crowd.child.stdout, 'data');
    return JSON.parse(text);
  };
  return { ...crowd, report };
}

export async function output(name) { return JSON.parse((await run(benchProgram(name), [])).stdout); }

// CPU seconds of a process and of every live one below it.
export function cpuSeconds(pid) {
  const ticks = processTree(pid).map((member) => {
    const fields = readProc(member, 'stat').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  });
  return ticks.reduce((sum, value) => sum + value, 0) / 100; // USER_HZ is 100 on Linux
}

export const pssKib = (pid) => Number(/^Pss:\s+(\d+)/m.exec(readProc(pid, 'smaps_rollup'))?.[1] ?? 0);

// ------------------------------------------------------------------ fakes

export class Fake {
  constructor(process) { Object.assign(this, { process, url: urlIn(process.line), pid: process.pid }); }

  async ctl(route, body, query = {}) {
    const [method, where] = route.split(' ');
    const search = new URLSearchParams(query).toString();
    const response = await fetch(`${this.url}/_ctl${where}${search ? `?${search}` : ''}`, { method, body: body === undefined ? undefined : JSON.stringify(body) });
    return response.json();
  }

  close() { return end(this.process); }
}

const urlIn = (line) => /http:\/\/[\d.]+:\d+/.exec(line)[0];

export async function startProvider() {
  const provider = new Fake(await start(process.execPath, [script('fakes/provider/provider.mjs'), '--port', '0']));
  return Object.assign(provider, { baseUrl: `${provider.url}/v1` });
}

export async function startFakes(tokens = BOT_TOKEN) {
  const telegram = new Fake(await start(process.execPath, [script('fakes/telegram/telegram.mjs'), '--port', '0', '--token', tokens]));
  return { telegram, provider: await startProvider() };
}

export async function startMinimalBot({ telegram, provider }) {
  return start(process.execPath, [script('bench/minimal_bot.mjs'), telegram.url, BOT_TOKEN, provider.baseUrl]);
}

// What one small durable write costs in this folder: the part of a message's way that no program can shorten.
export class SyncProbe {
  times = [];

  constructor(folder) {
    this.file = path.join(fs.mkdtempSync(path.join(folder, 'openclaw-sync-')), 'probe');
    this.fd = fs.openSync(this.file, 'w');
  }

  measure() {
    const started = clockMs();
    fs.writeSync(this.fd, Buffer.alloc(4096, this.times.length));
    fs.fdatasyncSync(this.fd);
    this.times.push(clockMs() - started);
  }

  close() {
    fs.closeSync(this.fd);
    fs.rmSync(path.dirname(this.file), { recursive: true });
  }
}
