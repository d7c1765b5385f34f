import type { Construct } from 'constructs';
import type { ResourceKind, ResourceTarget } from '../../lambdas/contracts/resource-checks.ts';
import { arn } from '../names.ts';
import { nameGlob } from './patterns.ts';
import type { Grant } from './role.ts';

/** What a check of resources may do: what its targets need, on names that environments have. */

const BY_NAME = 'Environments come and go; their resources are known by the pattern of their names.';

interface Need {
  actions: readonly string[];
  /** Service and resource of ARNs, with the pattern of names. Absent: the action knows no resource. */
  on?: readonly (readonly [service: string, resource: (name: string) => string])[];
}

type Needs = { readonly [K in ResourceKind]: (target: Extract<ResourceTarget, { kind: K }>) => readonly Need[] };

const METRICS: Need = { actions: ['cloudwatch:GetMetricData'] };
const metricsOf = ({ metrics }: { metrics: readonly unknown[] }): readonly Need[] =>
  metrics.length > 0 ? [METRICS] : [];

const NEEDS: Needs = {
  http: () => [],
  alarms: () => [{ actions: ['cloudwatch:DescribeAlarms'], on: [['cloudwatch', (name) => `alarm:${name}`]] }],
  lambda: ({ invoke, errors, metrics }) => [
    {
      actions: ['lambda:GetFunctionConfiguration', ...(invoke ? ['lambda:InvokeFunction'] : [])],
      on: [['lambda', (name) => `function:${name}`]],
    },
    ...(errors ? [METRICS] : metricsOf({ metrics })),
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
  const grants = new Map<string, { actions: Set<string>; resources: string[] }>();
  for (const { actions, on } of needs) {
    const resources = on ? on.map(([service, resource]) => arn(construct, service, resource(name))) : ['*'];
    const key = resources.join();
    const grant = grants.get(key) ?? { actions: new Set(), resources };
    for (const action of actions) grant.actions.add(action);
    grants.set(key, grant);
  }
  return [...grants.values()].map(({ actions, resources }) => ({
    ...{ actions: [...actions], resources },
    wildcardReason: resources[0] === '*' ? 'CloudWatch knows no resource of a metric.' : BY_NAME,
  }));
}
