// A channel's worker in an attacker's hands (tests/redteam) tries everything it can think of against its siblings, the
// supervisor, the machine and the kernel. Each attack is refused, is named where it was the worker's end, and nobody else
// notices. The outcomes are printed as a table. redteam_<channel>.test.mjs say which channel's.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, describe, test } from 'node:test';
import { BUILD, eventually, isAlive, readProc, temporaryFolder } from './harness.mjs';

const REDTEAM = path.join(BUILD, 'tests/redteam/openclaw-redteam');

// The channel's program is the attacker's (a copy: by its name it knows in whose place it is); the others are their own.
function hijackedPrograms(channel) {
  const folder = temporaryFolder('openclaw-redteam-');
  fs.copyFileSync(REDTEAM, path.join(folder, `openclaw-worker-${channel}`));
  for (const name of fs.readdirSync(path.join(BUILD, 'workers')).filter((entry) => entry !== channel)) {
    const program = path.join(BUILD, 'workers', name, `openclaw-worker-${name}`);
    if (fs.existsSync(program)) fs.symlinkSync(program, path.join(folder, path.basename(program)));
  }
  return folder;
}

const REFUSED = /^refused: E[A-Z]+/;
const ENDED = /^killed by its sandbox: called /;
const either = new RegExp(`${REFUSED.source}|${ENDED.source}`);
const CONTRACT = /^killed: it broke the contract: /;

// `channel`: whose worker is hijacked; `secret`: of its account "other"; `foreign`: a host that only another worker may reach;
// `share(options)`: makes the stage, with those options among its own.
export const hijacked = ({ channel, secret, foreign, share }) => describe(`a hijacked ${channel} worker`, () => {
  const programs = hijackedPrograms(channel);
  const own = `${channel}:default`, sibling = `${channel}:other`;
  const scene = share({ env: { OPENCLAW_WORKER_DIR: programs }, more: { channels: { echo: { accounts: { bystander: { dmPolicy: 'open', allowFrom: ['*'], inject: { count: 1, chat: '77', text: 'say hello' } } } } } } });
  const table = [];
  let gateway, attacker, siblings, count = 0;
  let isConfined; // has no socket of its own: what it reaches, egress reaches for it

  before(async (t) => {
    ({ gateway } = scene);
    fs.mkdirSync(path.join(gateway.stateDir, '.ssh'));
    fs.writeFileSync(path.join(gateway.stateDir, '.ssh/id_ed25519'), 'a private key', { mode: 0o600 });
    await Promise.all([own, sibling, 'echo:bystander', 'agent'].map((id) => gateway.workerReady(id)));
    attacker = await gateway.worker(own);
    if (attacker.sandbox === 'none') return t.skip?.('this build has no sandbox');
    isConfined = attacker.sandboxLayers.some(({ name, detail }) => name === 'network' && /no socket/.test(detail));
    siblings = (await gateway.workers()).filter(({ id }) => id !== attacker.id);
    console.log(`the attacker's walls: ${attacker.sandbox}\n${attacker.sandboxLayers.map(({ name, holds, detail }) => `  ${name}: ${holds ? '' : 'MISSING '}${detail}`).join('\n')}`);
  });

  const show = async (id) => (await gateway.call('workers.get', { id })).worker;

  // What became of it: its own words, or those of the tally. A frame is judged by the supervisor: `dies` waits for that.
  async function attack(name, target = '', { dies = false } = {}) {
    const number = ++count;
    const { generation } = await gateway.workerReady(attacker.id);
    await gateway.call('send', { channel, accountId: 'default', to: '1', message: `${number} ${name} ${target}`.trim(), idempotencyKey: randomUUID() });
    const told = new RegExp(`redteam\\.outcome.* n=${number} how="?([^"]*)"?`);
    const outcome = await eventually(async () => {
      const line = !dies && gateway.lines.map((each) => told.exec(each)).find(Boolean);
      if (line) return line[1].trim();
      const death = (await show(attacker.id)).deaths.find((each) => each.generation === generation);
      return death?.reason;
    }, `the outcome of ${name} ${target}`, 20_000, 10);
    table.push([name, target, outcome]);
    return outcome;
  }

  async function nobodyElseNoticed(what) {
    assert.ok(isAlive(gateway.pid), what);
    assert.equal((await gateway.call('health')).ok, true, what);
    const now = await gateway.workers();
    for (const { id, pid, generation } of siblings) {
      const sibling = now.find((candidate) => candidate.id === id);
      assert.deepEqual({ pid: sibling.pid, generation: sibling.generation, state: sibling.state }, { pid, generation, state: 'ready' }, `${what}: ${id}`);
    }
    // Its pause after a death is not what is tested here.
    if ((await show(attacker.id)).state !== 'ready') await gateway.call('workers.start', { id: attacker.id });
  }

  async function refused(rows, expected, options) {
    for (const [name, ...targets] of rows)
      for (const target of targets.length ? targets : ['']) {
        const outcome = await attack(name, target, options);
        assert.match(outcome, expected, `${name} ${target}`);
        await nobodyElseNoticed(`${name} ${target}`);
      }
  }

  const below = (folder) => fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));

  test('files of the gateway, of the person and of the system', async () => {
    const config = gateway.configPath;
    const kept = below(gateway.stateDir);
    const one = (pattern) => kept.find((file) => pattern.test(file));
    const ledger = one(/\.(db|sqlite|ledger)$/) ?? one(/ledger/);
    assert.ok(ledger, `a ledger among ${kept}`);
    const key = path.join(gateway.stateDir, '.ssh/id_ed25519');
    await refused([
      ['read', config, ledger, ...kept.filter((file) => /in.?flight/.test(file)).slice(0, 1), key, '/etc/passwd', '/etc/shadow', '/proc/self/environ', '/proc/self/mem', '/dev/mem', '/dev/kmsg'],
      ['list', gateway.stateDir, '/', '/proc', '/home'],
      ['write', config, ledger],
      ['create', path.join(gateway.stateDir, 'planted'), '/tmp/planted', '/etc/cron.d/planted'],
      ['path_handle', config],
      ['openat2', config],
      ['remove', ledger], ['rename', ledger], ['link', config], ['chmod', config], ['truncate', config],
    ], either);
    assert.equal(fs.readFileSync(config, 'utf8').includes(channel), true);
    assert.equal(fs.existsSync(path.join(gateway.stateDir, 'planted')), false);
  });

  test('other processes: the supervisor and every sibling', async () => {
    const others = [gateway.pid, ...siblings.map(({ pid }) => pid)].map(String);
    await refused([
      ['read', ...others.flatMap((pid) => [`/proc/${pid}/environ`, `/proc/${pid}/mem`]), `/proc/${gateway.pid}/maps`, `/proc/${gateway.pid}/fd/0`],
      ['look', `/proc/${gateway.pid}/exe`, `/proc/${gateway.pid}/cwd`],
      ['ptrace', ...others], ['seize', others[0]],
      ['kill', ...others], ['kill_all'], ['tgkill', others[0]], ['queue_signal', others[0]], ['signal_by_owner', others[0]], ['pidfd', others[0]],
      ['read_memory', ...others], ['write_memory', ...others], ['kcmp', others[0]], ['limits_of', others[0]],
    ], either);
  });

  test('programs and code of its own', async () => {
    await refused([['exec', '/bin/sh', '/usr/bin/env'], ['exec_memory'], ['fork_bomb'], ['new_code'], ['be_dumpable'], ['outlive']], ENDED);
  });

  test('the kernel, and its own walls', async () => {
    await refused(['bpf', 'io_uring', 'more_watches', 'userfaultfd', 'perf', 'keyring', 'module', 'mount', 'namespaces', 'enter_namespace', 'chroot', 'set_user', 'raise_limits', 'own_filter', 'silence', 'type_into_terminal', 'unknown_call'].map((name) => [name]), ENDED);
  });

  test('taking everything', async () => {
    await refused([['memory_bomb']], /^refused: ENOMEM at \d+ MiB/);
    await refused([['memfd_bomb'], ['memfd_stretched'], ['grow_in_flight_file']], /^signal 25 SIGXFSZ: its file size limit/);
    await refused([['memfd_bomb_unmoved']], /^refused: EFBIG at 64 MiB/);
    await refused([['memfd_huge']], ENDED);
    await refused([['descriptor_bomb']], /^refused: EMFILE at \d+/);
    await refused([['output_flood']], /^refused: EAGAIN/);
  });

  test('the network past its own platform', async () => {
    await refused([
      ['raw'], ['packet'], ['netlink'], ['vsock'], ['bluetooth'], ['crypto'], ['listen'],
      ['abstract', '/tmp/.X11-unix/X0'], ['unix', ...fs.readdirSync(gateway.stateDir, { recursive: true }).filter((name) => name.endsWith('.sock')).map((name) => path.join(gateway.stateDir, name)).slice(0, 1), '/run/docker.sock', '/run/user/1000/bus'],
      ['datagram', '/dev/log', '/run/systemd/notify'],
    ], either);
    if (!isConfined) return; // it still connects by itself
    await refused([['dial', `127.0.0.1:${gateway.port}`, '127.0.0.1:22', '169.254.169.254:80', '192.168.1.1:80', '[::1]:22', foreign, 'api.openai.com:443']], /^refused: /);
    await refused([['connect', `127.0.0.1:${gateway.port}`, '127.0.0.1:22', '192.168.1.1:80', '10.0.0.1:443', '169.254.169.254:80', '1.1.1.1:443'], ['tcp6'], ['udp']], ENDED);
  });

  test('the link: what is no frame, is not permitted, comes twice, or speaks for others', async () => {
    const dies = { dies: true };
    await refused([['garbage'], ['oversized'], ['empty_body'], ['second_ready'], ['promised_descriptors'], ['many_descriptors'], ['forged_run'], ['forged_configuration'], ['forged_dial_order'], ['inbound_flood']], CONTRACT, dies);
    await refused([['stray_reply']], /^sent$/); // dropped: there was no such question
  });

  test('a delivery that is another account’s is not its to settle', async () => {
    const { pid } = await gateway.worker('echo:bystander');
    const key = randomUUID();
    process.kill(pid, 'SIGSTOP'); // so that the other's message is still on its way
    const sending = gateway.call('send', { channel: 'echo', accountId: 'bystander', to: '1', message: 'mine', idempotencyKey: key }, 15_000);
    try {
      assert.match(await attack('forged_delivery', `send:${key}`, { dies: true }), CONTRACT);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    assert.match((await sending).messageId, /^echo:bystander:/); // its own word, not the forger's
    await nobodyElseNoticed('forged_delivery');
  });

  test('a record is its own, and one line, whatever names it gives', async () => {
    await refused([['forged_log', sibling]], /^sent$/);
    const lines = await eventually(() => {
      const found = gateway.lines.filter((line) => /log_unnamed|forged/.test(line));
      return found.some((line) => /said=/.test(line)) && found;
    }, 'the two records');
    assert.equal(lines.length, 2, lines.join('\n'));
    for (const line of lines) {
      assert.match(line, new RegExp(` worker=${own}( |$)`));
      assert.doesNotMatch(line, /worker=[^ ]* .*worker=|forged\.line|trace=|[\x00-\x1f\x7f]/);
    }
  });

  // What the ledger keeps of everybody but the attacker.
  function othersRows() {
    const ledger = new DatabaseSync(path.join(gateway.stateDir, 'state/gateway-native.sqlite'), { readOnly: true });
    try {
      return {
        inbox: ledger.prepare('select channel, account, event_id, chat_id, state, reason, session_key, hex(payload) as payload from inbox where channel <> ?').all(channel),
        state: ledger.prepare('select instance, key, hex(value) as value from worker_state where instance <> ?').all(own),
        settled: ledger.prepare("select count(*) as n from inbox where channel = 'echo' and state not in ('received', 'running')").get().n,
      };
    } finally { ledger.close(); }
  }
  const acknowledged = (event, duplicate) => eventually(() => gateway.lines.some((line) => line.includes('redteam.acknowledged') && line.includes(` event=${event} duplicate=${duplicate}`)), `the acknowledgement of ${event}`);

  test('a message of another account, its withdrawal and its worker’s place are not its to touch', async () => {
    const { provider } = scene;
    const before = await eventually(() => { const rows = othersRows(); return rows.settled === 1 && rows; }, 'the bystander’s message is answered');
    assert.equal(before.inbox.length, 1);
    assert.ok(before.state.some(({ instance, key }) => instance === 'echo:bystander' && key === 'next'), JSON.stringify(before.state));
    await refused([['foreign_event', 'echo:bystander'], ['foreign_state', 'echo:bystander'], ['foreign_inbound', 'say foreign']], /^sent$/);
    await acknowledged('0', false); // a message of its own, whatever it calls it
    await provider.ctl('GET /wait', {}, { text: 'say foreign' });
    assert.deepEqual(othersRows(), before);
  });

  test('a message that was acknowledged is not taken up twice', async () => {
    const { provider } = scene;
    await refused([['same_inbound', 'say once']], /^sent$/);
    await acknowledged('same-event', false);
    await provider.ctl('GET /wait', {}, { text: 'say once' });
    await refused([['same_inbound', 'say once']], /^sent$/);
    await acknowledged('same-event', true);
    await refused([['foreign_inbound', 'say afterwards']], /^sent$/); // its event is known, too
    await acknowledged('0', true);
    assert.equal(provider.requests.filter(({ userText }) => userText.includes('say once')).length, 1);
    assert.ok(!provider.requests.some(({ userText }) => userText.includes('say afterwards')));
  });

  test('a delivery that was acknowledged stays what it was', async () => {
    const message = { channel, accountId: 'default', to: '1', message: 'no order', idempotencyKey: randomUUID() };
    await gateway.workerReady(attacker.id);
    const { messageId } = await gateway.call('send', message);
    await refused([['replayed_delivery', `send:${message.idempotencyKey}`]], /^sent$/);
    assert.equal((await gateway.call('send', message)).messageId, messageId);
  });

  test('descriptors that it keeps on their way make others wait, and no more', async () => {
    const { provider } = scene;
    await refused([['hold_descriptors']], /^refused: ETOOMANYREFS after \d+/);
    const asking = gateway.call('chat.send', { sessionKey: 'main', message: 'say patience', idempotencyKey: randomUUID() });
    await nobodyElseNoticed('hold_descriptors');
    await refused([['fork_bomb']], ENDED); // and with it what it held
    await asking;
    assert.ok((await provider.ctl('GET /wait', {}, { text: 'say patience' })).ok);
    await nobodyElseNoticed('the end of hold_descriptors');
  });

  test('a flood of log records', async () => {
    await refused([['log_flood']], CONTRACT, { dies: true });
  });

  test('floods of what needs no credit, and a text that no platform has', async () => {
    await refused([['inbound_huge'], ['state_flood'], ['status_flood'], ['delivery_flood'], ['reply_flood'], ['event_flood']], CONTRACT, { dies: true });
  });

  test('what it did is counted and named', async (t) => {
    await gateway.workerReady(attacker.id);
    const worker = await show(attacker.id);
    const deaths = table.filter(([, , outcome]) => /^killed/.test(outcome)).length;
    assert.ok(deaths >= 40, `${deaths} deaths`);
    assert.ok(worker.restarts.total >= deaths, `${worker.restarts.total} restarts for ${deaths} deaths`);
    const shown = await gateway.cli('workers', 'show', attacker.id);
    assert.match(shown.stdout, /Sandbox\s+whole|Sandbox\s+without/);
    assert.match(shown.stdout, /broke the contract/);
    assert.ok(table.length >= 40);
    assert.ok(table.every(([, , outcome]) => !outcome.startsWith('REACHED')), 'nothing was reached');
    const wide = Math.max(...table.map(([name, target]) => `${name} ${target}`.length), 10);
    t.diagnostic(`${table.length} attacks, none of them reached anything; ${deaths} were the attacker's end`);
    console.log(table.map(([name, target, outcome]) => `${`${name} ${target}`.replaceAll(gateway.stateDir, '~').padEnd(Math.min(wide, 60))}  ${outcome}`).join('\n'));
  });

  test('the secrets of a sibling are in nothing the kernel shows of it', async () => {
    const { pid } = await gateway.worker(sibling);
    for (const file of ['environ', 'cmdline', 'comm', 'maps', 'status', 'limits', 'mountinfo'])
      assert.ok(!readProc(pid, file).includes(secret), file);
    assert.match(readProc(pid, 'status'), /^NoNewPrivs:\s+1$/m);
    assert.match(readProc(pid, 'status'), /^Seccomp:\s+2$/m);
    assert.match(readProc(pid, 'status'), /^CapEff:\s+0+$/m);
    assert.match(readProc(pid, 'limits'), /^Max core file size\s+0\s/m);
    assert.equal((await gateway.cli('workers', 'list')).code, 0);
    fs.rmSync(programs, { recursive: true, force: true });
  });
});
