import type { Service, ServiceDeployment, ServiceDeploymentStatus } from '@aws-sdk/client-ecs';
import type { Deployment } from './deployment.ts';
import { circuitBreakerThreshold } from './rollout.ts';
import type { LabEcsService } from './service.ts';
import type { LabTask } from './task.ts';

const isRunning = ({ record }: LabTask) => record.lastStatus === 'RUNNING';
const isPending = ({ record }: LabTask) =>
  record.lastStatus === 'PROVISIONING' || record.lastStatus === 'PENDING' || record.lastStatus === 'ACTIVATING';

export function taskCounts(tasks: readonly LabTask[]): { runningCount: number; pendingCount: number } {
  return { runningCount: tasks.filter(isRunning).length, pendingCount: tasks.filter(isPending).length };
}

/**
 * Returns the members that the lab has and the record of a service lacks: live state, and settings that the record
 * drops.
 */
export function describeService(service: LabEcsService): Partial<Service> {
  const { settings } = service;
  const fargate = settings.launchType === 'FARGATE' || (settings.capacityProviderStrategy?.length ?? 0) > 0;
  const [current] = service.history;
  return {
    status: service.status,
    desiredCount: service.desiredCount,
    ...taskCounts(service.tasks.alive()),
    taskDefinition: service.deployments[0]?.revision.taskDefinition ?? settings.taskDefinition,
    deployments: service.deployments.map((deployment) => describeDeployment(service, deployment)),
    events: service.serviceEvents.events,
    createdAt: service.createdAt,
    deploymentConfiguration: {
      maximumPercent: 200,
      minimumHealthyPercent: 100,
      strategy: 'ROLLING',
      bakeTimeInMinutes: 0,
      ...settings.deploymentConfiguration,
      deploymentCircuitBreaker: {
        enable: false,
        rollback: false,
        ...settings.deploymentConfiguration?.deploymentCircuitBreaker,
      },
    },
    deploymentController: settings.deploymentController ?? { type: 'ECS' },
    loadBalancers: settings.loadBalancers ?? [],
    serviceRegistries: settings.serviceRegistries ?? [],
    networkConfiguration: withPublicIp(settings.networkConfiguration),
    healthCheckGracePeriodSeconds: settings.healthCheckGracePeriodSeconds,
    launchType: settings.capacityProviderStrategy?.length ? undefined : (settings.launchType ?? 'EC2'),
    capacityProviderStrategy: settings.capacityProviderStrategy,
    ...(fargate ? { platformVersion: settings.platformVersion ?? 'LATEST', platformFamily: 'Linux' } : {}),
    placementConstraints: settings.placementConstraints ?? [],
    placementStrategy: settings.placementStrategy ?? [],
    schedulingStrategy: settings.schedulingStrategy ?? 'REPLICA',
    propagateTags: settings.propagateTags ?? 'NONE',
    enableECSManagedTags: settings.enableECSManagedTags ?? false,
    enableExecuteCommand: settings.enableExecuteCommand ?? false,
    availabilityZoneRebalancing: settings.availabilityZoneRebalancing ?? 'DISABLED',
    ...(current ? { currentServiceDeployment: deploymentArn(service, current) } : {}),
  };
}

function describeDeployment(
  service: LabEcsService,
  deployment: Deployment,
): NonNullable<Service['deployments']>[number] {
  const primary = deployment === service.deployments[0];
  const tasks = service.tasks.of(deployment);
  return {
    id: deployment.id,
    status: primary ? 'PRIMARY' : 'ACTIVE',
    taskDefinition: deployment.revision.taskDefinition,
    desiredCount: primary ? service.desiredCount : tasks.filter((task) => !task.stopRequested).length,
    ...taskCounts(tasks),
    failedTasks: deployment.failedTasks,
    createdAt: deployment.createdAt,
    updatedAt: deployment.updatedAt,
    launchType: service.settings.launchType,
    platformVersion: '1.4.0',
    platformFamily: 'Linux',
    networkConfiguration: withPublicIp(deployment.revision.networkConfiguration),
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
  };
}

export const deploymentArn = (service: LabEcsService, { id }: Deployment) =>
  `${service.arn.replace(':service/', ':service-deployment/')}/${id.replace('ecs-svc/', '')}`;

const revisionArn = (service: LabEcsService, { id }: Deployment) =>
  `${service.arn.replace(':service/', ':service-revision/')}/${id.replace('ecs-svc/', '')}`;

/** Returns the newer view of the same deployment. */
export function describeServiceDeployment(service: LabEcsService, deployment: Deployment): ServiceDeployment {
  const index = service.history.indexOf(deployment);
  const before = service.history[index + 1];
  const breaker = service.settings.deploymentConfiguration?.deploymentCircuitBreaker;
  const tasks = service.tasks.of(deployment);
  const { rollback } = deployment;
  return {
    serviceDeploymentArn: deploymentArn(service, deployment),
    serviceArn: service.arn,
    clusterArn: service.clusterArn,
    createdAt: deployment.createdAt,
    startedAt: deployment.createdAt,
    updatedAt: deployment.updatedAt,
    finishedAt: deployment.finishedAt,
    status: serviceDeploymentStatus(service, deployment),
    statusReason: deployment.rolloutStateReason,
    deploymentConfiguration: describeService(service).deploymentConfiguration,
    targetServiceRevision: {
      arn: revisionArn(service, deployment),
      requestedTaskCount: service.desiredCount,
      runningTaskCount: taskCounts(tasks).runningCount,
      pendingTaskCount: taskCounts(tasks).pendingCount,
    },
    sourceServiceRevisions: before ? [{ arn: revisionArn(service, before) }] : [],
    ...(rollback
      ? {
          rollback: {
            reason: rollback.reason,
            startedAt: rollback.startedAt,
            serviceRevisionArn: revisionArn(service, rollback.to),
          },
        }
      : {}),
    deploymentCircuitBreaker: {
      status: !breaker?.enable ? 'DISABLED' : deployment.rolloutState === 'FAILED' ? 'TRIGGERED' : 'MONITORING',
      failureCount: deployment.failedTasks,
      threshold: circuitBreakerThreshold(service.desiredCount),
    },
  };
}

function serviceDeploymentStatus(service: LabEcsService, deployment: Deployment): ServiceDeploymentStatus {
  const { rollback, rolloutState } = deployment;
  if (rollback) {
    const { to } = rollback;
    if (to.rolloutState === 'FAILED') return 'ROLLBACK_FAILED';
    return to.rolloutState === 'COMPLETED' ? 'ROLLBACK_SUCCESSFUL' : 'ROLLBACK_IN_PROGRESS';
  }
  if (deployment.completed) return 'SUCCESSFUL';
  // A newer deployment took its place before it was done.
  return rolloutState === 'IN_PROGRESS' && deployment === service.history[0] ? 'IN_PROGRESS' : 'STOPPED';
}

function withPublicIp(configuration: Service['networkConfiguration']): Service['networkConfiguration'] {
  if (!configuration?.awsvpcConfiguration) return configuration;
  return {
    awsvpcConfiguration: {
      assignPublicIp: 'DISABLED',
      securityGroups: [],
      ...configuration.awsvpcConfiguration,
    } as NonNullable<typeof configuration.awsvpcConfiguration>,
  };
}
