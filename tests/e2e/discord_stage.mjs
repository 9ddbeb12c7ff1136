// A gateway whose channel is Discord: the fake platform, the fake model and a ready gateway between them, and chats as the
// people in them see them.
import { after, before } from 'node:test';
import { startFakeDiscord } from '../fakes/discord/discord.mjs';
import { startFakeProvider } from '../fakes/provider/provider.mjs';
import { Gateway, configuration, eventually, freePort } from './harness.mjs';

export const DISCORD_TOKEN = 'OTAwMDAwMDAwMDAwMDAwMDAx.FAKE.token-abcdefghijklmnopqrstuvwxyz01';
export const BOT_ID = '900000000000000001';
export const SERVER = '800000000000000001';
export const GENERAL = '700000000000000001';
export const FORUM = '700000000000000002';
export const MENTION = `<@${BOT_ID}>`;

// One server, whose members may speak where they name the bot; anybody may write to it directly.
export function discordChannel(discord, more = {}) {
  return { enabled: true, token: DISCORD_TOKEN, apiRoot: discord.api, dmPolicy: 'open', allowFrom: ['*'], groupPolicy: 'open', guilds: { [SERVER]: { requireMention: true } }, ...more };
}

// isSilent: its worker will not listen to the platform.
export async function discordStage(t, { channel, more = {}, discord: discordOptions, provider: providerOptions, start = true, isSilent = false, ...options } = {}) {
  const discord = await startFakeDiscord({ port: 0, token: DISCORD_TOKEN, ...discordOptions });
  const provider = await startFakeProvider({ port: 0, ...providerOptions });
  const port = await freePort();
  const config = configuration({ port, provider, more: { ...more, channels: { discord: discordChannel(discord, channel), ...more.channels } } });
  const gateway = new Gateway({ config, port, ...options });
  const leave = async () => {
    await gateway.close();
    await Promise.all([discord.close(), provider.close()]);
  };
  t.after(leave);
  if (start) await gateway.start().then(() => isSilent || isListening(discord)).catch(async (error) => { await leave(); throw error; });
  return {
    discord, provider, gateway,
    direct: (from_id) => new DiscordChat(discord, { from_id: String(from_id) }),
    room: (channel_id, defaults) => new DiscordChat(discord, { channel_id, ...defaults }),
  };
}

export function sharedDiscordStage(options) {
  const scene = {};
  const leave = [];
  before(async () => Object.assign(scene, await discordStage({ after: (step) => leave.push(step) }, options)));
  after(async () => { for (const step of leave) await step(); });
  return scene;
}

// A connection with a session stands.
export const isListening = (discord, timeout = 20_000) => discord.until(() => [...discord.sessions.values()].some(({ connection }) => connection), timeout)
  .catch(() => { throw new Error(`no session at the fake Discord within ${timeout} ms`); });

// The session that stands now, as the fake sees it.
export const session = async (discord) => (await discord.ctl('GET /state')).sessions.find(({ connected }) => connected);

export const frames = async (discord, query) => (await discord.ctl('GET /gw/log', {}, query)).log;
export const calls = async (discord, query) => (await discord.ctl('GET /calls', {}, query)).calls;
export const sends = (discord, channel_id, more = {}) => calls(discord, { method: 'POST', path: `^/channels/${channel_id}/messages$`, ...more });

export const listed = (gateway, account = 'default') => eventually(async () => (await gateway.call('channels.status')).channelAccounts.discord?.find(({ accountId }) => accountId === account), `discord account ${account} in channels.status`);

export class DiscordChat {
  constructor(discord, place) {
    Object.assign(this, { discord, place });
  }

  async say(content, more = {}) { return this.discord.ctl('POST /message', { ...this.place, content, ...more }); }

  async messages() {
    const { channel_id, from_id } = this.place;
    return (await this.discord.ctl('GET /chat', {}, channel_id ? { channel_id } : { user_id: from_id })).messages;
  }

  async id() { return this.place.channel_id ?? (await this.discord.ctl('GET /chat', {}, { user_id: this.place.from_id })).channel.id; }

  async answers() { return (await this.messages()).filter((message) => message.bot && !message.deleted); }

  // The first standing message of the bot, after message `after`, that `wanted` (text, pattern or function) describes.
  async answer(wanted, { after: since = '0', timeout = 20_000 } = {}) {
    const fits = typeof wanted === 'function' ? wanted : wanted instanceof RegExp ? (message) => wanted.test(message.content) : (message) => message.content === wanted;
    try {
      return await this.discord.until(async () => (await this.answers()).find((message) => BigInt(message.id) > BigInt(since) && fits(message)), timeout);
    } catch (error) {
      const seen = (await this.messages()).map((message) => `${message.author} ${message.id}${message.deleted ? ' deleted' : ''}: ${message.content.slice(0, 200)}`);
      throw new Error(`no answer like ${wanted} in ${JSON.stringify(this.place)} within ${timeout} ms; the chat:\n${seen.join('\n')}`, { cause: error });
    }
  }

  // Says something and waits for an answer that fits.
  async ask(content, wanted, options) {
    const { message_id: since } = await this.say(content, options?.message);
    return this.answer(wanted, { after: since, ...options });
  }
}

// A command of a person's: what they see of it, once `fits`.
export async function command(discord, name, { fits = () => true, timeout = 20_000, ...more } = {}) {
  const { interaction_id: id } = await discord.ctl('POST /interaction', { name, ...more });
  return discord.until(async () => { const view = await discord.ctl('GET /interaction', {}, { id }); return fits(view) && view; }, timeout);
}
