// The installed product under a real systemd, as its hardened system unit: what the double of the service manager
// (systemd.test.mjs) asserts message by message is the truth there, and the walls of the unit let every worker build its own.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import { GATEWAY_TOKEN, eventually, freePort, pause } from './harness.mjs';
import { Machine } from './machine.mjs';

const UNIT = 'openclaw-gateway.service';
const missing = Machine.missing();
const rounds = process.env.OPENCLAW_LONG_TESTS === '1' ? 50 : 3;

describe('a real systemd', { skip: missing && `SKIPPED: no machine with systemd can be run here: ${missing}` }, () => {
  let machine, port;
  const properties = (...names) => machine.properties(UNIT, ...names);
  const property = async (name) => (await properties(name))[0];
  const openclaw = (...words) => machine.command('setpriv', '--reuid=openclaw', '--regid=openclaw', '--clear-groups', 'env', 'HOME=/var/lib/openclaw', 'OPENCLAW_STATE_DIR=/var/lib/openclaw', '/usr/local/bin/openclaw', ...words);
  const ready = () => fetch(`http://127.0.0.1:${port}/readyz`, { headers: { connection: 'close' } });
  const gone = (pid) => !fs.existsSync(`/proc/${pid}`);
  // As this side numbers them.
  const processes = async () => fs.readFileSync(machine.path(`/sys/fs/cgroup${await groupFolder()}/cgroup.procs`), 'utf8').trim().split('\n').filter(Boolean);
  const groupFolder = async () => {
    const unified = ['', '/unified', '/systemd'].find((folder) => fs.existsSync(machine.path(`/sys/fs/cgroup${folder}/init.scope`)));
    return `${unified}${await property('ControlGroup')}`;
  };
  const active = (others = []) => eventually(async () => {
    const [state, main] = await properties('ActiveState', 'MainPID');
    return state === 'active' && !others.includes(main) && main;
  }, `${UNIT} to be active`, 20_000, 10);

  before(async () => {
    port = await freePort();
    machine = new Machine(); // known before it runs: what does not come up is taken down all the same
    await machine.boot();
    const config = { gateway: { mode: 'local', port, auth: { mode: 'token', token: GATEWAY_TOKEN }, isolation: 'required' }, channels: { echo: { enabled: true, accounts: { x: {} } } } };
    fs.writeFileSync(machine.path('/root/openclaw.json'), JSON.stringify(config));
    await machine.command('install', '-d', '-m', '700', '-o', 'openclaw', '-g', 'openclaw', '/var/lib/openclaw');
    await machine.command('install', '-m', '600', '-o', 'openclaw', '-g', 'openclaw', '/root/openclaw.json', '/var/lib/openclaw/openclaw.json');
    const installed = await machine.command('openclaw', 'gateway', 'install', '--system');
    assert.equal(installed.code, 0, installed.stdout + installed.stderr);
    // A test waits for many deaths: not five seconds for each, and no limit to them.
    fs.mkdirSync(machine.path(`/etc/systemd/system/${UNIT}.d`), { recursive: true });
    fs.writeFileSync(machine.path(`/etc/systemd/system/${UNIT}.d/test.conf`), '[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestartSec=50ms\nWatchdogSec=2\n');
    await machine.systemctl('daemon-reload');
  });
  after(() => machine?.close());

  test('the unit is active when the gateway serves, with every wall of every worker standing', async () => {
    await machine.systemctl('restart', UNIT);
    const main = await active();
    assert.equal((await ready()).status, 200);
    assert.match(await property('StatusText'), /^Serving at http:\/\/127\.0\.0\.1:\d+ with 3 workers$/);
    const workers = await eventually(async () => { // READY=1 says that it answers, before its workers do
      const list = JSON.parse((await openclaw('workers', 'list', '--json')).stdout).workers;
      return list.every(({ state }) => state === 'ready') && list;
    }, 'all workers to be ready', 10_000);
    assert.deepEqual(workers.map(({ id }) => id).sort(), ['agent', 'echo:x', 'egress']);
    for (const { id, sandboxLayers } of workers)
      for (const { name, holds, detail } of sandboxLayers) assert.equal(holds, true, `${id}, ${name}: ${detail}`); // the spare ones, too
    const { stdout } = await openclaw('agent', '--agent', 'main', '-m', 'hello from a unit');
    assert.match(stdout, /hello from a unit/);
    assert.equal(main, await property('MainPID'));
  });

  test('a reload keeps the process, an upgrade keeps its pid, and systemd knows both', async () => {
    const main = await active();
    assert.equal((await machine.systemctl('reload', UNIT)).code, 0);
    assert.equal(await active(), main);
    const before = await processes();
    assert.equal((await openclaw('gateway', 'upgrade')).code, 0);
    await eventually(async () => (await property('ActiveState')) === 'active', 'the next image to be active', 10_000);
    assert.equal(await property('MainPID'), main);
    assert.equal(await property('NRestarts'), '0');
    assert.ok(before.length >= 4);
    assert.equal((await ready()).status, 200);
  });

  for (const [what, act] of [['restarts', () => machine.systemctl('restart', UNIT)], ['kill -9', (main) => machine.command('kill', '-9', main)]])
    test(`${rounds} ${what}: the port answers throughout, nobody is left behind`, { timeout: 300_000 }, async () => {
      const refused = [];
      let isOver = false;
      const knocking = (async () => {
        for (; !isOver; await pause(5))
          await new Promise((done) => net.connect(port, '127.0.0.1', function () { this.destroy(); done(); }).on('error', (error) => { refused.push(error.code); done(); }));
      })();
      try {
        for (let round = 0; round < rounds; round++) {
          const main = await active();
          const tree = await processes();
          assert.ok(tree.length >= 4 && !tree.some(gone));
          await act(main);
          await active([main]);
          await eventually(() => tree.every(gone), 'the processes of the life before to be gone', 5000);
          assert.equal((await ready()).status, 200, 'active means ready');
        }
      } finally {
        isOver = true;
        await knocking;
      }
      assert.deepEqual(refused, []);
    });

  test('a loop that stands still is started anew by the watchdog', async () => {
    const main = await active();
    await machine.command('kill', '-STOP', main);
    await active([main]);
    assert.equal((await ready()).status, 200);
  });

  test('a configuration that cannot start it parks the unit with 78, and a stop is a success', async () => {
    assert.equal((await machine.systemctl('stop', UNIT)).code, 0);
    assert.deepEqual(await properties('ActiveState', 'Result', 'ExecMainStatus'), ['inactive', 'success', '0']);
    const file = machine.path('/var/lib/openclaw/openclaw.json');
    const good = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(file, '{ gateway: { port: "x" } }');
    assert.notEqual((await machine.systemctl('start', UNIT)).code, 0);
    assert.deepEqual(await properties('ActiveState', 'ExecMainStatus', 'NRestarts'), ['failed', '78', '0']);
    fs.writeFileSync(file, good);
    assert.equal((await machine.systemctl('start', UNIT)).code, 0);
    await active();
  });
});
