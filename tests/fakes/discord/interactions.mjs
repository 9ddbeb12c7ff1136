// Slash commands, buttons and forms: begun by the test, acknowledged within three seconds, answered by follow-ups.
import crypto from 'node:crypto';
import { ALL_PERMS, ApiError, unknown, visible } from './values.mjs';

const TYPES = { command: 2, component: 3, autocomplete: 4, modal: 5 };
const EPHEMERAL = 1 << 6;

export function interactions(fake) {
  const { config, route, recordOf } = fake;
  let begun = 0;

  // ---------------------------------------------------------------- the test's side
  function dataOf(kind, channel, { name, options, resolved, message_id, custom_id, component_type, values, components }) {
    if (kind === 'component') {
      return { message: fake.world.messages.get(channel.id).get(String(message_id))?.msg, data: { custom_id, component_type: component_type ?? (values ? 3 : 2), ...(values ? { values } : {}) } };
    }
    if (kind === 'modal') return { data: { custom_id, components: components ?? [] } };
    const known = [...fake.world.commands.global, ...[...fake.world.commands.guild.values()].flat()].find((command) => command.name === name);
    return { data: { id: known?.id ?? fake.snowflake(), name, type: 1, options: options ?? [], ...(resolved ? { resolved } : {}) } };
  }

  function whoAndWhere(channel, person) {
    if (!channel.guild_id) return { user: person };
    return {
      guild_id: channel.guild_id, guild: { id: channel.guild_id, locale: 'en-US', features: [] }, guild_locale: 'en-US',
      member: { ...fake.member(fake.world.guilds.get(channel.guild_id), person.id), permissions: ALL_PERMS.toString() },
    };
  }

  // {kind: "command", name, options} | {kind: "component", message_id, custom_id, values} | {kind: "autocomplete", …} | {kind: "modal", custom_id, components}
  function interact({ kind = 'command', channel_id, from_id, ...more }) {
    const channel = channel_id ? fake.world.channels.get(String(channel_id)) : fake.dmChannel(from_id ?? '1001');
    const person = fake.user(from_id ?? channel.recipients?.[0]?.id ?? '1001');
    const token = crypto.createHash('sha256').update(`${fake.world.token} interaction ${++begun}`).digest('base64url');
    const payload = {
      id: fake.snowflake(), application_id: fake.world.app.id, type: TYPES[kind], token, version: 1, channel_id: channel.id, channel: visible(channel),
      locale: 'en-US', entitlements: [], authorizing_integration_owners: { 0: channel.guild_id ?? '0' }, context: channel.guild_id ? 0 : 1,
      attachment_size_limit: config.maxAttachment, app_permissions: ALL_PERMS.toString(), ...whoAndWhere(channel, person), ...dataOf(kind, channel, more),
    };
    fake.world.interactions.set(payload.id, { id: payload.id, token, at: Date.now(), followups: [], payload });
    fake.dispatch('INTERACTION_CREATE', payload);
    return { ok: true, interaction_id: payload.id, token };
  }

  function viewInteraction(id) {
    const found = fake.world.interactions.get(id);
    if (!found) return { ok: false };
    const messages = fake.world.messages.get(found.payload.channel_id);
    const message = (messageId) => { const record = messages.get(messageId); return record && { id: messageId, content: record.msg.content, flags: record.msg.flags, deleted: record.deleted, at: record.at, edits: record.edits.length }; };
    return {
      ok: true, ackMs: found.ackedAt ? found.ackedAt - found.at : null, ackType: found.ackType ?? null, ackData: found.ackData,
      original: found.original && message(found.original), followups: found.followups.map(message),
    };
  }

  // ---------------------------------------------------------------- the bot's side
  function interactionOf(token, id) {
    const found = [...fake.world.interactions.values()].find((each) => each.token === token && (!id || each.id === id));
    if (!found) throw unknown('interaction', 10062);
    return found;
  }

  const write = (channel, body, files, more) => fake.makeMessage(channel, fake.world.bot, { ...body, attachments: fake.storeFiles(channel, files, body.attachments), webhook_id: fake.world.app.id, ...more });

  function original(channel, { type, data = {} }, files) {
    const flags = (type === 5 ? fake.LOADING : 0) | ((data.flags ?? 0) & (EPHEMERAL | 1 << 15));
    return write(channel, type === 4 ? data : {}, files, { type: 20, flags });
  }

  route('POST', '/interactions/:id/:token/callback', ({ params, body, files, query }) => {
    const found = interactionOf(params.token, params.id);
    if (found.ackedAt) throw new ApiError(400, 40060, 'Interaction has already been acknowledged.');
    if (Date.now() - found.at > config.interactionAckMs) throw unknown('interaction', 10062);
    Object.assign(found, { ackedAt: Date.now(), ackType: body.type, ackData: body.data });
    const channel = fake.world.channels.get(found.payload.channel_id);
    const message = body.type === 4 || body.type === 5 ? original(channel, body, files) : null;
    if (message) found.original = message.id;
    if (body.type === 7 && found.payload.message) fake.editMessage(channel, recordOf(channel.id, found.payload.message.id), body.data ?? {}, files);
    if (query.with_response !== 'true') return null;
    return { interaction: { id: found.id, type: found.payload.type }, resource: { type: body.type, ...(message ? { message } : {}) } };
  }, { open: true });

  // Before the acknowledgement there is nothing to follow up.
  function target({ token }) {
    const found = interactionOf(token);
    if (!found.ackedAt) throw unknown('Webhook', 10015);
    if (Date.now() - found.at > config.interactionTokenMs) throw new ApiError(401, 50027, 'Invalid Webhook Token');
    return { found, channel: fake.world.channels.get(found.payload.channel_id) };
  }

  route('POST', '/webhooks/:app/:token', ({ params, body, files }) => {
    const { found, channel } = target(params);
    fake.checkBody(body, files);
    const message = write(channel, body, files);
    found.followups.push(message.id);
    return message;
  }, { open: true });

  const hookMessage = (params) => {
    const { found, channel } = target(params);
    const id = params.message === '@original' ? found.original ?? found.payload.message?.id : params.message;
    return { channel, record: recordOf(channel.id, id) };
  };
  const HOOK = '/webhooks/:app/:token/messages/:message';
  route('GET', HOOK, ({ params }) => hookMessage(params).record.msg, { open: true });
  route('DELETE', HOOK, ({ params }) => { hookMessage(params).record.deleted = true; return null; }, { open: true });
  route('PATCH', HOOK, ({ params, body, files }) => {
    const { channel, record } = hookMessage(params);
    record.msg.flags &= ~fake.LOADING;
    return fake.editMessage(channel, record, body, files);
  }, { open: true });

  return { interact, viewInteraction };
}
