// The bot's side over HTTP, and the faults a test asked for.
import crypto from 'node:crypto';
import { parseMultipart } from '../multipart.mjs';
import { sleep, monotonicUs, ApiError, bad } from './values.mjs';

export function server(fake) {
  const { config, bots, calls, waiters, watchers, dispatch } = fake;

  function pickFault(phase, method, args) {
    const i = fake.faults.findIndex((f) => {
      if (f.remaining <= 0) return false;
      if ((f.kind === 'dropReply') !== (phase === 'after')) return false;
      if (f.method && f.method.toLowerCase() !== method.toLowerCase()) return false;
      if (f.chat_id !== undefined && String(f.chat_id) !== String(args.chat_id)) return false;
      if (f.textIncludes && !String(args.text ?? args.caption ?? '').includes(f.textIncludes)) return false;
      if (f.skip > 0) { f.skip--; return false; }
      return true;
    });
    if (i < 0) return null;
    fake.faults[i].remaining--;
    fake.faults[i].hits++;
    return fake.faults[i];
  }

  // ---------------------------------------------------------------- server
  const readBody = (req) => new Promise((resolve, reject) => {
    const parts = [];
    req.on('data', (d) => parts.push(d));
    req.on('end', () => resolve(Buffer.concat(parts)));
    req.on('error', reject);
    req.on('aborted', () => reject(new Error('aborted')));
  });

  function reply(res, status, obj, headers = {}) {
    if (res.destroyed || res.writableEnded) return;
    const body = Buffer.from(JSON.stringify(obj));
    res.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length, ...headers });
    res.end(body);
  }

  async function botRequest(req, res, url) {
    const m = /^\/bot([^/]+)(?:\/test)?\/([^/?]*)$/.exec(decodeURIComponent(url.pathname));
    if (!m) return reply(res, 404, { ok: false, error_code: 404, description: 'Not Found' });
    const [, token, method] = m;
    const rec = { seq: ++fake.callSeq, at: Date.now(), us: monotonicUs(), token, method, http: req.method, params: {}, files: {}, status: null, ms: null };
    const t0 = process.hrtime.bigint();
    const closers = [];
    res.on('close', () => { for (const f of closers) f(); });
    const ctx = { onClose: (f) => closers.push(f) };
    let files = {};
    try {
      const raw = await readBody(req).catch(() => null);
      if (raw === null) return;
      const args = Object.fromEntries([...url.searchParams].map(([k, v]) => [k, v]));
      const ct = String(req.headers['content-type'] ?? '');
      rec.contentType = ct.split(';')[0];
      if (raw.length) {
        if (ct.includes('application/json')) {
          let j;
          try { j = JSON.parse(raw.toString('utf8')); } catch { throw bad("can't parse the request: JSON object expected"); }
          Object.assign(args, j);
        } else if (ct.includes('multipart/form-data')) {
          const b = /boundary="?([^";]+)"?/.exec(ct)?.[1];
          if (!b) throw bad('multipart boundary not found');
          const p = parseMultipart(raw, b);
          Object.assign(args, p.fields);
          files = p.files;
        } else Object.assign(args, Object.fromEntries(new URLSearchParams(raw.toString('utf8'))));
      }
      rec.params = args;
      for (const [k, f] of Object.entries(files)) rec.files[k] = { name: f.name, mime: f.mime, size: f.data.length, sha256: crypto.createHash('sha256').update(f.data).digest('hex') };
      calls.push(rec);
      if (config.latencyMs) await sleep(config.latencyMs);

      const fault = pickFault('before', method, args);
      if (fault) {
        rec.fault = fault.kind;
        if (fault.kind === 'delay') await sleep(fault.delayMs ?? 1000);
        else if (fault.kind === 'hang') { await new Promise((r) => { closers.push(r); setTimeout(r, fault.delayMs ?? 600000); }); rec.status = 0; return void res.destroy(); } else if (fault.kind === 'reset') { rec.status = 0; return void req.socket.destroy(); } else if (fault.kind === 'badJson') { rec.status = 200; res.writeHead(200, { 'content-type': 'application/json' }); return void res.end('{"ok":true,"result":'); } else if (fault.kind === 'html') {
          rec.status = fault.status ?? 502;
          res.writeHead(rec.status, { 'content-type': 'text/html' });
          return void res.end('<html><body>Bad Gateway</body></html>');
        } else if (fault.kind === 'truncate') {
          rec.status = 200;
          res.writeHead(200, { 'content-type': 'application/json', 'content-length': 5000 });
          res.write('{"ok":true,');
          return void setTimeout(() => res.destroy(), 20);
        } else if (fault.kind === 'status') {
          const code = fault.status ?? 500;
          const parameters = fault.retry_after ? { retry_after: fault.retry_after, ...fault.parameters } : fault.parameters;
          throw new ApiError(code, fault.description ?? (code === 429 ? `Too Many Requests: retry after ${fault.retry_after ?? 1}` : code >= 500 ? 'Internal Server Error' : 'Bad Request: injected fault'), parameters);
        }
      }

      if (!/^[0-9]+:[A-Za-z0-9_-]{3,}$/.test(token)) {
        throw config.malformedTokenStatus === 401 ? new ApiError(401, 'Unauthorized: invalid token specified') : new ApiError(404, 'Not Found');
      }
      const bot = bots.get(token);
      if (!bot || bot.revoked) throw new ApiError(401, 'Unauthorized');
      const out = await dispatch(bot, method, args, files, ctx);
      const after = pickFault('after', method, args);
      rec.result = out.result;
      if (after) { rec.fault = 'dropReply'; rec.status = 0; return void req.socket.destroy(); }
      rec.status = 200;
      reply(res, 200, { ok: true, result: out.result, ...(out.description ? { description: out.description } : {}) });
    } catch (e) {
      if (e instanceof SyntaxError) e = bad(e.message);
      if (!(e instanceof ApiError)) e = new ApiError(500, `Internal Server Error: ${e.message}`);
      rec.status = e.code;
      rec.error = e.message;
      reply(res, e.code, { ok: false, error_code: e.code, description: e.message, ...(e.parameters ? { parameters: e.parameters } : {}) },
        e.parameters?.retry_after ? { 'retry-after': String(e.parameters.retry_after) } : {});
    } finally {
      rec.ms = Number(process.hrtime.bigint() - t0) / 1e6;
      rec.doneAt = Date.now();
      for (const look of [...waiters]) look(rec);
      for (const look of [...watchers]) look();
    }
  }

  function fileRequest(req, res, url) {
    const m = /^\/file\/bot([^/]+)\/(.+)$/.exec(decodeURIComponent(url.pathname));
    const bot = m && bots.get(m[1]);
    const f = bot && [...bot.files.values()].find((x) => x.path === m[2]);
    calls.push({ seq: ++fake.callSeq, at: Date.now(), token: m?.[1], method: '(file)', params: { path: m?.[2] }, files: {}, status: f ? 200 : 404 });
    const fault = m && pickFault('before', '(file)', {});
    if (fault?.kind === 'reset') return req.socket.destroy();
    if (fault?.kind === 'status') return reply(res, fault.status ?? 500, { ok: false, error_code: fault.status ?? 500, description: fault.description ?? 'injected' });
    if (!f || !f.linkAt || Date.now() - f.linkAt > config.fileLinkSec * 1000) return reply(res, 404, { ok: false, error_code: 404, description: 'Not Found' });
    f.downloads++;
    res.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': f.data.length });
    if (fault?.kind === 'truncate') { res.write(f.data.subarray(0, Math.floor(f.data.length / 2))); return setTimeout(() => res.destroy(), 20); }
    res.end(f.data);
  }

  const handler = async (req, res) => {
    const url = new URL(req.url, 'http://x');
    try {
      if (url.pathname.startsWith('/_ctl')) {
        const key = `${req.method} ${url.pathname.slice(5)}`;
        const fn = fake.ctl[key];
        if (!fn) return reply(res, 404, { ok: false, error: `no control route ${key}`, routes: Object.keys(fake.ctl) });
        const raw = await readBody(req);
        const body = raw.length ? JSON.parse(raw.toString()) : {};
        return reply(res, 200, await fn(body, Object.fromEntries(url.searchParams)));
      }
      if (url.pathname.startsWith('/file/')) return fileRequest(req, res, url);
      return await botRequest(req, res, url);
    } catch (e) {
      reply(res, 500, { ok: false, error: e.message, stack: e.stack });
    }
  };

  return { pickFault, readBody, reply, botRequest, fileRequest, handler };
}
