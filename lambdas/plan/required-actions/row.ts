/**
 * `sqs:CreateQueue`, or with what it has to be allowed on besides: `cloudwatch:PutMetricAlarm alarm:TargetTracking-*`. A
 * resource of another service is a whole ARN.
 */
export type Requirement = `${string}:${string}`;

/** Which actions the AWS provider calls for a type, or AWS asks its caller for. */
export interface RequiredActions {
  create: readonly Requirement[];
  read: readonly Requirement[];
  /** Changes in place of attributes that `when` does not name. */
  update: readonly Requirement[];
  delete: readonly Requirement[];
  tag: readonly Requirement[];
  /** Only where a resource has the attribute: to set it, to change it and to take it away. */
  when: Readonly<Record<string, readonly Requirement[]>>;
  source: Source;
}

export interface Source {
  /** File of https://github.com/hashicorp/terraform-provider-aws, version 5.100.0, below `internal/service/`. */
  provider: string;
  /** Type whose resource schema lists the permissions of its handlers. */
  cloudformation?: string;
  /** Documentation of what AWS asks for besides. */
  also?: string;
}

type Row = Partial<Omit<RequiredActions, 'source'>>;

export function row(provider: string, cloudformation: string | null, actions: Row, also?: string): RequiredActions {
  const source = { provider, ...(cloudformation ? { cloudformation } : {}), ...(also ? { also } : {}) };
  return { create: [], read: [], update: [], delete: [], tag: [], when: {}, ...actions, source };
}

/** `('ec2', 'DescribeVpcs', 'DescribeSubnets')` → `['ec2:DescribeVpcs', 'ec2:DescribeSubnets']`. */
export function of(service: string, ...operations: string[]): Requirement[] {
  return operations.map((operation): Requirement => `${service}:${operation}`);
}
