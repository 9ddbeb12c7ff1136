#!/usr/bin/env node
// The fault matrix: every kind of worker suffers every kind of fault while people talk to three accounts. The
// supervisor lives on, nobody else loses a message or its connection, and the one that fell ill serves again soon.
//
//   fault_matrix.mjs [--times N] [--rate PER_SECOND] [--kinds a,b] [--faults a,b] [--strict]
//
// Faults inside a process are committed by the real workers with an ear for signals (tests/faulty). --strict also
// holds the latencies against their limits, which says something on a machine that does nothing else: for a minute
// without faults first, so that the 99th percentile of both is one.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startFakeTelegram } from '../fakes/telegram/telegram.mjs';
import { startFakeProvider } from '../fakes/provider/provider.mjs';
import { startFakeDiscord } from '../fakes/discord/discord.mjs';
import { DISCORD_TOKEN, DiscordChat, discordChannel, isListening } from '../e2e/discord_stage.mjs';
import { Pulse } from './pulse.mjs';
import { BUILD, Gateway, configuration, eventually, freePort, isAlive, pause, telegramChannel } from '../e2e/harness.mjs';

const { values: options } = parseArgs({
  options: {
    times: { type: 'string', default: '1' }, rate: { type: 'string', default: '20' }, strict: { type: 'boolean', default: false },
    kinds: { type: 'string', default: 'telegram,discord,agent,echo,egress' },
    faults: { type: 'string', default: 'SIGKILL,SIGSEGV,SIGABRT,memory,descriptors,busy_loop,deadlock,SIGSTOP' },
  },
});
const REAL_TIME = 34; // SIGRTMIN of glibc, signal(7)
const FAULTS = { SIGKILL: 'SIGKILL', SIGSEGV: 'SIGSEGV', SIGABRT: 'SIGABRT', SIGSTOP: 'SIGSTOP', busy_loop: REAL_TIME + 1, memory: REAL_TIME + 2, descriptors: REAL_TIME + 3, deadlock: REAL_TIME + 4 };
const NOTICED_AFTER_PINGS = new Set(['SIGSTOP', 'busy_loop', 'deadlock', 'descriptors']);
const LIMITS = { noticed: 15_000, back: options.strict ? 2000 : 6000, rise: 50 }; // one of each says little of the 95th
const ACCOUNTS = ['a', 'b', 'c'];
const CHATS = 60; // of each account
const VICTIMS = { telegram: 'telegram:a', discord: 'discord:default', agent: 'agent', echo: 'echo:x', egress: 'egress' };
const EVERYBODYS = new Set(['agent', 'egress']); // every message needs them, so who does not notice are the clients
const token = (account) => `${100_000 + account.charCodeAt(0)}:FAKE-TOKEN-abcdefghijklmnopqrstuvwxyz-${account}`;

const percentile = (list, share) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))] ?? 0;

// ------------------------------------------------------------------ people

// Steady talk, round and round over the accounts; every chat has one message under way at a time.
class Talk {
  constructor(telegram, rate) {
    this.telegram = telegram;
    this.every = 1000 / rate;
    this.messages = [];
    this.firstOpen = 0; // all before it are answered
    this.busy = new Set();
    this.next = 0;
  }

  start() {
    let turn = 0;
    this.timer = setInterval(() => this.say(ACCOUNTS[turn++ % ACCOUNTS.length]), this.every);
  }

  async stop(timeout) {
    clearInterval(this.timer);
    await eventually(() => this.messages.every((message) => this.look(message)), 'every message to be answered', timeout, 100).catch(() => {});
  }

  say(account) {
    const chat = this.freeChat(account);
    if (!chat) return; // all of them wait for an answer
    const key = `${account}${chat}`;
    const message = { key, account, chat, text: `w${this.messages.length}`, at: Date.now(), answeredAt: 0 };
    this.busy.add(key);
    this.messages.push(message);
    this.telegram.ctl('POST /message', { token: token(account), chat_id: chat, text: `say ${message.text}` });
    this.telegram.until(() => this.look(message), 120_000).then(() => this.busy.delete(key), () => {});
  }

  // One after the other: no chat becomes so long that looking through it costs more than the gateway does.
  freeChat(account) {
    for (let tries = 0; tries < CHATS; tries++) {
      const chat = 70_000 + this.next++ % CHATS;
      if (!this.busy.has(`${account}${chat}`)) return chat;
    }
    return undefined;
  }

  standing({ account, chat, text }) {
    const entries = this.telegram.bots.get(token(account)).chats.get(chat)?.messages.values() ?? [];
    return [...entries].filter((entry) => entry.outgoing && !entry.deleted && entry.msg.text === text);
  }

  // Nobody waits for the answer to a message of before `moment`.
  hasCaughtUp(moment) {
    while (this.messages[this.firstOpen]?.answeredAt) this.firstOpen++;
    return this.messages.slice(this.firstOpen).every((message) => message.answeredAt || message.at >= moment);
  }

  // Somebody of these accounts has read an answer after `moment`.
  hasServed(accounts, moment) {
    return this.messages.slice(this.firstOpen).some(({ account, answeredAt }) => accounts.includes(account) && answeredAt > moment);
  }

  // What was said there last, for who looks for a lost message.
  chatOf({ account, chat }) {
    const entries = this.telegram.bots.get(token(account)).chats.get(chat)?.messages.values() ?? [];
    return [...entries].slice(-6).map((entry) => `${entry.outgoing ? 'bot' : 'user'}: ${entry.msg.text}`).join(' | ');
  }

  look(message) {
    if (message.answeredAt) return true;
    const [first] = this.standing(message);
    if (first) message.answeredAt = Date.now();
    return Boolean(first);
  }

  latencies(from, until, accounts) {
    return this.messages.filter(({ at, account, answeredAt }) => answeredAt && at >= from && at < until && accounts.includes(account)).map(({ at, answeredAt }) => answeredAt - at);
  }
}

// ------------------------------------------------------------------ the matrix

class Matrix {
  constructor({ gateway, telegram, provider, discord, talk, pulse }) {
    Object.assign(this, { gateway, telegram, provider, discord, talk, pulse, signIns: new Map(), rows: [], failures: [], discordMessages: 0 });
    // Discord takes five messages in five seconds for one chat: who asks more often waits for that, not for us.
    this.discordChats = Array.from({ length: CHATS }, (_, person) => new DiscordChat(discord, { from_id: String(60_001 + person) }));
    this.supervisor = gateway.pid;
  }

  fail(sentence) { this.failures.push(sentence); console.log(`  ✗ ${sentence}`); }

  discordChat(message) { return this.discordChats[message % CHATS]; }

  async lives() { return new Map((await this.gateway.workers()).map(({ id, pid, generation, state, restarts }) => [id, { pid, generation, state, restarts }])); }

  // How often each account has signed in. The fakes then forget their calls: hours of them fill a gigabyte.
  async countSignIns() {
    const { calls } = await this.telegram.ctl('GET /calls', {}, { method: 'getMe' });
    for (const call of calls) this.signIns.set(call.token, (this.signIns.get(call.token) ?? 0) + 1);
    await Promise.all([this.telegram.ctl('DELETE /calls'), this.provider.ctl('DELETE /requests')]);
    return new Map(this.signIns);
  }

  async run(kind, fault) {
    const id = VICTIMS[kind];
    const row = { kind, fault, times: 0, noticed: [], back: [], from: Date.now() };
    for (let i = 0; i < Number(options.times); i++) await this.once(id, kind, fault, row);
    row.until = Date.now();
    row.others = percentile(EVERYBODYS.has(kind) ? [] : this.talk.latencies(row.from, row.until, kind === 'telegram' ? ['b', 'c'] : ACCOUNTS), 0.99);
    row.clients = percentile(this.pulse.latencies(row.from, row.until), 0.99);
    this.rows.push(row);
    this.print(row);
    this.judge(row);
  }

  async once(id, kind, fault, row) {
    await this.gateway.workerReady(id, { timeout: 60_000 });
    // A message that meets several deaths of the agent is rightly set aside, with a word to who wrote it: one death each.
    const served = Date.now();
    await eventually(() => this.talk.hasCaughtUp(served), 'the messages of the last fault to be answered', 30_000).catch((error) => this.fail(error.message));
    if (kind !== 'egress') await isListening(this.discord, 60_000); // egress took its connection along
    const before = await this.lives();
    const signedIn = await this.countSignIns();
    const { pid } = before.get(id);
    const connections = this.discord.attempts.length;
    const begun = Date.now();
    process.kill(pid, FAULTS[fault]);
    if (kind === 'discord') await this.discordChat(this.discordMessages).say(`say d${this.discordMessages++}`); // RESUME brings it
    const limit = NOTICED_AFTER_PINGS.has(fault) ? LIMITS.noticed : 5000;
    await eventually(() => !isAlive(pid), `the end of ${id} after ${fault}`, limit + 5000, 5).catch((error) => this.fail(error.message));
    const ended = Date.now();
    await this.gateway.workerReady(id, { not: [pid], timeout: 60_000 }).catch((error) => this.fail(error.message));
    await this.serves(kind, Date.now());
    row.times++;
    row.noticed.push(ended - begun);
    row.back.push(Date.now() - ended);
    if (ended - begun > limit) this.fail(`${id} with ${fault} lived on for ${ended - begun} ms`);
    await this.nobodyElseNoticed(id, before, signedIn);
    if (!['discord', 'egress'].includes(kind) && this.discord.attempts.length !== connections) this.fail(`discord connected again when ${id} had died`);
    // Deaths of one minute wait longer and longer on purpose; what is measured is one death of a healthy worker.
    await this.gateway.call('workers.start', { id });
  }

  // It is back when a person has an answer from it, not when it says so. Nobody writes to echo.
  async serves(kind, ready) {
    if (kind === 'echo') return;
    const answered = kind === 'discord' ? this.discordChat(this.discordMessages - 1).answer(`d${this.discordMessages - 1}`, { timeout: 30_000 })
      : eventually(() => this.talk.hasServed(kind === 'telegram' ? ['a'] : ACCOUNTS, ready), `an answer by ${kind}`, 30_000, 5);
    await answered.catch((error) => this.fail(error.message));
  }

  async nobodyElseNoticed(id, before, signedIn) {
    if (this.gateway.pid !== this.supervisor) this.fail('the supervisor has another pid');
    const after = await this.lives();
    for (const [other, life] of before)
      if (other !== id && (after.get(other).pid !== life.pid || after.get(other).generation !== life.generation)) this.fail(`${other} died with ${id}`);
    const now = await this.countSignIns();
    for (const account of ACCOUNTS)
      if (`telegram:${account}` !== id && now.get(token(account)) !== signedIn.get(token(account))) this.fail(`telegram:${account} signed in again`);
  }

  judge({ kind, fault, back, others, clients }) {
    if (percentile(back, 0.95) > LIMITS.back) this.fail(`${kind} ${fault}: back after ${percentile(back, 0.95)} ms (p95)`);
    for (const [who, now, quiet] of [["the others'", others, this.quiet.others], ["clients'", clients, this.quiet.clients]])
      if (options.strict && now - quiet > LIMITS.rise) this.fail(`${kind} ${fault}: ${who} p99 rose by ${now - quiet} ms`);
    for (const sentence of this.pulse.silent.splice(0)) this.fail(`${kind} ${fault}: health without an answer: ${sentence}`);
  }

  print({ kind, fault, times, noticed, back, others, clients }) {
    console.log([kind.padEnd(9), fault.padEnd(12), `${times}×`.padEnd(5), `dead after p95 ${percentile(noticed, 0.95)} ms`.padEnd(27), `serves again p50 ${percentile(back, 0.5)} p95 ${percentile(back, 0.95)} ms`.padEnd(40),
      `p99 others ${others ? `${others} ms` : '-'}`.padEnd(18), `clients ${clients} ms`].join(' '));
  }

  // What the same talk takes while nobody falls ill.
  async lookAtQuiet() {
    const from = Date.now();
    await pause(options.strict ? 60_000 : 3000);
    this.quiet = { others: percentile(this.talk.latencies(from, Date.now(), ACCOUNTS), 0.99), clients: percentile(this.pulse.latencies(from, Date.now()), 0.99) };
  }

  // Every message answered, once. A part that was on the wire when its worker died may stand twice, and then is marked.
  async countMessages() {
    let lost = 0, twice = 0;
    for (const message of this.talk.messages) {
      const copies = this.talk.standing(message).length;
      if (copies === 0) { lost++; this.fail(`lost: ${message.text} of telegram:${message.account}; the chat has: ${this.talk.chatOf(message)}`); }
      if (copies > 1) twice++;
    }
    // With egress every account's connections go, and what was on them may stand twice.
    const isOnlyA = !this.rows.some(({ kind }) => kind === 'egress');
    const doubled = this.talk.messages.filter((message) => isOnlyA && message.account !== 'a' && this.talk.standing(message).length > 1);
    const answers = (await Promise.all(this.discordChats.map((chat) => chat.answers()))).flat().map(({ content }) => content);
    for (let i = 0; i < this.discordMessages; i++)
      if (answers.filter((text) => text === `d${i}`).length !== 1) this.fail(`d${i} stands ${answers.filter((text) => text === `d${i}`).length} times on Discord`);
    for (const message of doubled) this.fail(`twice: ${message.text} of telegram:${message.account}, whose worker never died`);
    return { lost, twice };
  }
}

async function main() {
  const telegram = await startFakeTelegram({ port: 0, tokens: ACCOUNTS.map((account) => ({ token: token(account), username: `bot_${account}` })), config: { latencyMs: 5 } });
  const provider = await startFakeProvider({ port: 0, config: { latencyMs: 20 } });
  const discord = await startFakeDiscord({ port: 0, token: DISCORD_TOKEN });
  const port = await freePort();
  const config = configuration({ port, telegram, provider });
  const pacing = { chatPer3Seconds: 0, groupPerMinute: 0, botPerSecond: 0 };
  config.channels = {
    telegram: { enabled: true, accounts: Object.fromEntries(ACCOUNTS.map((account) => [account, { ...telegramChannel(telegram), botToken: token(account), pacing, streaming: { mode: 'off' } }])) },
    discord: discordChannel(discord),
    echo: { enabled: true, accounts: { x: {} } },
  };
  const gateway = new Gateway({ port, config, env: { OPENCLAW_WORKER_DIR: path.join(BUILD, 'tests/faulty') } });
  await gateway.start();
  for (const id of [...ACCOUNTS.map((account) => `telegram:${account}`), 'agent', 'echo:x']) await gateway.workerReady(id);
  await isListening(discord);

  const talk = new Talk(telegram, Number(options.rate));
  const pulse = new Pulse(gateway);
  const matrix = new Matrix({ gateway, telegram, provider, discord, talk, pulse });
  talk.start();
  pulse.start();
  await pause(1000); // connections and caches are warm
  await matrix.lookAtQuiet();
  console.log(`fault matrix: ${options.times} of each, ${options.rate} messages a second on three accounts; p99 without faults ${matrix.quiet.others} ms, a client's health ${matrix.quiet.clients} ms`);
  for (const kind of options.kinds.split(',')) for (const fault of options.faults.split(',')) await matrix.run(kind, fault);
  pulse.stop();
  await talk.stop(60_000);
  const { lost, twice } = await matrix.countMessages();
  console.log(`${talk.messages.length} messages: ${lost} lost, ${twice} twice (of the account whose worker dies)`);

  const { pid } = gateway;
  await gateway.close();
  await Promise.all([telegram.close(), discord.close(), provider.close()]);
  if (isAlive(pid)) matrix.fail('the supervisor did not end');
  mkdirSync(path.join(BUILD, 'chaos'), { recursive: true });
  writeFileSync(path.join(BUILD, 'chaos', 'fault_matrix.json'), JSON.stringify({ quiet: matrix.quiet, rows: matrix.rows, failures: matrix.failures }, null, 2));
  console.log(`${matrix.rows.length} passed, ${matrix.failures.length} failed`);
  process.exitCode = matrix.failures.length ? 1 : 0;
}

await main();
