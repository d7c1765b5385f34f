import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { declaredVariables } from '../../../builds/declared-variables.ts';

const scratch = mkdtempSync(join(tmpdir(), 'declared-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function declared(files: Record<string, string>) {
  const folder = mkdtempSync(join(scratch, 'root-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return Object.fromEntries(declaredVariables(folder));
}

const plain = { sensitive: false, ephemeral: false };
const secret = { sensitive: true, ephemeral: false };

test.each<[string, string, object]>([
  ['a block', 'variable "a" {\n  type = string\n}\n', { a: plain }],
  ['a block on one line', 'variable "a" {}', { a: plain }],
  ['a name without quotes', 'variable a {}', { a: plain }],
  ['more spaces, and Windows lines', 'variable   "a"   {\r\n  sensitive   =   true\r\n}\r\n', { a: secret }],
  ['a sensitive one', 'variable "a" {\n  sensitive = true\n}\n', { a: secret }],
  ['one that says that it is not', 'variable "a" {\n  sensitive = false\n}\n', { a: plain }],
  ['an ephemeral one', 'variable "a" {\n  ephemeral = true\n}\n', { a: { sensitive: false, ephemeral: true } }],
  ['a comment at the line', 'variable "a" { # the name\n  sensitive = true // it is\n}\n', { a: secret }],
  ['a block in a comment', '/*\nvariable "a" {}\n*/\n# variable "b" {}\n// variable "c" {}\n', {}],
  ['a word in a comment', 'variable "a" {\n  # sensitive = true\n}\n', { a: plain }],
  ['a word in a text', 'variable "a" {\n  description = "x\\"\\n sensitive = true"\n}\n', { a: plain }],
  ['a word in a default', 'variable "a" {\n  default = {\n    sensitive = true\n  }\n}\n', { a: plain }],
  ['a word of a validation', 'variable "a" {\n  validation {\n    sensitive = true\n  }\n}\n', { a: plain }],
  ['a brace in a text', 'variable "a" {\n  default = "}"\n  sensitive = true\n}\n', { a: secret }],
  ['a comment sign in a text', 'variable "a" {\n  default = "http://x#y"\n  sensitive = true\n}\n', { a: secret }],
  [
    'a heredoc',
    'variable "a" {\n  description = <<-EOT\n    sensitive = true\n    variable "b" {}\n  EOT\n}\nvariable "c" {}\n',
    { a: plain, c: plain },
  ],
  ['a reference', 'locals {\n  x = var.a\n}\noutput "variable" {\n  value = var.a\n}\n', {}],
  ['several', 'variable "b" {}\nvariable "a" {}\n', { a: plain, b: plain }],
])('%s', (_, source, expected) => {
  expect(declared({ 'main.tf': source })).toEqual(expected);
});

test('every file of the root counts, in either syntax, and nothing else', () => {
  const found = declared({
    'a.tf': 'variable "a" {}',
    'b.tf.json': '{"variable": {"b": {"sensitive": true}, "c": [{}]}}',
    'c_override.tf': 'variable "a" {\n  sensitive = true\n}',
    'd.tofu': 'variable "d" {}',
    'e.tfvars': 'variable "e" {}',
    'f.tf.bak': 'variable "f" {}',
  });
  expect(found).toEqual({ a: secret, b: secret, c: plain, d: plain });
});
