import { CreateNetworkInterfaceCommand, CreateSubnetCommand, CreateVpcCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DeleteClusterCommand,
  DeleteServiceCommand,
  DeregisterTaskDefinitionCommand,
  ECSClient,
} from '@aws-sdk/client-ecs';
import { CreateKeyCommand, KMSClient, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import {
  CreateDBClusterCommand,
  DeleteDBClusterAutomatedBackupCommand,
  DeleteDBClusterCommand,
  DescribeDBClusterAutomatedBackupsCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { CreateSecretCommand, DeleteSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, test } from 'vitest';
import { useLab } from '../../../lab/test/support/use-lab.ts';
import { removalScope } from '../../../lambdas/aws/sweep-ports.ts';
import { loadSweeper } from '../../../lambdas/aws/sweepers.ts';
import { taggedArns } from '../../../lambdas/aws/tagged-resources.ts';
import { readTags } from '../../../lambdas/aws/tags.ts';
import type { Finding } from '../../../lambdas/contracts/contracts.ts';
import { environmentNames } from '../../../lambdas/contracts/naming.ts';
import type { InventoryItem } from '../../../lambdas/contracts/payloads/inventory.ts';
import { SWEEP_SERVICES, type SweepService } from '../../../lambdas/contracts/sweep-request.ts';
import { isOwnedName } from '../../../lambdas/sweep/owned-names.ts';
import { removalOf } from '../../../lambdas/sweep/removal-commands.ts';
import { sweepService } from '../../../lambdas/sweep/sweep-service.ts';
import { ACCOUNT, aRecord, aRequest, NO_NEIGHBOURS, PATTERN } from '../../unit/lambdas/support/fixtures.ts';
import { PLANTS } from './planted.ts';

const lab = useLab();
const PROJECT = 'order-platform';

function sweep(environment: string, service: SweepService, inventory: InventoryItem[] = [], vpc_id?: string) {
  const names = environmentNames(PATTERN, environment, ACCOUNT);
  const { run } = aRequest();
  const record = vpc_id ? { record: aRecord({ environment, run, outputs: { vpc_id } }) } : {};
  const request = aRequest({ machine: 'sweep', environment, names, ...record });
  return sweepService(
    { request, service, pass: 1 },
    {
      sweeper: loadSweeper,
      inventory: async () => inventory,
      ...taggedArns({ environment, project: PROJECT }, 'eu-west-1'),
      project: PROJECT,
      owns: (name) => isOwnedName(names.prefix, name),
      tags: (of, one) => readTags(of, one, removalScope(request)),
      claims: NO_NEIGHBOURS.claims,
    },
  );
}

const inWords = ({ type, status, reason }: Finding) =>
  status === 'UNKNOWN' ? `${type} UNKNOWN: ${reason}` : `${type} ${status}`;

const statusesOf = async (environment: string, service: SweepService, inventory?: InventoryItem[]) =>
  (await sweep(environment, service, inventory)).findings.map(({ type, status }) => `${type} ${status}`).sort();

/** The map has what is planted for each service, in the sweep's words. */
const PLANTED: Record<SweepService, string[]> = {
  ecs: ['cluster PRESENT', 'service PRESENT', 'task PRESENT', 'task-definition PRESENT'],
  rds: [
    'automated-backup PRESENT',
    'cluster-automated-backup PRESENT',
    'db-cluster PRESENT',
    'db-cluster-snapshot PRESENT',
    'db-cluster-snapshot PRESENT',
    'db-instance PRESENT',
    'db-snapshot PRESENT',
    'db-snapshot PRESENT',
    'parameter-group PRESENT',
    'subnet-group PRESENT',
  ],
  sqs: ['queue PRESENT'],
  elbv2: ['load-balancer PRESENT', 'target-group PRESENT'],
  ecr: ['repository PRESENT'],
  logs: ['log-group PRESENT', 'log-group PRESENT'],
  ec2: [
    'elastic-ip PRESENT',
    'instance PRESENT',
    'internet-gateway PRESENT',
    'nat-gateway PRESENT',
    'network-interface PRESENT',
    'network-interface PRESENT',
    'network-interface PRESENT',
    'route-table PRESENT',
    'security-group PRESENT',
    'snapshot PRESENT',
    'subnet PRESENT',
    'volume PRESENT',
    'vpc PRESENT',
    'vpc-endpoint PRESENT',
  ],
  iam: ['instance-profile PRESENT', 'policy PRESENT', 'role PRESENT'],
  secretsmanager: ['secret PRESENT', 'secret PRESENT'],
  sns: ['topic PRESENT'],
  cloudwatch: ['alarm PRESENT', 'alarm PRESENT', 'dashboard PRESENT'],
  events: ['rule PRESENT'],
  'application-autoscaling': ['scalable-target PRESENT'],
  s3: ['bucket PRESENT'],
  dynamodb: ['table PRESENT'],
  kms: ['alias PRESENT'],
  cloudcontrol: ['AWS::SSM::Parameter PRESENT'],
  tagging: [],
};

beforeAll(async () => {
  for (const plant of Object.values(PLANTS)) {
    await plant(lab.context.client, 'order-platform-dev-v3');
    await plant(lab.context.client, 'order-platform-dev-v31');
    await plant(lab.context.client, 'order-platform-dev2-v3');
  }
});

describe('a sweep finds what has nothing but a name, and leaves the neighbours alone', () => {
  test.each(SWEEP_SERVICES)('%s', async (service) => {
    const result = await sweep('dev', service);
    expect(result.findings.map(inWords).sort()).toEqual(PLANTED[service]);
    expect(JSON.stringify(result)).not.toMatch(/dev-v31|dev2/);
    for (const one of result.findings) {
      expect(removalOf(one, { region: 'eu-west-1', accountId: ACCOUNT })?.command, one.type).toMatch(/^aws \S+ \S/);
    }
  });
});

describe('a sweep of an environment that never was finds nothing', () => {
  test.each(SWEEP_SERVICES)('%s', async (service) => {
    const statuses = await statusesOf('nobody', service);
    // The names of the backend are known, so the sweep finds it by name.
    expect(statuses).toEqual(service === 's3' ? ['bucket ABSENT'] : service === 'dynamodb' ? ['table ABSENT'] : []);
  });
});

describe('what is gone but still known', () => {
  test('an inactive cluster and task definition', async () => {
    await PLANTS.ecs(lab.context.client, 'order-platform-gone-v3');
    const ecs = new ECSClient(lab.context.client);
    const cluster = 'order-platform-gone-v3-cluster';
    await ecs.send(new DeleteServiceCommand({ cluster, service: 'order-platform-gone-v3-api-svc', force: true }));
    await ecs.send(new DeleteClusterCommand({ cluster }));
    await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'order-platform-gone-v3-api:1' }));
    const item = (type: string, arn: string): InventoryItem => ({ type, name: 'x', id: arn, arn, service: 'ecs' });
    const arn = `arn:aws:ecs:eu-west-1:${ACCOUNT}`;
    const inventory = [
      item('aws_ecs_cluster', `${arn}:cluster/order-platform-gone-v3-cluster`),
      item('aws_ecs_task_definition', `${arn}:task-definition/order-platform-gone-v3-api:1`),
      item('aws_ecs_service', `${arn}:service/order-platform-gone-v3-cluster/order-platform-gone-v3-api-svc`),
    ];
    expect(await statusesOf('gone', 'ecs', inventory)).toEqual([
      'cluster ABSENT',
      'service ABSENT',
      'task-definition ABSENT',
    ]);
  });

  test('a secret whose deletion is pending', async () => {
    const secrets = new SecretsManagerClient(lab.context.client);
    await secrets.send(new CreateSecretCommand({ Name: 'order-platform-gone-v3-token', SecretString: 'x' }));
    const { ARN = '' } = await secrets.send(new DeleteSecretCommand({ SecretId: 'order-platform-gone-v3-token' }));
    const type = 'aws_secretsmanager_secret';
    const inventory = [{ type, name: 's', id: ARN, arn: ARN, service: 'secretsmanager' }];
    expect(await statusesOf('gone', 'secretsmanager', inventory)).toEqual(['secret ABSENT']);
  });

  test.each([
    ['that are retained', false],
    ['that go with it', true],
  ])('an Aurora cluster, but for its automated backups, %s', async (_, DeleteAutomatedBackups) => {
    const rds = new RDSClient(lab.context.client);
    const DBClusterIdentifier = 'order-platform-aurora-v3-data';
    const { DBCluster } = await rds.send(
      new CreateDBClusterCommand({
        ...{ DBClusterIdentifier, Engine: 'aurora-postgresql' },
        ...{ MasterUsername: 'planted', MasterUserPassword: 'planted-password' },
      }),
    );
    const DbClusterResourceId = DBCluster?.DbClusterResourceId;
    const item = { type: 'aws_rds_cluster', name: 'data', id: DBClusterIdentifier, service: 'rds' };
    await rds.send(
      new DeleteDBClusterCommand({ DBClusterIdentifier, SkipFinalSnapshot: true, DeleteAutomatedBackups }),
    );
    const statuses = async () =>
      (await sweep('aurora', 'rds', [item])).findings.map(({ type, status, proof }) => `${type} ${status} ${proof}`);
    const gone = ['db-cluster ABSENT undefined'];
    if (!DeleteAutomatedBackups) {
      expect(await statuses()).toEqual(expect.arrayContaining([...gone, 'cluster-automated-backup PRESENT name']));
      const { DBClusterAutomatedBackups: all = [] } = await rds.send(new DescribeDBClusterAutomatedBackupsCommand({}));
      expect(all.find((one) => one.DbClusterResourceId === DbClusterResourceId)).toMatchObject({ Status: 'retained' });
      await rds.send(new DeleteDBClusterAutomatedBackupCommand({ DbClusterResourceId }));
    }
    expect(await statuses()).toEqual(gone);
  });

  test('a key whose deletion is pending', async () => {
    const kms = new KMSClient(lab.context.client);
    const { KeyMetadata: key } = await kms.send(new CreateKeyCommand({}));
    const inventory = [{ type: 'aws_kms_key', name: 'k', id: key?.KeyId ?? '', arn: key?.Arn, service: 'kms' }];
    expect(await statusesOf('gone', 'kms', inventory)).toEqual(['key PRESENT']);
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId: key?.KeyId, PendingWindowInDays: 7 }));
    expect(await statusesOf('gone', 'kms', inventory)).toEqual(['key ABSENT']);
  });

  test.each<[SweepService, string, string, string]>([
    ['rds', 'aws_db_instance', `arn:aws:rds:eu-west-1:${ACCOUNT}:db:x`, 'db-instance'],
    ['rds', 'aws_db_subnet_group', `arn:aws:rds:eu-west-1:${ACCOUNT}:subgrp:x`, 'subnet-group'],
    ['rds', 'aws_db_snapshot', `arn:aws:rds:eu-west-1:${ACCOUNT}:snapshot:x`, 'db-snapshot'],
    ['rds', 'aws_rds_cluster', `arn:aws:rds:eu-west-1:${ACCOUNT}:cluster:x`, 'db-cluster'],
    ['kms', 'aws_kms_key', `arn:aws:kms:eu-west-1:${ACCOUNT}:key/x`, 'key'],
    ['kms', 'aws_kms_alias', `arn:aws:kms:eu-west-1:${ACCOUNT}:alias/x`, 'alias'],
    ['iam', 'aws_iam_instance_profile', `arn:aws:iam::${ACCOUNT}:instance-profile/x`, 'instance-profile'],
    ['sqs', 'aws_sqs_queue', `arn:aws:sqs:eu-west-1:${ACCOUNT}:x`, 'queue'],
    [
      'elbv2',
      'aws_lb',
      `arn:aws:elasticloadbalancing:eu-west-1:${ACCOUNT}:loadbalancer/app/x/1234567890123456`,
      'load-balancer',
    ],
    [
      'elbv2',
      'aws_lb_target_group',
      `arn:aws:elasticloadbalancing:eu-west-1:${ACCOUNT}:targetgroup/x/1234567890123456`,
      'target-group',
    ],
    ['ecr', 'aws_ecr_repository', `arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/x`, 'repository'],
    ['iam', 'aws_iam_role', `arn:aws:iam::${ACCOUNT}:role/x`, 'role'],
    ['iam', 'aws_iam_policy', `arn:aws:iam::${ACCOUNT}:policy/x`, 'policy'],
    ['sns', 'aws_sns_topic', `arn:aws:sns:eu-west-1:${ACCOUNT}:x`, 'topic'],
    ['cloudwatch', 'aws_cloudwatch_metric_alarm', `arn:aws:cloudwatch:eu-west-1:${ACCOUNT}:alarm:x`, 'alarm'],
    ['cloudwatch', 'aws_cloudwatch_dashboard', `arn:aws:cloudwatch::${ACCOUNT}:dashboard/x`, 'dashboard'],
    ['events', 'aws_cloudwatch_event_rule', `arn:aws:events:eu-west-1:${ACCOUNT}:rule/x`, 'rule'],
  ])('%s: %s', async (service, type, arn, name) => {
    expect(await statusesOf('nobody', service, [{ type, name: 'x', id: arn, arn, service }])).toEqual([
      `${name} ABSENT`,
    ]);
  });

  test.each(['vpc-', 'subnet-', 'sg-', 'igw-', 'rtb-', 'nat-', 'eipalloc-', 'eni-', 'vpce-', 'i-', 'vol-', 'snap-'])(
    'ec2: %s…',
    async (kind) => {
      const inventory = [{ type: 'aws_x', name: 'x', id: `${kind}0123456789abcdef0`, service: 'ec2' }];
      const [status] = await statusesOf('nobody', 'ec2', inventory);
      expect(status).toMatch(/ABSENT$/);
    },
  );
});

test('a tag finds what has another name', async () => {
  const tags = { environment: 'tagged', project: PROJECT };
  await new SQSClient(lab.context.client).send(new CreateQueueCommand({ QueueName: 'odd-name', tags }));
  expect(await statusesOf('tagged', 'sqs')).toEqual(['queue PRESENT']);
  expect(await statusesOf('tagged', 'sns')).toEqual([]);
});

test('what lies in a VPC of others is nobody’s, once the environment’s state says that the VPC is', async () => {
  const ec2 = new EC2Client(lab.context.client);
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.77.0.0/16' }));
  const VpcId = Vpc?.VpcId ?? '';
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: '10.77.1.0/24' }));
  await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: Subnet?.SubnetId, Description: 'theirs' }));
  const found = async (inventory: InventoryItem[]) =>
    (await sweep('sharing', 'ec2', inventory, VpcId)).findings.map(({ type, status }) => `${type} ${status}`);
  expect(await found([])).toEqual(expect.arrayContaining(['subnet UNKNOWN', 'network-interface UNKNOWN']));
  const gone = { type: 'aws_security_group', name: 'api', id: 'sg-0123456789abcdef0', service: 'ec2' };
  expect(await found([gone])).toEqual(['security-group ABSENT']);
});
