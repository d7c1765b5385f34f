import type { ResolvedResource, ResolvedTargets } from '../../../lambdas/contracts/resolved-targets.ts';
import { lookupKey, resourceTargets } from '../../../lambdas/contracts/resource-checks.ts';
import { ACCOUNT, outputs, PREFIX } from '../../unit/lambdas/support/fixtures.ts';
import { BUILD_SUBJECT, BUILD_WORLD } from './builds.ts';
import type { Play } from './endpoint.ts';
import { type Broken, NOT_FOUND, type Operations, platform, service } from './platform.ts';

/** One resource of each kind that a configuration can list, as its service describes it, and the worlds in which it is broken. */

const machine = `arn:aws:states:eu-west-1:${ACCOUNT}:stateMachine:${PREFIX}-flow`;
const name = (what: string) => `${PREFIX}-${what}`;
const QUEUE = `/${ACCOUNT}/${PREFIX}-work`;

const metrics = [{ name: 'CPUUtilization', atMost: 80 }];
interface OneResource {
  target: object;
  id: string;
  /** Of what else the record says of it. */
  more?: Partial<ResolvedResource>;
}
const SUBJECTS = {
  alarms: { target: { kind: 'alarms' }, id: name('high') },
  lambda: { target: { kind: 'lambda', errors: { atMostPercent: 0 } }, id: name('api') },
  invoke: { target: { kind: 'lambda', invoke: { json: [{ path: 'n', equals: 2 }] } }, id: name('api') },
  ecs: { target: { kind: 'ecs' }, id: outputs.api_service_name, more: { cluster: name('cluster') } },
  indexes: { target: { kind: 'dynamodb' }, id: name('register'), more: { indexes: ['by-owner'] } },
  cluster: { target: { kind: 'rds' }, id: name('db'), more: { type: 'aws_rds_cluster' } },
  sqs: { target: { kind: 'sqs' }, id: QUEUE },
  dynamodb: { target: { kind: 'dynamodb', pointInTimeRecovery: true }, id: name('register') },
  rds: { target: { kind: 'rds' }, id: name('db') },
  metrics: { target: { kind: 'rds', metrics }, id: name('db') },
  'step-functions': { target: { kind: 'step-functions', atLeast: 1 }, id: machine },
  'eventbridge-rule': { target: { kind: 'eventbridge-rule' }, id: name('nightly') },
} satisfies Record<string, OneResource>;
type Subject = keyof typeof SUBJECTS;

export const RESOURCE_SUBJECTS = Object.keys(SUBJECTS).map((one) => `resources ${one}`);

/** What the function and the record have of a subject; undefined for a check of the order platform. */
export function resourcesOf(subject: string): { targets: string; resolved: ResolvedTargets } | undefined {
  const found: OneResource | undefined = SUBJECTS[subject.replace(/^resources /, '') as Subject];
  if (!found) return undefined;
  const targets = resourceTargets.parse([found.target]);
  const resolved = Object.fromEntries(
    targets.map((one) => [lookupKey(one), [{ address: 'x.x', type: 'x', id: hereIs(found.id), ...found.more }]]),
  );
  return { targets: JSON.stringify(targets), resolved };
}

/** A queue's URL is where the SDK sends its calls. */
const hereIs = (id: string) => (id === QUEUE ? `${process.env.AWS_ENDPOINT_URL}${id}` : id);

const alarm = (StateValue: string) => () => ({
  MetricAlarms: [{ AlarmName: name('high'), StateValue }],
  CompositeAlarms: [],
});
/** @param value of each metric */
const data = (value: (metric: string) => number) => (params: Record<string, unknown>) => {
  const [query] = params.MetricDataQueries as { Id: string; MetricStat: { Metric: { MetricName: string } } }[];
  const Values = [value(query?.MetricStat.Metric.MetricName ?? '')];
  // By the clock of whoever asks, which is ahead of time when it has slept.
  const Timestamps = [Math.floor(Number(params.EndTime)) - 60];
  return { MetricDataResults: [{ Id: query?.Id, StatusCode: 'Complete', Timestamps, Values }] };
};
const lambda =
  (more: object = {}) =>
  () => ({
    ...{ FunctionName: name('api'), State: 'Active', LastUpdateStatus: 'Successful', LastModified: '2026-01-01' },
    ...more,
  });
const table =
  (TableStatus: string, GlobalSecondaryIndexes = [index('ACTIVE')]) =>
  () => ({ Table: { TableName: name('register'), TableStatus, GlobalSecondaryIndexes } });
const index = (IndexStatus: string) => ({ IndexName: 'by-owner', IndexStatus });
const recovery = (PointInTimeRecoveryStatus: string) => () => ({
  ContinuousBackupsDescription: {
    ContinuousBackupsStatus: 'ENABLED',
    PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus },
  },
});
const database = (status: string) => () =>
  `<DBInstances><DBInstance><DBInstanceIdentifier>${name('db')}</DBInstanceIdentifier><DBInstanceStatus>${status}</DBInstanceStatus></DBInstance></DBInstances>`;
const cluster = (status: string, writes = true) => {
  const member = `<DBClusterMember><DBInstanceIdentifier>${name('db')}</DBInstanceIdentifier><IsClusterWriter>${writes}</IsClusterWriter></DBClusterMember>`;
  return () =>
    `<DBClusters><DBCluster><DBClusterIdentifier>${name('db')}</DBClusterIdentifier><Status>${status}</Status><DBClusterMembers>${member}</DBClusterMembers></DBCluster></DBClusters>`;
};
const queued = (visible: number) => () => ({
  Attributes: {
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: '0',
    ApproximateNumberOfMessagesDelayed: '0',
  },
});
const executions =
  (...states: string[]) =>
  (_: unknown, startDate = 1) => ({
    executions: states.map((status, n) => ({
      executionArn: `e${n}`,
      name: `e${n}`,
      stateMachineArn: machine,
      status,
      startDate,
    })),
  });
const rule = (State: string) => () => ({ Name: name('nightly'), Arn: 'arn:rule', State });

const concurrency = `lambda GET /2019-09-30/functions/${name('api')}/concurrency`;
const configuration = `lambda GET /2015-03-31/functions/${name('api')}/configuration`;

const invocation = `lambda POST /2015-03-31/functions/${name('api')}/invocations`;

const RESOURCE_WORLD: Operations = {
  'monitoring DescribeAlarms': alarm('OK'),
  'monitoring GetMetricData': data((metric) => (metric === 'Errors' ? 0 : 10)),
  [configuration]: lambda(),
  [concurrency]: () => ({ ReservedConcurrentExecutions: 1 }),
  [invocation]: () => ({ n: 2 }),
  'dynamodb DescribeTable': table('ACTIVE'),
  'dynamodb DescribeContinuousBackups': recovery('ENABLED'),
  'rds DescribeDBInstances': database('available'),
  'rds DescribeDBClusters': cluster('available'),
  'sqs GetQueueAttributes': queued(0),
  'states DescribeStateMachine': () => ({
    stateMachineArn: machine,
    name: 'x',
    status: 'ACTIVE',
    type: 'STANDARD',
    creationDate: 1,
  }),
  'states ListExecutions': executions('SUCCEEDED'),
  'events DescribeRule': rule('ENABLED'),
  'events ListTargetsByRule': () => ({ Targets: [{ Id: 't', Arn: 'arn:target' }] }),
};

/** The world of a subject: that of a check of the order platform, of a resource, or of a build. */
export function worldOf(subject: string, changes: Operations = {}): Play {
  if (subject === BUILD_SUBJECT) return platform({ ...BUILD_WORLD, ...changes });
  return platform(resourcesOf(subject) ? { ...RESOURCE_WORLD, ...changes } : changes);
}

const BROKEN: Record<Subject, readonly Broken[]> = {
  alarms: [
    { name: 'alarm', changes: { 'monitoring DescribeAlarms': alarm('ALARM') } },
    { name: 'no alarm', changes: { 'monitoring DescribeAlarms': () => ({ MetricAlarms: [], CompositeAlarms: [] }) } },
  ],
  lambda: [
    { name: 'failed', changes: { [configuration]: lambda({ State: 'Failed' }) } },
    { name: 'deactivated', changes: { [concurrency]: () => ({ ReservedConcurrentExecutions: 0 }) } },
    { name: 'update failed', changes: { [configuration]: lambda({ LastUpdateStatus: 'Failed' }) } },
    { name: 'errors', changes: { 'monitoring GetMetricData': data((metric) => (metric === 'Errors' ? 5 : 10)) } },
  ],
  invoke: [
    { name: 'another answer', changes: { [invocation]: () => ({ n: 3 }) } },
    { name: 'an error', changes: { [invocation]: () => ({ errorType: 'Error', errorMessage: 'no table' }) } },
  ],
  ecs: [
    {
      name: 'too few',
      changes: {
        'ecs DescribeServices': () => ({
          services: [service(outputs.api_service_name, { desiredCount: 2 })],
          failures: [],
        }),
      },
    },
  ],
  indexes: [
    { name: 'no index', changes: { 'dynamodb DescribeTable': table('ACTIVE', []) } },
    { name: 'index is built', changes: { 'dynamodb DescribeTable': table('ACTIVE', [index('CREATING')]) } },
  ],
  cluster: [
    { name: 'stopped', changes: { 'rds DescribeDBClusters': cluster('stopped') } },
    { name: 'its writer stopped', changes: { 'rds DescribeDBInstances': database('stopped') } },
    { name: 'no writer', changes: { 'rds DescribeDBClusters': cluster('available', false) } },
    { name: 'no cluster', changes: { 'rds DescribeDBClusters': NOT_FOUND('DBClusterNotFoundFault') } },
  ],
  sqs: [
    { name: 'backlog', changes: { 'sqs GetQueueAttributes': queued(7) } },
    { name: 'no queue', changes: { 'sqs GetQueueAttributes': NOT_FOUND('QueueDoesNotExist') } },
  ],
  dynamodb: [
    { name: 'archived', changes: { 'dynamodb DescribeTable': table('ARCHIVED') } },
    { name: 'no table', changes: { 'dynamodb DescribeTable': NOT_FOUND('ResourceNotFoundException') } },
    { name: 'no recovery', changes: { 'dynamodb DescribeContinuousBackups': recovery('DISABLED') } },
  ],
  rds: [{ name: 'stopped', changes: { 'rds DescribeDBInstances': database('stopped') } }],
  metrics: [
    { name: 'busy', changes: { 'monitoring GetMetricData': data(() => 95) } },
    {
      name: 'silent',
      changes: {
        'monitoring GetMetricData': () => ({
          MetricDataResults: [{ Id: 'asked', StatusCode: 'Complete', Timestamps: [], Values: [] }],
        }),
      },
    },
  ],
  'step-functions': [
    { name: 'failed', changes: { 'states ListExecutions': executions('FAILED', 'SUCCEEDED') } },
    {
      name: 'ran under an earlier machine',
      changes: { 'states ListExecutions': (params) => executions('SUCCEEDED')(params, 0) },
    },
    { name: 'never ran', changes: { 'states ListExecutions': executions() } },
    { name: 'no machine', changes: { 'states DescribeStateMachine': NOT_FOUND('StateMachineDoesNotExist') } },
  ],
  'eventbridge-rule': [
    { name: 'off', changes: { 'events DescribeRule': rule('DISABLED') } },
    { name: 'no targets', changes: { 'events ListTargetsByRule': () => ({ Targets: [] }) } },
  ],
};

export const RESOURCE_BROKEN: Record<string, readonly Broken[]> = Object.fromEntries(
  Object.entries(BROKEN).map(([subject, worlds]) => [`resources ${subject}`, worlds]),
);
