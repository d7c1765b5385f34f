import { shown } from '../contracts/contracts.ts';
import { KNOWN_OUTPUTS, type KnownOutput, type StackOutputs, type WantedOutput } from '../contracts/outputs.ts';
import type { StateNames } from '../plan/state-names.ts';
import { InputError } from '../runtime/errors.ts';

/**
 * Outputs lead validators to what they look at, and orders to where they are placed. What an output names must be the
 * environment's own: a root may copy a name, or read it from a data source or another state, and be validated by its neighbour's health.
 */

/** Names of resources. A VPC may be another's, by docs/limits.md; a port and a database's name are names of no resource. */
const NAMES_RESOURCE: ReadonlySet<string> = new Set<KnownOutput>(
  (Object.keys(KNOWN_OUTPUTS) as KnownOutput[]).filter((name) => !['vpc_id', 'rds_port', 'rds_db_name'].includes(name)),
);
const SERVICES: readonly KnownOutput[] = ['api_service_name', 'worker_service_name'];

export interface Environment {
  environment: string;
  namePattern: string;
}

/** @throws {InputError} naming each output, and its value, that leads to what the state does not have */
export function requireOwnOutputs(
  outputs: StackOutputs,
  wanted: readonly WantedOutput[],
  state: StateNames,
  of: Environment,
): void {
  const foreign = wanted.flatMap(({ name, from }) =>
    textsIn(outputs[name])
      .filter((value) =>
        NAMES_RESOURCE.has(name) ? !isKnownOwn(name, value, outputs, state) : leadsElsewhere(value, state, of),
      )
      .map((value) => `terraform output "${from}" is "${shown(value)}"`),
  );
  if (foreign.length === 0) return;
  throw new InputError(
    `${foreign.join('; ')}: no resource that Terraform manages for "${of.environment}" is called so, and what belongs to another is neither validated nor changed. Let the output name what the root itself makes`,
  );
}

function isKnownOwn(name: string, value: string, outputs: StackOutputs, { names, services }: StateNames): boolean {
  const { ecs_cluster_name: cluster } = outputs;
  // A service's name says nothing without its cluster; and a service of its own may run in a cluster that is shared.
  if ((SERVICES as readonly string[]).includes(name) && cluster !== undefined)
    return services.has(`${cluster}/${value}`);
  if (name === 'ecs_cluster_name' && [...services].some((one) => one.startsWith(`${value}/`))) return true;
  return names.has(value);
}

/** An ARN of a resource, and not of a policy that is AWS's. */
const ARN = /^arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:(?!aws:)\d*:./;
/** Ids that AWS gives. Networks and images are often shared. */
const ID = /^(?:i|sg|eni|vol|fs|lt|nat|igw|vpce|eipalloc)-[0-9a-f]{8,17}$/;
const HOST = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^/@]*@)?([a-z0-9.-]+\.amazonaws\.com(?:\.cn)?)(?::\d+)?(\/[^/].*)?\/?$/i;

/** Of an output of a team's own, which may be anything: whether it is of the shape of a resource, or of another environment's name. */
function leadsElsewhere(value: string, { names }: StateNames, of: Environment): boolean {
  if (names.has(value)) return false;
  if (isOfAnother(value, of)) return true;
  return namesResource(value) && !partsOf(value).some((part) => part.length >= SHORTEST && names.has(part));
}

/** Of a name that is found inside a URL or an ARN: a shorter one may be there by accident. */
const SHORTEST = 8;

function partsOf(value: string): string[] {
  return value.split(/[/:.,?@]/);
}

function namesResource(value: string): boolean {
  if (ARN.test(value) || ID.test(value)) return true;
  const [, host = '', path] = HOST.exec(value) ?? [];
  if (host === '') return false;
  const labels = host.split('.');
  // `sqs.eu-west-1.amazonaws.com` and an account's registry are nobody's resource.
  const isBare = labels.length < (labels[1] === 's3' ? 4 : 5) || /^\d{12}$/.test(labels[0] ?? '');
  return path !== undefined || !isBare;
}

/** Whether a part of it follows the pattern of names, with the name of another environment. */
function isOfAnother(value: string, { environment, namePattern }: Environment): boolean {
  const [head = '', tail = ''] = namePattern.split('{environment}');
  return partsOf(value).some((part) => {
    if (!part.startsWith(head) || part === head) return false;
    const rest = part.slice(head.length);
    if (tail === '') return !isSelfOrBelow(rest, environment);
    const end = rest.indexOf(tail);
    return end > 0 && isSelfOrBelow(rest.slice(end), tail) && rest.slice(0, end) !== environment;
  });
}

function isSelfOrBelow(text: string, name: string): boolean {
  return text.startsWith(name) && !/^[A-Za-z0-9]/.test(text.slice(name.length));
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
