import type { DeploymentRolloutState, LoadBalancer, NetworkConfiguration } from '@aws-sdk/client-ecs';
import { deploymentId } from './serializers.ts';

/** A deployment fixes these settings for its tasks; a change of any of them creates a new deployment. */
export interface Revision {
  taskDefinition: string;
  loadBalancers: LoadBalancer[];
  networkConfiguration: NetworkConfiguration | undefined;
  platformVersion: string | undefined;
}

/**
 * The interface is one deployment of a service. The first of a service's list is PRIMARY, the others are ACTIVE until
 * their tasks end.
 */
export interface Deployment {
  readonly id: string;
  readonly revision: Revision;
  readonly createdAt: Date;
  updatedAt: Date;
  rolloutState: DeploymentRolloutState;
  rolloutStateReason: string;
  failedTasks: number;
  /** Consecutive failures slow down the next start; unlike failedTasks they count after the rollout too. */
  failures: number;
  /** No task is started before this time, in milliseconds since 1970. */
  startAfter: number;
  /** The value is true when the deployment has completed once, so that it can be rolled back to. */
  completed: boolean;
  finishedAt?: Date;
  /** The member is set when the circuit breaker gave this deployment up for another one. */
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
