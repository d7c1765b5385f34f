import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PATIENCE_MS } from '../../lab/test/support/patience.ts';

let scratch: string;
let lab: ChildProcess | undefined;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'watchdog-'));
  mkdirSync(join(scratch, 'lab'));
});
afterEach(() => {
  lab?.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});

/** The process starts a child with a child of its own, and prints that. */
const PROGRAM = `
const { Processes } = await import(${JSON.stringify(join(import.meta.dirname, '../../lab/processes.ts'))});
const processes = new Processes(process.env.SCRATCH + '/lab');
for (const name of ['stays', 'ends']) {
  const child = processes.spawn('bash', ['-c', name === 'ends' ? 'exit' : 'sleep 600 & exec sleep 600']);
  if (name === 'ends') await new Promise((resolve) => child.once('exit', resolve));
}
const foreign = { pid: Number(process.env.FOREIGN), exitCode: null, signalCode: null, once: () => {} };
if (foreign.pid) processes.adopt(foreign);
console.log('started');
setTimeout(() => {}, 60_000);
`;

test('what a lab has started goes when the lab is killed, and its folder with it', async () => {
  lab = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    env: { ...process.env, SCRATCH: scratch },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => lab?.stdout?.once('data', resolve));
  const sleepers = () => processesOf(scratch).filter((command) => command.startsWith('sleep'));
  await vi.waitFor(() => expect(sleepers()).toHaveLength(2), { timeout: PATIENCE_MS });

  lab.kill('SIGKILL');
  await vi.waitFor(() => expect(processesOf(scratch)).toEqual([]), { timeout: PATIENCE_MS });
  expect(existsSync(join(scratch, 'lab'))).toBe(false);
});

test('what another process has started for a lab goes with it too', async () => {
  const foreign = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  const ended = new Promise((resolve) => foreign.once('exit', (_code, signal) => resolve(signal)));
  lab = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    env: { ...process.env, SCRATCH: scratch, FOREIGN: String(foreign.pid) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => lab?.stdout?.once('data', resolve));
  lab.kill('SIGKILL');
  expect(await ended).toBe('SIGKILL');
});

test('a program that has stopped its lab ends as it wants to', async () => {
  lab = spawn(
    process.execPath,
    ['--input-type=module', '--eval', PROGRAM.replace(/setTimeout.*/, 'await processes.stop();')],
    {
      env: { ...process.env, SCRATCH: scratch },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const code = await new Promise((resolve) => lab?.once('exit', resolve));
  expect(code).toBe(0);
  expect(processesOf(scratch)).toEqual([]);
});

function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && pid !== String(process.pid))
    .filter((pid) => read(`/proc/${pid}/environ`).includes(folder))
    .map((pid) => read(`/proc/${pid}/cmdline`).replaceAll('\0', ' '));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
