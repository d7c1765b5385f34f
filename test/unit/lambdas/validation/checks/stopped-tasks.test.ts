import { describe, expect, test } from 'vitest';
import {
  causeOf,
  type StopCause,
  type StoppedTask,
  stoppedSince,
} from '../../../../../lambdas/validation/checks/stopped-tasks.ts';

const SCHEDULER = 'ServiceSchedulerInitiated';

/** The texts are those of ECS in its developer guide and in public reports of tasks. */
const rows: [stopCode: string, reason: string, StopCause][] = [
  ['EssentialContainerExited', 'Essential container in task exited', 'failure'],
  ['TaskFailedToStart', 'CannotPullContainerError: pull image manifest has been retried 1 time(s)', 'failure'],
  ['TaskFailedToStart', 'ResourceInitializationError: unable to pull secrets or registry auth', 'failure'],
  [SCHEDULER, 'Task failed ELB health checks in (target-group arn:aws:…:targetgroup/api/1)', 'failure'],
  [SCHEDULER, 'Task failed container health checks', 'failure'],
  ['SpotInterruption', 'Your Spot Task was interrupted.', 'aws'],
  ['TerminationNotice', 'Your Spot Task was interrupted.', 'aws'],
  ['InfrastructureHealth', 'The infrastructure that hosted the task was impaired.', 'aws'],
  [SCHEDULER, 'ECS is performing maintenance on the underlying infrastructure hosting the task', 'aws'],
  [SCHEDULER, 'Service api: ECS is performing maintenance on the underlying infrastructure hosting the task', 'aws'],
  [SCHEDULER, 'Amazon ECS is performing maintenance on the underlying infrastructure hosting the task.', 'aws'],
  ['', 'Your Spot Task was interrupted.', 'aws'],
  ['', 'Host EC2 (instance i-0123456789abcdef0) terminated.', 'aws'],
  [SCHEDULER, 'Stopped for Availability Zone rebalancing', 'aws'],
  [SCHEDULER, 'Scaling activity initiated by (deployment ecs-svc/1637086347952626779)', 'intended'],
  [SCHEDULER, 'Scaling activity initiated by deployment ecs-svc/123', 'intended'],
  [SCHEDULER, 'Service api: container instance is in DRAINING state', 'intended'],
  ['UserInitiated', 'Task stopped by user', 'intended'],
  ['UserInitiated', 'a test of resilience', 'intended'],
  ['', 'Task stopped by user', 'intended'],
  // An unknown reason counts as a failure of the service.
  [SCHEDULER, 'A reason of next year', 'failure'],
  ['NewCode', 'A reason of next year', 'failure'],
  ['', '', 'failure'],
];

describe('a stopped task', () => {
  test.each(rows)('%s, %s: %s', (stopCode, reason, cause) => {
    expect(causeOf({ stopCode, reason })).toBe(cause);
  });

  test('that failed its health checks has failed, whoever stopped it', () => {
    for (const stopCode of ['SpotInterruption', 'UserInitiated', SCHEDULER, '']) {
      expect(causeOf({ stopCode, reason: 'Task failed ELB health checks in (target-group x)' })).toBe('failure');
    }
  });

  test('is found by its cause and since when, oldest first', () => {
    const stop = (stoppedAt: number, stopCode: string): StoppedTask => ({
      task: `t${stoppedAt}`,
      stoppedAt,
      stopCode,
      reason: '',
      containers: [],
    });
    const stopped = [
      stop(9, 'SpotInterruption'),
      stop(5, 'SpotInterruption'),
      stop(7, 'X'),
      stop(4, 'SpotInterruption'),
    ];
    expect(stoppedSince(stopped, 5, 'aws').map(({ task }) => task)).toEqual(['t5', 't9']);
  });
});
