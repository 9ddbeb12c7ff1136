// What every send checks: chat state, topic, limits, markup, reply target; and edits of own messages.
import { MarkupError, autoEntities, parseHtml, parseMarkdownV2 } from './markup.mjs';
import { nowSec, codePoints, ApiError, bad, forbidden, tooMany, maybeJson, asBool, asInt } from './values.mjs';

export function sending(fake) {
  const { config, chat, storeFile, mediaObject, slim, addMessage, chatWithoutExtras } = fake;

  function resolveChat(bot, raw, { write = true } = {}) {
    if (raw === undefined || raw === '') throw bad('chat_id is empty');
    const key = typeof raw === 'string' && raw.startsWith('@') ? raw : Number(raw);
    let c = bot.chats.get(key);
    if (!c && typeof key === 'string') c = [...bot.chats.values()].find((x) => `@${x.info.username}` === key);
    if (!c && Number.isFinite(key) && key > 0 && config.autoChats) c = chat(bot, key);
    if (!c) throw bad('chat not found');
    if (c.migratedTo && write) throw bad('group chat was upgraded to a supergroup chat', { migrate_to_chat_id: c.migratedTo });
    if (write) {
      const kind = c.info.type;
      switch (c.state) {
        case 'blocked': throw forbidden('bot was blocked by the user');
        case 'deactivated': throw forbidden('user is deactivated');
        case 'noinit': throw forbidden("bot can't initiate conversation with a user");
        case 'kicked': throw forbidden(`bot was kicked from the ${kind} chat`);
        case 'left': throw forbidden(`bot is not a member of the ${kind} chat`);
        case 'noRights': throw bad('not enough rights to send text messages to the chat');
      }
    }
    return c;
  }

  function checkTopic(c, a) {
    const t = asInt(a.message_thread_id, 0);
    if (!t) return undefined;
    if (c.info.is_forum) {
      if (t === 1) throw bad('message thread not found');
      const topic = c.topics.get(t);
      if (!topic && config.strictTopics) throw bad('message thread not found');
      if (topic?.closed) throw bad('TOPIC_CLOSED');
      return t;
    }
    if (c.info.type === 'private') {
      if (c.topics.size && !c.topics.has(t)) throw bad('message thread not found');
      return t;
    }
    return config.strictTopics ? undefined : t;
  }

  function limitCheck(bot, c) {
    const L = config.limits;
    if (!L.enabled) return;
    const now = Date.now();
    const prune = (arr, ms) => { while (arr.length && arr[0] <= now - ms) arr.shift(); };
    const g = bot.sendTimes.global;
    const k = bot.sendTimes.chat;
    if (!k.has(c.info.id)) k.set(c.info.id, []);
    const mine = k.get(c.info.id);
    prune(g, 1000);
    prune(mine, 60000);
    const inSec = mine.filter((t) => t > now - 1000 * L.perChatBurst).length;
    if (g.length >= L.globalPerSec) throw tooMany(1);
    if (inSec >= L.perChatPerSec * L.perChatBurst) throw tooMany(L.retryAfter);
    if (c.info.id < 0 && mine.length >= L.perGroupPerMin) throw tooMany(Math.max(1, Math.ceil((mine[0] + 60000 - now) / 1000)));
    g.push(now);
    mine.push(now);
  }

  const len = (s) => (config.lengthUnit === 'utf16' ? s.length : codePoints(s));

  function formatted(raw, mode, explicit) {
    const src = String(raw ?? '');
    const m = String(mode ?? '').toLowerCase();
    let r;
    try {
      if (m === 'html') r = parseHtml(src);
      else if (m === 'markdownv2' || m === 'markdown') r = parseMarkdownV2(src);
      else if (m) throw bad('unsupported parse_mode');
      else r = { text: src, entities: Array.isArray(explicit) ? structuredClone(explicit) : [] };
    } catch (e) {
      if (e instanceof MarkupError) throw new ApiError(400, e.message);
      throw e;
    }
    // leading/trailing whitespace is cut by the server
    const lead = r.text.length - r.text.trimStart().length;
    r.text = r.text.trim();
    r.entities = r.entities.map((e) => ({ ...e, offset: e.offset - lead }))
      .map((e) => (e.offset < 0 ? { ...e, length: e.length + e.offset, offset: 0 } : e))
      .filter((e) => e.length > 0 && e.offset < r.text.length)
      .map((e) => ({ ...e, length: Math.min(e.length, r.text.length - e.offset) }));
    autoEntities(r.text, r.entities);
    return r;
  }

  function checkMarkup(a) {
    const rm = maybeJson(a.reply_markup);
    if (rm === undefined || rm === '') return undefined;
    if (typeof rm !== 'object') throw bad('object expected as reply markup');
    for (const row of rm.inline_keyboard ?? []) {
      if (!Array.isArray(row)) throw bad('inline keyboard row must be an Array');
      for (const b of row) {
        if (!b.text) throw bad("can't parse inline keyboard button: text buttons are unallowed in the inline keyboard");
        if (b.callback_data !== undefined) {
          const n = Buffer.byteLength(String(b.callback_data));
          if (n < 1 || n > 64) throw bad('BUTTON_DATA_INVALID');
        } else if (!b.url && !b.web_app && !b.login_url && !b.switch_inline_query && !b.switch_inline_query_current_chat && !b.copy_text && !b.pay && !b.callback_game) {
          throw bad("can't parse inline keyboard button: text buttons are unallowed in the inline keyboard");
        }
      }
    }
    return rm;
  }

  function replyTarget(bot, c, a) {
    const rp = maybeJson(a.reply_parameters);
    const id = asInt(rp?.message_id ?? a.reply_to_message_id, 0);
    if (!id) return undefined;
    const allow = asBool(rp?.allow_sending_without_reply ?? a.allow_sending_without_reply);
    const target = c.messages.get(id);
    if (!target || target.deleted) {
      if (allow) return undefined;
      throw bad('message to be replied not found');
    }
    if (rp?.quote) {
      const body = target.msg.text ?? target.msg.caption ?? '';
      const q = rp.quote_parse_mode ? formatted(rp.quote, rp.quote_parse_mode).text : String(rp.quote);
      if (!body.includes(q)) throw bad('QUOTE_TEXT_INVALID');
      return { reply_to_message: slim(target.msg), quote: { text: q, position: asInt(rp.quote_position, body.indexOf(q)) } };
    }
    return { reply_to_message: slim(target.msg) };
  }
  function send(bot, c, a, build, { countsAs = 1 } = {}) {
    const thread = checkTopic(c, a);
    const reply = replyTarget(bot, c, a);
    const markup = checkMarkup(a);
    const body = build();
    for (let i = 0; i < countsAs; i++) limitCheck(bot, c);
    const extra = {};
    if (thread) { extra.message_thread_id = thread; if (c.info.is_forum) extra.is_topic_message = true; }
    if (reply) Object.assign(extra, reply);
    if (markup?.inline_keyboard) extra.reply_markup = markup;
    const sender = c.info.type === 'channel' ? undefined : { id: bot.me.id, is_bot: true, first_name: bot.me.first_name, username: bot.me.username };
    const msg = addMessage(bot, c, sender, { ...extra, ...body }, { outgoing: true });
    if (c.info.type === 'channel') msg.sender_chat = chatWithoutExtras(c.info);
    return msg;
  }

  function captionOf(a) {
    const f = formatted(a.caption, a.parse_mode, maybeJson(a.caption_entities));
    if (len(f.text) > config.maxCaption) throw bad('message caption is too long');
    if (!f.text) return {};
    return { caption: f.text, ...(f.entities.length ? { caption_entities: f.entities } : {}) };
  }

  function inputFile(bot, value, files, kind) {
    if (value && typeof value === 'object' && value.data) value = undefined;
    if (typeof value === 'string' && value.startsWith('attach://')) {
      const f = files[value.slice(9)];
      if (!f) throw bad(`wrong file identifier/HTTP URL specified`);
      return checkedUpload(bot, f, kind);
    }
    if (typeof value === 'string' && bot.files.has(value)) return bot.files.get(value);
    if (typeof value === 'string' && /^https?:\/\//.test(value)) return storeFile(bot, { kind, name: value.split('/').pop() });
    if (value === undefined) return null;
    throw bad('wrong remote file identifier specified: can\'t unserialize it. Wrong last symbol');
  }

  function checkedUpload(bot, f, kind) {
    if (f.data.length === 0) throw bad('file must be non-empty');
    const cap = kind === 'photo' ? config.maxPhotoUpload : config.maxUpload;
    if (f.data.length > cap) throw kind === 'photo' ? bad('too big file for a photo') : new ApiError(413, 'Request Entity Too Large');
    return storeFile(bot, { data: f.data, name: f.name, mime: f.mime, kind });
  }

  function sendMedia(kind) {
    return (bot, a, files) => {
      const c = resolveChat(bot, a.chat_id);
      return send(bot, c, a, () => {
        const f = files[kind] ? checkedUpload(bot, files[kind], kind) : inputFile(bot, a[kind], files, kind);
        if (!f) throw bad(`there is no ${kind} in the request`);
        const cap = kind === 'video_note' || kind === 'sticker' ? {} : captionOf(a);
        const out = { [kind]: mediaObject(kind, f, a), ...cap };
        if (kind === 'animation') out.document = mediaObject('document', f, a);
        return out;
      });
    };
  }

  function ownMessage(bot, a) {
    const c = resolveChat(bot, a.chat_id);
    const m = c.messages.get(asInt(a.message_id, 0));
    return { c, m };
  }

  function edit(bot, a, apply) {
    if (a.inline_message_id) return true;
    const { c, m } = ownMessage(bot, a);
    if (!m || m.deleted) throw bad('message to edit not found');
    if (!m.outgoing) throw bad("message can't be edited");
    const before = JSON.stringify([m.msg.text, m.msg.entities, m.msg.caption, m.msg.caption_entities, m.msg.reply_markup, m.msg.photo, m.msg.document]);
    const next = { ...m.msg };
    apply(next);
    const markup = checkMarkup(a);
    if (markup?.inline_keyboard?.length) next.reply_markup = markup;
    else delete next.reply_markup;
    const after = JSON.stringify([next.text, next.entities, next.caption, next.caption_entities, next.reply_markup, next.photo, next.document]);
    if (before === after) {
      throw bad('message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message');
    }
    limitCheck(bot, c);
    m.edits.push({ at: Date.now(), text: m.msg.text ?? m.msg.caption });
    next.edit_date = nowSec();
    m.msg = next;
    return next;
  }

  return { resolveChat, checkTopic, limitCheck, len, formatted, checkMarkup, replyTarget, send, captionOf, inputFile, checkedUpload, sendMedia, ownMessage, edit };
}
