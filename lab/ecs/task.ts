import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NetworkConfiguration, Tag, Task, TaskDefinition, TaskOverride, TaskStopCode } from '@aws-sdk/client-ecs';
import type { LabContext } from '../context.ts';
import { freePort } from '../free-port.ts';
import { startInOrder } from './dependencies.ts';
import { TaskStartError } from './failure.ts';
import { LabContainer } from './lab-container.ts';
import type { TaskInterface, TaskNetwork } from './network.ts';
import { shortName, taskId } from './serializers.ts';

export interface TaskRequest {
  clusterArn: string;
  taskDefinition: TaskDefinition;
  group: string;
  startedBy?: string | undefined;
  launchType?: string | undefined;
  networkConfiguration?: NetworkConfiguration | undefined;
  overrides?: TaskOverride | undefined;
  tags?: Tag[] | undefined;
  enableExecuteCommand?: boolean | undefined;
}

/**
 * The hooks run around a task: load balancers register it before it is RUNNING and deregister it before it is stopped.
 */
export interface TaskHooks {
  activate?(task: LabTask): Promise<void>;
  /** @param drain wait until the load balancers are done with the task */
  deactivate?(task: LabTask, drain: boolean): Promise<void>;
  /** The hook runs when the processes of all containers run; the task is not yet RUNNING. */
  started?(task: LabTask): Promise<void>;
  /** The hook runs after any change of status or health. */
  changed(task: LabTask): void;
}

/** The reason why a task ends is in ECS's words. */
export interface StopReason {
  code: TaskStopCode;
  reason: string;
}

/** A task has real processes, and the record that DescribeTasks shows of them. */
export class LabTask {
  readonly id = taskId();
  readonly arn: string;
  readonly record: Task;
  readonly taskDefinition: TaskDefinition;
  readonly containers: LabContainer[];
  readonly #context: LabContext;
  readonly #network: TaskNetwork;
  readonly #hooks: TaskHooks;
  readonly #request: TaskRequest;
  readonly #directory: string;
  #ports: Record<string, number> = {};
  #interface: TaskInterface | undefined;
  #stopRequested = false;
  #starting: Promise<void> = Promise.resolve();
  #stopped: Promise<void> = Promise.resolve();

  constructor(context: LabContext, network: TaskNetwork, request: TaskRequest, hooks: TaskHooks, metadataUri: string) {
    this.#context = context;
    this.#network = network;
    this.#hooks = hooks;
    this.#request = request;
    this.#directory = join(context.directory, 'tasks', this.id);
    this.taskDefinition = request.taskDefinition;
    this.arn = `${request.clusterArn.replace(':cluster/', ':task/')}/${this.id}`;
    this.containers = (request.taskDefinition.containerDefinitions ?? []).map(
      (definition) =>
        new LabContainer(context, {
          task: this,
          definition,
          override: request.overrides?.containerOverrides?.find(({ name }) => name === definition.name),
          cpuArchitecture: cpuArchitecture(request.taskDefinition),
          executionRoleArn: request.overrides?.executionRoleArn ?? request.taskDefinition.executionRoleArn,
          taskRoleArn: request.overrides?.taskRoleArn ?? request.taskDefinition.taskRoleArn,
          directory: this.#directory,
          metadataUri: `${metadataUri}/${this.id}-${definition.name}`,
          changed: () => this.#containerChanged(),
        }),
    );
    this.record = this.#newRecord();
  }

  get privateIPv4Address(): string | undefined {
    return this.#interface?.privateIPv4Address;
  }

  get stopRequested(): boolean {
    return this.#stopRequested;
  }

  /** Brings the task to RUNNING, or to STOPPED with the reason of the failure. The promise never rejects. */
  async start(): Promise<void> {
    this.#hooks.changed(this);
    this.#starting = this.#bringUp();
    try {
      await this.#starting;
    } catch (error) {
      this.#context.log(`ecs: task ${this.arn}: ${(error as Error).stack}`);
      const reason = error instanceof TaskStartError ? error.stoppedReason : (error as Error).message;
      await this.stop({ code: 'TaskFailedToStart', reason });
    }
  }

  /** Ends the task; the first reason given stays. Resolves when it is STOPPED. */
  stop(reason: StopReason): Promise<void> {
    if (!this.#stopRequested) {
      this.#stopRequested = true;
      this.#stopped = this.#bringDown(reason);
    }
    return this.#stopped;
  }

  async #bringUp(): Promise<void> {
    const steps = [
      () => this.#provision(),
      () => this.#pull(),
      () =>
        startInOrder(
          this.containers,
          (container) => container.start(this.#ports),
          () => this.#stopRequested,
        ),
      async () => this.#hooks.started?.(this),
      () => this.#activate(),
    ];
    for (const step of steps) {
      if (this.#stopRequested) return;
      await step();
    }
    if (this.#stopRequested) return;
    this.record.startedAt = new Date();
    this.record.connectivity = 'CONNECTED';
    this.record.connectivityAt = new Date();
    this.#status('RUNNING');
  }

  async #pull(): Promise<void> {
    this.#status('PENDING');
    this.record.pullStartedAt = new Date();
    await Promise.all(this.containers.map((container) => container.prepare()));
    this.record.pullStoppedAt = new Date();
  }

  async #activate(): Promise<void> {
    this.#status('ACTIVATING');
    await this.#hooks.activate?.(this);
  }

  async #bringDown({ code, reason }: StopReason): Promise<void> {
    const { record } = this;
    const wasActive = record.lastStatus === 'RUNNING' || record.lastStatus === 'ACTIVATING';
    record.desiredStatus = 'STOPPED';
    record.stopCode = code;
    record.stoppedReason = reason;
    record.stoppingAt = new Date();
    if (wasActive) this.#status('DEACTIVATING');
    else this.#hooks.changed(this);
    // A start that is in progress sees the request at its next step.
    await this.#starting.catch(() => undefined);
    // Draining has no purpose when the process has already ended.
    if (wasActive) await this.#hooks.deactivate?.(this, code !== 'EssentialContainerExited');
    this.#status('STOPPING');
    await Promise.all(this.containers.map((container) => container.stop()));
    record.executionStoppedAt = new Date();
    this.#status('DEPROVISIONING');
    if (this.#interface) this.#network.release(this.#interface.privateIPv4Address);
    for (const attachment of record.attachments ?? []) attachment.status = 'DELETED';
    await rm(this.#directory, { recursive: true, force: true });
    record.stoppedAt = new Date();
    record.connectivity = 'DISCONNECTED';
    this.#status('STOPPED');
  }

  async #provision(): Promise<void> {
    const subnets = this.#request.networkConfiguration?.awsvpcConfiguration?.subnets ?? [];
    const attached = await this.#network.attach(subnets);
    this.#interface = attached;
    this.record.availabilityZone = attached.availabilityZone;
    this.record.attachments = [
      {
        id: attached.attachmentId,
        type: 'ElasticNetworkInterface',
        status: 'ATTACHED',
        details: [
          { name: 'subnetId', value: attached.subnetId },
          { name: 'networkInterfaceId', value: attached.networkInterfaceId },
          { name: 'macAddress', value: attached.macAddress },
          { name: 'privateIPv4Address', value: attached.privateIPv4Address },
        ],
      },
    ];
    for (const container of this.containers) {
      container.record.networkInterfaces = [
        { attachmentId: attached.attachmentId, privateIpv4Address: attached.privateIPv4Address },
      ];
    }
    const ports = this.containers.flatMap(({ definition }) => definition.portMappings ?? []);
    for (const { containerPort } of ports) if (containerPort) this.#ports[containerPort] = await freePort();
    this.#context.dns.set(attached.privateIPv4Address, { address: attached.privateIPv4Address, ports: this.#ports });
  }

  #containerChanged(): void {
    const { record } = this;
    const statuses = this.containers.map((container) => container.record.healthStatus).filter((status) => status);
    if (statuses.length > 0) {
      record.healthStatus = statuses.includes('UNHEALTHY')
        ? 'UNHEALTHY'
        : statuses.every((status) => status === 'HEALTHY')
          ? 'HEALTHY'
          : 'UNKNOWN';
    }
    const over = this.containers.some(
      (container) => container.definition.essential !== false && container.record.lastStatus === 'STOPPED',
    );
    if (over && !this.stopRequested) {
      void this.stop({ code: 'EssentialContainerExited', reason: 'Essential container in task exited' });
    } else this.#hooks.changed(this);
  }

  #status(lastStatus: string): void {
    this.record.lastStatus = lastStatus;
    this.record.version = (this.record.version ?? 0) + 1;
    this.#hooks.changed(this);
  }

  #newRecord(): Task {
    const { clusterArn, taskDefinition, group, startedBy, launchType = 'FARGATE', overrides, tags } = this.#request;
    return {
      taskArn: this.arn,
      clusterArn,
      taskDefinitionArn: taskDefinition.taskDefinitionArn,
      group,
      ...(startedBy ? { startedBy } : {}),
      launchType: launchType as Task['launchType'],
      platformVersion: '1.4.0',
      platformFamily: 'Linux',
      cpu: overrides?.cpu ?? taskDefinition.cpu,
      memory: overrides?.memory ?? taskDefinition.memory,
      enableExecuteCommand: this.#request.enableExecuteCommand ?? false,
      createdAt: new Date(),
      desiredStatus: 'RUNNING',
      lastStatus: 'PROVISIONING',
      healthStatus: 'UNKNOWN',
      version: 1,
      attachments: [],
      attributes: [{ name: 'ecs.cpu-architecture', value: cpuArchitecture(taskDefinition) }],
      containers: this.containers.map((container) => container.record),
      overrides: { containerOverrides: [], inferenceAcceleratorOverrides: [], ...overrides },
      tags: tags ?? [],
      ephemeralStorage: { sizeInGiB: 20 },
    };
  }

  /** The service with this name owns the task; the name is undefined when no service does. */
  get serviceName(): string | undefined {
    const { group = '' } = this.record;
    return group.startsWith('service:') ? group.slice('service:'.length) : undefined;
  }

  get family(): string {
    return shortName(this.record.taskDefinitionArn ?? '').split(':')[0] ?? '';
  }
}

const cpuArchitecture = ({ runtimePlatform }: TaskDefinition) => runtimePlatform?.cpuArchitecture ?? 'X86_64';
