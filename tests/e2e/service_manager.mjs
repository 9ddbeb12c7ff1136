// The test double of the service manager (tests/doubles/service_manager.cpp) around a gateway: its unit, as lines.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { BUILD, CLI, Gateway, eventually } from './harness.mjs';

export class ManagedGateway extends Gateway {
  // hasSocketUnit: the port is the manager's, who gives the socket to every start.
  constructor({ watchdogMs = 60_000, hasSocketUnit = false, env, ...options }) {
    super({ ...options, env: { ...env, ...(hasSocketUnit && { OPENCLAW_TEST_SOCKET_UNIT: String(options.port) }) } });
    this.watchdogMs = watchdogMs;
  }

  spawn() {
    const program = path.join(BUILD, 'tests/doubles/service_manager');
    const socket = path.join(this.stateDir, 'notify.sock');
    this.child = spawn(program, [socket, String(this.watchdogMs), CLI, 'gateway', 'run', ...this.args], { env: this.environment, stdio: ['pipe', 'pipe', 'pipe'], cwd: this.stateDir });
    this.exited = once(this.child, 'close').then(([code, signal]) => { this.child = null; return { code, signal }; });
    for (const stream of [this.child.stdout, this.child.stderr]) this.readLines(stream);
    return this;
  }

  order(word) { this.child.stdin.write(`${word}\n`); }

  // What the double said, in order, without the gateway's log.
  get story() { return this.lines.filter((line) => /^(state|message|foreign|fd|hung up|truncated|exited|orphans|started) /.test(line)); }
  get state() { return this.story.findLast((line) => line.startsWith('state '))?.slice(6); }
  get main() { return Number(this.story.findLast((line) => line.startsWith('started '))?.slice(8)); }
  count(line) { return this.story.filter((one) => one === line).length; }

  async active(times = 1) {
    await eventually(() => this.count('state active') >= times && this.state === 'active', `the unit to be active for the ${times}th time; the story:\n${this.story.slice(-30).join('\n')}\n${this.output.slice(-2000)}`, 20_000, 2);
  }

  async stop() {
    if (!this.child) return undefined;
    this.order('stop');
    return this.ending(20_000);
  }
}
