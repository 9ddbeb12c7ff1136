// The secrets of a channel and of a model: while everything goes wrong that has them in hand, they are found nowhere but
// in the configuration and on their way to whom they are for.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { CLI, processTree, programOf, readProc, stage } from './harness.mjs';

const BOT = '654321:CANARY-bot-4c1d9e-abcdefghijklmnopqrstu';
const API_KEY = 'CANARY-key-4c1d9e';
const SHARED = 'CANARY-shared-4c1d9e';
const ASKED = ['status', 'health', 'config.get', 'channels.status', 'workers.list', 'models.list', 'logs.tail', 'system.info', 'diagnostics.stability'];

const filesBelow = (folder) => fs.readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));

// Secrets in the three places where a process shows what it was given.
const shownBy = (pid) => ['cmdline', 'environ', 'comm'].map((file) => [`${file} of ${programOf(pid)}`, readProc(pid, file)]);

test('no secret of a channel or a model is left behind, whatever fails', { timeout: 90_000 }, async (t) => {
  const { gateway, telegram, provider, chat } = await stage(t, {
    token: SHARED, args: ['--verbose'], telegram: { tokens: [BOT] }, channel: { botToken: BOT },
    more: { gateway: { auth: { token: SHARED } }, logging: { level: 'debug' }, models: { providers: { fake: { apiKey: API_KEY } } } },
  });
  const person = chat(7001);
  await person.ask('say hello', 'hello');
  for (const kind of ['html', 'reset', 'badJson']) {
    await telegram.ctl('POST /faults', { method: 'getUpdates', kind });
    await person.ask(`say after ${kind}`, `after ${kind}`, { timeout: 20_000 });
  }
  // Platforms like to repeat what they did not like.
  await telegram.ctl('POST /faults', { method: 'sendMessage', chat_id: 7001, kind: 'status', status: 400, description: `Bad Request: wrong URL /bot${BOT}/sendMessage` });
  await person.say('say refused');
  await provider.ctl('POST /faults', { kind: 'status', status: 401, message: `Incorrect API key provided: ${API_KEY}.`, textIncludes: 'forbidden' });
  const { text: complaint } = await chat(7002).ask('say forbidden', /⚠️|failed|error/i, { timeout: 20_000 });
  const { pid } = await gateway.workerReady('telegram');
  process.kill(pid, 'SIGABRT');
  await gateway.workerReady('telegram', { not: [pid], timeout: 20_000 });
  await person.ask('say again', 'again', { timeout: 20_000 });

  const left = [['answer to the person', complaint], ...processTree(gateway.pid).flatMap(shownBy)];
  for (const method of ASKED) left.push([method, JSON.stringify(await gateway.call(method))]);
  left.push(['openclaw status', (await gateway.cli('status')).stdout], ['openclaw workers', (await gateway.cli('workers', 'list')).stdout]);
  await gateway.stop();
  left.push(['output', gateway.output]);
  for (const file of filesBelow(gateway.stateDir).filter((name) => name !== gateway.configPath)) left.push([file, fs.readFileSync(file, 'latin1')]);
  for (const [where, text] of left)
    for (const [what, secret] of Object.entries({ 'the bot token': BOT.split(':')[1], 'the API key': API_KEY, 'the shared token': SHARED }))
      assert.ok(!text.includes(secret), `${what} was left in ${where}: …${text.slice(Math.max(0, text.indexOf(secret) - 200), text.indexOf(secret) + 60)}`);
});

test('the file with variables is closed to others at the start, and that is said', async (t) => {
  const { gateway } = await stage(t, { start: false });
  const file = path.join(gateway.stateDir, '.env');
  fs.writeFileSync(file, 'SOME_KEY=canary\n', { mode: 0o644 });
  await gateway.start();
  assert.equal(fs.statSync(file).mode & 0o777, 0o600);
  await gateway.line(/config\.warning.*\.env .*was open to others: its mode is 0600 now/);
});

test('a worker that blurts out secrets of any form does not get them into the log', { timeout: 60_000 }, async (t) => {
  if (process.getuid() !== 0) return t.skip('only root may write to the standard error of a worker');
  const canaries = { discord: 'MTI3CANARYdiscord4c1d9e00.GaBcDe.canary_canary-canary_4c1d9e', proxy: 'canary-proxy-4c1d9e', header: 'canary-header-4c1d9e', key: 'plainlookingkey4c1d9e', shared: SHARED };
  const { gateway } = await stage(t, {
    token: SHARED,
    more: {
      gateway: { auth: { token: SHARED } },
      channels: { discord: { enabled: true, token: canaries.discord, apiRoot: 'http://127.0.0.1:9', proxy: `socks5h://me:${canaries.proxy}@127.0.0.1:9` } },
      models: { providers: { fake: { apiKey: canaries.key, headers: { 'X-Api-Key': `Bearer ${canaries.header}`, Accept: 'application/json' } } } },
    },
  });
  const blurt = async (mark) => {
    const { pid } = await gateway.workerReady('telegram');
    fs.writeFileSync(`/proc/${pid}/fd/2`, `${mark}: ${Object.values(canaries).join(' ')} application/json ${mark}-end\n`);
    assert.match(await gateway.line(new RegExp(`${mark}-end`)), new RegExp(`${mark}: (\\*\\*\\* ){5}application/json`));
  };
  await blurt('first');
  canaries.key = 'anotherplainkey4c1d9e';
  gateway.config.models.providers.fake.apiKey = canaries.key;
  gateway.writeConfig(gateway.config);
  process.kill(gateway.pid, 'SIGHUP');
  await gateway.line(/restart\.done/);
  await blurt('second');
  for (const secret of [...Object.values(canaries), 'plainlookingkey4c1d9e'])
    for (const text of [gateway.output, fs.readFileSync(path.join(gateway.stateDir, 'logs/gateway.log'), 'utf8')])
      assert.ok(!text.includes(secret), secret);
});

// What an ordinary user may do: root sees everything, whatever a process wishes.
const ORDINARY = 65534;
const asOrdinary = process.getuid() === 0 ? ['setpriv', `--reuid=${ORDINARY}`, `--regid=${ORDINARY}`, '--clear-groups'] : [];
const ordinarily = (words, options = {}) => new Promise((done) => {
  const [program, ...rest] = [...asOrdinary, ...words];
  execFile(program, rest, { timeout: 30_000, ...options }, (error, stdout, stderr) => done({ code: error ? error.code ?? 1 : 0, stdout, stderr }));
});

test('a gateway of an ordinary user shows its memory to nobody, dies without a core, and does all it does', { timeout: 120_000 }, async (t) => {
  const { gateway, chat } = await stage(t, { start: false, more: { gateway: { auth: { token: SHARED } } }, token: SHARED });
  gateway.wrapper = ['bash', '-c', 'ulimit -c unlimited; "$@"; exit $?', 'bash', ...asOrdinary];
  if (asOrdinary.length) for (const name of [gateway.stateDir, gateway.configPath]) fs.chownSync(name, ORDINARY, ORDINARY);
  await gateway.start();
  const openclaw = (...words) => ordinarily([CLI, ...words], { env: gateway.environment });
  const { pid } = (await gateway.call('workers.list')).supervisor;

  const showsNothing = async (when) => {
    for (const file of ['environ', 'mem', 'maps', 'fd/1'])
      assert.notEqual((await ordinarily(['head', '-c', '1', `/proc/${pid}/${file}`])).code, 0, `${file} ${when}`);
    assert.match(readProc(pid, 'limits'), /^Max core file size +0 +0 /m, when);
  };
  const isWhole = async (when) => {
    for (const id of ['telegram', 'agent', 'egress']) {
      const worker = await gateway.workerReady(id);
      assert.ok(worker.sandboxLayers.every((layer) => layer.holds || layer.spare), `${id} ${when}: ${JSON.stringify(worker.sandboxLayers)}`);
      assert.ok(worker.resources.rssBytes > 0, `${id} ${when}: ${JSON.stringify(worker.resources)}`);
      assert.equal(readProc(worker.pid, 'oom_score_adj').trim(), '500', `${id} ${when}`);
    }
  };
  await showsNothing('after its start');
  await isWhole('after its start');
  const { pid: before } = await gateway.worker('telegram');
  const upgraded = await openclaw('gateway', 'upgrade');
  assert.equal(upgraded.code, 0, upgraded.stdout + upgraded.stderr);
  await showsNothing('after an upgrade');
  process.kill(pid, 'SIGUSR1');
  await gateway.line(/restart\.done/);
  await gateway.workerReady('telegram');
  await showsNothing('after SIGUSR1');
  await isWhole('after both');
  assert.equal((await gateway.worker('telegram')).pid, before, 'the workers were handed on');
  await chat(7101).ask('say still here', 'still here');
  const listed = await openclaw('workers', 'list');
  assert.match(listed.stdout, /telegram.*MB/, listed.stderr);
  const doctor = await openclaw('doctor', '--lint', '--json');
  assert.ok(!JSON.parse(doctor.stdout).findings.some(({ checkId, severity }) => /gateway/.test(checkId) && severity === 'error'), doctor.stdout);

  process.kill(pid, 'SIGSEGV');
  await gateway.ending();
  assert.match(gateway.output, /Segmentation fault/);
  assert.doesNotMatch(gateway.output, /core dumped/);
  assert.deepEqual(fs.readdirSync(gateway.stateDir).filter((name) => name.startsWith('core')), []);
});
