// The gateway as a service: install, start, stop, restart and uninstall, against a double of the user's systemd
// (tests/doubles/systemd) that starts what the unit says.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { CLI, eventually, freePort, isAlive } from './harness.mjs';
import { home } from './home.mjs';

describe('gateway install', () => {
  test('a life: installed, already installed, restarted, stopped, started, uninstalled', async (t) => {
    const one = await home(t);
    const installed = await one.cli('gateway', 'install', '--user', '--json');
    assert.equal(installed.code, 0, installed.stdout + installed.stderr);
    assert.equal(installed.json.result, 'installed');
    assert.ok(isAlive(installed.json.service.pid));
    assert.equal((await one.cli('gateway', 'health')).code, 0, 'it serves when install says so');
    assert.deepEqual(one.calls, ['daemon-reload', 'enable openclaw-gateway.service', 'start openclaw-gateway.service', 'enable-linger']);

    const status = await one.cli('gateway', 'status');
    assert.match(status.stdout, new RegExp(`^Service: systemd user openclaw-gateway.service \\(enabled, running, pid ${installed.json.service.pid}\\)$`, 'm'));

    const again = await one.cli('gateway', 'install', '--user', '--json');
    assert.equal(again.json.result, 'already-installed');
    assert.equal(again.json.service.pid, installed.json.service.pid, 'nothing was restarted');

    const restarted = await one.cli('gateway', 'restart', '--json');
    assert.equal(restarted.json.result, 'restarted', restarted.stdout);
    assert.notEqual(restarted.json.service.pid, installed.json.service.pid);

    const running = await one.cli('gateway', 'start', '--json');
    assert.equal(running.json.result, 'already-running');
    const refused = await one.cli('gateway', 'stop');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /--force/);
    const stopped = await one.cli('gateway', 'stop', '--force', '--json');
    assert.equal(stopped.json.result, 'stopped');
    assert.ok(!isAlive(restarted.json.service.pid));
    assert.equal((await one.cli('gateway', 'stop', '--json')).json.result, 'not-running');
    const started = await one.cli('daemon', 'start', '--json');
    assert.equal(started.json.result, 'started');

    const removed = await one.cli('gateway', 'uninstall', '--json');
    assert.equal(removed.json.result, 'uninstalled', removed.stdout);
    assert.ok(!fs.existsSync(one.unit));
    assert.ok(!isAlive(started.json.service.pid));
    assert.ok(fs.existsSync(path.join(one.state, 'openclaw.json')), 'the configuration stays');
    assert.equal((await one.cli('gateway', 'uninstall', '--json')).json.result, 'not-installed');
    const log = fs.readFileSync(path.join(one.state, 'logs/gateway-restart.log'), 'utf8');
    for (const action of ['install', 'restart', 'stop', 'start', 'uninstall']) assert.match(log, new RegExp(`source=cli action=${action} mode=service`));
  });

  test('the unit: this program, its own words, no secret, the port only when it is asked for', async (t) => {
    const one = await home(t);
    one.extra = { HTTPS_PROXY: 'http://proxy.example:3128', OPENCLAW_GATEWAY_TOKEN: 'from-the-shell-0123456789' };
    await one.cli('gateway', 'install', '--user');
    assert.match(one.text, new RegExp(`^ExecStart=${CLI} gateway run$`, 'm'));
    assert.match(one.text, new RegExp(`^EnvironmentFile=-${one.state}/\\.env$`, 'm'));
    assert.match(one.text, /^RestartPreventExitStatus=78$/m);
    assert.equal(fs.statSync(one.unit).mode & 0o777, 0o644);
    assert.doesNotMatch(one.text, /proxy\.example|from-the-shell|service-token/);
    const forced = await one.cli('gateway', 'install', '--user', '--port', String(one.port), '--force', '--json');
    assert.equal(forced.json.result, 'installed', forced.stdout);
    assert.match(one.text, new RegExp(`gateway run --port ${one.port}$`, 'm'));
    assert.match(fs.readFileSync(`${one.unit}.bak`, 'utf8'), /gateway run$/m, 'the unit before is kept');
    const differs = await one.cli('gateway', 'install', '--user', '--json');
    assert.match(differs.json.warnings.join(), /--force/, 'a plain install says that the unit is another one');
  });

  test('--print writes nothing', async (t) => {
    const one = await home(t);
    for (const kind of ['--user', '--system']) {
      const printed = await one.cli('gateway', 'install', kind, '--print');
      assert.equal(printed.code, 0);
      assert.match(printed.stdout, /^\[Install\]$/m);
      assert.match(printed.stdout, kind === '--system' ? /^User=openclaw$/m : /^WantedBy=default\.target$/m);
    }
    assert.ok(!fs.existsSync(path.dirname(one.unit)));
    assert.deepEqual(one.calls, []);
  });

  test('a token is made and stored when there is none: a new one at each start would lock clients out', async (t) => {
    const one = await home(t, { auth: {} });
    const installed = await one.cli('gateway', 'install', '--user', '--json');
    assert.match(installed.json.warnings.join(), /token was made/);
    const { token, mode } = JSON.parse(one.config).gateway.auth;
    assert.match(token, /^[0-9a-f]{48}$/);
    assert.equal(mode, 'token');
    assert.ok(!installed.stdout.includes(token));
    assert.equal(fs.statSync(path.join(one.state, 'openclaw.json')).mode & 0o777, 0o600);
  });

  test('lingering: turned on, or the command for it', async (t) => {
    const one = await home(t);
    one.say('linger-refused');
    const installed = await one.cli('gateway', 'install', '--user', '--json');
    assert.equal(installed.code, 0);
    assert.match(installed.json.warnings.join(), /lingering is off/);
    assert.match(installed.json.hints.join(), /loginctl enable-linger/);
  });

  // What speaks against it, and how it is said. Nothing is written and no order given.
  const refusals = [
    ['nobody answers as service manager', (one) => one.say('absent'), /no systemd manager/, /gateway run/],
    ['another state directory', (one) => { one.extra = { OPENCLAW_STATE_DIR: path.join(one.home, 'else') }; }, /non-default state dir/, /--profile/],
    ['an external supervisor', (one) => { one.extra = { OPENCLAW_SUPERVISOR_MODE: 'external' }; }, /external supervisor/, null],
    ['a declared system', (one) => { one.extra = { OPENCLAW_NIX_MODE: '1' }; }, /declared elsewhere/, null],
    ['no configuration', (one) => fs.rmSync(path.join(one.state, 'openclaw.json')), /no configuration/, /gateway\.mode local/],
    ['an invalid configuration', (one) => fs.writeFileSync(path.join(one.state, 'openclaw.json'), '{ gateway: { mode: "local", prot: 1 } }', { mode: 0o600 }), /prot/, /doctor --fix/],
    ['a gateway elsewhere', (one) => fs.writeFileSync(path.join(one.state, 'openclaw.json'), '{ gateway: { mode: "remote" } }', { mode: 0o600 }), /not local/, /gateway\.mode local/],
    ['two secrets and no mode', (one) => fs.writeFileSync(path.join(one.state, 'openclaw.json'), '{ gateway: { mode: "local", auth: { token: "aaaaaaaaaaaaaaaaaaaa", password: "b" } } }', { mode: 0o600 }), /both configured/, null],
    ['a folder others may write to', (one) => { fs.mkdirSync(path.dirname(one.unit), { recursive: true }); fs.chmodSync(path.dirname(one.unit), 0o777); }, /written by others/, null],
    ['a masked unit', (one) => { fs.mkdirSync(path.dirname(one.unit), { recursive: true }); fs.symlinkSync('/dev/null', one.unit); }, /masked/, /unmask/],
  ];
  for (const [what, make, error, hint] of refusals) {
    test(`refused: ${what}`, async (t) => {
      const one = await home(t);
      make(one);
      const result = await one.cli('gateway', 'install', '--user', '--json');
      assert.equal(result.code, 1, result.stdout);
      assert.equal(result.json.action, 'install');
      assert.equal(result.json.ok, false);
      assert.match(result.json.error, /^Gateway install blocked: /);
      assert.match(result.json.error, error);
      if (hint) assert.match(result.json.hints.join('\n'), hint);
      assert.ok(!fs.existsSync(one.unit) || fs.lstatSync(one.unit).isSymbolicLink());
      assert.deepEqual(one.calls, []);
      one.unsay('absent');
    });
  }

  test('a gateway that does not start is named, with the exit code that means configuration', async (t) => {
    const one = await home(t);
    one.say('start-fails', '78');
    const result = await one.cli('gateway', 'install', '--user', '--json');
    assert.equal(result.code, 1);
    assert.match(result.json.error, /exit 78/);
    const started = await one.cli('gateway', 'start');
    assert.equal(started.code, 1);
    assert.match(started.stderr, /exit 78[\s\S]*config validate/);
  });

  test('each profile has a unit of its own', async (t) => {
    const port = await freePort();
    const one = await home(t);
    fs.mkdirSync(path.join(one.home, '.openclaw-second'), { mode: 0o700 });
    fs.writeFileSync(path.join(one.home, '.openclaw-second/openclaw.json'), JSON.stringify({ gateway: { mode: 'local', port, auth: { token: 'second-0123456789' } } }), { mode: 0o600 });
    const printed = await one.cli('--profile', 'second', 'gateway', 'install', '--user', '--print');
    assert.match(printed.stdout, /^ExecStart=.* --profile second gateway run$/m);
    assert.match(printed.stderr, /openclaw-gateway-second\.service/);
    assert.match(printed.stdout, /\.openclaw-second\/\.env$/m);
  });
});

describe('without a service', () => {
  async function foreground(t) {
    const one = await home(t);
    one.say('absent');
    const { spawn } = await import('node:child_process');
    const child = spawn(CLI, ['gateway', 'run'], { env: one.environment, stdio: 'ignore', cwd: one.home });
    t.after(() => child.kill('SIGKILL'));
    await eventually(async () => (await one.cli('gateway', 'health')).code === 0, 'the gateway to serve', 20_000);
    return { one, child };
  }

  test('stop ends the gateway that runs in the foreground, once somebody says so', async (t) => {
    const { one, child } = await foreground(t);
    assert.equal((await one.cli('gateway', 'stop')).code, 1);
    assert.ok(isAlive(child.pid));
    const stopped = await one.cli('gateway', 'stop', '--force');
    assert.equal(stopped.code, 0, stopped.stderr);
    assert.match(stopped.stdout, new RegExp(`pid ${child.pid}`));
    assert.ok(!isAlive(child.pid));
    const nothing = await one.cli('gateway', 'stop');
    assert.equal(nothing.code, 0);
    assert.match(nothing.stdout, /No gateway is running/);
  });

  test('restart asks it to begin anew in the same process; --safe does not wait', async (t) => {
    const { one, child } = await foreground(t);
    const bootId = async () => (await one.cli('gateway', 'call', 'workers.list', '--json')).json.supervisor.bootId;
    const before = await bootId();
    const restarted = await one.cli('restart', '--json');
    assert.equal(restarted.code, 0, restarted.stdout + restarted.stderr);
    assert.equal(restarted.json.result, 'restarted');
    const after = await bootId();
    assert.notEqual(after, before);
    assert.ok(isAlive(child.pid));
    const safe = await one.cli('gateway', 'restart', '--safe', '--json');
    assert.equal(safe.json.result, 'scheduled', safe.stdout);
    assert.equal(safe.json.restart.pid, child.pid);
    await eventually(async () => { const now = await bootId().catch(() => after); return now !== after; }, 'the safe restart', 20_000);
  });

  test('options that contradict each other, and nothing to restart', async (t) => {
    const one = await home(t);
    one.say('absent');
    for (const [words, sentence] of [[['--safe', '--force'], /omit --safe/], [['--skip-deferral'], /requires --safe/], [['--wait', 'soon'], /Invalid --wait/]]) {
      const result = await one.cli('gateway', 'restart', ...words);
      assert.equal(result.code, 1);
      assert.match(result.stderr, sentence);
    }
    const nothing = await one.cli('gateway', 'restart', '--json');
    assert.equal(nothing.code, 1);
    assert.equal(nothing.json.result, 'not-running');
    const start = await one.cli('gateway', 'start', '--json');
    assert.equal(start.json.result, 'not-installed');
    assert.match(start.json.hints.join(), /gateway install/);
  });
});
