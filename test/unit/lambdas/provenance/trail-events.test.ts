import { expect, test } from 'vitest';
import { creates, fieldsOf, outlives, ownNames, type TrailEvent } from '../../../../lambdas/provenance/trail-events.ts';

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
  ['AddTagsToResource', false],
  ['AddPermission20150331', false],
  ['AddRoleToInstanceProfile', false],
  ['SubmitTaskStateChange', false],
  ['AssociateAddress', false],
  ['AttachVolume', false],
  ['UpdateTable', false],
  ['SubmitJob', true],
  ['ActivateGateway', true],
  ['ReplicateKey', true],
  ['TransferDomain', true],
  ['AddInstanceFleet', true],
  ['CreateSession', true],
  ['CreateGrant', true],
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

test.each([
  ['s3', 'CreateSession'],
  ['kms', 'CreateGrant'],
  ['logs', 'CreateLogStream'],
  ['iam', 'CreateServiceLinkedRole'],
])('%s %s leaves nothing', (source, name) => {
  expect(creates(event(name, { source }))).toBe(false);
});

test('a thing is called what stands at the top of its call, or in an object of its own', () => {
  const request = {
    CreateFleetRequest: { Name: 'a', Config: { Name: 'b' } },
    parts: [{ name: 'c' }],
    other: { id: 'd' },
  };
  expect(fieldsOf(request, 'CreateFleet')).toEqual([['name', 'a']]);
  expect(
    ownNames(event('CreateFleet', { request, response: { fleet: { fleetId: 'e', parts: [{ id: 'f' }] } } })),
  ).toEqual(['e', 'a']);
  expect(fieldsOf('text', 'CreateFleet')).toEqual([]);
});
