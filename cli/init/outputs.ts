import { CHECKS, type CheckName } from '../../lambdas/contracts/contracts.ts';
import { CHECK_OUTPUTS, NAMED_OUTPUTS, type NamedOutput } from '../../lambdas/contracts/outputs.ts';
import type { RootBlock, TerraformRoot } from './terraform-root.ts';

/** The interface lists the outputs of a root that the project's checks need, under any name. */
export interface FoundOutputs {
  /** The values are the root's names of the outputs. */
  names: Partial<Record<NamedOutput, string>>;
  /** Several outputs may be the same known one. */
  unclear: { output: NamedOutput; candidates: string[] }[];
  /** Outputs that name what the root does not make, and what that is. */
  borrowed: { output: NamedOutput; name: string; from: string }[];
}

/** These checks read the services of the images. */
const OF_SERVICES: readonly CheckName[] = ['ecs-services', 'ecr-images'];

type Rule = (attribute: string, block: RootBlock, root: TerraformRoot) => boolean;
const of =
  (type: string, ...attributes: string[]): Rule =>
  (attribute, block) =>
    block.type === type && attributes.includes(attribute);
const both =
  (one: Rule, other: Rule): Rule =>
  (...args) =>
    one(...args) && other(...args);
const not =
  (rule: Rule): Rule =>
  (...args) =>
    !rule(...args);

const balanced: Rule = (_, { body }) => 'load_balancer' in body;
/** Matches a dead-letter queue: another queue sends to it what cannot be delivered. */
const deadLetters: Rule = (_, { type, name }, { blocks }) =>
  blocks.some((one) => JSON.stringify(one.body.redrive_policy ?? '').includes(`${type}.${name}.`)) ||
  /dlq|dead/i.test(name);
const about =
  (word: RegExp): Rule =>
  (_, { name, body }) =>
    word.test(`${name} ${String(body.name ?? '')}`);
const queue = of('aws_sqs_queue', 'url', 'id');
const service = of('aws_ecs_service', 'name');
const logs = of('aws_cloudwatch_log_group', 'name');
const repository = of('aws_ecr_repository', 'repository_url');

/** These resources have an address that a browser opens. A load balancer is known by its host name. */
const address: Rule = (attribute, { type }) =>
  [
    'aws_lambda_function_url.function_url',
    'aws_apigatewayv2_api.api_endpoint',
    'aws_api_gateway_stage.invoke_url',
    'aws_apigatewayv2_stage.invoke_url',
  ].includes(`${type}.${attribute}`);

const RULES: Readonly<Record<NamedOutput, Rule>> = {
  alb_dns_name: of('aws_lb', 'dns_name'),
  api_target_group_arn: of('aws_lb_target_group', 'arn'),
  ecs_cluster_name: of('aws_ecs_cluster', 'name'),
  api_service_name: both(service, balanced),
  worker_service_name: both(service, not(balanced)),
  order_events_queue_url: both(queue, not(deadLetters)),
  order_events_dlq_url: both(queue, deadLetters),
  log_group_api: both(logs, about(/api|web/i)),
  log_group_worker: both(logs, about(/worker|consumer/i)),
  ecr_api_repository_url: both(repository, about(/api|web/i)),
  ecr_worker_repository_url: both(repository, about(/worker|consumer/i)),
  rds_endpoint: of('aws_db_instance', 'address', 'endpoint'),
  rds_port: of('aws_db_instance', 'port'),
  rds_db_name: of('aws_db_instance', 'db_name'),
  vpc_id: of('aws_vpc', 'id'),
  sns_alerts_topic_arn: of('aws_sns_topic', 'arn'),
  application_url: address,
};

/**
 * Finds the outputs. An output with the known name has precedence, then the only output with the same meaning for a
 * resource.
 */
export function findOutputs(root: TerraformRoot): FoundOutputs {
  const found: FoundOutputs = { names: {}, unclear: [], borrowed: [] };
  for (const output of Object.keys(NAMED_OUTPUTS) as NamedOutput[]) {
    const candidates = root.outputs
      .filter(({ name, sensitive, value }) => !sensitive && (name === output || says(root, value, RULES[output])))
      .map(({ name }) => name);
    const name = candidates.includes(output) ? output : candidates.length === 1 ? candidates[0] : undefined;
    const from = name && borrowedFrom(root, output, name);
    if (name && from) found.borrowed.push({ output, name, from });
    else if (name) found.names[output] = name;
    else if (candidates.length > 1) found.unclear.push({ output, candidates });
  }
  return found;
}

/** What another may have made: a VPC of others, by docs/limits.md; a port and a database's name are names of no resource. */
const ANYBODYS: readonly NamedOutput[] = ['vpc_id', 'rds_port', 'rds_db_name'];
const DATA = /\bdata\.\w+\.[\w-]+/;
/** Locals that name others. */
const DEEPEST = 5;

/** What an output has from elsewhere alone, as `Read outputs` would see it once everything is made; undefined where nothing here tells. */
function borrowedFrom(root: TerraformRoot, output: NamedOutput, name: string): string | undefined {
  const { value } = root.outputs.find((one) => one.name === name) ?? {};
  if (ANYBODYS.includes(output) || typeof value !== 'string') return undefined;
  const makes = root.blocks.filter(({ kind }) => kind === 'resource');
  // A service of its own may run in a cluster that others share.
  if (output === 'ecs_cluster_name' && makes.some(({ type }) => type === 'aws_ecs_service')) return undefined;
  if (!value.includes('${'))
    return JSON.stringify(makes).includes(JSON.stringify(value)) ? undefined : `the text "${value}"`;
  const text = withLocals(root, value, DEEPEST);
  const isOwn = /\b(?:module|var)\.[\w-]+/.test(text) || makes.some((one) => text.includes(`${one.type}.${one.name}`));
  return isOwn ? undefined : DATA.exec(text)?.[0];
}

function withLocals({ locals }: TerraformRoot, text: string, depth: number): string {
  if (depth === 0) return text;
  return withLocals(
    { locals } as TerraformRoot,
    text.replaceAll(/\blocal\.([\w-]+)/g, (whole, key: string) =>
      key in locals ? JSON.stringify(locals[key]) : whole,
    ),
    depth - 1,
  );
}

function says(root: TerraformRoot, value: unknown, rule: Rule): boolean {
  const [, type, name, attribute = ''] = /^\$\{(\w+)\.([\w-]+)(?:\[[^\]]*\])?\.(\w+)\}$/.exec(String(value)) ?? [];
  const block = root.blocks.find((one) => one.kind === 'resource' && one.type === type && one.name === name);
  return block !== undefined && rule(attribute, block, root);
}

/** Returns the project's checks that the outputs permit, and the missing outputs of each other check. */
export function possibleChecks(
  { names }: FoundOutputs,
  hasServices: boolean,
): {
  checks: CheckName[];
  lacking: Map<CheckName, string[]>;
} {
  const lacking = new Map<CheckName, string[]>();
  for (const check of CHECKS) {
    const missing: string[] = CHECK_OUTPUTS[check].filter((output) => !names[output]);
    if (OF_SERVICES.includes(check) && !hasServices) missing.push('the name of a service that runs an image');
    if (missing.length > 0) lacking.set(check, missing);
  }
  return { checks: CHECKS.filter((check) => !lacking.has(check)), lacking };
}
