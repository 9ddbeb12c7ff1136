// The least a Telegram bot with a model can do: poll, ask the provider, send. No queue, no record, no retry, no limits:
// the baseline for messages per second and for added latency. usage: minimal_bot.mjs API_ROOT TOKEN PROVIDER_BASE_URL
import http from 'node:http';

const [apiRoot, token, provider] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: 128, noDelay: true });

function post(url, body) {
  const data = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', agent, headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(data) } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => { text += part; }).on('end', () => resolve(text)).on('error', reject);
    });
    request.on('error', reject).end(data);
  });
}

const telegram = (method, body) => post(`${apiRoot}/bot${token}/${method}`, body).then(JSON.parse);

// The same streamed request as a gateway makes; the answer is the joined deltas.
async function ask(text) {
  const stream = await post(`${provider}/chat/completions`, { model: 'fake-1', stream: true, messages: [{ role: 'user', content: text }] });
  let answer = '';
  for (const line of stream.split('\n')) {
    if (line.startsWith('data: {')) answer += JSON.parse(line.slice(6)).choices[0]?.delta?.content ?? '';
  }
  return answer;
}

const handle = async ({ chat, text }) => telegram('sendMessage', { chat_id: chat.id, text: await ask(text) });

console.log('ready');
for (let offset = 0; ;) {
  const { result } = await telegram('getUpdates', { offset, timeout: 30, limit: 100 });
  for (const update of result) {
    offset = update.update_id + 1;
    handle(update.message).catch((error) => { console.error(error.message); process.exitCode = 1; });
  }
}
