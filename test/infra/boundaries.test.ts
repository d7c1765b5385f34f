import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROJECT_ROOT } from './support/runbook.ts';

/**
 * CONTRIBUTING.md defines the imports that a file of the room must not have. Each row also has one import that it may
 * have.
 */
const ROOMS: readonly { room: string; may: string; mustNot: readonly string[] }[] = [
  ...['contracts', 'runtime'].map((name) => ({
    room: `lambdas/${name}`,
    may: '../runtime/errors.ts',
    mustNot: [
      '../validation/checks/conclude.ts',
      '../environment/claim.ts',
      '../report/html.ts',
      '../aws/logs.ts',
      '@aws-sdk/client-s3',
      '../../lab/lab.ts',
    ],
  })),
  ...['validation', 'plan', 'sweep', 'removal', 'provenance', 'environment', 'notifications'].map((name) => ({
    room: `lambdas/${name}`,
    may: '../plan/policy.ts',
    mustNot: [
      'node:fs',
      '../aws/objects.ts',
      '../handlers/claim.ts',
      '@aws-sdk/client-s3',
      'constructs',
      '../../lab/lab.ts',
      '../../lib/config/config.ts',
    ],
  })),
  {
    room: 'lambdas/validation/checks',
    may: '../../runtime/errors.ts',
    mustNot: [
      'node:fs',
      'node:crypto',
      '../observe-logs.ts',
      '../../environment/claim.ts',
      '../../aws/logs.ts',
      '@aws-sdk/client-s3',
      '../../../lab/lab.ts',
      '../../../lib/config/config.ts',
    ],
  },
  {
    room: 'lambdas/report',
    may: '../contracts/record.ts',
    mustNot: ['node:fs', '../notifications/cause.ts', '../aws/logs.ts', 'aws-cdk-lib', '../../lab/lab.ts'],
  },
  {
    room: 'lambdas/aws',
    may: '@aws-sdk/client-s3',
    mustNot: [
      '../handlers/claim.ts',
      '../notifications/cause.ts',
      '../report/html.ts',
      'aws-cdk-lib',
      '../../lab/lab.ts',
      '../../cli/watch.ts',
    ],
  },
  {
    room: 'lambdas/handlers',
    may: '../aws/objects.ts',
    mustNot: [
      '../validation/checks/conclude.ts',
      '../report/html.ts',
      '@aws-sdk/client-s3',
      'constructs',
      '../../lab/lab.ts',
      '../../lib/config/config.ts',
    ],
  },
  {
    room: 'builds/terraform',
    may: '../aws/objects.ts',
    mustNot: [
      '@aws-sdk/client-s3',
      '../../lambdas/runtime/errors.ts',
      '../../lib/config/config.ts',
      '../../lab/lab.ts',
    ],
  },
  {
    room: 'builds/aws',
    may: '@aws-sdk/client-s3',
    mustNot: ['../terraform/build.ts', '../images/images.ts', '../../lambdas/runtime/errors.ts', '../../lab/lab.ts'],
  },
  {
    room: 'lib/iam',
    may: '../../lambdas/runtime/errors.ts',
    mustNot: [
      '../../lambdas/environment/claim.ts',
      '../../lambdas/aws/logs.ts',
      '../../lab/lab.ts',
      '../../cli/watch.ts',
    ],
  },
  {
    room: 'cli',
    may: '../lambdas/plan/terraform-state.ts',
    mustNot: [
      '../lambdas/aws/logs.ts',
      '../lambdas/handlers/claim.ts',
      '../lambdas/environment/claim.ts',
      '../lab/lab.ts',
      '../lib/config/config.ts',
      'aws-cdk-lib',
    ],
  },
  {
    room: 'services/api',
    may: '../shared/config.ts',
    mustNot: ['../../lambdas/runtime/errors.ts', '../../lab/lab.ts', '../../lib/config/config.ts'],
  },
  { room: 'demo', may: '../lab/index.ts', mustNot: ['../lab/lab.ts', '../lab/ecs/ecs.ts'] },
  { room: 'bench', may: '../lab/index.ts', mustNot: ['../lab/lab.ts'] },
  {
    room: 'lab/states',
    may: '../lab.ts',
    mustNot: [
      '../../lambdas/runtime/errors.ts',
      '../../cli/watch.ts',
      '../../lib/config/config.ts',
      '../../demo/lifecycle.ts',
      '../test/support/zip.ts',
    ],
  },
  {
    room: 'lab/test/unit',
    may: '../../lab.ts',
    mustNot: [
      '../../../lambdas/runtime/errors.ts',
      '../../../test/support/records.ts',
      '../../../examples/short-links/runbook.config.ts',
      '../../../runbook.config.ts',
    ],
  },
];

let folder: string;
let found: string;

/** biome applies the rules of biome.json to a project that has only planted files. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'runbook-boundaries-'));
  const { vcs: _, $schema: __, ...rules } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'biome.json'), 'utf8'));
  writeFileSync(join(folder, 'biome.json'), JSON.stringify(rules));
  for (const { room, may, mustNot } of ROOMS) plant(`${room}/planted.ts`, [may, ...mustNot]);
  plant('lambdas/runtime/one.ts', ['./two.ts']);
  plant('lambdas/runtime/two.ts', ['./one.ts']);
  const biome = join(PROJECT_ROOT, 'node_modules/.bin/biome');
  const run = promisify(execFile)(biome, ['lint', '--colors=off', '--max-diagnostics=none'], { cwd: folder });
  found = await run.then(
    () => '',
    ({ stdout, stderr }: { stdout: string; stderr: string }) => `${stdout}${stderr}`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a file with two lines for each import. */
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
    expect(linesOf('lambdas/runtime/one.ts', 'lint/suspicious/noImportCycles')).toEqual([1]);
  });
});
