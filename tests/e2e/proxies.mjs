// Two proxies of a few lines: what they were asked for, and a tunnel to wherever `route` says.
import net from 'node:net';
import http from 'node:http';
import { once } from 'node:events';

function tunnel(client, target, onOpen) {
  const upstream = net.connect(target, () => { onOpen(); client.pipe(upstream).pipe(client); });
  for (const socket of [client, upstream]) socket.on('error', () => { client.destroy(); upstream.destroy(); });
}

async function listening(server, asked) {
  const sockets = new Set();
  server.on('connection', (socket) => { sockets.add(socket); socket.once('close', () => sockets.delete(socket)); });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { asked, port: server.address().port, close: () => { for (const socket of sockets) socket.destroy(); server.close(); } };
}

// `asked`: [{ target: "host:port", authorization }]
export async function startConnectProxy(route) {
  const asked = [];
  const server = http.createServer((_, response) => response.writeHead(405).end());
  server.on('connect', (request, client) => {
    asked.push({ target: request.url, authorization: request.headers['proxy-authorization'] });
    tunnel(client, route, () => client.write('HTTP/1.1 200 Connection established\r\n\r\n'));
  });
  return listening(server, asked);
}

// RFC 1928 with RFC 1929, names only. `asked`: [{ target, user, password }]
export async function startSocksProxy(route) {
  const asked = [];
  const server = net.createServer(async (client) => {
    client.on('error', () => {});
    const read = reader(client);
    const [, methods] = await read(2);
    const offered = await read(methods);
    const wish = {};
    if (offered.includes(2)) {
      client.write(Buffer.from([5, 2]));
      const [, length] = await read(2);
      wish.user = (await read(length)).toString();
      wish.password = (await read((await read(1))[0])).toString();
      client.write(Buffer.from([1, 0]));
    } else client.write(Buffer.from([5, 0]));
    const [, , , type] = await read(4);
    if (type !== 3) return client.destroy();
    const name = (await read((await read(1))[0])).toString();
    wish.target = `${name}:${(await read(2)).readUInt16BE()}`;
    asked.push(wish);
    const rest = read.rest();
    tunnel(client, route, () => { client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0])); if (rest.length) client.unshift(rest); });
  });
  return listening(server, asked);
}

// Exactly so many bytes; rest() gives back what came too early.
function reader(socket) {
  let buffer = Buffer.alloc(0);
  let wake = () => {};
  const take = (chunk) => { buffer = Buffer.concat([buffer, chunk]); wake(); };
  socket.on('data', take);
  const read = async (bytes) => {
    while (buffer.length < bytes) await new Promise((done) => { wake = done; });
    const part = buffer.subarray(0, bytes);
    buffer = buffer.subarray(bytes);
    return part;
  };
  read.rest = () => { socket.off('data', take); return buffer; };
  return read;
}
