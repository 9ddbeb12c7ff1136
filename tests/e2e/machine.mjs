// A machine with a real systemd (machine_boot.sh) and the installed product on it. Needs root, systemd and util-linux;
// why it cannot be had here is told by `Machine.missing()`, for a test that is skipped.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { BUILD, REPOSITORY, eventually, temporaryFolder } from './harness.mjs';

const run = promisify(execFile);
const GROUPS = '/sys/fs/cgroup'; // the hierarchy, or (control groups version 1) one hierarchy in each folder

export class Machine {
  static missing() {
    if (process.getuid() !== 0) return 'it needs root';
    const absent = ['/lib/systemd/systemd', '/usr/bin/unshare', '/usr/bin/nsenter', '/usr/sbin/useradd', '/usr/bin/meson'].find((file) => !fs.existsSync(file));
    if (absent) return `there is no ${absent}`;
    if (spawnSync('unshare', ['--pid', '--fork', '--mount', '--cgroup', 'true']).status !== 0) return 'this machine makes no namespaces';
    return undefined;
  }

  constructor() {
    this.folder = temporaryFolder('openclaw-machine-');
    this.name = path.basename(this.folder);
    this.words = '';
  }

  async boot() {
    this.child = spawn(path.join(REPOSITORY, 'tests/e2e/machine_boot.sh'), [this.name, this.folder, BUILD], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.exited = once(this.child, 'exit');
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on('data', (text) => { this.words += text; });
    this.init = await eventually(() => this.firstProcess(), 'a systemd', 30_000);
    await eventually(() => this.systemctl('is-system-running').then(({ stdout }) => /running|degraded/.test(stdout)), 'the machine to run', 30_000);
    return this;
  }

  firstProcess() {
    if (this.child.exitCode !== null) throw new Error(`the machine did not start: ${this.words}`);
    const children = fs.readFileSync(`/proc/${this.child.pid}/task/${this.child.pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    return children.find(isSystemd);
  }

  // Its files, from outside.
  path(inside) { return `/proc/${this.init}/root${inside}`; }

  async command(...words) {
    return run('nsenter', ['-t', this.init, '--pid', '--mount', '--uts', '--ipc', '--cgroup', ...words], { encoding: 'utf8', timeout: 60_000 })
      .then(({ stdout, stderr }) => ({ code: 0, stdout, stderr }), ({ code, stdout, stderr }) => ({ code, stdout, stderr }));
  }

  systemctl(...words) { return this.command('systemctl', '--no-pager', ...words); }

  // Of one moment: two questions may be answered by two lives of the unit.
  async properties(unit, ...names) {
    const { stdout } = await this.systemctl('show', ...names.flatMap((name) => ['-p', name]), unit);
    const told = new Map(stdout.trim().split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
    return names.map((name) => told.get(name));
  }

  async close() {
    if (this.child && this.child.exitCode === null) {
      if (this.init) process.kill(Number(this.init), 'SIGKILL'); // and everything in it
      else this.child.kill('SIGKILL');
      await this.exited;
    }
    for (const hierarchy of ['', ...fs.readdirSync(GROUPS)]) removeGroups(path.join(GROUPS, hierarchy, this.name));
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

// What the boot script runs before it may be gone between two looks.
function isSystemd(pid) {
  try {
    return fs.readFileSync(`/proc/${pid}/comm`, 'utf8') === 'systemd\n' && fs.existsSync(`/proc/${pid}/root/run/systemd/private`);
  } catch {
    return false;
  }
}

// A control group goes with rmdir, the ones in it before.
function removeGroups(group) {
  if (!fs.existsSync(path.join(group, 'cgroup.procs'))) return;
  for (const entry of fs.readdirSync(group, { withFileTypes: true })) if (entry.isDirectory()) removeGroups(path.join(group, entry.name));
  fs.rmdirSync(group);
}
