// Kills one process after another and starts the gateway again when it is gone, as a service manager would.
//
// OPENCLAW_TEST_KILL_AT=<point>:<n> makes an instrumented build kill the process that passes that point the nth time.
// The points are the steps of a message's walk; POINTS names those the build has.
import { pause, processTree, programOf } from '../e2e/harness.mjs';

const POINTS = (process.env.OPENCLAW_CHAOS_POINTS ?? '').split(',').filter(Boolean);
const VICTIMS = ['openclaw-gateway', 'openclaw-worker-telegram', 'openclaw-worker-agent'];

export class Killer {
  constructor({ gateway, random, gap }) {
    Object.assign(this, { gateway, random, gap });
    this.kills = []; // {at, program, point?}
    this.workerKills = 0; // since the supervisor's last life
    this.isStopped = false;
  }

  async run({ kills, until, onKill }) {
    const watching = this.keepRunning();
    while (kills ? this.kills.length < kills : Date.now() < until) {
      await pause(this.random.between(0.2, 1.8) * this.gap);
      if (this.killOne()) onKill(this.kills.length);
    }
    this.isStopped = true;
    await Promise.race([watching, pause(10_000)]);
    if (!this.gateway.child) this.startAgain();
  }

  // Starts the gateway again whenever it ends before the killing is over.
  async keepRunning() {
    while (!this.isStopped) {
      const { exited } = this.gateway;
      const ending = await Promise.race([exited, this.whenStopped()]);
      if (!ending) return;
      if (ending.signal !== 'SIGKILL') this.kills.push({ at: Date.now(), program: 'openclaw-gateway', unexpected: ending });
      await pause(100); // RestartSec=100ms
      if (!this.gateway.child) this.startAgain();
    }
  }

  async whenStopped() {
    while (!this.isStopped) await pause(50);
    return null;
  }

  startAgain() {
    this.workerKills = 0;
    this.gateway.extraEnv = this.instrumented();
    this.gateway.spawn();
  }

  instrumented() {
    if (!POINTS.length || !this.random.chance(0.5)) return {};
    const point = `${this.random.pick(POINTS)}:${1 + this.random.below(6)}`;
    this.kills.push({ at: Date.now(), program: 'instrumented', point });
    return { OPENCLAW_TEST_KILL_AT: point };
  }

  // After three workers it is the supervisor's turn: a worker that dies again and again is rightly held back longer
  // and longer, which is supervision's test and not this one's.
  killOne() {
    if (!this.gateway.pid) return false;
    const wanted = this.workerKills >= 3 ? VICTIMS[0] : this.random.pick(VICTIMS);
    const pid = processTree(this.gateway.pid).find((candidate) => programOf(candidate) === wanted);
    if (!pid) return false;
    try { process.kill(pid, 'SIGKILL'); } catch { return false; }
    this.workerKills += wanted === VICTIMS[0] ? 0 : 1;
    this.kills.push({ at: Date.now(), program: wanted });
    return true;
  }
}
