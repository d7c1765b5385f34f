import type { Construct } from 'constructs';
import type { ResourceKind, ResourceTarget } from '../../lambdas/contracts/resource-checks.ts';
import { arn } from '../names.ts';
import { nameGlob } from './patterns.ts';
import type { Grant } from './role.ts';

/** What a check of resources may do: what its targets need, on names that environments have. */

const BY_NAME = 'Environments come and go; their resources are known by the pattern of their names.';

const NO_RESOURCE =
  'The action only reads, and knows no resource: tasks are listed by cluster, a condition; metrics have no ARN; composite alarms need it.';

interface Need {
  actions: readonly string[];
  /** The action is granted by cluster, which is a condition and not a resource. */
  inCluster?: true;
  /** Service and resource of ARNs, with the pattern of names. Absent: the action knows no resource. */
  on?: readonly (readonly [service: string, resource: (name: string) => string])[];
}

type Needs = { readonly [K in ResourceKind]: (target: Extract<ResourceTarget, { kind: K }>) => readonly Need[] };

const METRICS: Need = { actions: ['cloudwatch:GetMetricData'] };
const metricsOf = ({ metrics }: { metrics: readonly unknown[] }): readonly Need[] =>
  metrics.length > 0 ? [METRICS] : [];

const NEEDS: Needs = {
  http: () => [],
  // Composite alarms are left out for whoever may not describe all alarms:
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
  alarms: () => [{ actions: ['cloudwatch:DescribeAlarms'] }],
  lambda: ({ invoke, errors, metrics }) => [
    {
      actions: [
        ...['lambda:GetFunctionConfiguration', 'lambda:GetFunctionConcurrency'],
        ...(invoke ? ['lambda:InvokeFunction'] : []),
      ],
      on: [['lambda', (name) => `function:${name}`]],
    },
    ...(errors ? [METRICS] : metricsOf({ metrics })),
  ],
  ecs: () => [
    { actions: ['ecs:DescribeServices'], on: [['ecs', (name) => `service/${name}/*`]] },
    { actions: ['ecs:DescribeTasks'], on: [['ecs', (name) => `task/${name}/*`]] },
    { actions: ['ecs:ListTasks'], inCluster: true },
  ],
  sqs: (target) => [{ actions: ['sqs:GetQueueAttributes'], on: [['sqs', (name) => name]] }, ...metricsOf(target)],
  dynamodb: (target) => [
    {
      actions: [
        'dynamodb:DescribeTable',
        ...(target.pointInTimeRecovery ? ['dynamodb:DescribeContinuousBackups'] : []),
      ],
      on: [['dynamodb', (name) => `table/${name}`]],
    },
    ...metricsOf(target),
  ],
  rds: (target) => [
    { actions: ['rds:DescribeDBInstances'], on: [['rds', (name) => `db:${name}`]] },
    { actions: ['rds:DescribeDBClusters'], on: [['rds', (name) => `cluster:${name}`]] },
    ...metricsOf(target),
  ],
  'step-functions': (target) => [
    {
      actions: [
        'states:DescribeStateMachine',
        ...(Math.max(target.last, target.atLeast) > 0 ? ['states:ListExecutions'] : []),
      ],
      on: [['states', (name) => `stateMachine:${name}`]],
    },
    ...metricsOf(target),
  ],
  'eventbridge-rule': () => [
    {
      actions: ['events:DescribeRule', 'events:ListTargetsByRule'],
      on: [
        ['events', (name) => `rule/${name}`],
        ['events', (name) => `rule/*/${name}`],
      ],
    },
  ],
};

export function resourceCheckGrants(
  construct: Construct,
  targets: readonly ResourceTarget[],
  namePattern: string,
): Grant[] {
  // Names of resources begin with the prefix of the environment.
  const name = `${nameGlob(namePattern).replace(/\*$/, '')}*`;
  const needs = targets.flatMap((target) => (NEEDS[target.kind] as (of: ResourceTarget) => readonly Need[])(target));
  const grants = new Map<string, { actions: Set<string>; resources: string[]; clusters?: string }>();
  for (const { actions, on, inCluster } of needs) {
    const resources = on ? on.map(([service, resource]) => arn(construct, service, resource(name))) : ['*'];
    const clusters = inCluster ? arn(construct, 'ecs', `cluster/${name}`) : undefined;
    const key = [...resources, clusters ?? ''].join();
    const grant = grants.get(key) ?? { actions: new Set(), resources, ...(clusters ? { clusters } : {}) };
    for (const action of actions) grant.actions.add(action);
    grants.set(key, grant);
  }
  return [...grants.values()].map(({ actions, resources, clusters }) => ({
    ...{ actions: [...actions], resources },
    ...(clusters ? { conditions: { ArnLike: { 'ecs:cluster': clusters } } } : {}),
    wildcardReason: resources[0] === '*' ? NO_RESOURCE : BY_NAME,
  }));
}
