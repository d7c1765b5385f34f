import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  permissionDiagnoses,
  permissionsText,
  stackPermissions,
  withProperty,
  writePermissions,
} from '../../../cli/stack-permissions.ts';

import { runCli } from './support/cli.ts';

const PROJECT = resolve(import.meta.dirname, '../../..');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'permissions-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function setUp(root: string, config: string): string {
  writeFileSync(join(folder, 'main.tf'), root);
  const file = join(folder, 'runbook.config.ts');
  writeFileSync(file, config);
  return file;
}
const ROOT = `
resource "aws_sqs_queue" "a" {
  name = "x"
}
resource "aws_s3_bucket" "a" {
  bucket = "x"
}
resource "aws_kinesis_stream" "a" {
  name = "x"
}
`;
const CONFIG = `// stack: { permissionSets: ['roles'] }
export default {
  project: 'shop',
  stack: {
    root: 'x', // grants: []
    customChecks: [{ name: 'x', grants: [{ actions: ['s3:PutObject'], resources: ['x'], reason: 'its own' }] }],
    permissionSets: ['network'],
  },
  images: { grants: [] },
};
`;

test.each([
  ['runbook.config.ts', 'infra/aws-v3/stack'],
  ['examples/document-intake/runbook.config.ts', 'examples/document-intake/terraform'],
  ['examples/short-links/runbook.config.ts', 'examples/short-links/terraform'],
])('%s grants what its own root needs', async (config, root) => {
  const permissions = await stackPermissions(join(PROJECT, root), join(PROJECT, config));
  expect(permissions.lacking).toEqual({ permissionSets: [], rolesFor: [], grants: [] });
  expect(permissionDiagnoses('x', permissions)).toEqual([
    { name: 'permissions of x', status: 'ok', detail: 'the configuration grants all that is known' },
  ]);
});

test('what a configuration lacks is named, and written into it and nowhere else', async () => {
  const file = setUp(ROOT, CONFIG);
  const permissions = await stackPermissions(folder, file);
  expect(permissions.lacking?.permissionSets).toEqual(['messaging']);
  expect(permissions.lacking?.grants.flatMap(({ actions }) => actions)).toContain('s3:DeleteBucket');
  expect(permissions.needed.unknown).toEqual(['aws_kinesis_stream.a']);
  expect(permissionsText(permissions)).toMatch(/^stack\.permissionSets: \['messaging'\]\nstack\.grants: \[/);
  expect(permissionDiagnoses('x', permissions)[0]).toMatchObject({
    status: 'failed',
    detail: expect.stringContaining('lacks the set "messaging", s3:CreateBucket'),
    fix: 'npx runbook permissions x --write',
  });
  expect(await writePermissions(file, permissions)).toBe(true);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain("    permissionSets: ['network', 'messaging'],\n");
  expect(text).toContain("reason: 'its own' }] }],\n");
  expect(text).toContain("root: 'x', // grants: []\n");
  const again = join(folder, 'again.ts');
  writeFileSync(again, text);
  const written = await stackPermissions(folder, again);
  expect(written.lacking).toEqual({ permissionSets: [], rolesFor: [], grants: [] });
  expect(await writePermissions(again, written)).toBe(false);
});

describe('a file that is not as it should be', () => {
  test('is no configuration', async () => {
    const file = setUp(ROOT, 'export default 5;');
    await expect(stackPermissions(folder, file)).rejects.toThrow('cannot be read as a configuration');
  });

  test.each([
    ['', 'has no "stack: {" of its own'],
    ['{\n  stack: {\n    grants: [\n', 'bracket that is not closed'],
  ])('%j is left as it is', (text, message) => {
    expect(() => withProperty(text, 'grants', [])).toThrow(message);
  });
});

describe('the commands', () => {
  test('permissions prints what is lacking, and ends with 1 until it is written', async () => {
    const file = setUp(ROOT, CONFIG);
    const asked = await runCli(['permissions', folder, '--config', file]);
    expect(asked.out).toContain("stack.permissionSets: ['messaging']");
    expect(asked.code).toBe(1);
    const json = await runCli(['permissions', folder, '--config', file, '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ lacking: { permissionSets: ['messaging'] } });
    const written = await runCli(['permissions', folder, '--config', file, '--write']);
    expect(written.out).toContain(`${file} is written`);
    expect(written.code).toBe(0);
  });

  test('permissions without a configuration prints all that is needed', async () => {
    setUp(ROOT, CONFIG);
    const { out, code } = await runCli(['permissions', folder, '--config', join(folder, 'none.ts')]);
    expect(out).toContain('? nobody knows what Terraform needs for:\n  aws_kinesis_stream.a');
    expect(code).toBe(0);
  });
});
