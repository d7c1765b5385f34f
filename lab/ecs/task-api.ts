import type {
  DescribeTasksCommandInput,
  ListTasksCommandInput,
  RunTaskCommandInput,
  StopTaskCommandInput,
} from '@aws-sdk/client-ecs';
import type { LabContext } from '../context.ts';
import { AwsError, type AwsRequest } from '../service.ts';
import { requireCluster } from './cluster.ts';
import type { TaskLauncher } from './launcher.ts';
import { shortName } from './serializers.ts';
import type { LabTask } from './task.ts';

const MAX_TASKS_A_CALL = 100;
const MAX_RUN_COUNT = 10;

/** The class answers the calls about tasks. None of them reaches the emulator. */
export class TaskApi {
  readonly #context: LabContext;
  readonly #launcher: TaskLauncher;

  readonly #isService: (clusterArn: string, name: string) => boolean;

  /** @param isService returns true when there is such a service and it is not INACTIVE */
  constructor(context: LabContext, launcher: TaskLauncher, isService: (clusterArn: string, name: string) => boolean) {
    this.#context = context;
    this.#launcher = launcher;
    this.#isService = isService;
  }

  async handle({ action, params }: AwsRequest): Promise<object | undefined> {
    switch (action) {
      case 'RunTask':
        return this.#run(params as unknown as RunTaskCommandInput);
      case 'StopTask':
        return this.#stop(params as unknown as StopTaskCommandInput);
      case 'ListTasks':
        return this.#list(params as unknown as ListTasksCommandInput);
      case 'DescribeTasks':
        return this.#describe(params as unknown as DescribeTasksCommandInput);
      default:
        return undefined;
    }
  }

  async #run(input: RunTaskCommandInput): Promise<object> {
    const clusterArn = await requireCluster(this.#context, input.cluster);
    const count = input.count ?? 1;
    if (count < 1 || count > MAX_RUN_COUNT) {
      throw new AwsError('InvalidParameterException', `Count must be between 1 and ${MAX_RUN_COUNT}.`);
    }
    const { taskDefinition, tags } = await this.#launcher.taskDefinition(input.taskDefinition ?? '');
    if (taskDefinition.status === 'INACTIVE') throw new AwsError('ClientException', 'TaskDefinition is inactive');
    if (taskDefinition.networkMode === 'awsvpc' && !input.networkConfiguration?.awsvpcConfiguration) {
      throw new AwsError(
        'InvalidParameterException',
        "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
      );
    }
    const tasks = await this.#launcher.launch(
      count,
      {
        clusterArn,
        group: input.group ?? `family:${taskDefinition.family}`,
        startedBy: input.startedBy,
        launchType: input.launchType,
        networkConfiguration: input.networkConfiguration,
        overrides: input.overrides,
        enableExecuteCommand: input.enableExecuteCommand,
      },
      taskDefinition.taskDefinitionArn ?? '',
      () => [...(input.tags ?? []), ...(input.propagateTags === 'TASK_DEFINITION' ? tags : [])],
      { changed: () => undefined },
      () => undefined,
    );
    return { tasks: tasks.map(({ record }) => record), failures: [] };
  }

  async #stop(input: StopTaskCommandInput): Promise<object> {
    const clusterArn = await requireCluster(this.#context, input.cluster);
    const task = this.#find(clusterArn, input.task ?? '');
    if (!task) throw new AwsError('InvalidParameterException', 'The referenced task was not found.');
    void task.stop({ code: 'UserInitiated', reason: input.reason ?? 'Task stopped by user' });
    return { task: task.record };
  }

  async #list(input: ListTasksCommandInput): Promise<object> {
    const clusterArn = await requireCluster(this.#context, input.cluster);
    if (input.serviceName && !this.#isService(clusterArn, input.serviceName)) {
      throw new AwsError('ServiceNotFoundException', 'Service not found.');
    }
    const wanted = input.desiredStatus ?? 'RUNNING';
    const arns = this.#launcher
      .tasks()
      .filter(
        (task) =>
          task.record.clusterArn === clusterArn &&
          task.record.desiredStatus === wanted &&
          (!input.family || task.family === input.family) &&
          (!input.serviceName || task.serviceName === shortName(input.serviceName)) &&
          (!input.startedBy || task.record.startedBy === input.startedBy) &&
          (!input.launchType || task.record.launchType === input.launchType),
      )
      .map(({ arn }) => arn);
    const start = input.nextToken ? arns.indexOf(Buffer.from(input.nextToken, 'base64').toString()) + 1 : 0;
    const page = arns.slice(start, start + (input.maxResults ?? MAX_TASKS_A_CALL));
    const last = page.at(-1);
    const more = last !== undefined && last !== arns.at(-1);
    return { taskArns: page, ...(more ? { nextToken: Buffer.from(last).toString('base64') } : {}) };
  }

  async #describe(input: DescribeTasksCommandInput): Promise<object> {
    const clusterArn = await requireCluster(this.#context, input.cluster);
    const asked = input.tasks ?? [];
    if (asked.length === 0) throw new AwsError('InvalidParameterException', 'Tasks cannot be empty.');
    if (asked.length > MAX_TASKS_A_CALL) throw new AwsError('InvalidParameterException', 'Tasks cannot exceed 100.');
    const tasks = asked.map((name) => this.#find(clusterArn, name));
    return {
      tasks: tasks.flatMap((task) => {
        if (!task) return [];
        const { tags, ...record } = task.record;
        return [input.include?.includes('TAGS') ? { ...record, tags } : record];
      }),
      failures: asked
        .filter((_, index) => !tasks[index])
        .map((name) => ({
          arn: name.startsWith('arn:') ? name : `${clusterArn.replace(':cluster/', ':task/')}/${name}`,
          reason: 'MISSING',
        })),
    };
  }

  #find(clusterArn: string, name: string): LabTask | undefined {
    return this.#launcher
      .tasks()
      .find((task) => task.record.clusterArn === clusterArn && (task.arn === name || task.id === shortName(name)));
  }
}
