// Deliveries to a webhook, one after the other, with the server's back-off.
import http from 'node:http';
import https from 'node:https';
import { sleep, nowSec } from './values.mjs';

export function webhook(fake) {
  const { expireOld } = fake;

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
            await fake.dispatch(bot, reply.method, reply, {}, { onClose() {} }).catch(() => {});
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

  return { pumpWebhook, postJson };
}
