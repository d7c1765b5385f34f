import type { PlannedChange } from '../../contracts/plan.ts';
import type { OwnTags } from '../plan-tags.ts';
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
  const others: Others = {
    only: (type, attribute) => {
      const names = new Set(planned.filter((one) => one.type === type).map((one) => one.change.after?.[attribute]));
      const [name] = names;
      return names.size === 1 && typeof name === 'string' ? name : undefined;
    },
  };
  const known = planned.filter(({ type }) => REQUIRED_ACTIONS.resource[type]);
  return {
    needs: known.flatMap((one) => needsOfOne(one, own, place, others)),
    unknown: planned.filter((one) => !known.includes(one)).map(({ address }) => address),
  };
}

function needsOfOne(one: PlannedChange, own: OwnTags, place: Place, others: Others): Need[] {
  const { address, type, change, configured } = one;
  const values = change.after ?? {};
  const row = REQUIRED_ACTIONS.resource[type];
  const given = (configured ?? Object.keys(values)).filter((name) => values[name] !== null && values[name] !== false);
  const required = requiredBy({ kind: 'resource', type, name: address, attributes: new Set(given) });
  const removes = new Set<Requirement>([...(row?.delete ?? []), ...(row?.read ?? [])]);
  const context = contextOf(values, own, others);
  return required.map((requirement) => ({
    ...{ address, type, action: requirement.split(' ')[0] ?? '', context },
    resources: arnsOf(requirement, { type, values }, place, others),
    destroys: removes.has(requirement),
  }));
}

/**
 * These condition keys of the role's policies are about calls that this module does not check. Without a value for
 * them, IAM would report a missing context value for each denial:
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html
 */
const OTHER_KEYS: Context = Object.fromEntries(
  [
    'ec2:CreateAction',
    'iam:AWSServiceName',
    'iam:PassedToService',
    'iam:PermissionsBoundary',
    'kms:GrantIsForAWSResource',
    'kms:ViaService',
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
