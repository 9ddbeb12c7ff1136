// Reads the platform's record at the end and says what became of every message.
const LATE_MS = 30_000;

export async function judge({ gateway, platform, talkers, killer }) {
  const messages = [...talkers.messages.values()];
  const lost = [], late = [], flagged = [], unexplained = [];
  for (const message of messages) {
    const times = talkers.standing(message).length;
    talkers.look(message);
    if (times === 0) lost.push(message);
    else if (message.answeredAt - message.at > LATE_MS) late.push(message);
    if (times < 2) continue;
    if (times <= await platform.mayStand(gateway, message)) flagged.push({ ...message, times });
    else unexplained.push({ ...message, times });
  }
  const unexpected = killer.kills.filter((kill) => kill.unexpected);
  const waits = messages.filter((message) => message.answeredAt).map((message) => message.answeredAt - message.at).sort((a, b) => a - b);
  const checks = [
    ['every message is answered', lost.length === 0],
    ['none is answered twice without explain saying why', unexplained.length === 0],
    ['none is answered late', late.length === 0],
    ['the supervisor ended by our hand only', unexpected.length === 0],
    ...await platform.checks(),
  ];
  return {
    platform: platform.name, messages: messages.length, kills: killer.kills.length, byProgram: countBy(killer.kills, (kill) => kill.step ?? kill.program.replace('openclaw-', '')),
    lost, late, flagged, unexplained, unexpected, strays: talkers.strays(), note: platform.note?.(),
    wait: { p50: waits[Math.floor(waits.length / 2)], p99: waits[Math.floor(waits.length * 0.99)], max: waits.at(-1) },
    checks, failures: checks.filter(([, isTrue]) => !isTrue).map(([name]) => name),
  };
}

const countBy = (list, key) => list.reduce((counts, entry) => ({ ...counts, [key(entry)]: (counts[key(entry)] ?? 0) + 1 }), {});

export function print(verdict) {
  const { lost, late, flagged, unexplained, strays } = verdict;
  console.log(`chaos: ${verdict.platform}: ${verdict.messages} messages, ${verdict.kills} kills ${JSON.stringify(verdict.byProgram)}, answered after ms p50 ${verdict.wait.p50} p99 ${verdict.wait.p99} max ${verdict.wait.max}`);
  if (verdict.note) console.log(`chaos: ${verdict.note}`);
  for (const [name, list] of Object.entries({ lost, late, unexplained })) {
    for (const message of list.slice(0, 10)) console.log(`chaos: ${name}: ${message.token} event ${message.event} written at ${new Date(message.at).toISOString()}${message.times ? `, stands ${message.times} times` : ''}`);
  }
  for (const stray of strays.slice(0, 10)) console.log(`chaos: the bot also said, to person ${stray.person}: ${JSON.stringify(stray.text).slice(0, 200)}`);
  for (const failure of verdict.failures) console.log(`chaos: not true: ${failure}`);
  console.log(`lost ${lost.length}, duplicate ${flagged.length + unexplained.length} (flagged ${flagged.length}, of them ${flagged.filter((message) => message.times > 2).length} hit by two kills), late ${late.length}, unexplained ${unexplained.length}`);
}
