// A gateway between both fakes, gone when `act` is over.
import { Gateway, configuration, freePort } from '../e2e/harness.mjs';
import { startFakes } from './processes.mjs';

export async function withGateway(options, act) {
  const fakes = await startFakes();
  const port = await freePort();
  const gateway = new Gateway({ port, config: configuration({ port, ...fakes, ...options }) });
  try {
    return await act(gateway, fakes);
  } finally {
    await gateway.close();
    await Promise.all([fakes.telegram.close(), fakes.provider.close()]);
  }
}
