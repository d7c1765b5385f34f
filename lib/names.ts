import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { machineName } from '../lambdas/contracts/deployed-names.ts';
import type { HandlerName } from '../lambdas/contracts/functions.ts';
import type { MachineName } from '../lambdas/contracts/record.ts';

export {
  BOUNDARY_POLICY,
  CHAT_TOPIC,
  DASHBOARD,
  ENVIRONMENTS_TABLE,
  IMAGES_PROJECT,
  machineName,
  NOTIFICATIONS_TOPIC,
  PREVIEW_PROJECT,
  SCHEDULE_GROUP,
  TERRAFORM_PROJECT,
} from '../lambdas/contracts/deployed-names.ts';

/**
 * The role signs links to reports. Its name is fixed, so that the function that assumes the role can be granted its
 * ARN.
 */
export const REPORT_READER_ROLE = 'runbook-report-reader';

export function functionName(handler: string): string {
  return `runbook-${handler}`;
}

export function reportReaderArn(scope: Construct): string {
  return Arn.format(
    { service: 'iam', region: '', resource: 'role', resourceName: REPORT_READER_ROLE },
    Stack.of(scope),
  );
}

/** Returns the name of the CodeBuild project of a check. */
export function checkProject(check: string): string {
  return `runbook-check-${check}`;
}

/** Returns an ARN in the stack's own account and region. */
export function arn(scope: Construct, service: string, resource: string): string {
  return Arn.format({ service, resource, arnFormat: ArnFormat.NO_RESOURCE_NAME }, Stack.of(scope));
}

export function machineArn(scope: Construct, machine: MachineName): string {
  return arn(scope, 'states', `stateMachine:${machineName(machine)}`);
}

export function functionArn(scope: Construct, handler: HandlerName): string {
  return arn(scope, 'lambda', `function:${functionName(handler)}`);
}

/** Returns the pattern for every execution of the machine. */
export function executionArns(scope: Construct, machine: MachineName): string {
  return arn(scope, 'states', `execution:${machineName(machine)}:*`);
}

export function projectArn(scope: Construct, project: string): string {
  return arn(scope, 'codebuild', `project/${project}`);
}

/** Returns `CheckEcsServices` for `check-ecs-services`. */
export function constructId(name: string): string {
  return name.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
