import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../../..');

/** Comments have ARNs in the form of AWS's documentation. */
const COMMENTS = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

test('no function names a partition: in China, an ARN of another one is asked for in vain', () => {
  // The table of what Terraform needs is for people and policies: no function reads it.
  const functions = globSync('lambdas/**/*.ts', { cwd: ROOT }).filter((file) => !file.includes('/required-actions/'));
  const named = functions.filter((file) =>
    readFileSync(resolve(ROOT, file), 'utf8').replaceAll(COMMENTS, '').includes('arn:aws:'),
  );
  expect(named).toEqual([]);
});
