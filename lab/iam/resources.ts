import type { AwsRequest } from '../service.ts';
import type { Access, Place } from './access.ts';

type Needed = Omit<Access, 'action'> & { action?: string };

/**
 * What the operation is about, by service.
 * @returns undefined for operations that are not known here; those without any resource are known elsewhere
 */
type Resources = (operation: string, request: AwsRequest, place: Place) => Needed[] | undefined;

const ANY: Needed[] = [{ resources: ['*'] }];

/** As its users do, ECS is told names or ARNs. */
const ecs: Resources = (operation, { params }, place) => {
  const arn = arnOf('ecs', place);
  const cluster = lastOf(text(params.cluster) ?? 'default');
  const context = { 'ecs:cluster': arn(`cluster/${cluster}`) };
  const inCluster = (kind: string, names: readonly string[]): Needed[] => [
    { resources: names.map((name) => arn(`${kind}/${cluster}/${lastOf(name)}`)), context },
  ];
  switch (operation) {
    case 'DescribeClusters':
      return [{ resources: texts(params.clusters).map((name) => arn(`cluster/${lastOf(name)}`)) }];
    case 'DescribeServices':
      return inCluster('service', texts(params.services));
    case 'DescribeTasks':
      return inCluster('task', texts(params.tasks));
    case 'UpdateService':
      return inCluster('service', texts([params.service]));
    case 'ListServices':
    case 'ListTasks':
      return [{ resources: ['*'], context }];
    default:
      return undefined;
  }
};

const logs: Resources = (operation, { params }, place) => {
  const group = text(params.logGroupName);
  if (operation === 'DescribeLogGroups') return [{ resources: [arnOf('logs', place)('log-group:*')] }];
  return group ? [{ resources: [arnOf('logs', place)(`log-group:${group}:log-stream:*`)] }] : undefined;
};

const sqs: Resources = (_operation, { params }, place) => {
  const name = text(params.QueueName) ?? (text(params.QueueUrl) && lastOf(text(params.QueueUrl) ?? ''));
  return name ? [{ resources: [arnOf('sqs', place)(name)] }] : undefined;
};

const states: Resources = (_operation, { params }) => {
  const arn = text(params.stateMachineArn) ?? text(params.executionArn);
  return arn ? [{ resources: [arn] }] : undefined;
};

const codebuild: Resources = (operation, { params }, place) => {
  const ids = texts(params.ids ?? [params.id ?? params.projectName]);
  const projects = [...new Set(ids.map((id) => id.split(':')[0] ?? ''))];
  return projects.length > 0 && operation !== 'BatchGetProjects'
    ? [{ resources: projects.map((name) => arnOf('codebuild', place)(`project/${name}`)) }]
    : undefined;
};

const lambda: Resources = (_operation, { url }, place) => {
  const name = decodeURIComponent(url.pathname.split('/')[3] ?? '');
  return [{ resources: [name.startsWith('arn:') ? name : arnOf('lambda', place)(`function:${name}`)] }];
};

const scheduler: Resources = (operation, { url, params }, place) => {
  const name = decodeURIComponent(url.pathname.split('/').at(-1) ?? '');
  const group = url.searchParams.get('groupName') ?? text(params.GroupName) ?? 'default';
  const needed: Needed[] = [{ resources: [arnOf('scheduler', place)(`schedule/${group}/${name}`)] }];
  const role = text((params.Target as { RoleArn?: unknown } | undefined)?.RoleArn);
  if (!role || !/^(Create|Update)/.test(operation)) return needed;
  const context = { 'iam:PassedToService': 'scheduler.amazonaws.com' };
  return [...needed, { action: 'iam:PassRole', resources: [role], context }];
};

const rds: Resources = (operation, { params }, place) => {
  const kinds: Record<string, [string, string]> = {
    DescribeDBInstances: ['db', 'DBInstanceIdentifier'],
    DescribeDBClusters: ['cluster', 'DBClusterIdentifier'],
    DescribeDBSnapshots: ['snapshot', 'DBSnapshotIdentifier'],
    DescribeDBClusterSnapshots: ['cluster-snapshot', 'DBClusterSnapshotIdentifier'],
    DescribeDBSubnetGroups: ['subgrp', 'DBSubnetGroupName'],
    DescribeDBParameterGroups: ['pg', 'DBParameterGroupName'],
    DescribeDBInstanceAutomatedBackups: ['auto-backup', 'DBInstanceAutomatedBackupsArn'],
  };
  const [kind, key] = kinds[operation] ?? [];
  if (!kind || !key) return undefined;
  const name = text(params[key]) ?? '*';
  return [{ resources: [name.startsWith('arn:') ? name : arnOf('rds', place)(`${kind}:${name}`)] }];
};

export const RESOURCES: Readonly<Record<string, Resources>> = {
  ecs,
  logs,
  sqs,
  states,
  codebuild,
  lambda,
  scheduler,
  rds,
  sts: () => ANY,
  dynamodb: named('dynamodb', 'table/', 'TableName'),
  ecr: (operation, request, place) =>
    texts(request.params.repositoryNames).length > 0
      ? [{ resources: texts(request.params.repositoryNames).map((name) => arnOf('ecr', place)(`repository/${name}`)) }]
      : named('ecr', 'repository/', 'repositoryName', /^DescribeRepositories$/)(operation, request, place),
  sns: (_operation, { params }) => {
    const arn = text(params.TopicArn);
    return arn ? [{ resources: [arn] }] : undefined;
  },
  events: named('events', 'rule/', 'Name'),
  kms: named('kms', 'key/', 'KeyId'),
  secretsmanager: named('secretsmanager', 'secret:', 'SecretId'),
  cloudwatch: (operation, { params }, place) =>
    operation === 'GetDashboard'
      ? [{ resources: [`arn:aws:cloudwatch::${place.accountId}:dashboard/${text(params.DashboardName) ?? '*'}`] }]
      : named('cloudwatch', 'alarm:', 'AlarmName', /^DescribeAlarms$/)(operation, { params }, place),
  'application-autoscaling': named('application-autoscaling', 'scalable-target/', 'ScalableTargetId', /^Describe/),
  iam: (_operation, { params }, { accountId }) => {
    const arn = (path: string) => [{ resources: [`arn:aws:iam::${accountId}:${path}`] }];
    const policy = text(params.PolicyArn);
    const [role, profile] = [text(params.RoleName), text(params.InstanceProfileName)];
    if (role) return arn(`role/${role}`);
    if (profile) return arn(`instance-profile/${profile}`);
    return policy ? [{ resources: [policy] }] : undefined;
  },
};

/** @param all operations that, without a name, are about everything of the kind */
function named(
  service: string,
  kind: string,
  key: string,
  all = /^$/,
): (operation: string, request: Pick<AwsRequest, 'params'>, place: Place) => Needed[] | undefined {
  return (operation, { params }, place) => {
    const name = text(params[key]) ?? (all.test(operation) ? '*' : undefined);
    if (!name) return undefined;
    return [{ resources: [name.startsWith('arn:') ? name : arnOf(service, place)(`${kind}${name}`)] }];
  };
}

function arnOf(service: string, { region, accountId }: Place): (resource: string) => string {
  return (resource) => `arn:aws:${service}:${region}:${accountId}:${resource}`;
}

const lastOf = (path: string): string => path.split('/').at(-1) ?? path;

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.flatMap((one) => text(one) ?? []) : []);
