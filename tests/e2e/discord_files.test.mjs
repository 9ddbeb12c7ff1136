// Files on Discord, both ways: what people attach reaches the model or is named to it, what the gateway sends arrives once.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { GENERAL, calls, discordStage, sends, sharedDiscordStage } from './discord_stage.mjs';
import { eventually } from './harness.mjs';

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==', 'base64');
const picture = (filename = 'dot.png') => ({ filename, mime: 'image/png', base64: PNG.toString('base64') });
const textFile = (filename, text) => ({ filename, mime: 'text/plain; charset=utf-8', base64: Buffer.from(text).toString('base64') });
const ATTACH_FILES = 1n << 15n;
// A model that is shown pictures.
const seeing = { more: { models: { providers: { fake: { models: [{ id: 'fake-1', name: 'Fake', input: ['text', 'image'] }] } } } } };

const downloads = async (discord) => (await discord.ctl('GET /cdn')).downloads;
const partsOf = ({ content }) => (typeof content === 'string' ? [{ type: 'text', text: content }] : content);
const words = (message) => partsOf(message).map(({ text }) => text ?? '').join('\n');

// What the model was shown of the message that holds `text`.
async function shown(provider, text) {
  const { ok, requests } = await provider.ctl('GET /wait', {}, { text, timeout: 15_000 });
  assert.ok(ok, `no request with ${text}`);
  return requests.at(-1).messages.findLast(({ role }) => role === 'user');
}

function tempFile(t, name, bytes) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'oc-files-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const file = path.join(folder, name);
  fs.writeFileSync(file, bytes);
  return file;
}

describe('what people attach', { concurrency: 4 }, () => {
  const scene = sharedDiscordStage(seeing);

  test('a picture reaches the model, and its address never sees the token', async () => {
    const { discord, provider, direct } = scene;
    await direct(7101).ask('say seen picture-one', 'seen picture-one', { message: { attachments: [picture()] } });
    const image = partsOf(await shown(provider, 'picture-one')).find(({ type }) => type === 'image_url');
    assert.equal(image?.image_url.url, `data:image/png;base64,${PNG.toString('base64')}`);
    const got = await downloads(discord);
    assert.ok(got.length > 0 && got.every(({ authorization }) => authorization === undefined));
  });

  test('the words of a text file reach the model', async () => {
    const { provider, direct } = scene;
    await direct(7102).ask('say read text-one', 'read text-one', { message: { attachments: [textFile('notes.txt', 'the cellar key is blue')] } });
    assert.match(words(await shown(provider, 'text-one')), /notes\.txt[^]*the cellar key is blue/);
  });

  test('what is too large, of another kind or a voice message is named to it', async () => {
    const { provider, direct } = scene;
    const attachments = [{ filename: 'big.png', mime: 'image/png', size: 7 << 20 }, { filename: 'plan.pdf', mime: 'application/pdf', size: 2_400_000 }];
    await direct(7103).ask('say told of-both', 'told of-both', { message: { attachments } });
    const told = words(await shown(provider, 'of-both'));
    assert.match(told, /<media:image> big\.png, image\/png, 7\.3 MB \(not fetched: larger than 6\.3 MB\)/);
    assert.match(told, /<media:document> plan\.pdf, application\/pdf, 2\.4 MB \(not fetched: only pictures and texts are\)/);
  });

  test('what is no picture, whatever it says, is not shown to the model', async () => {
    const { provider, direct } = scene;
    await direct(7104).ask('say told of-the-fake', 'told of-the-fake', { message: { attachments: [{ filename: 'a.png', mime: 'image/png', base64: Buffer.from('<html>').toString('base64') }] } });
    assert.match(words(await shown(provider, 'of-the-fake')), /a\.png.*no PNG, JPEG, GIF or WebP picture/);
  });

  test('a message that is only a picture is answered', async () => {
    const { direct } = scene;
    await direct(7105).say('', { attachments: [picture()] });
    await direct(7105).answer(/./);
  });
});

describe('when the file server does not give it', { concurrency: 3 }, () => {
  test('an address that has expired is refreshed once', async (t) => {
    const { discord, provider, direct } = await discordStage(t, seeing);
    await discord.ctl('POST /faults', { method: 'GET', path: '^/cdn/', kind: 'status', status: 403, code: 0 });
    await direct(7201).ask('say shown after-all', 'shown after-all', { message: { attachments: [picture()] } });
    assert.ok(partsOf(await shown(provider, 'after-all')).some(({ type }) => type === 'image_url'));
    assert.equal((await calls(discord, { method: 'POST', path: '^/attachments/refresh-urls$' })).length, 1);
  });

  test('it fails for good, or leads elsewhere: the message is answered all the same', async (t) => {
    const { discord, provider, direct } = await discordStage(t, seeing);
    await discord.ctl('POST /faults', { method: 'GET', path: 'gone\\.png', kind: 'status', status: 404, code: 0, times: 10 });
    await discord.ctl('POST /faults', { method: 'GET', path: 'away\\.png', kind: 'status', status: 302, code: 0, times: 10 });
    await direct(7202).ask('say told of-all-three', 'told of-all-three', { message: { attachments: [picture('gone.png'), picture('away.png'), picture('here.png')] } });
    const message = await shown(provider, 'of-all-three');
    assert.match(words(message), /gone\.png.*could not be fetched: its address has expired or it was deleted \(HTTP 404\)/);
    assert.match(words(message), /away\.png.*could not be fetched: its address leads elsewhere \(HTTP 302\)/);
    assert.equal(partsOf(message).filter(({ type }) => type === 'image_url').length, 1);
  });

  test('it is slow: later words of the chat wait for it, other chats do not', async (t) => {
    const { discord, provider, direct } = await discordStage(t, seeing);
    await direct(7204).ask('say warm', 'warm');
    await discord.ctl('POST /faults', { method: 'GET', path: '^/cdn/', kind: 'delay', delayMs: 8000 });
    await direct(7203).say('say the first', { attachments: [picture()] });
    await direct(7203).say('say the second');
    await direct(7204).ask('say elsewhere', 'elsewhere', { timeout: 7000 });
    await direct(7203).answer(/the second/, { timeout: 20_000 });
    const order = provider.requests.map(({ userText }) => userText).filter((text) => /the first|the second/.test(text));
    assert.match(order[0], /the first/);
  });

  test('the worker is killed while it waits: the message is answered once, with its file', { timeout: 60_000 }, async (t) => {
    const { discord, provider, gateway, direct } = await discordStage(t, seeing);
    await direct(7205).ask('say before', 'before');
    await discord.ctl('POST /faults', { method: 'GET', path: '^/cdn/', kind: 'hang' });
    await direct(7205).say('say once', { attachments: [picture()] });
    await eventually(async () => (await downloads(discord)).length === 1, 'the download to begin');
    const { pid } = await gateway.workerReady('discord');
    process.kill(pid, 'SIGKILL');
    await direct(7205).answer('once', { timeout: 30_000 });
    assert.ok(partsOf(await shown(provider, 'say once')).some(({ type }) => type === 'image_url'));
    assert.equal((await direct(7205).answers()).filter(({ content }) => content === 'once').length, 1);
  });
});

describe('openclaw message send --media', { concurrency: 3 }, () => {
  const scene = sharedDiscordStage();
  const send = (gateway, ...more) => gateway.cli('message', 'send', '--channel', 'discord', '-t', `channel:${GENERAL}`, ...more);
  const sent = async (discord, content) => (await discord.ctl('GET /chat', {}, { channel_id: GENERAL })).messages.filter((message) => message.content.startsWith(content));

  test('a file stands in the channel under its caption, once, though the answer was lost', async (t) => {
    const { discord, gateway } = scene;
    await discord.ctl('POST /faults', { method: 'POST', path: `^/channels/${GENERAL}/messages$`, contentIncludes: 'caption', kind: 'dropReply' });
    const result = await send(gateway, '-m', 'a caption', '--media', tempFile(t, 'report.csv', 'a,b\n1,2\n'));
    assert.equal(result.code, 0, result.stderr);
    const messages = await sent(discord, 'a caption');
    assert.deepEqual(messages.map(({ attachments }) => attachments.map(({ filename, size }) => [filename, size])), [[['report.csv', 8]]]);
    const made = await sends(discord, GENERAL, { text: 'a caption' });
    assert.equal(made.length, 2);
    assert.equal(made[0].files[0].sha256, made[1].files[0].sha256);
    const { url } = messages[0].attachments[0];
    assert.equal(await (await fetch(url)).text(), 'a,b\n1,2\n');
  });

  test('without a text; and several are several messages', async (t) => {
    const { discord, gateway } = scene;
    const { code, stdout, stderr } = await send(gateway, '--media', tempFile(t, 'one.txt', '1'), '--media', tempFile(t, 'two.png', PNG));
    assert.equal(code, 0, stderr);
    assert.equal(stdout.match(/Sent via discord/g).length, 2);
    const names = (await sent(discord, '')).flatMap(({ attachments }) => attachments).map(({ filename, content_type }) => `${filename} ${content_type}`);
    assert.ok(names.includes('one.txt text/plain') && names.includes('two.png image/png'), names.join());
  });

  test('one that is too large for Discord is named under the text', { timeout: 30_000 }, async (t) => {
    const { discord, gateway } = scene;
    const { code, stderr } = await send(gateway, '-m', 'too large', '--media', tempFile(t, 'big.bin', Buffer.alloc(11 << 20, 1)));
    assert.equal(code, 0, stderr);
    const [message] = await sent(discord, 'too large');
    assert.equal(message.content, 'too large\n-# Not attached: `big.bin` (11.5 MB): larger than the 10.5 MB that Discord takes here');
    assert.deepEqual(message.attachments, []);
  });

  test('where the bot may not attach, or Discord finds it too large after all, the text says so', async (t) => {
    const { discord, gateway } = scene;
    const { channel: { id } } = await discord.ctl('POST /channel', { name: 'text-only', guild_id: '800000000000000001', botPerms: String(((1n << 50n) - 1n) & ~ATTACH_FILES) });
    const file = tempFile(t, 'a.txt', 'xxxxx');
    const { code, stderr } = await gateway.cli('message', 'send', '--channel', 'discord', '-t', `channel:${id}`, '-m', 'look', '--media', file);
    assert.equal(code, 0, stderr);
    const { messages } = await discord.ctl('GET /chat', {}, { channel_id: id });
    assert.deepEqual(messages.map(({ content }) => content), ['look\n-# Not attached: `a.txt` (5 bytes): the bot may not attach files here']);
    await discord.ctl('POST /faults', { method: 'POST', path: `^/channels/${GENERAL}/messages$`, contentIncludes: 'refused', kind: 'status', status: 413, code: 40005 });
    assert.equal((await send(gateway, '-m', 'refused', '--media', file)).code, 0);
    assert.match((await sent(discord, 'refused'))[0].content, /a\.txt.*Discord finds them too large/);
  });

  test('what cannot be read is refused in a sentence, and nothing is sent', async (t) => {
    const { gateway, discord } = scene;
    const before = (await sent(discord, 'never')).length;
    for (const [file, why] of [['/nowhere/at/all.txt', /No such file/], [os.tmpdir(), /this is no file/], [tempFile(t, 'empty.txt', ''), /empty/], [tempFile(t, 'huge.bin', Buffer.alloc(19 << 20)), /at most 18\.9 MB/]]) {
      const { code, stderr } = await send(gateway, '-m', 'never', '--media', file);
      assert.notEqual(code, 0);
      assert.match(stderr, why);
    }
    assert.equal((await sent(discord, 'never')).length, before);
  });

  test('channels capabilities says that files can be sent', async () => {
    const { stdout } = await scene.gateway.cli('channels', 'capabilities', '--channel', 'discord');
    assert.match(stdout, /media/);
  });
});
