import type { CheckName } from '../../lambdas/contracts/contracts.ts';
import { textOf } from './names.ts';
import type { Question } from './proposal.ts';
import type { RootBlock, TerraformRoot } from './terraform-root.ts';

/**
 * This module proposes checks of the resources that a root makes. A check that finds no resource is refused at "Read
 * outputs", when everything is made. So only a resource that is there under every condition leads to a check.
 */

interface Proposed {
  name: string;
  waitSeconds: number;
  targets: Record<string, unknown>[];
}

export function proposeChecks(
  root: TerraformRoot,
  known: readonly CheckName[],
): { resourceChecks: Proposed[]; questions: Question[] } {
  const always = root.blocks.filter((block) => block.kind === 'resource' && isAlways(block));
  const doors = frontDoors(always, root);
  const alarms = always.filter((block) => block.type === 'aws_cloudwatch_metric_alarm' && !scales(block));
  const all: Proposed[] = [
    { name: 'front-door', waitSeconds: 300, targets: doors.map(doorOf) },
    { name: 'resources', waitSeconds: 120, targets: resources(always, root, known) },
    { name: 'alarms', waitSeconds: 600, targets: alarmTargets(alarms, root) },
  ];
  const limited = all.map(({ targets, ...check }) => ({
    ...{ ...check, targets: targets.slice(0, MOST_TARGETS) },
    left: targets.slice(MOST_TARGETS).map(({ of }) => (of as { address: string }).address),
  }));
  return {
    resourceChecks: limited.map(({ left: _, ...check }) => check).filter(({ targets }) => targets.length > 0),
    questions: [
      ...aboutDoors(doors.slice(0, MOST_TARGETS)),
      ...aboutAlarms(alarms, root),
      ...limited.flatMap(aboutLimit),
    ],
  };
}

/** A function has 4 KB of variables, which so many targets with long addresses do not fill. */
const MOST_TARGETS = 12;

function aboutLimit({ name, left }: { name: string; left: readonly string[] }): Question[] {
  if (left.length === 0) return [];
  const text = `the check ${name} has ${MOST_TARGETS} targets. Write a check of their own for ${left.join(', ')}`;
  return [{ about: 'checks', blocks: false, text }];
}

function isAlways({ body }: RootBlock): boolean {
  if ('for_each' in body) return false;
  return !('count' in body) || (typeof body.count === 'number' && body.count > 0);
}

const addressed = ({ type, name }: RootBlock) => ({ address: `${type}.${name}` });

/** Each target is about all resources of its kind. */
function resources(always: readonly RootBlock[], root: TerraformRoot, known: readonly CheckName[]) {
  const of = (type: string) => always.filter((block) => block.type === type);
  // A loop may make tables and machines, too, and the target is about them as well.
  const every = (type: string) => root.blocks.filter((block) => block.kind === 'resource' && block.type === type);
  const targets: Record<string, unknown>[] = [];
  if (of('aws_dynamodb_table').length > 0) {
    const restorable = root.moduleBlocks.length === 0 && every('aws_dynamodb_table').every(isRestorable);
    targets.push({ kind: 'dynamodb', ...(restorable ? { pointInTimeRecovery: true } : {}) });
  }
  if (of('aws_lambda_function').length > 0) targets.push({ kind: 'lambda' });
  if (of('aws_sqs_queue').length > 0 && !known.includes('sqs-backlog')) targets.push({ kind: 'sqs' });
  if (of('aws_sfn_state_machine').length > 0) {
    const standard = root.moduleBlocks.length === 0 && every('aws_sfn_state_machine').every(isStandard);
    targets.push({ kind: 'step-functions', ...(standard ? {} : { last: 0 }) });
  }
  return targets;
}

function isRestorable({ body }: RootBlock): boolean {
  const [recovery] = Array.isArray(body.point_in_time_recovery) ? body.point_in_time_recovery : [];
  return (recovery as { enabled?: unknown } | undefined)?.enabled === true;
}

/** An express machine lists no executions. */
const isStandard = ({ body }: RootBlock) => body.type === undefined || body.type === 'STANDARD';

/** Whoever calls one of these from outside sees what a user sees. */
function frontDoors(always: readonly RootBlock[], root: TerraformRoot): RootBlock[] {
  const of = (type: string) => always.filter((block) => block.type === type);
  const literal = (block: RootBlock, name: string) => textOf(root, block.body[name]);
  const apis = of('aws_apigatewayv2_api').filter((block) => literal(block, 'protocol_type') === 'HTTP');
  const distributions = of('aws_cloudfront_distribution');
  const stages = of('aws_apigatewayv2_stage');
  return [
    // Beside an API of WebSockets, a stage may be one of it.
    ...(apis.length > 0 && apis.length === of('aws_apigatewayv2_api').length && stages.length > 0 ? stages : apis),
    ...of('aws_api_gateway_stage'),
    ...of('aws_lambda_function_url').filter((block) => literal(block, 'authorization_type') === 'NONE'),
    ...(distributions.length > 0 ? distributions : of('aws_s3_bucket_website_configuration')),
  ];
}

function doorOf(block: RootBlock): Record<string, unknown> {
  const scheme = block.type === 'aws_s3_bucket_website_configuration' ? { scheme: 'http' } : {};
  return { kind: 'http', of: addressed(block), ...scheme, path: '/' };
}

/** One target is about all alarms, unless some of them scale. */
function alarmTargets(alarms: readonly RootBlock[], root: TerraformRoot): Record<string, unknown>[] {
  const every = [...root.blocks, ...root.moduleBlocks].filter(({ type }) => type === 'aws_cloudwatch_metric_alarm');
  if (alarms.length > 0 && root.modules.length === 0 && !every.some(scales)) return [{ kind: 'alarms' }];
  return alarms.map((block) => ({ kind: 'alarms', of: addressed(block) }));
}

/** A policy of scaling acts on an alarm, which is then nothing that is wrong. */
function scales({ body }: RootBlock): boolean {
  return /\baws_(appautoscaling|autoscaling)_policy\b/.test(JSON.stringify(body));
}

function aboutDoors(doors: readonly RootBlock[]): Question[] {
  if (doors.length === 0) return [];
  const text = `the check front-door wants GET / of ${listed(doors)} to answer 200. Write the path and the status by which a healthy one is known into stack.resourceChecks (docs/checks.md)`;
  return [{ about: 'checks', blocks: false, text }];
}

function aboutAlarms(alarms: readonly RootBlock[], root: TerraformRoot): Question[] {
  const silent = alarms.filter((block) => textOf(root, block.body.treat_missing_data) !== 'notBreaching');
  if (silent.length === 0) return [];
  const text = `without data, ${listed(silent)} may stay INSUFFICIENT_DATA, and the check alarms UNKNOWN. Set treat_missing_data in the root, or allowInsufficientData in stack.resourceChecks`;
  return [{ about: 'checks', blocks: false, text }];
}

const listed = (blocks: readonly RootBlock[]) => blocks.map((block) => addressed(block).address).join(', ');
