/**
 * A requirement is an action such as `sqs:CreateQueue`. It may be followed by another resource on which the action has
 * to be allowed, such as `cloudwatch:PutMetricAlarm alarm:TargetTracking-*`. A resource of another service is written
 * as a whole ARN.
 */
export type Requirement = `${string}:${string}`;

/** The AWS provider calls these actions for a type, or AWS requires them of the caller. */
export interface RequiredActions {
  create: readonly Requirement[];
  read: readonly Requirement[];
  /** These actions change attributes in place that `when` does not name. */
  update: readonly Requirement[];
  delete: readonly Requirement[];
  tag: readonly Requirement[];
  /** A resource needs these actions only if it has the attribute: they set, change and remove it. */
  when: Readonly<Record<string, readonly Requirement[]>>;
  source: Source;
}

export interface Source {
  /**
   * This is a file of https://github.com/hashicorp/terraform-provider-aws, version 5.100.0, below `internal/service/`.
   */
  provider: string;
  /** The resource schema of this type lists the permissions of its handlers. */
  cloudformation?: string;
  /** This page documents the other permissions that AWS requires. */
  also?: string;
}

type Row = Partial<Omit<RequiredActions, 'source'>>;

export function row(provider: string, cloudformation: string | null, actions: Row, also?: string): RequiredActions {
  const source = { provider, ...(cloudformation ? { cloudformation } : {}), ...(also ? { also } : {}) };
  return { create: [], read: [], update: [], delete: [], tag: [], when: {}, ...actions, source };
}

/** Returns `['ec2:DescribeVpcs', 'ec2:DescribeSubnets']` for `('ec2', 'DescribeVpcs', 'DescribeSubnets')`. */
export function of(service: string, ...operations: string[]): Requirement[] {
  return operations.map((operation): Requirement => `${service}:${operation}`);
}
