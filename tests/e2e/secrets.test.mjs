// The secrets of a channel and of a model: while everything goes wrong that has them in hand, they are found nowhere but
// in the configuration and on their way to whom they are for.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { processTree, programOf, readProc, stage } from './harness.mjs';

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
