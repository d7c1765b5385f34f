import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  ListTagsForResourceCommand as ScalingTagsCommand,
  type ServiceNamespace,
} from '@aws-sdk/client-application-auto-scaling';
import {
  DescribeAddressesCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeTagsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { ECRClient, ListTagsForResourceCommand as RepositoryTagsCommand } from '@aws-sdk/client-ecr';
import { ECSClient, ListTagsForResourceCommand as EcsTagsCommand } from '@aws-sdk/client-ecs';
import {
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
  DescribeTagsCommand as LoadBalancerTagsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { EventBridgeClient, ListTagsForResourceCommand as RuleTagsCommand } from '@aws-sdk/client-eventbridge';
import { IAMClient, ListPolicyTagsCommand, ListRoleTagsCommand } from '@aws-sdk/client-iam';
import { ListResourceTagsCommand as KeyTagsCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetEventSourceMappingCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ListTagsForResourceCommand as DatabaseTagsCommand, RDSClient } from '@aws-sdk/client-rds';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ListQueueTagsCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { ClientConfig } from '../context.ts';
import { lastOf, listed, text } from './parameters.ts';

type Tags = readonly { Key?: string | undefined; Value?: string | undefined }[];

/** Reads the tags of existing resources from their own services. */
export class ResourceTags {
  readonly #services: Record<string, (arn: string) => Promise<Tags | undefined>>;
  readonly #ec2: EC2Client;
  readonly #lambda: LambdaClient;
  readonly #scaling: ApplicationAutoScalingClient;
  readonly #elb: ElasticLoadBalancingV2Client;

  /** @param client reaches the services as the operator */
  constructor(client: ClientConfig) {
    this.#ec2 = new EC2Client(client);
    this.#lambda = new LambdaClient(client);
    this.#scaling = new ApplicationAutoScalingClient(client);
    const ecr = new ECRClient(client);
    const ecs = new ECSClient(client);
    this.#elb = new ElasticLoadBalancingV2Client(client);
    const events = new EventBridgeClient(client);
    const iam = new IAMClient(client);
    const kms = new KMSClient(client);
    const rds = new RDSClient(client);
    const secrets = new SecretsManagerClient(client);
    const sqs = new SQSClient(client);
    this.#services = {
      'application-autoscaling': async (ResourceARN) =>
        pairs((await this.#scaling.send(new ScalingTagsCommand({ ResourceARN }))).Tags),
      ec2: async (arn) => {
        const Filters = [{ Name: 'resource-id', Values: [lastOf(arn)] }];
        return (await this.#ec2.send(new DescribeTagsCommand({ Filters }))).Tags;
      },
      ecr: async (resourceArn) => (await ecr.send(new RepositoryTagsCommand({ resourceArn }))).tags,
      ecs: async (resourceArn) =>
        (await ecs.send(new EcsTagsCommand({ resourceArn }))).tags?.map(({ key, value }) => ({
          Key: key,
          Value: value,
        })),
      elasticloadbalancing: async (arn) =>
        (await this.#elb.send(new LoadBalancerTagsCommand({ ResourceArns: [arn] }))).TagDescriptions?.[0]?.Tags,
      events: async (ResourceARN) => (await events.send(new RuleTagsCommand({ ResourceARN }))).Tags,
      iam: async (arn) =>
        arn.includes(':policy/')
          ? (await iam.send(new ListPolicyTagsCommand({ PolicyArn: arn }))).Tags
          : (await iam.send(new ListRoleTagsCommand({ RoleName: lastOf(arn) }))).Tags,
      kms: async (KeyId) =>
        (await kms.send(new KeyTagsCommand({ KeyId }))).Tags?.map(({ TagKey, TagValue }) => ({
          Key: TagKey,
          Value: TagValue,
        })),
      rds: async (ResourceName) => (await rds.send(new DatabaseTagsCommand({ ResourceName }))).TagList,
      secretsmanager: async (SecretId) => (await secrets.send(new DescribeSecretCommand({ SecretId }))).Tags,
      sqs: async (arn) => {
        const QueueUrl = `${client.endpoint}/${arn.split(':').slice(4).join('/')}`;
        return pairs((await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags);
      },
    };
  }

  /** Returns no tags for a resource that does not exist: its service reports that better than a denial would. */
  async of(arn: string): Promise<Record<string, string>> {
    const read = this.#services[arn.split(':')[2] ?? ''];
    if (!read || arn.endsWith('*')) return {};
    const tags = (await read(arn).catch(() => undefined)) ?? [];
    return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
  }

  /** Returns the route table of an association, which calls about the association do not name. */
  async routeTableOf(associationId: string): Promise<string | undefined> {
    const Filters = [{ Name: 'association.route-table-association-id', Values: [associationId] }];
    const { RouteTables } = await this.#ec2.send(new DescribeRouteTablesCommand({ Filters }));
    return RouteTables?.[0]?.RouteTableId;
  }

  /** Returns the address of an association and the interface that has it, which calls about the association do not name. */
  async addressOf(associationId: string): Promise<{ AllocationId?: string; NetworkInterfaceId?: string }> {
    const Filters = [{ Name: 'association-id', Values: [associationId] }];
    const [address] = (await this.#ec2.send(new DescribeAddressesCommand({ Filters }))).Addresses ?? [];
    const { AllocationId, NetworkInterfaceId } = address ?? {};
    return { ...(AllocationId ? { AllocationId } : {}), ...(NetworkInterfaceId ? { NetworkInterfaceId } : {}) };
  }

  /** Returns the function of an event source mapping. */
  async functionOf(UUID: string): Promise<{ FunctionArn?: string }> {
    const { FunctionArn } = await this.#lambda
      .send(new GetEventSourceMappingCommand({ UUID }))
      .catch(() => ({ FunctionArn: undefined }));
    return FunctionArn ? { FunctionArn } : {};
  }

  /** Returns the VPC of a load balancer, or of the subnets that a new one is created in. */
  async vpcOf(params: Readonly<Record<string, unknown>>): Promise<string | undefined> {
    const LoadBalancerArn = text(params.LoadBalancerArn);
    if (LoadBalancerArn) {
      const look = new DescribeLoadBalancersCommand({ LoadBalancerArns: [LoadBalancerArn] });
      return (await this.#elb.send(look).catch(() => undefined))?.LoadBalancers?.[0]?.VpcId;
    }
    const SubnetIds = listed(params, 'Subnets').slice(0, 1);
    const { Subnets } = (await this.#ec2.send(new DescribeSubnetsCommand({ SubnetIds })).catch(() => undefined)) ?? {};
    return Subnets?.[0]?.VpcId;
  }

  /** Returns the ARN of an existing scalable target, which callers name only by what it scales. */
  async scalableTarget(params: Readonly<Record<string, unknown>>): Promise<string | undefined> {
    const { ServiceNamespace, ResourceId } = params as { ServiceNamespace?: ServiceNamespace; ResourceId?: string };
    if (!ServiceNamespace || !ResourceId) return undefined;
    const look = new DescribeScalableTargetsCommand({ ServiceNamespace, ResourceIds: [ResourceId] });
    return (await this.#scaling.send(look)).ScalableTargets?.[0]?.ScalableTargetARN;
  }
}

function pairs(tags: Record<string, string> | undefined): Tags {
  return Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
}
