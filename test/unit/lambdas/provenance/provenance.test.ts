import { describe, expect, test } from 'vitest';
import type { InventoryItem } from '../../../../lambdas/contracts/payloads/inventory.ts';
import type { ProvenancePorts } from '../../../../lambdas/provenance/provenance.ts';
import type { TrailEvent } from '../../../../lambdas/provenance/trail-events.ts';
import { ACCOUNT, PREFIX, sdkError } from '../support/fixtures.ts';
import { arn, BUILD, call, short, sweep, TASK_ROLE } from '../support/provenance.ts';

/** Some events of CloudTrail have ARNs, some have only ids, and some have neither. */
const PLANTED: Record<string, { events: TrailEvent[]; exists?: string; named: string }> = {
  'a queue, with a URL alone': {
    events: [
      call(
        'sqs',
        'CreateQueue',
        { queueName: 'odd' },
        { queueUrl: `https://sqs.eu-west-1.amazonaws.com/${ACCOUNT}/odd` },
      ),
    ],
    exists: 'odd',
    named: 'PRESENT sqs queue odd',
  },
  'an instance, with an id': {
    events: [
      call(
        'ec2',
        'RunInstances',
        { imageId: 'ami-00000001' },
        { instancesSet: { items: [{ instanceId: 'i-0123456789abcdef0', imageId: 'ami-00000001' }] } },
      ),
    ],
    exists: 'i-0123456789abcdef0',
    named: 'PRESENT ec2 instance i-0123456789abcdef0',
  },
  'a security group in the VPC of somebody else': {
    events: [
      call(
        'ec2',
        'CreateSecurityGroup',
        { vpcId: 'vpc-0123456789abcdef0', groupName: 'x' },
        { groupId: 'sg-0123456789abcdef0' },
      ),
    ],
    exists: 'sg-0123456789abcdef0',
    named: 'PRESENT ec2 security-group sg-0123456789abcdef0',
  },
  'a function, with a date in its call': {
    events: [
      call(
        'lambda',
        'CreateFunction20150331',
        { functionName: 'odd', role: TASK_ROLE },
        { functionArn: arn('lambda', 'function:odd'), role: TASK_ROLE },
      ),
    ],
    exists: 'odd',
    named: 'PRESENT cloudcontrol AWS::Lambda::Function odd',
  },
  'an alarm, without an answer': {
    events: [call('monitoring', 'PutMetricAlarm', { alarmName: 'odd' })],
    exists: 'odd',
    named: 'PRESENT cloudwatch alarm odd',
  },
  'a key, whose ARN is deeper': {
    events: [call('kms', 'CreateKey', {}, { keyMetadata: { arn: arn('kms', 'key/1'), keyId: '1' } })],
    exists: '1',
    named: 'PRESENT kms key 1',
  },
  'an unforeseen service, with an ARN': {
    events: [
      call(
        'qbusiness',
        'CreateApplication',
        { displayName: 'odd', roleArn: TASK_ROLE },
        { applicationArn: arn('qbusiness', 'application/1') },
      ),
    ],
    named: `UNKNOWN qbusiness Application ${arn('qbusiness', 'application/1')}`,
  },
  'an unforeseen service, with an id': {
    events: [
      call('lightsail', 'CreateRelationalDatabase', { relationalDatabaseName: 'odd' }, { operations: [{ id: 'op' }] }),
    ],
    named: 'UNKNOWN lightsail RelationalDatabase odd',
  },
  'an unforeseen service, with nothing': {
    events: [call('shield', 'CreateSubscription', null)],
    named: 'UNKNOWN shield Subscription without a name',
  },
  'what is bought': {
    events: [
      call(
        'savingsplans',
        'PurchaseReservedThing',
        { offering: 'o-1' },
        { reservedThingArn: arn('savingsplans', 'reserved/1') },
      ),
    ],
    named: `UNKNOWN savingsplans ReservedThing ${arn('savingsplans', 'reserved/1')}`,
  },
  'a thing of another region': {
    events: [
      call(
        'sns',
        'CreateTopic',
        { name: 'far' },
        { topicArn: `arn:aws:sns:eu-central-1:${ACCOUNT}:far` },
        { region: 'eu-central-1' },
      ),
    ],
    named: `UNKNOWN sns Topic arn:aws:sns:eu-central-1:${ACCOUNT}:far`,
  },
  'a copy of what is gone': {
    events: [
      call('lightsail', 'CreateDisk', { diskName: 'd' }, { diskArn: arn('lightsail', 'Disk/d') }),
      call('lightsail', 'DeleteDisk', { diskName: 'd' }),
      call('lightsail', 'CreateDiskSnapshot', { diskName: 'd', diskSnapshotName: 'kept' }),
    ],
    named: 'UNKNOWN lightsail DiskSnapshot kept',
  },
};

describe('what a role of the environment created, and is still there', () => {
  test.each(Object.entries(PLANTED))('%s is named', async (_, { events, exists, named }) => {
    const { findings } = await sweep({ events, exists: exists === undefined ? [] : [exists] });
    expect(short(findings)).toContain(named);
    for (const { status, source, proof } of findings) {
      expect(source).toBe('event');
      if (status === 'PRESENT' && !named.includes('alarm')) expect(proof).toBe('event');
    }
    expect(short(findings).filter((one) => !one.startsWith('ABSENT'))).toEqual([named]);
  });

  test('by whom and when is said', async () => {
    const [{ events } = { events: [] }] = [PLANTED['an unforeseen service, with an ARN']].flatMap((one) => one ?? []);
    const { findings } = await sweep({ events });
    expect(findings[0]?.reason).toMatch(
      /^created by qbusiness CreateApplication at 2026-01-31T12:\S+ in eu-west-1, called by runbook-terraform, and nothing here can confirm/,
    );
  });

  test('a task of the environment’s own role is a role of the environment', async () => {
    const session = '0123456789abcdef0123456789abcdef';
    const item = { type: 'aws_iam_role', name: 'r', id: 'r', arn: TASK_ROLE, service: 'iam' } as InventoryItem;
    const events = [
      call('iam', 'PutRolePolicy', { roleName: 'gone' }),
      call('sts', 'AssumeRole', { roleArn: TASK_ROLE, roleSessionName: session }, null, {
        role: undefined,
        session: undefined,
        readOnly: true,
      }),
      call('sqs', 'CreateQueue', { queueName: 'odd' }, null, { role: TASK_ROLE, session }),
      // Another role has a session of the same name.
      call('sqs', 'CreateQueue', { queueName: 'theirs' }, null, {
        role: `arn:aws:iam::${ACCOUNT}:role/other`,
        session,
      }),
    ];
    const { findings } = await sweep({ events, exists: ['odd', 'theirs'], inventory: [item] });
    expect(short(findings).filter((one) => one.startsWith('PRESENT'))).toEqual(['PRESENT sqs queue odd']);
  });
});

/** The builds of a life make these calls. Some of the resources remain by design. */
const LIFE: TrailEvent[] = [
  call('s3', 'CreateBucket', { bucketName: `${PREFIX}-tfstate` }),
  call('s3', 'PutBucketVersioning', { bucketName: `${PREFIX}-tfstate` }),
  call(
    'dynamodb',
    'CreateTable',
    { tableName: 'lock' },
    { tableDescription: { tableArn: arn('dynamodb', 'table/lock') } },
  ),
  call('ec2', 'CreateVpc', {}, { vpc: { vpcId: 'vpc-0000000a' } }),
  call(
    'ec2',
    'CreateSubnet',
    { vpcId: 'vpc-0000000a' },
    { subnet: { subnetId: 'subnet-0000000a', vpcId: 'vpc-0000000a' } },
  ),
  call(
    'ec2',
    'CreateRouteTable',
    { vpcId: 'vpc-0000000a' },
    { routeTable: { routeTableId: 'rtb-0000000a', vpcId: 'vpc-0000000a' } },
  ),
  call('ec2', 'CreateRoute', { routeTableId: 'rtb-0000000a' }, { _return: true }),
  call('ec2', 'CreateRoute', { routeTableId: 'rtb-0000000b' }, { _return: true }),
  call(
    'ec2',
    'CreateNatGateway',
    { subnetId: 'subnet-0000000a' },
    { CreateNatGatewayResponse: { natGateway: { natGatewayId: 'nat-0000000a', vpcId: 'vpc-0000000a' } } },
  ),
  call('ec2', 'AllocateAddress', {}, { allocationId: 'eipalloc-0000000a' }),
  call('ec2', 'CreateTags', { resourcesSet: { items: [{ resourceId: 'subnet-11111111' }] } }),
  call('iam', 'CreateRole', { roleName: 'r' }, { role: { arn: TASK_ROLE, roleName: 'r' } }, { region: 'us-east-1' }),
  call('iam', 'PutRolePolicy', { roleName: `${PREFIX}-api-task`, policyName: 'p' }, null, { region: 'us-east-1' }),
  call(
    'iam',
    'CreateServiceLinkedRole',
    { aWSServiceName: 'ecs.amazonaws.com' },
    { role: { arn: `arn:aws:iam::${ACCOUNT}:role/aws-service-role/x` } },
  ),
  call(
    'elasticloadbalancing',
    'CreateLoadBalancer',
    { name: 'a' },
    { loadBalancers: [{ loadBalancerArn: arn('elasticloadbalancing', 'loadbalancer/app/a/1') }] },
  ),
  call(
    'elasticloadbalancing',
    'CreateListener',
    {},
    { listeners: [{ listenerArn: arn('elasticloadbalancing', 'listener/app/a/1/2') }] },
  ),
  call('ecs', 'CreateCluster', { clusterName: 'c' }, { cluster: { clusterArn: arn('ecs', 'cluster/c') } }),
  call(
    'ecs',
    'RegisterTaskDefinition',
    { family: 'f' },
    { taskDefinition: { taskDefinitionArn: arn('ecs', 'task-definition/f:1'), executionRoleArn: TASK_ROLE } },
  ),
  call(
    'ecs',
    'CreateService',
    { cluster: 'c' },
    { service: { serviceArn: arn('ecs', 'service/c/s'), clusterArn: arn('ecs', 'cluster/c') } },
  ),
  call('autoscaling', 'RegisterScalableTarget', { resourceId: 'service/c/s' }, null),
  call(
    'autoscaling',
    'PutScalingPolicy',
    { resourceId: 'service/c/s' },
    { policyARN: arn('autoscaling', 'scalingPolicy:1') },
  ),
  call(
    'ecr',
    'CreateRepository',
    { repositoryName: 'r' },
    { repository: { repositoryArn: arn('ecr', 'repository/r') } },
  ),
  call('ecr', 'PutLifecyclePolicy', { repositoryName: 'r' }, { repositoryName: 'r' }),
  call('ecr', 'PutImage', { repositoryName: 'r' }, { image: { imageId: { imageDigest: 'sha256:1' } } }),
  call('logs', 'CreateLogGroup', { logGroupName: '/ecs/a' }),
  call('logs', 'PutRetentionPolicy', { logGroupName: '/ecs/a' }),
  call('logs', 'CreateLogStream', { logGroupName: '/aws/codebuild/runbook-terraform', logStreamName: 's' }),
  call(
    'rds',
    'CreateDBInstance',
    { dBInstanceIdentifier: 'd' },
    { dBInstanceArn: arn('rds', 'db:d'), dBSubnetGroup: { dBSubnetGroupArn: arn('rds', 'subgrp:g') } },
  ),
  call('kms', 'CreateGrant', { keyId: arn('kms', 'key/aws-managed') }, { grantId: 'g' }),
  call('sns', 'CreateTopic', { name: 't' }, { topicArn: arn('sns', 't') }),
  call(
    'sns',
    'Subscribe',
    { topicArn: arn('sns', 't'), protocol: 'email' },
    { subscriptionArn: 'pending confirmation' },
  ),
  call('events', 'PutRule', { name: 'u' }, { ruleArn: arn('events', 'rule/u') }),
  call('events', 'PutTargets', { rule: 'u' }, { failedEntryCount: 0 }),
  call('lightsail', 'CreateDisk', { diskName: 'd' }, { diskArn: arn('lightsail', 'Disk/d') }),
  call('lightsail', 'DeleteDisk', { diskName: 'd' }),
  call('sqs', 'CreateQueue', { queueName: 'refused' }, null, { failed: true }),
  call('sts', 'GetCallerIdentity', {}, null, { readOnly: true }),
];

describe('nobody is accused falsely', () => {
  test('a life whose resources are gone is clean, whatever remains by design', async () => {
    const { findings, limits, asked } = await sweep({ events: LIFE });
    expect(findings.filter(({ status }) => status !== 'ABSENT')).toEqual([]);
    expect(limits).toBeUndefined();
    expect(new Set(asked).size).toBeGreaterThan(15);
    expect(asked).not.toContain('sqs refused');
  });

  test('what stands after the life of the same calls is named, each of them', async () => {
    const all = await sweep({ events: LIFE });
    const exists = [...all.findings.map(({ id }) => id), 'rtb-0000000b'];
    const { findings } = await sweep({ events: LIFE, exists });
    // No call created the main table of the VPC, which exists. The disk was deleted.
    expect(short(findings.filter(({ status }) => status !== 'PRESENT'))).toEqual([
      `ABSENT lightsail Disk ${arn('lightsail', 'Disk/d')}`,
      'UNKNOWN ec2 Route routetableid rtb-0000000b',
    ]);
    expect(findings.filter(({ status }) => status === 'PRESENT')).toHaveLength(all.findings.length - 1);
  });

  test('tags of another environment win', async () => {
    const { findings } = await sweep({
      events: [call('sqs', 'CreateQueue', { queueName: 'odd' })],
      exists: ['odd'],
      tags: { project: 'order-platform', environment: 'life-2' },
    });
    expect(findings).toEqual([]);
  });

  test('what has the name again, after it was deleted, has no command', async () => {
    const events = [
      call('sqs', 'CreateQueue', { queueName: 'odd' }),
      call('sqs', 'DeleteQueue', { queueUrl: `https://sqs/${ACCOUNT}/odd` }),
    ];
    const { findings } = await sweep({ events, exists: ['odd'] });
    expect(findings).toMatchObject([
      { id: 'odd', status: 'UNKNOWN', reason: expect.stringContaining('DeleteQueue at') },
    ]);
    expect(findings[0]?.proof).toBeUndefined();
  });

  test('what somebody else removed is gone', async () => {
    const removal = call('qbusiness', 'DeleteApplication', { applicationId: '1' }, null, {
      role: undefined,
      session: 'ada',
    });
    const planted = PLANTED['an unforeseen service, with an ARN'];
    const { findings } = await sweep({ events: [...(planted?.events ?? []), removal] });
    expect(findings).toMatchObject([{ status: 'ABSENT', reason: expect.stringContaining('DeleteApplication at') }]);
  });

  test('what is kept on purpose is kept', async () => {
    const rule = { what: '*application/1', why: 'the team’s own' };
    const { findings, excluded } = await sweep({
      events: PLANTED['an unforeseen service, with an ARN']?.events ?? [],
      request: { exclusions: [rule] },
    });
    expect(findings).toEqual([]);
    expect(excluded).toMatchObject([{ why: 'the team’s own' }]);
  });
});

describe('what was not read is unknown', () => {
  const denied = sdkError('AccessDeniedException', 403, 'not authorized');
  const refuse = () => {
    throw denied;
  };

  test.each<[string, Partial<ProvenancePorts>]>([
    ['CloudTrail', { events: refuse }],
    ['CodeBuild', { builds: async () => refuse() }],
    ['the inventory', { inventory: async () => refuse() }],
  ])('%s', async (_, changes) => {
    const { findings } = await sweep({ events: LIFE, changes });
    expect(findings).toMatchObject([{ type: '*', status: 'UNKNOWN' }]);
  });

  test.each<[string, boolean, string[]]>([
    ['that ran', true, ['CloudTrail has no call of build runbook-terraform:silent']],
    ['that was stopped in its queue', false, []],
  ])('a build %s, without a call in CloudTrail, beside one that has calls', async (_, began, reasons) => {
    const silent = { ...BUILD, id: 'runbook-terraform:silent', began };
    const { findings } = await sweep({ events: LIFE, changes: { builds: async () => [BUILD, silent] } });
    const { findings: without } = await sweep({ events: LIFE });
    expect(findings.slice(0, findings.length - without.length).map(({ reason }) => reason)).toEqual(reasons);
  });

  test('builds for which there was no time', async () => {
    const { findings } = await sweep({ events: LIFE, changes: { timeout: AbortSignal.abort('late') } });
    expect(findings.filter(({ reason }) => reason.includes('not all read in time'))).toHaveLength(1);
  });

  test('a run without a build has nothing to be asked for', async () => {
    const { findings } = await sweep({ events: [], changes: { builds: async () => [] } });
    expect(findings).toEqual([]);
  });
});

describe('what a later call does not prove gone', () => {
  const table = (database: string, changes: Partial<TrailEvent> = {}) =>
    call('glue', 'CreateTable', { databaseName: database, tableInput: { name: 'orders' } }, null, changes);
  const drop = (database: string, changes: Partial<TrailEvent> = {}) =>
    call('glue', 'DeleteTable', { databaseName: database, name: 'orders' }, null, changes);

  test('a removal of the same name in another region', async () => {
    const { findings } = await sweep({ events: [table('a'), drop('a', { region: 'us-east-1' })] });
    expect(short(findings)).toEqual(['UNKNOWN glue Table orders']);
  });

  test('a removal of the same name in another parent', async () => {
    const { findings } = await sweep({ events: [table('a'), drop('b')] });
    expect(short(findings)).toEqual(['UNKNOWN glue Table orders']);
  });

  test('a removal in the second of the creation, which a replacement may have done first', async () => {
    const gone = drop('a');
    const { findings } = await sweep({ events: [gone, table('a', { time: gone.time })] });
    expect(short(findings)).toEqual(['UNKNOWN glue Table orders']);
  });

  test('a removal of the other one of two with one name', async () => {
    const { findings } = await sweep({ events: [table('a'), table('b'), drop('b')] });
    expect(short(findings).sort()).toEqual(['ABSENT glue Table orders', 'UNKNOWN glue Table orders']);
  });

  test('nor of two in two regions', async () => {
    const { findings } = await sweep({
      events: [table('a'), table('a', { region: 'us-east-1' }), drop('a', { region: 'us-east-1' })],
    });
    expect(short(findings).sort()).toEqual(['ABSENT glue Table orders', 'UNKNOWN glue Table orders']);
  });
});

test('what is made with its tags in one call is made', async () => {
  const id = 'E1ABCDEFGHIJKL';
  const { findings } = await sweep({
    events: [
      call(
        'cloudfront',
        'CreateDistributionWithTags2020_05_31',
        { distributionConfigWithTags: {} },
        { distribution: { id, aRN: `arn:aws:cloudfront::${ACCOUNT}:distribution/${id}` } },
        { region: 'us-east-1' },
      ),
    ],
    exists: [id],
  });
  expect(short(findings)).toEqual([`PRESENT cloudcontrol AWS::CloudFront::Distribution ${id}`]);
});

describe('what is in another region is not asked for in the environment’s', () => {
  const elsewhere = { region: 'us-east-1' };

  test('what EC2 names by an id', async () => {
    const id = 'i-0123456789abcdef0';
    const run = call('ec2', 'RunInstances', {}, { instancesSet: { items: [{ instanceId: id }] } }, elsewhere);
    const { findings, asked } = await sweep({ events: [run] });
    expect(short(findings)).toEqual([`UNKNOWN ec2 Instances ${id}`]);
    expect(asked).toEqual([]);
  });

  test('a target of Application Auto Scaling', async () => {
    const target = { resourceId: 'service/a/b' };
    const { findings } = await sweep({
      events: [call('application-autoscaling', 'RegisterScalableTarget', target, null, elsewhere)],
    });
    expect(findings).toMatchObject([{ status: 'UNKNOWN', id: 'service/a/b' }]);
  });

  test('nor does one stand for another of its name', async () => {
    const make = (region: string) =>
      call(
        'lambda',
        'CreateFunction20150331',
        { functionName: 'odd' },
        { functionArn: `arn:aws:lambda:${region}:${ACCOUNT}:function:odd` },
        { region },
      );
    const { asked } = await sweep({ events: [make('us-east-1'), make('eu-west-1')], exists: ['odd'] });
    expect(asked).toHaveLength(2);
  });
});
