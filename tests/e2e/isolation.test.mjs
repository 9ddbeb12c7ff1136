// gateway.isolation: what a worker does on a kernel that cannot put up every wall. `weak_kernel` stands in for one.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { BUILD, eventually, stage } from './harness.mjs';

const WEAK_KERNEL = path.join(BUILD, 'tests/unit/common/sandbox/weak_kernel');
const required = { gateway: { isolation: 'required' } };

test('best effort: a worker serves behind the walls that stand, and says which are missing', async (t) => {
  const { gateway, chat } = await stage(t, { wrapper: [WEAK_KERNEL] });
  await chat(9001).ask('say hello', 'hello');
  const worker = await gateway.workerReady('telegram');
  if (worker.sandbox === 'none') return t.skip('this build has no sandbox');
  assert.match(worker.sandbox, /^without .*files/);
  assert.match((await gateway.cli('workers', 'list')).stdout, /telegram.*sandbox: without/);
  assert.match((await gateway.cli('workers', 'show', worker.id)).stdout, /files\s+missing: no Landlock in this kernel/);
});

test('required: a worker leaves rather than serve behind fewer, names what is missing, and is not tried again', async (t) => {
  const { gateway } = await stage(t, { wrapper: [WEAK_KERNEL], more: required, start: false });
  gateway.spawn(); // no worker serves: it is never ready, and says why
  const worker = await eventually(async () => {
    const found = await gateway.worker('telegram').catch(() => null);
    return found?.state === 'failed' && found;
  }, 'telegram to be given up');
  assert.equal(worker.needsOperator, true);
  assert.equal(worker.faultCode, 'isolation');
  const { worker: { deaths } } = await gateway.call('workers.get', { id: worker.id });
  assert.match(deaths[0].reason, /^exit 78: .*gateway\.isolation is "required".*files \(no Landlock in this kernel|^exit 78: .*no sandbox/);
  assert.match(deaths[0].reason, /set gateway\.isolation to "best-effort"/);
});

test('required: on a kernel that has them all, nothing is different', async (t) => {
  const { gateway, chat } = await stage(t, { more: { channels: { echo: { accounts: { probe: {} } } } } });
  const { sandbox } = await gateway.workerReady('telegram');
  if (sandbox !== 'whole') return t.skip(`not here: ${sandbox}`);
  await gateway.stop();
  gateway.writeConfig({ ...gateway.config, gateway: { ...gateway.config.gateway, ...required.gateway } });
  await gateway.start();
  await chat(9002).ask('say hello', 'hello');
});
