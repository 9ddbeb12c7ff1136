#!/usr/bin/env node
// fake provider: an OpenAI-compatible model on loopback, /v1/chat/completions with and without streaming, /v1/embeddings.
// The last user message picks the reply (see README.md); scripted replies and faults come in under /_ctl/.
// A program (`node provider.mjs --port 8082`) and a module (`startFakeProvider({port: 0})`). No dependencies.
import http from 'node:http';
import { pathToFileURL } from 'node:url';
import { planFor } from './plan.mjs';

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
// Monotonic and the same in every process of this machine, so that times of two fakes may be compared.
const monotonicUs = () => Number(process.hrtime.bigint() / 1000n);

export async function startFakeProvider(options = {}) {
  const config = { latencyMs: 0, tokenDelayMs: 0, model: 'fake-1', ...options.config };
  const requests = [];
  const embeddings = [];
  const scripts = [];
  const waiters = new Set();
  const sockets = new Set();
  let faults = [];
  let sequence = 0;

  // ------------------------------------------------------------ answering
  const takeMatching = (list, text) => {
    const found = list.find((entry) => {
      if (entry.remaining <= 0 || !text.includes(entry.textIncludes ?? '')) return false;
      return entry.skip > 0 ? (entry.skip--, false) : true;
    });
    if (found) found.remaining--;
    return found;
  };

  function record(req, body) {
    const plan = planFor(body.messages ?? []);
    const entry = {
      sequence: ++sequence, at: Date.now(), us: monotonicUs(), url: req.url, authorization: req.headers.authorization,
      model: body.model, stream: !!body.stream, messages: body.messages, limit: body.max_completion_tokens, tools: (body.tools ?? []).map((tool) => tool.function?.name),
      userText: plan.userText, reply: null, fault: null, lastTokenUs: null, endedAt: null, aborted: false,
    };
    requests.push(entry);
    for (const waiter of [...waiters]) waiter();
    return { entry, plan };
  }

  async function complete(req, res, body) {
    const { entry, plan } = record(req, body);
    res.on('close', () => { entry.endedAt = Date.now(); entry.aborted = !res.writableFinished; });
    const fault = takeMatching(faults, entry.userText);
    entry.fault = fault?.kind ?? null;
    if (fault && await failBefore(req, res, fault)) return;
    if (config.latencyMs) await sleep(config.latencyMs);
    const reply = { ...plan.reply, ...takeMatching(scripts, entry.userText)?.reply };
    entry.reply = reply;
    if (reply.status) return sendError(res, reply.status, 'injected failure');
    if (!body.stream) return sendWhole(res, body.model, reply);
    await stream(res, entry, body.model, reply, fault);
  }

  // True when the fault has dealt with the request. "slow" and "truncate" act while streaming.
  async function failBefore(req, res, fault) {
    switch (fault.kind) {
      case 'status': sendError(res, fault.status ?? 500, fault.message ?? 'injected failure', fault.retryAfter); return true;
      case 'reset': req.socket.destroy(); return true;
      case 'hang': await Promise.race([sleep(fault.delayMs ?? 600_000), new Promise((done) => res.on('close', done))]); res.destroy(); return true;
      case 'delay': await sleep(fault.delayMs ?? 1000); return false;
      case 'badJson': res.writeHead(200, { 'content-type': 'text/event-stream' }); res.end('data: {"choices":[{"delta":\n\ndata: [DONE]\n\n'); return true;
      case 'html': res.writeHead(fault.status ?? 502, { 'content-type': 'text/html' }); res.end('<html><body>Bad Gateway</body></html>'); return true;
      default: return false;
    }
  }

  function sendError(res, status, message, retryAfter) {
    const headers = { 'content-type': 'application/json' };
    if (retryAfter !== undefined) headers['retry-after'] = String(retryAfter);
    res.writeHead(status, headers);
    res.end(JSON.stringify({ error: { message, type: status === 429 ? 'rate_limit_error' : 'server_error' } }));
  }

  const usage = (text) => ({ prompt_tokens: 11, completion_tokens: Math.ceil((text ?? '').length / 4), total_tokens: 11 + Math.ceil((text ?? '').length / 4) });

  function sendWhole(res, model, reply) {
    const message = reply.tool ? { role: 'assistant', content: null, tool_calls: [toolCall(reply.tool)] } : { role: 'assistant', content: reply.text };
    const body = JSON.stringify({
      id: `chatcmpl-${sequence}`, object: 'chat.completion', model, usage: usage(reply.text),
      choices: [{ index: 0, message, finish_reason: reply.tool ? 'tool_calls' : 'stop' }],
    });
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    res.end(body);
  }

  const toolCall = (tool) => ({ index: 0, id: `call_${sequence}`, type: 'function', function: { name: tool.name, arguments: tool.args } });

  async function stream(res, entry, model, reply, fault) {
    const id = `chatcmpl-${entry.sequence}`;
    const event = (object) => `data: ${JSON.stringify(object)}\n\n`;
    const chunk = (delta, finish = null) => event({ id, object: 'chat.completion.chunk', created: 0, model, choices: [{ index: 0, delta, finish_reason: finish }] });
    const tail = event({ id, object: 'chat.completion.chunk', model, choices: [], usage: usage(reply.text) }) + 'data: [DONE]\n\n';
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    if (reply.tool) {
      entry.lastTokenUs = monotonicUs();
      return void res.end(chunk({ role: 'assistant', tool_calls: [toolCall(reply.tool)] }) + chunk({}, 'tool_calls') + tail);
    }
    const delay = fault?.kind === 'slow' ? (fault.delayMs ?? 1000) : (reply.delay ?? config.tokenDelayMs);
    const pieces = reply.text.match(/\S+\s*|\s+/g) ?? [];
    const stopAt = fault?.kind === 'truncate' ? Math.ceil(pieces.length / 2) : pieces.length;
    let head = chunk({ role: 'assistant', content: '' });
    if (!delay && stopAt === pieces.length) { // one write: this fake must not be what limits a bench
      entry.lastTokenUs = monotonicUs();
      return void res.end(head + pieces.map((piece) => chunk({ content: piece })).join('') + chunk({}, 'stop') + tail);
    }
    for (const piece of pieces.slice(0, stopAt)) {
      if (res.destroyed) return;
      res.write(head + chunk({ content: piece }));
      head = '';
      entry.lastTokenUs = monotonicUs();
      if (delay) await sleep(delay);
    }
    if (fault?.kind === 'truncate') return void res.destroy();
    res.end(chunk({}, 'stop') + tail);
  }

  // Each vector is the text's length and its first character: a test can tell them apart. Floats only, as some servers do.
  function embed(req, res, body) {
    const inputs = Array.isArray(body.input) ? body.input : [body.input];
    embeddings.push({ authorization: req.headers.authorization, ...body });
    if (inputs.includes('fail')) return sendError(res, 500, 'injected failure');
    const data = inputs.map((text, index) => ({ object: 'embedding', index, embedding: [text.length, text.charCodeAt(0) / 256] }));
    sendJson(res, 200, { object: 'list', data, model: body.model, usage: { prompt_tokens: inputs.length, total_tokens: inputs.length } });
  }

  // ------------------------------------------------------------ control
  const matching = (query) => requests.filter((entry) => (!query.since || entry.sequence > Number(query.since))
    && (!query.text || entry.userText.includes(query.text)));

  async function wait(query) {
    const until = Date.now() + Number(query.timeout ?? 20_000);
    for (;;) {
      const hits = matching(query);
      if (hits.length >= Number(query.count ?? 1)) return { ok: true, requests: hits };
      const left = until - Date.now();
      if (left <= 0) return { ok: false, timeout: true, requests: hits };
      await new Promise((resolve) => {
        const timer = setTimeout(done, left);
        function done() { clearTimeout(timer); waiters.delete(done); resolve(); }
        waiters.add(done);
      });
    }
  }

  const ctl = {
    'GET /requests': (body, query) => matching(query),
    'DELETE /requests': () => { requests.length = 0; return { ok: true }; },
    'GET /wait': (body, query) => wait(query),
    'POST /config': (body) => ({ ok: true, config: Object.assign(config, body) }),
    'POST /replies': ({ textIncludes, times, skip, ...reply }) => { scripts.push({ textIncludes, skip: skip ?? 0, remaining: times ?? 1, reply }); return { ok: true }; },
    'DELETE /replies': () => { scripts.length = 0; return { ok: true }; },
    'POST /faults': (body) => { faults.push({ kind: 'status', skip: 0, ...body, remaining: body.times ?? 1 }); return { ok: true }; },
    'GET /faults': () => ({ ok: true, faults }),
    'DELETE /faults': () => { faults = []; return { ok: true }; },
  };

  // ------------------------------------------------------------ server
  const sendJson = (res, status, object) => {
    const body = JSON.stringify(object);
    res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    res.end(body);
  };

  async function handle(req, res) {
    const parts = [];
    for await (const part of req) parts.push(part);
    const text = Buffer.concat(parts).toString();
    const url = new URL(req.url, 'http://fake');
    if (url.pathname.startsWith('/_ctl/')) {
      const route = ctl[`${req.method} ${url.pathname.slice(5)}`];
      if (!route) return sendJson(res, 404, { ok: false, error: 'no such control route', routes: Object.keys(ctl) });
      return sendJson(res, 200, await route(text ? JSON.parse(text) : {}, Object.fromEntries(url.searchParams)));
    }
    if (url.pathname.endsWith('/models')) return sendJson(res, 200, { object: 'list', data: [{ id: config.model, object: 'model' }] });
    if (url.pathname.endsWith('/embeddings')) return embed(req, res, JSON.parse(text));
    if (!url.pathname.endsWith('/chat/completions')) return sendError(res, 404, 'no such route');
    await complete(req, res, JSON.parse(text));
  }

  const server = http.createServer((req, res) => {
    handle(req, res).catch((error) => (res.headersSent ? res.destroy() : sendError(res, error instanceof SyntaxError ? 400 : 500, error.message)));
  });
  server.keepAliveTimeout = 65_000;
  server.on('connection', (socket) => { sockets.add(socket); socket.on('close', () => sockets.delete(socket)); });
  await new Promise((resolve, reject) => server.once('error', reject).listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve));
  const { port } = server.address();
  return {
    port, url: `http://127.0.0.1:${port}`, baseUrl: `http://127.0.0.1:${port}/v1`, config, requests, embeddings,
    ctl: async (route, body = {}, query = {}) => ctl[route](body, query),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const at = process.argv.indexOf('--port');
  const provider = await startFakeProvider({ port: at > 0 ? Number(process.argv[at + 1]) : 8082 });
  console.log(`fake-provider on ${provider.baseUrl}`);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => provider.close().then(() => process.exit(0)));
}
