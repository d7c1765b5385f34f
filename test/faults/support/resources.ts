import type { ResolvedTargets } from '../../../lambdas/contracts/resolved-targets.ts';
import { lookupKey, resourceTargets } from '../../../lambdas/contracts/resource-checks.ts';
import { ACCOUNT, PREFIX } from '../../unit/lambdas/support/fixtures.ts';
import type { Play } from './endpoint.ts';
import { type Broken, NOT_FOUND, type Operations, platform } from './platform.ts';

/** One resource of each kind that a configuration can list, as its service describes it, and the worlds in which it is broken. */

const machine = `arn:aws:states:eu-west-1:${ACCOUNT}:stateMachine:${PREFIX}-flow`;
const name = (what: string) => `${PREFIX}-${what}`;

const metrics = [{ name: 'CPUUtilization', atMost: 80 }];
const SUBJECTS = {
  alarms: { target: { kind: 'alarms' }, id: name('high') },
  lambda: { target: { kind: 'lambda', errors: { atMostPercent: 0 } }, id: name('api') },
  dynamodb: { target: { kind: 'dynamodb', pointInTimeRecovery: true }, id: name('register') },
  rds: { target: { kind: 'rds' }, id: name('db') },
  metrics: { target: { kind: 'rds', metrics }, id: name('db') },
  'step-functions': { target: { kind: 'step-functions', atLeast: 1 }, id: machine },
  'eventbridge-rule': { target: { kind: 'eventbridge-rule' }, id: name('nightly') },
} as const;
type Subject = keyof typeof SUBJECTS;

export const RESOURCE_SUBJECTS = Object.keys(SUBJECTS).map((one) => `resources ${one}`);

/** What the function and the record have of a subject; undefined for a check of the order platform. */
export function resourcesOf(subject: string): { targets: string; resolved: ResolvedTargets } | undefined {
  const found = SUBJECTS[subject.replace(/^resources /, '') as Subject];
  if (!found) return undefined;
  const targets = resourceTargets.parse([found.target]);
  const resolved = Object.fromEntries(
    targets.map((one) => [lookupKey(one), [{ address: 'x.x', type: 'x', id: found.id }]]),
  );
  return { targets: JSON.stringify(targets), resolved };
}

const alarm = (StateValue: string) => () => ({
  MetricAlarms: [{ AlarmName: name('high'), StateValue }],
  CompositeAlarms: [],
});
/** @param value of each metric */
const data = (value: (metric: string) => number) => (params: Record<string, unknown>) => {
  const [query] = params.MetricDataQueries as { Id: string; MetricStat: { Metric: { MetricName: string } } }[];
  const Values = [value(query?.MetricStat.Metric.MetricName ?? '')];
  const Timestamps = [Math.floor(Date.now() / 1_000) - 60];
  return { MetricDataResults: [{ Id: query?.Id, StatusCode: 'Complete', Timestamps, Values }] };
};
const lambda =
  (more: object = {}) =>
  () => ({
    ...{ FunctionName: name('api'), State: 'Active', LastUpdateStatus: 'Successful', LastModified: '2026-01-01' },
    ...more,
  });
const table = (TableStatus: string) => () => ({ Table: { TableName: name('register'), TableStatus } });
const recovery = (PointInTimeRecoveryStatus: string) => () => ({
  ContinuousBackupsDescription: {
    ContinuousBackupsStatus: 'ENABLED',
    PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus },
  },
});
const database = (status: string) => () =>
  `<DBInstances><DBInstance><DBInstanceIdentifier>${name('db')}</DBInstanceIdentifier><DBInstanceStatus>${status}</DBInstanceStatus></DBInstance></DBInstances>`;
const executions =
  (...states: string[]) =>
  () => ({
    executions: states.map((status, n) => ({
      executionArn: `e${n}`,
      name: `e${n}`,
      stateMachineArn: machine,
      status,
      startDate: 1,
    })),
  });
const rule = (State: string) => () => ({ Name: name('nightly'), Arn: 'arn:rule', State });

const configuration = `lambda GET /2015-03-31/functions/${name('api')}/configuration`;

const RESOURCE_WORLD: Operations = {
  'monitoring DescribeAlarms': alarm('OK'),
  'monitoring GetMetricData': data((metric) => (metric === 'Errors' ? 0 : 10)),
  [configuration]: lambda(),
  'dynamodb DescribeTable': table('ACTIVE'),
  'dynamodb DescribeContinuousBackups': recovery('ENABLED'),
  'rds DescribeDBInstances': database('available'),
  'states DescribeStateMachine': () => ({ stateMachineArn: machine, name: 'x', status: 'ACTIVE', type: 'STANDARD' }),
  'states ListExecutions': executions('SUCCEEDED'),
  'events DescribeRule': rule('ENABLED'),
  'events ListTargetsByRule': () => ({ Targets: [{ Id: 't', Arn: 'arn:target' }] }),
};

/** The world of a subject: that of a check of the order platform, or of a resource. */
export function worldOf(subject: string, changes: Operations = {}): Play {
  return platform(resourcesOf(subject) ? { ...RESOURCE_WORLD, ...changes } : changes);
}

const BROKEN: Record<Subject, readonly Broken[]> = {
  alarms: [
    { name: 'alarm', changes: { 'monitoring DescribeAlarms': alarm('ALARM') } },
    { name: 'no alarm', changes: { 'monitoring DescribeAlarms': () => ({ MetricAlarms: [], CompositeAlarms: [] }) } },
  ],
  lambda: [
    { name: 'failed', changes: { [configuration]: lambda({ State: 'Failed' }) } },
    { name: 'update failed', changes: { [configuration]: lambda({ LastUpdateStatus: 'Failed' }) } },
    { name: 'errors', changes: { 'monitoring GetMetricData': data((metric) => (metric === 'Errors' ? 5 : 10)) } },
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
