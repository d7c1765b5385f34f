import type {
  Cluster,
  CreateServiceCommandInput,
  DescribeServiceDeploymentsCommandInput,
  ListServiceDeploymentsCommandInput,
  Service,
  UpdateServiceCommandInput,
} from '@aws-sdk/client-ecs';
import type { LabContext } from '../context.ts';
import { AwsError, type AwsRequest } from '../service.ts';
import { deploymentArn, describeService, describeServiceDeployment, taskCounts } from './describe.ts';
import type { TaskLauncher } from './launcher.ts';
import { requireLoadBalancers } from './load-balancers.ts';
import { shortName } from './serializers.ts';
import { LabEcsService, revisionOf, type ServiceSettings } from './service.ts';
import type { TaskTargets } from './targets.ts';

/** The lab overlays these members of an emulator's answer. */
interface Answer {
  service?: Service;
  services?: Service[];
  serviceArns?: string[];
  cluster?: Cluster;
  clusters?: Cluster[];
}

/** A change of only these settings leaves the running tasks as they are. */
const IN_PLACE = new Set([
  'cluster',
  'service',
  'desiredCount',
  'deploymentConfiguration',
  'forceNewDeployment',
  'healthCheckGracePeriodSeconds',
  'placementConstraints',
  'placementStrategy',
  'enableECSManagedTags',
  'propagateTags',
  'enableExecuteCommand',
  'availabilityZoneRebalancing',
]);

/** Follows the calls about services and clusters, and overlays what the emulator answers to them. */
export class ServiceApi {
  readonly #context: LabContext;
  readonly #launcher: TaskLauncher;
  readonly #targets: TaskTargets;
  readonly #services = new Map<string, LabEcsService>();

  constructor(context: LabContext, launcher: TaskLauncher, targets: TaskTargets) {
    this.#context = context;
    this.#launcher = launcher;
    this.#targets = targets;
  }

  stop(): void {
    for (const service of this.#services.values()) service.stop();
  }

  /** Returns true when there is such a service and it is not INACTIVE. */
  has(cluster: string, name: string): boolean {
    const service = this.#find(cluster, name);
    return service !== undefined && service.status !== 'INACTIVE';
  }

  /** Refuses what ECS would refuse and the emulator would not; answers what the emulator cannot. */
  async handle({ action, params }: AwsRequest): Promise<object | undefined> {
    switch (action) {
      case 'CreateService':
        await this.#mayCreate(params as unknown as CreateServiceCommandInput);
        return undefined;
      case 'UpdateService':
        this.#mayUpdate(params as unknown as UpdateServiceCommandInput);
        return undefined;
      case 'DeleteCluster':
        this.#mayDeleteCluster(String(params.cluster ?? 'default'));
        return undefined;
      case 'ListServiceDeployments':
        return this.#listDeployments(params as unknown as ListServiceDeploymentsCommandInput);
      case 'DescribeServiceDeployments':
        return this.#describeDeployments(params as unknown as DescribeServiceDeploymentsCommandInput);
      default:
        return undefined;
    }
  }

  /** Follows what the emulator accepted; changes its answer in place. */
  async after({ action, params }: AwsRequest, answer: Answer): Promise<void> {
    if (action === 'CreateService' && answer.service)
      await this.#create(params as unknown as CreateServiceCommandInput, answer.service);
    if (action === 'UpdateService' && answer.service)
      await this.#update(params as unknown as UpdateServiceCommandInput, answer.service);
    if (action === 'DeleteService') this.#services.get(answer.service?.serviceArn ?? '')?.drain();
    if (action === 'ListServices') {
      answer.serviceArns = answer.serviceArns?.filter((arn) => this.#services.get(arn)?.status !== 'INACTIVE') ?? [];
    }
    for (const record of [answer.service, ...(answer.services ?? [])]) {
      const service = this.#services.get(record?.serviceArn ?? '');
      if (record && service) Object.assign(record, describeService(service));
    }
    for (const cluster of [answer.cluster, ...(answer.clusters ?? [])]) if (cluster) this.#overlayCluster(cluster);
  }

  async #mayCreate(input: CreateServiceCommandInput): Promise<void> {
    const existing = this.#find(input.cluster, input.serviceName);
    if (existing?.status === 'ACTIVE') {
      throw new AwsError('InvalidParameterException', 'Creation of service was not idempotent.');
    }
    if (existing?.status === 'DRAINING') {
      throw new AwsError('InvalidParameterException', 'Unable to Start a service that is still Draining.');
    }
    await requireLoadBalancers(this.#context, input.loadBalancers ?? []);
  }

  async #create(input: CreateServiceCommandInput, record: Service): Promise<void> {
    const { taskDefinition } = await this.#launcher.taskDefinition(input.taskDefinition ?? '');
    const identity = {
      name: record.serviceName ?? '',
      arn: record.serviceArn ?? '',
      clusterArn: record.clusterArn ?? '',
    };
    const revision = revisionOf(input, taskDefinition.taskDefinitionArn ?? '');
    const settings = { ...input, desiredCount: input.desiredCount ?? 0 };
    this.#services.set(
      identity.arn,
      new LabEcsService(this.#context, this.#launcher, this.#targets, identity, settings, revision),
    );
  }

  #mayUpdate(input: UpdateServiceCommandInput): void {
    const service = this.#find(input.cluster, input.service);
    if (service && service.status !== 'ACTIVE') {
      throw new AwsError('ServiceNotActiveException', 'Service was not ACTIVE.');
    }
  }

  async #update(input: UpdateServiceCommandInput, record: Service): Promise<void> {
    const service = this.#services.get(record.serviceArn ?? '');
    if (!service) return;
    const { cluster: _, service: __, forceNewDeployment, deploymentConfiguration, ...changes } = input;
    const before = service.primary.revision;
    const named = input.taskDefinition ?? before.taskDefinition;
    const { taskDefinition } = await this.#launcher.taskDefinition(named);
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    const settings: ServiceSettings = { ...service.settings, ...given };
    settings.deploymentConfiguration = { ...service.settings.deploymentConfiguration, ...deploymentConfiguration };
    service.settings = settings;

    const replaces = Object.keys(given).some((key) => key !== 'taskDefinition' && !IN_PLACE.has(key));
    const revision = revisionOf(settings, taskDefinition.taskDefinitionArn ?? '');
    if (forceNewDeployment || replaces || revision.taskDefinition !== before.taskDefinition) service.deploy(revision);
    else service.wake();
  }

  #mayDeleteCluster(cluster: string): void {
    const name = shortName(cluster);
    const services = this.#inCluster(name).filter(({ status }) => status !== 'INACTIVE');
    if (services.some(({ status }) => status === 'ACTIVE')) {
      throw new AwsError(
        'ClusterContainsServicesException',
        'The Cluster cannot be deleted while Services are active.',
      );
    }
    const tasks = this.#launcher
      .tasks()
      .filter(({ record }) => shortName(record.clusterArn ?? '') === name && record.lastStatus !== 'STOPPED');
    if (tasks.length > 0) {
      throw new AwsError('ClusterContainsTasksException', 'The Cluster cannot be deleted while Tasks are active.');
    }
  }

  #overlayCluster(cluster: Cluster): void {
    const tasks = this.#launcher.tasks().filter(({ record }) => record.clusterArn === cluster.clusterArn);
    const { runningCount, pendingCount } = taskCounts(tasks);
    cluster.runningTasksCount = runningCount;
    cluster.pendingTasksCount = pendingCount;
    cluster.activeServicesCount = this.#inCluster(cluster.clusterName ?? '').filter(
      ({ status }) => status === 'ACTIVE',
    ).length;
  }

  #listDeployments(input: ListServiceDeploymentsCommandInput): object {
    const service = this.#require(input.cluster, input.service);
    const after = Number(input.createdAt?.after ?? 0) * 1000;
    const before = Number(input.createdAt?.before ?? Number.POSITIVE_INFINITY) * 1000;
    const briefs = service.history
      .map((deployment) => describeServiceDeployment(service, deployment))
      .filter(({ status }) => !input.status?.length || (status && input.status.includes(status)))
      .filter(({ createdAt }) => Number(createdAt) >= after && Number(createdAt) <= before)
      .map(({ targetServiceRevision, ...brief }) => ({
        serviceDeploymentArn: brief.serviceDeploymentArn,
        serviceArn: brief.serviceArn,
        clusterArn: brief.clusterArn,
        startedAt: brief.startedAt,
        createdAt: brief.createdAt,
        finishedAt: brief.finishedAt,
        targetServiceRevisionArn: targetServiceRevision?.arn,
        status: brief.status,
        statusReason: brief.statusReason,
      }));
    return { serviceDeployments: briefs };
  }

  #describeDeployments(input: DescribeServiceDeploymentsCommandInput): object {
    const found = (input.serviceDeploymentArns ?? []).map((arn) => {
      for (const service of this.#services.values()) {
        const deployment = service.history.find((one) => deploymentArn(service, one) === arn);
        if (deployment) return describeServiceDeployment(service, deployment);
      }
      return { arn, reason: 'MISSING' };
    });
    return {
      serviceDeployments: found.filter((one) => 'serviceDeploymentArn' in one),
      failures: found.filter((one) => 'reason' in one),
    };
  }

  #require(cluster: string | undefined, name: string | undefined): LabEcsService {
    const service = this.#find(cluster, name);
    if (!service) throw new AwsError('ServiceNotFoundException', 'Service not found.');
    return service;
  }

  #find(cluster = 'default', name = ''): LabEcsService | undefined {
    return this.#inCluster(shortName(cluster)).find(
      (service) => service.arn === name || service.name === shortName(name),
    );
  }

  #inCluster(clusterName: string): LabEcsService[] {
    return [...this.#services.values()].filter(({ clusterArn }) => shortName(clusterArn) === clusterName);
  }
}
