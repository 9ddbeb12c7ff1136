// Kills one process after another and starts the gateway again when it is gone, as a service manager would.
//
// Half of the supervisor's lives are given OPENCLAW_TEST_KILL_AT=<step>:<n>: it then dies by itself when it passes that
// step of a message's life for the nth time (supervisor/flow/kill_point.h). Everything else dies at a random moment.
import { pause, processTree, programOf } from '../e2e/harness.mjs';

const STEPS = ['inbound_arrived', 'inbound_recorded', 'run_started', 'run_ended', 'answer_recorded', 'answer_handed_over', 'part_sent', 'answer_sent'];
const SUPERVISOR = 'openclaw-gateway';
// A message that is interrupted in more lives is rightly set aside (supervisor/flow/inbound_unfinished.cpp, max_charged_resumes): so
// often the supervisor may end under the same one; then it is spared until that one is answered.
const MOST_DEATHS = 5;
// So long somebody has waited that everything is left alive until he is answered: what is tested is that nothing gets
// lost, not what can be done in lives of a second (a session of Discord's may not even be begun so often).
export const BREATH_MS = 15_000;

export class Killer {
  // `oldest` is when the message was written that has waited longest.
  constructor({ gateway, random, gap, channelWorkers, oldest }) {
    Object.assign(this, { gateway, random, gap, oldest });
    this.victims = [SUPERVISOR, ...channelWorkers, 'openclaw-worker-agent', 'openclaw-worker-egress'];
    this.kills = []; // {at, program, step?, unexpected?}
    this.plan = null; // the step at which this life of the supervisor ends by itself
    this.isOurs = false; // its end was our kill
    this.workerKills = 0; // since the supervisor's last life
    this.isCalm = false;
  }

  async run({ kills, until, onKill }) {
    this.onKill = onKill;
    this.running = this.keepRunning();
    while (kills ? this.kills.length < kills : Date.now() < until) {
      await pause(this.random.between(0.2, 1.8) * this.gap);
      this.killOne();
    }
    this.isCalm = true; // a step that is still armed may end this life yet; the next one is armed no more
  }

  // Starts the gateway again whenever it ends, until release().
  async keepRunning() {
    const released = new Promise((resolve) => { this.release = () => resolve(null); });
    for (;;) {
      const ending = await Promise.race([this.gateway.exited, released]);
      if (!ending) return;
      if (ending.signal !== 'SIGKILL') this.note({ unexpected: ending });
      else if (!this.isOurs) this.note({ step: this.plan });
      await pause(100); // RestartSec=100ms
      this.startAgain();
    }
  }

  startAgain() {
    this.workerKills = 0;
    this.isOurs = false;
    this.plan = !this.isCalm && this.mayEnd() && this.random.chance(0.5) ? this.random.pick(STEPS) : null;
    this.gateway.extraEnv = this.plan ? { OPENCLAW_TEST_KILL_AT: `${this.plan}:${1 + this.random.below(12)}` } : {};
    this.gateway.spawn();
  }

  mayEnd() {
    const since = this.oldest();
    return this.kills.filter(({ program, at }) => program === SUPERVISOR && at >= since).length < MOST_DEATHS;
  }

  note(kill) {
    this.kills.push({ at: Date.now(), program: SUPERVISOR, ...kill });
    this.onKill?.(this.kills.length);
  }

  // After three workers it is the supervisor's turn: a worker that dies again and again is rightly held back longer
  // and longer, which is supervision's test and not this one's.
  killOne() {
    if (!this.gateway.pid || Date.now() - this.oldest() > BREATH_MS) return;
    const wanted = this.workerKills >= 3 ? SUPERVISOR : this.random.pick(this.victims);
    const pid = processTree(this.gateway.pid).find((candidate) => programOf(candidate) === wanted);
    if (!pid || (wanted === SUPERVISOR && !this.mayEnd())) return;
    if (wanted === SUPERVISOR) this.isOurs = true;
    try { process.kill(pid, 'SIGKILL'); } catch { return; }
    this.workerKills += wanted === SUPERVISOR ? 0 : 1;
    this.note({ program: wanted });
  }
}
