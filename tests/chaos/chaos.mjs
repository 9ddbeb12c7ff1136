#!/usr/bin/env node
// Chaos: under a stream of Telegram messages any process of the gateway is killed with SIGKILL, at random moments and
// (where the build has them) at instrumented points; then the platform's own record is read: every message answered,
// once. A message whose send was in flight at a kill may stand twice, if `explain` says so.
//
//   chaos.mjs [--seconds N | --kills N] [--seed S] [--chats N] [--gap MS] [--keep]
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startFakeTelegram } from '../fakes/telegram/telegram.mjs';
import { startFakeProvider } from '../fakes/provider/provider.mjs';
import { BOT_TOKEN, BUILD, Gateway, configuration, freePort, temporaryFolder } from '../e2e/harness.mjs';
import { seeded } from './random.mjs';
import { Killer } from './killer.mjs';
import { Talkers } from './talkers.mjs';
import { judge, print } from './verdict.mjs';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string' }, kills: { type: 'string' }, seed: { type: 'string', default: '1' },
    chats: { type: 'string', default: '24' }, gap: { type: 'string', default: '900' }, keep: { type: 'boolean', default: false },
  },
});

// Chats answer each other's pace: 24 of them write about every second. Pacing is off so that what is measured is the
// gateway and not the platform's limits; every message is a turn of its own.
function stageConfiguration(port, telegram, provider) {
  return configuration({
    port, telegram, provider,
    channel: { streaming: { mode: 'partial' }, pacing: { chatPer3Seconds: 0, groupPerMinute: 0, botPerSecond: 0 } },
    more: { messages: { inbound: { debounceMs: 0 } } },
  });
}

async function main() {
  const random = seeded(Number(options.seed));
  // The network takes a moment both ways, so that sends and runs really are in flight when a kill comes.
  const telegram = await startFakeTelegram({ port: 0, tokens: [BOT_TOKEN], username: 'fake_bot', config: { latencyMs: 15 } });
  const provider = await startFakeProvider({ port: 0, config: { latencyMs: 60 } });
  const port = await freePort();
  const stateDir = temporaryFolder('openclaw-chaos-');
  const gateway = new Gateway({ stateDir, port, config: stageConfiguration(port, telegram, provider) });
  await gateway.start();

  const talkers = new Talkers({ telegram, random, chats: Number(options.chats) });
  const killer = new Killer({ gateway, random, gap: Number(options.gap), answered: () => talkers.sent - talkers.waiting });
  console.log(`chaos: seed ${options.seed}, ${options.kills ? `${options.kills} kills` : `${options.seconds ?? 150} s`}, ${options.chats} chats`);

  const talking = talkers.run();
  await killer.run({ kills: options.kills && Number(options.kills), until: Date.now() + 1000 * Number(options.seconds ?? 150), onKill: (count) => {
    if (count % 25 === 0) console.log(`chaos: ${count} kills, ${talkers.sent} messages, ${talkers.waiting} waiting`);
  } });
  talkers.stop();
  await talking;
  await talkers.drain(90_000);
  killer.release();

  const verdict = await judge({ gateway, telegram, talkers, killer });
  print(verdict);
  const clean = verdict.failures.length === 0;
  await gateway.stop().catch((error) => console.log(`chaos: ${error.message}`));
  await Promise.all([telegram.close(), provider.close()]);
  mkdirSync(path.join(BUILD, 'chaos'), { recursive: true });
  writeFileSync(path.join(BUILD, 'chaos', `seed-${options.seed}.json`), JSON.stringify(verdict, null, 2));
  if (!clean || options.keep) {
    writeFileSync(path.join(BUILD, 'chaos', `seed-${options.seed}.log`), gateway.output);
    console.log(`chaos: state kept in ${stateDir}, the gateway's output in ${path.join(BUILD, 'chaos')}`);
  } else rmSync(stateDir, { recursive: true, force: true });
  console.log(`${verdict.checks.length - verdict.failures.length} passed, ${verdict.failures.length} failed`);
  process.exitCode = clean ? 0 : 1;
}

await main();
