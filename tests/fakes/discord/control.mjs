// The test's side: everything under /_ctl. README.md lists the routes.
import { ALL_PERMS, INTENT, isThread, visible } from './values.mjs';

export function control(fake) {
  const { config } = fake;
  const loads = new Map();
  const channel = (id) => { const found = fake.world.channels.get(String(id)); if (!found) throw new Error(`no channel ${id}`); return found; };
  const inGuild = (place, guild, direct) => (place.guild_id ? guild : direct);

  // ---------------------------------------------------------------- what people do
  // A person writes, in a channel or (without one) in the conversation with the bot.
  function inject(wanted) {
    const where = wanted.channel_id ? channel(wanted.channel_id) : fake.dmChannel(wanted.from_id ?? '1001');
    const author = fake.user(wanted.from_id ?? where.recipients?.[0].id ?? '1001', { ...(wanted.bot ? { bot: true } : {}), ...wanted.from });
    if (where.guild_id) fake.member(fake.world.guilds.get(where.guild_id), author.id, wanted.member);
    const files = (wanted.attachments ?? []).map(({ filename = 'file.bin', mime, base64, size = 10 }, i) => ({ id: String(i), filename, mime, data: base64 ? Buffer.from(base64, 'base64') : Buffer.alloc(size, 'x') }));
    const { content = '', embeds, sticker_ids, type, poll, webhook_id, reply_to, forward } = wanted;
    const message_reference = reply_to ? { message_id: reply_to } : forward ? { type: 1, ...forward } : undefined;
    const message = fake.makeMessage(where, author, { content, embeds, sticker_ids, type, poll, webhook_id, message_reference, attachments: fake.storeFiles(where, files) });
    if (wanted.message_snapshots) message.message_snapshots = wanted.message_snapshots;
    fake.audit.set(message.id, { id: message.id, at: Date.now(), us: fake.monotonicUs(), channel_id: where.id, content, dispatches: [] });
    fake.announce('MESSAGE_CREATE', where, message);
    return { ok: true, message_id: message.id, channel_id: where.id, message };
  }

  function react({ channel_id, message_id, from_id = '1001', emoji = '👍', remove = false }) {
    const where = channel(channel_id);
    const { msg, reactions } = fake.recordOf(where.id, message_id);
    const who = String(from_id);
    const set = reactions.get(emoji) ?? new Set();
    reactions.set(emoji, set);
    if (remove) set.delete(who); else set.add(who);
    const more = where.guild_id ? { member: fake.member(fake.world.guilds.get(where.guild_id), who) } : {};
    const data = { user_id: who, message_id: msg.id, emoji: { id: null, name: emoji }, type: 0, burst: false, message_author_id: msg.author.id, ...fake.place(where), ...more };
    fake.dispatch(remove ? 'MESSAGE_REACTION_REMOVE' : 'MESSAGE_REACTION_ADD', data, inGuild(where, INTENT.GUILD_MESSAGE_REACTIONS, INTENT.DIRECT_MESSAGE_REACTIONS));
    return { ok: true };
  }

  // `count` messages at `rate` a second, "{n}" in the text is the number; 0: all at once.
  function load({ count = 100, rate = 10, channel_id, channel_ids = [channel_id], from_id, content = 'load {n}' }) {
    const entry = { id: `load${loads.size + 1}`, sent: 0, count, startedAt: Date.now(), doneAt: null, ids: [] };
    loads.set(entry.id, entry);
    const tick = () => {
      const due = rate ? Math.min(count, Math.floor((Date.now() - entry.startedAt) / 1000 * rate) + 1) : count;
      for (; entry.sent < due; entry.sent++) entry.ids.push(inject({ channel_id: channel_ids[entry.sent % channel_ids.length], from_id, content: content.replaceAll('{n}', entry.sent) }).message_id);
      if (entry.sent >= count) entry.doneAt = Date.now();
      else entry.timer = setTimeout(tick, Math.max(1, Math.min(50, 1000 / rate)));
    };
    tick();
    return { ok: true, id: entry.id };
  }

  const stopLoads = () => { for (const { timer } of loads.values()) clearTimeout(timer); loads.clear(); };

  const viewRecord = ({ msg, deleted, edits, at, us, reactions, allowed_mentions }) => ({
    id: msg.id, author: msg.author.username, bot: msg.author.id === fake.world.bot.id, content: msg.content, deleted, edits: edits.length, editLog: edits, at, us, embeds: msg.embeds,
    components: msg.components, attachments: msg.attachments, reply_to: msg.message_reference?.message_id, flags: msg.flags, nonce: msg.nonce, allowed_mentions,
    reactions: Object.fromEntries([...reactions].map(([emoji, people]) => [emoji, [...people]])),
  });

  const viewState = () => ({
    ok: true, now: Date.now(), bot: fake.world.bot, lastSeq: fake.callSeq, lastGw: fake.gatewaySeq, refusals: fake.refusals(), sessionStart: config.sessionStart, faults: fake.faults, mode: fake.mode,
    sessions: [...fake.sessions.values()].map(({ id, seq, intents, connection, buffer, resumes, presence }) => ({ id, seq, intents, connected: !!connection, buffered: buffer.length, resumes, presence })),
    connections: [...fake.live].map(({ id, compress, session }) => ({ id, compress, session: session?.id })), identifies: fake.identifies.length, attempts: fake.attempts.length,
    guilds: [...fake.world.guilds.values()].map(({ id, name, channelIds, threadIds }) => ({ id, name, channels: channelIds, threads: threadIds })),
    commands: { global: fake.world.commands.global.length, guild: Object.fromEntries([...fake.world.commands.guild].map(([id, list]) => [id, list.length])) },
  });

  function reset() {
    stopLoads();
    fake.eachConnection(({ socket }) => socket.terminate());
    fake.endSessions();
    fake.forget();
    fake.forgetLimits();
    fake.faults.length = 0;
    Object.assign(fake.mode, fake.freshMode());
    config.sessionStart.remaining = config.sessionStart.total;
    fake.freshWorld();
    return { ok: true };
  }

  const ctl = {
    'GET /state': viewState,
    'POST /config': (wanted) => ({ ok: true, config: fake.merge(config, wanted) }),
    'POST /reset': reset,

    'POST /guild': (wanted) => { const guild = fake.addGuild(wanted); fake.dispatch('GUILD_CREATE', fake.fullGuild(guild), INTENT.GUILDS); return { ok: true, id: guild.id }; },
    'POST /channel': (wanted) => { const made = visible(fake.addChannel(wanted)); fake.dispatch('CHANNEL_CREATE', made, INTENT.GUILDS); return { ok: true, channel: made }; },
    'POST /thread': ({ channel_id, name = 'thread', from_id = '1001' }) => ({ ok: true, thread_id: fake.addThread(channel(channel_id), { name, ownerId: from_id }).id }),
    'POST /perms': ({ channel_id, perms = ALL_PERMS }) => { channel(channel_id)._botPerms = BigInt(perms); return { ok: true }; },
    'POST /dm-block': ({ user_id, blocked = true }) => { if (blocked) fake.world.dmBlocked.add(String(user_id)); else fake.world.dmBlocked.delete(String(user_id)); return { ok: true }; },
    'POST /member': ({ guild_id, user_id, roles = [], nick = null }) => ({ ok: true, member: fake.member(fake.world.guilds.get(String(guild_id)), user_id, { roles, nick }) }),

    'POST /message': inject,
    'POST /edit': ({ channel_id, message_id, content }) => { const where = channel(channel_id); fake.change(where, fake.recordOf(where.id, message_id), { content }); return { ok: true }; },
    'POST /delete': ({ channel_id, message_id }) => { fake.deleteMessage(channel(channel_id), message_id); return { ok: true }; },
    'POST /reaction': react,
    'POST /typing': ({ channel_id, from_id = '1001' }) => {
      const where = channel(channel_id);
      fake.dispatch('TYPING_START', { user_id: String(from_id), timestamp: Math.floor(Date.now() / 1000), ...fake.place(where) }, inGuild(where, INTENT.GUILD_MESSAGE_TYPING, INTENT.DIRECT_MESSAGE_TYPING));
      return { ok: true };
    },
    'POST /cdn/expire': () => { for (const attachment of fake.world.attachments.values()) attachment.issue++; return { ok: true }; },
    'GET /cdn': () => ({ ok: true, downloads: fake.world.downloads }),
    'POST /interaction': (wanted) => fake.interact(wanted),
    'GET /interaction': (body, { id }) => fake.viewInteraction(id),
    'POST /dispatch': ({ t, d, intent }) => { fake.dispatch(t, d, intent); return { ok: true }; },
    'POST /load': load,
    'GET /load': (body, { id }) => { const { timer, ...entry } = loads.get(id) ?? {}; return { ok: true, ...entry }; },

    'POST /gateway-mode': (wanted) => ({ ok: true, mode: Object.assign(fake.mode, wanted) }),
    'POST /outage': ({ on = true }) => { fake.mode.isOut = on; fake.attempts.length = 0; if (on) fake.eachConnection(({ socket }) => socket.terminate()); return { ok: true }; },
    'POST /gw/reconnect': () => fake.eachConnection((connection) => connection.send({ op: 7, t: null, s: null, d: null })),
    'POST /gw/invalid-session': ({ resumable = false }) => fake.eachConnection((connection) => {
      const { session } = connection;
      fake.invalidSession(connection, resumable);
      if (resumable || !session) return;
      connection.session = session.connection = null;
      fake.endSession(session);
    }),
    'POST /gw/close': ({ code = 4000, reason = '' }) => fake.eachConnection((connection) => connection.close(code, reason)),
    'POST /gw/terminate': () => fake.eachConnection(({ socket }) => socket.terminate()),
    'POST /gw/heartbeat-request': () => fake.eachConnection((connection) => connection.send({ op: 1, t: null, s: null, d: null })),
    'POST /gw/expire-sessions': () => { for (const session of [...fake.sessions.values()]) if (!session.connection) fake.endSession(session); return { ok: true, left: fake.sessions.size }; },
    'POST /gw/raw': ({ text, payload, bare }) => fake.eachConnection((connection) => (bare ? connection.socket.send(text) : text === undefined ? connection.send(payload) : connection.write(text))),
    'GET /gw/log': (body, query) => ({ ok: true, lastGw: fake.gatewaySeq, log: fake.frames(query) }),
    'GET /gw/wait': (body, query) => fake.waitForFrames(query),

    'POST /faults': (wanted) => ({ ok: true, fault: fake.order(wanted) }),
    'GET /faults': () => ({ ok: true, faults: fake.faults }),
    'DELETE /faults': () => { fake.faults.length = 0; fake.forgive(); return { ok: true }; },
    'GET /calls': (body, query) => ({ ok: true, lastSeq: fake.callSeq, calls: fake.calls.filter(fake.fits(query)) }),
    'GET /wait': (body, query) => fake.waitForCalls(query),

    'GET /chat': (body, { channel_id, user_id }) => {
      const where = channel_id ? channel(channel_id) : fake.dmChannel(user_id);
      return { ok: true, channel: visible(where), isThread: isThread(where), messages: [...fake.world.messages.get(where.id).values()].map(viewRecord) };
    },
    'GET /typing': (body, { channel_id }) => ({ ok: true, typing: fake.world.typing.filter((entry) => !channel_id || entry.channel_id === channel_id) }),
    'GET /commands': () => ({ ok: true, global: fake.world.commands.global, guild: Object.fromEntries(fake.world.commands.guild) }),
    'GET /audit': (body, { summary }) => {
      const all = [...fake.audit.values()];
      return { ok: true, total: all.length, dispatched: all.filter(({ dispatches }) => dispatches.length).length, ...(summary ? {} : { messages: all }) };
    },
  };

  return { ctl, stopLoads };
}
