import type { RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs';
import type { LabContext } from '../context.ts';
import { type AwsRequest, type AwsResponse, json, type LabService } from '../service.ts';
import { checkContainers } from './dependencies.ts';
import { TaskLauncher } from './launcher.ts';
import { MetadataEndpoint } from './metadata.ts';
import { serialize } from './serializers.ts';
import { ServiceApi } from './service-api.ts';
import { TaskTargets } from './targets.ts';
import type { LabTask } from './task.ts';
import { TaskApi } from './task-api.ts';

/** Tests and rehearsals cause these faults of tasks from outside of AWS. */
export interface EcsFaults {
  /** Ends the task's processes, like a crash or an out-of-memory kill. */
  kill(taskArn: string, signal?: NodeJS.Signals): void;
  /**
   * Ends the service's processes, and those of each new task before it is RUNNING. @returns a function that ends the
   * fault
   */
  crash(serviceName: string): () => void;
  /** Returns the tasks that are still kept. */
  tasks(): readonly LabTask[];
}

export interface LabEcs extends LabService {
  readonly faults: EcsFaults;
}

/**
 * For Amazon ECS, the emulator keeps the records of clusters, services and task definitions; tasks and deployments are
 * the lab's. A task is the processes of its containers, see LabTask; a service is a scheduler, see LabEcsService.
 */
export function ecsService(context: LabContext): LabEcs {
  const launcher = new TaskLauncher(context);
  const targets = new TaskTargets(context);
  const metadata = new MetadataEndpoint(() => launcher.tasks());
  const services = new ServiceApi(context, launcher, targets);
  const tasks = new TaskApi(context, launcher, (clusterArn, name) => services.has(clusterArn, name));

  return {
    services: ['ecs'],
    async start() {
      launcher.metadataUri = await metadata.listen();
    },
    async handle(request: AwsRequest): Promise<AwsResponse | undefined> {
      if (request.action === 'RegisterTaskDefinition') {
        const {
          containerDefinitions = [],
          cpu,
          memory,
        } = request.params as unknown as RegisterTaskDefinitionCommandInput;
        checkContainers(containerDefinitions, cpu, memory);
      }
      const answer = (await tasks.handle(request)) ?? (await services.handle(request));
      return answer && json(serialize(answer));
    },
    async after(request: AwsRequest, response: AwsResponse): Promise<AwsResponse> {
      if (response.status !== 200) return response;
      const answer = JSON.parse(response.body.toString() || '{}');
      await services.after(request, answer);
      return { ...response, body: JSON.stringify(serialize(answer)) };
    },
    async stop() {
      services.stop();
      await launcher.stop();
      targets.stop();
      metadata.close();
    },
    faults: {
      kill(taskArn, signal = 'SIGKILL') {
        const task = launcher.tasks().find(({ arn }) => arn === taskArn);
        if (!task) throw new Error(`no task ${taskArn}`);
        for (const container of task.containers) container.kill(signal);
      },
      crash(serviceName) {
        launcher.crashing.add(serviceName);
        for (const task of launcher.tasks().filter((one) => one.serviceName === serviceName)) {
          for (const container of task.containers) container.kill('SIGKILL');
        }
        return () => launcher.crashing.delete(serviceName);
      },
      tasks: () => launcher.tasks(),
    },
  };
}
