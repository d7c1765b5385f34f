import { describe, expect, test } from 'vitest';
import type { TaskDefinitions } from '../../../../../lambdas/contracts/record.ts';
import {
  type Deployment,
  type EcsService,
  ecsServices,
} from '../../../../../lambdas/validation/checks/ecs-services.ts';
import type { StoppedTask } from '../../../../../lambdas/validation/checks/stopped-tasks.ts';

const DEPLOYED = 1_000_000;
const NOW = DEPLOYED + 120_000;
const DEFINITION = 'arn:aws:ecs:eu-west-1:123456789012:task-definition/api:2';
const up = (ms: number) => ({ task: `up-${ms}`, taskDefinition: DEFINITION, startedAt: NOW - ms });
const primary: Deployment = {
  id: 'ecs-svc/1',
  status: 'PRIMARY',
  rolloutState: 'COMPLETED',
  taskDefinition: DEFINITION,
  createdAt: DEPLOYED,
  updatedAt: DEPLOYED + 60_000,
};
const ARN = 'arn:aws:ecs:eu-west-1:123456789012:service/cluster/api-svc';
const steady: EcsService = {
  name: 'api-svc',
  arn: ARN,
  status: 'ACTIVE',
  desired: 1,
  running: 1,
  pending: 0,
  deployments: [primary],
  events: [],
  runningTasks: [up(NOW - DEPLOYED)],
  stopped: [],
};
const crash: StoppedTask = {
  task: 'task-0',
  stoppedAt: DEPLOYED + 90_000,
  stopCode: 'EssentialContainerExited',
  reason: 'Essential container in task exited',
  containers: ['api: exit 1'],
};
const noImage: StoppedTask = {
  ...crash,
  stopCode: 'TaskFailedToStart',
  reason: 'CannotPullContainerError: not found',
  containers: [],
};
const rolling: Deployment = { ...primary, rolloutState: 'IN_PROGRESS' };
const at = (stop: StoppedTask, stoppedAt: number) => ({ ...stop, stoppedAt });

const rows: [string, Partial<EcsService>, string, RegExp][] = [
  ['a steady service', {}, 'passed', /1\/1 running/],
  [
    'a task whose container health check fails',
    { runningTasks: [{ ...up(NOW - DEPLOYED), unhealthy: true }] },
    'not-ready',
    /1\/1 running.*a container health check of 1 task fails/,
  ],
  ['one crash, healed since', { stopped: [crash] }, 'passed', /COMPLETED, up for 2 min, 1 task stopped .*exit 1/],
  ['crashes of the deployment before', { stopped: [at(crash, 1), at(crash, 2)] }, 'passed', /COMPLETED/],
  ['tasks that scaling stopped', { stopped: [scaledIn(), scaledIn()] }, 'passed', /COMPLETED/],
  [
    'tasks that Fargate Spot took away',
    { stopped: [interrupted(), interrupted()] },
    'passed',
    /COMPLETED, up for 2 min, 2 tasks stopped by AWS, last: SpotInterruption, Your Spot Task was interrupted\.$/,
  ],
  ['tasks that AWS retired together', { stopped: [retired(), retired(), retired()] }, 'passed', /3 tasks stopped by/],
  ['an interruption and one crash', { stopped: [interrupted(), crash] }, 'passed', /1 task stopped .*1 task stopped/],
  ['crashes among interruptions', { stopped: [crash, retired(), crash] }, 'failed', /2 tasks stopped since .*exit 1/],
  ['an interruption not made up for', { running: 0, stopped: [interrupted(), retired()] }, 'not-ready', /0\/1 running/],
  [
    'failed starts during a rollout that has completed since',
    { stopped: [at(noImage, DEPLOYED + 1), at(noImage, DEPLOYED + 2)] },
    'passed',
    /COMPLETED/,
  ],
  ['no such service', { status: 'MISSING' }, 'failed', /MISSING/],
  ['an inactive service', { status: 'INACTIVE' }, 'failed', /INACTIVE/],
  ['a draining service', { status: 'DRAINING' }, 'failed', /DRAINING/],
  ['scaled to nothing, where 0 == 0', { desired: 0, running: 0, runningTasks: [] }, 'failed', /desired count is 0/],
  ['fewer running than desired', { desired: 2 }, 'not-ready', /1\/2/],
  ['more running than desired', { running: 2 }, 'not-ready', /2\/1/],
  ['a pending task', { pending: 1 }, 'not-ready', /1 pending/],
  ['a rollout in progress', { deployments: [rolling] }, 'not-ready', /IN_PROGRESS/],
  ['an older deployment beside', { deployments: [primary, { ...primary, status: 'ACTIVE' }] }, 'not-ready', /2 deploy/],
  [
    'the circuit breaker tripped',
    { deployments: [{ ...primary, rolloutState: 'FAILED', rolloutStateReason: 'tasks failed to start' }] },
    'failed',
    /tasks failed to start/,
  ],
  [
    'the circuit breaker tripped over an image that is not there',
    { deployments: [{ ...primary, rolloutState: 'FAILED' }], stopped: [at(crash, 1), at(noImage, DEPLOYED + 9)] },
    'failed',
    /rollout FAILED: .*CannotPull/,
  ],
  [
    'steady again, on the old task definition',
    {
      deployments: [
        { ...primary, rolloutStateReason: 'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/0.' },
      ],
    },
    'failed',
    /rolling back/,
  ],
  [
    'a rollback that only an event shows',
    {
      events: [
        {
          at: DEPLOYED + 5,
          message: '(service api-svc) (deployment ecs-svc/1) deployment failed: tasks failed to start.',
        },
      ],
    },
    'failed',
    /deployment failed/,
  ],
  [
    'the failure of an earlier deployment',
    { events: [{ at: DEPLOYED - 5, message: '(service api-svc) (deployment ecs-svc/0) deployment failed' }] },
    'passed',
    /COMPLETED/,
  ],
  ['a crash loop between two restarts', { stopped: [crash, crash] }, 'failed', /exit 1/],
  [
    'an image that is not there',
    { deployments: [rolling], running: 0, stopped: [noImage, noImage] },
    'failed',
    /CannotPull/,
  ],
  [
    'killed by the load balancer, again and again',
    { stopped: [unhealthy(), unhealthy()] },
    'failed',
    /failed ELB health checks/,
  ],
  ['no rolloutState', { deployments: [{ ...primary, rolloutState: undefined as never }] }, 'unknown', /rolloutState/],
  ['tasks old enough', { desired: 2, running: 2, runningTasks: [up(6_000), up(90_000)] }, 'passed', /up for 6 s/],
  [
    'a task that may still crash',
    { desired: 2, running: 2, runningTasks: [up(90_000), up(5_900)] },
    'not-ready',
    /2\/2 running, .* a task is up for 5 s only/,
  ],
  ['a task that ECS counts and does not list', { runningTasks: [] }, 'not-ready', /1\/1 .* ECS lists 0/],
  ['no primary deployment', { deployments: [] }, 'unknown', /PRIMARY/],
  [
    'a task of another definition beside',
    { desired: 2, running: 2, runningTasks: [up(90_000), { ...up(90_000), taskDefinition: other(9) }] },
    'not-ready',
    /2\/2 running, 0 pending, of which 1 of api:9/,
  ],
];

function other(revision: number): string {
  return DEFINITION.replace(':2', `:${revision}`);
}
function scaledIn(): StoppedTask {
  return { ...crash, stopCode: 'ServiceSchedulerInitiated', reason: 'Scaling activity initiated by (deployment 1)' };
}
function interrupted(): StoppedTask {
  return { ...crash, stopCode: 'SpotInterruption', reason: 'Your Spot Task was interrupted.', containers: [] };
}
function retired(): StoppedTask {
  const reason = 'ECS is performing maintenance on the underlying infrastructure hosting the task';
  return { ...crash, stopCode: 'ServiceSchedulerInitiated', reason, containers: ['api: exit 143'] };
}
function unhealthy(): StoppedTask {
  return {
    ...crash,
    stopCode: 'ServiceSchedulerInitiated',
    reason: 'Task failed ELB health checks in (target-group x)',
  };
}

describe('ECS services', () => {
  test.each(rows)('%s', (_name, changes, status, observed) => {
    const service = { ...steady, ...changes };
    const result = ecsServices([service], NOW);
    expect(result).toMatchObject({ status, observed: expect.stringMatching(observed) });
  });

  test('is as good as the worse service', () => {
    const services = [steady, { ...steady, name: 'worker-svc', running: 0 }];
    expect(ecsServices(services, NOW)).toMatchObject({
      status: 'not-ready',
      observed: 'worker-svc: 0/1 running, 0 pending',
    });
  });

  describe('are compared with what Terraform applied', () => {
    const rolledBack = (name: string, at: number): [string, Partial<EcsService>, TaskDefinitions, string, RegExp] => [
      name,
      {
        deployments: [{ ...primary, taskDefinition: other(1) }],
        runningTasks: [{ ...up(90_000), taskDefinition: other(1) }],
        events: [{ at, message: '(service api-svc) (deployment ecs-svc/3) deployment failed: tasks failed to start.' }],
      },
      { [ARN]: DEFINITION },
      'failed',
      /api-svc: (runs api:1, but Terraform applied api:2|.*deployment failed)/,
    ];
    const compared: [string, Partial<EcsService>, TaskDefinitions, string, RegExp][] = [
      ['the same', {}, { [ARN]: DEFINITION }, 'passed', /COMPLETED/],
      ['the same, by family and revision', {}, { [ARN]: 'api:2' }, 'passed', /COMPLETED/],
      rolledBack('rolled back, its events as old as the new PRIMARY', DEPLOYED),
      rolledBack('rolled back, its events a millisecond older', DEPLOYED - 1),
      rolledBack('rolled back, its events long gone', 0),
      ['a newer revision, by hand', {}, { [ARN]: other(1) }, 'failed', /runs api:2, but Terraform applied api:1/],
      ['a revision that begins alike', {}, { [ARN]: `${DEFINITION}1` }, 'failed', /Terraform applied api:21/],
      ['another family', {}, { [ARN]: 'old-api:2' }, 'failed', /Terraform applied old-api:2/],
      ['a record that says nothing', {}, {}, 'unknown', /record does not say what Terraform applied: provision/],
      ['a record about another service', {}, { [`${ARN}-2`]: DEFINITION }, 'unknown', /record does not say/],
      ['no ARN', { arn: undefined as never }, { undefined: DEFINITION }, 'unknown', /record does not say/],
      ['a rollout in progress', { deployments: [rolling] }, { [ARN]: other(3) }, 'not-ready', /IN_PROGRESS/],
    ];
    test.each(compared)('%s', (_name, changes, applied, status, observed) => {
      expect(ecsServices([{ ...steady, ...changes }], NOW, applied)).toMatchObject({
        status,
        observed: expect.stringMatching(observed),
      });
    });
  });

  test('has not passed when no service was looked at', () => {
    expect(ecsServices([], NOW).status).toBe('unknown');
  });
});
