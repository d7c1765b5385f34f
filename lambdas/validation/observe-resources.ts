import type { Conclusion } from '../contracts/contracts.ts';
import type { TaskDefinitions } from '../contracts/record.ts';
import type { CheckRequest } from '../contracts/request.ts';
import type { ResolvedResource } from '../contracts/resolved-targets.ts';
import {
  lookupKey,
  type MetricBound,
  type ResourceKind,
  type ResourceTarget,
  type TargetOf,
} from '../contracts/resource-checks.ts';
import { awsFailure, describeError } from '../runtime/aws-errors.ts';
import type { Clock } from '../runtime/clock.ts';
import { InputError, isOurs } from '../runtime/errors.ts';
import { once } from '../runtime/once.ts';
import { EXPECTED_OF_SERVICES, ecsServices } from './checks/ecs-services.ts';
import { type Alarm, alarmState, expectedOfAlarms } from './checks/resource-alarms.ts';
import { expectedOfHttp, httpEndpoint } from './checks/resource-http.ts';
import {
  expectedOfLambda,
  type FunctionState,
  functionState,
  type Invocation,
  invoked,
} from './checks/resource-lambda-function.ts';
import { type DataPoint, errorRate, expectedOfMetric, metricBound } from './checks/resource-metric.ts';
import { type Row, resourcesConclusion, type Seen } from './checks/resource-seen.ts';
import * as states from './checks/resource-states.ts';
import type { HttpPort } from './observe-load-balancer.ts';
import type { QueuesPort } from './observe-queues.ts';
import type { ServicesPort } from './observe-services.ts';

/** A metric of one resource. */
export interface MetricQuery {
  namespace: string;
  name: string;
  dimension: string;
  value: string;
  statistic: MetricBound['statistic'];
  /** Milliseconds. */
  from: number;
  to: number;
}

/** `undefined` is what the service says that it does not have. */
export interface ResourcePorts extends QueuesPort, ServicesPort {
  http: HttpPort;
  describeAlarms(names: readonly string[]): Promise<readonly Alarm[]>;
  dataPoints(query: MetricQuery): Promise<readonly DataPoint[]>;
  describeFunction(name: string): Promise<FunctionState | undefined>;
  invoke(name: string, payload: object): Promise<Invocation>;
  describeTable(name: string, withRecovery: boolean): Promise<states.Table | undefined>;
  describeInstance(identifier: string): Promise<states.Database | undefined>;
  describeCluster(identifier: string): Promise<states.Database | undefined>;
  describeMachine(arn: string, executions: number): Promise<states.Machine | undefined>;
  describeRule(name: string, bus: string | undefined): Promise<states.Rule | undefined>;
  clock: Clock;
}

/** The ports, what Terraform applied to ECS services, when the environment was created and changed last, and where all of it is. */
type World = ResourcePorts & { applied: TaskDefinitions; since: number; changed: number } & Pick<
    CheckRequest,
    'region' | 'accountId'
  >;

/** How resources of one kind are looked at. */
interface Look<K extends ResourceKind> {
  expected(target: TargetOf<K>): string;
  seen(target: TargetOf<K>, resource: ResolvedResource, world: World): Promise<Seen[]>;
  /** Of its metrics. */
  metrics?: { namespace: string; dimension(resource: ResolvedResource): readonly [name: string, value: string] };
}

const SAMPLES = 5;
const BETWEEN_SAMPLES_MS = 250;

const last = (text: string, separator: string): string => text.split(separator).at(-1) ?? text;

const LOOKS: { readonly [K in ResourceKind]: Look<K> } = {
  http: {
    expected: expectedOfHttp,
    async seen(target, { id }, { http, clock, changed }) {
      const { scheme, host, path } = callOf(target, id);
      return httpEndpoint(target, scheme, await http({ scheme, host, path }), clock.now(), changed);
    },
  },
  alarms: {
    expected: expectedOfAlarms,
    async seen(target, resource, { describeAlarms }) {
      const found = (await describeAlarms([resource.id])).find(({ name }) => name === resource.id);
      return ofIt(resource, found, () => [alarmState(target, found)]);
    },
  },
  lambda: {
    expected: expectedOfLambda,
    metrics: { namespace: 'AWS/Lambda', dimension: ({ id }) => ['FunctionName', id] },
    async seen(target, resource, ports) {
      const found = await ports.describeFunction(resource.id);
      const state = ofIt(resource, found, functionState);
      // Lambda would answer an invocation with the error that asks for another try.
      if (!found || isOther(resource, found) || found.reserved === 0) return state;
      const { invoke, errors } = target;
      const answer = invoke ? invoked(invoke, await ports.invoke(resource.id, invoke.payload)) : [];
      return [...state, ...answer, ...(errors ? [await errorsOf(errors, resource, ports)] : [])];
    },
  },
  ecs: {
    expected: () => EXPECTED_OF_SERVICES,
    async seen(_, { id, cluster = 'default' }, { describeServices, applied, clock }) {
      const services = await describeServices(cluster, [id]);
      const { status, observed } = ecsServices(services, clock.now(), applied);
      return [{ status, text: observed }];
    },
  },
  sqs: {
    expected: states.expectedOfQueue,
    metrics: { namespace: 'AWS/SQS', dimension: ({ id }) => ['QueueName', last(id, '/')] },
    async seen(target, { id }, { queueCounts, clock }) {
      const samples = [];
      for (let count = 0; count < SAMPLES; count += 1) {
        if (count > 0) await clock.sleep(BETWEEN_SAMPLES_MS);
        samples.push(await queueCounts(id));
      }
      return [states.queue(target, samples)];
    },
  },
  dynamodb: {
    expected: states.expectedOfTable,
    metrics: { namespace: 'AWS/DynamoDB', dimension: ({ id }) => ['TableName', id] },
    seen: async (target, resource, { describeTable }) =>
      ofIt(resource, await describeTable(resource.id, target.pointInTimeRecovery), (found) =>
        states.table(target, found, resource.indexes),
      ),
  },
  rds: {
    expected: () => states.EXPECTED_OF_DATABASE,
    metrics: {
      namespace: 'AWS/RDS',
      dimension: ({ type, id }) => [isCluster(type) ? 'DBClusterIdentifier' : 'DBInstanceIdentifier', id],
    },
    async seen(_, resource, { describeCluster, describeInstance }) {
      const describe = isCluster(resource.type) ? describeCluster : describeInstance;
      return ofIt(resource, await describe(resource.id), states.database);
    },
  },
  'step-functions': {
    expected: states.expectedOfMachine,
    metrics: { namespace: 'AWS/States', dimension: ({ id }) => ['StateMachineArn', id] },
    seen: async (target, { id }, { describeMachine }) =>
      states.machine(target, await describeMachine(id, Math.max(target.last, target.atLeast))),
  },
  'eventbridge-rule': {
    expected: () => states.EXPECTED_OF_RULE,
    seen: async (_, resource, { describeRule }) =>
      ofIt(resource, await describeRule(resource.id, resource.bus), states.rule),
  },
};

const isOther = ({ arn }: ResolvedResource, found: { arn?: string }): boolean => arn !== undefined && found.arn !== arn;

/** A name may be of something else in another region, account or event bus: an answer that has another ARN is not about the resource. */
function ofIt<T extends { arn?: string }>(
  resource: ResolvedResource,
  found: T | undefined,
  seen: (found: T | undefined) => Seen[],
): Seen[] {
  if (!found || !isOther(resource, found)) return seen(found);
  return [{ status: 'unknown', text: `${resource.arn} was asked for, and the answer is of ${found.arn ?? 'no ARN'}` }];
}

const isCluster = (type: string): boolean => type === 'aws_rds_cluster';

/**
 * Looks at all targets of a check, side by side. What one of them may not look at is unknown, and the others are looked at all the same.
 * @throws {InputError} for a target that the record does not have: the environment is older than the check
 */
export async function observeResources(
  targets: readonly ResourceTarget[],
  { environment, record, region, accountId }: Pick<CheckRequest, 'environment' | 'record' | 'region' | 'accountId'>,
  ports: ResourcePorts,
): Promise<Conclusion> {
  const meant = targets.map((target) => {
    const resources = record?.targets?.[lookupKey(target)];
    if (resources && resources.length > 0) return { target, resources };
    throw new InputError(
      `the record of environment "${environment}" does not say what the check of ${lookupKey(target)} is about: provision it again`,
    );
  });
  const names = meant.flatMap(({ target, resources }) =>
    target.kind === 'alarms' ? resources.map(({ id }) => id) : [],
  );
  // CloudWatch describes a hundred alarms at once, and takes few calls a second.
  const describeAlarms = once(() => ports.describeAlarms([...new Set(names)]));
  const { taskDefinitions: applied = {}, createdAt = '', claimedAt = '' } = record ?? {};
  const times = { since: Date.parse(createdAt), changed: Date.parse(claimedAt) };
  const world = { ...ports, describeAlarms, applied, ...times, region, accountId };
  const rows = await Promise.all(
    meant.flatMap(({ target, resources }) => resources.map((resource) => rowOf(target, resource, world))),
  );
  return resourcesConclusion([...new Set(targets.map(expectedOf))], rows);
}

function expectedOf(target: ResourceTarget): string {
  const { expected } = lookOf(target.kind);
  const bounds = 'metrics' in target ? target.metrics.map(expectedOfMetric) : [];
  return [`${target.kind}: ${expected(target)}`, ...bounds].join(', ');
}

/** The table has the look of each kind; TypeScript does not know that it is that of the target's own. */
const lookOf = (kind: ResourceKind) => LOOKS[kind] as unknown as Look<ResourceKind>;

async function rowOf(target: ResourceTarget, resource: ResolvedResource, ports: World): Promise<Row> {
  const { kind } = target;
  const look = lookOf(kind);
  const elsewhere = kind === 'http' ? undefined : whyElsewhere(resource, ports);
  if (elsewhere) return { kind, id: resource.id, address: resource.address, seen: [elsewhere] };
  const all = await Promise.all([
    readable(() => look.seen(target, resource, ports)),
    ...('metrics' in target ? target.metrics : []).map((bound) =>
      readable(async () => [await metricOf(bound, look, resource, ports)]),
    ),
  ]);
  return { kind, id: resource.id, address: resource.address, seen: all.flat() };
}

/** A provider may be of another region or account. A name that is asked for here is somebody else's then, or nobody's. */
function whyElsewhere({ arn }: ResolvedResource, { region, accountId }: World): Seen | undefined {
  const [, , , ofRegion, ofAccount] = arn?.split(':') ?? [];
  if (!arn || (ofRegion === region && ofAccount === accountId)) return undefined;
  return { status: 'unknown', text: `${arn} is not in ${region} of ${accountId}, where checks look` };
}

/** Faults of our own, and what waiting helps against, are not the resource's. */
async function readable(look: () => Promise<Seen[]>): Promise<Seen[]> {
  try {
    return await look();
  } catch (error) {
    if (isOurs(error) || awsFailure(error) === 'transient') throw error;
    return [{ status: 'unknown', text: describeError(error) }];
  }
}

const MINUTE_MS = 60_000;

async function metricOf(
  bound: MetricBound,
  { metrics }: Look<ResourceKind>,
  resource: ResolvedResource,
  { dataPoints, clock, since }: World,
): Promise<Seen> {
  if (!metrics) throw new InputError('a target without metrics of its own has a bound of one');
  const [dimension, value] = metrics.dimension(resource);
  const to = clock.now();
  const { name, statistic } = bound;
  const query = {
    namespace: metrics.namespace,
    name,
    dimension,
    value,
    statistic,
    from: to - bound.minutes * MINUTE_MS,
    to,
  };
  return metricBound(bound, await dataPoints(query), to, since);
}

async function errorsOf(
  errors: NonNullable<TargetOf<'lambda'>['errors']>,
  { id }: ResolvedResource,
  { dataPoints, clock, since }: World,
): Promise<Seen> {
  const to = clock.now();
  const points = (name: string) =>
    dataPoints({
      ...{ namespace: 'AWS/Lambda', name, dimension: 'FunctionName', value: id, statistic: 'Sum' },
      ...{ from: to - errors.minutes * MINUTE_MS, to },
    });
  const [failed, invocations] = await Promise.all([points('Errors'), points('Invocations')]);
  return errorRate(errors, { errors: failed, invocations }, to, since);
}

/** @param id a URL, or a host name. Ports other than that of the scheme are not called. */
export function callOf({ scheme: given, path: more }: TargetOf<'http'>, id: string) {
  const url = /^https?:\/\//i.test(id) ? new URL(id) : new URL(`${given}://${id}`);
  const scheme: 'http' | 'https' = url.protocol === 'http:' ? 'http' : 'https';
  const base = more === undefined ? url.pathname : url.pathname.replace(/\/$/, '');
  return { scheme, host: url.host, path: `${base}${more ?? ''}${more === undefined ? url.search : ''}` };
}
