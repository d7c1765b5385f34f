import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const PROJECT = resolve(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as { version: string };
let folder: string;

/** Runs the installed command from a folder outside the checkout. */
function runbook(args: string[], environment: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(folder, 'installed', 'node_modules', '.bin', 'runbook'), ...args],
    { cwd: folder, encoding: 'utf8', env: { PATH: process.env.PATH, HOME: folder, ...environment } },
  );
  return { status, stdout, stderr };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'runbook-package-'));
  const npm = { cwd: folder, encoding: 'utf8', stdio: 'pipe' } as const;
  execFileSync(process.execPath, [join(PROJECT, 'bin', 'package.ts'), join(folder, 'package')], npm);
  const packed = JSON.parse(execFileSync('npm', ['pack', './package', '--json'], npm)) as { filename: string }[];
  // The package has no dependencies, so npm fetches nothing.
  execFileSync(
    'npm',
    ['install', '--offline', '--prefix', join(folder, 'installed'), join(folder, packed[0]?.filename ?? '')],
    npm,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the installed command runs outside the checkout, without its modules', () => {
  expect(runbook(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  const { stdout } = runbook(['--help']);
  for (const name of ['provision', 'status', 'board', 'teardown', 'doctor']) expect(stdout).toContain(`  ${name}`);
  expect(stdout).not.toContain('  init');
});

test('it takes where it works from a configuration file', () => {
  const file = join(folder, 'team.env');
  writeFileSync(
    file,
    'AWS_REGION=eu-west-1\nAWS_ENDPOINT_URL=http://127.0.0.1:9\nAWS_ACCESS_KEY_ID=x\nAWS_SECRET_ACCESS_KEY=x\n',
  );
  for (const { status, stderr } of [
    runbook(['--env-file', file, 'status']),
    runbook(['status'], { RUNBOOK_ENV_FILE: file }),
  ]) {
    expect(stderr).toContain('nothing answers at AWS_ENDPOINT_URL http://127.0.0.1:9');
    expect(status).toBe(2);
  }
});

test('it says what is missing as the command of the checkout does', () => {
  const { status, stderr } = runbook(['status']);
  expect([status, stderr]).toEqual([2, expect.stringContaining('no region')]);
  expect(stderr).not.toMatch(/\bat .*:\d+:\d+/);
});
