// Rate limits as the answers' headers tell them: buckets, the bot's requests a second, the ban for refused requests.
import crypto from 'node:crypto';
import { limited } from './values.mjs';

export function buckets(fake) {
  const { config } = fake;
  const states = new Map(); // bucket -> {left, resetAt}
  let everywhere = []; // when the last second's requests came
  let refused = []; // when requests were refused, in the last ten minutes
  let bannedUntil = 0;

  // The hash names a kind of request; the channel, server or webhook with its token (an interaction is one) in the path
  // makes it a bucket of its own.
  function bucketOf(method, path) {
    const { messageSend, reaction, fallback } = config.rest;
    const sending = method === 'POST' && /^\/channels\/(\d+)\/messages$/.exec(path);
    if (sending) return { key: `send:${sending[1]}`, rule: messageSend, hash: 'fakesend00000000' };
    const reacting = /^\/channels\/(\d+)\/messages\/\d+\/reactions/.exec(path);
    if (reacting) return { key: `react:${reacting[1]}`, rule: reaction, hash: 'fakereact0000000' };
    const major = /^\/(channels|guilds)\/\d+|^\/(webhooks|interactions)\/\d+\/[^/]+/.exec(path)?.[0] ?? '';
    const shape = path.replace(/\d{5,}/g, ':id').replace(/(webhooks\/:id|interactions\/:id)\/[^/]+/, '$1/:token');
    const hash = crypto.createHash('md5').update(method + shape).digest('hex').slice(0, 16);
    return { key: `${hash}:${major}`, rule: fallback, hash };
  }

  function takeOfTheSecond(now) {
    everywhere = everywhere.filter((time) => time > now - 1000);
    if (everywhere.length >= config.rest.globalPerSec) throw limited((everywhere[0] + 1000 - now) / 1000, { isGlobal: true });
    everywhere.push(now);
  }

  // The headers of the answer. Errors: 429.
  function take(method, path, isWithoutToken) {
    if (!config.rest.enabled) return {};
    const now = Date.now();
    if (!isWithoutToken) takeOfTheSecond(now); // interactions and webhooks do not count
    const { key, rule, hash } = bucketOf(method, path);
    let state = states.get(key);
    if (!state || now >= state.resetAt) states.set(key, state = { left: rule.limit, resetAt: now + rule.windowMs });
    const after = Math.max(0.001, (state.resetAt - now) / 1000);
    const headers = {
      'x-ratelimit-limit': String(rule.limit), 'x-ratelimit-remaining': String(Math.max(0, state.left - 1)), 'x-ratelimit-reset': (state.resetAt / 1000).toFixed(3),
      'x-ratelimit-reset-after': after.toFixed(3), 'x-ratelimit-bucket': hash,
    };
    if (state.left <= 0) throw limited(after, { headers });
    state.left--;
    return headers;
  }

  // 401, 403 and 429 count, but for what a shared limit refused.
  function countRefusal({ status, headers }) {
    if (![401, 403, 429].includes(status) || headers['x-ratelimit-scope'] === 'shared') return;
    const now = Date.now();
    refused = refused.filter((time) => time > now - config.rest.invalidWindowMs);
    refused.push(now);
    if (refused.length >= config.rest.invalidMax) bannedUntil = now + config.rest.invalidWindowMs;
  }

  const ban = () => Math.max(0, Math.ceil((bannedUntil - Date.now()) / 1000)); // seconds
  const forgive = () => { refused = []; bannedUntil = 0; };
  const forgetLimits = () => { states.clear(); everywhere = []; forgive(); };

  return { take, countRefusal, refusals: () => refused.length, ban, forgive, forgetLimits };
}
