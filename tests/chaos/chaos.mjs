#!/usr/bin/env node
// Chaos: under a stream of messages any process of the gateway is killed with SIGKILL, at random moments and (where the
// build has them) at instrumented points, and the platform has troubles of its own; then its record is read: every
// message answered, once. The supervisor ends under the same message as often as the gateway promises to begin it again,
// five times, and is then spared until that one is answered. On Telegram a message whose send was in flight at a kill may
// stand twice, if `explain` says so.
//
//   chaos.mjs [--channel telegram,discord] [--seconds N | --kills N] [--seed S] [--chats N] [--gap MS] [--keep]
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startFakeProvider } from '../fakes/provider/provider.mjs';
import { BUILD, Gateway, configuration, freePort, temporaryFolder } from '../e2e/harness.mjs';
import { discordPlatform } from './platform_discord.mjs';
import { telegramPlatform } from './platform_telegram.mjs';
import { seeded } from './random.mjs';
import { BREATH_MS, Killer } from './killer.mjs';
import { Talkers } from './talkers.mjs';
import { judge, print } from './verdict.mjs';

const PLATFORMS = { telegram: telegramPlatform, discord: discordPlatform };
const { values: options } = parseArgs({
  options: {
    channel: { type: 'string', default: 'telegram' }, seconds: { type: 'string' }, kills: { type: 'string' }, seed: { type: 'string', default: '1' },
    chats: { type: 'string', default: '24' }, gap: { type: 'string', default: '900' }, keep: { type: 'boolean', default: false },
  },
});
const names = options.channel.split(',');
const label = `${names.join('-')}-seed-${options.seed}`;

async function main() {
  const random = seeded(Number(options.seed));
  // Models take a moment, so that runs really are in flight when a kill comes.
  const provider = await startFakeProvider({ port: 0, config: { latencyMs: 60 } });
  const platforms = await Promise.all(names.map((name) => PLATFORMS[name]()));
  const port = await freePort();
  const stateDir = temporaryFolder('openclaw-chaos-');
  const gateway = new Gateway({ stateDir, port, config: configuration({ port, provider, more: { channels: Object.fromEntries(platforms.map(({ name, channel }) => [name, channel])) } }) });
  await gateway.start();
  await Promise.all(platforms.map((platform) => platform.ready?.()));

  // The people of a platform answer each other's pace: 24 of them write about every second.
  const crowds = platforms.map((platform) => new Talkers({ platform, random: random.fork(), chats: Math.ceil(Number(options.chats) / platforms.length) }));
  const sum = (what) => crowds.reduce((total, crowd) => total + crowd[what], 0);
  const killer = new Killer({ gateway, random, gap: Number(options.gap), channelWorkers: platforms.map(({ worker }) => worker), oldest: () => Math.min(Infinity, ...crowds.map((crowd) => crowd.oldest)) });
  console.log(`chaos: ${names.join(' and ')}, seed ${options.seed}, ${options.kills ? `${options.kills} kills` : `${options.seconds ?? 150} s`}, ${options.chats} chats`);

  const talking = Promise.all(crowds.map((crowd) => crowd.run()));
  const isAtRest = () => Date.now() - killer.oldest() > BREATH_MS;
  const troubling = Promise.all(platforms.map((platform) => platform.trouble?.(random.fork(), isAtRest)));
  await killer.run({ kills: options.kills && Number(options.kills), until: Date.now() + 1000 * Number(options.seconds ?? 150), onKill: (count) => {
    if (count % 25 === 0) console.log(`chaos: ${count} kills, ${sum('sent')} messages, ${sum('waiting')} waiting`);
  } });
  for (const platform of platforms) platform.calm?.();
  for (const crowd of crowds) crowd.stop();
  await Promise.all([talking, troubling]);
  await Promise.all(crowds.map((crowd) => crowd.drain(90_000)));
  killer.release();

  const verdicts = [];
  for (const [i, platform] of platforms.entries()) verdicts.push(await judge({ gateway, platform, talkers: crowds[i], killer }));
  verdicts.forEach(print);
  await gateway.stop().catch((error) => console.log(`chaos: ${error.message}`));
  await Promise.all([provider, ...platforms].map((fake) => fake.close()));
  report(verdicts, gateway, stateDir);
}

function report(verdicts, gateway, stateDir) {
  const checks = verdicts.reduce((count, verdict) => count + verdict.checks.length, 0);
  const failures = verdicts.reduce((count, verdict) => count + verdict.failures.length, 0);
  mkdirSync(path.join(BUILD, 'chaos'), { recursive: true });
  writeFileSync(path.join(BUILD, 'chaos', `${label}.json`), JSON.stringify(verdicts, null, 2));
  if (failures || options.keep) {
    writeFileSync(path.join(BUILD, 'chaos', `${label}.log`), gateway.output);
    console.log(`chaos: state kept in ${stateDir}, the gateway's output in ${path.join(BUILD, 'chaos')}`);
  } else rmSync(stateDir, { recursive: true, force: true });
  console.log(`${checks - failures} passed, ${failures} failed`);
  process.exitCode = failures ? 1 : 0;
}

await main();
