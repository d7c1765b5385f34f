import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../../lab/free-port.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Everything that a run creates is below a temporary folder of its own, by which its processes are identified. */
let scratch: string;
let run: ChildProcess;

beforeEach(() => {
  // The path is short: sockets are created in it.
  scratch = mkdtempSync(join(tmpdir(), 'ctrl-c-'));
});
afterEach(() => {
  run.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});

test.each([
  ['while the lab starts', /PostgreSQL/, 300],
  ['while CDK deploys', /deploy {4}cdk/, 5_000],
  ['while terraform runs', /Bootstrap backend {2,}…/, 4_000],
])('Ctrl-C %s leaves no process, no port and no file', async (_, line, afterMs) => {
  const port = await freePort();
  await startAndWaitFor(line, port);
  await delay(afterMs);
  const [code, ms] = await interrupted();
  expect(code).toBe(130);
  expect(ms).toBeLessThan(60_000);
  expect(processesOf(scratch)).toEqual([]);
  await expect(listening(port)).resolves.toBe(false);
  expect(readdirSync(scratch)).toEqual([]);
});

function startAndWaitFor(line: RegExp, port: number): Promise<void> {
  run = spawn(process.execPath, ['bin/start.ts', '--port', String(port)], {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: scratch },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk;
      if (line.test(output)) resolve();
    };
    run.stdout?.on('data', read);
    run.stderr?.on('data', read);
    run.once('exit', (code) => reject(new Error(`ended with ${code} before ${line}:\n${output}`)));
  });
}

async function interrupted(): Promise<[code: number | null, ms: number]> {
  const at = Date.now();
  const exit = new Promise<number | null>((resolve) => run.once('exit', resolve));
  run.kill('SIGINT');
  return [await exit, Date.now() - at];
}

/** Returns the processes that have the folder in their command, environment or working folder. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter(
      (pid) =>
        ['cmdline', 'environ'].some((file) => read(`/proc/${pid}/${file}`).includes(folder)) ||
        cwd(pid).startsWith(folder),
    )
    .map((pid) => `${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function cwd(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

/** A port can be bound again when no process listens on it. */
function listening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(true))
      .listen(port, '127.0.0.1', () => server.close(() => resolve(false)));
  });
}
