import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { relaxVariables } from '../../../builds/terraform/relaxed-variables.ts';

/** What Terraform would hold a value against, which a destroy without a secret does not have. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'root-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const relaxed = (file: string, text: string, names = ['db']) => {
  writeFileSync(join(folder, file), text);
  relaxVariables(folder, names);
  return readFileSync(join(folder, file), 'utf8');
};

test.each<[string, string, string]>([
  [
    'a type and a condition',
    'variable "db" {\n  type = string\n  sensitive = true\n  validation {\n    condition = length(var.db) > 15 && var.db != "}"\n    error_message = "short {"\n  }\n}\n# end\n',
    'variable "db" {\n  sensitive = true\n}\n# end\n',
  ],
  ['a name without quotes', 'variable db {\n  type = number\n}\n', 'variable "db" {\n}\n'],
  [
    'an ephemeral one',
    'variable "db" {\n  ephemeral = true\n  type      = number\n}\n',
    'variable "db" {\n  ephemeral = true\n}\n',
  ],
  [
    'no other variable',
    'variable "port" {\n  type = number\n}\nvariable "db" {\n  type = number\n}\n',
    'variable "port" {\n  type = number\n}\nvariable "db" {\n}\n',
  ],
  [
    'none in a comment or a text',
    '/*\nvariable "db" {\n}\n*/\nlocals {\n  a = <<EOT\nvariable "db" {\nEOT\n}\n',
    '/*\nvariable "db" {\n}\n*/\nlocals {\n  a = <<EOT\nvariable "db" {\nEOT\n}\n',
  ],
])('%s', (_, before, after) => {
  expect(relaxed('variables.tf', before)).toBe(after);
});

test('in Terraform’s JSON', () => {
  const variable = {
    db: { type: 'number', sensitive: true, validation: [{ condition: 'x' }] },
    port: { type: 'number' },
  };
  expect(JSON.parse(relaxed('variables.tf.json', JSON.stringify({ variable })))).toEqual({
    variable: { db: { sensitive: true }, port: { type: 'number' } },
  });
});

test('leaves the files of a root alone that needs nothing of it', () => {
  const text = 'variable "db" {\r\n  type = number\r\n}\r\n';
  expect(relaxed('variables.tf', text, [])).toBe(text);
  expect(relaxed('variables.tf', text, ['other'])).toBe(text);
});
