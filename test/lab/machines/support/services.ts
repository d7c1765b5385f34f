import { commandsOf } from '../../../../builds/terraform/settings.ts';
import { type AwsRequest, type AwsResponse, json, type LabService, restJson } from '../../../../lab/service.ts';
import { fakeService } from '../../../../lab/test/integration/states/account.ts';
import { buildEntry } from '../../../../lambdas/contracts/ownership.ts';
import { heldEvent } from '../../../../lambdas/contracts/payloads/ownership.ts';
import type { ReviewPlanResult } from '../../../../lambdas/contracts/payloads/plan.ts';
import { requireOwnership, whileOwner } from '../../../../lambdas/environment/ownership.ts';
import type { Behaviour, Build, Schedule, World } from './world.ts';

/** Returns the services that the machines call, reduced to what those calls need. */
export function services(world: World): LabService[] {
  return [
    fakeService('lambda', (request) => invoke(world, request)),
    fakeService('codebuild', (request) => codebuild(world, request)),
    fakeService('scheduler', async (request) => scheduler(world, request)),
    fakeService('dynamodb', async (request) => dynamodb(world, request)),
    fakeService('sns', async (request) => publish(world, request)),
  ];
}

async function invoke(world: World, request: AwsRequest): Promise<AwsResponse> {
  const arn = decodeURIComponent(request.url.pathname.split('/')[3] ?? '');
  const name = arn.slice(arn.lastIndexOf(':') + 1).replace('runbook-', '');
  const event = JSON.parse(request.body.toString('utf8')) as Record<string, unknown>;
  world.invocations.push({ name, event });
  const behaviour = world.functions[name];
  if (!behaviour) return restError(404, 'ResourceNotFoundException', `Function not found: ${arn}`);
  const headers = { 'x-amz-executed-version': '$LATEST' };
  try {
    return restJson((await answer(world, name, event, behaviour)) ?? null, 200, headers);
  } catch (error) {
    const { name: errorType, message: errorMessage } = error as Error;
    // The error is one of the service, and not of the function.
    if (errorType.endsWith('Exception'))
      return restError(errorType.startsWith('TooMany') ? 429 : 500, errorType, errorMessage);
    return restJson({ errorType, errorMessage, trace: [] }, 200, { ...headers, 'x-amz-function-error': 'Unhandled' });
  }
}

/** Functions that change something for the owner of an environment ask for ownership first, as their handlers do. */
function answer(world: World, name: string, event: Record<string, unknown>, behaviour: Behaviour): unknown {
  const call = world.calls(name);
  if (!('fencing' in event) || name === 'release-claim') return behaviour(event, call);
  const invocation = { id: `${name}-${call}`, remainingMs: () => 60_000 };
  return whileOwner(heldEvent.parse(event), invocation, ownership(world), async () => {
    await world.holdFunction(name);
    world.changed.push(name);
    return behaviour(event, call);
  });
}

const ownership = ({ table }: World) => ({ ...table, now: Date.now });

/** Does what a build's script does with the question who owns the environment. */
async function run(world: World, build: Build, id: string): Promise<void> {
  const { ENVIRONMENT: environment = '', OWNER: owner = '', FENCING, REDRIVE, COMMAND: command } = build.variables;
  const claimed = { owner, fencing: Number(FENCING), redrive: Number(REDRIVE) };
  const entry = buildEntry(id, Date.now());
  try {
    for (const one of command === undefined ? [build.project.replace('runbook-', '')] : commandsOf(command)) {
      const work = { environment, ...claimed, changes: one !== 'destroy-plan', entry };
      await requireOwnership(work, ownership(world));
      await world.hold(build);
      await requireOwnership(work, ownership(world));
      if (one !== 'review') world.changed.push(one);
      else if (await refused(world, build, { environment, ...claimed })) break;
    }
    build.status = world.buildStatus(build);
  } catch (error) {
    build.refused = (error as Error).message;
    build.status = 'FAILED';
  }
}

/** Asks the function that reviews a plan, as the build does that continues with its apply. */
async function refused(world: World, build: Build, asked: { environment: string }): Promise<boolean> {
  const { RUN: run, COMMIT: commit, PREFIX: prefix, ACCOUNT_ID: accountId } = build.variables;
  const event = {
    ...asked,
    run,
    commit,
    prefix,
    accountId,
    region: 'eu-west-1',
    build: 'runbook-terraform:1',
    command: 'review',
  };
  world.invocations.push({ name: 'review-plan', event });
  const review = (await world.functions['review-plan']?.(event, world.calls('review-plan'))) as ReviewPlanResult;
  if (review.refusal !== undefined) build.refusal = review.refusal;
  return review.refusal !== undefined;
}

async function codebuild(world: World, { action, params }: AwsRequest): Promise<AwsResponse | undefined> {
  if (action === 'StartBuild') {
    const overrides = (params.environmentVariablesOverride ?? []) as { name: string; value: string }[];
    const build: Build = {
      project: String(params.projectName),
      status: 'IN_PROGRESS',
      source: String(params.sourceLocationOverride),
      variables: Object.fromEntries(overrides.map(({ name, value }) => [name, value])),
    };
    world.builds.push(build);
    const over = run(world, build, `${build.project}:${world.builds.length}`);
    if (!world.hold(build)) await over;
    return json({ build: describe(world, world.builds.length) });
  }
  if (action === 'StopBuild') return json({});
  if (action !== 'BatchGetBuilds') return undefined;
  const numbers = (params.ids as string[]).map((id) => Number(id.split(':')[1]));
  return json({ builds: numbers.map((number) => describe(world, number)) });
}

function describe(world: World, number: number) {
  const build = world.builds[number - 1] as Build;
  const image = (service: string) => `123456789012.dkr.ecr.eu-west-1.amazonaws.com/${service}@sha256:${'0'.repeat(64)}`;
  const exported = {
    ...(build.variables.COMMAND === 'plan-rollout' ? { PLAN_OTHERS: world.others } : {}),
    ...(build.refusal ? { PLAN_REFUSAL: build.refusal } : {}),
    ...(/plan|provision/.test(build.variables.COMMAND ?? '')
      ? { PLAN_ADD: '83', PLAN_CHANGE: '0', PLAN_DESTROY: '2' }
      : {}),
    ...(build.variables.COMMAND === 'destroy-plan' ? { STATE_LINEAGE: world.lineage } : {}),
    ...(build.refused ? { REFUSED: build.refused } : {}),
    ...(build.project === 'runbook-images'
      ? { PUBLISHED_IMAGES: JSON.stringify({ api: image('api'), worker: image('worker') }) }
      : {}),
  };
  return {
    id: `${build.project}:${number}`,
    buildComplete: build.status !== 'IN_PROGRESS',
    buildStatus: build.status,
    exportedEnvironmentVariables: Object.entries(exported).map(([name, value]) => ({ name, value })),
  };
}

function scheduler(world: World, request: AwsRequest): AwsResponse | undefined {
  const name = decodeURIComponent(request.url.pathname.split('/')[2] ?? '');
  const exists = world.schedules.has(name);
  if (request.method === 'DELETE') {
    if (!world.schedules.delete(name)) return restError(404, 'ResourceNotFoundException', `no schedule ${name}`);
    return restJson({});
  }
  if (request.method === 'POST' && exists) return restError(409, 'ConflictException', `schedule ${name} exists`);
  if (request.method === 'PUT' && !exists) return restError(404, 'ResourceNotFoundException', `no schedule ${name}`);
  world.schedules.set(name, JSON.parse(request.body.toString('utf8')) as Schedule);
  return restJson({ ScheduleArn: `arn:aws:scheduler:eu-west-1:123456789012:schedule/runbook/${name}` });
}

type Attribute = { S?: string; N?: string; BOOL?: boolean };

/** Answers UpdateItem of a status, on the condition of owner and fencing number. */
function dynamodb(world: World, { action, params }: AwsRequest): AwsResponse | undefined {
  if (action !== 'UpdateItem') return undefined;
  const values = params.ExpressionAttributeValues as Record<string, Attribute>;
  const { environment } = params.Key as { environment: Attribute };
  const record = world.records.get(environment.S ?? '');
  if (!record || record.owner !== values[':owner']?.S || String(record.fencing) !== values[':fencing']?.N) {
    return restError(400, 'ConditionalCheckFailedException', 'The conditional request failed');
  }
  const [status] = Object.entries(values).filter(([key]) => ![':owner', ':fencing', ':kept'].includes(key));
  record.status = status?.[1].S as typeof record.status;
  if (values[':commit']?.S) record.commit = values[':commit'].S;
  if (values[':kept']?.BOOL !== undefined) record.keptBackend = values[':kept'].BOOL;
  if (String(params.UpdateExpression).includes('REMOVE outputs')) delete record.outputs;
  return json({}, 200, '1.0');
}

function publish(world: World, { params }: AwsRequest): AwsResponse {
  world.messages.push({ Subject: String(params.Subject), Message: String(params.Message) });
  const body = '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>';
  return { status: 200, headers: { 'content-type': 'text/xml' }, body };
}

function restError(status: number, code: string, message: string): AwsResponse {
  return restJson({ __type: code, message, Message: message }, status, { 'x-amzn-errortype': code });
}
