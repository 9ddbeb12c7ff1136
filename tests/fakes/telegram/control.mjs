// The test's side: everything under /_ctl. README.md lists the routes.
import crypto from 'node:crypto';
import { autoEntities } from './markup.mjs';
import { nowSec, rndInt, ApiError } from './values.mjs';

export function control(fake) {
  const { config, bots, calls, waiters, loads, makeBot, botOf, user, chat, storeFile, mediaObject, slim, addMessage, chatWithoutExtras, pushUpdate, finishPoll, abortPoll } = fake;

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
      ok: true, now: Date.now(), calls: calls.length, lastSeq: fake.callSeq, faults: fake.faults,
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
    'POST /faults': (b) => { const f = { id: ++fake.faultSeq, kind: 'status', skip: 0, hits: 0, ...b, remaining: b.times ?? 1 }; fake.faults.push(f); return { ok: true, fault: f }; },
    'GET /faults': () => ({ ok: true, faults: fake.faults }),
    'DELETE /faults': () => { fake.faults = []; return { ok: true }; },
    'POST /kill-polls': (b) => { let n = 0; for (const bot of bots.values()) if (bot.poll) { n++; const p = bot.poll; bot.poll = null; clearTimeout(p.timer); clearTimeout(p.wakeTimer); p.ctx.kill?.(); p.reject(new ApiError(502, 'Bad Gateway')); } return { ok: true, killed: n }; },
    'POST /rival-poll': (b) => { const bot = botOf(b.token); abortPoll(bot, 'terminated by other getUpdates request; make sure that only one bot instance is running'); return { ok: true }; },
    'GET /calls': (b, q) => ({ ok: true, lastSeq: fake.callSeq, calls: calls.filter((r) => match(r, q)).slice(-(Number(q.limit) || 100000)) }),
    'DELETE /calls': () => { calls.length = 0; return { ok: true }; },
    'GET /wait': (b, q) => new Promise((resolve) => {
      const wanted = { ...q, done: 1 };
      const need = Number(q.count ?? 1);
      const hit = calls.filter((r) => match(r, wanted));
      const finish = (extra) => { clearTimeout(timer); waiters.delete(look); resolve({ ...extra, calls: hit, lastSeq: fake.callSeq }); };
      // Each finished call is looked at once: a waiter costs the same however long the record is.
      const look = (r) => { if (match(r, wanted)) hit.push(r); if (hit.length >= need) finish({ ok: true }); };
      const timer = setTimeout(() => finish({ ok: false, timeout: true }), Number(q.timeout ?? 20_000));
      waiters.add(look);
      if (hit.length >= need) finish({ ok: true });
    }),
    'GET /chat': (b, q) => { const c = botOf(q.token).chats.get(q.chat_id?.startsWith('@') ? q.chat_id : Number(q.chat_id)); return c ? { ok: true, ...viewChat(c) } : { ok: false, error: 'no such chat' }; },
    'GET /updates': (b, q) => {
      const list = [...botOf(q.token).history.values()];
      return { ok: true, total: list.length, delivered: list.filter((u) => u.deliveries.length).length, redelivered: list.filter((u) => u.deliveries.length > 1).length, confirmed: list.filter((u) => u.confirmedAt).length, lost: list.filter((u) => u.lostAt).length, ...(q.summary ? {} : { updates: list }) };
    },
    'POST /reset': (b) => { calls.length = 0; fake.faults = []; for (const l of loads.values()) clearTimeout(l.timer); loads.clear(); const list = [...bots.values()]; for (const bot of list) { const t = bot.token; const me = bot.me; if (bot.poll) finishPoll(bot, bot.poll); bots.delete(t); makeBot(t, { username: me.username, first_name: me.first_name }); } return { ok: true }; },
  };

  return { buildIncoming, viewChat, match, ctl };
}
