import { permissionSetOf } from '../../lambdas/plan/permissions/fixes.ts';
import { type Block, REQUIRED_ACTIONS, requiredBy } from '../../lambdas/plan/required-actions.ts';
import { addressOf } from './names.ts';
import type { RootBlock, TerraformRoot } from './terraform-root.ts';

/**
 * These are the permissions that Terraform needs for the resources of a root, in the form of `stack.permissionSets` and
 * `stack.grants`.
 */
export interface Permissions {
  permissionSets: string[];
  grants: { actions: string[]; resources: string[]; reason: string }[];
  /** These are the addresses of resources whose permissions are not known. */
  unknown: string[];
  /**
   * These addresses are of resources whose permissions are known, and cannot be granted by configuration:
   * `aws_iam_policy.x: iam:CreatePolicy`.
   */
  refused: string[];
}

const REASON = 'Environments come and go; what they have is known by the pattern of their names.';
const LISTS = 'AWS describes and lists these for an account and a region alone.';
const OBJECTS = /^s3:(Get|Put|Delete)Object(Version)?$/;

/** The table of permissions is about the types of the AWS provider, which have this prefix. */
const isAws = ({ type }: RootBlock) => type.startsWith('aws_');

export function permissionsOf(root: TerraformRoot): Permissions {
  const aws = root.blocks.filter(isAws);
  const known = aws.filter(({ kind, type }) => REQUIRED_ACTIONS[kind][type]);
  const own = known.filter((block) => block.kind === 'resource' && !setOf(block));
  const network = known.some((block) => setOf(block) === 'network');
  const data = known.filter(({ kind }) => kind === 'data').flatMap(actionsOf);
  // The permissions of the network include those to describe EC2.
  const actions = [
    ...new Set([...own.flatMap(actionsOf), ...data.filter((one) => !(network && one.startsWith('ec2:')))]),
  ];
  const byResource = new Map<string, string[]>();
  for (const action of actions) {
    const resource = resourceOf(action);
    if (resource) byResource.set(resource, [...(byResource.get(resource) ?? []), action].sort());
  }
  return {
    permissionSets: ['network', 'platform', 'messaging', 'roles'].filter((set) =>
      known.some((block) => setOf(block) === set),
    ),
    grants: [...byResource].map(([resource, list]) => ({
      actions: list,
      resources: [resource],
      reason: resource === '*' ? LISTS : REASON,
    })),
    unknown: aws.filter((block) => !known.includes(block)).map(addressOf),
    refused: own.flatMap((block) =>
      actionsOf(block)
        .filter((action) => !resourceOf(action))
        .map((action) => `${addressOf(block)}: ${action}`),
    ),
  };
}

/**
 * Returns the part of Terraform's permissions that covers the resource, or undefined for one that needs grants of the
 * configuration.
 */
function setOf({ kind, type }: RootBlock): string | undefined {
  if (kind === 'data') return undefined;
  return permissionSetOf(type);
}

function actionsOf({ kind, type, name, body }: RootBlock): string[] {
  const given = Object.entries(body).filter(([, value]) => value !== null && value !== false);
  const block: Block = { kind, type, name, attributes: new Set(given.map(([attribute]) => attribute)) };
  return requiredBy(block).map((requirement) => String(requirement).split(' ')[0] as string);
}

/**
 * Returns the ARN of environments' resources in the notation of the configuration, or undefined for a service without a
 * pattern here.
 */
function resourceOf(action: string): string | undefined {
  if (/^[a-z0-9-]+:(Describe|List)/.test(action) && !/^(s3|dynamodb):/.test(action)) return '*';
  if (OBJECTS.test(action)) return 'arn:{partition}:s3:::{prefix}-*/*';
  const [service] = action.split(':');
  if (service === 's3') return 'arn:{partition}:s3:::{prefix}-*';
  if (service === 'dynamodb') return 'arn:{partition}:dynamodb:{region}:{account}:table/{prefix}-*';
  return undefined;
}
