// What is asked of a gateway while it becomes another build: to stop, to read its configuration, to begin another
// upgrade. Nothing asked is forgotten, whichever of the two images it reaches.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import { once } from 'node:events';
import { stage, eventually, isAlive, processTree, readProc } from './harness.mjs';

const quiet = { channel: { streaming: { mode: 'off' } } };
const said = (gateway, event) => gateway.lines.filter((line) => line.includes(event)).length;
const upgrade = (gateway) => gateway.cli('gateway', 'upgrade', '--json');

// A client that never answers a farewell: the gateway gives it its 300 ms, the longest moment between the last word of
// one image and the first of the next. Resolves when it was told goodbye.
async function deafClient(t, gateway) {
  const request = http.request(gateway.url, { headers: { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' }, agent: false });
  request.end();
  const [, socket, head] = await once(request, 'upgrade');
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  let heard = head.toString('latin1');
  return new Promise((resolve) => {
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1');
      if (heard.includes('service restart')) resolve(socket);
    });
  });
}

const bit = (number) => 1n << BigInt(number - 1);
const thatAsk = bit(1) | bit(2) | bit(10) | bit(12) | bit(15); // HUP, INT, USR1, USR2, TERM: signal(7)

describe('asked to stop while it becomes another build', () => {
  test('only the thread of the loop takes signals, before and after an upgrade', async (t) => {
    const { gateway } = await stage(t, quiet);
    const look = () => {
      for (const thread of fs.readdirSync(`/proc/${gateway.pid}/task`).map(Number)) {
        const blocked = BigInt(`0x${/SigBlk:\s+(\w+)/.exec(readProc(gateway.pid, `task/${thread}/status`))[1]}`);
        assert.equal(blocked & thatAsk, thread === gateway.pid ? 0n : thatAsk, `thread ${thread}`);
      }
    };
    look();
    assert.ok(fs.readdirSync(`/proc/${gateway.pid}/task`).length > 1, 'it has a pool');
    assert.equal((await upgrade(gateway)).code, 0);
    await gateway.line(/upgrade\.done/);
    await gateway.ready();
    look();
  });

  for (const signal of ['SIGTERM', 'SIGINT']) {
    test(`${signal} between the last word of one image and the first of the next: it ends with 0 and leaves nobody`, async (t) => {
      const { gateway } = await stage(t, quiet);
      await gateway.workerReady('telegram');
      await gateway.workerReady('agent');
      const goodbye = deafClient(t, gateway);
      await eventually(async () => (await gateway.call('health')).ok, 'the client to be inside');
      const tree = processTree(gateway.pid);
      assert.ok(tree.length >= 4);
      const asked = upgrade(gateway);
      await goodbye;
      process.kill(gateway.pid, signal);
      assert.deepEqual(await gateway.ending(8000), { code: 0, signal: null });
      assert.ok(said(gateway, 'gateway.stopping') === 1, gateway.output);
      await eventually(() => tree.every((pid) => !isAlive(pid)), 'nobody to be left', 2000);
      await asked;
    });
  }
});
