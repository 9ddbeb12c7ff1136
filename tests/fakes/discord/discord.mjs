#!/usr/bin/env node
// fake discord: a loopback stand-in for Discord's REST v10 and Gateway v10. A program and a module; needs ws.
// Bot side: /api/v10/…, the sockets /gateway and /gateway-resume, /cdn/…. Test side: everything under /_ctl/ (see README.md).
import http from 'node:http';
import { pathToFileURL } from 'node:url';
import { buckets } from './buckets.mjs';
import { control } from './control.mjs';
import { faults } from './faults.mjs';
import { interactions } from './interactions.mjs';
import { posting } from './posting.mjs';
import { record } from './record.mjs';
import { rest } from './rest.mjs';
import { routes } from './routes.mjs';
import { sessions } from './sessions.mjs';
import { sockets } from './sockets.mjs';
import { PRIVILEGED, monotonicUs, snowflakes } from './values.mjs';
import { world } from './world.mjs';

const DEFAULTS = {
  heartbeatInterval: 41250,
  heartbeatGraceFactor: 1.5, // the server closes a client that stays silent for so many intervals
  resumeTtlMs: 180_000,
  resumeBufferMax: 5000, // events
  identifyWindowMs: 5000,
  enforceIdentifyConcurrency: true,
  gatewayRate: { enabled: true, max: 120, perMs: 60_000 },
  maxClientPayload: 4096,
  sessionStart: { total: 1000, remaining: 1000, reset_after: 86_400_000, max_concurrency: 1 },
  shards: 1, // what is advised
  privilegedGranted: PRIVILEGED, // what the developer portal has granted
  unavailableGuildDelayMs: 10,
  latencyMs: 0, // of REST
  rest: {
    enabled: true, globalPerSec: 50, messageSend: { limit: 5, windowMs: 5000 }, reaction: { limit: 1, windowMs: 250 }, fallback: { limit: 30, windowMs: 5000 },
    invalidMax: 10_000, invalidWindowMs: 600_000,
  },
  interactionAckMs: 3000,
  interactionTokenMs: 15 * 60_000,
  maxContent: 2000,
  maxAttachment: 10 * 1024 * 1024,
  refuseArchived: false, // true: a message into an archived thread is refused instead of opening it again
  nonceWindowMs: 5 * 60_000,
};

const isObject = (value) => value && typeof value === 'object' && !Array.isArray(value);
function merge(into, from = {}) {
  for (const [key, value] of Object.entries(from)) into[key] = isObject(value) ? merge(into[key] ?? {}, value) : value;
  return into;
}

const freshMode = () => ({ ackHeartbeats: true, sendHello: true, dropDispatch: false, refuse: null, identifyReply: null, resumeReply: null, isOut: false });

// options: port (0: any), host, token, botId, username, guilds (how many servers the bot is in), appFlags (what the portal
// claims to have granted), resumeUrl, config, mode
export async function startFakeDiscord(options = {}) {
  const server = http.createServer((req, res) => fake.handler(req, res));
  const connections = new Set();
  const port = () => server.address().port;
  // What the parts share; each part adds its functions and uses those of the parts before it.
  const fake = {
    options, merge, freshMode, monotonicUs, snowflake: snowflakes(), world: {}, mode: { ...freshMode(), ...options.mode }, config: merge(structuredClone(DEFAULTS), options.config),
    url: () => `http://127.0.0.1:${port()}`, socketUrl: () => `ws://127.0.0.1:${port()}`,
  };
  for (const part of [record, faults, buckets, world, posting, sessions, sockets, rest, routes, interactions, control]) Object.assign(fake, part(fake));
  server.keepAliveTimeout = 65_000;
  server.on('connection', (socket) => { connections.add(socket); socket.on('close', () => connections.delete(socket)); });
  server.on('upgrade', fake.onUpgrade);
  await new Promise((resolve, reject) => server.once('error', reject).listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve));
  fake.freshWorld();

  async function close() {
    fake.stopLoads();
    fake.eachConnection(({ socket, silence }) => { clearTimeout(silence); socket.terminate(); });
    fake.endSessions();
    for (const socket of connections) socket.destroy();
    await new Promise((done) => server.close(done));
  }

  const { config, world: who, until } = fake;
  return {
    port: port(), url: fake.url(), api: `${fake.url()}/api/v10`, gateway: `${fake.socketUrl()}/gateway`, config, world: who, until, close,
    ctl: async (route, body = {}, query = {}) => fake.ctl[route](body, query),
    calls: fake.calls, identifies: fake.identifies, attempts: fake.attempts, sessions: fake.sessions,
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const option = (name) => { const at = process.argv.indexOf(`--${name}`); return at > 0 ? process.argv[at + 1] : undefined; };
  const fake = await startFakeDiscord({ port: Number(option('port') ?? 8083), host: option('host'), token: option('token'), botId: option('bot-id'), username: option('username'), guilds: Number(option('guilds') ?? 1) });
  console.log(`fake-discord on ${fake.url} api=${fake.api} gateway=${fake.gateway}`);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => fake.close().then(() => process.exit(0)));
}
