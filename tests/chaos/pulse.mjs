// A client that asks the gateway for its health twenty times a second. While a worker that every message needs is away
// (the agent, egress), its answers tell whether anybody else notices.
const EVERY = 50; // ms

export class Pulse {
  constructor(gateway) {
    this.gateway = gateway;
    this.beats = []; // { at, took }, ms
    this.silent = []; // what went wrong, a sentence each
  }

  start() { this.timer = setInterval(() => this.beat(), EVERY); }
  stop() { clearInterval(this.timer); }

  beat() {
    const at = Date.now();
    const begun = performance.now();
    this.gateway.call('health').then(() => this.beats.push({ at, took: Math.ceil(performance.now() - begun) }), ({ message }) => this.silent.push(message));
  }

  latencies(from, until) { return this.beats.filter(({ at }) => at >= from && at < until).map(({ took }) => took); }
}
