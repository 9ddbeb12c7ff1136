// The routes of REST v10 that a bot of a gateway uses, but for interactions.
import { ApiError, INTENT, PERM, badForm, cannotDm, iso, isThread, missingAccess, newer, unknown, visible } from './values.mjs';

export function routes(fake) {
  const { route, channelOf, recordOf, need } = fake;
  const { config } = fake;

  // ---------------------------------------------------------------- the bot and people
  const gateway = () => `${fake.socketUrl()}/gateway`;
  route('GET', '/gateway', () => ({ url: gateway() }), { open: true });
  route('GET', '/gateway/bot', () => ({ url: gateway(), shards: config.shards, session_start_limit: { ...config.sessionStart } }));
  route('GET', '/users/@me', () => fake.world.bot);
  route('PATCH', '/users/@me', ({ body }) => Object.assign(fake.world.bot, body.username ? { username: body.username } : {}));
  route('GET', '/users/@me/guilds', () => [...fake.world.guilds.values()].map(({ id, name, permissions }) => ({ id, name, icon: null, owner: false, permissions, features: [] })));
  route('GET', '/users/:id', ({ params }) => {
    const found = fake.world.users.get(params.id);
    if (!found) throw unknown('User', 10013);
    return found;
  });
  route('POST', '/users/@me/channels', ({ body }) => {
    if (!/^\d+$/.test(body.recipient_id ?? '')) throw badForm('recipient_id', 'BASE_TYPE_REQUIRED', 'This field is required');
    if (body.recipient_id === fake.world.bot.id) throw cannotDm();
    return visible(fake.dmChannel(body.recipient_id));
  });
  for (const path of ['/oauth2/applications/@me', '/applications/@me']) {
    route('GET', path, () => ({ ...fake.world.app, bot: fake.world.bot, redirect_uris: [], interactions_endpoint_url: null, approximate_guild_count: fake.world.guilds.size }));
  }

  // ---------------------------------------------------------------- channels and messages
  route('GET', '/channels/:id', ({ params }) => visible(channelOf(params.id)));
  route('PATCH', '/channels/:id', ({ params, body }) => fake.updateChannel(channelOf(params.id), body));
  route('DELETE', '/channels/:id', ({ params }) => {
    const channel = channelOf(params.id);
    fake.world.channels.delete(params.id);
    fake.dispatch(isThread(channel) ? 'THREAD_DELETE' : 'CHANNEL_DELETE', visible(channel), INTENT.GUILDS);
    return visible(channel);
  });
  route('GET', '/channels/:id/messages', ({ params, query }) => {
    const channel = channelOf(params.id);
    if (channel.guild_id && !(channel._botPerms & PERM.READ_MESSAGE_HISTORY)) return [];
    const most = Math.min(100, Number(query.limit) || 50);
    const all = [...fake.world.messages.get(channel.id).values()].filter(({ deleted }) => !deleted).map(({ msg }) => msg).sort((a, b) => newer(a.id, b.id));
    if (query.after) return all.filter(({ id }) => BigInt(id) > BigInt(query.after)).slice(-most); // the oldest of them, newest first
    if (query.around) { const at = all.findIndex(({ id }) => id === query.around); return all.slice(Math.max(0, at - most / 2), at + most / 2); }
    return (query.before ? all.filter(({ id }) => BigInt(id) < BigInt(query.before)) : all).slice(0, most);
  });
  route('POST', '/channels/:id/messages', ({ params, body, files, record }) => {
    const { message, isRepeat } = fake.createMessage(channelOf(params.id), body, files);
    record.isRepeat = !!isRepeat; // of an enforced nonce
    return message;
  });
  route('POST', '/channels/:id/messages/bulk-delete', ({ params, body }) => {
    for (const id of body.messages ?? []) fake.deleteMessage(channelOf(params.id), id);
    return null;
  });
  const pinned = (id) => [...fake.world.messages.get(channelOf(id).id).values()].filter(({ msg }) => msg.pinned).map(({ msg }) => msg);
  route('GET', '/channels/:id/pins', ({ params }) => pinned(params.id));
  route('GET', '/channels/:id/messages/pins', ({ params }) => ({ items: pinned(params.id).map((message) => ({ pinned_at: iso(), message })), has_more: false }));
  for (const path of ['/channels/:id/pins/:message', '/channels/:id/messages/pins/:message']) {
    route('PUT', path, ({ params }) => { recordOf(params.id, params.message).msg.pinned = true; return null; });
    route('DELETE', path, ({ params }) => { recordOf(params.id, params.message).msg.pinned = false; return null; });
  }
  route('GET', '/channels/:id/messages/:message', ({ params }) => recordOf(channelOf(params.id).id, params.message).msg);
  route('PATCH', '/channels/:id/messages/:message', ({ params, body, files }) => fake.editMessage(channelOf(params.id), recordOf(params.id, params.message), body, files));
  route('DELETE', '/channels/:id/messages/:message', ({ params }) => { fake.deleteMessage(channelOf(params.id), params.message); return null; });
  route('POST', '/channels/:id/typing', ({ params }) => { fake.world.typing.push({ at: Date.now(), channel_id: channelOf(params.id).id }); return null; });

  route('POST', '/attachments/refresh-urls', ({ body }) => {
    const urls = body.attachment_urls ?? [];
    if (urls.length < 1 || urls.length > 50) throw badForm('attachment_urls', 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 50 in length.');
    return { refreshed_urls: urls.map(fake.refreshed) };
  });

  // ---------------------------------------------------------------- reactions
  const OF_A_MESSAGE = '/channels/:id/messages/:message/reactions';
  route('PUT', `${OF_A_MESSAGE}/:emoji/@me`, ({ params }) => {
    need(channelOf(params.id), PERM.ADD_REACTIONS, PERM.READ_MESSAGE_HISTORY);
    const emoji = decodeURIComponent(params.emoji);
    if (/^[\w ]+$/.test(emoji)) throw new ApiError(400, 10014, 'Unknown Emoji');
    const { reactions } = recordOf(params.id, params.message);
    reactions.set(emoji, (reactions.get(emoji) ?? new Set()).add(fake.world.bot.id));
    return null;
  });
  route('DELETE', `${OF_A_MESSAGE}/:emoji/:user`, ({ params }) => {
    channelOf(params.id);
    recordOf(params.id, params.message).reactions.get(decodeURIComponent(params.emoji))?.delete(params.user === '@me' ? fake.world.bot.id : params.user);
    return null;
  });
  route('DELETE', OF_A_MESSAGE, ({ params }) => { recordOf(params.id, params.message).reactions.clear(); return null; });
  route('GET', `${OF_A_MESSAGE}/:emoji`, ({ params }) => [...(recordOf(params.id, params.message).reactions.get(decodeURIComponent(params.emoji)) ?? [])].map((id) => fake.user(id)));

  // ---------------------------------------------------------------- threads
  route('POST', '/channels/:id/messages/:message/threads', ({ params, body, record }) => { record.created = true; return fake.startThreadAt(channelOf(params.id), params.message, body); });
  route('POST', '/channels/:id/threads', ({ params, body, files, record }) => { record.created = true; return fake.startThread(channelOf(params.id), body, files); });
  route('GET', '/channels/:id/thread-members', () => []);
  route('PUT', '/channels/:id/thread-members/:user', () => null);
  route('GET', '/channels/:id/threads/archived/public', () => ({ threads: [], members: [], has_more: false }));

  // ---------------------------------------------------------------- servers
  const guildOf = (id) => { const guild = fake.world.guilds.get(id); if (!guild) throw missingAccess(); return guild; };
  const membersOf = (id) => [...guildOf(id).members.values()];
  route('GET', '/guilds/:id', ({ params }) => fake.plainGuild(guildOf(params.id)));
  route('GET', '/guilds/:id/channels', ({ params }) => guildOf(params.id).channelIds.map((id) => visible(fake.world.channels.get(id))));
  route('GET', '/guilds/:id/threads/active', ({ params }) => ({ threads: guildOf(params.id).threadIds.map((id) => visible(fake.world.channels.get(id))), members: [] }));
  route('GET', '/guilds/:id/roles', ({ params }) => guildOf(params.id).roles);
  route('GET', '/guilds/:id/emojis', () => []);
  route('GET', '/guilds/:id/members', ({ params }) => membersOf(params.id));
  route('GET', '/guilds/:id/members/search', ({ params, query }) => membersOf(params.id).filter(({ user, nick }) => user.username.startsWith(query.query) || nick?.startsWith(query.query)));
  route('GET', '/guilds/:id/members/:user', ({ params }) => {
    const found = guildOf(params.id).members.get(params.user === '@me' ? fake.world.bot.id : params.user);
    if (!found) throw unknown('Member', 10007);
    return found;
  });

  // ---------------------------------------------------------------- commands
  function command(body, guild, old) {
    if (!/^[-_'\p{L}\p{N}]{1,32}$/u.test(body.name ?? '')) throw badForm('name', 'APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid');
    const length = body.description?.length ?? 0;
    if ((body.type ?? 1) === 1 && (length < 1 || length > 100)) throw badForm('description', 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 100 in length.');
    return {
      options: [], default_member_permissions: null, dm_permission: true, nsfw: false, ...body, type: body.type ?? 1, id: old?.id ?? fake.snowflake(),
      application_id: fake.world.app.id, version: fake.snowflake(), ...(guild ? { guild_id: guild } : {}),
    };
  }
  const listOf = (guild) => (guild ? fake.world.commands.guild.get(guild) ?? [] : fake.world.commands.global);
  const keep = (guild, list) => { if (guild) fake.world.commands.guild.set(guild, list); else fake.world.commands.global = list; return list; };
  for (const path of ['/applications/:app/commands', '/applications/:app/guilds/:guild/commands']) {
    route('GET', path, ({ params }) => listOf(params.guild));
    route('PUT', path, ({ params: { guild }, body }) => {
      if (body.length > 100) throw new ApiError(400, 30032, 'Maximum number of application commands reached (100)');
      return keep(guild, body.map((entry) => command(entry, guild, listOf(guild).find(({ name }) => name === entry.name))));
    });
    route('POST', path, ({ params: { guild }, body, record }) => {
      const old = listOf(guild).find(({ name, type }) => name === body.name && type === (body.type ?? 1));
      const made = command(body, guild, old);
      keep(guild, [...listOf(guild).filter((entry) => entry !== old), made]);
      record.created = !old;
      return made;
    });
    route('PATCH', `${path}/:command`, ({ params, body }) => {
      const found = listOf(params.guild).find(({ id }) => id === params.command);
      if (!found) throw unknown('application command', 10063);
      return Object.assign(found, body);
    });
    route('DELETE', `${path}/:command`, ({ params }) => { keep(params.guild, listOf(params.guild).filter(({ id }) => id !== params.command)); return null; });
  }

  return {};
}
