// A node as a program sees it: a device with a key and the role node, whose commands an operator approves and uses.
import { test, describe, before } from 'node:test';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { sharedStage, GATEWAY_TOKEN } from './harness.mjs';
import { Device, connectParams } from './device.mjs';
import { ProtocolClient } from './protocol_client.mjs';
import { check } from './published_schema.mjs';

describe('a node', () => {
  const scene = sharedStage();
  const device = new Device();
  let gateway, operator, node;

  const join = async (commands) => {
    const client = new ProtocolClient(`ws://127.0.0.1:${gateway.port}`);
    const challenge = await client.open();
    const params = connectParams({ role: 'node', scopes: [], caps: ['system', 'camera'], commands, auth: { token: GATEWAY_TOKEN }, client: { id: 'node-host', mode: 'node', displayName: 'shelf' } });
    const hello = await client.request('connect', { ...params, device: device.proof(params, challenge) });
    assert.equal(hello.auth.role, 'node');
    return client;
  };

  before(async () => {
    ({ gateway } = scene);
    operator = await gateway.connect({ scopes: ['operator.read', 'operator.write', 'operator.admin', 'operator.pairing'] });
    node = await join(['system.which', 'camera.snap']);
  });

  test('asks for what its platform can have, and is approved by an operator', async () => {
    const request = await operator.event('node.pair.requested');
    assert.deepEqual(request.commands, ['system.which'], 'no camera on a linux machine');
    assert.deepEqual(request.requiredApproveScopes, ['operator.pairing', 'operator.admin']);
    const { node: approved } = await operator.call('node.pair.approve', { requestId: request.requestId });
    assert.deepEqual(approved.commands, ['system.which']);
    assert.equal((await node.event('node.pair.resolved')).decision, 'approved');
    const { nodes: [row] } = await operator.call('node.list');
    assert.equal(row.nodeId, device.id);
    assert.equal(row.approvalState, 'approved');
    assert.equal(row.connected, true);
  });

  test('answers an invocation, once for one key', async () => {
    const params = { nodeId: device.id, command: 'system.which', params: { bins: ['ls'] }, timeoutMs: 5000, idempotencyKey: randomUUID() };
    const asked = operator.call('node.invoke', params);
    const request = await node.event('node.invoke.request');
    assert.deepEqual(JSON.parse(request.paramsJSON), { bins: ['ls'] });
    assert.equal(node.frames.find((frame) => frame.event === 'node.invoke.request').seq, undefined, 'events to one connection have no number');
    assert.deepEqual(await node.call('node.invoke.result', { id: request.id, nodeId: device.id, ok: true, payloadJSON: '{"which":{"ls":"/bin/ls"}}' }), { ok: true });
    const answer = await asked;
    assert.deepEqual(answer.payload, { which: { ls: '/bin/ls' } });
    assert.deepEqual(await operator.call('node.invoke', params), answer);
    assert.equal(node.frames.filter((frame) => frame.event === 'node.invoke.request').length, 1);
  });

  test('keeps to its methods, and operators to theirs', async () => {
    await assert.rejects(node.call('sessions.list'), /unauthorized role: node/);
    await assert.rejects(operator.call('node.event', { event: 'x' }), /unauthorized role: operator/);
    assert.deepEqual(await node.call('node.pending.pull'), { nodeId: device.id, actions: [] });
    await assert.rejects(node.call('node.pending.enqueue', { nodeId: device.id, type: 'status.request' }), /unauthorized role: node/);
    await assert.rejects(operator.call('node.invoke', { nodeId: device.id, command: 'location.get', idempotencyKey: randomUUID() }), /does not support "location.get"/);
  });

  test('finds what was asked of it while it was away, and says when it is done', async () => {
    const { queued } = await operator.call('node.pending.enqueue', { nodeId: device.id, type: 'status.request', priority: 'high' });
    const found = await node.call('node.pending.drain', {});
    assert.deepEqual(check('NodePendingDrainResult', found), []);
    assert.deepEqual(found.items, [queued]);
    assert.deepEqual(await node.call('node.pending.ack', { ids: [queued.id] }), { nodeId: device.id, ackedIds: [queued.id], remainingCount: 0 });
    assert.deepEqual((await node.call('node.pending.drain', {})).items, []);
  });

  test('tells what it prints while it works to who asked, and when somebody uses it to everybody', async () => {
    const asked = operator.call('node.invoke', { nodeId: device.id, command: 'system.which', timeoutMs: 5000, idempotencyKey: 'printing' });
    const { id } = await node.event('node.invoke.request', { where: (request) => request.idempotencyKey === 'printing' });
    assert.deepEqual(await node.call('node.invoke.progress', { invokeId: id, nodeId: device.id, seq: 0, chunk: 'a line\n' }), { ok: true });
    const heard = await operator.event('node.invoke.progress');
    assert.deepEqual([heard.idempotencyKey, heard.seq, heard.chunk], ['printing', 0, 'a line\n']);
    await node.call('node.invoke.result', { id, nodeId: device.id, ok: true, payload: {} });
    await asked;
    await node.call('node.event', { event: 'node.presence.activity', payload: { idleSeconds: 5 } });
    const presence = await operator.event('node.presence');
    assert.equal(presence.presenceUpdatedAtMs - presence.lastActiveAtMs, 5000);
  });

  test('that went away is told so at once, and its approval waits for it, also over a restart', async () => {
    node.close();
    await node.closed;
    await assert.rejects(operator.call('node.invoke', { nodeId: device.id, command: 'system.which', idempotencyKey: randomUUID() }), (error) => error.details.code === 'NOT_CONNECTED');
    await gateway.restart();
    operator = await gateway.connect({ scopes: ['operator.read', 'operator.pairing', 'operator.admin'] });
    node = await join(['system.which']);
    const row = await operator.call('node.describe', { nodeId: device.id });
    assert.equal(row.approvalState, 'approved');
    assert.equal(row.connected, true);
    assert.deepEqual((await operator.call('node.pair.list')).pending, []);
    node.close();
  });
});
