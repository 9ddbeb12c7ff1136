// Who there is: bots, people, chats, messages, files.
import crypto from 'node:crypto';
import { nowSec, rndInt, DEFAULT_ALLOWED } from './values.mjs';

const DUMMY_BYTES = {
  photo: () => Buffer.from('/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////2wBDAf//////////////////////////////////////////////////////////////////////////////////////wAARCAABAAEDASIAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAUAQEAAAAAAAAAAAAAAAAAAAAA/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQACEQMRAD8AN//Z', 'base64'),
  other: () => Buffer.from('fake telegram file body\n'),
};

export function world(fake) {
  const { bots } = fake;

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

  return { makeBot, botOf, user, chat, storeFile, mediaObject, slim, addMessage, chatWithoutExtras };
}
