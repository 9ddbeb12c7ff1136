// The command line: every command speaks to people, and with --json to programs, in exactly one document.
import { test, describe, before } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { sharedStage, Gateway, freePort, runCli, temporaryFolder } from './harness.mjs';

describe('against a running gateway', () => {
  const scene = sharedStage();
  let gateway;
  before(async () => {
    ({ gateway } = scene);
    await gateway.workerReady('telegram');
    await gateway.workerReady('agent');
    await scene.chat(5001).ask('say hello', 'hello');
  });

  // Command, and what a person finds in its answer.
  const commands = [
    [['gateway', 'status'], /running|ok/i],
    [['gateway', 'health'], /OK/],
    [['gateway', 'call', 'health'], /"ok"/],
    [['status'], /telegram/i],
    [['health'], /telegram/i],
    [['channels', 'status'], /telegram/i],
    [['workers'], /telegram[\s\S]*ready|ready[\s\S]*telegram/i],
    [['workers', 'list'], /agent/],
    [['workers', 'show', 'agent'], /pid/i],
    [['workers', 'logs', 'agent'], null],
    [['sessions'], /telegram/],
    [['logs', '--limit', '20'], /\S/],
    [['config', 'get', 'gateway.port'], /\d+/],
    [['config', 'validate'], /valid/i],
    [['config', 'file'], /openclaw\.json/],
    [['pairing', 'list', 'telegram'], /no pending/i],
  ];
  for (const [command, expected] of commands) {
    test(`${command.join(' ')}: for people`, async () => {
      const result = await gateway.cli(...command);
      assert.equal(result.code, 0, result.stderr || result.stdout);
      if (expected) assert.match(result.stdout, expected);
      assert.ok(!/\x1b\[/.test(result.stdout), 'no escape sequences outside a terminal');
    });
    const stream = command[0] === 'logs' || command[1] === 'logs';
    test(`${command.join(' ')} --json: ${stream ? 'one object a line' : 'one document'}`, async () => {
      const result = await gateway.cli(...command, '--json');
      assert.equal(result.code, 0, result.stderr || result.stdout);
      if (stream) for (const line of result.stdout.split('\n').filter(Boolean)) assert.ok(JSON.parse(line).type, line);
      else assert.notEqual(result.json, undefined);
    });
  }

  test('the memory that status shows is that of the gateway and of its workers', async () => {
    const { supervisor, workers } = (await gateway.cli('gateway', 'call', 'workers.list', '--json')).json;
    assert.ok(supervisor.pssBytes > 1_000_000, `supervisor ${supervisor.pssBytes}`);
    assert.ok(workers.every((worker) => worker.resources.pssBytes > 100_000));
  });

  test('status answers at once', async () => {
    const times = [];
    for (let i = 0; i < 10; i++) times.push((await gateway.cli('status')).ms);
    const fastest = Math.min(...times); // what it takes by itself: other suites run beside this one
    assert.ok(fastest <= 150, `${fastest.toFixed(1)} ms at best`);
  });

  test('agent -m streams an answer; --json gives the run', async () => {
    const spoken = await gateway.cli('agent', '-m', 'say hello there');
    assert.equal(spoken.code, 0, spoken.stderr);
    assert.match(spoken.stdout, /hello there/);
    const { json } = await gateway.cli('agent', '-m', 'say again', '--json');
    assert.equal(json.status, 'ok');
    assert.equal(json.result.payloads[0].text, 'again');
  });

  test('message send reaches the chat', async () => {
    const result = await gateway.cli('message', 'send', '--channel', 'telegram', '-t', '5400', '-m', 'from the command line', '--json');
    assert.equal(result.code, 0, result.stderr || result.stdout);
    assert.ok(result.json);
    await scene.chat(5400).answer('from the command line');
  });

  test('explain tells the life of a message, by update id and by its trace', async () => {
    const { update_id } = await scene.chat(5401).say('say explain me');
    await scene.chat(5401).answer('explain me');
    const told = await gateway.cli('explain', String(update_id));
    assert.equal(told.code, 0, told.stderr);
    assert.match(told.stdout, /telegram/);
    assert.match(told.stdout, /sent|delivered/i);
    const { json } = await gateway.cli('explain', String(update_id), '--json');
    assert.ok(json);
    assert.equal((await gateway.cli('explain', 'no-such-id')).code, 1);
  });

  test('workers restart: a new process, the same channel', async () => {
    const before = await gateway.worker('telegram');
    const result = await gateway.cli('workers', 'restart', before.id);
    assert.equal(result.code, 0, result.stderr);
    const after = await gateway.workerReady('telegram', { not: [before.pid] });
    assert.notEqual(after.pid, before.pid);
    await scene.chat(5402).ask('say after the restart', 'after the restart');
  });

  test('config set writes, validates and keeps what is invalid out', async () => {
    assert.equal((await gateway.cli('config', 'set', 'channels.telegram.textChunkLimit', '3000')).code, 0);
    assert.equal((await gateway.cli('config', 'get', 'channels.telegram.textChunkLimit')).stdout.trim(), '3000');
    const bad = await gateway.cli('config', 'set', 'gateway.bind', '"nowhere"');
    assert.equal(bad.code, 1);
    assert.match(bad.stderr + bad.stdout, /gateway\.bind/);
    assert.equal((await gateway.cli('config', 'validate')).code, 0);
  });

  test('logs --follow shows what happens next', async () => {
    const following = runCli(['logs', '--follow', '--json'], gateway.environment, { timeout: 4000 });
    await scene.chat(5403).ask('say in the log', 'in the log');
    const result = await following;
    for (const line of result.stdout.split('\n').filter(Boolean)) JSON.parse(line);
    assert.ok(result.stdout.length > 0);
    assert.ok(!result.stdout.includes('in the log'), 'texts of people are not logged');
  });

  test('unknown commands and options: one sentence, a hint, exit 1', async () => {
    for (const args of [['nosuch'], ['gateway', 'nosuch'], ['status', '--nosuch']]) {
      const result = await gateway.cli(...args);
      assert.equal(result.code, 1, args.join(' '));
      assert.match(result.stderr, /nosuch/);
      assert.match(result.stderr, /Try: openclaw/);
    }
  });
});

describe('without a gateway', () => {
  test('--version and --help need nothing', async () => {
    const env = { PATH: process.env.PATH, HOME: '/nonexistent', OPENCLAW_STATE_DIR: '/nonexistent/state' };
    const version = await runCli(['--version'], env);
    assert.equal(version.code, 0);
    assert.match(version.stdout, /\d+\.\d+\.\d+/);
    assert.equal((await runCli(['--help'], env)).code, 0);
  });

  test('status is a diagnosis and not a failure; health and gateway call say what to do', async (t) => {
    const stateDir = temporaryFolder();
    t.after(() => fs.rmSync(stateDir, { recursive: true }));
    const gateway = new Gateway({ stateDir, config: { gateway: { mode: 'local', port: await freePort(), auth: { mode: 'token', token: 'x' } } } });
    const status = await gateway.cli('status');
    assert.equal(status.code, 0, status.stderr);
    for (const command of [['health'], ['gateway', 'call', 'health']]) {
      const result = await gateway.cli(...command);
      assert.equal(result.code, 1);
      assert.match(result.stderr, /not reachable|not running/i);
      assert.match(result.stderr, /openclaw gateway/);
    }
    const failed = await gateway.cli('health', '--json');
    assert.equal(failed.json.ok, false);
    assert.ok(failed.json.error.message);
  });
});

describe('on embedded defaults', () => {
  test('status asks the running gateway for its port, and does not believe the configuration', async (t) => {
    const [configured, port] = [await freePort(), await freePort()];
    const gateway = new Gateway({ port, args: ['--port', String(port)], config: { gateway: { mode: 'local', port: configured, auth: { mode: 'token', token: 'x' } } } });
    t.after(() => gateway.close());
    await gateway.start();
    const { json } = await gateway.cli('status', '--json');
    assert.deepEqual(json.problems.filter(({ message }) => /port/.test(message)), []);
    assert.equal(json.gateway.port, port);
  });

  test('no configuration at all: ready, and the agent answers as a placeholder that names the next command', async (t) => {
    const port = await freePort();
    const gateway = new Gateway({ port, args: ['--port', String(port)], env: { OPENCLAW_GATEWAY_PORT: String(port) } });
    t.after(() => gateway.close());
    await gateway.start();
    const answer = await gateway.cli('agent', '-m', 'hello');
    assert.equal(answer.code, 0, answer.stderr);
    assert.match(answer.stdout, /hello/);
    assert.match(answer.stdout, /openclaw config set/);
    assert.equal((await gateway.cli('status')).code, 0);
  });
});
