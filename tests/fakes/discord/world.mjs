// Who there is: the bot, people, servers, channels, threads, and what stands in them.
import { ALL_PERMS, CHANNEL, INTENT, isThread, iso, visible } from './values.mjs';

// Application flags of the privileged intents, in the form of a bot that is in few servers.
const GRANTED = [[INTENT.GUILD_PRESENCES, 1 << 13], [INTENT.GUILD_MEMBERS, 1 << 15], [INTENT.MESSAGE_CONTENT, 1 << 19]];

export function world(fake) {
  const { options, snowflake } = fake;

  const grantedFlags = () => GRANTED.reduce((flags, [intent, flag]) => (fake.config.privilegedGranted & intent ? flags | flag : flags), 0);

  function freshWorld() {
    const bot = {
      id: options.botId ?? '900000000000000001', username: options.username ?? 'fakebot', discriminator: '0', global_name: null, avatar: null,
      bot: true, mfa_enabled: false, verified: true, flags: 0, email: null,
    };
    const app = {
      id: options.appId ?? bot.id, name: bot.username, icon: null, description: '', bot_public: true, bot_require_code_grant: false,
      flags: options.appFlags ?? grantedFlags(), verify_key: '00', owner: { id: '1', username: 'owner', discriminator: '0', avatar: null }, team: null, summary: '',
    };
    Object.assign(fake.world, {
      token: options.token ?? 'fake.discord.token', bot, app, users: new Map([[bot.id, bot]]), guilds: new Map(), channels: new Map(), threads: [],
      messages: new Map(), // channel -> Map(message id -> record)
      commands: { global: [], guild: new Map() }, interactions: new Map(), attachments: new Map(), downloads: [], dmBlocked: new Set(), nonces: new Map(),
      typing: [], // {at, channel_id}
    });
    addGuild({
      id: '800000000000000001', name: 'Fake Guild',
      channels: [{ id: '700000000000000001', name: 'general', type: CHANNEL.TEXT }, { id: '700000000000000002', name: 'help', type: CHANNEL.FORUM }],
    });
    for (let i = 2; i <= (options.guilds ?? 1); i++) {
      const end = String(i).padStart(6, '0');
      addGuild({ id: `800000000000${end}`, name: `Guild ${i}`, channels: Array.from({ length: 10 }, (_, n) => ({ id: `71${String(n).padStart(10, '0')}${end}`, name: `channel-${n}` })) });
    }
  }

  // ---------------------------------------------------------------- people and servers
  function user(id, over = {}) {
    const { users } = fake.world;
    const key = String(id);
    if (!users.has(key)) users.set(key, { id: key, username: `user${key.slice(-4)}`, discriminator: '0', global_name: `User ${key.slice(-4)}`, avatar: null, bot: false });
    return Object.assign(users.get(key), over);
  }

  const role = (id, name, more = {}) => ({
    id: String(id), name, permissions: ALL_PERMS.toString(), position: 0, color: 0, hoist: false, managed: false, mentionable: false, flags: 0, icon: null, unicode_emoji: null, ...more,
  });

  function addGuild({ id, name = 'Guild', owner_id = '1000', roles = [], channels = [] }) {
    const guild = {
      id: String(id ?? snowflake()), name, icon: null, owner_id, permissions: ALL_PERMS.toString(), features: [], system_channel_id: null,
      preferred_locale: 'en-US', verification_level: 0, default_message_notifications: 0, explicit_content_filter: 0, mfa_level: 0,
      premium_tier: 0, nsfw_level: 0, afk_timeout: 300, afk_channel_id: null, emojis: [], stickers: [], joined_at: iso(), large: false,
      unavailable: false, system_channel_flags: 0, premium_progress_bar_enabled: false, max_members: 500000, vanity_url_code: null,
      description: null, banner: null, splash: null, discovery_splash: null, application_id: null, rules_channel_id: null,
      public_updates_channel_id: null, safety_alerts_channel_id: null, hub_type: null, roles: [], members: new Map(), channelIds: [], threadIds: [],
    };
    guild.roles = [role(guild.id, '@everyone'), ...roles.map((entry) => role(entry.id, entry.name, entry))];
    fake.world.guilds.set(guild.id, guild);
    member(guild, fake.world.bot.id);
    for (const channel of channels) addChannel({ ...channel, guild_id: guild.id });
    return guild;
  }

  function member(guild, id, over = {}) {
    const key = String(id);
    if (!guild.members.has(key)) {
      guild.members.set(key, { user: user(key), nick: null, roles: [], joined_at: iso(), deaf: false, mute: false, flags: 0, avatar: null, pending: false, communication_disabled_until: null });
    }
    return Object.assign(guild.members.get(key), over);
  }

  // As GET /guilds/:id tells it, and as GUILD_CREATE does.
  const plainGuild = ({ members, channelIds, threadIds, ...rest }) => rest;
  const fullGuild = (guild) => ({
    ...plainGuild(guild), member_count: guild.members.size, members: [...guild.members.values()], channels: guild.channelIds.map((id) => visible(fake.world.channels.get(id))),
    threads: guild.threadIds.map((id) => visible(fake.world.channels.get(id))), presences: [], voice_states: [], stage_instances: [], guild_scheduled_events: [], soundboard_sounds: [],
  });

  // ---------------------------------------------------------------- channels
  function keep(channel) {
    fake.world.channels.set(channel.id, channel);
    fake.world.messages.set(channel.id, new Map());
    return channel;
  }

  function addChannel({ id, type = CHANNEL.TEXT, name, guild_id, parent_id = null, topic = null, botPerms, permission_overwrites = [] }) {
    const channel = keep({
      id: String(id ?? snowflake()), type, name, guild_id, position: 0, permission_overwrites, topic, nsfw: false, last_message_id: null,
      parent_id, rate_limit_per_user: 0, flags: 0, _botPerms: botPerms === undefined ? ALL_PERMS : BigInt(botPerms),
    });
    if (type === CHANNEL.FORUM) Object.assign(channel, { available_tags: [], default_reaction_emoji: null, default_sort_order: null, default_forum_layout: 0 });
    fake.world.guilds.get(guild_id)?.channelIds.push(channel.id);
    return channel;
  }

  function dmChannel(userId) {
    for (const channel of fake.world.channels.values()) if (channel.type === CHANNEL.DM && channel.recipients[0].id === String(userId)) return channel;
    return keep({ id: snowflake(), type: CHANNEL.DM, last_message_id: null, flags: 0, recipients: [user(userId)], _botPerms: ALL_PERMS });
  }

  function addThread(parent, { name, type = CHANNEL.PUBLIC_THREAD, messageId, ownerId }) {
    const now = iso();
    const thread = keep({
      id: messageId ?? snowflake(), type, name: String(name).slice(0, 100), guild_id: parent.guild_id, parent_id: parent.id, owner_id: ownerId,
      last_message_id: null, message_count: 0, member_count: 1, total_message_sent: 0, rate_limit_per_user: 0, flags: 0,
      thread_metadata: { archived: false, auto_archive_duration: 1440, archive_timestamp: now, locked: false, create_timestamp: now }, _botPerms: parent._botPerms,
    });
    fake.world.guilds.get(parent.guild_id).threadIds.push(thread.id);
    fake.dispatch('THREAD_CREATE', { ...visible(thread), newly_created: true }, INTENT.GUILDS);
    return thread;
  }

  // ---------------------------------------------------------------- messages
  const mentionsIn = (content) => [...new Set([...content.matchAll(/<@!?(\d+)>/g)].map((found) => found[1]))].map((id) => user(id));

  function makeMessage(channel, author, body) {
    const content = body.content ?? '';
    const message = {
      id: snowflake(), channel_id: channel.id, author, content, timestamp: iso(), edited_timestamp: null, tts: false,
      mention_everyone: /@everyone|@here/.test(content), mentions: mentionsIn(content), mention_roles: [...content.matchAll(/<@&(\d+)>/g)].map((found) => found[1]),
      attachments: body.attachments ?? [], embeds: body.embeds ?? [], pinned: false, type: body.type ?? 0, flags: body.flags ?? 0, components: body.components ?? [],
    };
    if (body.nonce !== undefined) message.nonce = body.nonce;
    if (body.webhook_id) message.webhook_id = body.webhook_id;
    if (body.webhook_id === fake.world.app.id) message.application_id = body.webhook_id; // a person's hook has none
    if (body.message_reference?.message_id) refer(channel, message, body);
    if (body.poll) message.poll = body.poll;
    if (body.sticker_ids) message.sticker_items = body.sticker_ids.map((id) => ({ id, name: 'sticker', format_type: 1 }));
    fake.world.messages.get(channel.id).set(message.id, { msg: message, edits: [], deleted: false, at: Date.now(), us: fake.monotonicUs(), reactions: new Map(), allowed_mentions: body.allowed_mentions });
    channel.last_message_id = message.id;
    if (isThread(channel)) { channel.message_count++; channel.total_message_sent++; }
    return message;
  }

  // A reply shows what it answers, and mentions whom it answers unless told not to; a forward (type 1) does neither.
  function refer(channel, message, { message_reference: reference, allowed_mentions }) {
    const type = reference.type ?? 0;
    message.message_reference = { type, channel_id: reference.channel_id ?? channel.id, message_id: String(reference.message_id), ...(channel.guild_id ? { guild_id: channel.guild_id } : {}) };
    if (type !== 0) return;
    message.type = 19;
    const target = fake.world.messages.get(message.message_reference.channel_id)?.get(String(reference.message_id));
    message.referenced_message = target && !target.deleted ? target.msg : null;
    const author = message.referenced_message?.author;
    if (author && allowed_mentions?.replied_user !== false && !message.mentions.some(({ id }) => id === author.id)) message.mentions.push(author);
  }

  // As an event tells it.
  function eventMessage(channel, message) {
    const guild = channel.guild_id && fake.world.guilds.get(channel.guild_id);
    if (!guild) return { ...message, channel_type: channel.type };
    const { user: _, ...rest } = member(guild, message.author.id);
    return { ...message, guild_id: channel.guild_id, channel_type: channel.type, ...(message.webhook_id ? {} : { member: rest }) };
  }
  const messageIntent = (channel) => (channel.guild_id ? INTENT.GUILD_MESSAGES : INTENT.DIRECT_MESSAGES);
  const place = (channel) => ({ channel_id: channel.id, ...(channel.guild_id ? { guild_id: channel.guild_id } : {}) });
  const announce = (type, channel, message) => fake.dispatch(type, eventMessage(channel, message), messageIntent(channel));

  return { freshWorld, user, addGuild, member, plainGuild, fullGuild, addChannel, dmChannel, addThread, makeMessage, messageIntent, place, announce };
}
