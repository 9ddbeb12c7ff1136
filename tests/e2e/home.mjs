// A home directory with a configuration in it and a double of systemd beside it (tests/doubles/systemd): what a service, or
// the doctor, is tried on.
import fs from 'node:fs';
import path from 'node:path';
import { REPOSITORY, freePort, runCli, temporaryFolder } from './harness.mjs';

const DOUBLES = path.join(REPOSITORY, 'tests/doubles/systemd');

// A home with a configuration, and a systemd of its own.
export class Home {
  constructor({ config, port } = {}) {
    this.home = temporaryFolder('openclaw-service-');
    this.state = path.join(this.home, '.openclaw');
    this.systemd = path.join(this.home, 'systemd-double');
    this.unit = path.join(this.home, '.config/systemd/user/openclaw-gateway.service');
    this.port = port;
    fs.mkdirSync(this.systemd);
    fs.mkdirSync(this.state, { mode: 0o700 });
    if (config) fs.writeFileSync(path.join(this.state, 'openclaw.json'), typeof config === 'string' ? config : JSON.stringify(config), { mode: 0o600 });
  }

  get environment() {
    return { PATH: `${DOUBLES}:${process.env.PATH}`, HOME: this.home, LANG: 'C.UTF-8', NO_COLOR: '1', SYSTEMD_DOUBLE: this.systemd, ...this.extra };
  }

  cli(...args) { return runCli(args, this.environment, { timeout: 60_000 }); }
  say(name, text = '') { fs.writeFileSync(path.join(this.systemd, name), text); }
  unsay(name) { fs.rmSync(path.join(this.systemd, name), { force: true }); }
  get calls() { try { return fs.readFileSync(path.join(this.systemd, 'calls'), 'utf8').trim().split('\n'); } catch { return []; } }
  get config() { return fs.readFileSync(path.join(this.state, 'openclaw.json'), 'utf8'); }
  get text() { return fs.readFileSync(this.unit, 'utf8'); }

  async close() {
    await this.cli('gateway', 'stop', '--force');
    await this.cli('gateway', 'uninstall');
    fs.rmSync(this.home, { recursive: true, force: true });
  }
}

export async function home(t, { auth = { mode: 'token', token: 'service-token-0123456789abcdef' }, ...options } = {}) {
  const port = await freePort();
  const one = new Home({ port, config: { gateway: { mode: 'local', port, auth } }, ...options });
  t.after(() => one.close());
  return one;
}
