// Sessions of the gateway: what each has been told, what it may still ask for again, who may begin one.
import crypto from 'node:crypto';
import { ALL_INTENTS, INTENT, PRIVILEGED } from './values.mjs';

export function sessions(fake) {
  const { config } = fake;
  const all = new Map(); // id -> session
  let started = 0; // ever
  let windowBegan = 0;
  let inWindow = 0;

  // Without the intent a bot sees the text of messages that are its own, mention it, or came in a direct conversation.
  function asSeenBy(session, type, data) {
    const isMessage = type === 'MESSAGE_CREATE' || type === 'MESSAGE_UPDATE';
    const { bot } = fake.world;
    if (!isMessage || session.intents & INTENT.MESSAGE_CONTENT || !data.guild_id || data.author?.id === bot.id || data.mentions?.some(({ id }) => id === bot.id)) return data;
    return { ...data, content: '', embeds: [], attachments: [], components: [] };
  }

  function tell(session, type, data) {
    const payload = { op: 0, t: type, s: ++session.seq, d: asSeenBy(session, type, data) };
    session.buffer.push(payload);
    if (session.buffer.length > config.resumeBufferMax) session.buffer.shift();
    if (session.connection && !fake.mode.dropDispatch) session.connection.send(payload);
  }

  // To every session that has asked for such events, connected or not.
  function dispatch(type, data, intent) {
    for (const session of all.values()) {
      if (intent && !(session.intents & intent)) continue;
      tell(session, type, data);
      if (type === 'MESSAGE_CREATE') fake.audit.get(data.id)?.dispatches.push({ at: Date.now(), us: fake.monotonicUs(), session: session.id, seq: session.seq, live: !!session.connection });
    }
  }

  function endSession(session) {
    clearTimeout(session.expiry);
    all.delete(session.id);
  }

  // A clean close by the client ends the session at once; after any other it may come back for a while.
  function disconnected(connection, code, wasOurs) {
    const { session } = connection;
    if (session?.connection !== connection || !all.has(session.id)) return;
    session.connection = null;
    if ((code === 1000 || code === 1001) && !wasOurs) return endSession(session);
    session.expiry = setTimeout(() => endSession(session), config.resumeTtlMs);
  }

  const isToken = (text) => String(text ?? '').replace(/^Bot /, '') === fake.world.token;
  const invalidSession = (connection, resumable) => connection.send({ op: 9, t: null, s: null, d: resumable });

  // What a test has prescribed as the answer to the next IDENTIFY or RESUME. True: it has been given.
  function prescribed(connection, which) {
    const reply = fake.mode[which];
    if (!reply) return false;
    reply.times = (reply.times ?? 1) - 1;
    if (reply.times <= 0) fake.mode[which] = null;
    if (reply.close) connection.close(reply.close, reply.reason ?? '');
    else if (reply.op === 9) invalidSession(connection, !!reply.resumable);
    return true; // or silence
  }

  function whyNot({ intents, shard, properties }) {
    if (intents === undefined || (Number(intents) & ~ALL_INTENTS) !== 0) return [4013, 'Invalid intent(s).'];
    if (Number(intents) & PRIVILEGED & ~config.privilegedGranted) return [4014, 'Disallowed intent(s).'];
    if (shard && (!Array.isArray(shard) || shard[0] >= shard[1])) return [4010, 'Invalid shard.'];
    if (!properties) return [4002, 'Error while decoding payload.'];
    return null;
  }

  function identify(connection, data) {
    if (connection.session) return connection.close(4005, 'Already authenticated.');
    fake.identifies.push(Date.now());
    if (prescribed(connection, 'identifyReply')) return;
    if (!isToken(data.token)) return connection.close(4004, 'Authentication failed.');
    const problem = whyNot(data);
    if (problem) return connection.close(...problem);
    const now = Date.now();
    if (now - windowBegan > config.identifyWindowMs) { windowBegan = now; inWindow = 0; }
    if (++inWindow > config.sessionStart.max_concurrency && config.enforceIdentifyConcurrency) return invalidSession(connection, false);
    if (config.sessionStart.remaining <= 0) return connection.close(4004, 'Session start limit reached');
    config.sessionStart.remaining--;
    begin(connection, data);
  }

  function begin(connection, { intents, presence, shard }) {
    const id = crypto.createHash('md5').update(`${fake.world.token} session ${++started}`).digest('hex');
    const session = { id, seq: 0, buffer: [], intents: Number(intents), connection, presence, resumes: 0 };
    connection.session = session;
    all.set(id, session);
    const guilds = session.intents & INTENT.GUILDS ? [...fake.world.guilds.values()] : [];
    tell(session, 'READY', {
      v: 10, user: fake.world.bot, session_id: id, resume_gateway_url: fake.options.resumeUrl ?? `${fake.socketUrl()}/gateway-resume`, session_type: 'normal',
      guilds: guilds.map((guild) => ({ id: guild.id, unavailable: true })), private_channels: [], relationships: [], user_settings: {}, shard: shard ?? [0, 1],
      application: { id: fake.world.app.id, flags: fake.world.app.flags }, _trace: [], geo_ordered_rtc_regions: [], presences: [], guild_join_requests: [], auth: {},
    });
    setTimeout(() => { for (const guild of guilds) tell(session, 'GUILD_CREATE', fake.fullGuild(guild)); }, config.unavailableGuildDelayMs);
  }

  function resume(connection, { token, session_id, seq }) {
    if (connection.session) return connection.close(4005, 'Already authenticated.');
    if (prescribed(connection, 'resumeReply')) return;
    if (!isToken(token)) return connection.close(4004, 'Authentication failed.');
    const session = all.get(session_id);
    if (!session) return invalidSession(connection, false);
    if (Number(seq) > session.seq) return connection.close(4007, 'Invalid seq.');
    const missed = session.buffer.filter(({ s }) => s > Number(seq));
    if (missed.length && missed[0].s !== Number(seq) + 1) { endSession(session); return invalidSession(connection, false); }
    clearTimeout(session.expiry);
    if (session.connection) { session.connection.session = null; session.connection.close(4000, 'replaced'); }
    session.connection = connection;
    connection.session = session;
    session.resumes++;
    for (const payload of missed) connection.send(payload);
    tell(session, 'RESUMED', { _trace: [] });
  }

  function members(connection, { guild_id, nonce }) {
    const guild = fake.world.guilds.get(String(guild_id));
    if (guild) tell(connection.session, 'GUILD_MEMBERS_CHUNK', { guild_id: guild.id, members: [...guild.members.values()], chunk_index: 0, chunk_count: 1, nonce });
  }

  const endSessions = () => { for (const session of [...all.values()]) endSession(session); windowBegan = 0; };

  return { sessions: all, tell, dispatch, endSession, endSessions, disconnected, invalidSession, identify, resume, members };
}
