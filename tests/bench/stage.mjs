// A gateway between the fakes, gone when `act` is over.
import { DISCORD_TOKEN, discordChannel } from '../e2e/discord_stage.mjs';
import { Gateway, configuration, eventually, freePort, telegramChannel } from '../e2e/harness.mjs';
import { Fake, script, start, startFakes } from './processes.mjs';

const BOTS = { one: '100001:FAKE-TOKEN-abcdefghijklmnopqrstuvwxyz-one', two: '100002:FAKE-TOKEN-abcdefghijklmnopqrstuvwxyz-two' };

async function between(fakes, options, act) {
  const port = await freePort();
  const gateway = new Gateway({ port, config: configuration({ port, ...fakes, ...options }) });
  try {
    return await act(gateway, fakes);
  } finally {
    await gateway.close();
    await Promise.all(Object.values(fakes).map((fake) => fake.close()));
  }
}

export async function withGateway(options, act) {
  return between(await startFakes(), options, act);
}

// Two bots on Telegram, one on Discord, each listening, behind every wall this machine has.
export async function withThreeAccounts(act) {
  const fakes = await startFakes(Object.values(BOTS).join(','));
  fakes.discord = new Fake(await start(process.execPath, [script('fakes/discord/discord.mjs'), '--port', '0', '--token', DISCORD_TOKEN]));
  fakes.discord.api = `${fakes.discord.url}/api/v10`;
  const accounts = Object.fromEntries(Object.entries(BOTS).map(([name, botToken]) => [name, { ...telegramChannel(fakes.telegram), botToken }]));
  const channels = { telegram: { accounts }, discord: discordChannel(fakes.discord) };
  return between(fakes, { telegram: undefined, more: { channels: { telegram: { enabled: true, ...channels.telegram }, discord: channels.discord } } }, async (gateway) => {
    await gateway.start();
    for (const id of ['telegram:one', 'telegram:two', 'discord', 'agent', 'egress']) await gateway.workerReady(id);
    await eventually(async () => (await fakes.discord.ctl('GET /state')).sessions.some(({ connected }) => connected), 'a session on Discord');
    const workers = await gateway.workers();
    return act(gateway, { ...fakes, walls: [...new Set(workers.map(({ sandbox }) => sandbox))].join(' or ') });
  });
}
