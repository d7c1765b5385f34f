import { describe, expect, test } from 'vitest';
import type { InventoryItem } from '../../../../lambdas/contracts/payloads/inventory.ts';
import type { TrailEvent } from '../../../../lambdas/provenance/trail-events.ts';
import { ACCOUNT, PREFIX } from '../support/fixtures.ts';
import { arn, call, short, sweep, TASK_ROLE } from '../support/provenance.ts';

const LAUNCH_TEMPLATE = 'lt-0123456789abcdef0';
const SUBNET = 'subnet-0123456789abcdef0';
const template = call(
  'ec2',
  'CreateLaunchTemplate',
  { CreateLaunchTemplateRequest: { LaunchTemplateName: 'x' } },
  { CreateLaunchTemplateResponse: { launchTemplate: { launchTemplateId: LAUNCH_TEMPLATE } } },
);
const fleet = (config: object) =>
  call(
    'ec2',
    'CreateFleet',
    { CreateFleetRequest: { Type: 'maintain', ...config } },
    { CreateFleetResponse: { fleetId: 'fleet-12a34b55-67cd-8ef9-ba9b-9208dEXAMPLE' } },
  );
const replica = (source: string, resource: string) => `arn:aws:${source}:us-west-2:${ACCOUNT}:${resource}`;

/** After the calls of each list, one finding is not ABSENT. The first element is a part of its line. */
const UNPROVEN: Record<string, [line: string, events: TrailEvent[]]> = {
  'a volume that outlives its instance': [
    'volumes of i-0123456789abcdef0, with DeleteOnTermination=false',
    [
      call(
        'ec2',
        'RunInstances',
        { blockDeviceMapping: { items: [{ ebs: { deleteOnTermination: false } }] } },
        { instancesSet: { items: [{ instanceId: 'i-0123456789abcdef0' }] } },
      ),
      call('ec2', 'TerminateInstances', { instancesSet: { items: [{ instanceId: 'i-0123456789abcdef0' }] } }),
    ],
  ],
  'a stopped notebook': [
    'NotebookInstance',
    [
      call(
        'sagemaker',
        'CreateNotebookInstance',
        { notebookInstanceName: 'nb' },
        { notebookInstanceArn: arn('sagemaker', 'notebook-instance/nb') },
      ),
      call('sagemaker', 'StopNotebookInstance', { notebookInstanceName: 'nb' }),
    ],
  ],
  'a stopped fleet': [
    'appstream Fleet',
    [
      call('appstream', 'CreateFleet', { name: 'fl' }, { fleet: { arn: arn('appstream', 'fleet/fl'), name: 'fl' } }),
      call('appstream', 'StopFleet', { name: 'fl' }),
    ],
  ],
  'a stopped replication task': [
    'ReplicationTask',
    [
      call(
        'dms',
        'CreateReplicationTask',
        { replicationTaskIdentifier: 't' },
        { replicationTask: { replicationTaskArn: arn('dms', 'task:T1') } },
      ),
      call('dms', 'StopReplicationTask', { replicationTaskArn: arn('dms', 'task:T1') }),
    ],
  ],
  'a disabled user': [
    'cognito-idp User',
    [
      call('cognito-idp', 'AdminCreateUser', { userPoolId: 'p', username: 'u' }, { user: { username: 'u' } }),
      call('cognito-idp', 'AdminDisableUser', { userPoolId: 'p', username: 'u' }),
    ],
  ],
  'a cancelled export, with what it has written': [
    'ExportTask',
    [
      call('exports', 'StartExportTask', { bucket: 'b' }, { exportTaskId: 't' }),
      call('exports', 'CancelExportTask', { exportTaskId: 't' }),
    ],
  ],
  'a revoked certificate': [
    'Certificate',
    [
      call('qcerts', 'RequestCertificate', { domainName: 'd' }, { certificateArn: arn('qcerts', 'certificate/1') }),
      call('qcerts', 'RevokeCertificate', { certificateArn: arn('qcerts', 'certificate/1') }),
    ],
  ],
  'a fleet with a launch template of the run': [
    'ec2 Fleet',
    [
      template,
      fleet({ LaunchTemplateConfigs: { LaunchTemplateSpecification: { LaunchTemplateId: LAUNCH_TEMPLATE } } }),
    ],
  ],
  'a fleet alone': ['ec2 Fleet', [fleet({})]],
  'a Spot fleet in a subnet of the run': [
    'SpotFleet',
    [
      call('ec2', 'CreateSubnet', { vpcId: 'vpc-1' }, { subnet: { subnetId: SUBNET } }),
      call(
        'ec2',
        'RequestSpotFleet',
        { spotFleetRequestConfig: { launchSpecifications: [{ subnetId: SUBNET }] } },
        null,
      ),
    ],
  ],
  'what names something of the run at its top, and uses it': [
    'rds FutureCluster',
    [
      call('rds', 'CreateDBSubnetGroup', { dBSubnetGroupName: 'g' }, { dBSubnetGroupArn: arn('rds', 'subgrp:g') }),
      call('rds', 'CreateFutureCluster', { futureClusterName: 'c', dBSubnetGroupName: 'g' }),
    ],
  ],
  'a policy of somebody else’s role with the name of a user of the run': [
    'RolePolicy',
    [
      call('iam', 'CreateUser', { userName: 'x' }, { user: { arn: `arn:aws:iam::${ACCOUNT}:user/x`, userName: 'x' } }),
      call('iam', 'PutRolePolicy', { roleName: 'x', policyName: 'p' }),
    ],
  ],
  'a setting of a log group in another region, with the name of one of the run': [
    'RetentionPolicy',
    [
      call('logs', 'CreateLogGroup', { logGroupName: '/ecs/a' }),
      call('logs', 'PutRetentionPolicy', { logGroupName: '/ecs/a' }, null, { region: 'us-east-1' }),
    ],
  ],
  'a route of another region, whose table the own one does not have': [
    'ec2 Route',
    [call('ec2', 'CreateRoute', { routeTableId: 'rtb-0000000b' }, null, { region: 'us-east-1' })],
  ],
  'an activated gateway': [
    'storagegateway Gateway',
    [
      call(
        'storagegateway',
        'ActivateGateway',
        { gatewayName: 'g' },
        { gatewayARN: arn('storagegateway', 'gateway/1') },
      ),
    ],
  ],
  'a submitted job': [
    'batch Job',
    [call('batch', 'SubmitJob', { jobName: 'j', jobQueue: 'q' }, { jobArn: arn('batch', 'job/1'), jobId: '1' })],
  ],
  'added instances': [
    'InstanceGroups',
    [call('elasticmapreduce', 'AddInstanceGroups', { jobFlowId: 'j-1' }, { instanceGroupIds: ['ig-1'] })],
  ],
  'a transferred domain': ['Domain', [call('route53domains', 'TransferDomain', { domainName: 'x.com' }, null)]],
  'a claimed phone number': ['PhoneNumber', [call('connect', 'ClaimPhoneNumber', { phoneNumber: '1' }, null)]],
  'a session that computes': ['glue Session', [call('glue', 'CreateSession', { id: 's' }, { session: { id: 's' } })]],
  'a grant that is no key’s': [
    'license-manager Grant',
    [call('license-manager', 'CreateGrant', { grantName: 'g' }, { grantArn: arn('license-manager', 'grant:g') })],
  ],
  'one flow, when another with the name of its output is deleted': [
    'mediaconnect Flow',
    [
      call(
        'mediaconnect',
        'CreateFlow',
        { name: 'live', outputs: [{ name: 'backup' }] },
        { flow: { flowArn: arn('mediaconnect', 'flow:1:live'), name: 'live', outputs: [{ name: 'backup' }] } },
      ),
      call('mediaconnect', 'DeleteFlow', { flowArn: arn('mediaconnect', 'flow:2:backup') }),
    ],
  ],
  'one flow, when another of its name is deleted': [
    'mediaconnect Flow',
    [
      call('mediaconnect', 'CreateFlow', { name: 'live' }, { flow: { flowArn: arn('mediaconnect', 'flow:1:live') } }),
      call('mediaconnect', 'DeleteFlow', { flowArn: arn('mediaconnect', 'flow:2:live') }),
    ],
  ],
  'a thing without an ARN, when one with the name of a part of it is deleted': [
    'medialive Channel',
    [
      call('medialive', 'CreateChannel', { label: 'c', destinations: [{ id: 'backup' }] }),
      call('medialive', 'DeleteChannel', { channelId: 'backup' }, null, { role: undefined, session: 'ada' }),
    ],
  ],
};

test.each(Object.entries(UNPROVEN))('%s is not proven gone', async (_, [line, events]) => {
  const { findings } = await sweep({ events });
  const left = short(findings).filter((one) => !one.startsWith('ABSENT'));
  expect(left).toEqual([expect.stringMatching(new RegExp(`^UNKNOWN .*${line}`))]);
});

/** Each call creates a copy in another region. */
const REPLICAS: Record<string, [string, TrailEvent]> = {
  'a copy of a secret': [
    replica('secretsmanager', 'secret:s-AbCdEf'),
    call(
      'secretsmanager',
      'ReplicateSecretToRegions',
      { secretId: 's', addReplicaRegions: [{ region: 'us-west-2' }] },
      { aRN: arn('secretsmanager', 'secret:s-AbCdEf') },
    ),
  ],
  'a secret with a copy': [
    replica('secretsmanager', 'secret:s-AbCdEf'),
    call(
      'secretsmanager',
      'CreateSecret',
      { name: 's', addReplicaRegions: [{ region: 'us-west-2' }] },
      { aRN: arn('secretsmanager', 'secret:s-AbCdEf') },
    ),
  ],
  'a copy of a key': [
    replica('kms', 'key/mrk-1'),
    call(
      'kms',
      'ReplicateKey',
      { keyId: 'mrk-1', replicaRegion: 'us-west-2' },
      { replicaKeyMetadata: { arn: replica('kms', 'key/mrk-1') } },
    ),
  ],
  'a copy of a table': [
    replica('dynamodb', 'table/t'),
    call('dynamodb', 'UpdateTable', { tableName: 't', replicaUpdates: [{ create: { regionName: 'us-west-2' } }] }, {}),
  ],
};

test.each(Object.entries(REPLICAS))('%s is looked for in its own region', async (_, [copy, event]) => {
  const { findings } = await sweep({ events: [event], exists: [copy.split(/[:/]/).at(-1) ?? '', copy] });
  const left = findings.filter(({ status, arn }) => status !== 'ABSENT' && arn === copy);
  expect(left).toHaveLength(1);
});

test('a table of which a call removes a copy gets none', async () => {
  const events = [
    call('dynamodb', 'UpdateTable', { tableName: 't', replicaUpdates: [{ delete: { regionName: 'us-west-2' } }] }),
    call('dynamodb', 'UpdateTable', { tableName: 't', provisionedThroughput: { readCapacityUnits: 1 } }),
  ];
  expect((await sweep({ events })).findings).toEqual([]);
});

test('an instance that was stopped is named, and has its command', async () => {
  const id = 'i-0123456789abcdef0';
  const instances = { instancesSet: { items: [{ instanceId: id }] } };
  const events = [
    call('ec2', 'RunInstances', { imageId: 'ami-1' }, instances),
    call('ec2', 'StopInstances', instances),
  ];
  const { findings } = await sweep({ events, exists: [id], tags: {} });
  expect(findings).toMatchObject([{ id, status: 'PRESENT', proof: 'event' }]);
});

describe('a session of the environment’s own role', () => {
  const inventory = [{ type: 'aws_iam_role', name: 't', id: 't', arn: TASK_ROLE, service: 'iam' }] as InventoryItem[];
  const odd = call('sqs', 'CreateQueue', { queueName: 'odd' }, null, { role: TASK_ROLE, session: 'one' });
  const begin = (name: string, request: object, response: object | null = null, failed = false) =>
    call('sts', name, { roleArn: TASK_ROLE, ...request }, response, {
      ...{ role: 'WebIdentityUser', session: undefined, readOnly: true, failed },
    });
  const own = [call('logs', 'CreateLogStream', {}), odd];

  test.each([
    ['AssumeRole', { roleSessionName: 'one' }, null],
    ['AssumeRoleWithWebIdentity', { roleSessionName: 'one' }, null],
    ['AssumeRoleWithSAML', { roleSessionName: 'one' }, null],
    [
      'AssumeRoleForPodIdentity',
      {},
      { assumedRoleUser: { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${PREFIX}-api-task/one` } },
    ],
  ])('that began by %s is read', async (name, request, response) => {
    const { findings } = await sweep({ events: [...own, begin(name, request, response)], inventory, exists: ['odd'] });
    expect(short(findings)).toEqual(['PRESENT sqs queue odd']);
  });

  test('whose name the history lacks is unknown', async () => {
    const { findings } = await sweep({ events: [...own, begin('AssumeRole', {})], inventory });
    expect(findings).toMatchObject([{ type: '*', status: 'UNKNOWN' }]);
  });

  test('that was refused began nothing', async () => {
    const { findings } = await sweep({ events: [...own, begin('AssumeRole', {}, null, true)], inventory });
    expect(findings).toEqual([]);
  });
});

describe('a call of the session whose record lacks', () => {
  test.each([
    ['the role', { role: undefined }],
    ['the session', { session: undefined }],
    ['both', { role: undefined, session: undefined }],
  ])('%s is unknown', async (_, changes) => {
    const { findings } = await sweep({
      events: [call('logs', 'CreateLogStream', {}), call('sqs', 'CreateQueue', { queueName: 'odd' }, null, changes)],
      exists: ['odd'],
    });
    expect(findings).toMatchObject([{ type: '*', status: 'UNKNOWN', reason: expect.stringContaining('CreateQueue') }]);
  });

  test('nothing, but is a user’s, is nobody’s of the environment', async () => {
    const user = { role: `arn:aws:iam::${ACCOUNT}:user/ada` };
    const { findings } = await sweep({
      events: [call('logs', 'CreateLogStream', {}), call('sqs', 'CreateQueue', { queueName: 'odd' }, null, user)],
      exists: ['odd'],
    });
    expect(findings).toEqual([]);
  });
});
