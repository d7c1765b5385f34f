import { setTimeout as delay } from 'node:timers/promises';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { ECRClient } from '@aws-sdk/client-ecr';
import {
  type ContainerDefinition,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  type Service,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { DescribeTargetHealthCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { RDSClient } from '@aws-sdk/client-rds';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { EcsFaults } from '../../../lab/ecs/ecs.ts';
import { KNOWN_OUTPUTS, type KnownOutputs } from '../../../lambdas/contracts/outputs.ts';
import type { Account } from '../support.ts';
import type { Interceptor } from './interception.ts';

/** Tests cause these faults from outside of AWS. */
export interface PlatformFaults {
  ecs(): EcsFaults;
  interceptor: Interceptor;
}

/** The class is a running order platform. Rows of the table break it through AWS's own APIs wherever these can. */
export class Platform {
  readonly outputs: KnownOutputs;
  readonly faults: PlatformFaults;
  /** The load balancer is reached by its name through this proxy. */
  readonly proxy: string;
  readonly ecs: ECSClient;
  readonly ecr: ECRClient;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly logs: CloudWatchLogsClient;
  readonly rds: RDSClient;
  readonly sqs: SQSClient;

  private constructor(account: Account, outputs: KnownOutputs, faults: PlatformFaults) {
    const { client } = account.lab.context;
    this.outputs = outputs;
    this.faults = faults;
    this.proxy = account.lab.endpoint;
    this.ecs = new ECSClient(client);
    this.ecr = new ECRClient(client);
    this.elb = new ElasticLoadBalancingV2Client(client);
    this.logs = new CloudWatchLogsClient(client);
    this.rds = new RDSClient(client);
    this.sqs = new SQSClient(client);
  }

  static async of(account: Account, environment: string, faults: PlatformFaults): Promise<Platform> {
    const { Item = {} } = await new DynamoDBClient(account.lab.context.client).send(
      new GetItemCommand({ TableName: 'runbook-environments', Key: { environment: { S: environment } } }),
    );
    return new Platform(account, z.object(KNOWN_OUTPUTS).parse(unmarshall(Item).outputs), faults);
  }

  /**
   * Deploys a revision of the worker's task definition with these changes. @returns a function that restores the old
   * one
   */
  async changeWorker(changes: Changes): Promise<() => Promise<void>> {
    const service = this.outputs.worker_service_name;
    const before = (await this.service(service)).taskDefinition ?? '';
    const { taskDefinition } = await this.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: before }));
    const containers = taskDefinition?.containerDefinitions ?? [];
    const { taskDefinition: changed } = await this.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: taskDefinition?.family,
        requiresCompatibilities: taskDefinition?.requiresCompatibilities,
        networkMode: taskDefinition?.networkMode,
        cpu: taskDefinition?.cpu,
        memory: taskDefinition?.memory,
        executionRoleArn: taskDefinition?.executionRoleArn,
        taskRoleArn: taskDefinition?.taskRoleArn,
        runtimePlatform: taskDefinition?.runtimePlatform,
        // Migrations run before the worker, and stay as they are.
        containerDefinitions: containers.map((one) => (one.essential === false ? one : altered(one, changes))),
      }),
    );
    await this.deploy(service, changed?.taskDefinitionArn ?? '');
    return () => this.deployAndWait(service, before);
  }

  /** Replaces the worker's tasks; ECS has counted no failure of the new ones. */
  async renewWorker(): Promise<void> {
    const service = this.outputs.worker_service_name;
    await this.deployAndWait(service, (await this.service(service)).taskDefinition ?? '');
  }

  async deploy(service: string, taskDefinition: string): Promise<void> {
    const cluster = this.outputs.ecs_cluster_name;
    await this.ecs.send(new UpdateServiceCommand({ cluster, service, taskDefinition, forceNewDeployment: true }));
  }

  async deployAndWait(service: string, taskDefinition: string): Promise<void> {
    await this.deploy(service, taskDefinition);
    await this.steady(service);
  }

  async service(name: string): Promise<Service> {
    const { services = [] } = await this.ecs.send(
      new DescribeServicesCommand({ cluster: this.outputs.ecs_cluster_name, services: [name] }),
    );
    if (!services[0]) throw new Error(`no service ${name}`);
    return services[0];
  }

  async steady(service: string): Promise<void> {
    await until(`${service} is steady`, async () => {
      const { deployments = [], runningCount, desiredCount } = await this.service(service);
      const [only, ...others] = deployments;
      return others.length === 0 && only?.rolloutState === 'COMPLETED' && runningCount === desiredCount;
    });
  }

  /** Kills the processes of the worker's tasks, once. */
  killWorker(): void {
    const { tasks, kill } = this.faults.ecs();
    const own = tasks().filter((task) => task.serviceName === this.outputs.worker_service_name);
    for (const { arn } of own.filter(({ stopRequested }) => !stopRequested)) kill(arn);
  }

  /**
   * Prevents that a task of the worker reaches RUNNING. @returns a function that ends it, after several tasks have died
   */
  async crashWorker(): Promise<() => void> {
    const { worker_service_name: service } = this.outputs;
    const before = new Set(this.faults.ecs().tasks());
    const end = this.faults.ecs().crash(service);
    await until('the worker has crashed again and again', () => {
      const died = this.faults
        .ecs()
        .tasks()
        .filter((task) => task.serviceName === service && task.record.stoppedAt);
      return died.filter((task) => !before.has(task)).length >= 3;
    });
    return end;
  }

  /** Waits until everything runs and no message waits: a row must find that state, and leave it behind. */
  async healthy(): Promise<void> {
    const { api_service_name: api, worker_service_name: worker } = this.outputs;
    await Promise.all([this.steady(api), this.steady(worker)]);
    await until('the target is healthy', async () => {
      const { TargetHealthDescriptions = [] } = await this.elb.send(
        new DescribeTargetHealthCommand({ TargetGroupArn: this.outputs.api_target_group_arn }),
      );
      const states = TargetHealthDescriptions.map(({ TargetHealth }) => TargetHealth?.State);
      return states.includes('healthy') && states.every((state) => state === 'healthy' || state === 'draining');
    });
    await until('the queue is empty', async () => (await this.backlog()) === 0);
  }

  /** Returns the private address of a task, as soon as it runs. */
  async addressOf(task: string): Promise<string> {
    let address: string | undefined;
    await until(`${task} runs`, async () => {
      const { tasks = [] } = await this.ecs.send(
        new DescribeTasksCommand({ cluster: this.outputs.ecs_cluster_name, tasks: [task] }),
      );
      const details = tasks[0]?.attachments?.flatMap((attachment) => attachment.details ?? []) ?? [];
      address = details.find(({ name }) => name === 'privateIPv4Address')?.value;
      return tasks[0]?.lastStatus === 'RUNNING';
    });
    return address ?? '';
  }

  async backlog(): Promise<number> {
    const { Attributes = {} } = await this.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: this.outputs.order_events_queue_url, AttributeNames: ['All'] }),
    );
    return (['', 'NotVisible', 'Delayed'] as const)
      .map((suffix) => Number(Attributes[`ApproximateNumberOfMessages${suffix}`]))
      .reduce((sum, number) => sum + number);
  }
}

/** Another revision of a container has these changes. */
export interface Changes {
  environment?: Record<string, string>;
  image?: (image: string) => string;
}

function altered(container: ContainerDefinition, { environment = {}, image }: Changes): ContainerDefinition {
  return {
    ...container,
    ...(image ? { image: image(container.image ?? '') } : {}),
    environment: [
      ...(container.environment ?? []).filter(({ name = '' }) => !(name in environment)),
      ...Object.entries(environment).map(([name, value]) => ({ name, value })),
    ],
  };
}

export async function until(what: string, holds: () => Promise<boolean> | boolean, seconds = 90): Promise<void> {
  const deadline = Date.now() + seconds * 1_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await delay(250);
  }
}
