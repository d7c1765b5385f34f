import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const { scripts } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** A stand-in for the program of a script. It ends only at a signal. */
const PROGRAM = `
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { console.log('ended by', signal); process.exit(130); });
console.log('pid', process.pid);
setInterval(() => {}, 1_000);`;

/** npm sends SIGINT and SIGTERM to the shell of the script. A shell between npm and the program would keep them. */
test.each(
  ['start', 'bench', 'bench:aws', 'test:aws'].flatMap((script) =>
    (['SIGTERM', 'SIGINT'] as const).map((signal) => ({ script, signal })),
  ),
)('npm run $script ends its program at a $signal to npm alone', async ({ script, signal }) => {
  const folder = mkdtempSync(join(tmpdir(), 'npm-'));
  const program = /node (\S+)/.exec(scripts[script] ?? '')?.[1] ?? '';
  mkdirSync(join(folder, dirname(program)), { recursive: true });
  writeFileSync(join(folder, program), PROGRAM);
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ type: 'module', scripts: { [script]: scripts[script] } }),
  );
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
  const npm = spawn('npm', ['run', script, '--', '--keep'], {
    cwd: folder,
    env: { ...process.env, PATH, npm_config_update_notifier: 'false' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [npm.stdout, npm.stderr]) stream.on('data', (chunk) => (output += chunk));
  const pid = () => Number(/^pid (\d+)$/m.exec(output)?.[1]);
  try {
    await expect.poll(pid, { timeout: 60_000 }).toBeGreaterThan(0);
    npm.kill(signal);
    await expect.poll(() => output, { timeout: 10_000 }).toContain(`ended by ${signal}`);
  } finally {
    npm.kill('SIGKILL');
    if (isRunning(pid())) process.kill(pid(), 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});

function isRunning(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}
