// openclaw doctor: one fixture for each check that a file system, a service manager or a gateway can show, the postures,
// and that looking never writes.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { once } from 'node:events';
import { REPOSITORY, eventually } from './harness.mjs';
import { home } from './home.mjs';

// Names, kinds, modes and contents of everything below a folder. What the systemd double notes about questions is not ours.
function treeHash(folder) {
  const hash = createHash('sha256');
  for (const name of fs.readdirSync(folder, { recursive: true }).sort()) {
    if (name.startsWith('systemd-double')) continue;
    const file = path.join(folder, name);
    const facts = fs.lstatSync(file);
    hash.update(`${name} ${facts.mode} ${facts.size} `);
    if (facts.isFile()) hash.update(fs.readFileSync(file));
  }
  return hash.digest('hex');
}

const lint = async (one, ...args) => (await one.cli('doctor', '--lint', '--json', ...args)).json;
const ids = (report) => report.findings.map(({ checkId }) => checkId.replace('core/doctor/', ''));
const found = (report, id) => report.findings.filter(({ checkId }) => checkId === `core/doctor/${id}`);
const configFile = (one) => path.join(one.state, 'openclaw.json');
const write = (one, config) => fs.writeFileSync(configFile(one), typeof config === 'string' ? config : JSON.stringify(config), { mode: 0o600 });
const change = (one, edit) => { const config = JSON.parse(one.config); edit(config); write(one, config); };

// What is wrong; the check that says so; whether --fix helps, and then how one sees it.
const modeOf = (file) => fs.statSync(file).mode & 0o777;
const fixtures = [
  ['no configuration', (one) => fs.rmSync(configFile(one)), 'gateway-config', (one) => JSON.parse(one.config).gateway.mode === 'local'],
  ['a configuration without gateway.mode', (one) => change(one, (config) => { delete config.gateway.mode; }), 'gateway-config', (one) => JSON.parse(one.config).gateway.mode === 'local'],
  ['unknown keys', (one) => change(one, (config) => { config.gateway.prot = 1; config.nonsense = { a: 1 }; }), 'gateway-config', (one) => !one.config.includes('prot') && !one.config.includes('nonsense')],
  ['a damaged file, with a backup', (one) => { fs.copyFileSync(configFile(one), `${configFile(one)}.bak`); write(one, '{ gateway: {'); }, 'gateway-config',
    (one) => JSON.parse(one.config).gateway.mode === 'local' && fs.readdirSync(one.state).some((name) => name.startsWith('openclaw.json.clobbered.'))],
  ['a value of the wrong kind', (one) => change(one, (config) => { config.gateway.bind = 'everywhere'; }), 'gateway-config', null],
  ['a configuration others may read', (one) => fs.chmodSync(configFile(one), 0o644), 'config-file', (one) => modeOf(configFile(one)) === 0o600],
  ['older names', (one) => change(one, (config) => { config.routing = { groupChat: { mentionPatterns: ['@claw'] } }; }), 'legacy-keys', (one) => JSON.parse(one.config).messages.groupChat.mentionPatterns[0] === '@claw'],
  ['an unset variable', (one) => change(one, (config) => { config.messages = { responsePrefix: '${NO_SUCH_VARIABLE}' }; }), 'config-warnings', null],
  ['no token', (one) => change(one, (config) => { delete config.gateway.auth; }), 'gateway-auth', (one) => /^[0-9a-f]{48}$/.test(JSON.parse(one.config).gateway.auth.token)],
  ['a placeholder for a token', (one) => change(one, (config) => { config.gateway.auth.token = 'changeme'; }), 'gateway-auth', null],
  ['open to the network, in plain text', (one) => change(one, (config) => { config.gateway.bind = 'lan'; }), 'gateway-bind', null],
  ['no owner', (one) => change(one, (config) => { config.channels = { echo: { accounts: { a: {} } } }; }), 'command-owner', null],
  ['no state directory', (one) => { one.extra = { OPENCLAW_STATE_DIR: path.join(one.home, 'new'), OPENCLAW_CONFIG_PATH: configFile(one) }; }, 'state-integrity', (one) => modeOf(path.join(one.home, 'new')) === 0o700],
  ['an open state directory', (one) => fs.chmodSync(one.state, 0o755), 'state-integrity', (one) => modeOf(one.state) === 0o700],
  ['an open file in it', (one) => { fs.mkdirSync(path.join(one.state, 'identity'), { mode: 0o700 }); fs.writeFileSync(path.join(one.state, 'identity/device.json'), '{}', { mode: 0o644 }); }, 'state-integrity', (one) => modeOf(path.join(one.state, 'identity/device.json')) === 0o600],
  ['a damaged ledger', (one) => { fs.mkdirSync(path.join(one.state, 'state'), { mode: 0o700 }); fs.writeFileSync(path.join(one.state, 'state/gateway-native.sqlite'), 'SQLite format 3\0short', { mode: 0o600 }); }, 'ledger', null],
  ['the original beside us', (one) => { fs.mkdirSync(path.join(one.state, 'state'), { mode: 0o700 }); fs.writeFileSync(path.join(one.state, 'state/openclaw.sqlite'), 'x', { mode: 0o600 }); }, 'foreign-state', null],
  ['a gateway that is not running', () => {}, 'gateway-health', null],
  ['a worker program that is missing', (one) => { fs.mkdirSync(path.join(one.home, 'nothing')); one.extra = { OPENCLAW_WORKER_DIR: path.join(one.home, 'nothing') }; }, 'worker-programs', null],
  ['an account without its token', (one) => change(one, (config) => { config.channels = { telegram: { enabled: true } }; }), 'channels', null],
  ['a model nobody provides', (one) => change(one, (config) => { config.agents = { defaults: { model: { primary: 'nobody/x' } } }; }), 'model-references', null],
  ['a variable with a slip in it', (one) => { one.extra = { OPENCLAW_STATE_DIRS: '/x' }; }, 'environment', null],
  ['no service', () => {}, 'gateway-daemon', null],
];

describe('each thing that can be wrong', () => {
  for (const [what, make, id, isRepaired] of fixtures) {
    test(`${what}: ${id}`, async (t) => {
      const one = await home(t);
      make(one);
      const before = treeHash(one.home);
      const report = await lint(one);
      assert.ok(ids(report).includes(id), JSON.stringify(report.findings, null, 1));
      for (const finding of found(report, id)) assert.ok(finding.message && finding.path && finding.fixHint, JSON.stringify(finding));
      assert.equal((await one.cli('doctor', '--json')).code, 0);
      await one.cli('doctor', '--lint', '--all');
      assert.equal(treeHash(one.home), before, 'looking writes nothing');
      assert.equal(found(report, id).some(({ fixable }) => fixable), isRepaired !== null);
      if (!isRepaired) return;

      const fixed = await one.cli('doctor', '--fix');
      assert.equal(fixed.code, 0, fixed.stdout + fixed.stderr);
      assert.ok(isRepaired(one), fixed.stdout);
      assert.deepEqual(found(await lint(one), id).filter(({ fixable }) => fixable), []);
      const after = treeHash(one.home);
      const again = await one.cli('doctor', '--fix');
      assert.equal(again.code, 0, again.stdout);
      assert.equal(treeHash(one.home), after, `the second time changes nothing:\n${again.stdout}`);
    });
  }

  test('a port that somebody else has', async (t) => {
    const one = await home(t);
    const server = net.createServer().listen(one.port, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const [finding] = found(await lint(one), 'gateway-port');
    assert.equal(finding.severity, 'error');
    assert.match(finding.message, new RegExp(`pid ${process.pid} `));
  });

  test('every configuration that was broken can start a gateway after --fix', async (t) => {
    const one = await home(t);
    change(one, (config) => { delete config.gateway.mode; delete config.gateway.auth; config.gateway.prot = 1; config.routing = { groupChat: { mentionPatterns: ['@claw'] } }; });
    fs.chmodSync(configFile(one), 0o644);
    fs.chmodSync(one.state, 0o755);
    const fixed = await one.cli('doctor', '--fix', '--non-interactive');
    assert.equal(fixed.code, 0, fixed.stdout);
    assert.equal((await one.cli('config', 'validate')).code, 0);
    assert.equal((await one.cli('gateway', 'install', '--user')).code, 0);
    assert.equal((await one.cli('gateway', 'health')).code, 0);
  });
});

describe('the service', () => {
  const unitFixtures = [
    ['a unit of another version', (one) => fs.writeFileSync(one.unit, one.text.replace('TimeoutStopSec=330', 'TimeoutStopSec=90')), 'gateway-daemon', (one) => one.text.includes('TimeoutStopSec=330') && fs.readFileSync(`${one.unit}.bak`, 'utf8').includes('TimeoutStopSec=90')],
    ['a unit that fixes another port', (one) => fs.writeFileSync(one.unit, one.text.replace('gateway run', 'gateway run --port 19999')), 'gateway-daemon', (one) => !one.text.includes('--port')],
    ['a unit that is not enabled', (one) => fs.rmSync(path.join(one.systemd, 'enabled/openclaw-gateway.service')), 'gateway-daemon', (one) => fs.existsSync(path.join(one.systemd, 'enabled/openclaw-gateway.service'))],
    ['lingering off', (one) => one.unsay('linger'), 'systemd-linger', (one) => fs.existsSync(path.join(one.systemd, 'linger'))],
    ['a secret in a drop-in', (one) => { fs.mkdirSync(`${one.unit}.d`); fs.writeFileSync(`${one.unit}.d/override.conf`, '[Service]\nEnvironment=TELEGRAM_BOT_TOKEN=123\n'); }, 'gateway-daemon', null],
  ];
  for (const [what, make, id, isRepaired] of unitFixtures) {
    test(`${what}: ${id}`, async (t) => {
      const one = await home(t);
      assert.equal((await one.cli('gateway', 'install', '--user')).code, 0);
      assert.deepEqual(found(await lint(one), id), [], 'nothing to say before');
      make(one);
      const drop = fs.existsSync(`${one.unit}.d`) ? treeHash(`${one.unit}.d`) : '';
      const [finding] = found(await lint(one), id);
      assert.ok(finding, id);
      assert.equal(finding.fixable, isRepaired !== null);
      assert.equal((await one.cli('doctor', '--yes')).code, 0);
      if (isRepaired && id === 'gateway-daemon') assert.equal(isRepaired(one), false, '--yes leaves the service alone');
      one.extra = { OPENCLAW_SERVICE_REPAIR_POLICY: 'external' };
      await one.cli('doctor', '--fix');
      if (isRepaired && id === 'gateway-daemon') assert.equal(isRepaired(one), false, 'a service that others look after is left alone');
      one.extra = {};
      const fixed = await one.cli('doctor', '--fix');
      assert.equal(fixed.code, 0, fixed.stdout + fixed.stderr);
      if (isRepaired) assert.ok(isRepaired(one), fixed.stdout);
      assert.equal((await one.cli('gateway', 'health')).code, 0, 'it serves again');
      const calls = one.calls.length;
      await one.cli('doctor', '--fix');
      assert.equal(one.calls.length, calls, 'the second time gives no order');
      if (drop) assert.equal(treeHash(`${one.unit}.d`), drop, 'a drop-in is never touched');
    });
  }

  test('with everything well it has nothing to warn of, names the walls, and lint says 0', async (t) => {
    const one = await home(t, { auth: { mode: 'token', token: '0123456789abcdef0123456789abcdef' } });
    await one.cli('gateway', 'install', '--user');
    await eventually(async () => (await one.cli('gateway', 'call', 'workers.list', '--json')).json.workers.every(({ state }) => state === 'ready'), 'the workers to be ready', 20_000, 100);
    const result = await one.cli('doctor', '--lint', '--json');
    // A kernel without one of the walls is a true finding.
    assert.deepEqual(result.json.findings.filter(({ severity, checkId }) => severity !== 'info' && checkId !== 'core/doctor/sandbox'), []);
    assert.equal((await one.cli('doctor', '--lint', '--skip', 'sandbox')).code, 0);
    const { json } = await one.cli('doctor', '--json');
    const walls = [...json.remarks.map(({ text }) => text), ...json.findings.map(({ message }) => message)].filter((line) => /whole walls|its sandbox is/.test(line));
    assert.notDeepEqual(walls, [], 'what each worker reached is told');
    const told = await one.cli('doctor');
    assert.equal(told.code, 0);
    assert.match(told.stdout, /^Gateway\n {2}✓ It answers in/m);
    assert.match(told.stdout, /Doctor complete\.\n$/);
    assert.ok(!/\x1b|│/.test(told.stdout), 'plain text without a terminal');
  });

  test('a running gateway reads a repaired configuration at once, and is not restarted', async (t) => {
    const one = await home(t);
    const { json: { service } } = await one.cli('gateway', 'install', '--user', '--json');
    change(one, (config) => { delete config.gateway.auth; });
    const fixed = await one.cli('doctor', '--fix');
    assert.match(fixed.stdout, new RegExp(`running gateway \\(pid ${service.pid}\\) reads its configuration again`));
    const { token } = JSON.parse(one.config).gateway.auth;
    assert.ok(!fixed.stdout.includes(token), 'a secret is never shown');
    await eventually(async () => (await one.cli('gateway', 'call', 'health', '--port', String(one.port), '--token', token)).code === 0, 'the new token to be in force');
    assert.equal((await one.cli('gateway', 'call', 'workers.list', '--json')).json.supervisor.pid, service.pid);
  });
});

describe('postures', () => {
  test('--non-interactive closes what is open and changes no setting; --yes changes settings', async (t) => {
    const one = await home(t);
    change(one, (config) => { delete config.gateway.auth; });
    fs.chmodSync(one.state, 0o755);
    const text = one.config;
    const careful = await one.cli('doctor', '--non-interactive');
    assert.equal(careful.code, 0);
    assert.equal(modeOf(one.state), 0o700);
    assert.equal(one.config, text);
    assert.match(careful.stdout, /can be repaired here: openclaw doctor --fix/);
    await one.cli('doctor', '--yes');
    assert.match(JSON.parse(one.config).gateway.auth.token, /^[0-9a-f]{48}$/);
    assert.equal(fs.readFileSync(`${configFile(one)}.bak`, 'utf8'), text, 'the file before is kept');
  });

  test('one value is set without losing the comments, and what is written is closed to others', async (t) => {
    const one = await home(t);
    write(one, '{\n  // ours\n  gateway: { auth: { token: "0123456789abcdef0123" } },\n}\n');
    const fixed = await one.cli('doctor', '--fix');
    assert.equal(fixed.code, 0, fixed.stdout);
    assert.match(one.config, /\/\/ ours/);
    assert.match(one.config, /mode/);
    assert.equal(modeOf(path.join(one.state, 'logs')), 0o700);
    assert.ok(!/logs/.test(fixed.stdout), 'nothing of our own has to be closed afterwards');
  });

  test('--generate-gateway-token makes one when there is none, and nothing else, ever', async (t) => {
    const one = await home(t);
    change(one, (config) => { delete config.gateway.auth; });
    fs.chmodSync(one.state, 0o755);
    assert.equal((await one.cli('doctor', '--generate-gateway-token')).code, 0);
    const { token } = JSON.parse(one.config).gateway.auth;
    assert.match(token, /^[0-9a-f]{48}$/);
    assert.equal(modeOf(one.state), 0o755);
    const again = await one.cli('doctor', '--generate-gateway-token');
    assert.match(again.stdout, /set already/);
    assert.equal(JSON.parse(one.config).gateway.auth.token, token);
  });

  test('exit codes of --lint: 0 clean, 1 findings, 2 could not run', async (t) => {
    const one = await home(t);
    assert.equal((await one.cli('doctor', '--lint', '--only', 'gateway-config')).code, 0);
    assert.equal((await one.cli('doctor', '--lint', '--only', 'core/doctor/gateway-health')).code, 1);
    assert.equal((await one.cli('doctor', '--lint', '--skip', 'gateway-health', '--severity-min', 'error')).code, 0);
    const unknown = await one.cli('doctor', '--lint', '--only', 'nothing-of-that-name', '--json');
    assert.equal(unknown.code, 2);
    assert.match(unknown.json.error.message, /gateway-config/);
    const text = await one.cli('doctor', '--lint', '--only', 'gateway-health');
    assert.match(text.stdout, /^doctor --lint: ran 1 check\(s\), 1 finding\(s\)\n {2}\[warning\] core\/doctor\/gateway-health .* - /);
    assert.match(text.stdout, /\n {4}fix: openclaw gateway run\n/);
  });

  test('what looks does not repair, and what narrows is for lint', async (t) => {
    const one = await home(t);
    for (const words of [['--lint', '--fix'], ['--json', '--yes'], ['--only', 'ledger'], ['--fix', '--severity-min', 'info']]) {
      const result = await one.cli('doctor', ...words);
      assert.equal(result.code, 1, words.join(' '));
      assert.match(result.stderr + result.stdout, /--lint|only looks/);
    }
  });

  test('an invalid configuration that cannot be repaired is the only reason for exit 1', async (t) => {
    const one = await home(t);
    change(one, (config) => { config.gateway.bind = 'everywhere'; config.gateway.prot = 1; });
    const text = one.config;
    const fixed = await one.cli('doctor', '--fix');
    assert.equal(fixed.code, 1);
    assert.match(fixed.stdout, /gateway\.bind/);
    assert.equal(one.config, text, 'whole or not at all');
  });

  test('a configuration that is declared elsewhere is left alone', async (t) => {
    const one = await home(t);
    change(one, (config) => { delete config.gateway.mode; });
    one.extra = { OPENCLAW_CONFIG_READONLY: '1' };
    const text = one.config;
    const fixed = await one.cli('doctor', '--fix');
    assert.equal(fixed.code, 1);
    assert.match(fixed.stdout, /✗ .*gateway\.mode/);
    assert.equal(one.config, text);
  });

  test('on a terminal: boxes, and a question for each repair', { skip: spawnSync('script', ['--version']).status === 0 ? false : 'SKIPPED: script(1) is not installed' }, async (t) => {
    const one = await home(t);
    change(one, (config) => { delete config.gateway.auth; });
    const { CLI } = await import('./harness.mjs');
    const run = (answer) => spawnSync('script', ['-qec', `stty cols 90; exec ${CLI} doctor`, '/dev/null'], { env: one.environment, input: answer, encoding: 'utf8' });
    const no = run('n\n');
    assert.match(no.stdout, /┌ {2}OpenClaw doctor/);
    assert.match(no.stdout, /◇ {2}Configuration ─+╮/);
    assert.match(no.stdout, /Make a gateway token[^\n]*\? \[Y\/n\]/);
    assert.ok(!one.config.includes('auth'));
    const yes = run('\n');
    assert.match(JSON.parse(one.config).gateway.auth.token, /^[0-9a-f]{48}$/, yes.stdout);
  });
});

test('the table of variables is what the sources read', () => {
  const table = fs.readFileSync(path.join(REPOSITORY, 'cli/doctor/check_machine.cpp'), 'utf8');
  const known = new Set(table.match(/"OPENCLAW_[A-Z_]+"/g));
  // Not for operators: between two images of the gateway, and for tests.
  const internal = /^"OPENCLAW_(HANDOFF.*|TEST_.*|WRITE_DOCS|REDACTED.*|)"$/;
  const sources = ['cli', 'common', 'supervisor', 'workers'].flatMap((room) => fs.readdirSync(path.join(REPOSITORY, room), { recursive: true }).map((name) => path.join(REPOSITORY, room, name)));
  const read = new Set();
  for (const file of sources.filter((name) => /\.(cpp|h)$/.test(name) && !name.endsWith('check_machine.cpp')))
    for (const name of fs.readFileSync(file, 'utf8').match(/"OPENCLAW_[A-Z_]+"/g) ?? []) if (!internal.test(name)) read.add(name);
  for (const name of read) assert.ok(known.has(name), `${name} is acted on, and the doctor would call it unknown`);
});

test('every check is explained in docs/doctor.md, and nothing else is', () => {
  const table = fs.readFileSync(path.join(REPOSITORY, 'cli/doctor/checks.cpp'), 'utf8');
  const checks = [...table.matchAll(/Check\{"([a-z-]+)"/g)].map(([, id]) => id);
  const explained = [...fs.readFileSync(path.join(REPOSITORY, 'docs/doctor.md'), 'utf8').matchAll(/^\| `([a-z][a-z-]+)` \|/gm)].map(([, id]) => id);
  assert.ok(checks.length > 20);
  assert.deepEqual(explained, checks);
});
