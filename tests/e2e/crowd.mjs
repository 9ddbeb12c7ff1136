// Everybody who must not notice a restart: programs that ask over HTTP, operators on WebSockets, people who chat.
// Each keeps its own books; the verdict is made of them.
import http from 'node:http';
import { eventually, pause } from './harness.mjs';
import { telegramTalk } from '../chaos/platform_telegram.mjs';
import { Talkers } from '../chaos/talkers.mjs';
import { seeded } from '../chaos/random.mjs';

// `perSecond` requests: probes, each on a connection of its own, as a service manager or a webhook makes them; one in
// four of them on connections that are kept; and `turns` a second in which an agent is asked, on kept connections, too
// (the gateway needs gateway.http.endpoints.chatCompletions).
export class HttpLoad {
  constructor(gateway, { perSecond = 200, turns = 0, routes = ['/healthz', '/readyz'] } = {}) {
    Object.assign(this, { gateway, perSecond, turns, routes, answers: new Map(), errors: [], refusals: [], slowest: 0, sent: 0, probes: 0, asked: 0, retried: 0 });
    this.kept = new http.Agent({ keepAlive: true, maxSockets: 8 });
  }

  start() {
    const began = performance.now();
    this.timer = setInterval(() => {
      const seconds = (performance.now() - began) / 1000;
      while (this.probes < Math.floor(seconds * this.perSecond)) this.ask(this.routes[this.probes % this.routes.length], { agent: this.probes++ % 4 === 0 && this.kept });
      while (this.asked < Math.floor(seconds * this.turns)) this.askAgent(`token-${this.asked++}`);
    }, 5);
    return this;
  }

  askAgent(token) {
    this.ask('/v1/chat/completions', {
      agent: this.kept, method: 'POST', headers: { Authorization: `Bearer ${this.gateway.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ model: 'openclaw', messages: [{ role: 'user', content: `say ${token}` }] }),
      fits: (text) => JSON.parse(text).choices[0].message.content === token,
    });
  }

  ask(path, { agent, method = 'GET', headers, body, fits = () => true, isAgain = false }) {
    const began = performance.now();
    if (!isAgain) this.sent++;
    const request = http.request({ host: '127.0.0.1', port: this.gateway.port, path, method, headers, agent, timeout: 20_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => { text += part; }).on('end', () => {
        const { statusCode } = response;
        this.answers.set(statusCode, (this.answers.get(statusCode) ?? 0) + 1);
        if (statusCode !== 200 || !fits(text)) this.refusals.push(`${method} ${path}: ${statusCode} ${text.slice(0, 200)}`);
        this.slowest = Math.max(this.slowest, performance.now() - began);
      }).on('error', (error) => this.errors.push(`${method} ${path}: ${error.code ?? error.message}`));
    });
    let spokeAfter = 0; // ms: an upgrade waits 30 for who has come in and says nothing (last_words_within)
    request.once('socket', (socket) => { if (socket.connecting) socket.once('connect', () => { spokeAfter = performance.now() - began; }); });
    request.on('timeout', () => request.destroy(new Error('no answer within 20 s')));
    request.on('error', (error) => {
      // A server may close a kept connection at any moment: whoever keeps one asks again (RFC 9112 9.5).
      if ((request.reusedSocket || spokeAfter > 25) && error.code === 'ECONNRESET') {
        this.retried++;
        return this.ask(path, { agent, method, headers, body, fits, isAgain: true });
      }
      return this.errors.push(`${method} ${path}: ${error.code ?? error.message}`);
    }).end(body);
  }

  get answered() { return [...this.answers.values()].reduce((sum, count) => sum + count, 0); }

  async stop() {
    clearInterval(this.timer);
    for (let i = 0; i < 400 && this.answered + this.errors.length < this.sent; i++) await pause(50);
    this.kept.destroy();
    return { sent: this.sent, turns: this.asked, retried: this.retried, answers: Object.fromEntries(this.answers), refusals: this.refusals, errors: this.errors, slowestMs: Math.round(this.slowest) };
  }
}

// Operators whose dashboards are open. `cuts`: how often one lost its connection, and for how long.
export class Operators {
  constructor(gateway, count = 50) {
    Object.assign(this, { gateway, count, cuts: [], clients: [], isOver: false });
  }

  async start() {
    // Eight at a time: the gateway lets few knock at once before it knows them.
    for (let entered = 0; entered < this.count; entered += 8) await Promise.all(Array.from({ length: Math.min(8, this.count - entered) }, () => this.enter()));
    return this;
  }

  async enter() {
    const client = await this.gateway.connect();
    this.clients.push(client);
    this.clients = this.clients.filter((one) => one.isOpen);
    client.closed.then(async (why) => {
      if (this.isOver) return;
      const began = performance.now();
      const warned = client.frames.some((frame) => frame.event === 'shutdown');
      while (!this.isOver) {
        const back = await this.enter().catch(() => null);
        if (back) break;
        await pause(20);
      }
      this.cuts.push({ ...why, warned, backAfterMs: performance.now() - began });
    });
    return client;
  }

  // Everyone is there: who is still on the way back would not be cut by what comes next.
  allBack() {
    return eventually(() => this.clients.filter((client) => client.isOpen).length >= this.count, 'the operators to be back', 20_000);
  }

  stop() {
    this.isOver = true;
    for (const client of this.clients) client.close();
    return this.cuts;
  }
}

// A test that fails half-way leaves nobody knocking, or the run would not end.
export function sendHomeAfter(t, ...crowds) {
  t.after(() => Promise.allSettled(crowds.map((crowd) => crowd.stop())));
}

// People who chat with the bot, every message with a token of its own.
export function people(telegram, count, seed = 7) {
  const talkers = new Talkers({ platform: telegramTalk(telegram), random: seeded(seed), chats: count });
  const done = talkers.run();
  return {
    async stop() {
      talkers.stop();
      await done;
      const lost = [], doubled = [];
      for (const message of talkers.messages.values()) {
        const standing = talkers.standing(message).length;
        if (standing === 0) lost.push(message.token);
        if (standing > 1) doubled.push(message.token);
      }
      return { sent: talkers.sent, lost, doubled };
    },
  };
}
