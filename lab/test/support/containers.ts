import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateSecurityGroupCommand, CreateSubnetCommand, CreateVpcCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateRepositoryCommand, ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import {
  type ContainerDefinition,
  CreateClusterCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  type Service,
  type Task,
} from '@aws-sdk/client-ecs';
import type { LabContext } from '../../context.ts';

/** The HTTP server answers 200 on /health, identifies itself elsewhere, and ends on SIGTERM. */
export const WEB = `
import { createServer } from 'node:http';
const server = createServer((request, response) => {
  response.setHeader('x-who', process.env.WHO ?? 'nobody');
  if (request.url === '/health') response.statusCode = Number(process.env.HEALTH ?? 200);
  response.end(JSON.stringify({ url: request.url, headers: request.headers, env: process.env }));
});
server.listen(8080, () => console.log('listening on 8080'));
process.on('SIGTERM', () => { console.log('SIGTERM'); server.close(); server.closeAllConnections(); });
`;
/** The program works until SIGTERM ends it. */
export const WORKER = `console.log('working'); const t = setInterval(() => {}, 1000); process.on('SIGTERM', () => clearInterval(t));`;
export const CRASHING = `console.log('about to crash'); process.exit(3);`;

/** The class creates a VPC, a cluster, a repository and images in one lab. */
export class TestContainers {
  readonly ecs: ECSClient;
  readonly cluster = 'test-cluster';
  readonly logGroup = '/ecs/test';
  readonly taskRoleArn: string;
  subnets: string[] = [];
  vpc = '';
  securityGroup = '';
  readonly #context: LabContext;
  readonly #ecr: ECRClient;
  #images = 0;
  #families = 0;

  constructor(context: LabContext) {
    this.#context = context;
    this.ecs = new ECSClient(context.client);
    this.#ecr = new ECRClient(context.client);
    this.taskRoleArn = `arn:aws:iam::${context.accountId}:role/test-task`;
  }

  async create(): Promise<this> {
    const ec2 = new EC2Client(this.#context.client);
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.42.0.0/16' }));
    this.vpc = Vpc?.VpcId ?? '';
    for (const [index, zone] of ['a', 'b'].entries()) {
      const { Subnet } = await ec2.send(
        new CreateSubnetCommand({
          VpcId: this.vpc,
          CidrBlock: `10.42.${index}.0/24`,
          AvailabilityZone: `${this.#context.region}${zone}`,
        }),
      );
      this.subnets.push(Subnet?.SubnetId ?? '');
    }
    const group = await ec2.send(
      new CreateSecurityGroupCommand({ GroupName: 'test', Description: 'test', VpcId: this.vpc }),
    );
    this.securityGroup = group.GroupId ?? '';
    await this.#ecr.send(new CreateRepositoryCommand({ repositoryName: 'test' }));
    await this.ecs.send(new CreateClusterCommand({ clusterName: this.cluster }));
    const logs = new CloudWatchLogsClient(this.#context.client);
    await logs.send(new CreateLogGroupCommand({ logGroupName: this.logGroup }));
    return this;
  }

  get networkConfiguration() {
    return { awsvpcConfiguration: { subnets: this.subnets, securityGroups: [this.securityGroup] } };
  }

  /**
   * @param platform as `docker build --platform` has it; where it is left out, the image does not declare it
   * @returns the image's reference, by digest
   */
  async image(script: string, platform?: string): Promise<string> {
    const tag = `v${++this.#images}`;
    const config = createHash('sha256').update(script).digest('hex');
    const { image } = await this.#ecr.send(
      new PutImageCommand({
        repositoryName: 'test',
        imageTag: tag,
        imageManifest: JSON.stringify({
          schemaVersion: 2,
          mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
          config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: 1, digest: `sha256:${config}` },
          layers: [],
        }),
      }),
    );
    const digest = image?.imageId?.imageDigest ?? '';
    const directory = join(this.#context.directory, 'images', digest);
    await mkdir(join(directory, 'rootfs', 'app'), { recursive: true });
    await writeFile(join(directory, 'rootfs', 'app', 'main.mjs'), script);
    await writeFile(
      join(directory, 'config.json'),
      JSON.stringify({ env: { FROM_IMAGE: 'yes' }, workdir: '/app', cmd: ['node', 'main.mjs'], user: 'node' }),
    );
    if (platform) await writeFile(join(directory, 'platform'), platform);
    return `${this.registry}/test@${digest}`;
  }

  get registry(): string {
    return `${this.#context.accountId}.dkr.ecr.${this.#context.region}.amazonaws.com`;
  }

  /** @returns the task definition's ARN */
  async define(
    image: string,
    container: Partial<ContainerDefinition> = {},
    task: Partial<RegisterTaskDefinitionCommandInput> = {},
    others: ContainerDefinition[] = [],
  ): Promise<string> {
    const { taskDefinition } = await this.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: `family-${++this.#families}`,
        networkMode: 'awsvpc',
        requiresCompatibilities: ['FARGATE'],
        cpu: '256',
        memory: '512',
        taskRoleArn: this.taskRoleArn,
        executionRoleArn: `arn:aws:iam::${this.#context.accountId}:role/test-execution`,
        ...task,
        containerDefinitions: [
          {
            name: 'main',
            image,
            essential: true,
            memory: 512,
            stopTimeout: 2,
            portMappings: [{ containerPort: 8080, protocol: 'tcp' }],
            logConfiguration: {
              logDriver: 'awslogs',
              options: {
                'awslogs-group': this.logGroup,
                'awslogs-region': this.#context.region,
                'awslogs-stream-prefix': 'test',
              },
            },
            ...container,
          },
          ...others,
        ],
      }),
    );
    return taskDefinition?.taskDefinitionArn ?? '';
  }

  async task(arn: string): Promise<Task> {
    const { tasks } = await this.ecs.send(new DescribeTasksCommand({ cluster: this.cluster, tasks: [arn] }));
    if (!tasks?.[0]) throw new Error(`no task ${arn}`);
    return tasks[0];
  }

  async tasksOf(serviceName: string, desiredStatus: 'RUNNING' | 'STOPPED' = 'RUNNING'): Promise<Task[]> {
    const { taskArns = [] } = await this.ecs.send(
      new ListTasksCommand({ cluster: this.cluster, serviceName, desiredStatus }),
    );
    if (taskArns.length === 0) return [];
    const { tasks = [] } = await this.ecs.send(new DescribeTasksCommand({ cluster: this.cluster, tasks: taskArns }));
    return tasks;
  }

  async service(name: string): Promise<Service> {
    const { services } = await this.ecs.send(new DescribeServicesCommand({ cluster: this.cluster, services: [name] }));
    if (!services?.[0]) throw new Error(`no service ${name}`);
    return services[0];
  }
}
