import type { DeploymentRolloutState, LoadBalancer, NetworkConfiguration } from '@aws-sdk/client-ecs';
import { deploymentId } from './serializers.ts';

/** What a deployment fixes for its tasks; a change of any of it makes a new deployment. */
export interface Revision {
  taskDefinition: string;
  loadBalancers: LoadBalancer[];
  networkConfiguration: NetworkConfiguration | undefined;
  platformVersion: string | undefined;
}

/** One deployment of a service. The first of a service's list is PRIMARY, the others are ACTIVE until their tasks end. */
export interface Deployment {
  readonly id: string;
  readonly revision: Revision;
  readonly createdAt: Date;
  updatedAt: Date;
  rolloutState: DeploymentRolloutState;
  rolloutStateReason: string;
  failedTasks: number;
  /** Consecutive failures, which slow down the next start; unlike failedTasks they count after the rollout too. */
  failures: number;
  /** No task is started before this, in milliseconds since 1970. */
  startAfter: number;
  /** Whether it ever completed, which makes it a deployment to roll back to. */
  completed: boolean;
  finishedAt?: Date;
  /** Set when the circuit breaker gave this deployment up for another one. */
  rollback?: { reason: string; startedAt: Date; to: Deployment };
}

export function newDeployment(revision: Revision): Deployment {
  const id = deploymentId();
  return {
    id,
    revision,
    createdAt: new Date(),
    updatedAt: new Date(),
    rolloutState: 'IN_PROGRESS',
    rolloutStateReason: `ECS deployment ${id} in progress.`,
    failedTasks: 0,
    failures: 0,
    startAfter: 0,
    completed: false,
  };
}

export function settle(deployment: Deployment, state: DeploymentRolloutState, reason: string): void {
  deployment.rolloutState = state;
  deployment.rolloutStateReason = reason;
  deployment.updatedAt = new Date();
  if (state !== 'IN_PROGRESS') deployment.finishedAt = new Date();
  if (state === 'COMPLETED') deployment.completed = true;
}
