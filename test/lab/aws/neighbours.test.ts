import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, test } from 'vitest';
import { useLab } from '../../../lab/test/support/use-lab.ts';
import { replaceRecord } from '../../../lambdas/aws/environments-table.ts';
import type { Finding } from '../../../lambdas/contracts/contracts.ts';
import { environmentNames, runKeys } from '../../../lambdas/contracts/naming.ts';
import type { RemoveUnmanagedResult } from '../../../lambdas/contracts/payloads/removal.ts';
import type { PreflightRequest } from '../../../lambdas/contracts/request.ts';
import { SWEEP_SERVICES, sweptFile } from '../../../lambdas/contracts/sweep-request.ts';
import { handler as removeUnmanaged } from '../../../lambdas/handlers/remove-unmanaged.ts';
import { handler as sweepServices } from '../../../lambdas/handlers/sweep-services.ts';
import { ACCOUNT, aRecord, aRequest, arnOf } from '../../unit/lambdas/support/fixtures.ts';
import { PLANTS } from './planted.ts';
import { recordsOf } from './records.ts';
import { TABLE } from './support.ts';
import { plantTagged } from './tagged-plants.ts';

/**
 * These environments have names that begin alike, under a pattern without a suffix: pr-1-b is tagged and on record,
 * pr-1-c is on record and has no tags, pr-1-d has neither, pr-1-e is GONE and left something.
 */
const PATTERN = 'shop-{environment}';
const NEIGHBOURS = ['pr-1-b', 'pr-1-c', 'pr-1-d', 'pr-1-e'];
const UNPROVEN = /pr-1-[de]\b/;
const ANOTHERS = /pr-1-[b-e]\b/;

const lab = useLab();

function requestOf(environment: string): PreflightRequest {
  const run = `${environment}-20260131T120000-abc123`;
  const names = environmentNames(PATTERN, environment, ACCOUNT);
  const execution = { id: arnOf('teardown', environment), name: environment, startTime: '2026-01-31T12:00:00.000Z' };
  return aRequest({
    machine: 'teardown',
    mode: 'destroy',
    environment,
    run,
    names,
    keys: runKeys(environment, run),
    execution,
  });
}

async function sweep(environment: string): Promise<Finding[]> {
  const request = requestOf(environment);
  const context = { getRemainingTimeInMillis: () => 300_000 };
  const event = { request, services: [...SWEEP_SERVICES], pass: 1 };
  const { key } = (await sweepServices(event, context)) as { key: string };
  const { Body } = await new S3Client(lab.context.client).send(new GetObjectCommand({ Bucket: 'control', Key: key }));
  const entries = sweptFile.parse(JSON.parse((await Body?.transformToString()) ?? ''));
  return entries.flatMap((entry) => ('findings' in entry ? entry.findings : [expect.unreachable(entry.cause)]));
}

const inWords = ({ type, id, status }: Finding) => `${status} ${type} ${id}`;
const present = async (environment: string) =>
  (await sweep(environment))
    .filter(({ status }) => status === 'PRESENT')
    .map(inWords)
    .sort();

const remove = (environment: string, changes: object = {}): Promise<RemoveUnmanagedResult> =>
  removeUnmanaged(
    { request: { ...requestOf(environment), ...changes }, fencing: 1, redrive: 0, phase: 'rest', attempt: 0 },
    {},
  ) as never;

/** Writes the record of the environment whose teardown the tests run. */
const held = (execution = requestOf('pr-1').execution.id) =>
  replaceRecord(
    TABLE,
    aRecord({ environment: 'pr-1', status: 'TEARING_DOWN', owner: execution, ownerMachine: 'teardown', fencing: 1 }),
    null,
  );

beforeAll(async () => {
  Object.assign(process.env, {
    ...{ CONTROL_BUCKET: 'control', ENVIRONMENTS_TABLE: TABLE, PROJECT: 'order-platform', NAME_PATTERN: PATTERN },
    ...{
      ALLOWED_ACCOUNTS: ACCOUNT,
      ALLOWED_REGIONS: 'eu-west-1',
      TERRAFORM_PROJECT: 'runbook-terraform',
      IMAGES_PROJECT: 'runbook-images',
      BUILD_PROJECTS: 'runbook-terraform,runbook-images',
      MAX_DELETIONS: '60',
    },
  });
  const { client } = lab.context;
  await new S3Client({ ...client, forcePathStyle: true }).send(
    new CreateBucketCommand({ Bucket: 'control', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
  );
  await recordsOf(lab.context, { 'pr-1-b': 'LIVE', 'pr-1-c': 'FAILED', 'pr-1-e': 'GONE' });
  await held();
  for (const environment of ['pr-1', 'pr-1-b']) await plantTagged(client, environment, `shop-${environment}`);
  for (const environment of ['pr-1-c', 'pr-1-d']) {
    for (const plant of Object.values(PLANTS)) await plant(client, `shop-${environment}`);
  }
  // Lambda creates these log groups without tags, too.
  const logs = new CloudWatchLogsClient(client);
  for (const environment of NEIGHBOURS) {
    await logs.send(new CreateLogGroupCommand({ logGroupName: `/aws/lambda/shop-${environment}-thumbnails` }));
  }
});

describe('what begins with an environment’s name and is a neighbour’s', () => {
  test('is no leftover of the environment, by tags or by record; what nobody can attribute is unknown', async () => {
    const findings = await sweep('pr-1');
    const others = findings.filter((one) => ANOTHERS.test(JSON.stringify(one)));
    expect(others.length).toBeGreaterThan(30);
    expect(others.filter((one) => !UNPROVEN.test(JSON.stringify(one)))).toEqual([]);
    expect(others.filter(({ status, proof }) => status !== 'UNKNOWN' || proof)).toEqual([]);
    expect(others.filter(({ reason }) => !reason.includes('not attributed'))).toEqual([]);
    expect(findings.filter(({ proof }) => proof).length).toBeGreaterThan(25);
  });

  test('is not in a plan', async () => {
    const { unmanaged, kept } = await remove('pr-1', { mode: 'plan' });
    expect(JSON.stringify(unmanaged)).not.toMatch(ANOTHERS);
    expect(JSON.stringify(kept)).not.toMatch(ANOTHERS);
    expect(unmanaged.length).toBeGreaterThan(25);
  });

  test('survives the teardown of the environment, which takes all of its own', async () => {
    const existing = async (environment: string) => (await sweep(environment)).map(({ type, id }) => `${type} ${id}`);
    const before = await Promise.all(NEIGHBOURS.map(existing));
    expect(before[0]?.length).toBeGreaterThan(25);
    await remove('pr-1');
    expect(await present('pr-1')).toEqual([]);
    expect(await Promise.all(NEIGHBOURS.map(existing))).toEqual(before);
  });
});

test('without the records nothing is removed by its name, and nothing is called gone', async () => {
  const { client } = lab.context;
  const dynamodb = new DynamoDBClient(client);
  const logGroupName = '/ecs/shop-pr-1/api';
  await new CloudWatchLogsClient(client).send(new CreateLogGroupCommand({ logGroupName }));
  await dynamodb.send(new DeleteTableCommand({ TableName: TABLE }));
  await expect(remove('pr-1')).rejects.toThrow();
  expect((await sweep('pr-1')).filter(({ id }) => id === logGroupName).map(inWords)).toEqual([
    `UNKNOWN log-group ${logGroupName}`,
  ]);
  await recordsOf(lab.context);
  await held(arnOf('teardown', 'second'));
  const execution = { ...requestOf('pr-1').execution, id: arnOf('teardown', 'second') };
  expect(await remove('pr-1', { execution })).toMatchObject({ unmanaged: [{ id: logGroupName }] });
});
