// Troubles of single requests, as a test orders them.
import { ApiError, limited, sleep } from './values.mjs';

export function faults(fake) {
  fake.faults = [];
  let numbers = 0;

  const order = (wanted) => {
    const fault = { id: ++numbers, kind: 'status', skip: 0, hits: 0, ...wanted, remaining: wanted.times ?? 1 };
    fake.faults.push(fault);
    return fault;
  };

  // `phase`: before the deed, or after it (its answer is lost).
  function pick(phase, method, path, body) {
    const fault = fake.faults.find((each) => {
      if (each.remaining <= 0 || (each.kind === 'dropReply') !== (phase === 'after')) return false;
      if (each.method && each.method !== method) return false;
      if (each.path && !new RegExp(each.path).test(path)) return false;
      if (each.contentIncludes && !String(body?.content ?? '').includes(each.contentIncludes)) return false;
      return each.skip > 0 ? (each.skip--, false) : true;
    });
    if (fault) { fault.remaining--; fault.hits++; }
    return fault;
  }

  const html = (res, status, text, headers = {}) => { res.writeHead(status, { 'content-type': 'text/html', ...headers }); res.end(`<html>${text}</html>`); };

  // The status that was given instead of an answer; null: go on as if nothing had been. Errors: ApiError, to be answered.
  async function commit(fault, req, res) {
    switch (fault.kind) {
      case 'delay': await sleep(fault.delayMs ?? 1000); return null;
      case 'reset': req.socket.destroy(); return 0;
      case 'hang': {
        let timer;
        await new Promise((done) => { res.on('close', done); timer = setTimeout(done, fault.delayMs ?? 600_000); });
        clearTimeout(timer);
        res.destroy();
        return 0;
      }
      case 'html': html(res, fault.status ?? 502, '502 bad gateway', fault.retry_after ? { 'retry-after': String(fault.retry_after) } : {}); return fault.status ?? 502;
      case 'global429': throw limited(fault.retry_after ?? 1, { isGlobal: true });
      case '429': {
        const seconds = fault.retry_after ?? 1;
        throw limited(seconds, { scope: fault.scope ?? 'shared', headers: { 'x-ratelimit-reset-after': String(seconds), 'x-ratelimit-limit': '5', 'x-ratelimit-remaining': '0', 'x-ratelimit-bucket': 'faultbucket' } });
      }
      default: throw new ApiError(fault.status ?? 500, fault.code ?? 0, fault.message ?? 'injected');
    }
  }

  return { order, pick, commit, html };
}
