import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SweepScope } from '../../../../lambdas/sweep/sweep-service.ts';
import { serveAws } from '../support/aws-server.ts';

/** Application Auto Scaling answers for one service at a time. Its answer for ECS has no targets of other services. */

interface Target {
  ServiceNamespace: string;
  ResourceId: string;
  ScalableTargetARN: string;
}
const arn = (id: string) => `arn:aws:application-autoscaling:eu-west-1:123456789012:scalable-target/${id}`;
let targets: Target[] = [];
let end: () => void;

beforeAll(async () => {
  end = await serveAws(async (request, response) => {
    const action = String(request.headers['x-amz-target']).split('.').at(-1);
    const asked = (await json(request)) as { ServiceNamespace?: string; ResourceIds?: string[]; ResourceARN?: string };
    const found = targets.filter(
      (one) =>
        one.ServiceNamespace === asked.ServiceNamespace &&
        (asked.ResourceIds === undefined || asked.ResourceIds.includes(one.ResourceId)),
    );
    const isGone = !targets.some((one) => one.ScalableTargetARN === asked.ResourceARN);
    const [status, answer] =
      action === 'DescribeScalableTargets'
        ? [200, { ScalableTargets: found }]
        : isGone
          ? [400, { __type: 'ResourceNotFoundException', message: 'no such target' }]
          : [200, { Tags: { environment: 'dev' } }];
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
  });
});
afterAll(() => end());
beforeEach(() => {
  targets = [];
});

const sweeper = async () => (await import('../../../../lambdas/aws/sweepers/application-autoscaling.ts')).sweeper;
const scope = {} as SweepScope;
const statusOf = async (candidate: unknown) => {
  if (candidate === undefined) return 'UNKNOWN';
  try {
    return (await (await sweeper()).confirm(candidate as never, scope)).status;
  } catch {
    return 'UNKNOWN';
  }
};

describe.each([
  ['ecs', 'service/shop-dev-cluster/shop-dev-api'],
  ['dynamodb', 'table/shop-dev-orders'],
  ['lambda', 'function:shop-dev:live'],
  ['rds', 'cluster:shop-dev'],
  ['cassandra', 'keyspace/shop/table/orders'],
  ['workspaces', 'workspacespool/wspool-1'],
])('a target of %s', (ServiceNamespace, ResourceId) => {
  const target = { ServiceNamespace, ResourceId, ScalableTargetARN: arn('0123') };
  const item = { type: 'aws_appautoscaling_target', name: 'x', service: 'application-autoscaling' } as const;

  test('that a tag names is there until it is not', async () => {
    const candidate = (await sweeper()).fromArn(target.ScalableTargetARN);
    targets = [target];
    expect(await statusOf(candidate)).toBe('PRESENT');
    targets = [];
    expect(await statusOf(candidate)).toBe('ABSENT');
  });

  test('that the state names is never ABSENT while it is there', async () => {
    targets = [target];
    const byId = (await sweeper()).fromInventory({ ...item, id: ResourceId });
    expect(['PRESENT', 'UNKNOWN']).toContain(await statusOf(byId));
    const byArn = (await sweeper()).fromInventory({ ...item, id: ResourceId, arn: target.ScalableTargetARN });
    expect(await statusOf(byArn)).toBe('PRESENT');
  });
});
