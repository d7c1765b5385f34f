import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { bundleHandlers } from '../../lib/functions/bundles.ts';
import { PROJECT_ROOT, runbook } from './support/runbook.ts';

// The cache would return the bundles of an earlier checkout.
delete process.env.RUNBOOK_BUNDLE_CACHE;

const scratch = mkdtempSync(join(tmpdir(), 'deterministic-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/**
 * Copies the checkout to another place.
 * @returns the path of the copy
 */
function checkout(name: string): string {
  const copy = join(scratch, name);
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', list, { cwd: PROJECT_ROOT, encoding: 'utf8' }).split('\0').filter(Boolean);
  for (const file of files) cpSync(join(PROJECT_ROOT, file), join(copy, file), { recursive: true });
  symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/**
 * Synthesizes the stack of a checkout.
 * @returns the template and the assets, by the name of the file
 */
function synthesize(projectRoot: string): Record<string, string> {
  const outdir = join(projectRoot, 'cdk.out');
  runbook({}, outdir, projectRoot).app.synth();
  return Object.fromEntries(
    ['Runbook.template.json', 'Runbook.assets.json'].map((name) => [name, readFileSync(join(outdir, name), 'utf8')]),
  );
}

/**
 * Bundles the handlers of a checkout.
 * @returns the digest of each file of the bundles
 */
function bundle(projectRoot: string): Record<string, string> {
  const root = join(projectRoot, 'bundles');
  bundleHandlers(projectRoot, root);
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(root.length), createHash('sha256').update(readFileSync(path)).digest('hex')];
    }),
  );
}

test('two checkouts in two places give the same template, the same assets and the same bundles, byte by byte', () => {
  // Both paths have the same depth. The linked modules stand for those that each checkout has within itself, at the
  // same distance from its sources.
  const [one, two] = [checkout('one'), checkout('another')];
  expect(synthesize(one)).toEqual(synthesize(two));
  const bundles = bundle(one);
  expect(Object.keys(bundles).length).toBeGreaterThan(20);
  expect(bundles).toEqual(bundle(two));
});
