import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { useLab } from '../../../lab/test/support/use-lab.ts';
import {
  loadRecord,
  removeWork,
  replaceRecord,
  touchRecord,
  updateLease,
  updateRecord,
} from '../../../lambdas/aws/environments-table.ts';
import { listRecords } from '../../../lambdas/aws/record-list.ts';
import type { EnvironmentRecord } from '../../../lambdas/contracts/record.ts';
import { type ClaimPorts, claim } from '../../../lambdas/environment/claim.ts';
import { Records } from '../../support/records.ts';
import { aRecord, aRequest, arnOf } from '../../unit/lambdas/support/fixtures.ts';
import { createRecordTable, TABLE } from './support.ts';

const lab = useLab();
let environment: string;
let number = 0;
let dynamodb: DynamoDBClient;

beforeAll(async () => {
  dynamodb = await createRecordTable(lab.context);
});
beforeEach(() => {
  number += 1;
  environment = `env${number}`;
});

const record = (changes: Partial<EnvironmentRecord> = {}) => aRecord({ environment, ...changes });
const load = () => loadRecord(TABLE, environment);

describe('a record', () => {
  test('comes back as it was written', async () => {
    expect(await load()).toBeNull();
    expect(await replaceRecord(TABLE, record(), null)).toBe(true);
    expect(await load()).toEqual(record());
  });

  test('is not made twice', async () => {
    await replaceRecord(TABLE, record(), null);
    expect(await replaceRecord(TABLE, record({ fencing: 9 }), null)).toBe(false);
    expect(await load()).toEqual(record());
  });

  test.each([
    ['another fencing number', { fencing: 2 }],
    ['another owner', { owner: arnOf('provision', 'z') }],
    ['no owner', { owner: undefined }],
  ])('is not replaced when what was read had %s', async (_name, changes) => {
    await replaceRecord(TABLE, record(), null);
    const read = { ...record(), ...changes } as EnvironmentRecord;
    expect(await replaceRecord(TABLE, record({ fencing: 9 }), read)).toBe(false);
    expect(await load()).toEqual(record());
  });

  test('without an owner is replaced on condition that it still has none', async () => {
    const { owner: _, ...free } = record();
    await replaceRecord(TABLE, free, null);
    expect(await replaceRecord(TABLE, record({ fencing: 4 }), free)).toBe(true);
    expect(await replaceRecord(TABLE, record({ fencing: 5 }), free)).toBe(false);
    expect((await load())?.fencing).toBe(4);
  });

  test('is changed by its owner alone', async () => {
    await replaceRecord(TABLE, record(), null);
    const owner = record().owner ?? '';
    expect(await updateRecord(TABLE, environment, { owner, fencing: 3 }, { status: 'LIVE' })).toBe(true);
    expect(await updateRecord(TABLE, environment, { owner, fencing: 2 }, { status: 'FAILED' })).toBe(false);
    expect(await updateRecord(TABLE, environment, { owner: 'arn:x' }, { status: 'FAILED' })).toBe(false);
    expect(await updateRecord(TABLE, 'nobody', { owner }, { status: 'FAILED' })).toBe(false);
    expect((await load())?.status).toBe('LIVE');
    expect(await loadRecord(TABLE, 'nobody')).toBeNull();
  });

  test('of which a state machine wrote the status is still a record', async () => {
    await replaceRecord(TABLE, record(), null);
    const lastSweep = { verdict: 'CLEAN' as const, at: '2026-01-31T12:00:00Z', execution: 'arn:x', certificate: 'k' };
    await updateRecord(TABLE, environment, { run: record().run }, { lastSweep });
    expect(await load()).toEqual(record({ lastSweep }));
  });

  test('whose lease has changed is not replaced by who has not seen it', async () => {
    await replaceRecord(TABLE, record(), null);
    const changes = { expiresAt: '2026-02-01T00:00:00Z', leaseRevision: 1 };
    expect(await updateLease(TABLE, record(), changes)).toBe(true);
    expect(await updateLease(TABLE, record(), { leaseRevision: 1 })).toBe(false);
    expect(await replaceRecord(TABLE, record({ fencing: 4 }), record())).toBe(false);
    expect(await load()).toEqual(record(changes));
    expect(await replaceRecord(TABLE, record({ ...changes, fencing: 4 }), record(changes))).toBe(true);
  });

  test('keeps its lease when it was claimed, or came to its end, meanwhile', async () => {
    await replaceRecord(TABLE, record({ fencing: 4 }), null);
    expect(await updateLease(TABLE, record(), { leaseRevision: 1 })).toBe(false);
    expect(await updateLease(TABLE, record({ fencing: 4, status: 'PROVISIONING' }), { leaseRevision: 1 })).toBe(false);
    expect(await load()).toEqual(record({ fencing: 4 }));
  });

  test('is found among all, and what is none is named', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `many${index}`);
    await Promise.all(names.map((name) => replaceRecord(TABLE, aRecord({ environment: name }), null)));
    await dynamodb.send(new PutItemCommand({ TableName: TABLE, Item: { environment: { S: 'broken' } } }));
    const { records, malformed } = await listRecords(TABLE);
    expect(records.map((one) => one.environment)).toEqual(expect.arrayContaining(names));
    expect(malformed).toContain('broken');
  });

  test('that is none is an error, not an absence', async () => {
    await dynamodb.send(new PutItemCommand({ TableName: TABLE, Item: { environment: { S: environment } } }));
    await expect(load()).rejects.toMatchObject({
      name: 'DependencyError',
      message: expect.stringMatching(/malformed/),
    });
  });
});

describe('a record that its owner works on', () => {
  const fake = new Records();
  const owner = arnOf('provision', 'earlier');
  const held = { owner, fencing: 3, redrive: 1 };
  beforeEach(async () => {
    await replaceRecord(TABLE, record({ redrive: 1 }), null);
    await fake.replaceRecord(record({ redrive: 1 }), null);
  });
  const both = async () => ({ real: await load(), fake: await fake.loadRecord(environment) });

  test.each([
    ['the owner', held, true],
    ['a later redrive of it', { ...held, redrive: 2 }, true],
    ['an earlier redrive of it', { ...held, redrive: 0 }, false],
    ['an earlier claim of it', { ...held, fencing: 2 }, false],
    ['somebody else', { ...held, owner: arnOf('provision', 'z') }, false],
  ])('is touched by %s, or not', async (_, claimed, own) => {
    const entries = ['build 2026-01-31T12:00:00.000Z b', 'function 2026-01-31T12:00:00.000Z f'];
    for (const entry of [undefined, ...entries, ...entries]) {
      const touched = await touchRecord(TABLE, environment, claimed, entry);
      expect(sorted(touched)).toEqual(sorted(await fake.touchRecord(environment, claimed, entry)));
      expect(touched === undefined).toBe(!own);
    }
    await removeWork(TABLE, environment, claimed, entries[0] ?? '');
    await fake.removeWork(environment, claimed, entries[0] ?? '');
    const { real, fake: expected } = await both();
    expect(sorted(real)).toEqual(sorted(expected));
    expect(real?.work).toEqual(own ? [entries[1]] : undefined);
    expect(real?.activity).toBe(own ? 5 : undefined);
  });

  test('is not replaced by a claim that has not seen it', async () => {
    const read = (await load()) as EnvironmentRecord;
    await touchRecord(TABLE, environment, held, 'build 2026-01-31T12:00:00.000Z b');
    expect(await replaceRecord(TABLE, record({ fencing: 4 }), read)).toBe(false);
    expect(await replaceRecord(TABLE, record({ fencing: 4 }), await load())).toBe(true);
    expect(await load()).toEqual(record({ fencing: 4 }));
  });

  test('that is not there is nobody’s', async () => {
    expect(await touchRecord(TABLE, 'nobody', held)).toBeUndefined();
    await removeWork(TABLE, 'nobody', held, 'build 2026-01-31T12:00:00.000Z b');
    expect(await loadRecord(TABLE, 'nobody')).toBeNull();
  });
});

const sorted = (one: EnvironmentRecord | null | undefined) =>
  one && { ...one, ...(one.work ? { work: one.work.toSorted() } : {}) };

describe('claims at the same time', () => {
  const claimAs = (name: string) => {
    const ports: ClaimPorts = {
      loadRecord: (of) => loadRecord(TABLE, of),
      replaceRecord: (next, previous) => replaceRecord(TABLE, next, previous),
      // Every owner runs except the last life's.
      describeExecution: async (arn) => ({ status: arn.endsWith(':earlier') ? 'FAILED' : 'RUNNING', redriveCount: 0 }),
      touchRecord: (...args) => touchRecord(TABLE, ...args),
      unfinishedBuilds: async () => [],
      stopExecution: async () => {},
      buildsInProgress: async () => [],
      copyBundle: async () => {},
      writeInputs: async () => {},
      bundleSha256: 'b'.repeat(64),
      now: Date.now,
    };
    const execution = { id: arnOf('provision', name), name, startTime: '2026-01-31T12:00:00Z' };
    return claim({ request: aRequest({ environment, execution }), redrive: 0 }, ports);
  };

  test.each([
    ['a new environment', false],
    ['one whose owner is dead', true],
  ])('for %s have exactly one winner', async (_name, exists) => {
    if (exists) await replaceRecord(TABLE, record(), null);
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const outcomes = await Promise.allSettled(names.map(claimAs));
    const won = names.filter((_, index) => outcomes[index]?.status === 'fulfilled');
    expect(won).toHaveLength(1);
    const winner = arnOf('provision', won[0] ?? '');
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue;
      expect(outcome.reason).toMatchObject({
        name: 'EnvironmentLockedError',
        message: expect.stringContaining(winner),
      });
    }
    expect(await load()).toMatchObject({ owner: winner, fencing: exists ? 4 : 1 });
  });
});
