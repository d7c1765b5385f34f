import * as ec2 from '@aws-sdk/client-ec2';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useLab } from '../../../lab/test/support/use-lab.ts';
import { replaceRecord } from '../../../lambdas/aws/environments-table.ts';
import { environmentNames, runKeys } from '../../../lambdas/contracts/naming.ts';
import type { BlockersResult, RemoveUnmanagedResult } from '../../../lambdas/contracts/payloads/removal.ts';
import { handler as nameBlockers } from '../../../lambdas/handlers/name-blockers.ts';
import { handler } from '../../../lambdas/handlers/remove-unmanaged.ts';
import { ACCOUNT, aRecord, aRequest, PATTERN } from '../../unit/lambdas/support/fixtures.ts';
import { type Deed, deeds } from './outsiders.ts';
import { naming, network } from './outsiders-network.ts';
import { recordsOf } from './records.ts';
import { TABLE } from './support.ts';

/**
 * Outsiders change an environment's resources between apply and destroy: each resource is removed, or its reason names
 * the next step.
 */

const lab = useLab();
const project = 'order-platform';

const requestOf = (environment: string) => {
  const run = `${environment}-20260131T120000-abc123`;
  const names = environmentNames(PATTERN, environment, ACCOUNT);
  return aRequest({ machine: 'teardown', environment, run, names, keys: runKeys(environment, run), mode: 'destroy' });
};

const remove = (environment: string, phase: 'stack' | 'rest' = 'rest'): Promise<RemoveUnmanagedResult> =>
  handler({ request: requestOf(environment), fencing: 1, redrive: 0, phase, attempt: 0 }, {}) as never;

const location = { CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' as const } };
const store = () => new S3Client({ ...lab.context.client, forcePathStyle: true });

const before = { ...process.env };
beforeAll(async () => {
  Object.assign(process.env, {
    ...{ CONTROL_BUCKET: 'control', ENVIRONMENTS_TABLE: TABLE, NAME_PATTERN: PATTERN, PROJECT: project },
    ...{ ALLOWED_ACCOUNTS: ACCOUNT, ALLOWED_REGIONS: 'eu-west-1', MAX_DELETIONS: '60' },
  });
  await store().send(new CreateBucketCommand({ Bucket: 'control', ...location }));
  await recordsOf(lab.context);
});
afterAll(() => {
  process.env = before;
});

/**
 * Creates a row's own environment, which has a topic besides the row's resources: the topic stands for the rest, which
 * must not wait.
 */
async function plant(environment: string, deed: Deed) {
  const held = { owner: requestOf(environment).execution.id, ownerMachine: 'teardown', fencing: 1 } as const;
  await replaceRecord(TABLE, aRecord({ ...held, environment, status: 'TEARING_DOWN' }), null);
  const prefix = environmentNames(PATTERN, environment, ACCOUNT).prefix;
  const tags = { project, environment };
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  await new SNSClient(lab.context.client).send(new CreateTopicCommand({ Name: `${prefix}-rest`, Tags }));
  return deed.plant(lab.context.client, { prefix, tags, Tags });
}

describe('an outsider', () => {
  test.each(deeds.map((deed, index) => ({ ...deed, index })))('$does', async (deed) => {
    const environment = `out${String.fromCharCode(97 + deed.index)}`;
    const { gone = [], kept: stays = [], theirs } = await plant(environment, deed);
    const { unmanaged, kept } = await remove(environment);
    const removed = unmanaged.map(({ id }) => id);
    expect(removed.some((id) => id.endsWith('-rest'))).toBe(true);
    expect(removed).toEqual(expect.arrayContaining(gone));
    // Backups that RDS creates stay with their database, and have its name.
    const left = new Set(kept.map(({ id }) => id).filter((id) => !id.startsWith('rds:')));
    expect([...left].sort()).toEqual([...stays].sort());
    if (deed.ends !== 'CLEAN') expect(kept.map(({ reason }) => reason).join('\n')).toMatch(deed.ends);
    if (theirs) expect(await theirs()).toHaveLength(1);
  });

  /** The row names two of the resources that an action keeps: the one that Terraform waits for, and the VPC. */
  test.each<[deed: string, waits: string, type: string, why: RegExp]>([
    [
      'names a security group in a rule of a group of another environment',
      'sg-',
      'aws_security_group',
      /^used by security group sg-\w+ \(shared; of environment life-2, /,
    ],
    [
      'names a security group in rules of the default group of the VPC',
      'sg-',
      'aws_security_group',
      /^used by security group sg-\w+ \(default\)\. Next: npx runbook teardown \S+, which revokes the rules/,
    ],
    [
      'puts an interface into a subnet',
      'subnet-',
      'aws_subnet',
      /^used by network interface eni-\w+ \("planted"\)\. Next: aws ec2 describe-network-interfaces/,
    ],
  ])('that %s is named to a destroy that asks who is in the way', async (does, waits, type, why) => {
    const deed = deeds.find((one) => one.does === does);
    if (!deed) return expect.unreachable();
    const environment = `asked-${waits.charCodeAt(0)}${does.length}`;
    const { gone = [], kept = [] } = await plant(environment, deed);
    const idOf = (prefix: string) => [...kept, ...gone].find((id) => id.startsWith(prefix) && !id.includes(' ')) ?? '';
    const resources = [
      { address: 'it', type, id: idOf(waits) },
      { address: 'aws_vpc.main', type: 'aws_vpc', id: idOf('vpc-') },
    ];
    const { prefix } = environmentNames(PATTERN, environment, ACCOUNT);
    const { blockers } = (await nameBlockers({ environment, prefix, resources }, {})) as BlockersResult;
    const [waited, vpc] = ['it', 'aws_vpc.main'].map((address) => blockers.find((one) => one.address === address));
    expect(waited).toMatchObject({ kind: 'stays', why: expect.stringMatching(why) });
    expect(vpc?.why).toMatch(/subnet subnet-|eni-/);
  });
});

/** Writes Terraform's state: types with the ids of each. */
async function keepState(environment: string, made: Record<string, readonly string[]>) {
  const { stateBucket: Bucket, stateKey: Key } = environmentNames(PATTERN, environment, ACCOUNT);
  await store().send(new CreateBucketCommand({ Bucket, ...location }));
  const resources = Object.entries(made).map(([type, ids]) => {
    const instances = ids.map((id, index_key) => ({ index_key, attributes: { id }, dependencies: [] }));
    return { mode: 'managed', type, name: 'it', instances };
  });
  const Body = JSON.stringify({ version: 4, lineage: 'l', resources });
  await store().send(new PutObjectCommand({ Bucket, Key, Body }));
}

test('rules of groups in the state that no state knows do not keep the destroy from deleting the groups', async () => {
  const environment = 'mutual';
  const held = { owner: requestOf(environment).execution.id, ownerMachine: 'teardown', fencing: 1 } as const;
  await replaceRecord(TABLE, aRecord({ ...held, environment, status: 'TEARING_DOWN' }), null);
  const { prefix } = environmentNames(PATTERN, environment, ACCOUNT);
  const tags = { project, environment };
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const own = { prefix, tags, Tags };
  const { client, group, VpcId, subnets } = await network(lab.context.client, own);
  const made = new ec2.CreateSecurityGroupCommand({
    ...{ GroupName: `${prefix}-worker`, Description: 'planted', VpcId },
    TagSpecifications: [{ ResourceType: 'security-group', Tags }],
  });
  const { GroupId: other = '' } = await client.send(made);
  await keepState(environment, { aws_vpc: [VpcId], aws_subnet: subnets, aws_security_group: [group, other] });
  const rules = [
    { GroupId: group, IpPermissions: naming(other) },
    { GroupId: other, IpPermissions: naming(group) },
  ];
  for (const rule of rules) {
    await client.send(new ec2.AuthorizeSecurityGroupIngressCommand(rule));
    await client.send(new ec2.AuthorizeSecurityGroupEgressCommand(rule));
  }
  const destroy = (GroupId: string) => client.send(new ec2.DeleteSecurityGroupCommand({ GroupId }));
  await expect(destroy(group)).rejects.toThrow('dependent object');
  const { unmanaged, kept } = await remove(environment, 'stack');
  expect(kept).toEqual([]);
  const about = unmanaged.map(({ id }) => id.split(' of ')[1]);
  const pairs = [`${group} naming ${other}`, `${other} naming ${group}`];
  expect(about.sort()).toEqual([...pairs, ...pairs].sort());
  await destroy(group);
  await destroy(other);
});
