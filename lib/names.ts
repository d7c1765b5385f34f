import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { HandlerName } from '../lambdas/shared/environment.ts';
import type { MachineName } from '../lambdas/shared/record.ts';

/**
 * Physical names. They are fixed, so that the machines and functions can be granted each other's ARNs without a
 * circular dependency, and so that an operator can type them.
 */
export const TERRAFORM_PROJECT = 'runbook-terraform';
export const IMAGES_PROJECT = 'runbook-images';
export const ENVIRONMENTS_TABLE = 'runbook-environments';
export const NOTIFICATIONS_TOPIC = 'runbook-notifications';
export const SCHEDULE_GROUP = 'runbook';

export function functionName(handler: HandlerName): string {
  return `runbook-${handler}`;
}

export function machineName(machine: MachineName): string {
  return `runbook-${machine}`;
}

/** ARN in the stack's own account and region. */
export function arn(scope: Construct, service: string, resource: string): string {
  return Arn.format({ service, resource, arnFormat: ArnFormat.NO_RESOURCE_NAME }, Stack.of(scope));
}

export function machineArn(scope: Construct, machine: MachineName): string {
  return arn(scope, 'states', `stateMachine:${machineName(machine)}`);
}

/** Every execution of the machine. */
export function executionArns(scope: Construct, machine: MachineName): string {
  return arn(scope, 'states', `execution:${machineName(machine)}:*`);
}

export function projectArn(scope: Construct, project: string): string {
  return arn(scope, 'codebuild', `project/${project}`);
}
