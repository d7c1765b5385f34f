import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROJECT_ROOT } from './support/runbook.ts';

/** Imports that a file of the room must not have, as CONTRIBUTING.md says, and one that it may have. */
const ROOMS: readonly { room: string; may: string; mustNot: readonly string[] }[] = [
  {
    room: 'lambdas/shared',
    may: './errors.ts',
    mustNot: [
      '../checks/policy.ts',
      '../operations/claim.ts',
      '../adapters/logs.ts',
      '@aws-sdk/client-s3',
      '../../lab/lab.ts',
    ],
  },
  {
    room: 'lambdas/checks',
    may: '../shared/errors.ts',
    mustNot: [
      'node:fs',
      '../operations/claim.ts',
      '../adapters/logs.ts',
      '@aws-sdk/client-s3',
      '../../lab/lab.ts',
      '../../lib/config.ts',
    ],
  },
  {
    room: 'lambdas/report',
    may: '../shared/errors.ts',
    mustNot: ['node:fs', '../messages/about.ts', '../adapters/logs.ts', 'aws-cdk-lib', '../../lab/lab.ts'],
  },
  {
    room: 'lambdas/messages',
    may: '../report/times.ts',
    mustNot: ['node:fs', '../operations/claim.ts', '../adapters/logs.ts', '@aws-sdk/client-sns', '../../lib/config.ts'],
  },
  {
    room: 'lambdas/operations',
    may: '../checks/policy.ts',
    mustNot: [
      'node:fs',
      '../adapters/objects.ts',
      '../handlers/claim.ts',
      '@aws-sdk/client-s3',
      'constructs',
      '../../lab/lab.ts',
    ],
  },
  {
    room: 'lambdas/adapters',
    may: '@aws-sdk/client-s3',
    mustNot: [
      '../handlers/claim.ts',
      '../messages/about.ts',
      '../report/html.ts',
      'aws-cdk-lib',
      '../../lab/lab.ts',
      '../../operator/watch.ts',
    ],
  },
  {
    room: 'lambdas/handlers',
    may: '../adapters/objects.ts',
    mustNot: [
      '../checks/policy.ts',
      '../messages/about.ts',
      '@aws-sdk/client-s3',
      'constructs',
      '../../lab/lab.ts',
      '../../lib/config.ts',
    ],
  },
  {
    room: 'lib',
    may: '../lambdas/shared/errors.ts',
    mustNot: ['../lambdas/operations/claim.ts', '../lambdas/adapters/logs.ts', '../lab/lab.ts', '../operator/watch.ts'],
  },
  {
    room: 'operator',
    may: '../lambdas/shared/errors.ts',
    mustNot: [
      '../lambdas/adapters/logs.ts',
      '../lambdas/handlers/claim.ts',
      '../lab/lab.ts',
      '../lib/config.ts',
      'aws-cdk-lib',
    ],
  },
  {
    room: 'services/api',
    may: '../shared/config.ts',
    mustNot: ['../../lambdas/shared/errors.ts', '../../lab/lab.ts', '../../lib/config.ts'],
  },
  {
    room: 'lab/states',
    may: '../lab.ts',
    mustNot: ['../../lambdas/shared/errors.ts', '../../operator/watch.ts', '../../lib/config.ts', '../../demo/life.ts'],
  },
];

let folder: string;
let found: string;

/** The rules of biome.json in a project that has nothing but planted files. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'runbook-boundaries-'));
  const { vcs: _, $schema: __, ...rules } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'biome.json'), 'utf8'));
  writeFileSync(join(folder, 'biome.json'), JSON.stringify(rules));
  for (const { room, may, mustNot } of ROOMS) plant(`${room}/planted.ts`, [may, ...mustNot]);
  plant('lambdas/shared/one.ts', ['./two.ts']);
  plant('lambdas/shared/two.ts', ['./one.ts']);
  const biome = join(PROJECT_ROOT, 'node_modules/.bin/biome');
  const run = promisify(execFile)(biome, ['lint', '--colors=off', '--max-diagnostics=none'], { cwd: folder });
  found = await run.then(
    () => '',
    ({ stdout, stderr }: { stdout: string; stderr: string }) => `${stdout}${stderr}`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Two lines for each import. */
function plant(path: string, imports: readonly string[]): void {
  const source = imports.map((from, at) => `import * as n${at} from '${from}';\nexport { n${at} };\n`).join('');
  mkdirSync(join(folder, dirname(path)), { recursive: true });
  writeFileSync(join(folder, path), source);
}

function linesOf(path: string, rule: string): number[] {
  const lines = [...found.matchAll(/^(\S+):(\d+):\d+ (\S+)/gm)].flatMap(([, file, line, name]) =>
    file === path && name === rule ? [Number(line)] : [],
  );
  return [...new Set(lines)].sort((one, other) => one - other);
}

describe('lint refuses what a room must not import', () => {
  test.each(ROOMS)('$room', ({ room, mustNot }) => {
    const expected = mustNot.map((_, at) => 2 * (at + 1) + 1);
    expect(linesOf(`${room}/planted.ts`, 'lint/style/noRestrictedImports')).toEqual(expected);
  });

  test('a circle of imports', () => {
    expect(linesOf('lambdas/shared/one.ts', 'lint/suspicious/noImportCycles')).toEqual([1]);
  });
});
