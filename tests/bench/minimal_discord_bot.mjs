// The least a Discord bot with a model can do: connect, ask the provider, post. No resume, no record, no retry, no limits:
// the baseline for added latency and for what an event costs. usage: minimal_discord_bot.mjs API TOKEN PROVIDER_BASE_URL
import http from 'node:http';
import WebSocket from 'ws';

const [api, token, provider] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: 128, noDelay: true });

function ask(method, url, body, headers = {}) {
  const data = body && JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const length = data ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(data) } : {};
    const request = http.request(url, { method, agent, headers: { ...length, ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => { text += part; }).on('end', () => resolve(text)).on('error', reject);
    });
    request.on('error', reject).end(data);
  });
}

const discord = (method, path, body) => ask(method, api + path, body, { authorization: `Bot ${token}`, 'user-agent': 'DiscordBot (https://example.com, 1)' });

// The same streamed request as a gateway makes; the answer is the joined deltas.
async function answer(text) {
  const stream = await ask('POST', `${provider}/chat/completions`, { model: 'fake-1', stream: true, messages: [{ role: 'user', content: text }] });
  let whole = '';
  for (const line of stream.split('\n')) if (line.startsWith('data: {')) whole += JSON.parse(line.slice(6)).choices[0]?.delta?.content ?? '';
  return whole;
}

const me = JSON.parse(await discord('GET', '/users/@me'));
const { url } = JSON.parse(await discord('GET', '/gateway/bot'));
const socket = new WebSocket(`${url}/?v=10&encoding=json`);
const send = (payload) => socket.send(JSON.stringify(payload));
let last = null;
socket.on('message', async (data) => {
  const { op, t, s, d } = JSON.parse(data);
  last = s ?? last;
  if (op === 10) {
    setInterval(() => send({ op: 1, d: last }), d.heartbeat_interval);
    send({ op: 2, d: { token, intents: 46593, properties: { os: 'linux', browser: 'bench', device: 'bench' } } });
  }
  if (t === 'READY') console.log('ready');
  if (t !== 'MESSAGE_CREATE' || d.author.id === me.id) return;
  if (d.guild_id && !d.mentions.some(({ id }) => id === me.id)) return;
  await discord('POST', `/channels/${d.channel_id}/messages`, { content: await answer(d.content) });
});
