// A request's way: read, recorded, refused or limited, led to its route, answered. Files of the CDN, too.
import crypto from 'node:crypto';
import { parseMultipart } from '../multipart.mjs';
import { ApiError, sleep, unauthorized } from './values.mjs';

export function rest(fake) {
  const { config } = fake;
  const routes = [];
  // "/channels/:id": what matches is `params.id`. `open`: needs no token.
  const route = (method, pattern, act, { open = false } = {}) => routes.push({ method, shape: new RegExp(`^${pattern.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`), act, open });

  const readBody = (req) => new Promise((resolve, reject) => {
    const parts = [];
    req.on('data', (part) => parts.push(part)).on('end', () => resolve(Buffer.concat(parts))).on('error', reject).on('aborted', () => reject(new Error('aborted')));
  });

  function reply(res, status, object, headers = {}) {
    if (res.destroyed || res.writableEnded) return;
    if (status === 204) { res.writeHead(204, headers); return void res.end(); }
    const body = Buffer.from(JSON.stringify(object ?? null));
    res.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length, ...headers });
    res.end(body);
  }

  const fileOf = (field, { name, mime, data }, i) => ({ field, id: /files\[(\d+)\]/.exec(field)?.[1] ?? String(i), filename: name, mime, data });

  function parse(raw, type) {
    if (!raw.length) return { body: {}, files: [] };
    try {
      if (type.includes('multipart/form-data')) {
        const { fields, files } = parseMultipart(raw, /boundary="?([^";]+)"?/.exec(type)?.[1]);
        return { body: fields.payload_json ? JSON.parse(fields.payload_json) : fields, files: Object.entries(files).map(([field, file], i) => fileOf(field, file, i)) };
      }
      return { body: type.includes('json') ? JSON.parse(raw.toString()) : {}, files: [] };
    } catch { throw new ApiError(400, 50109, 'The request body contains invalid JSON.'); }
  }

  const described = ({ data, ...file }) => ({ ...file, size: data.length, sha256: crypto.createHash('sha256').update(data).digest('hex') });
  // Segments are decoded, as the real server does ("%40me"), but a slash within one stays one.
  const decoded = (pathname) => pathname.replace(/^\/api(\/v\d+)?/, '').split('/').map((part) => decodeURIComponent(part).replaceAll('/', '%2F')).join('/');

  async function answer(req, res, url, record) {
    const raw = await readBody(req);
    const { body, files } = parse(raw, String(req.headers['content-type'] ?? ''));
    const { method, path } = record;
    Object.assign(record, { body, files: files.map(described) });
    if (config.latencyMs) await sleep(config.latencyMs);
    if (fake.ban()) { fake.html(res, 429, 'error code: 1015', { 'retry-after': String(fake.ban()) }); return 429; }
    const fault = fake.pick('before', method, path, body);
    if (fault) {
      record.fault = fault.kind;
      const status = await fake.commit(fault, req, res);
      if (status !== null) return status;
    }
    const found = routes.find((each) => each.method === method && each.shape.test(path));
    if (!found?.open && req.headers.authorization !== `Bot ${fake.world.token}`) throw unauthorized();
    if (!found) throw new ApiError(404, 0, '404: Not Found');
    record.limits = fake.take(method, path, found.open);
    const result = await found.act({ params: found.shape.exec(path).groups ?? {}, body, files, query: record.query, record });
    record.result = result;
    if (fake.pick('after', method, path, body)) { record.fault = 'dropReply'; req.socket.destroy(); return 0; }
    const status = result === null ? 204 : record.created ? 201 : 200;
    reply(res, status, result, record.limits);
    return status;
  }

  function refuse(res, record, problem) {
    const error = problem instanceof ApiError ? problem : new ApiError(500, 0, `500: Internal Server Error (${problem.message})`);
    record.error = { code: error.code, message: error.message, ...error.extra, ...(error === problem ? {} : { stack: problem.stack }) };
    fake.countRefusal(error);
    reply(res, error.status, { message: error.message, ...(error.status === 429 ? {} : { code: error.code }), ...error.extra }, { ...record.limits, ...error.headers });
    return error.status;
  }

  async function onRequest(req, res, url) {
    if (fake.mode.isOut) { fake.attempts.push({ at: Date.now(), path: url.pathname }); return void req.socket.destroy(); }
    const record = {
      seq: ++fake.callSeq, at: Date.now(), us: fake.monotonicUs(), method: req.method, path: decoded(url.pathname), query: Object.fromEntries(url.searchParams),
      body: undefined, files: [], status: null, userAgent: req.headers['user-agent'],
    };
    fake.calls.push(record);
    try {
      record.status = await answer(req, res, url, record);
    } catch (problem) {
      record.status = refuse(res, record, problem);
    }
    record.ms = Date.now() - record.at;
    fake.finished(record);
  }

  // The content delivery network: an address is good until it expires. It has a record of its own (GET /cdn), and faults like the API.
  async function onFile(req, res, url) {
    if (fake.mode.isOut) return void req.socket.destroy();
    const record = { at: Date.now(), path: url.pathname, url: req.url, authorization: req.headers.authorization, status: null };
    fake.world.downloads.push(record);
    record.status = await giveFile(req, res, url).catch((problem) => { reply(res, problem.status ?? 500, { message: problem.message }); return problem.status ?? 500; });
    record.ms = Date.now() - record.at;
  }

  async function giveFile(req, res, url) {
    const fault = fake.pick('before', req.method, url.pathname);
    const status = fault ? await fake.commit(fault, req, res) : null;
    if (status !== null) return status;
    const attachment = fake.world.attachments.get(url.pathname.split('/').at(-2));
    if (!attachment || url.searchParams.get('is') !== String(attachment.issue)) throw new ApiError(404, 0, 'This content is no longer available.');
    attachment.downloads++;
    res.writeHead(200, { 'content-type': attachment.content_type, 'content-length': attachment.data.length });
    res.end(attachment.data);
    return 200;
  }

  async function onControl(req, res, url) {
    const name = `${req.method} ${url.pathname.slice('/_ctl'.length)}`;
    if (!fake.ctl[name]) return reply(res, 404, { ok: false, error: `no control route ${name}`, routes: Object.keys(fake.ctl) });
    const raw = await readBody(req);
    reply(res, 200, await fake.ctl[name](raw.length ? JSON.parse(raw.toString()) : {}, Object.fromEntries(url.searchParams)));
  }

  async function handler(req, res) {
    const url = new URL(req.url, 'http://fake');
    try {
      if (url.pathname.startsWith('/_ctl/')) return await onControl(req, res, url);
      if (/^\/(cdn\/)?attachments\//.test(url.pathname)) return onFile(req, res, url);
      if (url.pathname.startsWith('/api/')) return await onRequest(req, res, url);
      reply(res, 404, { message: '404: Not Found', code: 0 });
    } catch (error) { reply(res, 500, { ok: false, error: error.message, stack: error.stack }); }
  }

  return { route, handler };
}
