import type { LackingPermission } from '../../contracts/plan.ts';
import { APIS } from '../required-actions/apis.ts';
import { FILES, KEYS } from '../required-actions/edge.ts';
import { EGRESS } from '../required-actions/egress.ts';
import { EVENT_SOURCES } from '../required-actions/functions.ts';
import { MANAGED_POLICIES } from '../required-actions/identity.ts';
import { MESSAGING } from '../required-actions/messaging.ts';
import { NETWORK } from '../required-actions/network.ts';
import { PLATFORM } from '../required-actions/platform.ts';

/**
 * Returns the part of Terraform's permissions that covers a type, or undefined for a type that needs grants of the
 * configuration.
 */
export function permissionSetOf(type: string): string | undefined {
  if (type in MANAGED_POLICIES) return 'managed-policies';
  if (type.startsWith('aws_iam_')) return type in MESSAGING ? 'roles' : undefined;
  if (type in EGRESS) return 'egress';
  if (type in EVENT_SOURCES) return 'event-sources';
  if (type in APIS) return 'apis';
  if (type in FILES) return 'files';
  if (type in KEYS) return 'keys';
  if (type in NETWORK) return 'network';
  if (type in PLATFORM) return 'platform';
  return type in MESSAGING ? 'messaging' : undefined;
}

/** The set "messaging" has the log groups of tasks alone: see lib/iam/terraform/messaging-grants.ts. */
const OF_TASKS = ':log-group:/ecs/';
/** Allowed for roles within the boundary alone: see lib/iam/terraform/role-grants.ts. */
const BOUNDED = /^iam:(CreateRole|PutRolePolicy|UpdateAssumeRolePolicy|AttachRolePolicy)$/;
/** `stack.grants` refuses the actions of these services: see lib/iam/stack-grants.ts. */
const IDENTITY = /^(iam|sts|sso|organizations|account):/;
const LISTS = /^[a-z0-9-]+:(Describe|List)/;

/**
 * Returns one line for each resource: the actions that it lacks, and what to add to runbook.config.ts.
 * @param prefix the prefix of the environment's names
 */
export function lackingLines(lacking: readonly LackingPermission[], prefix: string): string[] {
  return [...Map.groupBy(lacking, ({ address, resource }) => `${address} ${resource}`).values()].map((same) => {
    const [{ address, resource } = { address: '', resource: '' }] = same;
    const actions = same.map(({ action }) => action);
    const destroys = same.some((one) => one.destroys) ? ', which its teardown needs too' : '';
    return `${address} lacks ${actions.join(', ')} on ${resource}${destroys}: ${fixOf(address, actions, resource, prefix)}`;
  });
}

function fixOf(address: string, actions: readonly string[], resource: string, prefix: string): string {
  const [type = ''] = address.replace(/^(?:module\.[^.]+\.)*/, '').split('.');
  const set =
    type === 'aws_cloudwatch_log_group' && !resource.includes(`${OF_TASKS}${prefix}/`)
      ? undefined
      : permissionSetOf(type);
  const inSet = set ? `"${set}" in stack.permissionSets` : '';
  if (actions.some((action) => IDENTITY.test(action)))
    return inSet && resource.includes(prefix)
      ? `needs ${inSet}${actions.some((action) => BOUNDED.test(action)) ? ', and permissions_boundary = var.permissions_boundary in the role' : ''}`
      : 'no configuration grants it';
  if (!resource.includes(prefix) && !actions.every((action) => LISTS.test(action))) {
    if (type === 'aws_route53_record')
      return "needs its zone and its name in stack.zones: { id: 'Z…', records: ['…'] }";
    // A condition limits what the sets have; it limits neither the tags of APIs nor what has no set.
    if (OF_UNNAMED.test(resource) && (!set || resource.includes('::/tags/')))
      return `no condition limits it to environments: add to stack.grants { actions: [${quoted(actions)}], resources: ['${anyOf(resource)}'], reachesOthers: true, reason: '…' }, or take it out of the root`;
    // An id that AWS chooses does not show the environment; a name does.
    return inSet
      ? `needs ${inSet}, and a name that begins with ${prefix} where it has one`
      : `a grant needs a name that has ${prefix}`;
  }
  const line = `{ actions: [${quoted(actions)}], resources: ['${patternOf(resource, actions, prefix)}'], reason: '…' }`;
  return `add ${inSet ? `${inSet}, or ` : ''}to stack.grants ${line}`;
}

const quoted = (actions: readonly string[]): string => actions.map((action) => `'${action}'`).join(', ');

/** `stack.grants` takes a grant without a name for these services alone: see lib/iam/stack-grants.ts. */
const OF_UNNAMED = /^arn:[^:]*:(acm|apigateway|cloudfront|cognito-idp|ec2|elasticfilesystem|route53|wafv2):/;

/** Returns the ARN of all resources of its kind. */
function anyOf(arn: string): string {
  const [, , service = '', region, account, ...rest] = arn.split(':');
  const [, kind = ''] = /^(\/?[\w-]+)/.exec(rest.join(':')) ?? [];
  return `arn:{partition}:${service}:${region ? '{region}' : ''}:${account ? '{account}' : ''}:${kind}/*`;
}

/** Returns the ARN in the form that `stack.grants` takes, which fits every environment. */
function patternOf(resource: string, actions: readonly string[], prefix: string): string {
  if (actions.every((action) => LISTS.test(action))) return '*';
  const [arn = '', partition = '', service = '', region = '', account = '', ...rest] = resource
    .replaceAll(prefix, '{prefix}')
    .split(':');
  const where = [region && '{region}', account && '{account}'];
  return [arn, partition, service, ...where, ...rest].join(':');
}
