// The methods a bot may call.
import { rndInt, codePoints, ApiError, bad, tooMany, DEFAULT_ALLOWED, maybeJson, asBool, asInt } from './values.mjs';

const REACTIONS = new Set('👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡'.split(' '));

export function methods(fake) {
  const { config, user, mediaObject, addMessage, abortPoll, getUpdates, applyAllowed, pumpWebhook, resolveChat, len, formatted, send, captionOf, inputFile, sendMedia, ownMessage, edit } = fake;

  const methods = {
    getme: (bot) => bot.me,
    logout: (bot) => { bot.queue = []; return true; },
    close: () => true,
    getupdates: (bot, a, f, ctx) => getUpdates(bot, a, ctx),
    setwebhook: (bot, a) => {
      const url = String(a.url ?? '');
      const now = Date.now();
      if (url && now < bot.webhookSetAt + 1000) throw tooMany(1);
      if (url) bot.webhookSetAt = now;
      if (a.secret_token && !/^[A-Za-z0-9_-]{1,256}$/.test(a.secret_token)) throw bad('secret token contains unallowed characters');
      applyAllowed(bot, a.allowed_updates);
      if (asBool(a.drop_pending_updates)) bot.queue = [];
      if (!url) { const had = bot.webhook; bot.webhook = null; return [true, had ? 'Webhook was deleted' : 'Webhook is already deleted']; }
      if (!/^https:\/\//.test(url) && !/^http:\/\/(127\.|localhost|\[::1\])/.test(url)) throw bad('bad webhook: An HTTPS URL must be provided for webhook');
      abortPoll(bot, 'terminated by setWebhook request');
      bot.webhook = { url, secret: a.secret_token, max: asInt(a.max_connections, 40), attempts: [], busy: false, backoff: 0 };
      void pumpWebhook(bot);
      return [true, 'Webhook was set'];
    },
    deletewebhook: (bot, a) => {
      const had = bot.webhook;
      bot.webhook = null;
      if (asBool(a.drop_pending_updates)) bot.queue = [];
      return [true, had ? 'Webhook was deleted' : 'Webhook is already deleted'];
    },
    getwebhookinfo: (bot) => ({
      url: bot.webhook?.url ?? '', has_custom_certificate: false, pending_update_count: bot.queue.length,
      ...(bot.webhook ? { max_connections: bot.webhook.max } : {}),
      ...(bot.webhook?.lastError ? { last_error_date: bot.webhook.lastError.at, last_error_message: bot.webhook.lastError.text } : {}),
      ...(bot.allowed.join() !== DEFAULT_ALLOWED.join() ? { allowed_updates: bot.allowed } : {}),
    }),
    setmycommands: (bot, a) => {
      const list = maybeJson(a.commands);
      if (!Array.isArray(list)) throw bad('can\'t parse BotCommands JSON object');
      if (list.length > 100) throw bad('BOT_COMMANDS_TOO_MUCH');
      for (const c of list) {
        if (!/^[a-z0-9_]{1,32}$/.test(c.command ?? '')) throw bad('BOT_COMMAND_INVALID');
        if (!c.description || c.description.length > 256) throw bad('BOT_COMMAND_DESCRIPTION_INVALID');
      }
      bot.commands.set(JSON.stringify([maybeJson(a.scope) ?? { type: 'default' }, a.language_code ?? '']), list);
      return true;
    },
    deletemycommands: (bot, a) => { bot.commands.delete(JSON.stringify([maybeJson(a.scope) ?? { type: 'default' }, a.language_code ?? ''])); return true; },
    getmycommands: (bot, a) => bot.commands.get(JSON.stringify([maybeJson(a.scope) ?? { type: 'default' }, a.language_code ?? ''])) ?? [],
    setmyname: (bot, a) => { bot.profile.name = a.name; return true; },
    getmyname: (bot) => ({ name: bot.profile.name ?? bot.me.first_name }),
    setmydescription: (bot, a) => { bot.profile.description = a.description; return true; },
    getmydescription: (bot) => ({ description: bot.profile.description ?? '' }),
    setmyshortdescription: (bot, a) => { bot.profile.short = a.short_description; return true; },
    getmyshortdescription: (bot) => ({ short_description: bot.profile.short ?? '' }),
    setchatmenubutton: () => true,
    getchatmenubutton: () => ({ type: 'default' }),
    getmydefaultadministratorrights: () => ({}),

    sendmessage: (bot, a) => {
      const c = resolveChat(bot, a.chat_id);
      return send(bot, c, a, () => {
        const f = formatted(a.text, a.parse_mode, maybeJson(a.entities));
        if (!f.text) throw bad('message text is empty');
        if (len(f.text) > config.maxText) throw bad('message is too long');
        const lp = maybeJson(a.link_preview_options);
        return { text: f.text, ...(f.entities.length ? { entities: f.entities } : {}), ...(lp ? { link_preview_options: lp } : {}) };
      });
    },
    editmessagetext: (bot, a) => edit(bot, a, (m) => {
      const f = formatted(a.text, a.parse_mode, maybeJson(a.entities));
      if (!f.text) throw bad('message text is empty');
      if (len(f.text) > config.maxText) throw bad('MESSAGE_TOO_LONG');
      m.text = f.text;
      if (f.entities.length) m.entities = f.entities; else delete m.entities;
    }),
    editmessagecaption: (bot, a) => edit(bot, a, (m) => { delete m.caption; delete m.caption_entities; Object.assign(m, captionOf(a)); }),
    editmessagereplymarkup: (bot, a) => edit(bot, a, () => {}),
    editmessagemedia: (bot, a, files) => edit(bot, a, (m) => {
      const media = maybeJson(a.media);
      const f = inputFile(bot, media?.media, files, media?.type);
      for (const k of ['photo', 'video', 'document', 'audio', 'animation', 'text', 'entities']) delete m[k];
      m[media.type] = mediaObject(media.type, f, media);
    }),
    deletemessage: (bot, a) => {
      const { m } = ownMessage(bot, a);
      if (!m || m.deleted) throw bad('message to delete not found');
      if (Date.now() - m.at > 48 * 3600 * 1000) throw bad("message can't be deleted");
      m.deleted = true;
      m.deletedAt = Date.now();
      return true;
    },
    deletemessages: (bot, a) => {
      const c = resolveChat(bot, a.chat_id);
      const ids = maybeJson(a.message_ids);
      if (!Array.isArray(ids) || ids.length > 100) throw bad('too many message identifiers specified');
      for (const id of ids) { const m = c.messages.get(Number(id)); if (m) { m.deleted = true; m.deletedAt = Date.now(); } }
      return true;
    },
    sendphoto: sendMedia('photo'),
    senddocument: sendMedia('document'),
    sendvoice: sendMedia('voice'),
    sendaudio: sendMedia('audio'),
    sendvideo: sendMedia('video'),
    sendanimation: sendMedia('animation'),
    sendvideonote: sendMedia('video_note'),
    sendsticker: sendMedia('sticker'),
    sendmediagroup: (bot, a, files) => {
      const c = resolveChat(bot, a.chat_id);
      const list = maybeJson(a.media);
      if (!Array.isArray(list) || list.length < 2 || list.length > 10) throw bad('there must be from 2 to 10 messages in the album');
      const group = String(rndInt(1e15, 9e15));
      return list.map((m) => send(bot, c, a, () => {
        const f = inputFile(bot, m.media, files, m.type);
        if (!f) throw bad('media not found');
        return { media_group_id: group, [m.type]: mediaObject(m.type, f, m), ...captionOf({ ...m, chat_id: a.chat_id }) };
      }));
    },
    sendlocation: (bot, a) => send(bot, resolveChat(bot, a.chat_id), a, () => ({ location: { latitude: Number(a.latitude), longitude: Number(a.longitude), ...(a.horizontal_accuracy ? { horizontal_accuracy: Number(a.horizontal_accuracy) } : {}) } })),
    sendvenue: (bot, a) => send(bot, resolveChat(bot, a.chat_id), a, () => ({ venue: { location: { latitude: Number(a.latitude), longitude: Number(a.longitude) }, title: a.title, address: a.address } })),
    sendcontact: (bot, a) => send(bot, resolveChat(bot, a.chat_id), a, () => ({ contact: { phone_number: a.phone_number, first_name: a.first_name } })),
    senddice: (bot, a) => send(bot, resolveChat(bot, a.chat_id), a, () => ({ dice: { emoji: a.emoji ?? '🎲', value: 4 } })),
    sendpoll: (bot, a) => {
      const c = resolveChat(bot, a.chat_id);
      return send(bot, c, a, () => {
        const opts = maybeJson(a.options);
        if (!Array.isArray(opts) || opts.length < 2) throw bad('poll must have at least 2 option');
        if (opts.length > 12) throw bad("poll can't have more than 12 options");
        if (!a.question || codePoints(a.question) > 300) throw bad('poll question length must not exceed 300');
        const poll = {
          id: String(rndInt(1e17, 8e17)), question: a.question, options: opts.map((o) => ({ text: typeof o === 'string' ? o : o.text, voter_count: 0 })),
          total_voter_count: 0, is_closed: false, is_anonymous: a.is_anonymous === undefined ? true : asBool(a.is_anonymous),
          type: a.type ?? 'regular', allows_multiple_answers: asBool(a.allows_multiple_answers),
        };
        bot.polls.set(poll.id, poll);
        return { poll };
      });
    },
    stoppoll: (bot, a) => {
      const { m } = ownMessage(bot, a);
      if (!m?.msg.poll) throw bad('message with poll to stop not found');
      if (m.msg.poll.is_closed) throw bad('poll has already been closed');
      m.msg.poll.is_closed = true;
      return m.msg.poll;
    },
    sendchataction: (bot, a) => {
      const c = resolveChat(bot, a.chat_id);
      const ok = ['typing', 'upload_photo', 'record_video', 'upload_video', 'record_voice', 'upload_voice', 'upload_document', 'choose_sticker', 'find_location', 'record_video_note', 'upload_video_note'];
      if (!ok.includes(a.action)) throw bad('wrong parameter action in request');
      c.actions.push({ at: Date.now(), action: a.action, thread: a.message_thread_id });
      return true;
    },
    sendmessagedraft: (bot, a) => { const c = resolveChat(bot, a.chat_id); c.actions.push({ at: Date.now(), action: 'draft', text: a.text, draft_id: a.draft_id }); return true; },
    setmessagereaction: (bot, a) => {
      const { m } = ownMessage(bot, a);
      if (!m || m.deleted) throw bad('message to react not found');
      const list = maybeJson(a.reaction) ?? [];
      if (list.length > 1) throw bad('REACTIONS_TOO_MANY');
      for (const r of list) if (r.type === 'emoji' && !REACTIONS.has(r.emoji)) throw bad('REACTION_INVALID');
      m.reactions[bot.me.id] = list;
      return true;
    },
    answercallbackquery: (bot, a) => {
      const q = bot.callbacks.get(String(a.callback_query_id));
      if (!q) throw bad('query is too old and response timeout expired or query ID is invalid');
      q.answers.push({ at: Date.now(), text: a.text, show_alert: asBool(a.show_alert) });
      return true;
    },
    getfile: (bot, a) => {
      const f = bot.files.get(String(a.file_id));
      if (!f) throw bad('wrong file_id or the file is temporarily unavailable');
      if (f.size > config.maxDownload) throw bad('file is too big');
      f.linkAt = Date.now();
      return { file_id: f.file_id, file_unique_id: f.file_unique_id, file_size: f.size, file_path: f.path };
    },
    getchat: (bot, a) => {
      const c = resolveChat(bot, a.chat_id, { write: false });
      return { ...c.info, accent_color_id: 0, max_reaction_count: 11, ...(c.pinned.length ? { pinned_message: c.messages.get(c.pinned.at(-1))?.msg } : {}) };
    },
    getchatmember: (bot, a) => {
      const c = resolveChat(bot, a.chat_id, { write: false });
      const uid = Number(a.user_id);
      if (uid === bot.me.id) return { user: bot.me, status: c.state === 'kicked' ? 'kicked' : c.state === 'left' ? 'left' : (c.botStatus ?? 'member') };
      return { user: user(bot, uid), status: c.admins?.includes(uid) ? 'administrator' : 'member' };
    },
    getchatadministrators: (bot, a) => { const c = resolveChat(bot, a.chat_id, { write: false }); return (c.admins ?? []).map((u) => ({ user: user(bot, u), status: 'administrator' })); },
    getchatmembercount: () => 3,
    getuserprofilephotos: () => ({ total_count: 0, photos: [] }),
    pinchatmessage: (bot, a) => { const { c, m } = ownMessage(bot, a); if (!m) throw bad('message to pin not found'); c.pinned.push(m.msg.message_id); return true; },
    unpinchatmessage: (bot, a) => { const c = resolveChat(bot, a.chat_id); c.pinned.pop(); return true; },
    unpinallchatmessages: (bot, a) => { resolveChat(bot, a.chat_id).pinned = []; return true; },
    leavechat: (bot, a) => { resolveChat(bot, a.chat_id).state = 'left'; return true; },
    createforumtopic: (bot, a) => {
      const c = resolveChat(bot, a.chat_id);
      if (!c.info.is_forum && c.info.type !== 'private') throw bad('the chat is not a forum');
      const m = addMessage(bot, c, { ...bot.me }, { forum_topic_created: { name: a.name, icon_color: 7322096 } }, { outgoing: true });
      c.topics.set(m.message_id, { name: a.name, closed: false });
      m.message_thread_id = m.message_id;
      return { message_thread_id: m.message_id, name: a.name, icon_color: 7322096 };
    },
    editforumtopic: (bot, a) => { const t = resolveChat(bot, a.chat_id).topics.get(asInt(a.message_thread_id)); if (!t) throw bad('TOPIC_ID_INVALID'); if (a.name) t.name = a.name; return true; },
    closeforumtopic: (bot, a) => { const t = resolveChat(bot, a.chat_id).topics.get(asInt(a.message_thread_id)); if (!t) throw bad('TOPIC_ID_INVALID'); t.closed = true; return true; },
    reopenforumtopic: (bot, a) => { const t = resolveChat(bot, a.chat_id).topics.get(asInt(a.message_thread_id)); if (!t) throw bad('TOPIC_ID_INVALID'); t.closed = false; return true; },
    deleteforumtopic: (bot, a) => { resolveChat(bot, a.chat_id).topics.delete(asInt(a.message_thread_id)); return true; },
    forwardmessage: (bot, a) => {
      const src = resolveChat(bot, a.from_chat_id, { write: false }).messages.get(asInt(a.message_id));
      if (!src) throw bad('message to forward not found');
      return send(bot, resolveChat(bot, a.chat_id), a, () => ({ text: src.msg.text, forward_origin: { type: 'user', sender_user: src.msg.from, date: src.msg.date } }));
    },
    copymessage: (bot, a) => {
      const src = resolveChat(bot, a.from_chat_id, { write: false }).messages.get(asInt(a.message_id));
      if (!src) throw bad('message to copy not found');
      const m = send(bot, resolveChat(bot, a.chat_id), a, () => ({ text: src.msg.text }));
      return { message_id: m.message_id };
    },
  };

  async function dispatch(bot, method, args, files, ctx) {
    const fn = methods[method.toLowerCase()];
    if (!fn) {
      if (config.unknownMethod === 'ok') return { result: true };
      throw new ApiError(404, 'Not Found: method not found');
    }
    const r = await fn(bot, args, files, ctx);
    if (Array.isArray(r) && r.length === 2 && r[0] === true && typeof r[1] === 'string') return { result: true, description: r[1] };
    return { result: r };
  }

  return { dispatch };
}
