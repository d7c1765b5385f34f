import { shown } from '../contracts/contracts.ts';
import { KNOWN_OUTPUTS, type KnownOutput, type StackOutputs, type WantedOutput } from '../contracts/outputs.ts';
import type { StateNames } from '../plan/state-names.ts';
import { InputError } from '../runtime/errors.ts';

/**
 * Validators read the resources that outputs name, and orders are placed there. An output must name a resource of the
 * environment itself. A root may copy a name, or read it from a data source or another state, and would then be
 * validated by the health of another environment.
 */

/**
 * These outputs are names of resources. A VPC may belong to another environment, see docs/limits.md. A port and the
 * name of a database name no resource.
 */
const NAMES_RESOURCE: ReadonlySet<string> = new Set<KnownOutput>(
  (Object.keys(KNOWN_OUTPUTS) as KnownOutput[]).filter((name) => !['vpc_id', 'rds_port', 'rds_db_name'].includes(name)),
);
const SERVICES: readonly KnownOutput[] = ['api_service_name', 'worker_service_name'];

export interface Environment {
  environment: string;
  namePattern: string;
}

/** @throws {InputError} naming each output, and its value, that names what the state does not have */
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
  // A service's name says nothing without its cluster. The environment's own service may run in a shared cluster.
  if ((SERVICES as readonly string[]).includes(name) && cluster !== undefined)
    return services.has(`${cluster}/${value}`);
  if (name === 'ecs_cluster_name' && [...services].some((one) => one.startsWith(`${value}/`))) return true;
  return names.has(value);
}

/** The pattern matches an ARN of a resource, but not of a policy that AWS manages. */
const ARN = /^arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:(?!aws:)\d*:./;
/** AWS assigns these ids. Networks and images are not in the pattern, since they are often shared. */
const ID = /^(?:i|sg|eni|vol|fs|lt|nat|igw|vpce|eipalloc)-[0-9a-f]{8,17}$/;
const HOST = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^/@]*@)?([a-z0-9.-]+\.amazonaws\.com(?:\.cn)?)(?::\d+)?(\/[^/].*)?\/?$/i;

/**
 * Returns whether an output of the team's own, which may be anything, has the form of a resource or of another
 * environment's name.
 */
function leadsElsewhere(value: string, { names }: StateNames, of: Environment): boolean {
  if (names.has(value)) return false;
  if (isOfAnother(value, of)) return true;
  // A load balancer is called by its whole host name.
  if (names.has(HOST.exec(value)?.[1] ?? '')) return false;
  return namesResource(value) && !partsOf(value).some((part) => part.length >= SHORTEST && names.has(part));
}

/** A name inside a URL or an ARN has at least this length. A shorter one may be there by accident. */
const SHORTEST = 8;

function partsOf(value: string): string[] {
  return value.split(/[/:.,?@]/);
}

function namesResource(value: string): boolean {
  if (ARN.test(value) || ID.test(value)) return true;
  const [, host = '', path] = HOST.exec(value) ?? [];
  if (host === '') return false;
  const labels = host.split('.');
  // `sqs.eu-west-1.amazonaws.com` and an account's registry are no resources.
  const isBare = labels.length < (labels[1] === 's3' ? 4 : 5) || /^\d{12}$/.test(labels[0] ?? '');
  return path !== undefined || !isBare;
}

/** Returns whether a part of the value follows the pattern of names, with the name of another environment. */
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
