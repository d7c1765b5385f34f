import { describe, expect, test } from 'vitest';
import { guardedAddresses, withoutIndices } from '../../../../lambdas/plan/prevent-destroy.ts';

const inRoot = (text: string, file = 'main.tf', module = '') => guardedAddresses([{ module, file, text }]);
const resource = (lifecycle: string, before = '') =>
  `resource "aws_db_instance" "main" {\n${before}\n  lifecycle {\n${lifecycle}\n  }\n}\n`;
const GUARDED = ['aws_db_instance.main'];

describe('a lifecycle block that prevents the destroy', () => {
  test.each<[string, string, string[]]>([
    ['says so', resource('    prevent_destroy = true'), GUARDED],
    ['says so without spaces', resource('prevent_destroy=true'), GUARDED],
    ['says so on one line', 'resource "aws_db_instance" "main" { lifecycle { prevent_destroy = true } }', GUARDED],
    ['says so in the words of a variable', resource('prevent_destroy = var.keep'), GUARDED],
    ['says so behind another setting', resource('ignore_changes = [tags]\n prevent_destroy = true'), GUARDED],
    ['says so after a nested list of blocks', resource('prevent_destroy = true', 'a {\n b {\n }\n}'), GUARDED],
    ['says the opposite', resource('prevent_destroy = false'), []],
    [
      'is a comment',
      resource('# prevent_destroy = true\n // prevent_destroy = true\n /* prevent_destroy = true */'),
      [],
    ],
    ['follows a comment', resource('/* a\n} */ prevent_destroy = true # indeed }'), GUARDED],
    ['is in a string', resource('', '  description = "lifecycle { prevent_destroy = true }"'), []],
    ['follows a string with a brace', resource('prevent_destroy = true', '  a = "}"'), GUARDED],
    [
      'follows a template with strings and braces',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: HCL's templates
      resource('prevent_destroy = true', '  a = "x${jsonencode({ b = "}" })}y"\n  c = "$${not}"\n  d = "\\"}"'),
      GUARDED,
    ],
    ['is in a heredoc', resource('', '  a = <<-EOT\n  lifecycle {\n  prevent_destroy = true\n  }\n  EOT'), []],
    ['follows a heredoc', resource('prevent_destroy = true', '  a = <<EOT\n}\nEOT'), GUARDED],
    ['is of a data source', 'data "aws_vpc" "x" {\n lifecycle {\n prevent_destroy = true\n }\n}', []],
    ['is an argument of the resource itself', 'resource "x_y" "z" {\n prevent_destroy = true\n}', []],
  ])('%s', (_, text, expected) => {
    expect(inRoot(text)).toEqual(expected);
  });

  test('is of each resource in a file', () => {
    const guarded = (name: string, value: string) =>
      `resource "aws_s3_bucket" "${name}" {\n  lifecycle {\n    prevent_destroy = ${value}\n  }\n}\n`;
    expect(inRoot(guarded('a', 'true') + guarded('b', 'false') + guarded('c', 'true'))).toEqual([
      'aws_s3_bucket.a',
      'aws_s3_bucket.c',
    ]);
  });

  test('may be in a module, and in JSON', () => {
    expect(inRoot(resource('prevent_destroy = true'), 'main.tf', 'vpc.inner')).toEqual([
      'module.vpc.module.inner.aws_db_instance.main',
    ]);
    const lifecycle = { prevent_destroy: true };
    for (const resources of [
      { aws_db_instance: { main: { lifecycle } } },
      [{ aws_db_instance: [{ main: [{ lifecycle: [lifecycle] }] }] }],
    ]) {
      expect(inRoot(JSON.stringify({ resource: resources }), 'main.tf.json')).toEqual(GUARDED);
    }
    expect(
      inRoot(JSON.stringify({ resource: { x_y: { z: { lifecycle: { prevent_destroy: false } } } } }), 'a.tf.json'),
    ).toEqual([]);
  });
});

test.each([
  ['aws_x.y', 'aws_x.y'],
  ['aws_x.y[0]', 'aws_x.y'],
  ['module.a["b]\\"c"].module.d[1].aws_x.y["z"]', 'module.a.module.d.aws_x.y'],
])('%s is an instance of %s', (address, resource_) => {
  expect(withoutIndices(address)).toBe(resource_);
});
