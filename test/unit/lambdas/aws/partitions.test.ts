import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../../..');

/** Comments contain ARNs of the partition `aws`, as in the documentation of AWS. */
const COMMENTS = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

test('no function names a partition: in China, an ARN of another one is asked for in vain', () => {
  // The table of the actions that Terraform requires is for people and policies. No function reads it.
  const functions = globSync('lambdas/**/*.ts', { cwd: ROOT }).filter((file) => !file.includes('/required-actions/'));
  const named = functions.filter((file) =>
    readFileSync(resolve(ROOT, file), 'utf8').replaceAll(COMMENTS, '').includes('arn:aws:'),
  );
  expect(named).toEqual([]);
});
