import { shown } from '../contracts/contracts.ts';
import type { StackOutputs } from '../contracts/outputs.ts';
import type { ResolvedResource, ResolvedTargets } from '../contracts/resolved-targets.ts';
import { type Lookup, lookupKey, RESOURCE_KINDS } from '../contracts/resource-checks.ts';
import { InputError } from '../runtime/errors.ts';
import { type Attributes, indexOf, parseStateFile } from './state-file.ts';
import { isOfAws } from './terraform-parts.ts';

interface Instance {
  address: string;
  /** The address without the index. */
  resource: string;
  type: string;
  attributes: Attributes;
}

/** A look has 90 seconds. */
const MOST = 100;
/** An item of DynamoDB has 400 KB, and a state of Step Functions 256 KiB. */
const MOST_IN_ALL = 250;

/**
 * What is looked at, out of the state: what is found there is this environment's own, by its type and not by name alone. Data sources are
 * others' resources.
 * @throws {DependencyError} when the text is not a state file
 * @throws {InputError} naming each target for which the state has no resource, or too many
 */
export function resourcesInState(text: string, lookups: readonly Lookup[], outputs: StackOutputs): ResolvedTargets {
  const instances = instancesIn(text);
  const problems: string[] = [];
  const resolved: ResolvedTargets = {};
  for (const lookup of lookups) {
    const found = resolve(instances, lookup, outputs);
    const problem = problemOf(lookup, found, outputs);
    if (problem) problems.push(problem);
    resolved[lookupKey(lookup)] = found;
  }
  const count = Object.values(resolved).flat().length;
  if (count > MOST_IN_ALL) problems.push(`the checks find ${count} resources, and may be of ${MOST_IN_ALL} in all`);
  if (problems.length > 0) throw new InputError(problems.join('; '));
  return resolved;
}

function problemOf(lookup: Lookup, found: readonly ResolvedResource[], outputs: StackOutputs): string | undefined {
  const what = `the ${lookup.kind} check of ${described(lookup, outputs)}`;
  const types = Object.keys(RESOURCE_KINDS[lookup.kind].types).join(', ');
  if (found.length === 0) return `${what} finds nothing of the kind that Terraform manages (${types})`;
  if (found.length > MOST) return `${what} finds ${found.length} resources, and may be of ${MOST} at most`;
  const nameless = found.find(({ id }) => id === '');
  return nameless ? `${what}: the state does not say what ${nameless.address} is called` : undefined;
}

function described({ of }: Lookup, outputs: StackOutputs): string {
  if (!of) return 'all resources';
  if (of.address !== undefined) return of.address;
  const value = outputs[of.output ?? ''];
  return `output "${of.output}" (${value === undefined ? 'missing' : shown(JSON.stringify(value))})`;
}

function resolve(all: readonly Instance[], { kind, of }: Lookup, outputs: StackOutputs): ResolvedResource[] {
  const { types } = RESOURCE_KINDS[kind];
  const own = all.filter((one) => Object.hasOwn(types, one.type) && !isAnsweredByOthers(one));
  if (of?.output === undefined) {
    const meant = of ? own.filter(({ address, resource }) => [address, resource].includes(of.address ?? '')) : own;
    return meant.map((one) => resolved(one, idOf(one, types)));
  }
  const values = textsIn(outputs[of.output]);
  const found = values.map((value) =>
    own.filter((one) => (kind === 'http' ? hostsOf(one).has(hostOf(value)) : namesOf(one).has(value))),
  );
  // Of a list, every value has to be known: the one that is not may be a stranger's.
  if (found.some((some) => some.length === 0)) return [];
  // Of the resources that share a host, such as an API and its stages, one proves whose the host is.
  if (kind === 'http') {
    return found.flatMap(([one], index) => (one ? [resolved(one, values[index] ?? '')] : []));
  }
  return [...new Set(found.flat())].map((one) => resolved(one, idOf(one, types)));
}

function resolved({ address, type, attributes }: Instance, id: string): ResolvedResource {
  const [bus] = type === 'aws_cloudwatch_event_rule' ? textsIn(attributes.event_bus_name) : [];
  const [arn] = [attributes.arn, attributes.id].filter(
    (one) => typeof one === 'string' && one.startsWith('arn:'),
  ) as string[];
  const [cluster] = type === 'aws_ecs_service' ? textsIn(attributes.cluster) : [];
  const indexes = type === 'aws_dynamodb_table' ? indexesOf(attributes.global_secondary_index) : [];
  return {
    ...{ address, type, id },
    ...(arn ? { arn } : {}),
    ...(cluster ? { cluster: cluster.split('/').at(-1) ?? '' } : {}),
    ...(bus && bus !== 'default' ? { bus } : {}),
    ...(indexes.length > 0 ? { indexes } : {}),
  };
}

function indexesOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : []).flatMap((one: unknown) =>
    textsIn((one as { name?: unknown } | null)?.name),
  );
}

function idOf({ type, attributes }: Instance, types: Readonly<Record<string, readonly string[]>>): string {
  return types[type]?.flatMap((name) => textsIn(attributes[name]))[0] ?? '';
}

function instancesIn(text: string): Instance[] {
  return parseStateFile(text)
    .managed.filter(({ provider }) => isOfAws(provider))
    .flatMap(({ module, type, name, instances }) => {
      const resource = `${module ? `${module}.` : ''}${type}.${name}`;
      return instances
        .filter(({ deposed }) => deposed === undefined)
        .map((instance) => ({
          ...{ address: `${resource}${indexOf(instance)}`, resource, type },
          attributes: instance.attributes ?? {},
        }));
    });
}

/**
 * A text of DNS says nothing of who answers at its name, and records of a set take turns.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy.html
 */
function isAnsweredByOthers({ type, attributes }: Instance): boolean {
  if (type !== 'aws_route53_record') return false;
  const { type: record, set_identifier: set } = attributes;
  return !['A', 'AAAA', 'CNAME'].includes(`${record}`) || (typeof set === 'string' && set !== '');
}

/** Attributes that name the resource itself. */
const NAMES = [
  ...['id', 'arn', 'name', 'url', 'identifier', 'endpoint', 'address'],
  ...['function_name', 'qualified_arn', 'alarm_name', 'cluster_identifier'],
];
/** Attributes with its host. */
const HOSTS = [
  ...['dns_name', 'domain_name', 'aliases', 'fqdn', 'website_endpoint'],
  ...['invoke_url', 'api_endpoint', 'service_url', 'function_url'],
];

function namesOf({ attributes }: Instance): ReadonlySet<string> {
  return new Set(NAMES.flatMap((name) => textsIn(attributes[name])));
}

/** A name is no host: an API or a bucket may be called like the host of somebody else. */
function hostsOf({ attributes }: Instance): ReadonlySet<string> {
  return new Set(HOSTS.flatMap((name) => textsIn(attributes[name])).map(hostOf));
}

/** `https://Host:443/path` → `host`. */
function hostOf(value: string): string {
  const [, host = ''] = /^(?:https?:\/\/)?([^/:?#@]+)(?::\d+)?(?:[/?#].*)?$/i.exec(value) ?? [];
  return host.toLowerCase();
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
