// Another build becomes the running gateway in its process: platforms notice nothing, clients a blink; a build that
// cannot do it changes nothing.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { stage, eventually, isAlive, BUILD, readProc, processTree, programOf } from './harness.mjs';
import { HttpLoad, Operators, people, sendHomeAfter } from './crowd.mjs';

const isLong = process.env.OPENCLAW_LONG_TESTS === '1';
const DAEMON = path.join(BUILD, 'supervisor/openclaw-gateway');
const quiet = { channel: { streaming: { mode: 'off' } } };
const said = (gateway, event) => gateway.lines.filter((line) => line.includes(event)).length;

// One whole upgrade, as the command line does it.
async function upgrade(gateway, binary) {
  const said = gateway.lines.length;
  const result = await gateway.cli('gateway', 'upgrade', '--json', ...(binary ? ['--binary', binary] : []));
  return { ...result, said };
}

// From its beginning to its end, by the gateway's own word.
async function lasted(gateway, { said }) {
  const line = (event) => eventually(() => gateway.lines.slice(said).find((text) => event.test(text)), `${event} in the log`);
  const [begun, over] = [await line(/ upgrade\.begun /), await line(/ upgrade\.(done|refused|rolled_back) /)].map((text) => Date.parse(text.split(' ')[0]));
  return over - begun;
}

// A program in the gateway's state directory: a script that stands in for a new build.
function script(gateway, name, text) {
  const file = path.join(gateway.stateDir, name);
  fs.writeFileSync(file, text, { mode: 0o755 });
  return file;
}

const rehearsing = `case "$*" in *--rehearse*) exec ${DAEMON} "$@";; esac\n`;

describe('an upgrade in place', () => {
  const rounds = isLong ? 50 : 5;
  test(`${rounds} of them under load: nothing is refused, lost or said twice; clients are back within a second`, { timeout: 1_200_000 }, async (t) => {
    const { gateway, telegram } = await stage(t, { ...quiet, more: { gateway: { http: { endpoints: { chatCompletions: { enabled: true } } } } } });
    const worker = await gateway.workerReady('telegram');
    const agent = await gateway.workerReady('agent');
    const { pid } = gateway;
    await eventually(() => telegram.signIns === 1, 'the sign-in');
    const operators = await new Operators(gateway, 50).start();
    const chats = people(telegram, isLong ? 3 : 2);
    const load = new HttpLoad(gateway, isLong ? { perSecond: 200, turns: 4 } : { perSecond: 100, turns: 2 }).start(); // a slow machine, too, needs a quiet moment within ten seconds
    sendHomeAfter(t, operators, chats, load);
    for (let round = 0; round < rounds; round++) {
      await operators.allBack();
      await eventually(() => load.asked > round, 'a turn to be asked for in every round'); // five upgrades take half a second
      const { code, stdout, stderr } = await upgrade(gateway, round % 2 ? DAEMON : undefined);
      assert.equal(code, 0, `${stdout}${stderr}\n${gateway.output.slice(-3000)}`);
    }
    const http = await load.stop();
    const talk = await chats.stop();
    await operators.allBack();
    const cuts = operators.stop();
    t.diagnostic(`HTTP ${JSON.stringify(http)}; chats ${talk.sent} messages; slowest return ${Math.round(Math.max(...cuts.map((cut) => cut.backAfterMs)))} ms`);
    assert.deepEqual([http.errors, http.refusals], [[], []]);
    assert.deepEqual(Object.keys(http.answers), ['200']);
    assert.ok(http.turns >= rounds, `${http.turns} turns`);
    assert.deepEqual([talk.lost, talk.doubled], [[], []]);
    assert.equal(gateway.pid, pid);
    assert.equal(said(gateway, 'upgrade.done'), rounds);
    assert.equal((await gateway.worker('telegram')).pid, worker.pid);
    assert.equal((await gateway.worker('agent')).pid, agent.pid);
    assert.equal(telegram.signIns, 1, 'no platform connection was made anew');
    assert.equal(cuts.length, 50 * rounds);
    for (const cut of cuts) assert.deepEqual([cut.code, cut.reason, cut.warned], [1012, 'service restart', true]);
    const back = cuts.map((cut) => cut.backAfterMs).sort((a, b) => a - b);
    const [middle, worst] = [back[back.length >> 1], back.at(-1)];
    assert.ok(middle <= (isLong ? 1000 : 5000) && worst <= (isLong ? 1000 : 10_000), `back after ${middle} ms, the last ${worst} ms`); // other suites run beside the short one
  });

  test('leaves no descriptor, process or file behind, and the name of the program as it was', async (t) => {
    const { gateway, chat } = await stage(t, quiet);
    await gateway.workerReady('telegram');
    await chat(700).ask('say before', 'before');
    const count = () => fs.readdirSync(`/proc/${gateway.pid}/fd`).length;
    assert.equal((await upgrade(gateway)).code, 0);
    await gateway.workerReady('telegram');
    const [files, processes] = [count(), processTree(gateway.pid).length];
    for (let round = 0; round < 3; round++) assert.equal((await upgrade(gateway)).code, 0);
    await gateway.workerReady('telegram');
    await eventually(() => count() <= files + 2, `${files} descriptors`); // a command that ends closes its own
    await eventually(() => processTree(gateway.pid).length === processes, `${processes} processes`);
    assert.equal(programOf(gateway.pid), 'openclaw-gateway');
    assert.match(readProc(gateway.pid, 'comm'), /^openclaw-gatewa/);
    assert.ok(!fs.existsSync(path.join(gateway.stateDir, 'tmp/next')));
    assert.ok(!readProc(gateway.pid, 'environ').includes('e2e-shared'));
    await chat(700).ask('say after', 'after');
    const workers = await gateway.workers();
    assert.ok(workers.every((worker) => worker.state === 'ready'));
    // The right to look was judged before the worker shut itself off: it must have come along.
    assert.ok(workers.every((worker) => worker.resources.pssBytes > 0), JSON.stringify(workers.map(({ id, resources }) => [id, resources])));
  });

  test('a run in progress ends first; what comes meanwhile is answered by the next build', async (t) => {
    const { gateway, chat, provider } = await stage(t, quiet);
    await chat(701).ask('say warm', 'warm');
    await provider.ctl('POST /faults', { kind: 'delay', delayMs: 9000, textIncludes: 'slow' });
    await chat(701).say('say slow');
    await provider.ctl('GET /wait', {}, { text: 'slow' });
    const over = upgrade(gateway);
    await chat(701).answer('slow', { timeout: 20_000 });
    assert.equal((await over).code, 0);
    await chat(702).ask('say next', 'next');
    assert.equal((await chat(701).answers()).filter((message) => message.text === 'slow').length, 1);
  });

  test('a configuration that becomes wrong after the rehearsal: this build serves on', async (t) => {
    const { gateway, chat, provider } = await stage(t, quiet);
    await chat(704).ask('say warm', 'warm');
    await provider.ctl('POST /faults', { kind: 'delay', delayMs: 9000, textIncludes: 'slow' });
    await chat(704).say('say slow');
    await provider.ctl('GET /wait', {}, { text: 'slow' });
    const good = fs.readFileSync(gateway.configPath, 'utf8');
    const { pid } = gateway;
    const over = upgrade(gateway);
    await gateway.line(/upgrade\.rehearsed/);
    fs.writeFileSync(gateway.configPath, good.replace('"mode": "local"', '"mode": "nowhere"'));
    const { code, stdout, stderr } = await over;
    assert.equal(code, 1);
    assert.match(stdout + stderr, /changed since the rehearsal and is refused/);
    assert.equal(gateway.pid, pid);
    await chat(704).answer('slow', { timeout: 20_000 });
    await chat(704).ask('say on', 'on');
    fs.writeFileSync(gateway.configPath, good);
    assert.equal((await upgrade(gateway)).code, 0);
  });

  test('a token made for the run is good for the next build, too', async (t) => {
    const { gateway } = await stage(t, { more: { gateway: { auth: { mode: 'token', token: '' } } }, env: { OPENCLAW_GATEWAY_TOKEN: 'given-in-the-environment' }, token: 'given-in-the-environment' });
    const shown = () => readProc(gateway.pid, 'environ');
    assert.equal((await (await gateway.connect()).call('health')).ok, true);
    assert.match(shown(), /OPENCLAW_STATE_DIR=/);
    assert.ok(!shown().includes('given-in-the-environment'), 'at the start');
    assert.equal((await upgrade(gateway)).code, 0);
    assert.equal((await (await gateway.connect()).call('health')).ok, true);
    assert.ok(!shown().includes('given-in-the-environment'), 'after an upgrade');
  });

  const bad = {
    exits: (gateway) => script(gateway, 'bad', '#!/bin/sh\nexit 3\n'),
    hangs: (gateway) => script(gateway, 'bad', '#!/bin/sh\nexec sleep 60\n'),
    'is no gateway': (gateway) => script(gateway, 'bad', '#!/bin/sh\necho hello\n'),
    'is no program': (gateway) => script(gateway, 'bad', 'not even a script'),
    'refuses the configuration': (gateway) => script(gateway, 'bad', `#!/bin/sh\nOPENCLAW_CONFIG_PATH=/dev/null exec ${DAEMON} "$@" --auth password\n`),
    'knows an older ledger': (gateway) => script(gateway, 'bad', `#!${process.execPath}
      const { DatabaseSync } = require('node:sqlite');
      const folder = process.argv[process.argv.indexOf('--rehearse') + 1];
      const ledger = new DatabaseSync(folder + '/state/gateway-native.sqlite');
      ledger.exec('pragma user_version = 99');
      ledger.close();
      require('node:child_process').spawnSync(${JSON.stringify(DAEMON)}, process.argv.slice(2), { stdio: 'inherit' }).status && process.exit(78);`),
    ...Object.fromEntries(['refuses at arrival', 'crashes at arrival', 'hangs at arrival', 'refuses at ledger', 'refuses at edge', 'crashes at recovery', 'hangs at recovery']
      .map((wish) => [wish, (gateway) => script(gateway, 'bad', `#!/bin/sh\n${rehearsing}OPENCLAW_TEST_NEW_IMAGE='${wish}' exec ${DAEMON} "$@"\n`)])),
  };
  for (const [what, make] of Object.entries(bad)) {
    test(`a build that ${what}: the one before serves on within 10 s, code and state as they were`, { timeout: 120_000 }, async (t) => {
      const { gateway, telegram, chat } = await stage(t, quiet);
      const worker = await gateway.workerReady('telegram');
      await chat(703).ask('say before', 'before');
      const { pid } = gateway;
      const { signIns } = telegram;
      const binary = make(gateway);
      const before = fs.readFileSync(`/proc/${pid}/exe`).length;
      for (let round = 0; round < (isLong ? 3 : 1); round++) {
        const result = await upgrade(gateway, binary);
        const { code, stdout, stderr } = result;
        const tookMs = await lasted(gateway, result);
        t.diagnostic(`${Math.round(tookMs)} ms: ${(stdout + stderr).trim().slice(0, 300)}`);
        assert.equal(code, 1, stdout);
        assert.ok(tookMs <= (isLong ? 10_000 : 20_000), `${tookMs} ms`);
      }
      assert.equal(gateway.pid, pid);
      assert.equal(fs.readFileSync(`/proc/${pid}/exe`).length, before);
      assert.equal((await gateway.http('/readyz')).status, 200);
      await chat(703).ask('say afterwards', 'afterwards');
      assert.equal((await gateway.worker('telegram')).pid, worker.pid);
      assert.equal(telegram.signIns, signIns);
      assert.equal((await upgrade(gateway)).code, 0, 'a good build comes through afterwards');
    });
  }

  test('only the local owner may name a program, and only one that nobody else could have written', async (t) => {
    const { gateway } = await stage(t, quiet);
    const client = await gateway.connect();
    await assert.rejects(client.call('gateway.upgrade.request', { program: DAEMON }), /only the owner/);
    const open = script(gateway, 'open', '#!/bin/sh\n');
    fs.chmodSync(open, 0o777);
    const { code, stdout } = await upgrade(gateway, open);
    assert.equal(code, 1);
    assert.match(stdout, /others may not write it/);
  });

  test('a program that is replaced between its rehearsal and its turn does not get it', async (t) => {
    const { gateway, chat, provider } = await stage(t, quiet);
    await chat(704).ask('say warm', 'warm');
    await provider.ctl('POST /faults', { kind: 'delay', delayMs: 9000, textIncludes: 'slow' });
    await chat(704).say('say slow');
    await provider.ctl('GET /wait', {}, { text: 'slow' });
    const binary = script(gateway, 'good', `#!/bin/sh\nexec ${DAEMON} "$@"\n`);
    const asked = upgrade(gateway, binary);
    await gateway.line(/upgrade\.rehearsed/);
    script(gateway, 'good', `#!/bin/sh\nexec ${DAEMON} "$@" \n`);
    const { code, stdout, stderr } = await asked;
    assert.equal(code, 1, stdout);
    assert.match(stdout + stderr, /replaced since its rehearsal/);
    await chat(704).answer('slow', { timeout: 20_000 });
    assert.equal((await gateway.http('/readyz')).status, 200);
    assert.equal((await upgrade(gateway, binary)).code, 0);
  });

  test('a rehearsal that leaves somebody behind is ended with all it has started', { timeout: 60_000 }, async (t) => {
    const { gateway } = await stage(t, quiet);
    const binary = script(gateway, 'bad', '#!/bin/sh\nsleep 61 &\necho $! > left-behind\necho hello\n');
    const result = await upgrade(gateway, binary);
    assert.equal(result.code, 1, result.stdout);
    const tookMs = await lasted(gateway, result);
    assert.ok(tookMs <= (isLong ? 5000 : 15_000), `${tookMs} ms`);
    const left = Number(fs.readFileSync(path.join(gateway.stateDir, 'left-behind'), 'utf8'));
    await eventually(() => !isAlive(left), 'it to be ended');
    assert.equal((await gateway.http('/readyz')).status, 200);
  });
});
