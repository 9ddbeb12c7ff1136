// Discord as the chaos tests see it, with troubles of its own: connections that are ended in every way, sessions that are
// lost, heartbeats that nobody acknowledges, limits, requests whose answer gets lost. An enforced nonce lets nothing stand twice.
import { startFakeDiscord } from '../fakes/discord/discord.mjs';
import { pause } from '../e2e/harness.mjs';
import { DISCORD_TOKEN, MENTION, SERVER, discordChannel, isListening } from '../e2e/discord_stage.mjs';

const personId = (person) => String(60_000 + person);
const IDENTIFY_APART = 4700; // API reference, max_concurrency: 5000; as they arrive, one may be held up on its way
const SESSION_LOST_EVERY = 20_000; // ms: the budget of IDENTIFYs is not what is tested here
const GAP = 2500; // ms between two troubles, about

export async function discordPlatform() {
  const discord = await startFakeDiscord({
    port: 0, token: DISCORD_TOKEN,
    config: { latencyMs: 15, heartbeatInterval: 2000, heartbeatGraceFactor: 15, rest: { messageSend: { limit: 20, windowMs: 1000 }, globalPerSec: 200, fallback: { limit: 100, windowMs: 1000 } } },
  });
  const rooms = new Map(); // half of the people write in rooms of their own
  for (let i = 1; i < 100; i += 2) rooms.set(i, (await discord.ctl('POST /channel', { guild_id: SERVER, name: `room ${i}` })).channel.id);
  const channels = new Map(); // person → channel, once known

  async function say(person, text) {
    const room = rooms.get(person);
    const { channel_id, message_id } = await discord.ctl('POST /message', room ? { channel_id: room, from_id: personId(person), content: `${MENTION} ${text}` } : { from_id: personId(person), content: text });
    channels.set(person, channel_id);
    return { event: message_id };
  }

  const said = (person) => [...(discord.world.messages.get(channels.get(person))?.values() ?? [])].filter(({ msg, deleted }) => msg.author.id === discord.world.bot.id && !deleted)
    .map(({ msg, at, edits }) => ({ text: msg.content, at: edits.at(-1)?.at ?? at }));

  const apart = () => Math.min(Infinity, ...discord.identifies.slice(1).map((at, i) => at - discord.identifies[i]));
  const troubles = startTroubles(discord);

  return {
    name: 'discord', worker: 'openclaw-worker-discord', channel: discordChannel(discord, { streaming: { mode: 'partial' } }), until: discord.until, say, said,
    ready: () => isListening(discord), // what was said before a bot's first session is not for it to know
    mayStand: async () => 1, trouble: troubles.run, calm: troubles.calm,
    note: () => `discord: ${discord.identifies.length} IDENTIFYs, ${discord.attempts.length} connections, troubles ${JSON.stringify(troubles.counts)}`,
    checks: async () => [
      [`IDENTIFYs keep their distance (the shortest ${apart()} ms)`, apart() >= IDENTIFY_APART],
      ['no more IDENTIFYs than a day has', discord.identifies.length <= 900],
      ['few requests were refused', (await discord.ctl('GET /state')).refusals < 500],
    ],
    close: discord.close,
  };
}

function startTroubles(discord) {
  const counts = {};
  let isCalm = false;
  let lostAt = 0;
  const fault = (wanted) => discord.ctl('POST /faults', { path: 'messages', ...wanted });
  const KINDS = {
    reconnect: () => discord.ctl('POST /gw/reconnect'),
    invalid_resumable: () => discord.ctl('POST /gw/invalid-session', { resumable: true }),
    cut: () => discord.ctl('POST /gw/terminate'),
    close: () => discord.ctl('POST /gw/close', { code: 4000 }),
    silent: async () => {
      await discord.ctl('POST /gateway-mode', { ackHeartbeats: false });
      await pause(4500); // two heartbeats, and a moment
      await discord.ctl('POST /gateway-mode', { ackHeartbeats: true });
    },
    session_lost: async () => {
      if (Date.now() - lostAt < SESSION_LOST_EVERY) return KINDS.cut();
      lostAt = Date.now();
      const { connections } = await discord.ctl('POST /gw/invalid-session', { resumable: false });
      if (!connections) await discord.ctl('POST /gw/expire-sessions'); // it was away for a moment
    },
    limited: () => fault({ kind: '429', scope: 'shared', retry_after: 0.5, times: 3 }),
    limited_everywhere: () => fault({ kind: 'global429', retry_after: 0.5 }),
    server_error: () => fault({ kind: 'html', status: 502, times: 2 }),
    lost_answer: () => fault({ method: 'POST', kind: 'dropReply' }),
    reset: () => fault({ kind: 'reset' }),
  };

  // Until calm() is called; while somebody waits too long, the platform has no troubles either: after each its worker
  // waits longer, and nobody would be answered soon enough for the kills to go on.
  async function run(random, isAtRest) {
    while (!isCalm) {
      await pause(random.between(0.4, 1.6) * GAP);
      if (isCalm) break;
      if (isAtRest()) continue;
      const kind = random.pick(Object.keys(KINDS));
      counts[kind] = (counts[kind] ?? 0) + 1;
      await KINDS[kind]();
    }
    await discord.ctl('DELETE /faults');
    await discord.ctl('POST /gateway-mode', { ackHeartbeats: true });
  }

  return { run, calm: () => { isCalm = true; }, counts };
}
