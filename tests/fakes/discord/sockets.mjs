// The gateway's connections: greeting, heartbeats, limits of what a client may send, compression, every frame on record.
import zlib from 'node:zlib';
import { WebSocketServer } from 'ws';

export function sockets(fake) {
  const { config } = fake;
  const live = new Set();
  let numbers = 0;

  const log = (dir, connection, op, extra = {}) => {
    fake.gatewayLog.push({ seq: ++fake.gatewaySeq, at: Date.now(), conn: connection.id, dir, op, ...extra });
    fake.looked();
  };

  // One deflate context for a whole connection; each message ends in a flush (00 00 ff ff).
  function compressor(socket) {
    const deflate = zlib.createDeflate({ flush: zlib.constants.Z_SYNC_FLUSH });
    let queue = Promise.resolve();
    return (text) => {
      queue = queue.then(() => new Promise((done) => {
        const parts = [];
        const take = (part) => parts.push(part);
        deflate.on('data', take);
        deflate.write(text);
        deflate.flush(zlib.constants.Z_SYNC_FLUSH, () => { deflate.off('data', take); if (socket.readyState === 1) socket.send(Buffer.concat(parts)); done(); });
      }));
    };
  }

  class Connection {
    session = null;
    times = []; // of what the client sent

    constructor(socket, query) {
      this.id = ++numbers;
      this.socket = socket;
      this.compress = query.get('compress');
      this.write = this.compress === 'zlib-stream' ? compressor(socket) : (text) => socket.send(text);
    }

    send(payload) {
      if (this.socket.readyState !== 1) return;
      log('out', this, payload.op, { t: payload.t, s: payload.s });
      this.write(JSON.stringify(payload));
    }

    close(code, reason = '') {
      log('close', this, null, { code, reason });
      this.closedByUs = true;
      this.socket.close(code, reason);
    }

    // The server closes a client that stays silent.
    awaitHeartbeat() {
      clearTimeout(this.silence);
      this.silence = setTimeout(() => this.close(4000, 'heartbeat timeout'), config.heartbeatInterval * config.heartbeatGraceFactor);
    }
  }

  function onSocket(socket, request) {
    const url = new URL(request.url, 'http://fake');
    const connection = new Connection(socket, url.searchParams);
    live.add(connection);
    log('conn', connection, null, { path: request.url });
    socket.on('error', () => {});
    socket.on('message', (raw) => onMessage(connection, raw));
    socket.on('close', (code) => {
      live.delete(connection);
      clearTimeout(connection.silence);
      log('closed', connection, null, { code });
      fake.disconnected(connection, code, connection.closedByUs);
    });
    if (fake.mode.refuse?.code) return connection.close(fake.mode.refuse.code, fake.mode.refuse.reason ?? '');
    if (!['9', '10'].includes(url.searchParams.get('v'))) return connection.close(4012, 'Invalid API version');
    if ((url.searchParams.get('encoding') ?? 'json') !== 'json') return connection.close(4002, 'Only json here');
    if (fake.mode.sendHello) connection.send({ op: 10, t: null, s: null, d: { heartbeat_interval: config.heartbeatInterval, _trace: [] } });
    connection.awaitHeartbeat();
  }

  function isTooOften(connection) {
    const { enabled, max, perMs } = config.gatewayRate;
    const now = Date.now();
    connection.times = connection.times.filter((time) => time > now - perMs);
    connection.times.push(now);
    return enabled && connection.times.length > max;
  }

  // The token stays out of the record.
  const recorded = ({ op, d }) => (op === 2 || op === 6 ? { ...d, token: d?.token ? '***' : undefined } : d);

  function onMessage(connection, raw) {
    if (raw.length > config.maxClientPayload) return connection.close(4002, 'Payload too large');
    if (isTooOften(connection)) return connection.close(4008, 'You are being rate limited.');
    let payload;
    try { payload = JSON.parse(raw.toString()); } catch { return connection.close(4002, 'Error while decoding payload.'); }
    log('in', connection, payload.op, { d: recorded(payload) });
    switch (payload.op) {
      case 1: return onHeartbeat(connection);
      case 2: return fake.identify(connection, payload.d ?? {});
      case 6: return fake.resume(connection, payload.d ?? {});
      case 3: case 4: case 8: case 31: break;
      default: return connection.close(4001, 'Unknown opcode.');
    }
    if (!connection.session) return connection.close(4003, 'Not authenticated.');
    if (payload.op === 3) connection.session.presence = payload.d;
    if (payload.op === 8) fake.members(connection, payload.d ?? {});
  }

  function onHeartbeat(connection) {
    connection.awaitHeartbeat();
    if (fake.mode.ackHeartbeats) connection.send({ op: 11, t: null, s: null, d: null });
  }

  // An attempt is counted before anything is refused.
  const acceptor = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  function onUpgrade(request, socket, head) {
    fake.attempts.push({ at: Date.now(), path: request.url });
    socket.on('error', () => {});
    if (fake.mode.isOut || fake.mode.refuse?.reset) return socket.destroy();
    if (fake.mode.refuse?.status) return socket.end(`HTTP/1.1 ${fake.mode.refuse.status} Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
    acceptor.handleUpgrade(request, socket, head, (accepted) => onSocket(accepted, request));
  }

  const eachConnection = (act) => { const now = [...live]; for (const connection of now) act(connection); return { ok: true, connections: now.length }; };

  return { live, onUpgrade, eachConnection };
}
