#!/usr/bin/env node
// fake telegram: a loopback stand-in for a Telegram Bot API server.
// No dependencies. Bot side: /bot<token>/<method> and /file/bot<token>/<path>.
// Test side: everything under /_ctl/ (see README.md).
import http from 'node:http';
import https from 'node:https';
import fs from 'node:fs';
import crypto from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { parseHtml, parseMarkdownV2, autoEntities, MarkupError } from './markup.mjs';

const DAY = 86400;
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
// Monotonic and the same in every process of this machine, so that times of two fakes may be compared.
const monotonicUs = () => Number(process.hrtime.bigint() / 1000n);
const nowSec = () => Math.floor(Date.now() / 1000);
const rndInt = (lo, hi) => lo + Math.floor(Math.random() * (hi - lo + 1));
const codePoints = (s) => [...s].length;

class ApiError extends Error {
  constructor(code, description, parameters) {
    super(description);
    this.code = code;
    this.parameters = parameters;
  }
}
const bad = (text, parameters) => new ApiError(400, `Bad Request: ${text}`, parameters);
const forbidden = (text) => new ApiError(403, `Forbidden: ${text}`);
const tooMany = (sec) => new ApiError(429, `Too Many Requests: retry after ${sec}`, { retry_after: sec });

const UPDATE_KINDS = ['message', 'edited_message', 'channel_post', 'edited_channel_post', 'inline_query',
  'chosen_inline_result', 'callback_query', 'shipping_query', 'pre_checkout_query', 'poll', 'poll_answer',
  'my_chat_member', 'chat_member', 'chat_join_request', 'chat_boost', 'removed_chat_boost', 'message_reaction',
  'message_reaction_count', 'business_connection', 'business_message', 'edited_business_message',
  'deleted_business_messages', 'purchased_paid_media', 'managed_bot', 'guest_message'];
const OFF_BY_DEFAULT = new Set(['chat_member', 'message_reaction', 'message_reaction_count']);
const DEFAULT_ALLOWED = UPDATE_KINDS.filter((k) => !OFF_BY_DEFAULT.has(k));

const DEFAULT_CONFIG = {
  // 'points': count like the real server (code points); 'utf16': stricter.
  lengthUnit: 'points',
  maxText: 4096,
  maxCaption: 1024,
  maxDownload: 20 * 1024 * 1024,
  maxPhotoUpload: 10 * 1024 * 1024,
  maxUpload: 50 * 1024 * 1024,
  retentionSec: DAY,
  latencyMs: 0,
  conflictDelayMs: 3000, // second and later 409 within this window are held back this long
  antiSpin: true, // same offset again within 3 s gets timeout>=3 like the real server
  fileLinkSec: 3600,
  malformedTokenStatus: 404, // the public front answers 404; the open source server 401
  unknownMethod: '404', // or 'ok' to answer true to anything
  autoChats: true, // sending to an unseen positive chat id works as if the user had started the bot
  strictTopics: true,
  limits: { enabled: false, perChatPerSec: 1, perChatBurst: 3, perGroupPerMin: 20, globalPerSec: 30, retryAfter: 3 },
};

const DUMMY_BYTES = {
  photo: () => Buffer.from('/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////2wBDAf//////////////////////////////////////////////////////////////////////////////////////wAARCAABAAEDASIAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAUAQEAAAAAAAAAAAAAAAAAAAAA/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQACEQMRAD8AN//Z', 'base64'),
  other: () => Buffer.from('fake telegram file body\n'),
};

function parseMultipart(buf, boundary) {
  const fields = {};
  const files = {};
  const delim = Buffer.from(`--${boundary}`);
  let pos = buf.indexOf(delim);
  if (pos < 0) throw bad('malformed multipart body');
  for (;;) {
    pos += delim.length;
    if (buf.slice(pos, pos + 2).toString() === '--') break;
    pos += 2;
    const headEnd = buf.indexOf('\r\n\r\n', pos);
    if (headEnd < 0) break;
    const head = buf.slice(pos, headEnd).toString('utf8');
    const next = buf.indexOf(delim, headEnd + 4);
    if (next < 0) throw bad('unterminated multipart body');
    const body = buf.slice(headEnd + 4, next - 2);
    const name = /name="([^"]*)"/i.exec(head)?.[1] ?? '';
    const filename = /filename="((?:\\"|[^"])*)"/i.exec(head)?.[1] ?? /filename=([^;\r\n]+)/i.exec(head)?.[1];
    const mime = /content-type:\s*([^\r\n;]+)/i.exec(head)?.[1]?.trim();
    if (filename !== undefined) files[name] = { name: filename, mime: mime ?? 'application/octet-stream', data: body };
    else fields[name] = body.toString('utf8');
    pos = next;
  }
  return { fields, files };
}

const maybeJson = (v) => {
  if (typeof v !== 'string') return v;
  const t = v.trim();
  if (!/^[[{]/.test(t)) return v;
  try { return JSON.parse(t); } catch { return v; }
};
const asBool = (v) => v === true || v === 'true' || v === '1' || v === 1 || v === 'True';
const asInt = (v, d = 0) => { const n = Number(v); return Number.isFinite(n) ? Math.trunc(n) : d; };

export async function startFakeTelegram(options = {}) {
  const config = structuredClone(DEFAULT_CONFIG);
  Object.assign(config, options.config ?? {});
  const bots = new Map();
  const calls = [];
  const waiters = new Set();
  let callSeq = 0;
  let faults = [];
  let faultSeq = 0;
  const loads = new Map();
  const sockets = new Set();

  // ---------------------------------------------------------------- world
  function makeBot(token, over = {}) {
    const id = Number(token.split(':')[0]);
    const bot = {
      token,
      me: {
        id, is_bot: true, first_name: over.first_name ?? 'Fake Bot', username: over.username ?? 'fake_bot',
        can_join_groups: true, can_read_all_group_messages: over.privacyOff ?? false,
        supports_inline_queries: false, can_connect_to_business: false, has_main_web_app: false,
        has_topics_enabled: over.has_topics_enabled ?? false, allows_users_to_create_topics: false,
      },
      revoked: false,
      queue: [], // undelivered or unconfirmed: {id, kind, body, at, deliveries:[]}
      history: new Map(), // id -> audit record
      nextId: over.firstUpdateId ?? rndInt(2_000_001, 900_000_000),
      allowed: DEFAULT_ALLOWED.slice(),
      webhook: null,
      poll: null,
      lastPoll: { offset: null, at: 0 },
      nextConflictAt: 0,
      webhookSetAt: 0,
      commands: new Map(),
      profile: {},
      chats: new Map(),
      users: new Map(),
      files: new Map(),
      callbacks: new Map(),
      sendTimes: { global: [], chat: new Map() },
      polls: new Map(),
    };
    bots.set(token, bot);
    return bot;
  }

  const botOf = (token) => (token ? bots.get(token) : bots.values().next().value);

  function user(bot, id, over = {}) {
    const key = Number(id);
    if (!bot.users.has(key)) {
      bot.users.set(key, { id: key, is_bot: false, first_name: over.first_name ?? `User${key}`, username: over.username ?? `user${key}`, language_code: 'en' });
    }
    return Object.assign(bot.users.get(key), JSON.parse(JSON.stringify(over)));
  }

  function chat(bot, id, over = {}) {
    const key = typeof id === 'string' && id.startsWith('@') ? id : Number(id);
    let c = bot.chats.get(key);
    if (!c) {
      const type = over.type ?? (key > 0 ? 'private' : String(key).startsWith('-100') ? 'supergroup' : 'group');
      c = {
        info: { id: key, type }, nextMessageId: over.nextMessageId ?? 1, messages: new Map(), state: 'ok',
        topics: new Map(), migratedTo: null, actions: [], pinned: [],
      };
      if (type === 'private') {
        const u = user(bot, key);
        Object.assign(c.info, { first_name: u.first_name, username: u.username });
      } else c.info.title = over.title ?? `Chat ${key}`;
      if (over.is_forum) c.info.is_forum = true;
      bot.chats.set(key, c);
    }
    for (const k of ['title', 'username', 'is_forum', 'first_name', 'last_name', 'description']) if (over[k] !== undefined) c.info[k] = over[k];
    if (over.state) c.state = over.state;
    return c;
  }

  // ---------------------------------------------------------------- files
  function storeFile(bot, { data, name, mime, kind, size }) {
    const body = data ?? (size ? Buffer.alloc(Math.min(size, 64 * 1024 * 1024), 'x') : kind === 'photo' ? DUMMY_BYTES.photo() : DUMMY_BYTES.other());
    const file_unique_id = crypto.createHash('sha1').update(body).update(String(bot.files.size)).digest('base64url').slice(0, 15);
    const prefix = { photo: 'AgACAgI', voice: 'AwACAgI', video: 'BAACAgI', audio: 'CQACAgI', sticker: 'CAACAgI', animation: 'CgACAgI', video_note: 'DQACAgI' }[kind] ?? 'BQACAgI';
    const file_id = prefix + crypto.randomBytes(24).toString('base64url');
    const ext = /\.[A-Za-z0-9]{1,8}$/.exec(name ?? '')?.[0] ?? ({ photo: '.jpg', voice: '.oga', video: '.mp4', audio: '.mp3', sticker: '.webp' }[kind] ?? '.bin');
    const dir = { photo: 'photos', voice: 'voice', video: 'videos', audio: 'music', sticker: 'stickers', animation: 'animations', video_note: 'video_notes' }[kind] ?? 'documents';
    const rec = {
      file_id, file_unique_id, name: name ?? `file${ext}`, mime: mime ?? 'application/octet-stream', kind,
      size: size ?? body.length, data: body, path: `${dir}/file_${bot.files.size}${ext}`, linkAt: 0, downloads: 0,
    };
    bot.files.set(file_id, rec);
    return rec;
  }

  function mediaObject(kind, f, extra = {}) {
    const base = { file_id: f.file_id, file_unique_id: f.file_unique_id, file_size: f.size };
    switch (kind) {
      case 'photo': return [{ ...base, file_id: f.file_id, width: 90, height: 90, file_size: Math.min(900, f.size) }, { ...base, width: 800, height: 600 }];
      case 'voice': return { ...base, duration: extra.duration ?? 3, mime_type: f.mime.startsWith('audio') ? f.mime : 'audio/ogg' };
      case 'audio': return { ...base, duration: extra.duration ?? 3, mime_type: f.mime, file_name: f.name };
      case 'video': return { ...base, duration: extra.duration ?? 3, width: 640, height: 360, mime_type: f.mime, file_name: f.name };
      case 'animation': return { ...base, duration: 1, width: 320, height: 240, mime_type: f.mime, file_name: f.name };
      case 'video_note': return { ...base, duration: 3, length: 240 };
      case 'sticker': return { ...base, width: 512, height: 512, type: 'regular', is_animated: false, is_video: false, emoji: extra.emoji ?? '🙂', set_name: extra.set_name };
      default: return { ...base, file_name: f.name, mime_type: f.mime };
    }
  }

  // -------------------------------------------------------------- updates
  function pushUpdate(bot, kind, payload, { force = false, id } = {}) {
    if (!force && !bot.allowed.includes(kind)) return { stored: false, reason: 'not in allowed_updates' };
    const updateId = id ?? bot.nextId++;
    if (id !== undefined) bot.nextId = id + 1;
    const rec = { update_id: updateId, kind, at: Date.now(), deliveries: [], deliveredUs: null, confirmedAt: null, lostAt: null };
    bot.history.set(updateId, rec);
    bot.queue.push({ id: updateId, body: { update_id: updateId, [kind]: payload }, rec });
    if (bot.webhook) void pumpWebhook(bot);
    else wakePoll(bot);
    return { stored: true, update_id: updateId };
  }

  function expireOld(bot) {
    const limit = Date.now() - config.retentionSec * 1000;
    bot.queue = bot.queue.filter((u) => {
      if (u.rec.at >= limit) return true;
      u.rec.lostAt = Date.now();
      return false;
    });
  }

  function wakePoll(bot) {
    const p = bot.poll;
    if (!p) return;
    if (p.wakeTimer) return;
    p.wakeTimer = setTimeout(() => finishPoll(bot, p), 2);
  }

  function takeUpdates(bot, offset, limit) {
    expireOld(bot);
    if (offset < 0) {
      const keep = -offset;
      const drop = bot.queue.splice(0, Math.max(0, bot.queue.length - keep));
      for (const u of drop) u.rec.confirmedAt = Date.now();
      offset = 0;
    }
    const head = bot.queue[0]?.id ?? bot.nextId;
    // An offset far past the end is ignored by the real queue, not honoured.
    if (offset > bot.nextId + 10) offset = head;
    if (offset > 0) {
      while (bot.queue.length && bot.queue[0].id < offset) bot.queue.shift().rec.confirmedAt = Date.now();
    }
    const out = [];
    let left = 4 * 1024 * 1024;
    for (const u of bot.queue) {
      if (out.length >= limit) break;
      left -= 50 + JSON.stringify(u.body).length;
      if (left <= 0) break;
      u.rec.deliveries.push(Date.now());
      u.rec.deliveredUs ??= monotonicUs();
      out.push(u.body);
    }
    return out;
  }

  function finishPoll(bot, p) {
    if (bot.poll !== p) return;
    bot.poll = null;
    clearTimeout(p.timer);
    clearTimeout(p.wakeTimer);
    p.resolve(takeUpdates(bot, p.offset, p.limit));
  }

  async function conflict(bot, text) {
    const now = Date.now();
    if (now < bot.nextConflictAt) await sleep(config.conflictDelayMs);
    else bot.nextConflictAt = now + config.conflictDelayMs;
    throw new ApiError(409, `Conflict: ${text}`);
  }

  function abortPoll(bot, text) {
    const p = bot.poll;
    if (!p) return;
    bot.poll = null;
    clearTimeout(p.timer);
    clearTimeout(p.wakeTimer);
    conflict(bot, text).catch((e) => p.reject(e));
  }

  function getUpdates(bot, a, ctx) {
    if (bot.webhook) return conflict(bot, "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first");
    const offset = asInt(a.offset, 0);
    let limit = Math.min(100, Math.max(1, asInt(a.limit, 100) || 100));
    let timeout = Math.min(50, Math.max(0, asInt(a.timeout, 0)));
    applyAllowed(bot, a.allowed_updates);
    const now = Date.now();
    if (config.antiSpin && offset === bot.lastPoll.offset) {
      if (timeout < 3 && now < bot.lastPoll.at + 3000) timeout = 3;
      if (now < bot.lastPoll.at + 500) limit = 1;
    }
    bot.lastPoll = { offset, at: now };
    const first = takeUpdates(bot, offset, limit);
    if (first.length || timeout === 0) return first;
    abortPoll(bot, 'terminated by other getUpdates request; make sure that only one bot instance is running');
    return new Promise((resolve, reject) => {
      const p = { offset, limit, resolve, reject, ctx };
      p.timer = setTimeout(() => finishPoll(bot, p), timeout * 1000);
      bot.poll = p;
      ctx.onClose(() => {
        if (bot.poll !== p) return;
        bot.poll = null;
        clearTimeout(p.timer);
        clearTimeout(p.wakeTimer);
        resolve([]);
      });
    });
  }

  function applyAllowed(bot, raw) {
    const list = maybeJson(raw);
    if (!Array.isArray(list)) return;
    const known = list.filter((k) => UPDATE_KINDS.includes(k));
    bot.allowed = known.length ? known : DEFAULT_ALLOWED.slice();
  }

  // -------------------------------------------------------------- webhook
  async function pumpWebhook(bot) {
    const w = bot.webhook;
    if (!w || w.busy) return;
    w.busy = true;
    try {
      while (bot.webhook === w && bot.queue.length) {
        expireOld(bot);
        const u = bot.queue[0];
        if (!u) break;
        u.rec.deliveries.push(Date.now());
        const r = await postJson(w.url, u.body, w.secret ? { 'x-telegram-bot-api-secret-token': w.secret } : {}, 30000).catch((e) => ({ status: 0, error: e.message }));
        w.attempts.push({ at: Date.now(), update_id: u.id, status: r.status, error: r.error });
        if (r.status >= 200 && r.status < 300) {
          u.rec.confirmedAt = Date.now();
          bot.queue.shift();
          w.backoff = 0;
          const reply = r.json;
          if (reply?.method && !/^(get|deleteWebhook|setWebhook|close|logOut)/i.test(reply.method)) {
            await dispatch(bot, reply.method, reply, {}, { onClose() {} }).catch(() => {});
          }
        } else {
          w.lastError = { at: nowSec(), text: r.status ? `Wrong response from the webhook: ${r.status}` : r.error };
          const ra = Number(r.headers?.['retry-after']);
          w.backoff = ra > 0 ? ra * 1000 : Math.min(60000, (w.backoff || 250) * 2);
          await sleep(w.backoff);
        }
      }
    } finally { w.busy = false; }
  }

  function postJson(url, body, headers, timeoutMs) {
    const data = Buffer.from(JSON.stringify(body));
    const u = new URL(url);
    const lib = u.protocol === 'https:' ? https : http;
    return new Promise((resolve, reject) => {
      const req = lib.request(u, { method: 'POST', rejectUnauthorized: false, headers: { 'content-type': 'application/json', 'content-length': data.length, ...headers } }, (res) => {
        const parts = [];
        res.on('data', (d) => parts.push(d));
        res.on('end', () => {
          let json;
          try { json = JSON.parse(Buffer.concat(parts).toString()); } catch { /* not json */ }
          resolve({ status: res.statusCode, headers: res.headers, json });
        });
      });
      req.setTimeout(timeoutMs, () => req.destroy(new Error('webhook timeout')));
      req.on('error', reject);
      req.end(data);
    });
  }

  // -------------------------------------------------------------- sending
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
  const slim = (m) => { const { reply_to_message, ...rest } = m; return rest; };

  function addMessage(bot, c, from, body, { outgoing }) {
    const id = c.nextMessageId++;
    const msg = { message_id: id, date: nowSec(), chat: { ...c.info }, ...body };
    if (from) msg.from = from;
    c.messages.set(id, { msg, outgoing, edits: [], reactions: {}, deleted: false, at: Date.now() });
    return msg;
  }

  function chatWithoutExtras(info) {
    const { description, ...rest } = info;
    return rest;
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

  const REACTIONS = new Set('👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡'.split(' '));

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

  // ---------------------------------------------------------------- faults
  function pickFault(phase, method, args) {
    const i = faults.findIndex((f) => {
      if (f.remaining <= 0) return false;
      if ((f.kind === 'dropReply') !== (phase === 'after')) return false;
      if (f.method && f.method.toLowerCase() !== method.toLowerCase()) return false;
      if (f.chat_id !== undefined && String(f.chat_id) !== String(args.chat_id)) return false;
      if (f.textIncludes && !String(args.text ?? args.caption ?? '').includes(f.textIncludes)) return false;
      if (f.skip > 0) { f.skip--; return false; }
      return true;
    });
    if (i < 0) return null;
    faults[i].remaining--;
    faults[i].hits++;
    return faults[i];
  }

  // ---------------------------------------------------------------- server
  const readBody = (req) => new Promise((resolve, reject) => {
    const parts = [];
    req.on('data', (d) => parts.push(d));
    req.on('end', () => resolve(Buffer.concat(parts)));
    req.on('error', reject);
    req.on('aborted', () => reject(new Error('aborted')));
  });

  function reply(res, status, obj, headers = {}) {
    if (res.destroyed || res.writableEnded) return;
    const body = Buffer.from(JSON.stringify(obj));
    res.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length, ...headers });
    res.end(body);
  }

  async function botRequest(req, res, url) {
    const m = /^\/bot([^/]+)(?:\/test)?\/([^/?]*)$/.exec(decodeURIComponent(url.pathname));
    if (!m) return reply(res, 404, { ok: false, error_code: 404, description: 'Not Found' });
    const [, token, method] = m;
    const rec = { seq: ++callSeq, at: Date.now(), us: monotonicUs(), token, method, http: req.method, params: {}, files: {}, status: null, ms: null };
    const t0 = process.hrtime.bigint();
    const closers = [];
    res.on('close', () => { for (const f of closers) f(); });
    const ctx = { onClose: (f) => closers.push(f) };
    let files = {};
    try {
      const raw = await readBody(req).catch(() => null);
      if (raw === null) return;
      const args = Object.fromEntries([...url.searchParams].map(([k, v]) => [k, v]));
      const ct = String(req.headers['content-type'] ?? '');
      rec.contentType = ct.split(';')[0];
      if (raw.length) {
        if (ct.includes('application/json')) {
          let j;
          try { j = JSON.parse(raw.toString('utf8')); } catch { throw bad("can't parse the request: JSON object expected"); }
          Object.assign(args, j);
        } else if (ct.includes('multipart/form-data')) {
          const b = /boundary="?([^";]+)"?/.exec(ct)?.[1];
          if (!b) throw bad('multipart boundary not found');
          const p = parseMultipart(raw, b);
          Object.assign(args, p.fields);
          files = p.files;
        } else Object.assign(args, Object.fromEntries(new URLSearchParams(raw.toString('utf8'))));
      }
      rec.params = args;
      for (const [k, f] of Object.entries(files)) rec.files[k] = { name: f.name, mime: f.mime, size: f.data.length, sha256: crypto.createHash('sha256').update(f.data).digest('hex') };
      calls.push(rec);
      if (config.latencyMs) await sleep(config.latencyMs);

      const fault = pickFault('before', method, args);
      if (fault) {
        rec.fault = fault.kind;
        if (fault.kind === 'delay') await sleep(fault.delayMs ?? 1000);
        else if (fault.kind === 'hang') { await new Promise((r) => { closers.push(r); setTimeout(r, fault.delayMs ?? 600000); }); rec.status = 0; return void res.destroy(); } else if (fault.kind === 'reset') { rec.status = 0; return void req.socket.destroy(); } else if (fault.kind === 'badJson') { rec.status = 200; res.writeHead(200, { 'content-type': 'application/json' }); return void res.end('{"ok":true,"result":'); } else if (fault.kind === 'html') {
          rec.status = fault.status ?? 502;
          res.writeHead(rec.status, { 'content-type': 'text/html' });
          return void res.end('<html><body>Bad Gateway</body></html>');
        } else if (fault.kind === 'truncate') {
          rec.status = 200;
          res.writeHead(200, { 'content-type': 'application/json', 'content-length': 5000 });
          res.write('{"ok":true,');
          return void setTimeout(() => res.destroy(), 20);
        } else if (fault.kind === 'status') {
          const code = fault.status ?? 500;
          const parameters = fault.retry_after ? { retry_after: fault.retry_after, ...fault.parameters } : fault.parameters;
          throw new ApiError(code, fault.description ?? (code === 429 ? `Too Many Requests: retry after ${fault.retry_after ?? 1}` : code >= 500 ? 'Internal Server Error' : 'Bad Request: injected fault'), parameters);
        }
      }

      if (!/^[0-9]+:[A-Za-z0-9_-]{3,}$/.test(token)) {
        throw config.malformedTokenStatus === 401 ? new ApiError(401, 'Unauthorized: invalid token specified') : new ApiError(404, 'Not Found');
      }
      const bot = bots.get(token);
      if (!bot || bot.revoked) throw new ApiError(401, 'Unauthorized');
      const out = await dispatch(bot, method, args, files, ctx);
      const after = pickFault('after', method, args);
      rec.result = out.result;
      if (after) { rec.fault = 'dropReply'; rec.status = 0; return void req.socket.destroy(); }
      rec.status = 200;
      reply(res, 200, { ok: true, result: out.result, ...(out.description ? { description: out.description } : {}) });
    } catch (e) {
      if (!(e instanceof ApiError)) e = new ApiError(500, `Internal Server Error: ${e.message}`);
      rec.status = e.code;
      rec.error = e.message;
      reply(res, e.code, { ok: false, error_code: e.code, description: e.message, ...(e.parameters ? { parameters: e.parameters } : {}) },
        e.parameters?.retry_after ? { 'retry-after': String(e.parameters.retry_after) } : {});
    } finally {
      rec.ms = Number(process.hrtime.bigint() - t0) / 1e6;
      rec.doneAt = Date.now();
      for (const look of [...waiters]) look(rec);
    }
  }

  function fileRequest(req, res, url) {
    const m = /^\/file\/bot([^/]+)\/(.+)$/.exec(decodeURIComponent(url.pathname));
    const bot = m && bots.get(m[1]);
    const f = bot && [...bot.files.values()].find((x) => x.path === m[2]);
    calls.push({ seq: ++callSeq, at: Date.now(), token: m?.[1], method: '(file)', params: { path: m?.[2] }, files: {}, status: f ? 200 : 404 });
    const fault = m && pickFault('before', '(file)', {});
    if (fault?.kind === 'reset') return req.socket.destroy();
    if (fault?.kind === 'status') return reply(res, fault.status ?? 500, { ok: false, error_code: fault.status ?? 500, description: fault.description ?? 'injected' });
    if (!f || !f.linkAt || Date.now() - f.linkAt > config.fileLinkSec * 1000) return reply(res, 404, { ok: false, error_code: 404, description: 'Not Found' });
    f.downloads++;
    res.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': f.data.length });
    if (fault?.kind === 'truncate') { res.write(f.data.subarray(0, Math.floor(f.data.length / 2))); return setTimeout(() => res.destroy(), 20); }
    res.end(f.data);
  }

  // ---------------------------------------------------------------- control
  function buildIncoming(bot, b) {
    const uid = Number(b.from_id ?? (Number(b.chat_id) > 0 ? b.chat_id : 1001));
    const c = chat(bot, b.chat_id, { type: b.chat_type, title: b.title, is_forum: b.is_forum });
    const from = user(bot, uid, b.from ?? {});
    if (c.info.type === 'private') Object.assign(c.info, { first_name: from.first_name, username: from.username });
    if (b.thread_id && !c.topics.has(Number(b.thread_id)) && Number(b.thread_id) !== 1) c.topics.set(Number(b.thread_id), { name: `topic ${b.thread_id}`, closed: false });
    const body = {};
    if (b.text !== undefined) {
      body.text = b.text;
      const ents = autoEntities(b.text, b.entities ?? []);
      if (ents.length) body.entities = ents;
    }
    for (const kind of ['photo', 'voice', 'audio', 'video', 'document', 'sticker', 'animation', 'video_note']) {
      if (!b[kind]) continue;
      const spec = b[kind] === true ? {} : b[kind];
      const f = storeFile(bot, { kind, name: spec.name, mime: spec.mime, size: spec.size, data: spec.base64 ? Buffer.from(spec.base64, 'base64') : undefined });
      body[kind] = mediaObject(kind, f, spec);
      if (kind === 'animation') body.document = mediaObject('document', f, spec);
    }
    if (b.caption) { body.caption = b.caption; const e = autoEntities(b.caption, []); if (e.length) body.caption_entities = e; }
    for (const k of ['location', 'venue', 'contact', 'poll', 'forward_origin', 'media_group_id', 'quote', 'via_bot', 'new_chat_members', 'left_chat_member', 'migrate_to_chat_id', 'migrate_from_chat_id', 'sender_chat', 'forum_topic_created', 'author_signature']) if (b[k] !== undefined) body[k] = b[k];
    if (b.thread_id) { body.message_thread_id = Number(b.thread_id); if (c.info.is_forum) body.is_topic_message = true; }
    if (b.reply_to) { const t = c.messages.get(Number(b.reply_to)); if (t) body.reply_to_message = slim(t.msg); }
    const msg = addMessage(bot, c, c.info.type === 'channel' ? undefined : { ...from }, body, { outgoing: false });
    if (c.info.type === 'channel') msg.sender_chat = chatWithoutExtras(c.info);
    msg.chat = chatWithoutExtras(c.info);
    return { c, msg, from };
  }

  function viewChat(c) {
    return {
      chat: c.info, state: c.state, topics: [...c.topics].map(([id, t]) => ({ id, ...t })), pinned: c.pinned,
      messages: [...c.messages.values()].map((m) => ({
        message_id: m.msg.message_id, outgoing: m.outgoing, deleted: m.deleted, deletedAt: m.deletedAt, at: m.at, edits: m.edits.length, editLog: m.edits,
        text: m.msg.text, caption: m.msg.caption, entities: m.msg.entities, thread: m.msg.message_thread_id,
        reply_to: m.msg.reply_to_message?.message_id, reply_markup: m.msg.reply_markup, reactions: m.reactions,
        kind: Object.keys(m.msg).find((k) => ['photo', 'document', 'voice', 'audio', 'video', 'sticker', 'animation', 'video_note', 'poll', 'location', 'venue'].includes(k)) ?? 'text',
      })),
      actions: c.actions,
    };
  }

  const match = (r, q) => (!q.method || r.method.toLowerCase() === q.method.toLowerCase())
    && (!q.since || r.seq > Number(q.since))
    && (!q.chat_id || String(r.params.chat_id) === String(q.chat_id))
    && (!q.status || String(r.status) === String(q.status))
    && (!q.text || new RegExp(q.text, 's').test(String(r.params.text ?? r.params.caption ?? '')))
    && (!q.done || r.status !== null);

  const ctl = {
    'GET /state': () => ({
      ok: true, now: Date.now(), calls: calls.length, lastSeq: callSeq, faults,
      bots: [...bots.values()].map((b) => ({
        token: b.token, me: b.me, revoked: b.revoked, pending: b.queue.length, nextUpdateId: b.nextId, allowed: b.allowed,
        polling: b.poll ? { offset: b.poll.offset } : null, lastPoll: b.lastPoll,
        webhook: b.webhook ? { url: b.webhook.url, secret: b.webhook.secret, attempts: b.webhook.attempts } : null,
        commands: [...b.commands].map(([k, v]) => ({ scope: JSON.parse(k)[0], language: JSON.parse(k)[1], count: v.length, commands: v })),
        chats: [...b.chats.values()].map((c) => ({ ...c.info, state: c.state, messages: c.messages.size })), profile: b.profile,
      })),
      loads: [...loads.values()].map(({ timer, ...l }) => l),
    }),
    'POST /config': (b) => { for (const [k, v] of Object.entries(b)) if (v && typeof v === 'object') config[k] = { ...config[k], ...v }; else config[k] = v; return { ok: true, config }; },
    'POST /bots': (b) => { const bot = bots.get(b.token) ?? makeBot(b.token, b); if (b.revoked !== undefined) bot.revoked = b.revoked; if (b.me) Object.assign(bot.me, b.me); if (b.nextUpdateId) bot.nextId = b.nextUpdateId; return { ok: true, me: bot.me }; },
    'POST /chats': (b) => {
      const bot = botOf(b.token);
      const c = chat(bot, b.chat_id, b);
      for (const k of ['admins', 'botStatus']) if (b[k] !== undefined) c[k] = b[k];
      for (const t of b.topics ?? []) c.topics.set(Number(t.id), { name: t.name ?? `topic ${t.id}`, closed: !!t.closed });
      return { ok: true, chat: c.info };
    },
    'POST /message': (b) => {
      const bot = botOf(b.token);
      const { c, msg } = buildIncoming(bot, b);
      const kind = b.kind ?? (c.info.type === 'channel' ? 'channel_post' : 'message');
      return { ok: true, ...pushUpdate(bot, kind, msg), message_id: msg.message_id, message: msg };
    },
    'POST /album': (b) => {
      const bot = botOf(b.token);
      const gid = String(rndInt(1e15, 9e15));
      const ids = (b.items ?? []).map((it) => { const { msg } = buildIncoming(bot, { ...b, items: undefined, ...it, media_group_id: gid }); return pushUpdate(bot, 'message', msg).update_id; });
      return { ok: true, media_group_id: gid, update_ids: ids };
    },
    'POST /edit': (b) => {
      const bot = botOf(b.token);
      const c = chat(bot, b.chat_id);
      const m = c.messages.get(Number(b.message_id));
      if (!m) return { ok: false, error: 'no such message' };
      m.edits.push({ at: Date.now(), text: m.msg.text });
      m.msg = { ...m.msg, text: b.text, entities: autoEntities(b.text, []), edit_date: nowSec() };
      return { ok: true, ...pushUpdate(bot, c.info.type === 'channel' ? 'edited_channel_post' : 'edited_message', m.msg) };
    },
    'POST /callback': (b) => {
      const bot = botOf(b.token);
      const c = chat(bot, b.chat_id);
      const m = c.messages.get(Number(b.message_id)) ?? [...c.messages.values()].reverse().find((x) => x.msg.reply_markup?.inline_keyboard);
      if (!m) return { ok: false, error: 'no message with a keyboard' };
      const data = b.data ?? m.msg.reply_markup.inline_keyboard.flat().find((k) => k.text === b.button)?.callback_data;
      const id = String(rndInt(1e17, 9e17));
      bot.callbacks.set(id, { answers: [], at: Date.now() });
      return { ok: true, callback_query_id: id, ...pushUpdate(bot, 'callback_query', { id, from: user(bot, b.from_id ?? b.chat_id), message: m.msg, chat_instance: '7', data }) };
    },
    'GET /callback': (b, q) => ({ ok: true, ...botOf(q.token).callbacks.get(q.id) }),
    'POST /reaction': (b) => {
      const bot = botOf(b.token);
      const c = chat(bot, b.chat_id);
      return { ok: true, ...pushUpdate(bot, 'message_reaction', { chat: c.info, message_id: Number(b.message_id), user: user(bot, b.from_id ?? b.chat_id), date: nowSec(), old_reaction: (b.old ?? []).map((e) => ({ type: 'emoji', emoji: e })), new_reaction: (b.new ?? []).map((e) => ({ type: 'emoji', emoji: e })) }) };
    },
    'POST /member': (b) => { // the bot itself: status member|administrator|left|kicked|restricted
      const bot = botOf(b.token);
      const c = chat(bot, b.chat_id, { title: b.title, is_forum: b.is_forum });
      const old = c.botStatus ?? 'left';
      c.botStatus = b.status;
      c.state = ['kicked', 'left'].includes(b.status) ? (c.info.type === 'private' ? 'blocked' : b.status) : 'ok';
      return { ok: true, ...pushUpdate(bot, 'my_chat_member', { chat: c.info, from: user(bot, b.from_id ?? 1001), date: nowSec(), old_chat_member: { user: bot.me, status: old }, new_chat_member: { user: bot.me, status: b.status } }) };
    },
    'POST /migrate': (b) => {
      const bot = botOf(b.token);
      const from = chat(bot, b.chat_id);
      const to = chat(bot, b.to_chat_id ?? Number(`-100${Math.abs(Number(b.chat_id))}`), { title: from.info.title });
      from.migratedTo = to.info.id;
      const r1 = pushUpdate(bot, 'message', buildIncoming(bot, { chat_id: from.info.id, from_id: b.from_id ?? 1001, migrate_to_chat_id: to.info.id }).msg);
      const r2 = pushUpdate(bot, 'message', buildIncoming(bot, { chat_id: to.info.id, from_id: b.from_id ?? 1001, migrate_from_chat_id: from.info.id }).msg);
      return { ok: true, to_chat_id: to.info.id, update_ids: [r1.update_id, r2.update_id] };
    },
    'POST /update': (b) => ({ ok: true, ...pushUpdate(botOf(b.token), b.kind ?? Object.keys(b.update).find((k) => k !== 'update_id'), b.update[b.kind] ?? b.update[Object.keys(b.update).find((k) => k !== 'update_id')], { force: b.force, id: b.update_id }) }),
    'POST /load': (b) => {
      const bot = botOf(b.token);
      const id = `load${loads.size + 1}`;
      const l = { id, sent: 0, count: b.count ?? 100, rate: b.rate ?? 10, startedAt: Date.now(), doneAt: null, firstUpdateId: null, lastUpdateId: null, texts: [] };
      const chats = b.chat_ids ?? [b.chat_id ?? 5001];
      loads.set(id, l);
      const tick = () => {
        const due = Math.min(l.count, Math.floor(((Date.now() - l.startedAt) / 1000) * l.rate) + 1);
        while (l.sent < due) {
          const n = l.sent++;
          const { msg } = buildIncoming(bot, { chat_id: chats[n % chats.length], from_id: b.from_id, text: (b.text ?? 'load {n}').replaceAll('{n}', n).replaceAll('{id}', id) });
          const r = pushUpdate(bot, 'message', msg);
          l.firstUpdateId ??= r.update_id;
          l.lastUpdateId = r.update_id;
        }
        if (l.sent >= l.count) { l.doneAt = Date.now(); return; }
        l.timer = setTimeout(tick, Math.max(1, Math.min(50, 1000 / l.rate)));
      };
      tick();
      return { ok: true, id };
    },
    'GET /load': (b, q) => { const { timer, ...l } = loads.get(q.id) ?? {}; return { ok: true, ...l }; },
    'POST /files': (b) => { const bot = botOf(b.token); const f = storeFile(bot, { kind: b.kind ?? 'document', name: b.name, mime: b.mime, size: b.size, data: b.base64 ? Buffer.from(b.base64, 'base64') : undefined }); return { ok: true, file_id: f.file_id, file_path: f.path }; },
    'GET /files': (b, q) => ({ ok: true, files: [...botOf(q.token).files.values()].map(({ data, ...f }) => ({ ...f, sha256: crypto.createHash('sha256').update(data).digest('hex') })) }),
    'POST /faults': (b) => { const f = { id: ++faultSeq, kind: 'status', skip: 0, hits: 0, ...b, remaining: b.times ?? 1 }; faults.push(f); return { ok: true, fault: f }; },
    'GET /faults': () => ({ ok: true, faults }),
    'DELETE /faults': () => { faults = []; return { ok: true }; },
    'POST /kill-polls': (b) => { let n = 0; for (const bot of bots.values()) if (bot.poll) { n++; const p = bot.poll; bot.poll = null; clearTimeout(p.timer); clearTimeout(p.wakeTimer); p.ctx.kill?.(); p.reject(new ApiError(502, 'Bad Gateway')); } return { ok: true, killed: n }; },
    'POST /rival-poll': (b) => { const bot = botOf(b.token); abortPoll(bot, 'terminated by other getUpdates request; make sure that only one bot instance is running'); return { ok: true }; },
    'GET /calls': (b, q) => ({ ok: true, lastSeq: callSeq, calls: calls.filter((r) => match(r, q)).slice(-(Number(q.limit) || 100000)) }),
    'DELETE /calls': () => { calls.length = 0; return { ok: true }; },
    'GET /wait': (b, q) => new Promise((resolve) => {
      const wanted = { ...q, done: 1 };
      const need = Number(q.count ?? 1);
      const hit = calls.filter((r) => match(r, wanted));
      const finish = (extra) => { clearTimeout(timer); waiters.delete(look); resolve({ ...extra, calls: hit, lastSeq: callSeq }); };
      // Each finished call is looked at once: a waiter costs the same however long the record is.
      const look = (r) => { if (match(r, wanted)) hit.push(r); if (hit.length >= need) finish({ ok: true }); };
      const timer = setTimeout(() => finish({ ok: false, timeout: true }), Number(q.timeout ?? 5000));
      waiters.add(look);
      if (hit.length >= need) finish({ ok: true });
    }),
    'GET /chat': (b, q) => { const c = botOf(q.token).chats.get(q.chat_id?.startsWith('@') ? q.chat_id : Number(q.chat_id)); return c ? { ok: true, ...viewChat(c) } : { ok: false, error: 'no such chat' }; },
    'GET /updates': (b, q) => {
      const list = [...botOf(q.token).history.values()];
      return { ok: true, total: list.length, delivered: list.filter((u) => u.deliveries.length).length, redelivered: list.filter((u) => u.deliveries.length > 1).length, confirmed: list.filter((u) => u.confirmedAt).length, lost: list.filter((u) => u.lostAt).length, ...(q.summary ? {} : { updates: list }) };
    },
    'POST /reset': (b) => { calls.length = 0; faults = []; for (const l of loads.values()) clearTimeout(l.timer); loads.clear(); const list = [...bots.values()]; for (const bot of list) { const t = bot.token; const me = bot.me; if (bot.poll) finishPoll(bot, bot.poll); bots.delete(t); makeBot(t, { username: me.username, first_name: me.first_name }); } return { ok: true }; },
  };

  const handler = async (req, res) => {
    const url = new URL(req.url, 'http://x');
    try {
      if (url.pathname.startsWith('/_ctl')) {
        const key = `${req.method} ${url.pathname.slice(5)}`;
        const fn = ctl[key];
        if (!fn) return reply(res, 404, { ok: false, error: `no control route ${key}`, routes: Object.keys(ctl) });
        const raw = await readBody(req);
        const body = raw.length ? JSON.parse(raw.toString()) : {};
        return reply(res, 200, await fn(body, Object.fromEntries(url.searchParams)));
      }
      if (url.pathname.startsWith('/file/')) return fileRequest(req, res, url);
      return await botRequest(req, res, url);
    } catch (e) {
      reply(res, 500, { ok: false, error: e.message, stack: e.stack });
    }
  };

  const server = options.tls ? https.createServer(options.tls, handler) : http.createServer(handler);
  server.keepAliveTimeout = 65000;
  server.on('connection', (s) => { sockets.add(s); s.on('close', () => sockets.delete(s)); });
  for (const t of options.tokens ?? ['123456:FAKE-TOKEN']) {
    makeBot(typeof t === 'string' ? t : t.token, typeof t === 'string' ? { username: options.username, firstUpdateId: options.firstUpdateId } : t);
  }
  await new Promise((r) => server.listen(options.port ?? 0, options.host ?? '127.0.0.1', r));
  const { port } = server.address();
  return {
    port, url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`, config, bots,
    ctl: async (route, body = {}, query = {}) => ctl[route](body, query),
    // What `check` gives once it is true, asked now and after every finished call; rejects at the deadline.
    until: (check, timeout = 5000) => new Promise((resolve, reject) => {
      const finish = (act, value) => { clearTimeout(timer); waiters.delete(look); act(value); };
      const look = async () => { try { const value = await check(); if (value) finish(resolve, value); } catch (error) { finish(reject, error); } };
      const timer = setTimeout(() => finish(reject, new Error(`not within ${timeout} ms`)), timeout);
      waiters.add(look);
      void look();
    }),
    async close() { for (const l of loads.values()) clearTimeout(l.timer); for (const s of sockets) s.destroy(); await new Promise((r) => server.close(r)); },
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const arg = (n, d) => { const i = process.argv.indexOf(`--${n}`); return i > 0 ? process.argv[i + 1] : d; };
  const tls = arg('tls-cert') ? { cert: fs.readFileSync(arg('tls-cert')), key: fs.readFileSync(arg('tls-key')) } : undefined;
  const s = await startFakeTelegram({
    port: Number(arg('port', 8081)), host: arg('host', '127.0.0.1'), username: arg('username', 'fake_bot'), tls,
    tokens: (arg('token', '123456:FAKE-TOKEN')).split(','),
  });
  console.log(`fake-telegram on ${s.url} tokens=${[...s.bots.keys()].join(',')}`);
  for (const sig of ['SIGINT', 'SIGTERM']) process.on(sig, () => s.close().then(() => process.exit(0)));
}
