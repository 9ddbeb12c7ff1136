// What a configuration may say, and how it is refused: line and column, the nearest known key, exit 78.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { Gateway, stage, freePort, eventually } from './harness.mjs';

async function refused(t, text) {
  const gateway = new Gateway({ config: text, port: await freePort() });
  t.after(() => gateway.close());
  const ending = await gateway.spawn().ending();
  return { ...ending, output: gateway.output, gateway };
}

describe('a configuration that cannot be used', { concurrency: 4 }, () => {
  const cases = [
    ['a comma is missing', '{\n  gateway: { mode: "local"\n    port: 1 }\n}', [/:3:5/]],
    ['a key is misspelt', '{\n  gateway: {\n    mode: "local",\n    prot: 18789,\n  },\n}', [/:4:5/, /prot/, /port/]],
    ['a value is of the wrong kind', '{\n  gateway: { mode: "local", port: "high" },\n}', [/:2:\d+/, /gateway\.port/]],
    ['a word is not among the allowed', '{\n  gateway: { mode: "local", bind: "everywhere" },\n}', [/:2:\d+/, /loopback/]],
    ['an unknown top-level key', '{\n  gateway: { mode: "local" },\n  chanels: {},\n}', [/:3:3/, /channels/]],
  ];
  for (const [name, text, expected] of cases) {
    test(`${name}: 78, and the place`, async (t) => {
      const { code, output, gateway } = await refused(t, text);
      assert.equal(code, 78, output);
      for (const pattern of expected) assert.match(output, pattern);
      assert.ok(output.split('\n').length <= 25, 'one screen');
      const validate = await gateway.cli('config', 'validate');
      assert.equal(validate.code, 1);
      for (const pattern of expected) assert.match(validate.stdout + validate.stderr, pattern);
      const json = await gateway.cli('config', 'validate', '--json');
      assert.equal(json.json.valid, false);
    });
  }

  test('without a mode: 78 and what to do', async (t) => {
    const { code, output } = await refused(t, '{ gateway: { port: 18789 } }');
    assert.equal(code, 78);
    assert.match(output, /gateway\.mode/);
  });

  test('no file and no --allow-unconfigured: 78', async (t) => {
    const gateway = new Gateway({ port: await freePort() });
    gateway.config = null; // the flag is left out
    t.after(() => gateway.close());
    assert.equal((await gateway.spawn().ending()).code, 78);
    assert.match(gateway.output, /--allow-unconfigured/);
  });
});

describe('a configuration that can be used', () => {
  test('keys of the original that do nothing here yet are accepted and named once', async (t) => {
    const { gateway, chat } = await stage(t, { more: { browser: { enabled: false }, update: { checkOnStart: false }, messages: { queue: { cap: 20 } } } });
    await gateway.line(/inactive|ignored|not (yet )?act/i);
    await chat(5001).ask('say fine', 'fine');
  });

  test('JSON5: comments, trailing commas, single quotes, unquoted keys', async (t) => {
    const port = await freePort();
    const gateway = new Gateway({ port, config: `// ours\n{ gateway: { mode: 'local', port: ${port}, auth: { mode: 'token', token: 'e2e-shared-token', }, }, /* end */ }` });
    t.after(() => gateway.close());
    await gateway.start();
    assert.equal((await gateway.call('health')).ok, true);
  });

  test('a bad channel section switches that account off and nothing else', async (t) => {
    const { gateway, telegram } = await stage(t, { start: false });
    const { telegram: good } = gateway.config.channels;
    gateway.writeConfig({ ...gateway.config, channels: { telegram: { ...good, accounts: { broken: { botToken: '777777:BROKEN-TOKEN-abcdefghijklmnopqrstuvwxyz', dmPolicy: 'sometimes' } } } } });
    await gateway.start();
    const client = await gateway.connect();
    assert.equal((await client.request('agent', { message: 'say alive', idempotencyKey: 'bad-channel' }, 10_000, { final: true })).status, 'ok');
    assert.match(gateway.output, /dmPolicy/);
    const seen = (await telegram.ctl('GET /calls')).calls;
    assert.ok(!seen.some((call) => call.token.startsWith('777777')));
  });

  test('the token may lie in a file', async (t) => {
    const fs = await import('node:fs');
    const { gateway, chat } = await stage(t, { start: false });
    const file = `${gateway.stateDir}/bot-token`;
    const { botToken, ...rest } = gateway.config.channels.telegram;
    fs.writeFileSync(file, `${botToken}\n`, { mode: 0o600 });
    gateway.writeConfig({ ...gateway.config, channels: { telegram: { ...rest, tokenFile: file } } });
    await gateway.start();
    await chat(5002).ask('say from a file', 'from a file');
  });

  test('two bots are two processes and answer each for itself', async (t) => {
    const second = '222222:SECOND-TOKEN-abcdefghijklmnopqrstuvwxyz0';
    const { gateway, telegram } = await stage(t, { start: false });
    await telegram.ctl('POST /bots', { token: second, username: 'second_bot' });
    const { botToken, ...rest } = gateway.config.channels.telegram;
    gateway.writeConfig({ ...gateway.config, channels: { telegram: { ...rest, accounts: { one: { botToken }, two: { botToken: second } } } } });
    await gateway.start();
    const workers = await eventually(async () => {
      const found = (await gateway.workers()).filter((worker) => worker.id.startsWith('telegram') && worker.state === 'ready');
      return found.length === 2 && found;
    }, 'two Telegram workers');
    assert.notEqual(workers[0].pid, workers[1].pid);
    for (const [token, id] of [[botToken, 5003], [second, 5004]]) {
      await telegram.ctl('POST /message', { token, chat_id: id, text: `say for ${id}` });
      await telegram.until(async () => (await telegram.ctl('GET /calls', {}, { method: 'sendMessage', chat_id: String(id) })).calls.some((call) => call.token === token && call.params.text === `for ${id}`), 10_000);
    }
  });
});
