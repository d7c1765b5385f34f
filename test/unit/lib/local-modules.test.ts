import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { localModules } from '../../../lib/builds/local-modules.ts';

const scratch = mkdtempSync(join(tmpdir(), 'modules-'));
afterAll(() => rmSync(scratch, { recursive: true }));
let count = 0;

function modulesOf(main: string, name = 'main.tf'): string[] {
  count += 1;
  const root = join(scratch, `${count}`);
  for (const [path, text] of Object.entries({
    ...{ [`shop/terraform/${name}`]: main, 'shop/modules/vpc/main.tf': '', 'shop/files/app.zip': 'x' },
  })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return localModules(root, ['shop/terraform']);
}

test.each<[string, string, string?]>([
  ['first', 'module "v" {\n  source = "../modules/vpc"\n}\n'],
  [
    'after a block of its own',
    'module "v" {\n  providers = {\n    aws = aws.eu\n  }\n  source = "../modules/vpc"\n}\n',
  ],
  ['on one line', 'module "v" { source = "../modules/vpc" }'],
  [
    'behind a text with braces',
    'locals {\n  a = "}{{"\n}\nmodule "v" {\n  name = "}"\n  source = "../modules/vpc"\n}\n',
  ],
  ['in JSON', '{"module":{"v":{"source":"../modules/vpc"}}}', 'main.tf.json'],
  ['in JSON, as a list', '{"module":[{"v":[{"source":"../modules/vpc"}]}]}', 'main.tf.json'],
])('a module is found that names its source %s', (_name, main, file) => {
  expect(modulesOf(main, file)).toEqual(['shop/modules/vpc']);
});

test.each<[string, string, string?]>([
  ['a file of an object', 'resource "aws_s3_object" "app" {\n  source = "../files/app.zip"\n}\n'],
  ['a file that a build makes', 'resource "aws_s3_object" "app" {\n  source = "../dist/app.zip"\n}\n'],
  [
    'a file beside a module',
    'module "v" {\n  source = "a/b/aws"\n}\nresource "aws_s3_object" "app" {\n  source = "../dist/app.zip"\n}\n',
  ],
  ['a file in JSON', '{"resource":{"aws_s3_object":{"app":{"source":"../dist/app.zip"}}}}', 'main.tf.json'],
  ['a module in a comment', '# module "v" {\n#   source = "../modules/none"\n# }\n'],
])('%s is no module', (_name, main, file) => {
  expect(modulesOf(main, file)).toEqual([]);
});
