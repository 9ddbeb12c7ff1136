// A node as a program sees it: a device with a key and the role node, whose commands an operator approves and uses.
import { test, describe, before } from 'node:test';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { sharedStage, GATEWAY_TOKEN } from './harness.mjs';
import { Device, connectParams } from './device.mjs';
import { ProtocolClient } from './protocol_client.mjs';

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
    await assert.rejects(operator.call('node.invoke', { nodeId: device.id, command: 'location.get', idempotencyKey: randomUUID() }), /does not support "location.get"/);
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
