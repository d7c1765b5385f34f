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
resource "aws_iam_policy" "a" {
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
])('%s grants what its own root needs', async (config, root) => {
  const permissions = await stackPermissions(join(PROJECT, root), join(PROJECT, config));
  expect(permissions.lacking).toEqual({ permissionSets: [], grants: [] });
  expect(permissionDiagnoses('x', permissions)).toEqual([
    { name: 'permissions of x', status: 'ok', detail: 'the configuration grants all that is known' },
  ]);
});

test('what a configuration lacks is named, and written into it and nowhere else', async () => {
  const file = setUp(ROOT, CONFIG);
  const permissions = await stackPermissions(folder, file);
  expect(permissions.lacking?.permissionSets).toEqual(['messaging']);
  expect(permissions.lacking?.grants.flatMap(({ actions }) => actions)).toContain('s3:DeleteBucket');
  expect(permissions.needed.unknown).toEqual(['aws_iam_policy.a']);
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
  expect(written.lacking).toEqual({ permissionSets: [], grants: [] });
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
