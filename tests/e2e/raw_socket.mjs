// A WebSocket client that does nothing by itself: the upgrade request and every frame are written by hand, so that a
// test can break any rule it likes. `frames` keeps what came, `ended` says how it ended.
import { randomBytes } from 'node:crypto';
import net from 'node:net';

const TEXT = 1;
const CLOSE = 8;

export class RawSocket {
  constructor(port, { host = '127.0.0.1', headers = {}, path = '/', key = randomBytes(16).toString('base64'), version = 13 } = {}) {
    this.frames = []; // JSON messages, in order
    this.controls = []; // {opcode, payload}
    this.waiters = new Set();
    this.buffer = Buffer.alloc(0);
    this.socket = net.connect({ port, host });
    this.socket.on('error', () => {});
    this.socket.on('data', (bytes) => this.receive(bytes));
    // {status, headers, body} of a refused upgrade, {code, reason} of a close frame, or {} of a plain end.
    this.ended = new Promise((resolve) => { this.end = resolve; });
    this.socket.on('close', () => { this.end(this.refusal ?? this.closing ?? {}); this.wake(); });
    const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const all = { host: `127.0.0.1:${port}`, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': String(version), ...(key === null ? {} : { 'sec-websocket-key': key }), ...given };
    const lines = Object.entries(all).filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${value}\r\n`);
    this.socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  }

  receive(bytes) {
    this.buffer = Buffer.concat([this.buffer, bytes]);
    if (!this.isUpgraded && !this.readHead()) return;
    while (this.readFrame());
    this.wake();
  }

  readHead() {
    const end = this.buffer.indexOf('\r\n\r\n');
    if (end < 0) return false;
    const [status, ...lines] = this.buffer.subarray(0, end).toString().split('\r\n');
    const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
    this.response = { status: Number(status.split(' ')[1]), headers };
    if (this.response.status !== 101) {
      const body = this.buffer.subarray(end + 4);
      if (body.length < Number(headers['content-length'] ?? 0)) return false;
      this.refusal = { ...this.response, body: body.toString() };
      this.socket.end();
      this.wake();
      return false;
    }
    this.isUpgraded = true;
    this.buffer = this.buffer.subarray(end + 4);
    return true;
  }

  readFrame() {
    if (this.buffer.length < 2) return false;
    let length = this.buffer[1] & 0x7f;
    let at = 2;
    if (length === 126) { if (this.buffer.length < 4) return false; length = this.buffer.readUInt16BE(2); at = 4; }
    else if (length === 127) { if (this.buffer.length < 10) return false; length = Number(this.buffer.readBigUInt64BE(2)); at = 10; }
    if (this.buffer.length < at + length) return false;
    const opcode = this.buffer[0] & 0x0f;
    const payload = this.buffer.subarray(at, at + length);
    this.buffer = this.buffer.subarray(at + length);
    if (opcode === TEXT) this.frames.push(JSON.parse(payload.toString()));
    else this.controls.push({ opcode, payload: Buffer.from(payload) });
    if (opcode === CLOSE) {
      this.closing = payload.length < 2 ? { code: 1005, reason: '' } : { code: payload.readUInt16BE(0), reason: payload.subarray(2).toString() };
      this.write(CLOSE, payload.subarray(0, 2));
      this.socket.end();
    }
    return true;
  }

  write(opcode, payload, { final = true } = {}) {
    const data = Buffer.from(payload);
    const mask = randomBytes(4);
    const head = data.length < 126 ? Buffer.from([0, 0x80 | data.length]) : data.length < 65_536 ? Buffer.from([0, 0x80 | 126, 0, 0]) : Buffer.alloc(10);
    if (data.length >= 65_536) { head[1] = 0x80 | 127; head.writeBigUInt64BE(BigInt(data.length), 2); } else if (data.length >= 126) head.writeUInt16BE(data.length, 2);
    head[0] = (final ? 0x80 : 0) | opcode;
    const masked = Buffer.from(data);
    for (let i = 0; i < masked.length; i += 1) masked[i] ^= mask[i & 3];
    this.socket.write(Buffer.concat([head, mask, masked]));
  }

  send(frame) { this.write(TEXT, typeof frame === 'string' ? frame : JSON.stringify(frame)); }

  wake() { for (const look of [...this.waiters]) look(); }

  // What `find` returns as soon as it is not undefined.
  until(find, what, timeout = 10_000) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = find();
        const isOver = found === undefined && this.socket.closed;
        if (found === undefined && !isOver) return;
        clearTimeout(timer);
        this.waiters.delete(look);
        if (isOver) reject(new Error(`the connection ended before ${what}: ${JSON.stringify(this.refusal ?? this.closing ?? {})}`));
        else resolve(found);
      };
      const timer = setTimeout(() => { this.waiters.delete(look); reject(new Error(`no ${what} within ${timeout} ms`)); }, timeout);
      this.waiters.add(look);
      look();
    });
  }

  challenge() { return this.until(() => this.frames.find((frame) => frame.event === 'connect.challenge')?.payload, 'challenge'); }

  answer(id) { return this.until(() => this.frames.find((frame) => frame.type === 'res' && frame.id === id), `answer to ${id}`); }

  async request(method, params, id = `${method}-${this.frames.length}`) {
    this.send({ type: 'req', id, method, ...(params === undefined ? {} : { params }) });
    return this.answer(id);
  }

  close() { this.socket.destroy(); }
}
