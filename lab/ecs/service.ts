import type { CreateServiceCommandInput } from '@aws-sdk/client-ecs';
import type { LabContext } from '../context.ts';
import { type Deployment, newDeployment, type Revision, settle } from './deployment.ts';
import type { TaskLauncher } from './launcher.ts';
import { circuitBreakerThreshold, nextSteps, restartDelayMs } from './rollout.ts';
import { ServiceEvents } from './service-events.ts';
import { ServiceTasks } from './service-tasks.ts';
import type { TaskTargets } from './targets.ts';
import type { LabTask } from './task.ts';

/** After this number of failures in a row, a service reports that something is wrong. */
const IMPAIRED_AFTER = 3;

export type ServiceSettings = Partial<CreateServiceCommandInput>;

/** The service scheduler of one service keeps the wanted number of tasks, and rolls deployments out and back. */
export class LabEcsService {
  readonly name: string;
  readonly arn: string;
  readonly clusterArn: string;
  readonly createdAt = new Date();
  readonly serviceEvents: ServiceEvents;
  readonly tasks: ServiceTasks;
  /** The PRIMARY deployment is first. */
  deployments: Deployment[] = [];
  /** The history has every deployment, the newest first. */
  readonly history: Deployment[] = [];
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE' = 'ACTIVE';
  settings: ServiceSettings;
  #steady = false;
  #starting = false;
  #timer: NodeJS.Timeout | undefined;
  #due = Number.POSITIVE_INFINITY;

  constructor(
    context: LabContext,
    launcher: TaskLauncher,
    targets: TaskTargets,
    identity: { name: string; arn: string; clusterArn: string },
    settings: ServiceSettings,
    revision: Revision,
  ) {
    this.name = identity.name;
    this.arn = identity.arn;
    this.clusterArn = identity.clusterArn;
    this.settings = settings;
    this.serviceEvents = new ServiceEvents(context, this);
    this.tasks = new ServiceTasks(context, this, launcher, targets, this.serviceEvents, {
      changed: () => this.wake(),
      failed: (task, deployment) => this.#taskFailed(task, deployment),
    });
    this.deploy(revision);
  }

  get desiredCount(): number {
    return this.settings.desiredCount ?? 1;
  }

  get primary(): Deployment {
    const [primary] = this.deployments;
    if (!primary) throw new Error(`${this.arn} has no deployment`);
    return primary;
  }

  /** Starts a new deployment; the one before stays ACTIVE until its tasks are replaced. */
  deploy(revision: Revision): Deployment {
    const deployment = newDeployment(revision);
    this.deployments = [deployment, ...this.deployments];
    this.history.unshift(deployment);
    this.serviceEvents.deploymentChanged(deployment);
    this.#steady = false;
    this.wake();
    return deployment;
  }

  /** Ends every task; the service is INACTIVE when the last one has ended. */
  drain(): void {
    this.settings.desiredCount = 0;
    this.status = 'DRAINING';
    this.wake();
  }

  /** Schedules the next check, now or later. Several requests result in one check. */
  wake(inMs = 0): void {
    const due = Date.now() + inMs;
    if (due >= this.#due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => {
      this.#due = Number.POSITIVE_INFINITY;
      this.#reconcile();
    }, inMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#due = Number.NEGATIVE_INFINITY;
    this.tasks.stopWatching();
  }

  #reconcile(): void {
    if (this.status === 'INACTIVE') return;
    this.tasks.stopUnhealthy(this.settings.healthCheckGracePeriodSeconds ?? 0);
    const { deploymentConfiguration } = this.settings;
    const { start, stop } = nextSteps({
      desiredCount: this.desiredCount,
      minimumHealthyPercent: deploymentConfiguration?.minimumHealthyPercent ?? 100,
      maximumPercent: deploymentConfiguration?.maximumPercent ?? 200,
      tasks: this.tasks.wanted().map((task) => ({
        id: task.id,
        primary: this.tasks.deploymentOf(task) === this.primary,
        healthy: this.tasks.isHealthy(task),
      })),
    });
    this.tasks.retire(stop, this.primary);
    this.#start(start);
    this.#resetFailures();
    this.deployments = this.deployments.filter((one) => one === this.primary || this.tasks.of(one).length > 0);
    this.#updateSteadyState();
  }

  #start(count: number): void {
    const { primary } = this;
    if (count === 0 || primary.rolloutState === 'FAILED') return;
    const wait = primary.startAfter - Date.now();
    if (wait > 0) {
      this.wake(wait);
      return;
    }
    // Only one batch starts at a time: a task counts only once it has a record.
    if (this.#starting) return;
    this.#steady = false;
    this.#starting = true;
    this.tasks
      .start(count, primary)
      .catch((error: Error) => {
        primary.failures += 1;
        primary.startAfter = Date.now() + restartDelayMs(primary.failures);
        this.serviceEvents.say(`was unable to place a task. Reason: ${error.message}.`);
      })
      .finally(() => {
        this.#starting = false;
        this.wake();
      });
  }

  /** A task that becomes healthy ends the streak of failures. */
  #resetFailures(): void {
    const { primary } = this;
    if (primary.failures === 0 || !this.tasks.of(primary).some((task) => this.tasks.isHealthy(task))) return;
    primary.failures = 0;
    if (primary.rolloutState === 'IN_PROGRESS') primary.failedTasks = 0;
  }

  #updateSteadyState(): void {
    const { primary } = this;
    const all = this.tasks.alive();
    const settled =
      this.deployments.length === 1 &&
      all.length === this.desiredCount &&
      all.every((task) => !task.stopRequested && this.tasks.isHealthy(task));
    if (settled && primary.rolloutState === 'IN_PROGRESS') {
      settle(primary, 'COMPLETED', `ECS deployment ${primary.id} completed.`);
      this.serviceEvents.say(`(deployment ${primary.id}) deployment completed.`);
      this.serviceEvents.deploymentChanged(primary);
    }
    if (settled && !this.#steady) {
      this.serviceEvents.say('has reached a steady state.');
      this.serviceEvents.serviceAction('SERVICE_STEADY_STATE', 'INFO');
    }
    this.#steady = settled;
    if (this.status === 'DRAINING' && all.length === 0) {
      this.status = 'INACTIVE';
      this.deployments = [];
      this.stop();
    }
  }

  #taskFailed(task: LabTask, deployment: Deployment): void {
    deployment.failures += 1;
    deployment.startAfter = Date.now() + restartDelayMs(deployment.failures);
    if (task.record.attachments?.length === 0) {
      this.serviceEvents.say(`was unable to place a task. Reason: ${task.record.stoppedReason}.`);
      this.serviceEvents.serviceAction('SERVICE_TASK_PLACEMENT_FAILURE', 'ERROR', {
        reason: task.record.stoppedReason,
      });
    }
    if (deployment.failures === IMPAIRED_AFTER) {
      this.serviceEvents.say(
        'is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.',
      );
      this.serviceEvents.serviceAction('SERVICE_TASK_START_IMPAIRED', 'WARN');
    }
    if (deployment !== this.primary || deployment.rolloutState !== 'IN_PROGRESS') return;
    deployment.failedTasks += 1;
    deployment.updatedAt = new Date();
    const breaker = this.settings.deploymentConfiguration?.deploymentCircuitBreaker;
    if (breaker?.enable && deployment.failedTasks >= circuitBreakerThreshold(this.desiredCount)) {
      this.#breakCircuit(deployment, breaker.rollback ?? false);
    }
  }

  #breakCircuit(failed: Deployment, mayRollBack: boolean): void {
    settle(failed, 'FAILED', 'ECS deployment circuit breaker: tasks failed to start.');
    this.serviceEvents.say(`(deployment ${failed.id}) deployment failed: tasks failed to start.`);
    this.serviceEvents.deploymentChanged(failed);
    // The target of a rollback that fails too is not rolled back any further.
    const target = failed.completed ? undefined : this.history.find((one) => one.completed);
    if (!mayRollBack || !target) return;
    const reason = `ECS deployment circuit breaker: rolling back to deploymentId ${target.id}.`;
    this.serviceEvents.say(`rolling back to deployment ${target.id}.`);
    const back = this.deployments.includes(target) ? target : this.deploy(target.revision);
    this.deployments = [back, ...this.deployments.filter((one) => one !== back)];
    back.failedTasks = 0;
    back.failures = 0;
    back.startAfter = 0;
    back.completed = true;
    settle(back, 'IN_PROGRESS', reason);
    failed.rollback = { reason, startedAt: new Date(), to: back };
    Object.assign(this.settings, back.revision);
  }
}

/** Returns the settings of a service that are fixed for the tasks of its next deployment. */
export function revisionOf(settings: ServiceSettings, taskDefinitionArn: string): Revision {
  return {
    taskDefinition: taskDefinitionArn,
    loadBalancers: settings.loadBalancers ?? [],
    networkConfiguration: settings.networkConfiguration,
    platformVersion: settings.platformVersion,
  };
}
