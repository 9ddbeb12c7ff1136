// A client of the gateway's WebSocket protocol, version 4: challenge, connect, requests, events. Nothing is hidden:
// `frames` keeps everything received, in order, and `closed` says how the connection ended.
import { randomUUID } from 'node:crypto';

export class GatewayError extends Error {
  constructor(error, frame) {
    super(`${error.code}: ${error.message}`);
    Object.assign(this, error, { frame });
  }
}

export class ProtocolClient {
  constructor(url, options = {}) {
    this.url = url;
    this.options = options;
    this.frames = [];
    this.pending = new Map(); // request id -> {answer(frame)}
    this.watchers = new Set();
    this.isOpen = false;
  }

  // Opens the socket; resolves with the challenge. The handshake is a step of its own so that tests may break it.
  async open(timeout = 20_000) {
    this.socket = new WebSocket(this.url);
    this.closed = new Promise((resolve) => this.socket.addEventListener('close', ({ code, reason }) => {
      this.isOpen = false;
      for (const { fail } of this.pending.values()) fail(new Error(`closed with ${code} ${reason}`));
      this.pending.clear();
      for (const watcher of [...this.watchers]) watcher(null);
      resolve({ code, reason });
    }));
    this.socket.addEventListener('message', ({ data }) => this.receive(JSON.parse(data)));
    this.socket.addEventListener('error', () => {}); // close follows and says more
    return this.event('connect.challenge', { timeout });
  }

  async connect() {
    await this.open();
    this.hello = await this.request('connect', this.connectParams());
    this.isOpen = true;
    return this.hello;
  }

  connectParams() {
    const { token, password, client, role = 'operator', scopes = ['operator.read', 'operator.write', 'operator.admin'], caps = [] } = this.options;
    return {
      minProtocol: 4, maxProtocol: 4, role, scopes, caps,
      client: { id: 'gateway-client', version: '1.0.0', platform: 'linux', mode: 'backend', ...client },
      ...(token === undefined && password === undefined ? {} : { auth: { ...(token === undefined ? {} : { token }), ...(password === undefined ? {} : { password }) } }),
    };
  }

  receive(frame) {
    this.frames.push(frame);
    if (frame.type === 'res') this.pending.get(frame.id)?.answer(frame);
    for (const watcher of [...this.watchers]) watcher(frame);
  }

  send(frame) { this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)); }

  // The payload of the answer; `final`: of the second answer, for methods that first say "accepted".
  request(method, params, timeout = 20_000, { final = false, id = randomUUID() } = {}) {
    return new Promise((resolve, reject) => {
      const settle = (act, value) => { clearTimeout(timer); this.pending.delete(id); act(value); };
      const timer = setTimeout(() => settle(reject, new Error(`no answer to ${method} within ${timeout} ms`)), timeout);
      const answer = (frame) => {
        if (!frame.ok) return settle(reject, new GatewayError(frame.error, frame));
        if (final && frame.payload?.status === 'accepted') return undefined;
        return settle(resolve, frame.payload);
      };
      this.pending.set(id, { answer, fail: (error) => settle(reject, error) });
      this.send({ type: 'req', id, method, ...(params === undefined ? {} : { params }) });
    });
  }

  call(method, params = {}, timeout = 20_000) { return this.request(method, params, timeout); }

  // The first frame, received already or yet to come, that `fits`.
  frame(fits, what, timeout = 20_000) {
    const found = this.frames.find(fits);
    if (found) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const done = (act, value) => { clearTimeout(timer); this.watchers.delete(watcher); act(value); };
      const watcher = (frame) => {
        if (frame === null) done(reject, new Error(`closed before ${what}`));
        else if (fits(frame)) done(resolve, frame);
      };
      const timer = setTimeout(() => done(reject, new Error(`no ${what} within ${timeout} ms`)), timeout);
      this.watchers.add(watcher);
    });
  }

  event(name, { where = () => true, timeout = 20_000 } = {}) {
    return this.frame((frame) => frame.type === 'event' && frame.event === name && where(frame.payload), `event ${name}`, timeout).then((frame) => frame.payload);
  }

  close() { this.socket?.close(); }
}
