// What the suites share: a real gateway in a temporary state directory, its command line, a protocol client, the
// fakes. Everything waits for an event with a deadline; nothing sleeps for luck. Suites run side by side: every
// gateway has its own directory and port.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startFakeTelegram } from '../fakes/telegram/telegram.mjs';
import { startFakeProvider } from '../fakes/provider/provider.mjs';
import { ProtocolClient } from './protocol_client.mjs';

export const REPOSITORY = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const BUILD = path.resolve(REPOSITORY, process.env.OPENCLAW_BUILD_DIR ?? 'build');
export const CLI = path.join(BUILD, 'cli/openclaw');
export const BOT_TOKEN = '123456:FAKE-TOKEN-abcdefghijklmnopqrstuvwxyz01';
export const GATEWAY_TOKEN = 'e2e-shared-token';

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// Asks again until `check` gives something true. For states that only a question tells, such as a process list.
export async function eventually(check, what, timeout = 20_000, every = 20) {
  const until = Date.now() + timeout;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > until) throw new Error(`waited ${timeout} ms in vain for ${what}`);
    await pause(every);
  }
}

// Each process of tests has a hundred ports for itself: between two lives of a gateway nobody else takes its own. They lie
// below those that the system gives to connections.
function claimPorts() {
  const claims = path.join(os.tmpdir(), 'openclaw-test-ports');
  fs.mkdirSync(claims, { recursive: true });
  for (let block = process.pid % 200; ; block = (block + 1) % 200) {
    const claim = path.join(claims, String(block));
    try {
      fs.writeFileSync(claim, String(process.pid), { flag: 'wx' });
      process.once('exit', () => fs.rmSync(claim, { force: true }));
      return 10_000 + block * 100;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const owner = Number(readIfThere(claim));
      if (owner && !isAlive(owner)) fs.rmSync(claim, { force: true }); // it was killed
    }
  }
}

let firstPort, portsGiven = 0;

export async function freePort() {
  firstPort ??= claimPorts();
  for (;;) {
    const port = firstPort + portsGiven++ % 100;
    if (portsGiven > 10_000) throw new Error(`none of the ports from ${firstPort} on is free`);
    const server = net.createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(() => true, () => false);
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

export function temporaryFolder(prefix = 'openclaw-e2e-') {
  return fs.mkdtempSync(path.join(os.tmpdir(), prefix));
}

export const isAlive = (pid) => {
  try { process.kill(pid, 0); } catch { return false; }
  return !/^State:\s+Z/m.test(readProc(pid, 'status'));
};

function readIfThere(file) {
  try { return fs.readFileSync(file, 'utf8'); } catch { return ''; }
}

export const readProc = (pid, file) => readIfThere(`/proc/${pid}/${file}`);

// Every live process below `pid`, itself included.
export function processTree(pid) {
  const children = new Map();
  for (const entry of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const parent = Number(/^PPid:\s+(\d+)/m.exec(readProc(entry, 'status'))?.[1]);
    if (parent) children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const found = [];
  for (const queue = [pid]; queue.length;) {
    const next = queue.shift();
    if (isAlive(next)) found.push(next);
    queue.push(...(children.get(next) ?? []));
  }
  return found;
}

export const programOf = (pid) => path.basename(readProc(pid, 'cmdline').split('\0')[0] ?? '');

// ------------------------------------------------------------------ configuration

export function telegramChannel(telegram, more = {}) {
  return { enabled: true, botToken: BOT_TOKEN, apiRoot: telegram.url, dmPolicy: 'open', allowFrom: ['*'], ...more };
}

export function configuration({ port, telegram, provider, channel = {}, more = {} }) {
  const config = {
    gateway: { mode: 'local', port, bind: 'loopback', auth: { mode: 'token', token: GATEWAY_TOKEN } },
    session: { dmScope: 'per-channel-peer' },
    messages: { inbound: { debounceMs: 0 } }, // every message a turn of its own, at once; a test of bursts says otherwise
  };
  if (telegram) config.channels = { telegram: telegramChannel(telegram, channel) };
  if (provider) {
    config.models = { providers: { fake: { baseUrl: provider.baseUrl, apiKey: 'test-key', api: 'openai-completions', models: [{ id: 'fake-1', name: 'Fake' }] } } };
    config.agents = { defaults: { model: { primary: 'fake/fake-1' } } };
  }
  return merge(config, more);
}

function merge(base, over) {
  const isObject = (value) => value && typeof value === 'object' && !Array.isArray(value);
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) merged[key] = isObject(value) && isObject(base[key]) ? merge(base[key], value) : value;
  return merged;
}

// ------------------------------------------------------------------ gateway

export class Gateway {
  // options: config (object or text; absent: no file), args, env, port, stateDir (kept by the caller), wrapper (a command
  // that runs the gateway)
  constructor(options = {}) {
    this.ownsFolder = !options.stateDir;
    this.stateDir = options.stateDir ?? temporaryFolder();
    this.configPath = options.configPath ?? path.join(this.stateDir, 'openclaw.json');
    this.port = options.port;
    this.args = options.args ?? [];
    this.token = options.token ?? GATEWAY_TOKEN;
    this.extraEnv = options.env ?? {};
    this.wrapper = options.wrapper ?? [];
    this.lines = [];
    this.lineWaiters = new Set();
    if (options.config !== undefined) this.writeConfig(options.config);
  }

  writeConfig(config) {
    this.config = config;
    fs.writeFileSync(this.configPath, typeof config === 'string' ? config : JSON.stringify(config, null, 2), { mode: 0o600 });
  }

  get url() { return `http://127.0.0.1:${this.port}`; }

  get environment() {
    return {
      PATH: process.env.PATH, HOME: this.stateDir, LANG: 'C.UTF-8', TMPDIR: process.env.TMPDIR ?? '/tmp', NO_COLOR: '1',
      OPENCLAW_STATE_DIR: this.stateDir, OPENCLAW_CONFIG_PATH: this.configPath, ...sanitizerEnvironment(), ...this.extraEnv,
    };
  }

  spawn() {
    const args = ['gateway', 'run', ...(this.config === undefined ? ['--allow-unconfigured'] : []), ...this.args];
    const [program, ...words] = [...this.wrapper, CLI, ...args];
    this.child = spawn(program, words, { env: this.environment, stdio: ['ignore', 'pipe', 'pipe'], cwd: this.stateDir });
    liveGateways.add(this);
    // "close", not "exit": what it said last must have been read.
    this.exited = once(this.child, 'close').then(([code, signal]) => { this.child = null; liveGateways.delete(this); return { code, signal }; });
    for (const stream of [this.child.stdout, this.child.stderr]) this.readLines(stream);
    return this;
  }

  get pid() { return this.child?.pid; }
  get output() { return this.lines.join('\n'); }

  readLines(stream) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      for (const line of lines) {
        this.lines.push(line);
        for (const look of [...this.lineWaiters]) look(line);
      }
    });
  }

  // The first line, printed already or yet to come, that matches.
  line(pattern, timeout = 20_000) {
    const found = this.lines.find((line) => pattern.test(line));
    if (found) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const look = (line) => { if (pattern.test(line)) { clearTimeout(timer); this.lineWaiters.delete(look); resolve(line); } };
      const timer = setTimeout(() => { this.lineWaiters.delete(look); reject(new Error(`no line ${pattern} within ${timeout} ms; the gateway said:\n${this.output}`)); }, timeout);
      this.lineWaiters.add(look);
    });
  }

  async start(timeout = 20_000) {
    this.spawn();
    await this.ready(timeout);
    return this;
  }

  async ready(timeout = 20_000, every = 10) {
    const died = this.exited.then(({ code, signal }) => { throw new Error(`the gateway ended with ${signal ?? code} before it was ready:\n${this.output}`); });
    const answers = eventually(async () => (await this.http('/readyz', { timeout: 5000 }).catch(() => null))?.status === 200, `readiness of port ${this.port}; so far:\n${this.output}`, timeout, every);
    died.catch(() => {});
    await Promise.race([answers, died]);
  }

  // {code, signal} of a gateway that is expected to end by itself.
  async ending(timeout = 20_000) {
    const late = pause(timeout).then(() => { throw new Error(`the gateway still runs after ${timeout} ms:\n${this.output}`); });
    late.catch(() => {});
    return Promise.race([this.exited, late]);
  }

  async stop(signal = 'SIGTERM', timeout = 15_000) {
    if (!this.child) return;
    const { exited } = this;
    const tree = processTree(this.pid);
    this.child.kill(signal);
    const timer = setTimeout(() => this.child?.kill('SIGKILL'), timeout);
    const ending = await exited;
    clearTimeout(timer);
    await eventually(() => tree.every((pid) => !isAlive(pid)), `the end of ${tree.filter(isAlive).map((pid) => `${pid} ${programOf(pid)}`)}`, 15_000);
    return ending;
  }

  async restart(signal = 'SIGTERM') {
    await this.stop(signal);
    return this.start();
  }

  async close() {
    for (const client of this.clients ?? []) client.close();
    await this.stop('SIGTERM', 5000).catch(() => {});
    if (this.ownsFolder) fs.rmSync(this.stateDir, { recursive: true, force: true });
  }

  // ---- asking it

  http(route, options = {}) {
    return new Promise((resolve, reject) => {
      const request = http.request(`${this.url}${route}`, { method: options.method ?? 'GET', headers: options.headers, agent: false, timeout: options.timeout ?? 20_000 }, (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part)).on('end', () => {
          const text = Buffer.concat(parts).toString();
          let json;
          try { json = JSON.parse(text); } catch { /* not every answer is JSON */ }
          resolve({ status: response.statusCode, headers: response.headers, text, json });
        }).on('error', reject);
      });
      request.on('error', reject).on('timeout', () => request.destroy(new Error('no HTTP answer in time')));
      request.end(options.body);
    });
  }

  async connect(options = {}) {
    const client = new ProtocolClient(`ws://127.0.0.1:${this.port}`, { token: this.token, ...options });
    (this.clients ??= []).push(client);
    await client.connect();
    return client;
  }

  async call(method, params = {}, timeout = 20_000) {
    this.operator = this.operator?.isOpen ? this.operator : await this.connect();
    return this.operator.call(method, params, timeout);
  }

  // Runs the command line against this gateway. Returns {code, stdout, stderr, ms, json}.
  async cli(...args) {
    return runCli(args, this.environment);
  }

  async workers() { return (await this.call('workers.list')).workers; }

  async worker(id) { return (await this.workers()).find((worker) => worker.id === id || worker.id.startsWith(`${id}:`)); }

  // Waits until the worker is ready, in a life that is none of `not`.
  async workerReady(id, { not = [], timeout = 20_000 } = {}) {
    return eventually(async () => {
      const worker = await this.worker(id).catch(() => null);
      return worker?.state === 'ready' && !not.includes(worker.pid) && worker;
    }, `worker ${id} to be ready`, timeout);
  }
}

const liveGateways = new Set();
process.on('exit', () => { for (const gateway of liveGateways) gateway.child?.kill('SIGKILL'); });

const sanitizerEnvironment = () => Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(ASAN|UBSAN|LSAN)_OPTIONS$/.test(name)));

export async function runCli(args, env, { timeout = 30_000, input } = {}) {
  const started = process.hrtime.bigint();
  const child = spawn(CLI, args, { env, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
  if (input !== undefined) child.stdin.end(input);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => { stdout += text; });
  child.stderr.setEncoding('utf8').on('data', (text) => { stderr += text; });
  const timer = setTimeout(() => child.kill('SIGKILL'), timeout);
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  const ms = Number(process.hrtime.bigint() - started) / 1e6;
  return { code: code ?? signal, stdout, stderr, ms, get json() { return JSON.parse(stdout); } };
}

// ------------------------------------------------------------------ a whole stage

// Fakes and a ready gateway between them, gone when the test (or suite) `t` is over.
export async function stage(t, { channel, more, telegram: telegramOptions, provider: providerOptions, start = true, make: Make = Gateway, ...options } = {}) {
  const telegram = await startFakeTelegram({ port: 0, tokens: [BOT_TOKEN], username: 'fake_bot', ...telegramOptions });
  const provider = await startFakeProvider({ port: 0, ...providerOptions });
  const port = await freePort();
  const gateway = new Make({ config: configuration({ port, telegram, provider, channel, more }), port, ...options });
  const leave = async () => {
    await gateway.close();
    await Promise.all([telegram.close(), provider.close()]);
  };
  t.after(leave);
  if (start) await gateway.start().catch(async (error) => { await leave(); throw error; });
  return { telegram, provider, gateway, chat: (id, defaults) => new Chat(telegram, id, defaults) };
}

// The same, shared by the tests of the `describe` it is called in.
export function sharedStage(options) {
  const scene = {};
  const leave = [];
  before(async () => Object.assign(scene, await stage({ after: (step) => leave.push(step) }, options)));
  after(async () => { for (const step of leave) await step(); });
  return scene;
}

// One conversation as the person in it sees it, from the fake's own record.
export class Chat {
  constructor(telegram, id, defaults = {}) {
    Object.assign(this, { telegram, id, defaults });
  }

  async create(options = {}) {
    await this.telegram.ctl('POST /chats', { chat_id: this.id, ...options });
    return this;
  }

  async say(text, more = {}) {
    return this.telegram.ctl('POST /message', { chat_id: this.id, text, ...this.defaults, ...more });
  }

  async messages() {
    const view = await this.telegram.ctl('GET /chat', {}, { chat_id: String(this.id) });
    return view.messages ?? [];
  }

  async answers() { return (await this.messages()).filter((message) => message.outgoing && !message.deleted); }

  // The first standing message of the bot, after message `after`, that `wanted` (text, pattern or function) describes.
  async answer(wanted, { after = 0, timeout = 20_000 } = {}) {
    const fits = typeof wanted === 'function' ? wanted : wanted instanceof RegExp ? (message) => wanted.test(message.text ?? '') : (message) => message.text === wanted;
    try {
      return await this.telegram.until(async () => (await this.answers()).find((message) => message.message_id > after && fits(message)), timeout);
    } catch (error) {
      const seen = (await this.messages()).map((message) => `${message.outgoing ? 'bot' : 'user'} ${message.message_id}${message.deleted ? ' deleted' : ''}: ${(message.text ?? '').slice(0, 200)}`);
      throw new Error(`no answer like ${wanted} in chat ${this.id} within ${timeout} ms; the chat:\n${seen.join('\n')}`, { cause: error });
    }
  }

  // Says something and waits for an answer that fits.
  async ask(text, wanted, options) {
    const { message_id: after } = await this.say(text, options?.message);
    return this.answer(wanted, { after, ...options });
  }
}
