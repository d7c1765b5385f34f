import { afterEach, expect, test } from 'vitest';
import type { Sweeper, SweepScope } from '../../../../lambdas/sweep/sweep-service.ts';
import { serveAws } from '../support/aws-server.ts';
import { aRequest } from '../support/fixtures.ts';

/** ECS says who has started a task: a service by the task's group, anything else by `startedBy`. */

let end = () => {};
afterEach(() => end());

test.each([
  [{ group: 'service:api', startedBy: 'ecs-svc/1' }, 'RUNNING, started by service:api'],
  [{ group: 'family:job', startedBy: 'events-rule/nightly' }, 'RUNNING, started by events-rule/nightly'],
  [{ group: 'family:job' }, 'RUNNING'],
])('%o is %s', async (by, reason) => {
  end = await serveAws((_, response) => {
    const tasks = [{ taskArn: 'arn:aws:ecs:eu-west-1:1:task/c/1', lastStatus: 'RUNNING', ...by }];
    response.setHeader('content-type', 'application/x-amz-json-1.1').end(JSON.stringify({ tasks, failures: [] }));
  });
  const { sweeper } = (await import('../../../../lambdas/aws/sweepers/ecs.ts')) as { sweeper: Sweeper };
  const found = await sweeper.confirm({ type: 'task', id: 'c/1' }, { request: aRequest() } as SweepScope);
  expect(found).toEqual({ status: 'PRESENT', reason });
});
