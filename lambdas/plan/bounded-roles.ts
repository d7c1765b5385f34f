import { BOUNDARY_POLICY } from '../contracts/deployed-names.ts';
import type { PlannedChange } from '../contracts/plan.ts';

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
  const boundaries = changes.flatMap(({ type, change }) =>
    type === 'aws_iam_role' && change.after ? [String(change.after.permissions_boundary ?? '')] : [],
  );
  if (boundaries.length === 0 || !boundaries.every((one) => one.endsWith(`:policy/${BOUNDARY_POLICY}`))) return [];
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
