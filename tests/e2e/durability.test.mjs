// Nothing lost, nothing said twice: across restarts, deaths and changed tokens. Random kills are in tests/chaos.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { stage, BOT_TOKEN, eventually, processTree, isAlive } from './harness.mjs';

const quiet = { channel: { streaming: { mode: 'off' } } };
const sends = async (telegram, id) => (await telegram.ctl('GET /calls', {}, { method: 'sendMessage', chat_id: String(id) })).calls;
const askedFor = (provider, text) => provider.requests.filter((request) => request.userText.includes(text));

describe('the gateway is killed', { concurrency: 3 }, () => {
  test('while the model thinks: the message is answered after the restart, once', async (t) => {
    const { gateway, chat, provider, telegram } = await stage(t, quiet);
    await provider.ctl('POST /faults', { kind: 'hang', delayMs: 30_000, textIncludes: 'survive' });
    await chat(5001).say('say survive');
    await provider.ctl('GET /wait', {}, { text: 'survive' });
    await gateway.restart('SIGKILL');
    await chat(5001).answer(/survive/, { timeout: 20_000 });
    assert.equal(askedFor(provider, 'survive').length, 2);
    await chat(5001).ask('say next', /next/);
    assert.equal((await sends(telegram, 5001)).filter((call) => call.params.text.includes('survive')).length, 1);
  });

  test('no process of it is left behind', async (t) => {
    const { gateway } = await stage(t, quiet);
    await gateway.workerReady('telegram');
    const tree = processTree(gateway.pid);
    assert.ok(tree.length >= 3);
    gateway.child.kill('SIGKILL');
    await eventually(() => tree.every((pid) => !isAlive(pid)), 'the end of every worker', 15_000);
  });

  test('while it sends: sent at most twice, and a repeat is flagged', async (t) => {
    const { gateway, chat, telegram } = await stage(t, quiet);
    await chat(5002).ask('say warm', 'warm');
    await telegram.ctl('POST /faults', { method: 'sendMessage', chat_id: 5002, kind: 'delay', delayMs: 1500 });
    const { update_id } = await chat(5002).say('say in flight');
    await eventually(async () => (await sends(telegram, 5002)).some((call) => call.params.text === 'in flight'), 'the send to begin');
    await gateway.restart('SIGKILL');
    await chat(5002).answer('in flight', { timeout: 20_000 });
    await chat(5002).ask('say afterwards', 'afterwards', { timeout: 20_000 });
    const times = (await chat(5002).answers()).filter((message) => message.text === 'in flight').length;
    assert.ok(times === 1 || times === 2, `${times} times`);
    if (times === 2) assert.match((await gateway.cli('explain', String(update_id))).stdout, /duplicate|twice|repeat/i);
  });

  test('a stop waits for a finished answer to leave', async (t) => {
    const { gateway, chat, telegram } = await stage(t, quiet);
    await chat(5003).ask('say warm', 'warm');
    await telegram.ctl('POST /faults', { method: 'sendMessage', chat_id: 5003, kind: 'delay', delayMs: 1000 });
    await chat(5003).say('say last words');
    await eventually(async () => (await sends(telegram, 5003)).some((call) => call.params.text === 'last words'), 'the send to begin');
    await gateway.stop('SIGTERM');
    assert.equal((await chat(5003).answers()).filter((message) => message.text === 'last words').length, 1);
    await gateway.start();
    await chat(5003).ask('say back', 'back');
    assert.equal((await chat(5003).answers()).filter((message) => message.text === 'last words').length, 1);
  });

  test('messages sent while it is down are answered when it is back', async (t) => {
    const { gateway, chat } = await stage(t, quiet);
    await chat(5004).ask('say warm', 'warm');
    await gateway.stop('SIGKILL');
    for (let i = 0; i < 5; i++) await chat(5010 + i).say(`say waited ${i}`);
    await gateway.start();
    for (let i = 0; i < 5; i++) await chat(5010 + i).answer(`waited ${i}`, { timeout: 15_000 });
    for (let i = 0; i < 5; i++) assert.equal((await chat(5010 + i).answers()).length, 1);
  });

  test('a redelivered update is not answered again', async (t) => {
    const { gateway, chat, telegram } = await stage(t, quiet);
    const { update_id, message } = await chat(5005).say('say just once');
    await chat(5005).answer('just once');
    await eventually(async () => (await gateway.cli('explain', String(update_id), '--json')).stdout.includes('"sent"'), 'the receipt to be recorded');
    await gateway.stop('SIGKILL');
    await telegram.ctl('POST /update', { kind: 'message', update: { message }, update_id, force: true });
    await gateway.start();
    await chat(5005).ask('say something else', 'something else', { timeout: 15_000 });
    assert.equal((await chat(5005).answers()).filter((answer) => answer.text === 'just once').length, 1);
  });

  test('what was said before is still known to the model afterwards', async (t) => {
    const { gateway, chat, provider } = await stage(t, quiet);
    await chat(5006).ask('say remember 1234', 'remember 1234');
    await gateway.restart('SIGKILL');
    await chat(5006).ask('say what was it', 'what was it', { timeout: 15_000 });
    assert.ok(JSON.stringify(askedFor(provider, 'what was it').at(-1).messages).includes('1234'));
  });
});

// Twenty seconds: longer than a worker has to finish what it began.
describe('a run outlasts the agent’s time to leave', { concurrency: 3 }, () => {
  const beginLong = async ({ provider, chat }, id, text) => {
    await provider.ctl('POST /faults', { kind: 'hang', delayMs: 20_000, textIncludes: text });
    await chat(id).say(`say ${text}`);
    await provider.ctl('GET /wait', {}, { text });
  };
  const once = async ({ provider, chat, telegram }, id, text) => {
    await chat(id).answer(text, { timeout: 30_000 });
    assert.equal(askedFor(provider, text).length, 2);
    await chat(id).ask('say next', 'next', { timeout: 15_000 });
    assert.equal((await sends(telegram, id)).filter((call) => call.params.text.includes(text)).length, 1);
  };

  test('the agent is recycled: the message is answered by the next one, once', async (t) => {
    const scene = await stage(t, quiet);
    const { pid } = await scene.gateway.workerReady('agent');
    await beginLong(scene, 5051, 'outlast');
    const said = await scene.gateway.cli('workers', 'recycle', 'agent');
    assert.equal(said.code, 0, said.stderr);
    await scene.gateway.workerReady('agent', { not: [pid], timeout: 30_000 });
    await once(scene, 5051, 'outlast');
  });

  test('the gateway stops in peace: the message is answered after the next start, once', async (t) => {
    const scene = await stage(t, { ...quiet, env: { OPENCLAW_STOP_WITHIN_SEC: '15' } }); // all of it for the workers
    await beginLong(scene, 5052, 'overstay');
    const { code } = await scene.gateway.stop('SIGTERM', 30_000);
    assert.equal(code, 0);
    await scene.gateway.start();
    await once(scene, 5052, 'overstay');
  });
});

describe('a worker is killed', () => {
  for (const [name, id] of [['agent', 'agent'], ['telegram', 'telegram']]) {
    test(`${name} in the middle of a run: one answer, and the other worker notices nothing`, async (t) => {
      const { gateway, chat, provider } = await stage(t, quiet);
      const workers = await Promise.all([gateway.workerReady('agent'), gateway.workerReady('telegram')]);
      const victim = workers.find((worker) => worker.id.startsWith(id));
      const other = workers.find((worker) => worker !== victim);
      await provider.ctl('POST /faults', { kind: 'delay', delayMs: 800, textIncludes: 'midway' });
      await chat(5101).say('say midway');
      await provider.ctl('GET /wait', {}, { text: 'midway' });
      process.kill(victim.pid, 'SIGKILL');
      await chat(5101).answer('midway', { timeout: 20_000 });
      await gateway.workerReady(id, { not: [victim.pid] });
      assert.equal((await gateway.worker(other.id)).pid, other.pid);
      assert.equal((await chat(5101).answers()).length, 1);
    });
  }
});

describe('the bot token changes', () => {
  test('of the same bot: the offset stays, nothing is lost or repeated', async (t) => {
    const { gateway, chat, telegram } = await stage(t, quiet);
    await chat(5201).ask('say with the old token', 'with the old token');
    await gateway.stop();
    const fresh = `${BOT_TOKEN.split(':')[0]}:SECOND-SECRET-abcdefghijklmnopqrstuvwxyz`;
    const [bot] = telegram.bots.values();
    telegram.bots.delete(BOT_TOKEN);
    telegram.bots.set(fresh, Object.assign(bot, { token: fresh }));
    await chat(5201).say('say between the tokens');
    gateway.writeConfig({ ...gateway.config, channels: { telegram: { ...gateway.config.channels.telegram, botToken: fresh } } });
    await gateway.start();
    await chat(5201).answer('between the tokens', { timeout: 15_000 });
    assert.deepEqual((await chat(5201).answers()).map((answer) => answer.text), ['with the old token', 'between the tokens']);
  });

  test('to another bot: its updates count from their own beginning', async (t) => {
    const { gateway, chat, telegram } = await stage(t, quiet);
    await chat(5202).ask('say old bot', 'old bot');
    const other = '333333:OTHER-BOT-abcdefghijklmnopqrstuvwxyz012345';
    const { bots: [{ nextUpdateId }] } = await telegram.ctl('GET /state');
    await telegram.ctl('POST /bots', { token: other, username: 'other_bot', firstUpdateId: nextUpdateId - 5000 });
    for (let i = 0; i < 3; i++) await telegram.ctl('POST /message', { token: other, chat_id: 5300 + i, text: `say other ${i}` });
    gateway.writeConfig({ ...gateway.config, channels: { telegram: { ...gateway.config.channels.telegram, botToken: other } } });
    await gateway.restart();
    for (let i = 0; i < 3; i++) {
      await telegram.until(async () => (await sends(telegram, 5300 + i)).some((call) => call.token === other && call.params.text === `other ${i}`), 15_000);
    }
  });
});
