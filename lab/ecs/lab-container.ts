import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Container, ContainerDefinition, ContainerOverride } from '@aws-sdk/client-ecs';
import type { LabContext } from '../context.ts';
import type { LogWriter } from '../logs.ts';
import { signalGroup } from '../processes.ts';
import { captureOutput, openLog } from './awslogs.ts';
import { type ContainerSpec, containerEnvironment, startContainer } from './container.ts';
import { TaskStartError } from './failure.ts';
import { type ContainerHealth, watchContainerHealth } from './health-check.ts';
import { type Image, pullImage } from './image.ts';
import { resolveSecrets } from './secrets.ts';

const DEFAULT_STOP_TIMEOUT_S = 30;

export interface LabContainerOptions {
  task: { readonly id: string; readonly arn: string };
  definition: ContainerDefinition;
  override: ContainerOverride | undefined;
  /** The architecture is the task's: `X86_64` or `ARM64`. */
  cpuArchitecture: string;
  executionRoleArn: string | undefined;
  taskRoleArn: string | undefined;
  /** The task's temporary files are in this folder. */
  directory: string;
  metadataUri: string;
  /** The function is called when the container's status, health or exit code has changed. */
  changed(): void;
}

/** A container of a task has a process, a log stream, a health, and the record that DescribeTasks shows. */
export class LabContainer {
  readonly record: Container;
  readonly definition: ContainerDefinition;
  readonly #context: LabContext;
  readonly #options: LabContainerOptions;
  #image: Image | undefined;
  #secrets: Record<string, string> = {};
  #log: LogWriter | undefined;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #health: ContainerHealth | undefined;

  constructor(context: LabContext, options: LabContainerOptions) {
    const { definition, task } = options;
    this.#context = context;
    this.#options = options;
    this.definition = definition;
    this.record = {
      containerArn: `${task.arn.replace(':task/', ':container/')}/${crypto.randomUUID()}`,
      taskArn: task.arn,
      name: definition.name,
      image: definition.image,
      lastStatus: 'PENDING',
      networkBindings: [],
      networkInterfaces: [],
      ...(definition.healthCheck ? { healthStatus: 'UNKNOWN' as const } : {}),
      cpu: String(definition.cpu ?? 0),
      ...(definition.memory ? { memory: String(definition.memory) } : {}),
    };
  }

  /** Pulls the image, fetches secrets, opens the log. @throws TaskStartError */
  async prepare(): Promise<void> {
    const { definition, executionRoleArn, task } = this.#options;
    try {
      this.#image = await pullImage(this.#context, definition.image ?? '', executionRoleArn);
      this.record.imageDigest = this.#image.digest;
      this.#secrets = await resolveSecrets(this.#context, definition, executionRoleArn);
      this.#log = await openLog(this.#context, definition, task.id, executionRoleArn);
    } catch (error) {
      if (error instanceof TaskStartError) this.record.reason = error.stoppedReason;
      throw error;
    }
  }

  /** @throws TaskStartError */
  async start(ports: Record<string, number>): Promise<void> {
    if (!this.#image) throw new Error(`${this.definition.name} was not prepared`);
    const spec: ContainerSpec = {
      definition: this.definition,
      override: this.#options.override,
      image: this.#image,
      cpuArchitecture: this.#options.cpuArchitecture,
      secrets: this.#secrets,
      taskRoleArn: this.#options.taskRoleArn,
      taskId: this.#options.task.id,
      directory: join(this.#options.directory, this.definition.name ?? 'container'),
      ports,
      metadataUri: this.#options.metadataUri,
    };
    try {
      this.#child = await startContainer(this.#context, spec);
    } catch (error) {
      if (error instanceof TaskStartError) this.record.reason = error.stoppedReason;
      throw error;
    }
    captureOutput(this.#child, this.#log);
    this.#exited = this.#watch(this.#child);
    this.record.runtimeId = `${this.#options.task.id}-${this.#child.pid}`;
    this.record.lastStatus = 'RUNNING';
    this.#options.changed();
    if (this.definition.healthCheck) this.#watchHealth(spec);
  }

  /** Sends SIGTERM, and SIGKILL after the container's stop timeout. */
  async stop(graceMs = (this.definition.stopTimeout ?? DEFAULT_STOP_TIMEOUT_S) * 1000): Promise<void> {
    this.#health?.stop();
    if (this.#child) {
      await this.#context.processes.end(this.#child, graceMs);
      await this.#exited;
    }
    this.record.lastStatus = 'STOPPED';
  }

  /** Resolves when the process has ended and its last line is written. */
  get exited(): Promise<void> {
    return this.#exited;
  }

  /** Kills the process from outside, as a crash or the kernel would. */
  kill(signal: NodeJS.Signals): void {
    if (this.#child) signalGroup(this.#child, signal);
  }

  #watch(child: ChildProcess): Promise<void> {
    return new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#health?.stop();
        // Processes that the first process of a container leaves behind die with it.
        signalGroup(child, 'SIGKILL');
        this.record.exitCode = code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
        this.record.lastStatus = 'STOPPED';
        this.#options.changed();
      });
      // 'close' is emitted when the last line of output has been read.
      child.once('close', async () => {
        await this.#log?.flush();
        resolve();
      });
    });
  }

  #watchHealth(spec: ContainerSpec): void {
    const check = this.definition.healthCheck;
    if (!check) return;
    this.#health = watchContainerHealth(this.#context, {
      check,
      cwd: join(spec.directory, 'rootfs', this.definition.workingDirectory ?? spec.image.config.workdir),
      env: containerEnvironment(this.#context, spec),
      onChange: (status) => {
        this.record.healthStatus = status;
        this.#options.changed();
      },
    });
  }
}
