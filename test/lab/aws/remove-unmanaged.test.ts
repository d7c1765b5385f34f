import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useLab } from '../../../lab/test/support/use-lab.ts';
import { loadRecord, replaceRecord } from '../../../lambdas/aws/environments-table.ts';
import { sweepPorts } from '../../../lambdas/aws/sweep-ports.ts';
import { loadSweeper } from '../../../lambdas/aws/sweepers.ts';
import { environmentNames, runKeys } from '../../../lambdas/contracts/naming.ts';
import type { RemoveUnmanagedResult } from '../../../lambdas/contracts/payloads/removal.ts';
import { SWEEP_SERVICES } from '../../../lambdas/contracts/sweep-request.ts';
import { handler } from '../../../lambdas/handlers/remove-unmanaged.ts';
import { sweepService } from '../../../lambdas/sweep/sweep-service.ts';
import { ACCOUNT, aRecord, aRequest, PATTERN } from '../../unit/lambdas/support/fixtures.ts';
import { recordsOf } from './records.ts';
import { TABLE } from './support.ts';
import { plantTagged } from './tagged-plants.ts';

const lab = useLab();
const project = 'order-platform';
const NEIGHBOURS = ['dev2', 'de'];
const ENVIRONMENT = { CONTROL_BUCKET: 'control', ENVIRONMENTS_TABLE: TABLE, NAME_PATTERN: PATTERN };

function requestOf(environment: string) {
  const run = `${environment}-20260131T120000-abc123`;
  const names = environmentNames(PATTERN, environment, ACCOUNT);
  return aRequest({ machine: 'teardown', environment, run, names, keys: runKeys(environment, run), mode: 'destroy' });
}

/** Returns what sweeps find of an environment, as `type id`. */
async function present(environment: string): Promise<string[]> {
  const request = requestOf(environment);
  const found = await Promise.all(
    SWEEP_SERVICES.map((service) =>
      sweepService(
        { request, service, pass: 1 },
        {
          ...sweepPorts(request, { ...ENVIRONMENT, PROJECT: project }, loadSweeper),
          inventory: async () => [],
        },
      ),
    ),
  );
  const findings = found.flatMap((one) => one.findings);
  expect(findings.filter(({ status }) => status === 'UNKNOWN')).toEqual([]);
  // A sweep makes several requests at once, and its findings have the order of the answers.
  return findings
    .filter(({ status }) => status === 'PRESENT')
    .map(({ type, id }) => `${type} ${id}`)
    .sort();
}

const remove = (environment: string, changes: object = {}): Promise<RemoveUnmanagedResult> =>
  handler(
    { request: { ...requestOf(environment), ...changes }, fencing: 1, redrive: 0, phase: 'rest', attempt: 0 },
    {},
  ) as never;

const before = { ...process.env };
beforeAll(async () => {
  Object.assign(process.env, {
    ...ENVIRONMENT,
    PROJECT: project,
    ALLOWED_ACCOUNTS: ACCOUNT,
    ALLOWED_REGIONS: 'eu-west-1',
    MAX_DELETIONS: '60',
  });
  const s3 = new S3Client({ ...lab.context.client, forcePathStyle: true });
  const location = { CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' as const } };
  await s3.send(new CreateBucketCommand({ Bucket: 'control', ...location }));
  await recordsOf(lab.context);
  const held = { owner: requestOf('dev').execution.id, ownerMachine: 'teardown', fencing: 1 } as const;
  await replaceRecord(TABLE, aRecord({ ...held, status: 'TEARING_DOWN' }), null);
  for (const environment of ['dev', ...NEIGHBOURS]) await plantTagged(lab.context.client, environment);
});
afterAll(() => {
  process.env = before;
});

describe('unmanaged resources of an environment', () => {
  let neighbours: string[][];
  beforeAll(async () => {
    neighbours = await Promise.all(NEIGHBOURS.map(present));
  });

  test('are only listed by a plan', async () => {
    const found = await present('dev');
    expect(found.length).toBeGreaterThan(25);
    const { unmanaged, kept } = await remove('dev', { mode: 'plan' });
    expect([...unmanaged, ...kept].map(({ type, id }) => `${type} ${id}`).sort()).toEqual(found);
    expect(await present('dev')).toEqual(found);
  });

  test('go, of every kind, and nothing of a neighbour’s does', async () => {
    const { kept, count } = await remove('dev');
    expect(kept).toEqual([]);
    expect(count).toBeGreaterThan(25);
    expect(await present('dev')).toEqual([]);
    expect(await Promise.all(NEIGHBOURS.map(present))).toEqual(neighbours);
    const record = await loadRecord(TABLE, 'dev');
    // The ownership was checked before each removal, and no work of it is in progress any more.
    expect(record?.activity).toBeGreaterThan(count);
    expect(record?.work).toBeUndefined();
  });
});
