// The order in which one streamed run is told (PROTOCOL.md 12.5), to whoever watches sessions and messages.
import assert from 'node:assert/strict';

export const ofRun = (frames, runId) => frames.filter((frame) => frame.payload?.runId === runId || frame.payload?.message?.__openclaw?.runId === runId);

const ORDER = [
  'message user', 'chat status preparing_workspace', 'agent run_status preparing_workspace', 'chat status preparing_context', 'agent lifecycle start',
  'chat status starting_model', 'changed start', 'agent lifecycle model', 'agent assistant', 'chat delta', 'agent usage', 'agent lifecycle finishing',
  'agent lifecycle end', 'chat final', 'changed end',
];

function line({ event, payload }) {
  if (event === 'chat') return `chat ${payload.state}${payload.phase ? ` ${payload.phase}` : ''}`;
  if (event === 'agent') return `agent ${payload.stream}${payload.data.phase ? ` ${payload.data.phase}` : ''}`;
  return event === 'session.message' ? `message ${payload.message.role}` : `changed ${payload.phase ?? payload.reason}`;
}

// `frames`: events in the order they came, whatever else was told between them.
export function assertStory(frames, runId) {
  const own = ofRun(frames, runId);
  const story = own.map(line);
  const place = (what, from = 0) => { const at = story.indexOf(what, from); assert.ok(at >= 0, `${what} is missing in ${story.join(', ')}`); return at; };
  let at = -1;
  for (const what of ORDER) { const next = place(what, at + 1); assert.ok(next > at, `${what} comes too early`); at = next; }
  assert.ok(place('message assistant') < place('agent lifecycle finishing'), 'the stored answer is told before the end');
  const events = own.filter(({ event }) => event === 'chat' || event === 'agent');
  const numbers = events.filter(({ event }) => event === 'agent').map(({ payload }) => payload.seq);
  assert.deepEqual(numbers, numbers.map((_, index) => index + 1), 'one counter for the run, without gaps');
  const deltas = events.filter(({ payload }) => payload.state === 'delta');
  const last = events.at(-1).payload;
  assert.equal(last.state, 'final');
  assert.equal(deltas.map(({ payload }) => payload.deltaText).join(''), last.message.content[0].text, 'the deltas are the text');
}
