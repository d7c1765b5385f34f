import { expect, test } from 'vitest';
import { creates, outlives, type TrailEvent } from '../../../../lambdas/operations/trail-events.ts';

const event = (name: string, changes: Partial<TrailEvent> = {}): TrailEvent => ({
  name,
  source: 'any',
  time: '2026-01-31T12:00:00Z',
  region: 'eu-west-1',
  readOnly: false,
  failed: false,
  request: null,
  response: null,
  ...changes,
});

test.each([
  ['CreateTable', true],
  ['BatchCreatePartition', true],
  ['AdminCreateUser', true],
  ['CreateDistributionWithTags2020_05_31', true],
  ['StartSnapshot', true],
  ['StartBackupJob', true],
  ['StartExportTask', true],
  ['StartDBInstanceAutomatedBackupsReplication', true],
  ['StartInstances', false],
  ['StartExecution', false],
  ['BatchDeleteImage', false],
  ['AdminDeleteUser', false],
  ['PutMetricData', false],
])('%s creates something: %s', (name, expected) => {
  expect(creates(event(name))).toBe(expected);
  expect(creates(event(name, { failed: true }))).toBe(false);
  expect(creates(event(name, { readOnly: true }))).toBe(false);
});

test('a job that copies data outlives what it copies', () => {
  expect(['StartSnapshot', 'StartExportTask', 'CreateSnapshot'].map((name) => outlives(event(name)))).toEqual([
    true,
    true,
    true,
  ]);
});
