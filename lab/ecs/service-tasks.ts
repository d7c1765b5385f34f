import type { Tag } from '@aws-sdk/client-ecs';
import type { LabContext } from '../context.ts';
import type { Deployment } from './deployment.ts';
import type { TaskLauncher } from './launcher.ts';
import { shortName } from './serializers.ts';
import type { LabEcsService } from './service.ts';
import type { ServiceEvents } from './service-events.ts';
import type { TargetVerdict, TaskTargets } from './targets.ts';
import type { LabTask, StopReason } from './task.ts';

/** A task without any health check counts as healthy when it has run for this long. */
const STABLE_AFTER_MS = 2_500;
/** The load balancers are asked at these intervals: while something may happen, and when nothing does. */
const WATCH_MS = 300;
const WATCH_STEADY_MS = 1_000;

export interface ServiceTasksEvents {
  /** The function is called when a task has changed, so that the scheduler may have work. */
  changed(): void;
  /** The function is called when a task ends that neither the scheduler nor a user wanted to end. */
  failed(task: LabTask, deployment: Deployment): void;
}

/** The class starts and ends the tasks of one service, and watches them through containers and load balancers. */
export class ServiceTasks {
  readonly #context: LabContext;
  readonly #service: LabEcsService;
  readonly #launcher: TaskLauncher;
  readonly #targets: TaskTargets;
  readonly #serviceEvents: ServiceEvents;
  readonly #events: ServiceTasksEvents;
  readonly #deployments = new Map<LabTask, Deployment>();
  readonly #failedChecks = new WeakSet<LabTask>();
  readonly #counted = new WeakSet<LabTask>();
  #verdicts = new Map<LabTask, TargetVerdict[]>();
  #watcher: NodeJS.Timeout | undefined;

  constructor(
    context: LabContext,
    service: LabEcsService,
    launcher: TaskLauncher,
    targets: TaskTargets,
    serviceEvents: ServiceEvents,
    events: ServiceTasksEvents,
  ) {
    this.#context = context;
    this.#service = service;
    this.#launcher = launcher;
    this.#targets = targets;
    this.#serviceEvents = serviceEvents;
    this.#events = events;
  }

  /** Returns the tasks that are not yet STOPPED, the oldest first. */
  alive(): LabTask[] {
    return [...this.#deployments.keys()];
  }

  /** Returns the tasks that have no request to stop. */
  wanted(): LabTask[] {
    return this.alive().filter((task) => !task.stopRequested);
  }

  of(deployment: Deployment): LabTask[] {
    return this.alive().filter((task) => this.#deployments.get(task) === deployment);
  }

  deploymentOf(task: LabTask): Deployment | undefined {
    return this.#deployments.get(task);
  }

  async start(count: number, deployment: Deployment): Promise<void> {
    const { revision } = deployment;
    const tasks = await this.#launcher.launch(
      count,
      {
        clusterArn: this.#service.clusterArn,
        group: `service:${this.#service.name}`,
        startedBy: deployment.id,
        launchType: this.#service.settings.launchType,
        networkConfiguration: revision.networkConfiguration,
        enableExecuteCommand: this.#service.settings.enableExecuteCommand,
      },
      revision.taskDefinition,
      (definitionTags) => this.#tags(definitionTags),
      {
        activate: (task) => this.#activate(task, deployment),
        deactivate: (task, drain) => this.#deactivate(task, deployment, drain),
        changed: (task) => this.#changed(task, deployment),
      },
      (task) => this.#deployments.set(task, deployment),
    );
    const names = tasks.map((task) => `(task ${task.id})`).join(' ');
    this.#serviceEvents.say(`has started ${count} tasks: ${names}.`);
    this.#watch();
  }

  isHealthy(task: LabTask): boolean {
    const { lastStatus, healthStatus, startedAt } = task.record;
    if (lastStatus !== 'RUNNING' || task.stopRequested || !startedAt) return false;
    const checked = task.containers.some(({ definition }) => definition.healthCheck);
    if (checked && healthStatus !== 'HEALTHY') return false;
    const { loadBalancers } = this.#deployments.get(task)?.revision ?? { loadBalancers: [] };
    if (loadBalancers.length > 0) {
      const verdicts = this.#verdicts.get(task) ?? [];
      return verdicts.length > 0 && verdicts.every(({ health }) => health?.State === 'healthy');
    }
    const age = Date.now() - startedAt.getTime();
    if (!checked && age < STABLE_AFTER_MS) {
      this.#service.wake(STABLE_AFTER_MS - age);
      return false;
    }
    return true;
  }

  /** Ends tasks whose health checks have failed, once their grace period is over. */
  stopUnhealthy(gracePeriodSeconds: number): void {
    for (const task of this.wanted()) {
      const { startedAt, lastStatus } = task.record;
      if (lastStatus !== 'RUNNING' || !startedAt) continue;
      const grace = startedAt.getTime() + gracePeriodSeconds * 1000 - Date.now();
      const reason = this.#complaint(task);
      if (!reason) continue;
      if (grace > 0) {
        this.#service.wake(grace);
        continue;
      }
      this.#failedChecks.add(task);
      void task.stop(reason);
    }
  }

  /** Ends tasks because fewer are wanted, or because newer ones have taken their place. */
  retire(ids: readonly string[], primary: Deployment): void {
    const tasks = this.wanted().filter((task) => ids.includes(task.id));
    for (const task of tasks) {
      void task.stop({
        code: 'ServiceSchedulerInitiated',
        reason: `Scaling activity initiated by (deployment ${primary.id})`,
      });
    }
    if (tasks.length === 0) return;
    const names = tasks.map((task) => `(task ${task.id})`).join(' ');
    this.#serviceEvents.say(`has stopped ${tasks.length} running tasks: ${names}.`);
  }

  stopWatching(): void {
    clearTimeout(this.#watcher);
    this.#watcher = undefined;
  }

  #complaint(task: LabTask): StopReason | undefined {
    const code = 'ServiceSchedulerInitiated';
    if (task.record.healthStatus === 'UNHEALTHY') {
      this.#say(task, `(task ${task.id}) failed container health checks.`);
      return { code, reason: 'Task failed container health checks' };
    }
    const verdict = this.#verdicts.get(task)?.find(({ health }) => health?.State === 'unhealthy');
    if (!verdict) return undefined;
    const group = `(target-group ${verdict.targetGroupArn})`;
    this.#say(task, `(port ${verdict.port}) is unhealthy in ${group} due to (reason ${verdict.health?.Description}).`);
    return { code, reason: `Task failed ELB health checks in ${group}` };
  }

  readonly #said = new WeakMap<LabTask, string>();

  /** A complaint is reported once, though every check during the grace period finds it. */
  #say(task: LabTask, complaint: string): void {
    if (this.#said.get(task) === complaint) return;
    this.#said.set(task, complaint);
    this.#serviceEvents.say(complaint);
  }

  async #activate(task: LabTask, { revision: { loadBalancers } }: Deployment): Promise<void> {
    await this.#targets.register(task, loadBalancers);
    for (const { targetGroupArn } of loadBalancers) {
      this.#serviceEvents.say(`registered 1 targets in (target-group ${targetGroupArn})`);
    }
  }

  async #deactivate(task: LabTask, { id, revision: { loadBalancers } }: Deployment, drain: boolean): Promise<void> {
    if (loadBalancers.length === 0) return;
    try {
      await this.#targets.deregister(task, loadBalancers);
      for (const { targetGroupArn } of loadBalancers) {
        this.#serviceEvents.say(`deregistered 1 targets in (target-group ${targetGroupArn})`);
      }
      this.#serviceEvents.say('has begun draining connections on 1 tasks.', id);
      if (drain) await this.#targets.drained(task, loadBalancers);
    } catch (error) {
      this.#context.log(`ecs: deregistering ${task.arn}: ${(error as Error).message}`);
    }
  }

  #changed(task: LabTask, deployment: Deployment): void {
    const { lastStatus, stopCode } = task.record;
    const failed =
      stopCode === 'EssentialContainerExited' || stopCode === 'TaskFailedToStart' || this.#failedChecks.has(task);
    // The task is counted when it begins to stop: its replacement may start before it has ended.
    if (task.stopRequested && failed && !this.#counted.has(task)) {
      this.#counted.add(task);
      this.#events.failed(task, deployment);
    }
    if (lastStatus === 'STOPPED') {
      this.#deployments.delete(task);
      this.#verdicts.delete(task);
    }
    this.#events.changed();
  }

  /** Asks the load balancers while there is a task that they may judge. */
  #watch(): void {
    this.#watcher ??= setTimeout(
      async () => {
        try {
          await this.#refreshVerdicts();
          this.#events.changed();
        } catch (error) {
          this.#context.log(`ecs: target health of ${this.#service.name}: ${(error as Error).message}`);
        }
        this.#watcher = undefined;
        if (this.#judged().length > 0) this.#watch();
      },
      this.#judged().every((task) => this.isHealthy(task)) ? WATCH_STEADY_MS : WATCH_MS,
    );
  }

  #judged(): LabTask[] {
    return this.wanted().filter((task) => (this.#deployments.get(task)?.revision.loadBalancers.length ?? 0) > 0);
  }

  async #refreshVerdicts(): Promise<void> {
    const byDeployment = Map.groupBy(this.#judged(), (task) => this.#deployments.get(task));
    const verdicts = new Map<LabTask, TargetVerdict[]>();
    for (const [deployment, tasks] of byDeployment) {
      if (!deployment) continue;
      const running = tasks.filter((task) => task.record.lastStatus === 'RUNNING');
      for (const entry of await this.#targets.verdicts(running, deployment.revision.loadBalancers))
        verdicts.set(...entry);
    }
    this.#verdicts = verdicts;
  }

  #tags(definitionTags: Tag[]): Tag[] {
    const { propagateTags, enableECSManagedTags, tags = [] } = this.#service.settings;
    return [
      ...(propagateTags === 'SERVICE' ? tags : []),
      ...(propagateTags === 'TASK_DEFINITION' ? definitionTags : []),
      ...(enableECSManagedTags
        ? [
            { key: 'aws:ecs:clusterName', value: shortName(this.#service.clusterArn) },
            { key: 'aws:ecs:serviceName', value: this.#service.name },
          ]
        : []),
    ];
  }
}
