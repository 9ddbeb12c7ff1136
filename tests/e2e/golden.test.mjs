// Recorded exchanges of the live product, frame by frame: what it sent, in its order, with what changes from run to run
// masked (tests/golden/protocol/frames.json). Ours must be the same but for what is listed here, name by name.
//
// Repeated deltas of one stream count once: how a text is cut depends on time.
import { test, describe, before } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { randomUUID } from 'node:crypto';
import { eventually, sharedStage } from './harness.mjs';

const recorded = JSON.parse(fs.readFileSync(new URL('../golden/protocol/frames.json', import.meta.url), 'utf8'));

// Frames that we do not send, or send besides; members of frames that we leave out. Each is named in docs/protocol.md or
// docs/differences.md as something this build does not have.
const known = JSON.parse(fs.readFileSync(new URL('../golden/protocol/frames_known.json', import.meta.url), 'utf8'));

const SCOPES = ['read', 'write', 'admin', 'approvals'].map((scope) => `operator.${scope}`);
const TEXT = 'Hello there, this is a streamed reply from the fake provider.';

function nameOf(frame, methods) {
  if (frame.type === 'res') return `res ${methods.get(frame.id)}`;
  const { event, payload = {} } = frame;
  if (event === 'agent') return `agent ${payload.stream} ${payload.data?.phase ?? ''}`.trim();
  if (event === 'chat') return `chat ${payload.state} ${payload.phase ?? ''}`.trim();
  if (event === 'sessions.changed') return `sessions.changed ${payload.reason ?? payload.phase}`;
  if (event === 'session.message') return `session.message ${payload.message.role}`;
  return event;
}

// Our frames as the recording has them: named, without what every connection hears at any time.
function told(frames, methods) {
  const once = new Set();
  return frames.map((frame) => ({ ...frame, name: nameOf(frame, methods) }))
    .filter(({ name }) => !['health', 'presence', 'tick', 'connect.challenge', 'res connect', 'res undefined'].includes(name))
    .filter(({ name }) => !['agent assistant', 'chat delta'].includes(name) || (!once.has(name) && once.add(name)));
}

// The question's row may come anywhere among the first frames (PROTOCOL.md 12.5): its place is not compared.
const anyWhere = (frames) => [...frames].sort((left, right) => (right.name === 'session.message user') - (left.name === 'session.message user'));

// The longest common subsequence of two lists of names, as pairs of indexes.
function aligned(left, right) {
  const length = Array.from({ length: left.length + 1 }, () => new Array(right.length + 1).fill(0));
  for (let i = left.length - 1; i >= 0; i--)
    for (let j = right.length - 1; j >= 0; j--)
      length[i][j] = left[i] === right[j] ? length[i + 1][j + 1] + 1 : Math.max(length[i + 1][j], length[i][j + 1]);
  const pairs = [];
  for (let i = 0, j = 0; i < left.length && j < right.length;) {
    if (left[i] === right[j]) pairs.push([i++, j++]);
    else if (length[i + 1][j] >= length[i][j + 1]) i++;
    else j++;
  }
  return pairs;
}

const masks = { '<n>': 'number', '<ms>': 'number', '<time>': 'string', '<text>': 'string', '<cursor>': 'string' };

// What the recording says and our value does not. A mask fits its kind; an id fits any id.
function differences(expected, ours, at = '') {
  if (expected === '<any>' || expected === null) return []; // null: nothing is known
  if (ours === undefined) return [`${at} is missing`];
  if (typeof expected === 'string' && masks[expected]) return typeof ours === masks[expected] ? [] : [`${at} is no ${masks[expected]}`];
  if (typeof expected === 'string' && expected.includes('<id>')) return typeof ours === 'string' ? [] : [`${at} is no id`];
  if (Array.isArray(expected)) return Array.isArray(ours) ? expected.slice(0, 1).flatMap((one, i) => differences(one, ours[i], `${at}[]`)) : [`${at} is no list`];
  if (expected && typeof expected === 'object') {
    if (!ours || typeof ours !== 'object') return [`${at} is no object`];
    return Object.entries(expected).flatMap(([member, inner]) => differences(inner, ours[member], `${at}.${member}`));
  }
  return Object.is(expected, ours) ? [] : [`${at} is ${JSON.stringify(ours)}`];
}

function compare(scene, frames, methods) {
  const ours = anyWhere(told(frames, methods));
  const theirs = anyWhere(recorded[scene].frames);
  const pairs = aligned(theirs.map(({ name }) => name), ours.map(({ name }) => name));
  const met = { theirs: new Set(pairs.map(([i]) => i)), ours: new Set(pairs.map(([, j]) => j)) };
  const members = {};
  for (const [i, j] of pairs) {
    const { name, ...expected } = theirs[i];
    const missing = differences(expected, ours[j]);
    if (missing.length) members[name] = [...new Set([...(members[name] ?? []), ...missing])];
  }
  return {
    missing: theirs.filter((_, i) => !met.theirs.has(i)).map(({ name }) => name),
    besides: ours.filter((_, j) => !met.ours.has(j)).map(({ name }) => name),
    members,
  };
}

describe('recorded exchanges', () => {
  const stage = sharedStage();
  const key = 'agent:main:proto2';
  const found = {};
  let gateway, client, methods;

  // Sends and remembers which method an answer belongs to.
  const ask = (who, method, params) => {
    const id = randomUUID();
    methods.set(id, method);
    return who.request(method, params, 20_000, { id }).catch((error) => error.frame);
  };

  // What `who` hears while `act` happens, until `last` (a name) was heard.
  async function heard(who, last, act) {
    const from = who.frames.length;
    methods = new Map();
    await act();
    await eventually(() => told(who.frames.slice(from), methods).some(({ name }) => name === last), last);
    return { frames: who.frames.slice(from), methods };
  }

  const judge = (scene, { frames, methods: asked }) => {
    found[scene] = compare(scene, frames, asked);
    if (!process.env.OPENCLAW_WRITE_GOLDEN) assert.deepEqual(found[scene], known[scene]);
  };

  before(async () => {
    ({ gateway } = stage);
    await gateway.workerReady('agent');
    await stage.provider.ctl('POST /replies', { textIncludes: 'hello one', text: TEXT, delay: 60 });
    await stage.provider.ctl('POST /replies', { textIncludes: 'hi agent', text: TEXT, delay: 60 });
    await stage.provider.ctl('POST /faults', { textIncludes: 'FAIL401', kind: 'status', status: 401, times: 9 });
    client = await gateway.connect({ scopes: SCOPES, caps: ['tool-events'], client: { id: 'cli', mode: 'cli' } });
    await client.call('sessions.subscribe', {});
    await client.call('sessions.messages.subscribe', { key });
  });

  const runId = randomUUID();

  test('a streamed run', async () => {
    judge('a streamed run', await heard(client, 'sessions.changed end', () => ask(client, 'chat.send', { sessionKey: key, message: 'hello one', idempotencyKey: runId })));
  });

  test('a key that was used', async () => {
    judge('a key that was used', await heard(client, 'res chat.send', () => ask(client, 'chat.send', { sessionKey: key, message: 'hello one', idempotencyKey: runId })));
  });

  test('nothing to abort', async () => {
    judge('nothing to abort', await heard(client, 'res chat.abort', () => ask(client, 'chat.abort', { sessionKey: key })));
  });

  test('a run nobody knows', async () => {
    judge('a run nobody knows', await heard(client, 'res agent.wait', () => ask(client, 'agent.wait', { runId: 'nope', timeoutMs: 50 })));
  });

  test('a note put in', async () => {
    judge('a note put in', await heard(client, 'session.message assistant', () => ask(client, 'chat.inject', { sessionKey: key, message: 'injected note', label: 'note' })));
  });

  test('an agent call, until its first words', async () => {
    const all = await heard(client, 'sessions.changed end', () => ask(client, 'agent', { message: 'hi agent', sessionKey: key, idempotencyKey: randomUUID() }));
    const last = all.frames.findIndex((frame) => frame.event === 'sessions.changed' && frame.payload.phase === 'model');
    judge('an agent call, until its first words', { ...all, frames: all.frames.slice(0, last + 1) });
  });

  test('a provider that refuses', async () => {
    const quiet = await gateway.connect({ scopes: SCOPES, client: { id: 'cli', mode: 'cli' } });
    const all = await heard(quiet, 'chat error', async () => {
      await ask(quiet, 'sessions.messages.subscribe', { key: 'agent:main:errs' });
      await ask(quiet, 'chat.send', { sessionKey: 'agent:main:errs', message: 'FAIL401 please', idempotencyKey: randomUUID() });
    });
    quiet.close();
    await quiet.closed;
    judge('a provider that refuses', all);
  });

  test('an approval nobody can give', async () => {
    gateway.operator?.close(); // an admin is a reviewer
    await gateway.operator?.closed;
    judge('an approval nobody can give', await heard(client, 'res approval.get', async () => {
      const { id } = await ask(client, 'exec.approval.request', { command: 'rm -rf /tmp/x', host: 'gateway', cwd: '/tmp', agentId: 'main', sessionKey: 'agent:main:main', timeoutMs: 20000, twoPhase: true });
      await ask(client, 'exec.approval.list', {});
      await ask(client, 'exec.approval.waitDecision', { id });
      await ask(client, 'exec.approval.get', { id });
      await ask(client, 'approval.get', { id });
      await ask(client, 'exec.approval.resolve', { id, decision: 'allow-once' });
      await ask(client, 'exec.approval.resolve', { id, decision: 'deny' });
    }));
  });

  test('an approval, as the asker and as the reviewer see it', async () => {
    const reviewer = await gateway.connect({ scopes: SCOPES, caps: ['approvals', 'exec-approvals'], client: { displayName: 'reviewer' } });
    const asker = await gateway.connect({ scopes: SCOPES, client: { id: 'cli', mode: 'cli' } });
    const params = { command: 'rm -rf /tmp/x', host: 'gateway', cwd: '/tmp', agentId: 'main', sessionKey: 'agent:main:main', timeoutMs: 20000, twoPhase: true };
    let seen;
    const asked = await heard(asker, 'res exec.approval.waitDecision', async () => {
      const own = methods;
      const from = reviewer.frames.length;
      const { id } = await ask(asker, 'exec.approval.request', params);
      const waiting = ask(asker, 'exec.approval.waitDecision', { id });
      await reviewer.event('exec.approval.requested', { where: (payload) => payload.id === id });
      methods = new Map();
      await ask(reviewer, 'exec.approval.list', {});
      await ask(reviewer, 'exec.approval.get', { id });
      await ask(reviewer, 'exec.approval.resolve', { id, decision: 'allow-once' });
      await ask(reviewer, 'exec.approval.resolve', { id, decision: 'deny' });
      await ask(reviewer, 'approval.history', { limit: 1 });
      seen = { frames: reviewer.frames.slice(from), methods };
      await waiting;
      methods = own;
    });
    judge('an approval, as the asker sees it', asked);
    judge('an approval, as the reviewer sees it', seen);
  });

  test('every recorded exchange was compared', () => {
    if (process.env.OPENCLAW_WRITE_GOLDEN) fs.writeFileSync(new URL('../golden/protocol/frames_known.json', import.meta.url), `${JSON.stringify(found, null, 1)}\n`);
    assert.deepEqual(Object.keys(found).sort(), Object.keys(recorded).sort());
  });
});
