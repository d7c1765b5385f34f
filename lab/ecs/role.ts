import type { ClientConfig, LabContext } from '../context.ts';

/**
 * Returns the SDK client configuration for calls through the gateway with a role's credentials; the operator's where
 * there is no role.
 */
export function asRole(context: LabContext, roleArn: string | undefined, session?: string): ClientConfig {
  return roleArn ? { ...context.client, credentials: context.credentials.issue(roleArn, session) } : context.client;
}

/** ECS itself calls load balancers and network interfaces with this role. */
export const serviceLinkedRole = (accountId: string) =>
  `arn:aws:iam::${accountId}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS`;
