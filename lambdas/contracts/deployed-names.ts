/**
 * Physical names of what the CDK app deploys. They are fixed, so that the machines and functions can be granted each
 * other's ARNs without a circular dependency, and so that an operator can type them.
 */
export const TERRAFORM_PROJECT = 'runbook-terraform';
export const IMAGES_PROJECT = 'runbook-images';
export const ENVIRONMENTS_TABLE = 'runbook-environments';
export const NOTIFICATIONS_TOPIC = 'runbook-notifications';
/** Of Amazon Q Developer in chat applications, where it is configured. */
export const CHAT_TOPIC = 'runbook-chat';
export const SCHEDULE_GROUP = 'runbook';
export const DASHBOARD = 'runbook';
/** Of the KMS key that signs certificates. */
export const CERTIFICATE_KEY_ALIAS = 'alias/runbook-certificates';

/** Of a state machine. */
export function machineName(machine: string): string {
  return `runbook-${machine}`;
}

/** Bundles, plans, inventories and evidence. */
export function controlBucketName(accountId: string, region: string): string {
  return `runbook-control-${accountId}-${region}`;
}
