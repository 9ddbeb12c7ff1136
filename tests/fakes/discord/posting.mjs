// What a bot may write, and what becomes of it: the limits with their errors, files, the enforced nonce, edits.
import {
  ApiError, CHANNEL, INTENT, PERM, badForm, cannotDm, codePoints, emptyMessage, holdsPosts, iso, isThread, missingAccess, missingPermissions, tooLong, unknown, visible,
} from './values.mjs';

const V2 = 1 << 15; // IS_COMPONENTS_V2
const LOADING = 1 << 7;

export function posting(fake) {
  const { config, snowflake } = fake;

  function need(channel, ...permissions) {
    if (!channel.guild_id) return;
    for (const permission of permissions) {
      if (channel._botPerms & permission) continue;
      throw permission === PERM.VIEW_CHANNEL ? missingAccess() : missingPermissions();
    }
  }

  function channelOf(id) {
    const channel = fake.world.channels.get(String(id));
    if (!channel) throw unknown('Channel', 10003);
    need(channel, PERM.VIEW_CHANNEL);
    return channel;
  }

  function recordOf(channelId, messageId) {
    const record = fake.world.messages.get(String(channelId))?.get(String(messageId));
    if (!record || record.deleted) throw unknown('Message', 10008);
    return record;
  }

  // ---------------------------------------------------------------- limits
  function checkEmbeds(embeds = []) {
    if (embeds.length > 10) throw tooLong('embeds', 10);
    for (const [i, { title = '', description = '' }] of embeds.entries()) {
      if (codePoints(description) > 4096) throw tooLong(`embeds.${i}.description`, 4096);
      if (codePoints(title) > 256) throw tooLong(`embeds.${i}.title`, 256);
    }
  }

  function checkComponents(rows = []) {
    if (rows.length > 5) throw badForm('components', 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 5 in length.');
    for (const [i, { components = [] }] of rows.entries()) {
      if (components.length > 5) throw badForm(`components.${i}.components`, 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 5 in length.');
      for (const [j, { custom_id = '' }] of components.entries()) if (custom_id.length > 100) throw tooLong(`components.${i}.components.${j}.custom_id`, 100);
    }
  }

  function checkBody(body, files) {
    const { content = '', embeds, components, allowed_mentions: mentions } = body;
    if (codePoints(content) > config.maxContent) throw tooLong('content', config.maxContent);
    checkEmbeds(embeds);
    if (!(body.flags & V2)) checkComponents(components);
    else if (content || embeds?.length) throw badForm('content', 'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2', "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2");
    if (files.length > 10) throw tooLong('attachments', 10);
    for (const file of files) if (file.data.length > config.maxAttachment) throw new ApiError(413, 40005, 'Request entity too large');
    if (mentions?.parse?.includes('users') && mentions.users?.length) throw badForm('allowed_mentions', 'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE', 'parse:["users"] and users: [ids...] are mutually exclusive.');
    const isForward = body.message_reference?.type === 1;
    if (!content && !embeds?.length && !files.length && !components?.length && !body.sticker_ids?.length && !body.poll && !isForward) throw emptyMessage();
    if (body.nonce !== undefined && String(body.nonce).length > 25) throw tooLong('nonce', 25);
  }

  // ---------------------------------------------------------------- files
  // An expired address is one of an earlier issue.
  const signed = (url, issue) => `${url}?ex=ffffffff&is=${issue}&hm=fake`;

  function refreshed(original) {
    const plain = String(original).split('?')[0];
    const attachment = fake.world.attachments.get(plain.split('/').at(-2));
    return { original, refreshed: attachment ? signed(plain, attachment.issue) : null };
  }

  function storeFiles(channel, files, about = []) {
    return files.map((file) => {
      const meta = about.find?.((entry) => String(entry.id) === file.id) ?? {};
      const id = snowflake();
      const filename = meta.filename ?? file.filename;
      const url = `${fake.url()}/cdn/attachments/${channel.id}/${id}/${encodeURIComponent(filename)}`;
      const attachment = {
        id, filename, size: file.data.length, url: signed(url, 0), proxy_url: url, content_type: file.mime ?? 'application/octet-stream',
        ...(meta.description ? { description: meta.description } : {}), ...(meta.duration_secs ? { duration_secs: meta.duration_secs, waveform: meta.waveform } : {}),
      };
      fake.world.attachments.set(id, { ...attachment, data: file.data, downloads: 0, issue: 0 });
      return attachment;
    });
  }

  // ---------------------------------------------------------------- writing
  function mayWrite(channel, files) {
    if (holdsPosts(channel)) throw new ApiError(400, 50008, 'Cannot send messages in a non-text channel');
    if (channel.type === CHANNEL.DM && fake.world.dmBlocked.has(channel.recipients[0].id)) throw cannotDm();
    need(channel, isThread(channel) ? PERM.SEND_MESSAGES_IN_THREADS : PERM.SEND_MESSAGES);
    if (files.length) need(channel, PERM.ATTACH_FILES);
    if (!isThread(channel)) return;
    if (channel.thread_metadata.locked) throw new ApiError(403, 160005, 'Thread is locked');
    if (channel.thread_metadata.archived && config.refuseArchived) throw new ApiError(400, 50083, 'Thread is archived');
  }

  function checkReference(channel, { message_reference: reference }) {
    if (!reference?.message_id || reference.fail_if_not_exists === false) return;
    const target = fake.world.messages.get(String(reference.channel_id ?? channel.id))?.get(String(reference.message_id));
    if (!target || target.deleted) throw badForm('message_reference', 'REPLIES_UNKNOWN_MESSAGE', 'Unknown message');
    if (reference.type !== 1) need(channel, PERM.READ_MESSAGE_HISTORY);
  }

  // An enforced nonce that was used in the last minutes gives the message it made.
  function createMessage(channel, body, files) {
    mayWrite(channel, files);
    checkBody(body, files);
    checkReference(channel, body);
    const key = body.nonce === undefined ? null : `${channel.id}:${body.nonce}`;
    const earlier = body.enforce_nonce && fake.world.nonces.get(key);
    if (earlier && Date.now() - earlier.at < config.nonceWindowMs) return { message: earlier.message, isRepeat: true };
    if (isThread(channel)) channel.thread_metadata.archived = false;
    const message = fake.makeMessage(channel, fake.world.bot, { ...body, attachments: storeFiles(channel, files, body.attachments) });
    if (key) fake.world.nonces.set(key, { at: Date.now(), message });
    fake.announce('MESSAGE_CREATE', channel, message);
    return { message };
  }

  // What a person changed, or the bot; a nonce is not told again.
  function change(channel, record, fields) {
    record.edits.push({ at: Date.now(), content: record.msg.content });
    Object.assign(record.msg, fields, { edited_timestamp: iso() });
    fake.announce('MESSAGE_UPDATE', channel, record.msg);
    return record.msg;
  }

  function editMessage(channel, record, body, files) {
    if (record.msg.author.id !== fake.world.bot.id && !record.msg.webhook_id) throw new ApiError(403, 50005, 'Cannot edit a message authored by another user');
    if (codePoints(body.content ?? '') > config.maxContent) throw tooLong('content', config.maxContent);
    const fields = {};
    if (body.content !== undefined) fields.content = body.content ?? '';
    for (const key of ['embeds', 'components']) if (body[key] !== undefined) fields[key] = body[key] ?? [];
    if (body.flags !== undefined) fields.flags = body.flags ?? 0;
    const kept = body.attachments ? record.msg.attachments.filter(({ id }) => body.attachments.some((entry) => String(entry.id) === id)) : record.msg.attachments;
    fields.attachments = [...kept, ...storeFiles(channel, files, body.attachments)];
    return change(channel, record, fields);
  }

  function deleteMessage(channel, messageId) {
    const record = recordOf(channel.id, messageId);
    Object.assign(record, { deleted: true, deletedAt: Date.now() });
    fake.dispatch('MESSAGE_DELETE', { id: record.msg.id, ...fake.place(channel) }, fake.messageIntent(channel));
  }

  function startThread(channel, body, files) {
    need(channel, PERM.CREATE_PUBLIC_THREADS);
    if (!body.name || codePoints(body.name) > 100) throw badForm('name', 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 100 in length.');
    const thread = fake.addThread(channel, { name: body.name, type: holdsPosts(channel) ? CHANNEL.PUBLIC_THREAD : (body.type ?? CHANNEL.PRIVATE_THREAD), ownerId: fake.world.bot.id });
    return holdsPosts(channel) ? { ...visible(thread), message: createMessage(thread, body.message ?? {}, files).message } : visible(thread);
  }

  function startThreadAt(channel, messageId, { name }) {
    need(channel, PERM.CREATE_PUBLIC_THREADS);
    if (fake.world.channels.has(messageId)) throw new ApiError(400, 160004, 'A thread has already been created for this message');
    recordOf(channel.id, messageId);
    return visible(fake.addThread(channel, { name, messageId, ownerId: fake.world.bot.id }));
  }

  function updateChannel(channel, body) {
    if (isThread(channel)) for (const key of ['archived', 'locked', 'auto_archive_duration']) if (body[key] !== undefined) channel.thread_metadata[key] = body[key];
    for (const key of ['name', 'topic']) if (body[key] !== undefined) channel[key] = body[key];
    fake.dispatch(isThread(channel) ? 'THREAD_UPDATE' : 'CHANNEL_UPDATE', visible(channel), INTENT.GUILDS);
    return visible(channel);
  }

  return { LOADING, need, channelOf, recordOf, checkBody, storeFiles, refreshed, createMessage, change, editMessage, deleteMessage, startThread, startThreadAt, updateChannel };
}
