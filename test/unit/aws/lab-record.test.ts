import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import type { MachineName } from '../../../lambdas/contracts/record.ts';
import { readDefinition } from '../../../lib/machines/definition.ts';
import { differencesOf } from '../../aws/compare.ts';
import { lifeRecord } from '../../aws/record.ts';

const root = resolve(import.meta.dirname, '../../..');
const record = lifeRecord.parse(JSON.parse(readFileSync(join(root, 'test/aws/lab-record.json'), 'utf8')));

test('the record that AWS is compared with is of a life that went well', () => {
  expect(record.where).toBe('lab');
  expect(record.steps.map(({ machine, status }) => [machine, status])).toEqual(
    ['provision', 'validate', 'teardown', 'sweep'].map((machine) => [machine, 'SUCCEEDED']),
  );
  expect(record.steps.map(({ verdict }) => verdict)).toEqual([undefined, undefined, 'CLEAN', 'CLEAN']);
  expect(record.steps.flatMap(({ checks }) => checks).filter(({ status }) => status !== 'passed')).toEqual([]);
  expect(record.denied).toEqual([]);
  expect(differencesOf(record, record)).toEqual([]);
});

/** `npm run test:aws -- --lab` writes the record again. */
test('and of the machines as they are now', () => {
  for (const { machine, states } of record.steps) {
    for (const { path } of states) {
      const [of = machine, ...names] = path.split('/');
      const definition = readDefinition(root, of as MachineName);
      for (const name of names) expect(definition, path).toContain(`"${name}"`);
    }
  }
});
