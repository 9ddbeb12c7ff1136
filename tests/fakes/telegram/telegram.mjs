#!/usr/bin/env node
// fake telegram: a loopback stand-in for a Telegram Bot API server. A program and a module, no dependencies.
// Bot side: /bot<token>/<method> and /file/bot<token>/<path>. Test side: everything under /_ctl/ (see README.md).
import http from 'node:http';
import https from 'node:https';
import fs from 'node:fs';
import { pathToFileURL } from 'node:url';
import { control } from './control.mjs';
import { methods } from './methods.mjs';
import { sending } from './sending.mjs';
import { server as botSide } from './server.mjs';
import { updates } from './updates.mjs';
import { DAY } from './values.mjs';
import { webhook } from './webhook.mjs';
import { world } from './world.mjs';

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
  longestPollSec: 50, // the real server's; shorter: an idle bot is answered more often
  fileLinkSec: 3600,
  malformedTokenStatus: 404, // the public front answers 404; the open source server 401
  unknownMethod: '404', // or 'ok' to answer true to anything
  autoChats: true, // sending to an unseen positive chat id works as if the user had started the bot
  strictTopics: true,
  limits: { enabled: false, perChatPerSec: 1, perChatBurst: 3, perGroupPerMin: 20, globalPerSec: 30, retryAfter: 3 },
};

export async function startFakeTelegram(options = {}) {
  // What the parts share; each part adds its functions and uses those of the parts before it.
  const fake = {
    config: Object.assign(structuredClone(DEFAULT_CONFIG), options.config), bots: new Map(), calls: [], waiters: new Set(), watchers: new Set(), loads: new Map(),
    callSeq: 0, faults: [], faultSeq: 0,
  };
  for (const part of [world, updates, webhook, sending, methods, botSide, control]) Object.assign(fake, part(fake));
  const { config, bots, loads, watchers, handler, makeBot, ctl } = fake;
  const sockets = new Set();
  let connections = 0; // ever made

  const server = options.tls ? https.createServer(options.tls, handler) : http.createServer(handler);
  server.keepAliveTimeout = 65000;
  server.on('connection', (s) => { connections++; sockets.add(s); s.on('close', () => sockets.delete(s)); });
  for (const t of options.tokens ?? ['123456:FAKE-TOKEN']) {
    makeBot(typeof t === 'string' ? t : t.token, typeof t === 'string' ? { username: options.username, firstUpdateId: options.firstUpdateId } : t);
  }
  await new Promise((r) => server.listen(options.port ?? 0, options.host ?? '127.0.0.1', r));
  const { port } = server.address();
  return {
    port, url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`, config, bots,
    get connections() { return connections; },
    // How often a worker has signed in: the first thing it does with a token.
    get signIns() { return fake.calls.filter((call) => call.method === 'getMe').length; },
    ctl: async (route, body = {}, query = {}) => ctl[route](body, query),
    // What `check` gives once it is true, asked now and whenever a poll begins or a call ends; rejects at the deadline.
    until: (check, timeout = 20_000) => new Promise((resolve, reject) => {
      const finish = (act, value) => { clearTimeout(timer); watchers.delete(look); act(value); };
      const look = async () => { try { const value = await check(); if (value) finish(resolve, value); } catch (error) { finish(reject, error); } };
      const timer = setTimeout(() => finish(reject, new Error(`not within ${timeout} ms`)), timeout);
      watchers.add(look);
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
