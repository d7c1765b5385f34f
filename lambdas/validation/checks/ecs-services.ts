import type { Conclusion } from '../../contracts/contracts.ts';
import { counted } from '../../contracts/counted.ts';
import type { TaskDefinitions } from '../../contracts/record.ts';
import { conclude, type Observation } from './conclude.ts';
import { describeStop, type StoppedTask, stoppedSince } from './stopped-tasks.ts';

/** Times are milliseconds since the epoch. */
export interface Deployment {
  id: string;
  status: string;
  rolloutState?: string;
  rolloutStateReason?: string;
  taskDefinition: string;
  createdAt: number;
  updatedAt: number;
}

export interface RunningTask {
  task: string;
  taskDefinition: string;
  /**
   * This is the private address of the task's network interface. It is absent when the task shares the address of its
   * host.
   */
  address?: string;
  startedAt: number;
  /** The health check of a container fails, and ECS has not replaced the task yet. */
  unhealthy?: boolean;
}

export interface EcsService {
  name: string;
  /** The ARN is absent when ECS does not find the service. */
  arn?: string;
  /** The value is ECS's status, or MISSING. */
  status: string;
  desired: number;
  running: number;
  pending: number;
  deployments: Deployment[];
  events: { at: number; message: string }[];
  runningTasks: RunningTask[];
  stopped: StoppedTask[];
}

/**
 * Between two restarts of a crash loop, a service seems stable. The time is longer than a crashing task runs, or at
 * least than ECS takes to detect the crash. The crashes of a task that runs longer are among the stopped tasks, which
 * ECS lists for an hour.
 */
export const STEADY_MS = 6_000;

export const EXPECTED_OF_SERVICES = `each service ACTIVE, running == desired > 0, one deployment with rolloutState COMPLETED, each task of the task definition that Terraform applied and up for ${STEADY_MS / 1_000} s, no failing container health check, no repeated STOPPED tasks`;

const REPEATED = 2;

/**
 * @param now the time at which the services were read
 * @param applied the task definitions that Terraform applied; without them, the function does not compare
 */
export function ecsServices(services: readonly EcsService[], now: number, applied?: TaskDefinitions): Conclusion {
  return conclude(
    EXPECTED_OF_SERVICES,
    services.map((service) => judge(service, now, applied)),
    { services: services.map(summary) },
  );
}

function judge(service: EcsService, now: number, applied: TaskDefinitions | undefined): Observation {
  const { name, status, desired, running, pending, deployments, runningTasks } = service;
  const say = (state: Observation['status'], text: string): Observation => ({
    status: state,
    text: `${name}: ${text}`,
  });
  if (status !== 'ACTIVE') return say('failed', `service is ${status}`);
  if (desired === 0) return say('failed', 'desired count is 0, so nothing runs');

  const primary = deployments.find((one) => one.status === 'PRIMARY');
  if (!primary) return say('unknown', 'ECS reports no PRIMARY deployment');
  const rollout = rolloutFailure(service, primary);
  if (rollout) return say('failed', [rollout, describeStop(newestFailure(service, primary))].filter(Boolean).join(' '));
  const crashes = crashesSince(service, primary);
  if (crashes.length >= REPEATED) {
    return say('failed', `${crashes.length} tasks stopped since the deployment, last: ${describeStop(crashes.at(-1))}`);
  }
  if (primary.rolloutState === undefined) return say('unknown', 'ECS reports no rolloutState');
  const counts = `${running}/${desired} running, ${pending} pending`;
  if (primary.rolloutState !== 'COMPLETED' || deployments.length > 1) {
    return say('not-ready', `${counts}, rollout ${primary.rolloutState}, ${counted(deployments.length, 'deployment')}`);
  }
  const compared = applied && compareApplied(service, primary, applied);
  if (compared) return say(compared.status, compared.text);
  if (running !== desired || pending > 0) return say('not-ready', counts);
  if (runningTasks.length < running) return say('not-ready', `${counts}, of which ECS lists ${runningTasks.length}`);
  const [other, ...more] = runningTasks.filter(({ taskDefinition }) => !same(taskDefinition, primary.taskDefinition));
  if (other)
    return say('not-ready', `${counts}, of which ${1 + more.length} of ${shortDefinition(other.taskDefinition)}`);
  const sick = runningTasks.filter(({ unhealthy }) => unhealthy).length;
  if (sick > 0) return say('not-ready', `${counts}, but a container health check of ${counted(sick, 'task')} fails`);
  const youngest = Math.min(...runningTasks.map(({ startedAt }) => now - startedAt));
  const up = `up for ${seconds(youngest)}`;
  if (youngest < STEADY_MS) return say('not-ready', `${counts}, rollout COMPLETED, but a task is ${up} only`);
  const healed = crashes.map((one) => `, 1 task stopped since the deployment: ${describeStop(one)}`).join('');
  return say('passed', `${counts}, rollout COMPLETED, ${up}${healed}${interruptions(service, primary)}`);
}

/**
 * Compares the running task definition with the one that Terraform applied. ECS also reports a stable service after a
 * rollback. Its events show the rollback, but they belong to a deployment that no longer exists, and they expire.
 */
function compareApplied({ arn }: EcsService, primary: Deployment, applied: TaskDefinitions): Observation | undefined {
  const wanted = arn && applied[arn];
  const runs = `runs ${shortDefinition(primary.taskDefinition)}`;
  if (!wanted) {
    const fix = 'provision the environment again, or deploy to it';
    return { status: 'unknown', text: `${runs}, and the record does not say what Terraform applied: ${fix}` };
  }
  if (same(wanted, primary.taskDefinition)) return undefined;
  return { status: 'failed', text: `${runs}, but Terraform applied ${shortDefinition(wanted)}` };
}

/** Compares two task definitions by family and revision, because Terraform's state may not contain the ARN. */
function same(one: string, other: string): boolean {
  return shortDefinition(one) === shortDefinition(other);
}

/**
 * Returns the part of an ARN after the slash: `…:task-definition/order-platform-dev-v3-api:7` →
 * `order-platform-dev-v3-api:7`.
 */
export function shortDefinition(taskDefinition: string): string {
  return taskDefinition.slice(taskDefinition.lastIndexOf('/') + 1);
}

function interruptions({ stopped }: EcsService, { createdAt }: Deployment): string {
  const byAws = stoppedSince(stopped, createdAt, 'aws');
  return byAws.length === 0
    ? ''
    : `, ${counted(byAws.length, 'task')} stopped by AWS, last: ${describeStop(byAws.at(-1))}`;
}

/** Rounds down, so that a time below a limit is not shown as the limit. */
function seconds(ms: number): string {
  return ms < 120_000 ? `${Math.floor(ms / 1_000)} s` : `${Math.floor(ms / 60_000)} min`;
}

/** Returns the reason when the circuit breaker failed the rollout, or rolled back to an older task definition. */
function rolloutFailure(service: EcsService, primary: Deployment): string | undefined {
  const failed = service.deployments.find((one) => one.rolloutState === 'FAILED');
  if (failed) return `rollout FAILED: ${failed.rolloutStateReason ?? failed.id}`;
  if (/rolling back|rolled back/i.test(primary.rolloutStateReason ?? '')) return primary.rolloutStateReason;
  const event = service.events.find(
    (one) => one.at >= primary.createdAt && /deployment failed|rolling back/i.test(one.message),
  );
  return event?.message;
}

/** Returns the last task that failed, which shows why the rollout failed. */
function newestFailure({ stopped, deployments }: EcsService, primary: Deployment): StoppedTask | undefined {
  const since = (deployments.find((one) => one.rolloutState === 'FAILED') ?? primary).createdAt;
  return stoppedSince(stopped, since, 'failure').at(-1);
}

/**
 * Returns the crashed tasks, the oldest first. When the rollout has completed, a task that failed to start before its
 * completion no longer counts.
 */
export function crashesSince({ stopped }: EcsService, primary: Deployment): StoppedTask[] {
  const completedAt = primary.rolloutState === 'COMPLETED' ? primary.updatedAt : primary.createdAt;
  return stoppedSince(stopped, primary.createdAt, 'failure').filter(
    (task) => task.stopCode !== 'TaskFailedToStart' || task.stoppedAt >= completedAt,
  );
}

function summary({ name, status, desired, running, pending, deployments, events, runningTasks, stopped }: EcsService) {
  return {
    name,
    status,
    desired,
    running,
    pending,
    deployments: deployments.map(({ id, status, rolloutState, taskDefinition }) => ({
      id,
      status,
      rolloutState,
      taskDefinition,
    })),
    tasks: runningTasks.map(({ task, startedAt }) => ({ task, startedAt: new Date(startedAt).toISOString() })),
    events: events.slice(0, 3).map((event) => event.message),
    stopped: stopped.slice(-5).map(describeStop),
  };
}
