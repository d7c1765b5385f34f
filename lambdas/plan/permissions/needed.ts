import type { PlannedChange } from '../../contracts/plan.ts';
import type { OwnTags } from '../plan-tags.ts';
import { withoutIndices } from '../prevent-destroy.ts';
import { elsewhere } from '../required-actions/other-services.ts';
import { arnsOf, type Others, type Place } from '../required-actions/resource-arns.ts';
import type { Requirement } from '../required-actions/row.ts';
import { REQUIRED_ACTIONS, requiredBy } from '../required-actions.ts';

/**
 * This module determines what the plan's resources need over their whole life: the actions that create, read, change,
 * tag and delete them.
 */

export interface Need {
  address: string;
  type: string;
  action: string;
  /** The action has to be allowed on one of these. */
  resources: readonly string[];
  /** The context contains the condition keys of the calls. */
  context: Context;
  /** The value is true when a teardown needs the action. */
  destroys: boolean;
  /** Why a denial by the role's own policies does not mean that AWS denies it. */
  doubt?: string;
}
export type Context = Readonly<Record<string, readonly string[]>>;

export interface Needs {
  needs: Need[];
  /** These are the addresses of the resources whose types have no row in the table of required actions. */
  unknown: string[];
}

const isAws = ({ provider }: PlannedChange) => !provider || provider.endsWith('/hashicorp/aws');

export function needsOf(changes: readonly PlannedChange[], own: OwnTags, place: Place): Needs {
  const planned = changes.filter((one) => isAws(one) && one.change.after);
  const othersOf = (one: PlannedChange): Others => ({
    parent: (attribute, type) => parentOf(one, attribute, type, planned)?.change.after ?? undefined,
    only: (type, attribute) => {
      const names = new Set(planned.filter((one) => one.type === type).map((one) => one.change.after?.[attribute]));
      const [name] = names;
      return names.size === 1 && typeof name === 'string' ? name : undefined;
    },
    all: (type, attribute) =>
      planned.flatMap(({ type: other, change }) => {
        const name = other === type ? change.after?.[attribute] : undefined;
        return typeof name === 'string' ? [name] : [];
      }),
  });
  const known = planned.filter(({ type }) => REQUIRED_ACTIONS.resource[type]);
  return {
    needs: known.flatMap((one) => needsOfOne(one, own, place, othersOf(one))),
    unknown: planned.filter((one) => !known.includes(one)).map(({ address }) => address),
  };
}

/** The plan does not say what it is made from. */
const LOCAL = /(^|\.)local\.[\w-]+$/;

/** The only resource of a type, where the plan does not say what the attribute refers to. */
function parentOf(
  { index, references }: PlannedChange,
  attribute: string,
  type: string,
  planned: readonly PlannedChange[],
): PlannedChange | undefined {
  const referred = references?.[attribute]?.filter((one) => !LOCAL.test(one)) ?? [];
  const names =
    (name: string) =>
    ({ address }: PlannedChange) =>
      address === name || withoutIndices(address) === name;
  const all = planned.filter((one) => referred.length === 0 || referred.some((name) => names(name)(one)));
  const same = all.filter((one) => one.type === type);
  // `aws_x.y[each.key]` of a resource that has the same keys.
  const found = same.length > 1 && referred.length > 0 ? same.filter((one) => one.index === index) : same;
  if (found.length > 0 || referred.length === 0) return found.length === 1 ? found[0] : undefined;
  // A part of a bucket may be named by another part of it.
  const through = all.filter((one) => one.references?.[attribute]);
  return through.length === 1 && through[0] ? parentOf(through[0], attribute, type, planned) : undefined;
}

function needsOfOne(one: PlannedChange, own: OwnTags, place: Place, others: Others): Need[] {
  const { address, type, change, configured, references } = one;
  const values = change.after ?? {};
  const row = REQUIRED_ACTIONS.resource[type];
  // Variables have values when a plan is made: what is made from them alone and has none is null, and the provider chooses it.
  const isNull = (name: string) => values[name] === null || (!(name in values) && references?.[name]?.length === 0);
  const given = (configured ?? Object.keys(values)).filter((name) => !isNull(name) && values[name] !== false);
  const required = requiredBy({ kind: 'resource', type, name: address, attributes: new Set(given) });
  const removes = new Set<Requirement>([...(row?.delete ?? []), ...(row?.read ?? [])]);
  const context = contextOf(values, own, others);
  return required.map((requirement) => {
    const other = elsewhere(requirement, { type, values }, place, others);
    return {
      ...{ address, type, action: requirement.split(' ')[0] ?? '' },
      context: { ...context, ...other?.context },
      resources: other?.resources ?? arnsOf(requirement, { type, values }, place, others),
      destroys: removes.has(requirement),
      ...(other?.doubt ? { doubt: other.doubt } : {}),
    };
  });
}

/**
 * These condition keys of the role's policies are about calls that this module does not check. Without a value for
 * them, IAM would report a missing context value for each denial:
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html
 */
const OTHER_KEYS: Context = Object.fromEntries(
  [
    'ec2:AllocationId',
    'ec2:CreateAction',
    'elasticfilesystem:CreateAction',
    'iam:AWSServiceName',
    'iam:PassedToService',
    'iam:PermissionsBoundary',
    'iam:PolicyARN',
    'kms:GrantIsForAWSResource',
    'kms:ResourceAliases',
    'kms:ViaService',
    'lambda:FunctionArn',
    'route53:ChangeResourceRecordSetsNormalizedRecordNames',
  ].map((key) => [key, ['none']]),
);

/**
 * Returns the condition keys of a call. A call carries the tags that the resource has later. A resource without tags is
 * inside one that has the environment's tags.
 */
function contextOf(values: Readonly<Record<string, unknown>>, own: OwnTags, others: Others): Context {
  const all = (values.tags_all ?? {}) as Readonly<Record<string, unknown>>;
  // The role's policies have conditions on no other tags, and resources with the same tags share one question.
  const tags = Object.entries(own).flatMap(([key, value]): [string, string][] => {
    const given = 'tags_all' in values ? all[key] : value;
    return typeof given === 'string' ? [[key, given]] : [];
  });
  const boundary = values.permissions_boundary ?? others.only('aws_iam_role', 'permissions_boundary');
  return {
    ...OTHER_KEYS,
    ...Object.fromEntries(tags.map(([key, value]) => [`aws:RequestTag/${key}`, [value]])),
    ...Object.fromEntries(tags.map(([key, value]) => [`aws:ResourceTag/${key}`, [value]])),
    'aws:TagKeys': tags.map(([key]) => key),
    ...(typeof boundary === 'string' ? { 'iam:PermissionsBoundary': [boundary] } : {}),
  };
}
