import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isOwnedName } from '../../../../lambdas/sweep/owned-names.ts';

const PREFIX = 'order-platform-dev-v3';

describe('names of an environment', () => {
  test.each([
    [true, 'order-platform-dev-v3'],
    [true, 'order-platform-dev-v3-cluster'],
    [true, 'order-platform-dev-v3_db'],
    [true, 'order-platform-dev-v3.fifo'],
    [true, '/ecs/order-platform-dev-v3/api'],
    [true, '/aws/rds/instance/order-platform-dev-v3-db/postgresql'],
    [true, 'TargetTracking-service/order-platform-dev-v3-cluster/order-platform-dev-v3-api-svc-AlarmHigh-1'],
    [true, 'service/order-platform-dev-v3-cluster/order-platform-dev-v3-api-svc'],
    [false, 'order-platform-dev-v31'],
    [false, 'order-platform-dev-v31-cluster'],
    [false, 'order-platform-dev2-v3-cluster'],
    [false, 'order-platform-dev'],
    [false, 'order-platform-devel-v3-cluster'],
    [false, 'my-order-platform-dev-v3-cluster'],
    [false, '/ecs/my-order-platform-dev-v3/api'],
    [false, ''],
  ])('%s: %s', (expected, name) => {
    expect(isOwnedName(PREFIX, name)).toBe(expected);
  });

  test('a second place in a name counts too', () => {
    expect(isOwnedName(PREFIX, 'order-platform-dev-v31/order-platform-dev-v3')).toBe(true);
  });
});

describe('names that Terraform shortened', () => {
  const long = 'order-platform-demonstration-42-v3';
  const hash = createHash('sha256').update(long).digest('hex').slice(0, 6);

  test.each([
    [true, `order-platform-demons-${hash}-alb`],
    [true, `order-platform-dem-${hash}-api-tg`],
    [false, `order-platform-demons-${hash}`],
    [false, `order-platform-other-${hash}-alb`],
    [false, 'order-platform-demons-000000-alb'],
    [false, `-${hash}-alb`],
  ])('%s: %s', (expected, name) => {
    expect(isOwnedName(long, name)).toBe(expected);
  });
});
