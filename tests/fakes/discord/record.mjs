// Everything that was asked and said, kept, and those who wait for it.
export function record(fake) {
  Object.assign(fake, { calls: [], callSeq: 0, gatewayLog: [], gatewaySeq: 0, attempts: [], identifies: [], audit: new Map() });
  const watchers = new Set(); // look at everything
  const waiters = new Set(); // look at each finished call, once: they cost the same however long the record is

  const looked = () => { for (const look of [...watchers]) look(); };
  const finished = (call) => { for (const look of [...waiters]) look(call); looked(); };

  // What `check` gives once it is true, asked now and whenever something has happened; rejects at the deadline.
  const until = (check, timeout = 20_000) => new Promise((resolve, reject) => {
    const finish = (act, value) => { clearTimeout(timer); watchers.delete(look); act(value); };
    const look = async () => { try { const value = await check(); if (value) finish(resolve, value); } catch (error) { finish(reject, error); } };
    const timer = setTimeout(() => finish(reject, new Error(`not within ${timeout} ms`)), timeout);
    watchers.add(look);
    void look();
  });

  const fits = ({ method, since, path, status, text }) => {
    const [where, what] = [path && new RegExp(path), text && new RegExp(text, 's')];
    return (call) => call.status !== null && (!method || call.method === method) && (!since || call.seq > Number(since)) && (!where || where.test(call.path))
      && (!status || String(call.status) === String(status)) && (!what || what.test(call.body?.content ?? JSON.stringify(call.body ?? '')));
  };

  const waitForCalls = (query) => new Promise((resolve) => {
    const isWanted = fits(query);
    const need = Number(query.count ?? 1);
    const hit = fake.calls.filter(isWanted);
    const finish = (extra) => { clearTimeout(timer); waiters.delete(look); resolve({ ...extra, calls: hit, lastSeq: fake.callSeq }); };
    const look = (call) => { if (isWanted(call)) hit.push(call); if (hit.length >= need) finish({ ok: true }); };
    const timer = setTimeout(() => finish({ ok: false, timeout: true }), Number(query.timeout ?? 20_000));
    waiters.add(look);
    if (hit.length >= need) finish({ ok: true });
  });

  const frames = ({ since, op, dir, t }) => fake.gatewayLog.filter((frame) => (!since || frame.seq > Number(since)) && (op === undefined || String(frame.op) === String(op))
    && (!dir || frame.dir === dir) && (!t || frame.t === t));

  async function waitForFrames(query) {
    const found = await until(() => { const hit = frames(query); return hit.length >= Number(query.count ?? 1) && hit; }, Number(query.timeout ?? 20_000)).catch(() => null);
    return { ok: !!found, frames: found ?? frames(query), lastGw: fake.gatewaySeq };
  }

  const forget = () => { fake.calls.length = fake.gatewayLog.length = fake.attempts.length = fake.identifies.length = 0; fake.audit.clear(); };

  return { looked, finished, until, fits, waitForCalls, frames, waitForFrames, forget };
}
