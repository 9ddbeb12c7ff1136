// Reads the platform's record at the end and says what became of every message.
const LATE_MS = 30_000;

export async function judge({ gateway, telegram, talkers, killer }) {
  const messages = [...talkers.messages.values()];
  const lost = [], late = [], flagged = [], unexplained = [];
  for (const message of messages) {
    const times = talkers.standing(message).length;
    talkers.look(message);
    if (times === 0) lost.push(message);
    else if (message.answeredAt - message.at > LATE_MS) late.push(message);
    if (times < 2) continue;
    if (times <= await mayStand(gateway, message)) flagged.push({ ...message, times });
    else unexplained.push({ ...message, times });
  }
  const unexpected = killer.kills.filter((kill) => kill.unexpected);
  const audit = await telegram.ctl('GET /updates', {}, { summary: '1' });
  const waits = messages.filter((message) => message.answeredAt).map((message) => message.answeredAt - message.at).sort((a, b) => a - b);
  const checks = [
    ['every message is answered', lost.length === 0],
    ['none is answered twice without explain saying why', unexplained.length === 0],
    ['none is answered late', late.length === 0],
    ['every update was confirmed and none expired', audit.lost === 0 && audit.confirmed === audit.total],
    ['the supervisor ended by our hand only', unexpected.length === 0],
  ];
  return {
    messages: messages.length, kills: killer.kills.length, byProgram: countBy(killer.kills, (kill) => kill.step ?? kill.program.replace('openclaw-', '')),
    lost, late, flagged, unexplained, unexpected, strays: talkers.strays(), audit,
    wait: { p50: waits[Math.floor(waits.length / 2)], p99: waits[Math.floor(waits.length * 0.99)], max: waits.at(-1) },
    checks, failures: checks.filter(([, isTrue]) => !isTrue).map(([name]) => name),
  };
}

// How often the answer may stand, as `explain` tells: once, and once more for every sending that a kill hid.
async function mayStand(gateway, message) {
  const { code, stdout } = await gateway.cli('explain', String(message.update_id), '--json').catch(() => ({ code: 1, stdout: '' }));
  if (code !== 0) return 1;
  return Math.max(1, ...JSON.parse(stdout).outbox.map((row) => (row.maybeDuplicate ? 1 + Math.max(1, row.repeats) : 1)));
}

const countBy = (list, key) => list.reduce((counts, entry) => ({ ...counts, [key(entry)]: (counts[key(entry)] ?? 0) + 1 }), {});

export function print(verdict) {
  const { lost, late, flagged, unexplained, strays } = verdict;
  console.log(`chaos: ${verdict.messages} messages, ${verdict.kills} kills ${JSON.stringify(verdict.byProgram)}, answered after ms p50 ${verdict.wait.p50} p99 ${verdict.wait.p99} max ${verdict.wait.max}`);
  for (const [name, list] of Object.entries({ lost, late, unexplained })) {
    for (const message of list.slice(0, 10)) console.log(`chaos: ${name}: ${message.token} update ${message.update_id} written at ${new Date(message.at).toISOString()}${message.times ? `, stands ${message.times} times` : ''}`);
  }
  for (const stray of strays.slice(0, 10)) console.log(`chaos: the bot also said, in ${stray.chat}: ${JSON.stringify(stray.text).slice(0, 200)}`);
  for (const failure of verdict.failures) console.log(`chaos: not true: ${failure}`);
  console.log(`lost ${lost.length}, duplicate ${flagged.length + unexplained.length} (flagged ${flagged.length}, of them ${flagged.filter((message) => message.times > 2).length} hit by two kills), late ${late.length}, unexplained ${unexplained.length}`);
}
