/**
 * This module has the physical names of what the CDK app deploys. They are fixed, so that the machines and functions
 * can be granted each other's ARNs without a circular dependency, and so that an operator can type them.
 */
export const TERRAFORM_PROJECT = 'runbook-terraform';
export const IMAGES_PROJECT = 'runbook-images';
/** The builds of this project plan an environment, and change nothing. */
export const PREVIEW_PROJECT = 'runbook-plan';
export const PREVIEW_FUNCTION = 'runbook-preview';
export const ENVIRONMENTS_TABLE = 'runbook-environments';
export const NOTIFICATIONS_TOPIC = 'runbook-notifications';
/** Amazon Q Developer in chat applications reads this topic where it is configured. */
export const CHAT_TOPIC = 'runbook-chat';
/** The policy bounds the roles of environments. */
export const BOUNDARY_POLICY = 'runbook-boundary';
export const SCHEDULE_GROUP = 'runbook';
export const DASHBOARD = 'runbook';
/** The KMS key that signs certificates has this alias. */
export const CERTIFICATE_KEY_ALIAS = 'alias/runbook-certificates';

/** Returns the name of a state machine. */
export function machineName(machine: string): string {
  return `runbook-${machine}`;
}

/** Returns the name of the bucket that has bundles, plans, inventories and evidence. */
export function controlBucketName(accountId: string, region: string): string {
  return `runbook-control-${accountId}-${region}`;
}

/** The results of previews have this prefix in the control bucket. */
export const PREVIEWS = 'previews/';

/** The build stores its result at this key. The bucket expires it after a day. @param build id, `runbook-plan:<uuid>` */
export function previewKey(environment: string, build: string): string {
  return `${PREVIEWS}${environment}/${build.slice(build.indexOf(':') + 1)}.json`;
}
