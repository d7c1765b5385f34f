import { expect, test } from 'vitest';
import type { InventoryItem } from '../../../../lambdas/contracts/payloads/inventory.ts';
import { exactNames } from '../../../../lambdas/sweep/exact-names.ts';
import { ACCOUNT, aRequest, PREFIX } from '../support/fixtures.ts';

const { names } = aRequest();
const item = (type: string, id: string): InventoryItem => ({ type, name: 'x', id, service: 's' });
const inventory = [
  item('aws_lambda_function', `${PREFIX}-thumbnails`),
  item('aws_db_instance', `${PREFIX}-db`),
  item('aws_ecs_cluster', `arn:aws:ecs:eu-west-1:${ACCOUNT}:cluster/oddly-named`),
];

test.each<[string, string, boolean, boolean]>([
  // The columns are the type, the name, the result without an inventory and the result with one.
  ['log-group', `/ecs/${PREFIX}/api`, true, true],
  ['log-group', `/ecs/${PREFIX}/other`, false, false],
  ['log-group', `/aws/ecs/containerinsights/${PREFIX}-cluster/performance`, true, true],
  ['log-group', '/aws/ecs/containerinsights/oddly-named/performance', false, true],
  ['log-group', `/aws/lambda/${PREFIX}-thumbnails`, false, true],
  ['log-group', `/aws/lambda/${PREFIX}-thumbnails-2`, false, false],
  ['log-group', `/aws/rds/instance/${PREFIX}-db/postgresql`, false, true],
  ['log-group', `/aws/rds/instance/${PREFIX}-db-2/postgresql`, false, false],
  ['alarm', `TargetTracking-service/${PREFIX}-cluster/${PREFIX}-api-svc-AlarmHigh-1`, true, true],
  ['alarm', `TargetTracking-service/${PREFIX}-cluster-2/x-AlarmHigh-1`, false, false],
  ['alarm', `${PREFIX}-5xx`, false, false],
  ['bucket', names.stateBucket, true, true],
  ['bucket', `${PREFIX}-scratch`, false, false],
  ['table', names.lockTable, true, true],
  ['dashboard', PREFIX, true, true],
  ['dashboard', `${PREFIX}-overview`, false, false],
  ['task', `${PREFIX}-cluster/1`, true, true],
  ['service', `${PREFIX}-cluster-2/x`, false, false],
  ['scalable-target', `service/${PREFIX}-cluster/${PREFIX}-api-svc`, true, true],
  ['automated-backup', `${PREFIX}-db`, false, true],
  ['cluster-automated-backup', `${PREFIX}-db`, false, true],
  ['queue', `${PREFIX}-order-events`, false, false],
])('%s %s', (type, name, bare, listed) => {
  expect(exactNames(names, [])(type, [name])).toBe(bare);
  expect(exactNames(names, inventory)(type, [name])).toBe(listed);
});
