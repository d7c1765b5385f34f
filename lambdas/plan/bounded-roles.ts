import * as z from 'zod';
import { BOUNDARY_POLICY } from '../contracts/deployed-names.ts';
import type { PlannedChange } from '../contracts/plan.ts';
import { withoutIndices } from './prevent-destroy.ts';

/**
 * AWS tries these permissions of the role that a resource is given, and refuses to create the resource without them. No name and no tag
 * limits them, so the boundary of this project does not have them, and a managed policy of AWS's own does not help.
 */
const TRIED: Readonly<Record<string, readonly [block: string, what: string, source: string]>> = {
  aws_lambda_function: [
    'vpc_config',
    'a function in a VPC needs ec2:CreateNetworkInterface and more',
    'https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions',
  ],
  aws_sfn_state_machine: [
    'logging_configuration',
    'a state machine with logs needs logs:CreateLogDelivery and more',
    'https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy',
  ],
};

/**
 * Returns a line for each resource that AWS will not create with a role within the boundary of this project. The plan does not always say
 * which role a resource gets, so nothing is said unless all of its roles have that boundary.
 */
export function beyondBoundary(changes: readonly PlannedChange[]): string[] {
  if (!isBounded(changes)) return [];
  return changes.flatMap(({ address, type, change }) => {
    const [block, what, source] = TRIED[type] ?? [];
    if (!block || !change.after || !change.actions.some((one) => one === 'create' || one === 'update')) return [];
    return isSet(change.after[block]) ? [`${address}: ${what} (${source})`] : [];
  });
}

/** A machine that logs nothing has the level OFF. */
function isSet(value: unknown): boolean {
  return Array.isArray(value) && value.some((one) => (one as { level?: unknown } | null)?.level !== 'OFF');
}

function isBounded(changes: readonly PlannedChange[]): boolean {
  const boundaries = changes.flatMap(({ type, change }) =>
    type === 'aws_iam_role' && change.after ? [String(change.after.permissions_boundary ?? '')] : [],
  );
  return boundaries.length > 0 && boundaries.every((one) => one.endsWith(`:policy/${BOUNDARY_POLICY}`));
}

/** Log groups that the boundary keeps tasks from: ECS starts no task that may not write its log. */
export interface LogsBeyond {
  /** Each line names a task definition, and the log group that its containers write to. */
  certain: string[];
  /** The plan does not contain the container definitions, which refer to the log group. */
  likely: string[];
}

/** The boundary has the log groups `/ecs/<prefix>/…`: see lib/iam/terraform/boundary.ts. */
export function logsBeyondBoundary(changes: readonly PlannedChange[], prefix: string): LogsBeyond {
  const nothing: LogsBeyond = { certain: [], likely: [] };
  if (!isBounded(changes)) return nothing;
  const isBeyond = (group: unknown): group is string =>
    typeof group === 'string' && group !== '' && !group.startsWith(`/ecs/${prefix}/`);
  const roles = changes.flatMap(({ type, change }) => (type === 'aws_iam_role' ? [change.after?.name] : []));
  // A role of others has no boundary of this project. The ARN of a role that is yet to be created is not known.
  const isOfPlan = (arn: unknown) =>
    arn === undefined || (typeof arn === 'string' && roles.includes(arn.split('/').at(-1)));
  const groups = changes.filter(
    ({ type, change }) => type === 'aws_cloudwatch_log_group' && isBeyond(change.after?.name),
  );
  const line = (address: string, group: unknown) =>
    `${address} writes to the log group ${String(group)}, and the boundary of roles has /ecs/${prefix}/… alone`;
  return changes
    .filter(({ type, change }) => type === 'aws_ecs_task_definition' && change.actions.includes('create'))
    .filter(({ change }) => isOfPlan(change.after?.execution_role_arn))
    .reduce(({ certain, likely }, { address, change, references }) => {
      const written = logGroupsIn(change.after?.container_definitions);
      if (written)
        return { certain: [...certain, ...written.filter(isBeyond).map((one) => line(address, one))], likely };
      const referred = groups.filter((group) =>
        references?.container_definitions?.some((one) => one === withoutIndices(group.address)),
      );
      return { certain, likely: [...likely, ...referred.map((one) => line(address, one.change.after?.name))] };
    }, nothing);
}

/** Returns undefined where the plan does not contain the definitions. */
function logGroupsIn(definitions: unknown): string[] | undefined {
  if (typeof definitions !== 'string') return undefined;
  const containers = containerDefinitions.safeParse(parsed(definitions));
  if (!containers.success) return undefined;
  const groups = containers.data.flatMap(({ logConfiguration: log }) =>
    log?.logDriver === 'awslogs' ? [log.options?.['awslogs-group'] ?? ''] : [],
  );
  return [...new Set(groups)];
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html */
const containerDefinitions = z.array(
  z.object({
    logConfiguration: z
      .object({ logDriver: z.string().nullish(), options: z.record(z.string(), z.string().nullable()).nullish() })
      .nullish(),
  }),
);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
