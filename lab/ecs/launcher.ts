import { DescribeTaskDefinitionCommand, ECSClient, type Tag, type TaskDefinition } from '@aws-sdk/client-ecs';
import type { LabContext } from '../context.ts';
import { AwsError } from '../service.ts';
import { TaskNetwork } from './network.ts';
import { LabTask, type TaskHooks, type TaskRequest } from './task.ts';

/** ECS drops a stopped task after about an hour. */
const REMEMBERED_MS = 3_600_000;
const LAB_STOP_GRACE_MS = 2_000;

/** Starts tasks and keeps their records, as long as ECS would. */
export class TaskLauncher {
  readonly #context: LabContext;
  readonly #ecs: ECSClient;
  readonly #network: TaskNetwork;
  readonly #tasks = new Map<string, LabTask>();
  readonly #definitions = new Map<string, { taskDefinition: TaskDefinition; tags: Tag[] }>();
  /** The metadata endpoint has this address. */
  metadataUri = '';
  /** The tasks of these services die as soon as their processes run. */
  readonly crashing = new Set<string>();

  constructor(context: LabContext) {
    this.#context = context;
    this.#ecs = new ECSClient(context.emulator);
    this.#network = new TaskNetwork(context);
  }

  /** Returns every task that is still kept, the oldest first. */
  tasks(): LabTask[] {
    const oldest = Date.now() - REMEMBERED_MS;
    for (const [arn, { record }] of this.#tasks) {
      if (record.stoppedAt && record.stoppedAt.getTime() < oldest) this.#tasks.delete(arn);
    }
    return [...this.#tasks.values()];
  }

  /**
   * @param taskDefinition ARN, `family:revision` or `family`
   * @param tags of the tasks, given those of the task definition
   * @param launched called with each task before anything else happens to it
   */
  async launch(
    count: number,
    request: Omit<TaskRequest, 'taskDefinition' | 'tags'>,
    taskDefinition: string,
    tags: (definitionTags: Tag[]) => Tag[],
    hooks: TaskHooks,
    launched: (task: LabTask) => void,
  ): Promise<LabTask[]> {
    const definition = await this.taskDefinition(taskDefinition);
    const tasks = Array.from(
      { length: count },
      () =>
        new LabTask(
          this.#context,
          this.#network,
          { ...request, taskDefinition: definition.taskDefinition, tags: tags(definition.tags) },
          { ...hooks, started: (task) => this.#crash(task), changed: (task) => this.#changed(task, hooks) },
          this.metadataUri,
        ),
    );
    for (const task of tasks) {
      this.#tasks.set(task.arn, task);
      launched(task);
      void task.start();
    }
    return tasks;
  }

  /** @throws AwsError ClientException when there is no such task definition, or it is no longer ACTIVE */
  async taskDefinition(name: string): Promise<{ taskDefinition: TaskDefinition; tags: Tag[] }> {
    const known = this.#definitions.get(name);
    if (known) return known;
    const found = await this.#ecs
      .send(new DescribeTaskDefinitionCommand({ taskDefinition: name, include: ['TAGS'] }))
      .catch((error: Error) => {
        throw new AwsError('ClientException', error.message);
      });
    const { taskDefinition, tags = [] } = found;
    if (!taskDefinition?.taskDefinitionArn)
      throw new AwsError('ClientException', 'Unable to describe task definition.');
    const definition = { taskDefinition, tags };
    // Only a full ARN always names the same revision.
    if (name === taskDefinition.taskDefinitionArn) this.#definitions.set(name, definition);
    return definition;
  }

  /** Ends every task quickly: without draining, and with a short grace period for processes that ignore SIGTERM. */
  async stop(): Promise<void> {
    await Promise.all(
      this.tasks().map(async (task) => {
        await Promise.all(task.containers.map((container) => container.stop(LAB_STOP_GRACE_MS)));
        await task.stop({ code: 'EssentialContainerExited', reason: 'The lab has stopped' });
      }),
    );
    this.#ecs.destroy();
  }

  async #crash(task: LabTask): Promise<void> {
    if (!this.crashing.has(task.serviceName ?? '')) return;
    for (const container of task.containers) container.kill('SIGKILL');
    await Promise.all(task.containers.map(({ exited }) => exited));
  }

  #changed(task: LabTask, hooks: TaskHooks): void {
    this.#context.events.emit('event', {
      source: 'aws.ecs',
      'detail-type': 'ECS Task State Change',
      resources: [task.arn],
      // Events have dates as text, unlike the API. The event has a copy, since the record keeps changing.
      detail: { ...JSON.parse(JSON.stringify(task.record)), updatedAt: new Date().toISOString() },
    });
    hooks.changed(task);
  }
}
