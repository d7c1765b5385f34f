import { describe, expect, test } from 'vitest';
import type { ResolvedResource } from '../../../../../lambdas/contracts/resolved-targets.ts';
import {
  lookupKey,
  type ResourceKind,
  type ResourceTarget,
  resourceTarget,
} from '../../../../../lambdas/contracts/resource-checks.ts';
import { UnexpectedResponseError } from '../../../../../lambdas/runtime/unexpected-response.ts';
import { callOf, observeResources, type ResourcePorts } from '../../../../../lambdas/validation/observe-resources.ts';
import {
  ACCOUNT,
  aRecord,
  aRequest,
  aService,
  fakeClock,
  outputs,
  sdkError,
  serviceArn,
} from '../../support/fixtures.ts';

const HOST = 'd1.cloudfront.net';
const EARLIER = '2026-01-31T10:00:00Z';
const NOW = Date.parse('2026-01-31T12:00:00Z');

/** A world in which everything is well, of every kind. */
function ports(changes: Partial<ResourcePorts> = {}): ResourcePorts {
  return {
    http: async () => ({ kind: 'answer', status: 200, body: '', address: '203.0.113.1', ms: 1, validTo: NOW + 1e10 }),
    queueCounts: async () => ({ visible: 0, inFlight: 0, delayed: 0 }),
    describeAlarms: async (names) => names.map((name) => ({ name, state: 'OK' })),
    dataPoints: async ({ to }) => [{ at: to - 60_000, value: 1 }],
    describeFunction: async () => ({ state: 'Active', update: 'Successful', modified: 'today' }),
    invoke: async () => ({ payload: 'null' }),
    describeServices: async (_cluster, names) => names.map((name) => aService(name)),
    describeTable: async () => ({ status: 'ACTIVE', indexes: [], pointInTimeRecovery: 'ENABLED' }),
    describeInstance: async () => ({ status: 'available' }),
    describeCluster: async () => ({
      ...{ status: 'available', members: [{ id: 'a', writes: true, status: 'available' }] },
    }),
    describeMachine: async () => ({ status: 'ACTIVE', ended: [] }),
    describeRule: async () => ({ state: 'ENABLED', targets: ['t'] }),
    clock: fakeClock(NOW),
    ...changes,
  };
}

const FUNCTION = { state: 'Active', update: 'Successful', modified: 'today' };
const TABLE = { status: 'ACTIVE', indexes: [], pointInTimeRecovery: 'ENABLED' };
const said = (arn: string | undefined) => (arn === undefined ? {} : { arn });

const metrics = [{ name: 'CPUUtilization', atMost: 80 }];
/** A target of each kind, with the ports that it calls. */
const KINDS: Record<ResourceKind, { more: object; id: string; calls: readonly (keyof ResourcePorts)[] }> = {
  http: { more: { of: { output: 'url' } }, id: HOST, calls: ['http'] },
  alarms: { more: {}, id: 'high', calls: ['describeAlarms'] },
  lambda: {
    more: { invoke: {}, errors: { atMostPercent: 100 }, metrics },
    id: 'api',
    calls: ['describeFunction', 'invoke', 'dataPoints'],
  },
  ecs: { more: {}, id: outputs.api_service_name, calls: ['describeServices'] },
  sqs: { more: { metrics }, id: 'https://sqs.eu-west-1.amazonaws.com/1/jobs', calls: ['queueCounts', 'dataPoints'] },
  dynamodb: { more: { pointInTimeRecovery: true, metrics }, id: 'orders', calls: ['describeTable', 'dataPoints'] },
  rds: { more: { metrics }, id: 'db', calls: ['describeInstance', 'dataPoints'] },
  'step-functions': { more: { metrics }, id: 'arn:machine', calls: ['describeMachine', 'dataPoints'] },
  'eventbridge-rule': { more: {}, id: 'nightly', calls: ['describeRule'] },
};
const kinds = Object.keys(KINDS) as ResourceKind[];

const targetOf = (kind: ResourceKind): ResourceTarget => resourceTarget.parse({ kind, ...KINDS[kind].more });
const resource = (kind: ResourceKind, id = KINDS[kind].id): ResolvedResource => ({
  address: `x.${kind}`,
  type: 'x',
  id,
});

function look(
  targets: readonly ResourceTarget[],
  world: ResourcePorts,
  resources = (kind: ResourceKind) => [resource(kind)],
) {
  const record = aRecord({
    createdAt: EARLIER,
    claimedAt: '2026-01-31T11:00:00Z',
    targets: Object.fromEntries(targets.map((one) => [lookupKey(one), resources(one.kind)])),
  });
  return observeResources(targets, aRequest({ machine: 'validate', record }), world);
}

test.each(kinds)('%s passes where all is well', async (kind) => {
  expect(await look([targetOf(kind)], ports())).toMatchObject({ status: 'passed' });
});

describe.each(kinds.flatMap((kind) => KINDS[kind].calls.map((call) => [kind, call] as const)))(
  '%s, %s',
  (kind, call) => {
    const failing = (error: Error) => look([targetOf(kind)], ports({ [call]: () => Promise.reject(error) }));

    test('denied, or answered with what is no answer, is unknown', async () => {
      for (const error of [
        sdkError('AccessDeniedException', 403),
        new UnexpectedResponseError('half a page'),
        sdkError('ValidationException', 400),
      ])
        expect(await failing(error)).toMatchObject({
          status: 'unknown',
          observed: expect.stringContaining(error.message),
        });
    });

    test('throttled, silent or broken is tried again', async () => {
      for (const error of [
        sdkError('ThrottlingException', 400),
        sdkError('InternalFailure', 500),
        new TypeError('ours'),
      ])
        await expect(failing(error)).rejects.toThrow(error.message);
    });
  },
);

const GONE = [
  'describeFunction',
  'describeTable',
  'describeInstance',
  'describeMachine',
  'describeRule',
  'queueCounts',
] as const;
test.each(GONE)('what %s does not know has failed', async (call) => {
  const kind = kinds.find((one) => KINDS[one].calls.includes(call)) as ResourceKind;
  expect(await look([targetOf(kind)], ports({ [call]: async () => undefined }))).toMatchObject({
    status: 'failed',
    observed: expect.stringContaining('does not exist'),
  });
});

test('an alarm that the answer leaves out has failed, and all are asked for at once', async () => {
  const asked: (readonly string[])[] = [];
  const describeAlarms = async (names: readonly string[]) => {
    asked.push(names);
    return [{ name: 'a', state: 'OK' }];
  };
  const found = await look([targetOf('alarms')], ports({ describeAlarms }), () =>
    ['a', 'b'].map((id) => resource('alarms', id)),
  );
  expect(found).toMatchObject({ status: 'failed', observed: 'alarms b: the alarm does not exist' });
  expect(asked).toEqual([['a', 'b']]);
});

test('one queue of five samples that is not empty is not ready', async () => {
  let sample = 0;
  const queueCounts = async () => ({ visible: sample++ === 4 ? 1 : 0, inFlight: 0, delayed: 0 });
  expect(await look([targetOf('sqs')], ports({ queueCounts }))).toMatchObject({ status: 'not-ready' });
});

test('what may not be looked at hides nothing of the rest', async () => {
  const describeTable = () => Promise.reject(sdkError('AccessDeniedException', 403));
  const describeInstance = async () => ({ status: 'stopped' });
  const found = await look([targetOf('dynamodb'), targetOf('rds')], ports({ describeTable, describeInstance }));
  expect(found).toMatchObject({
    status: 'failed',
    observed: expect.stringMatching(/dynamodb orders: AccessDenied.*; rds db: stopped/),
    evidence: {
      resources: [
        { kind: 'dynamodb', status: 'unknown' },
        { kind: 'rds', status: 'failed' },
      ],
    },
  });
});

test.each([
  ['too few tasks', { desired: 2 }, 'not-ready'],
  ['a service that is gone', { status: 'MISSING' }, 'failed'],
  ['another task definition than was applied', { arn: serviceArn('worker-of-another') }, 'unknown'],
])('%s of an ECS service is noticed', async (_name, changes, status) => {
  const describeServices = async (_: string, names: readonly string[]) => names.map((name) => aService(name, changes));
  expect(await look([targetOf('ecs')], ports({ describeServices }))).toMatchObject({ status });
});

test('a function whose concurrency is 0 is not invoked', async () => {
  const invoke = () => Promise.reject(sdkError('TooManyRequestsException', 429));
  const describeFunction = async () => ({ ...FUNCTION, reserved: 0 });
  expect(await look([targetOf('lambda')], ports({ invoke, describeFunction }))).toMatchObject({ status: 'failed' });
});

test('an answer that a cache has from before the deployment is none', async () => {
  const cached = async (age: number) => {
    const answered = await ports().http({ host: HOST, path: '/' });
    return look([targetOf('http')], ports({ http: async () => ({ ...answered, age }) }));
  };
  expect(await cached(3_599)).toMatchObject({ status: 'passed' });
  expect(await cached(3_601)).toMatchObject({ status: 'not-ready', otherwise: 'unknown' });
});

test('without data points, nothing is known in the end', async () => {
  const found = await look([targetOf('rds')], ports({ dataPoints: async () => [] }));
  expect(found).toMatchObject({ status: 'not-ready', otherwise: 'unknown' });
});

test.each(['rds', 'lambda'] as const)('%s: data of a life before this one is no data', async (kind) => {
  const dataPoints: ResourcePorts['dataPoints'] = async () => [{ at: Date.parse(EARLIER) - 60_000, value: 0 }];
  const options =
    kind === 'lambda' ? { errors: { atMostPercent: 0, minutes: 240 } } : { metrics: [{ name: 'X', minutes: 240 }] };
  const found = await look([resourceTarget.parse({ kind, ...options })], ports({ dataPoints }));
  expect(found).toMatchObject({ status: 'not-ready', otherwise: 'unknown' });
});

test('a metric is asked for by the dimension of its resource', async () => {
  const asked: unknown[] = [];
  const dataPoints: ResourcePorts['dataPoints'] = async (query) => {
    asked.push([query.namespace, query.dimension, query.value, (query.to - query.from) / 60_000]);
    return [{ at: query.to, value: 1 }];
  };
  const [target] = [resourceTarget.parse({ kind: 'rds', metrics })];
  const cluster = () => [{ address: 'x', type: 'aws_rds_cluster', id: 'c' }];
  await look([target], ports({ dataPoints }), cluster);
  await look([resourceTarget.parse({ kind: 'sqs', metrics })], ports({ dataPoints }));
  expect(asked).toEqual([
    ['AWS/RDS', 'DBClusterIdentifier', 'c', 10],
    ['AWS/SQS', 'QueueName', 'jobs', 10],
  ]);
});

test.each([
  ['another region', `arn:aws:lambda:us-east-1:${ACCOUNT}:function:api`],
  ['another account', 'arn:aws:lambda:eu-west-1:210987654321:function:api'],
])('what is in %s is unknown: here, its name may be somebody else’s', async (_name, arn) => {
  const elsewhere = () => [{ ...resource('lambda'), arn }];
  const called: string[] = [];
  const describeFunction = async (name: string) => {
    called.push(name);
    return undefined;
  };
  const found = await look([targetOf('lambda')], ports({ describeFunction }), elsewhere);
  expect(found).toMatchObject({
    status: 'unknown',
    observed: expect.stringContaining(`${arn} is not in eu-west-1 of`),
  });
  expect(called).toEqual([]);
});

describe.each<[ResourceKind, (arn: string | undefined) => Partial<ResourcePorts>]>([
  ['alarms', (arn) => ({ describeAlarms: async () => [{ name: 'high', state: 'OK', ...said(arn) }] })],
  ['lambda', (arn) => ({ describeFunction: async () => ({ ...FUNCTION, ...said(arn) }) })],
  ['dynamodb', (arn) => ({ describeTable: async () => ({ ...TABLE, ...said(arn) }) })],
  ['rds', (arn) => ({ describeInstance: async () => ({ status: 'available', ...said(arn) }) })],
  ['eventbridge-rule', (arn) => ({ describeRule: async () => ({ state: 'ENABLED', targets: ['t'], ...said(arn) }) })],
])('%s', (kind, world) => {
  const arn = `arn:aws:x:eu-west-1:${ACCOUNT}:x/own`;
  const here = () => [{ ...resource(kind), arn }];
  const seen = (answered: string | undefined) => look([targetOf(kind)], ports(world(answered)), here);

  test('passes by the answer for its ARN', async () => {
    expect(await seen(arn)).toMatchObject({ status: 'passed' });
  });

  test.each([`arn:aws:x:eu-west-1:210987654321:x/own`, `arn:aws:x:us-east-1:${ACCOUNT}:x/own`, undefined])(
    'is unknown by an answer for %s',
    async (other) => {
      expect(await seen(other)).toMatchObject({ status: 'unknown', observed: expect.stringContaining(arn) });
    },
  );
});

test.each([[undefined], [{}], [{ sqs: [] }]])(
  'a record with the targets %j is older than the check',
  async (targets) => {
    const record = aRecord(targets ? { targets } : {});
    const looked = observeResources([targetOf('sqs')], aRequest({ machine: 'validate', record }), ports());
    await expect(looked).rejects.toThrow(/does not say what the check of sqs is about: provision it again/);
  },
);

test.each([
  [{}, 'h.example', 'https', 'h.example', '/'],
  [{ scheme: 'http' }, 'h.example', 'http', 'h.example', '/'],
  [{ scheme: 'http' }, 'https://h.example', 'https', 'h.example', '/'],
  [{}, 'https://h.example/dev?a=1', 'https', 'h.example', '/dev?a=1'],
  [{ path: '/health' }, 'https://h.example/dev/', 'https', 'h.example', '/dev/health'],
  [{ path: '/health' }, 'https://h.example', 'https', 'h.example', '/health'],
  // Is refused: it is no host name.
  [{}, 'https://h.example:8080', 'https', 'h.example:8080', '/'],
])('%j of %s is called', (more, id, scheme, host, path) => {
  const target = resourceTarget.parse({ kind: 'http', of: { output: 'url' }, ...more });
  expect(callOf(target as never, id)).toEqual({ scheme, host, path });
});
