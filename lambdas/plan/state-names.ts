import * as z from 'zod';
import { type Attributes, parseStateFile } from './state-file.ts';
import { isInAnAccount, isOfAws, partRule } from './terraform-parts.ts';

const values = z.record(z.string(), z.unknown());

/**
 * The names that AWS has for the resources that a state manages. Data sources are excluded, because they describe
 * resources of others.
 */
export interface StateNames {
  /** The set contains ids, ARNs, names, URLs and host names. */
  names: ReadonlySet<string>;
  /** The set contains `<cluster>/<service>` for each ECS service. */
  services: ReadonlySet<string>;
}

/** A resource is identified by these attributes, whatever its type; see the provider's page of each type. */
const KNOWN_BY =
  /^(id|arn|url|name|identifier|dns_name|domain_name|address|endpoint|reader_endpoint|repository_url|repository_uri|invoke_url|function_url|api_endpoint|website_endpoint|bucket_domain_name|bucket_regional_domain_name|stream_arn|qualified_arn|invoke_arn|execution_arn|configuration_endpoint(_address)?|primary_endpoint_address|reader_endpoint_address|bootstrap_brokers\w*)$/;
/** These attributes have such a name, and refer to another resource. */
const ANOTHERS = new Set(['aws_sns_topic_subscription.endpoint', 'aws_cloudwatch_event_target.arn']);
/**
 * The pattern matches an attribute that is named after the type, such as `queue_url` of a type that ends with `_queue`.
 */
const OF_ITS_NOUN = /^(.+)_(?:arn|url|uri|name|id|identifier)$/;

/** @throws {DependencyError} when the text is not a state file */
export function namesInState(text: string): StateNames {
  const own = parseStateFile(text)
    .managed.filter(({ type, provider }) => isInAnAccount(type, provider) && isOfAws(provider))
    .flatMap(({ type, instances }) => instances.map(({ attributes }) => ({ type, attributes: attributes ?? {} })));
  return {
    names: new Set(own.flatMap(({ type, attributes }) => namesOf(type, attributes))),
    services: new Set(own.flatMap(({ type, attributes }) => serviceOf(type, attributes))),
  };
}

function namesOf(type: string, attributes: Attributes): string[] {
  // The id of a part is often the id of its parent, which may belong to another environment.
  const parents = partRule(type)?.by ?? [];
  const named = new Set(parents.map((attribute) => attributes[attribute]));
  const own = Object.entries(attributes).filter(
    ([key, value]) => isOwn(type, key) && !parents.includes(key) && !named.has(value),
  );
  const made = type === 'aws_cloudformation_stack' ? values.safeParse(attributes.outputs).data : undefined;
  return [...own.map(([, value]) => value), ...Object.values(made ?? {})].filter(isText);
}

function isOwn(type: string, key: string): boolean {
  if (KNOWN_BY.test(key)) return !ANOTHERS.has(`${type}.${key}`);
  const [, noun] = OF_ITS_NOUN.exec(key) ?? [];
  return noun !== undefined && type.endsWith(`_${noun}`);
}

function serviceOf(type: string, { cluster, name, service_name: serviceName = name }: Attributes) {
  const isService = type === 'aws_ecs_service' || type === 'awscc_ecs_service';
  return isService && isText(cluster) && isText(serviceName) ? [`${cluster.split('/').at(-1)}/${serviceName}`] : [];
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
