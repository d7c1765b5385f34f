import { describe, expect, test } from 'vitest';
import type { Deployment, EcsService } from '../../../../../lambdas/validation/checks/ecs-services.ts';
import { rollout, type ServiceRollout } from '../../../../../lambdas/validation/checks/rollout.ts';
import type { StoppedTask } from '../../../../../lambdas/validation/checks/stopped-tasks.ts';

const SINCE = 1_000_000;
const CLUSTER = 'arn:aws:ecs:eu-west-1:123456789012:task-definition/';
const images = { [`${CLUSTER}api:1`]: ['api@old'], [`${CLUSTER}api:2`]: ['sidecar', 'api@new'] };

const deployment = (revision: 1 | 2, changes: Partial<Deployment> = {}): Deployment => ({
  id: `ecs-svc/${revision}`,
  status: 'PRIMARY',
  rolloutState: 'COMPLETED',
  taskDefinition: `${CLUSTER}api:${revision}`,
  createdAt: revision === 1 ? 1 : SINCE + 1,
  updatedAt: SINCE + 2,
  ...changes,
});
const crash: StoppedTask = {
  task: 'task-0',
  stoppedAt: SINCE + 10,
  stopCode: 'EssentialContainerExited',
  reason: 'Essential container in task exited',
  containers: ['api: exit 7'],
};
const interrupted = { ...crash, stopCode: 'SpotInterruption', reason: 'Your Spot Task was interrupted.' };
const rolledBack = { at: SINCE + 20, message: '(service api-svc) rolling back to deployment ecs-svc/1.' };
const failed = deployment(2, {
  status: 'ACTIVE',
  rolloutState: 'FAILED',
  rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
});

function one(changes: Partial<EcsService>): ServiceRollout {
  const service: EcsService = {
    name: 'api-svc',
    status: 'ACTIVE',
    desired: 1,
    running: 1,
    pending: 0,
    deployments: [deployment(2)],
    events: [],
    runningTasks: [{ task: 'task-1', taskDefinition: `${CLUSTER}api:2`, startedAt: SINCE }],
    stopped: [],
    ...changes,
  };
  return { service, wanted: ['api@new'], images };
}

const rows: [string, Partial<EcsService>, string, RegExp][] = [
  ['the new image, steady', {}, 'completed', /^api-svc: 1\/1 run api:2$/],
  ['a first task that crashed, and one that did not', { stopped: [crash] }, 'completed', /1\/1/],
  ['in progress', { deployments: [deployment(2, { rolloutState: 'IN_PROGRESS' })] }, 'pending', /rollout IN_PROGRESS/],
  ['old tasks beside', { deployments: [deployment(2), deployment(1, { status: 'ACTIVE' })] }, 'pending', /COMPLETED/],
  ['fewer running than desired', { desired: 2 }, 'pending', /1\/2 running/],
  [
    'tasks that crash, while ECS still tries',
    { deployments: [deployment(2, { rolloutState: 'IN_PROGRESS' })], stopped: [crash, crash, crash] },
    'pending',
    /last stopped task: EssentialContainerExited, Essential container in task exited, api: exit 7$/,
  ],
  [
    'tasks that AWS took away, while ECS still tries',
    { deployments: [deployment(2, { rolloutState: 'IN_PROGRESS' })], stopped: [interrupted, interrupted] },
    'pending',
    /^(?!.*last stopped task)/,
  ],
  // The rollout is COMPLETED and steady. Its state alone would report success.
  [
    'rolled back, and steady again',
    { deployments: [deployment(1)], events: [rolledBack], stopped: [crash] },
    'refused',
    /rolling back to deployment ecs-svc\/1\. Last stopped task: .*api: exit 7; ECS rolled back to api:1$/,
  ],
  [
    'being rolled back',
    { deployments: [deployment(1, { rolloutState: 'IN_PROGRESS' }), failed], stopped: [crash] },
    'refused',
    /circuit breaker: tasks failed to start\. Last stopped task: .*ECS rolled back to api:1$/,
  ],
  [
    'given up, with nothing to put back',
    { deployments: [{ ...failed, status: 'PRIMARY' }] },
    'refused',
    /^api-svc: ECS deployment circuit breaker: tasks failed to start\.$/,
  ],
  ['not heard of yet', { deployments: [deployment(1)] }, 'pending', /not the new image yet/],
  [
    'rolled back long ago, which is about another rollout',
    { deployments: [deployment(1)], events: [{ ...rolledBack, at: SINCE - 1 }] },
    'pending',
    /not the new image yet/,
  ],
  ['no PRIMARY deployment', { deployments: [] }, 'pending', /no PRIMARY/],
  ['no service', { status: 'MISSING' }, 'refused', /service is MISSING/],
];

describe('a rollout', () => {
  test.each(rows)('%s', (_, changes, status, summary) => {
    expect(rollout([one(changes)], SINCE)).toEqual({ status, summary: expect.stringMatching(summary) });
  });

  test('is refused as soon as one service is, and says which', () => {
    const other = one({ name: 'worker-svc', deployments: [{ ...failed, status: 'PRIMARY' }] });
    const pending = one({ deployments: [deployment(2, { rolloutState: 'IN_PROGRESS' })] });
    expect(rollout([pending, other], SINCE)).toMatchObject({
      status: 'refused',
      summary: expect.stringMatching(/^worker-svc: [^;]*$/),
    });
  });

  test('is complete when every service is', () => {
    const pending = one({ name: 'worker-svc', running: 0 });
    expect(rollout([one({}), pending], SINCE).status).toBe('pending');
    expect(rollout([one({}), one({ name: 'worker-svc' })], SINCE)).toEqual({
      status: 'completed',
      summary: 'api-svc: 1/1 run api:2; worker-svc: 1/1 run api:2',
    });
  });
});
