// What the fake model answers: the words of the last user message decide. See README.md for the list.

const textOf = (content) => (typeof content === 'string' ? content
  : Array.isArray(content) ? content.map((part) => part.text ?? '').join('\n') : '');

const MARKDOWN = `# Title

Hello **bold** and *italic* and ~~gone~~ and \`code\` <tag> & amp.

- one
- two
  - nested

1. first
2. second

> quoted line

\`\`\`python
print("<hi>" & 1)
\`\`\`

| a | b |
|---|---|
| 1 | 2 |

[link](https://example.com/?a=1&b=2) ||spoiler||`;

const long = (length) => {
  let text = '';
  for (let i = 1; text.length < length; i++) text += `Paragraph ${i}: the quick brown fox jumps over the lazy dog, again and again.\n\n`;
  return text.slice(0, length).trimEnd().padEnd(length, '.');
};

// Text and fenced code in turn, each block far longer than one message may be, every code line numbered.
const longCode = (length) => {
  let text = '';
  for (let block = 1; text.length < length; block++) {
    text += `Block ${block} explains itself in a sentence.\n\n\`\`\`python\n`;
    for (let line = 1; line <= 90 && text.length < length - 60; line++) text += `value_${block}_${line} = compute(${line}, "<&>")  # line ${line}\n`;
    text += '```\n\n';
  }
  return text;
};

// First match wins; each row reads the line that holds a command word.
const COMMANDS = [
  [/\bb64 (\S+)/, ([, data]) => ({ text: Buffer.from(data, 'base64').toString('utf8') })],
  [/\btool (\S+) (\{.*\})/, ([, name, args]) => ({ tool: { name, args } })],
  [/\blongcode (\d+)/, ([, length]) => ({ text: longCode(Number(length)) })],
  [/\blong (\d+)/, ([, length]) => ({ text: long(Number(length)) })],
  [/\bslow (\d+) (\d+)/, ([, words, ms]) => ({ text: Array.from({ length: Number(words) }, (_, i) => `word${i}`).join(' '), delay: Number(ms) })],
  [/\bmd\b/, () => ({ text: MARKDOWN })],
  [/\bsilent\b/, () => ({ text: 'NO_REPLY' })],
  [/\bfail (\d+)/, ([, status]) => ({ status: Number(status) })],
  [/\bsay (.*)/s, ([, text]) => ({ text })],
];

// `messages`: the request's conversation. Returns the user's words and the reply {text | tool | status, delay?}.
export function planFor(messages) {
  const last = messages.at(-1);
  if (last?.role === 'tool') return { userText: '', reply: { text: `tool said: ${textOf(last.content).slice(0, 200)}` } };
  const userText = textOf(messages.filter((message) => message.role === 'user').at(-1)?.content).trim();
  const lines = userText.split('\n').map((line) => line.trim()).filter(Boolean).reverse();
  for (const line of lines) {
    for (const [pattern, answer] of COMMANDS) {
      const found = pattern.exec(line);
      if (found) return { userText, reply: answer(found) };
    }
  }
  return { userText, reply: { text: `echo: ${lines[0] ?? ''}` } };
}
