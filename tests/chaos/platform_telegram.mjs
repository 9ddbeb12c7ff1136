// Telegram as the chaos tests see it: people who write, what stands in their chats, what the platform knows of it all.
import { startFakeTelegram } from '../fakes/telegram/telegram.mjs';
import { BOT_TOKEN, telegramChannel } from '../e2e/harness.mjs';

const chatOf = (person) => 60_000 + person;

// What Talkers need: to write as a person, and to see what stands in a person's chat.
export function telegramTalk(telegram) {
  const [bot] = telegram.bots.values();
  return {
    name: 'telegram', until: telegram.until,
    // The event by which `explain` knows the message.
    say: async (person, text) => ({ event: (await telegram.ctl('POST /message', { chat_id: chatOf(person), text })).update_id }),
    // Read from the record directly: asking over its control routes for every call would slow it down.
    said: (person) => [...(bot.chats.get(chatOf(person))?.messages.values() ?? [])].filter((entry) => entry.outgoing && !entry.deleted)
      .map((entry) => ({ text: entry.msg.text, at: entry.edits.at(-1)?.at ?? entry.at })),
  };
}

export async function telegramPlatform() {
  // The network takes a moment both ways, so that sends really are in flight when a kill comes.
  const telegram = await startFakeTelegram({ port: 0, tokens: [BOT_TOKEN], username: 'fake_bot', config: { latencyMs: 15 } });
  // Pacing is off, so that what is measured is the gateway and not the platform's limits.
  const channel = telegramChannel(telegram, { streaming: { mode: 'partial' }, pacing: { chatPer3Seconds: 0, groupPerMinute: 0, botPerSecond: 0 } });
  return {
    ...telegramTalk(telegram), worker: 'openclaw-worker-telegram', channel, close: telegram.close,
    // How often an answer may stand, as `explain` tells: once, and once more for every sending that a kill hid.
    mayStand: async (gateway, { event }) => {
      const { code, stdout } = await gateway.cli('explain', String(event), '--json').catch(() => ({ code: 1, stdout: '' }));
      if (code !== 0) return 1;
      return Math.max(1, ...JSON.parse(stdout).outbox.map((row) => (row.maybeDuplicate ? 1 + Math.max(1, row.repeats) : 1)));
    },
    checks: async () => {
      const audit = () => telegram.ctl('GET /updates', {}, { summary: '1' });
      const isConfirmed = async () => { const { confirmed, total } = await audit(); return confirmed === total; };
      const confirmed = await telegram.until(isConfirmed, 10_000).catch(() => false); // by the next poll
      return [['every update was confirmed and none expired', confirmed && (await audit()).lost === 0]];
    },
  };
}
