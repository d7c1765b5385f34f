import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { resourceTargets } from '../../lambdas/contracts/resource-checks.ts';
import { resourceCheckGrants } from '../../lib/iam/resource-check-grants.ts';
import { flat } from './support/runbook.ts';

/** What a check of resources may do is what its targets are looked at with, on names of environments. */

const stack = new Stack(new App(), 'S');
const grantsOf = (...targets: object[]) =>
  resourceCheckGrants(stack, resourceTargets.parse(targets), 'shop-{environment}-v3');
const actionsOf = (...targets: object[]) => [...new Set(grantsOf(...targets).flatMap(({ actions }) => actions))].sort();

/** Its state, and whether it may be invoked at all. */
const GET_FUNCTION = ['lambda:GetFunctionConcurrency', 'lambda:GetFunctionConfiguration'];

describe('a target may do no more than it asks for', () => {
  const metrics = [{ name: 'X', atMost: 1 }];
  test.each<[target: object, actions: string[]]>([
    [{ kind: 'http', of: { output: 'url' } }, []],
    [{ kind: 'alarms' }, ['cloudwatch:DescribeAlarms']],
    [{ kind: 'lambda' }, [...GET_FUNCTION]],
    [{ kind: 'lambda', invoke: {} }, [...GET_FUNCTION, 'lambda:InvokeFunction']],
    [{ kind: 'lambda', errors: { atMostPercent: 1 } }, ['cloudwatch:GetMetricData', ...GET_FUNCTION]],
    [{ kind: 'lambda', metrics }, ['cloudwatch:GetMetricData', ...GET_FUNCTION]],
    [{ kind: 'ecs' }, ['ecs:DescribeServices', 'ecs:DescribeTasks', 'ecs:ListTasks']],
    [{ kind: 'sqs' }, ['sqs:GetQueueAttributes']],
    [{ kind: 'sqs', metrics }, ['cloudwatch:GetMetricData', 'sqs:GetQueueAttributes']],
    [{ kind: 'dynamodb' }, ['dynamodb:DescribeTable']],
    [{ kind: 'dynamodb', metrics }, ['cloudwatch:GetMetricData', 'dynamodb:DescribeTable']],
    [{ kind: 'dynamodb', pointInTimeRecovery: true }, ['dynamodb:DescribeContinuousBackups', 'dynamodb:DescribeTable']],
    [{ kind: 'rds' }, ['rds:DescribeDBClusters', 'rds:DescribeDBInstances']],
    [{ kind: 'rds', metrics }, ['cloudwatch:GetMetricData', 'rds:DescribeDBClusters', 'rds:DescribeDBInstances']],
    [{ kind: 'step-functions' }, ['states:DescribeStateMachine', 'states:ListExecutions']],
    [{ kind: 'step-functions', last: 0 }, ['states:DescribeStateMachine']],
    [{ kind: 'step-functions', last: 0, metrics }, ['cloudwatch:GetMetricData', 'states:DescribeStateMachine']],
    [{ kind: 'eventbridge-rule' }, ['events:DescribeRule', 'events:ListTargetsByRule']],
  ])('%j', (target, actions) => {
    expect(actionsOf(target)).toEqual(actions);
  });
});

test('a function is invoked by the names of environments alone, and what has no resource only reads', () => {
  const kinds = ['alarms', 'ecs', 'sqs', 'dynamodb', 'rds', 'step-functions', 'eventbridge-rule'];
  const grants = grantsOf({ kind: 'lambda', invoke: {} }, ...kinds.map((kind) => ({ kind })));
  const invoking = grants.filter(({ actions }) => actions.includes('lambda:InvokeFunction'));
  expect(invoking.flatMap(({ resources }) => resources.map((one) => flat(stack.resolve(one))))).toEqual([
    'arn:<AWS::Partition>:lambda:<AWS::Region>:<AWS::AccountId>:function:shop-*-v3*',
  ]);
  for (const { actions, resources, conditions } of grants) {
    if (!resources.includes('*')) {
      for (const one of resources) expect(flat(stack.resolve(one))).toContain('shop-*-v3*');
      continue;
    }
    expect([['cloudwatch:DescribeAlarms'], ['ecs:ListTasks']]).toContainEqual(actions);
    expect(conditions !== undefined).toBe(actions.includes('ecs:ListTasks'));
  }
});
