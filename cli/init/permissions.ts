import { GRANT_SETS, type RoleService } from '../../lambdas/contracts/permission-sets.ts';
import { permissionSetOf } from '../../lambdas/plan/permissions/fixes.ts';
import { APIS } from '../../lambdas/plan/required-actions/apis.ts';
import { type Block, REQUIRED_ACTIONS, requiredBy } from '../../lambdas/plan/required-actions.ts';
import { addressOf, textOf } from './names.ts';
import type { RootBlock, TerraformRoot } from './terraform-root.ts';

/**
 * These are the permissions that Terraform needs for the resources of a root, in the form of `stack.permissionSets` and
 * `stack.grants`.
 */
export interface Permissions {
  permissionSets: string[];
  /** Services that the root's roles are passed to. */
  rolesFor: RoleService[];
  grants: { actions: string[]; resources: string[]; reason: string }[];
  /** These are the addresses of resources whose permissions are not known. */
  unknown: string[];
  /** Addresses of what is known, and cannot be granted by configuration: `aws_iam_user.x: iam:CreateUser, iam:GetUser`. */
  refused: string[];
  /** Addresses of records and zones of Route 53, which `stack.zones` has. */
  zones: string[];
  /** Addresses of what no condition limits to environments, with the actions: a grant on it reaches others. */
  wide: string[];
  /** Types of both kinds that modules make under conditions, which only a plan shows. */
  conditional: string[];
}

const isOfZones = ({ kind, type }: RootBlock) => type === (kind === 'data' ? 'aws_route53_zone' : 'aws_route53_record');
/** `stack.grants` takes a grant without a name for these services alone: see lib/iam/stack-grants.ts. */
const UNNAMED = /^(acm|apigateway|cloudfront|cognito-idp|ec2|elasticfilesystem|route53|wafv2):/;
const REASON = 'Environments come and go; what they have is known by the pattern of their names.';
const LISTS = 'AWS describes and lists these for an account and a region alone.';
/** The set "roles" has these, for roles of the environment and services of `stack.rolesFor`. */
const OF_ROLES = /^iam:(PassRole|CreateServiceLinkedRole)$/;

/** The table of permissions is about the types of the AWS provider, which have this prefix. */
const isAws = ({ type }: RootBlock) => type.startsWith('aws_');

/** @param planned addresses without indices, where there is a plan: a module has many resources that it makes for some of its users alone */
export function permissionsOf(root: TerraformRoot, planned?: ReadonlySet<string>): Permissions {
  const isMade = (block: RootBlock) => block.kind === 'data' || !planned || planned.has(addressOf(block));
  const isCertain = ({ module, body }: RootBlock) =>
    planned !== undefined || !module || !('count' in body || 'for_each' in body);
  const aws = [...root.blocks, ...root.moduleBlocks].filter(isAws).filter(isMade);
  const known = aws.filter(({ kind, type }) => REQUIRED_ACTIONS[kind][type]);
  const zones = known.filter(isOfZones);
  const own = known.filter((block) => block.kind === 'resource' && !setOf(root, block) && !isOfZones(block));
  const network = known.some((block) => setOf(root, block) === 'network');
  const hasRoles = known.some(({ type }) => type === 'aws_iam_role');
  const isOfRoles = (action: string) => hasRoles && OF_ROLES.test(action);
  const data = known.filter((block) => block.kind === 'data' && !isOfZones(block));
  const asked = [
    ...own.flatMap((block) => actionsOf(block).map((action) => [action, resourceOf(root, block, action)] as const)),
    ...data.flatMap((block) => actionsOf(block).map((action) => [action, resourceOf(root, block, action)] as const)),
  ];
  const byResource = new Map<string, Set<string>>();
  for (const [action, resource] of asked) {
    // The network's permissions have what describes EC2.
    if (!resource || isOfRoles(action) || (network && resource === '*' && action.startsWith('ec2:'))) continue;
    byResource.set(resource, (byResource.get(resource) ?? new Set()).add(action));
  }
  const unknown = aws.filter((block) => !known.includes(block));
  const refused = [...own, ...data].flatMap((block) => {
    const actions = actionsOf(block).filter((action) => !isOfRoles(action) && !resourceOf(root, block, action));
    return actions.length > 0 ? [{ block, actions }] : [];
  });
  const [wide, nobodys] = [true, false].map((isWide) =>
    refused.filter(({ actions }) => actions.every((action) => UNNAMED.test(action)) === isWide),
  );
  // The set has all of an API but the calls that change its tags.
  const tagged = known.filter(({ type }) => type in APIS && REQUIRED_ACTIONS.resource[type]?.tag.length);
  const needsRoles = own.some((block) => actionsOf(block).some(isOfRoles));
  const said = (all: typeof refused = []) =>
    all
      .filter(({ block }) => isCertain(block))
      .map(({ block, actions }) => `${addressOf(block)}: ${actions.join(', ')}`);
  return {
    permissionSets: GRANT_SETS.filter(
      (set) => (set === 'roles' && needsRoles) || known.some((block) => setOf(root, block) === set),
    ),
    rolesFor: rolesFor(known),
    grants: [...byResource].map(([resource, actions]) => ({
      actions: [...actions].sort(),
      resources: [resource],
      reason: resource === '*' ? LISTS : REASON,
    })),
    unknown: unknown.filter(isCertain).map(addressOf),
    refused: said(nobodys),
    zones: zones.map(addressOf),
    wide: [
      ...said(wide),
      ...tagged
        .filter(isCertain)
        .map((block) => `${addressOf(block)}: apigateway:POST, apigateway:PUT, apigateway:DELETE on /tags/*`),
    ],
    conditional: [
      ...new Set(
        [...unknown, ...refused.map(({ block }) => block)].filter((one) => !isCertain(one)).map(({ type }) => type),
      ),
    ].sort(),
  };
}

/** The set "messaging" and the boundary of tasks have the log groups `/ecs/<prefix>/…` alone. */
const OF_TASKS = /^\/ecs\/[^/]+\//;

/** Log groups that tasks may not write to, as far as their names are known. */
export function groupsBeyond(root: TerraformRoot): { address: string; name: string }[] {
  const blocks = [...root.blocks, ...root.moduleBlocks].filter(({ kind }) => kind === 'resource');
  if (!blocks.some(({ type }) => type === 'aws_ecs_task_definition')) return [];
  return blocks.flatMap((block) => {
    const name = block.type === 'aws_cloudwatch_log_group' ? nameIn(root, block) : undefined;
    return name && /\becs\b/.test(name) && !OF_TASKS.test(name) ? [{ address: addressOf(block), name }] : [];
  });
}

/** The part of Terraform's permissions that has what the resource needs; undefined for one that needs grants of the configuration. */
function setOf(root: TerraformRoot, block: RootBlock): string | undefined {
  const { kind, type } = block;
  if (kind === 'data') return undefined;
  if (type === 'aws_cloudwatch_log_group' && !OF_TASKS.test(shownName(root, block) ?? '/ecs/x/')) return undefined;
  return permissionSetOf(type);
}

/** Types that take a role, the attribute that names it, and the service that it is passed to. */
const TAKES: Readonly<Record<string, readonly [attribute: string, service: RoleService]>> = {
  aws_ecs_task_definition: ['family', 'ecs-tasks'],
  aws_lambda_function: ['role', 'lambda'],
  aws_sfn_state_machine: ['role_arn', 'states'],
  aws_scheduler_schedule: ['target', 'scheduler'],
  aws_cloudwatch_event_target: ['role_arn', 'events'],
};

function rolesFor(blocks: readonly RootBlock[]): RoleService[] {
  const services = blocks.flatMap(({ kind, type, body }) => {
    const [attribute = '', service] = TAKES[type] ?? [];
    return kind === 'resource' && service && attribute in body ? [service] : [];
  });
  return [...new Set(services)];
}

function actionsOf({ kind, type, name, body }: RootBlock): string[] {
  const given = Object.entries(body).filter(([, value]) => value !== null && value !== false);
  const block: Block = { kind, type, name, attributes: new Set(given.map(([attribute]) => attribute)) };
  return requiredBy(block).map((requirement) => String(requirement).split(' ')[0] as string);
}

const at = (service: string, resource: string) => `arn:{partition}:${service}:{region}:{account}:${resource}`;
const OBJECTS = /^s3:(Get|Put|Delete)Object\w*$/;
/** What describes or lists one thing, by its name. */
const OF_ONE: Readonly<Record<string, RegExp>> = {
  lambda: /^lambda:List(Tags|VersionsByFunction)$/,
  states: /^states:(Describe|List)\w+$/,
  logs: /^logs:ListTagsForResource$/,
  ssm: /^ssm:ListTagsForResource$/,
  secretsmanager: /./,
  s3: /./,
  dynamodb: /./,
};
/** By service: what the resources of environments are called. */
const NAMED: Readonly<Record<string, string>> = {
  lambda: at('lambda', 'function:{prefix}-*'),
  states: at('states', 'stateMachine:{prefix}-*'),
  ssm: at('ssm', 'parameter/{prefix}/*'),
  secretsmanager: at('secretsmanager', 'secret:{prefix}-*'),
  dynamodb: at('dynamodb', 'table/{prefix}-*'),
  s3: 'arn:{partition}:s3:::{prefix}-*',
};

/** ARN of what environments have, as the configuration writes it; undefined for what has no pattern here, or is nobody's to grant. */
function resourceOf(root: TerraformRoot, block: RootBlock, action: string): string | undefined {
  const { type } = block;
  const [service = ''] = action.split(':');
  if (/^(iam|sts):/.test(action)) return undefined;
  if (block.kind === 'data' && /^(ssm|secretsmanager):/.test(action))
    return ofTheTeam(service, nameIn(root, block) ?? '');
  if (/^[a-z0-9-]+:(Describe|List)/.test(action) && !OF_ONE[service]?.test(action)) return '*';
  if (OBJECTS.test(action)) return 'arn:{partition}:s3:::{prefix}-*/*';
  if (service === 'logs' && type === 'aws_cloudwatch_log_group') {
    const [, head] = /^([\w/.-]*)\$?\{/.exec(shownName(root, block) ?? '') ?? [];
    return head === undefined ? undefined : at('logs', `log-group:${head}{prefix}*`);
  }
  return NAMED[service];
}

/**
 * A parameter or a secret that the root reads is the environment's, if its name has the prefix, or AWS's own:
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html
 */
function ofTheTeam(service: string, name: string): string | undefined {
  if (service === 'ssm' && name.startsWith('/aws/service/'))
    return 'arn:{partition}:ssm:{region}::parameter/aws/service/*';
  return /\{/.test(name) ? NAMED[service] : undefined;
}

/** Returns the name, or its expression where that begins with a path: `/aws/lambda/${var.name}` of a module. */
function shownName(root: TerraformRoot, block: RootBlock): string | undefined {
  const { name } = block.body;
  return nameIn(root, block) ?? (typeof name === 'string' && name.startsWith('/') ? name : undefined);
}

function nameIn(root: TerraformRoot, { scope, body }: RootBlock): string | undefined {
  return textOf(scope ?? root, body.name);
}
