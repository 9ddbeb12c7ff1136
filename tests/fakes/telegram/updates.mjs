// getUpdates as the open source Bot API server does it: offsets delete, one poll at a time, allowed kinds stick.
import { sleep, monotonicUs, ApiError, UPDATE_KINDS, DEFAULT_ALLOWED, maybeJson, asInt } from './values.mjs';

export function updates(fake) {
  const { config } = fake;

  function pushUpdate(bot, kind, payload, { force = false, id } = {}) {
    if (!force && !bot.allowed.includes(kind)) return { stored: false, reason: 'not in allowed_updates' };
    const updateId = id ?? bot.nextId++;
    if (id !== undefined) bot.nextId = id + 1;
    const rec = { update_id: updateId, kind, at: Date.now(), deliveries: [], deliveredUs: null, confirmedAt: null, lostAt: null };
    bot.history.set(updateId, rec);
    bot.queue.push({ id: updateId, body: { update_id: updateId, [kind]: payload }, rec });
    if (bot.webhook) void fake.pumpWebhook(bot);
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
    let timeout = Math.min(config.longestPollSec, Math.max(0, asInt(a.timeout, 0)));
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
      for (const look of [...fake.watchers]) look();
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

  return { pushUpdate, expireOld, wakePoll, takeUpdates, finishPoll, conflict, abortPoll, getUpdates, applyAllowed };
}
