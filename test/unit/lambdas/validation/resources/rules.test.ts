import { describe, expect, test } from 'vitest';
import { type ResourceKind, resourceTarget, type TargetOf } from '../../../../../lambdas/contracts/resource-checks.ts';
import type { HttpObservation } from '../../../../../lambdas/validation/checks/alb-health.ts';
import { alarmState } from '../../../../../lambdas/validation/checks/resource-alarms.ts';
import { httpEndpoint, meets } from '../../../../../lambdas/validation/checks/resource-http.ts';
import {
  type FunctionState,
  functionState,
  invoked,
} from '../../../../../lambdas/validation/checks/resource-lambda-function.ts';
import { type DataPoint, errorRate, metricBound } from '../../../../../lambdas/validation/checks/resource-metric.ts';
import { resourcesConclusion, type Seen } from '../../../../../lambdas/validation/checks/resource-seen.ts';
import * as states from '../../../../../lambdas/validation/checks/resource-states.ts';

/** What each kind says of what was observed: a row each, the bad ones first of all. */

const NOW = Date.parse('2026-01-31T12:00:00Z');
const DAY = 86_400_000;

const targetOf = <K extends ResourceKind>(kind: K, more: object = {}) =>
  resourceTarget.parse({ kind, ...(kind === 'http' ? { of: { output: 'url' } } : {}), ...more }) as TargetOf<K>;

/** As `resourcesConclusion` weighs them. */
function verdict(seen: Seen | readonly Seen[]): string {
  const rows = [{ kind: 'sqs', id: 'x', address: 'x.x', seen: [seen].flat() as Seen[] } as const];
  const { status, otherwise } = resourcesConclusion(['x'], rows);
  return otherwise ? `${status}, then ${otherwise}` : status;
}

/** When the environment was changed last. */
const CHANGED = NOW - 60_000;

const answer = (changes: Partial<Extract<HttpObservation, { kind: 'answer' }>> = {}): HttpObservation => ({
  ...{ kind: 'answer', status: 200, body: '{"status":"UP","parts":[{"ok":true}]}', address: '203.0.113.1', ms: 40 },
  ...{ validTo: NOW + 30 * DAY },
  ...changes,
});

describe('http', () => {
  const json = [{ path: 'status', equals: 'UP' }];
  test.each<[string, object, HttpObservation, string, RegExp]>([
    ['well', {}, answer(), 'passed', /200.*40 ms.*30 days/s],
    [
      '200 with a wrong value',
      { json },
      answer({ body: '{"status":"DOWN"}' }),
      'not-ready',
      /status is "DOWN" instead/,
    ],
    ['200 without the value', { json }, answer({ body: '{}' }), 'not-ready', /status is missing/],
    ['200 with the value in another place', { json }, answer({ body: '[{"status":"UP"}]' }), 'not-ready', /missing/],
    ['200 with a value of Object', { json: [{ path: 'constructor', equals: null }] }, answer(), 'not-ready', /missing/],
    ['200 with a page', { json }, answer({ body: '<html>"status":"UP"</html>' }), 'failed', /not JSON/],
    ['200 with an empty body', { json }, answer({ body: '' }), 'failed', /not JSON/],
    ['a value deep down', { json: [{ path: 'parts.0.ok', equals: true }] }, answer(), 'passed', /parts.0.ok is true/],
    [
      'a text for a boolean',
      { json: [{ path: 'parts.0.ok', equals: 'true' }] },
      answer(),
      'not-ready',
      /parts.0.ok is true instead of "true"/,
    ],
    ['without the text', { contains: 'welcome' }, answer(), 'not-ready', /does not contain "welcome"/],
    ['503', {}, answer({ status: 503 }), 'not-ready', /503 instead of 200/],
    ['404, as of a new stage', {}, answer({ status: 404 }), 'not-ready', /404/],
    ['401', {}, answer({ status: 401 }), 'failed', /401/],
    ['a redirect', {}, answer({ status: 302, location: 'https://else' }), 'failed', /redirect to https:\/\/else/],
    ['a redirect that is wanted', { status: [301, 302] }, answer({ status: 302 }), 'passed', /302/],
    ['a cache, since the last change', {}, answer({ age: 60 }), 'passed', /from a cache, 60 s old/],
    [
      'a cache, before the last change',
      {},
      answer({ age: 61 }),
      'not-ready, then unknown',
      /61 s old.*before the last change/,
    ],
    ['slow', { withinMs: 30 }, answer(), 'not-ready', /40 ms, and 30 ms are allowed/],
    ['a certificate that ends', { tlsDays: 31 }, answer(), 'failed', /ends in 30 days, and at least 31/],
    ['a certificate that has ended', {}, answer({ validTo: NOW - 1 }), 'failed', /ends in -1 days/],
    ['a certificate that was not read', {}, answer({ validTo: undefined as never }), 'unknown', /not read/],
    ['no answer', {}, { kind: 'silent', message: 'GET: no answer within 5 s' }, 'not-ready', /no answer/],
    ['a private address', {}, { kind: 'refused', message: 'resolves to 10.0.0.1' }, 'failed', /10\.0\.0\.1/],
  ])('%s', (_name, target, http, status, text) => {
    const seen = httpEndpoint(targetOf('http', target), 'https', http, NOW, CHANGED);
    expect(verdict(seen)).toBe(status);
    expect(seen.map((one) => one.text).join('; ')).toMatch(text);
  });

  test('has no certificate without TLS', () => {
    const seen = httpEndpoint(targetOf('http'), 'http', answer({ validTo: undefined as never }), NOW, CHANGED);
    expect(verdict(seen)).toBe('passed');
  });
});

test.each<[string, object, Parameters<typeof alarmState>[1], string]>([
  ['OK', {}, { name: 'a', state: 'OK' }, 'passed'],
  ['ALARM', {}, { name: 'a', state: 'ALARM', reason: 'over' }, 'not-ready'],
  ['an ALARM where data may be missing', { allowInsufficientData: true }, { name: 'a', state: 'ALARM' }, 'not-ready'],
  ['no data', {}, { name: 'a', state: 'INSUFFICIENT_DATA' }, 'not-ready, then unknown'],
  ['no data, as allowed', { allowInsufficientData: true }, { name: 'a', state: 'INSUFFICIENT_DATA' }, 'passed'],
  ['a state of tomorrow', { allowInsufficientData: true }, { name: 'a', state: 'MUTED' }, 'unknown'],
  ['no alarm', { allowInsufficientData: true }, undefined, 'failed'],
])('an alarm: %s', (_name, target, alarm, status) => {
  expect(verdict(alarmState(targetOf('alarms', target), alarm))).toBe(status);
});

test('an alarm that is OK for want of data says so', () => {
  const reason =
    'Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].';
  expect(alarmState(targetOf('alarms'), { name: 'a', state: 'OK', reason }).text).toBe(`OK (${reason})`);
  expect(alarmState(targetOf('alarms'), { name: 'a', state: 'OK', reason: '1 datapoint was not greater' }).text).toBe(
    'OK',
  );
});

describe('a function', () => {
  const well: FunctionState = { state: 'Active', update: 'Successful', modified: '2026-01-31T11:00:00Z' };
  test.each<[string, FunctionState | undefined, string]>([
    ['well', well, 'passed'],
    ['gone', undefined, 'failed'],
    ['failed', { ...well, state: 'Failed', stateReason: 'no subnet' }, 'failed'],
    ['pending', { ...well, state: 'Pending' }, 'not-ready'],
    ['inactive', { ...well, state: 'Inactive' }, 'not-ready'],
    ['in a state of tomorrow', { ...well, state: 'Deleting' }, 'unknown'],
    ['that nobody can invoke', { ...well, reserved: 0 }, 'failed'],
    ['with a concurrency of its own', { ...well, reserved: 1 }, 'passed'],
    ['with an update that failed', { ...well, update: 'Failed' }, 'failed'],
    ['with an update under way', { ...well, update: 'InProgress' }, 'not-ready'],
  ])('%s', (_name, found, status) => {
    expect(verdict(functionState(found))).toBe(status);
  });

  const invoke = (json: object[] = []) => targetOf('lambda', { invoke: { json } }).invoke as never;
  test.each<[string, object[], Parameters<typeof invoked>[1], string]>([
    ['succeeds', [], { payload: 'null' }, 'passed'],
    ['throws', [], { payload: '{"errorMessage":"no table"}', error: 'Unhandled' }, 'not-ready'],
    [
      'throws what is wanted',
      [{ path: 'ok', equals: true }],
      { payload: '{"ok":true}', error: 'Unhandled' },
      'not-ready',
    ],
    ['answers', [{ path: 'statusCode', equals: 200 }], { payload: '{"statusCode":200}' }, 'passed'],
    ['answers something else', [{ path: 'statusCode', equals: 200 }], { payload: '{"statusCode":500}' }, 'not-ready'],
    ['answers nothing', [{ path: 'statusCode', equals: 200 }], { payload: '' }, 'failed'],
  ])('that is invoked %s', (_name, json, invocation, status) => {
    expect(verdict(invoked(invoke(json), invocation))).toBe(status);
  });
});

describe('a metric', () => {
  const points = (...values: number[]): DataPoint[] =>
    values.map((value, n) => ({ at: NOW - (n + 1) * 60_000, value }));
  const bound = (more: object) =>
    targetOf('rds', { metrics: [{ name: 'CPUUtilization', ...more }] }).metrics[0] as never;
  test.each<[string, object, DataPoint[], string]>([
    ['within its bounds', { atMost: 80, atLeast: 1 }, points(40, 50), 'passed'],
    ['above once', { atMost: 80 }, points(40, 81), 'not-ready'],
    ['below once', { atLeast: 5 }, points(40, 4), 'not-ready'],
    ['there, without bounds', {}, points(0), 'passed'],
    ['without a data point', {}, [], 'not-ready, then unknown'],
    ['without a data point, and a bound that 0 would meet', { atMost: 80 }, [], 'not-ready, then unknown'],
    ['stale', { atMost: 80 }, [{ at: NOW - 12 * 60_000, value: 1 }], 'not-ready, then unknown'],
    ['no number', { atMost: 80 }, points(Number.NaN), 'unknown'],
  ])('%s', (_name, more, given, status) => {
    expect(verdict(metricBound(bound(more), given, NOW, 0))).toBe(status);
  });

  test('data points of an environment that had the name before are no data', () => {
    const at = NOW - 5 * 60_000;
    const seen = (since: number) => verdict(metricBound(bound({ atMost: 80 }), [{ at, value: 1 }], NOW, since));
    expect(seen(at)).toBe('passed');
    expect(seen(at + 1)).toBe('not-ready, then unknown');
  });

  const errors = { atMostPercent: 5, minutes: 15 };
  test.each<[string, DataPoint[], DataPoint[], string]>([
    ['few errors', points(1, 0), points(50, 50), 'passed'],
    ['errors of one minute of two', points(1), points(50, 50), 'not-ready, then unknown'],
    ['too many', points(3, 3), points(50, 50), 'not-ready'],
    ['no invocation', points(0), points(), 'not-ready, then unknown'],
    ['invocations of zero', points(0), points(0), 'not-ready, then unknown'],
    ['invocations, and no data of errors', points(), points(50), 'not-ready, then unknown'],
  ])('of errors: %s', (_name, failed, invocations, status) => {
    expect(verdict(errorRate(errors, { errors: failed, invocations }, NOW, 0))).toBe(status);
  });

  test('of errors: what an environment invoked that had the name before says nothing', () => {
    const [at, later] = [NOW - 10 * 60_000, NOW - 60_000];
    const seen = (
      since: number,
      invocations: DataPoint[],
      errors_ = invocations.map((one) => ({ ...one, value: 0 })),
    ) => verdict(errorRate(errors, { errors: errors_, invocations }, NOW, since));
    expect(seen(0, [{ at, value: 9 }])).toBe('passed');
    expect(seen(later, [{ at, value: 9 }])).toBe('not-ready, then unknown');
    expect(seen(0, [{ at: NOW - 60 * 60_000, value: 9 }])).toBe('not-ready, then unknown');
    const both = [
      { at, value: 99 },
      { at: later, value: 1 },
    ];
    expect(
      seen(later, both, [
        { at, value: 0 },
        { at: later, value: 1 },
      ]),
    ).toBe('not-ready');
  });
});

const counts = (visible: number, inFlight = 0, delayed = 0) => ({ visible, inFlight, delayed });

const WRITER = { id: 'a', writes: true, status: 'available' };
const READER = { id: 'b', writes: false, status: 'available' };

describe('what a description says', () => {
  test.each<[string, () => Seen | Seen[], string]>([
    ['an empty queue', () => states.queue(targetOf('sqs'), [counts(0), counts(0)]), 'passed'],
    ['a queue with one in flight', () => states.queue(targetOf('sqs'), [counts(0), counts(0, 1)]), 'not-ready'],
    ['a queue with one delayed', () => states.queue(targetOf('sqs'), [counts(0, 0, 1)]), 'not-ready'],
    [
      'a queue with as many as allowed',
      () => states.queue(targetOf('sqs', { atMost: 3 }), [counts(1, 1, 1)]),
      'passed',
    ],
    ['a queue that one server knows', () => states.queue(targetOf('sqs'), [counts(0), undefined]), 'failed'],
    ['a queue that nobody sampled', () => states.queue(targetOf('sqs'), []), 'unknown'],
    ['a table', () => states.table(targetOf('dynamodb'), { status: 'ACTIVE', indexes: [] }), 'passed'],
    ['no table', () => states.table(targetOf('dynamodb'), undefined), 'failed'],
    ['a table under way', () => states.table(targetOf('dynamodb'), { status: 'UPDATING', indexes: [] }), 'not-ready'],
    [
      'a table without its key',
      () => states.table(targetOf('dynamodb'), { status: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS', indexes: [] }),
      'failed',
    ],
    [
      'a table whose index is made',
      () => states.table(targetOf('dynamodb'), { status: 'ACTIVE', indexes: [{ name: 'i', status: 'CREATING' }] }),
      'not-ready',
    ],
    [
      'a table without its index',
      () => states.table(targetOf('dynamodb'), { status: 'ACTIVE', indexes: [] }, ['i']),
      'not-ready',
    ],
    [
      'a table without recovery',
      () =>
        states.table(targetOf('dynamodb', { pointInTimeRecovery: true }), {
          status: 'ACTIVE',
          indexes: [],
          pointInTimeRecovery: 'DISABLED',
        }),
      'failed',
    ],
    [
      'a table whose recovery was not read',
      () => states.table(targetOf('dynamodb', { pointInTimeRecovery: true }), { status: 'ACTIVE', indexes: [] }),
      'unknown',
    ],
    ['a database', () => states.database({ status: 'available' }), 'passed'],
    ['a database that backs itself up', () => states.database({ status: 'backing-up' }), 'passed'],
    ['a database that is stopped', () => states.database({ status: 'stopped' }), 'failed'],
    ['a database without storage', () => states.database({ status: 'storage-full' }), 'failed'],
    ['a database that reboots', () => states.database({ status: 'rebooting' }), 'not-ready'],
    ['no database', () => states.database(undefined), 'failed'],
    ['a cluster', () => states.database({ status: 'available', members: [WRITER, READER] }), 'passed'],
    [
      'a cluster whose only writer is stopped',
      () => states.database({ status: 'available', members: [{ ...WRITER, status: 'stopped' }, READER] }),
      'failed',
    ],
    [
      'a cluster whose reader reboots',
      () => states.database({ status: 'available', members: [WRITER, { ...READER, status: 'rebooting' }] }),
      'not-ready',
    ],
    [
      'a cluster with an instance that RDS does not know',
      () => states.database({ status: 'available', members: [WRITER, { id: 'b', writes: false }] }),
      'not-ready',
    ],
    [
      'a cluster with two writers',
      () => states.database({ status: 'available', members: [WRITER, { ...READER, writes: true }] }),
      'not-ready',
    ],
    ['a cluster without instances', () => states.database({ status: 'available', members: [] }), 'not-ready'],
    ['a machine', () => states.machine(targetOf('step-functions'), { status: 'ACTIVE', ended: [] }), 'passed'],
    [
      'a machine that is deleted',
      () => states.machine(targetOf('step-functions'), { status: 'DELETING', ended: [] }),
      'failed',
    ],
    ['no machine', () => states.machine(targetOf('step-functions'), undefined), 'failed'],
    [
      'a machine that failed',
      () =>
        states.machine(targetOf('step-functions'), { status: 'ACTIVE', ended: [{ name: 'e', status: 'TIMED_OUT' }] }),
      'not-ready',
    ],
    [
      'a machine that failed, and may',
      () => states.machine(targetOf('step-functions', { last: 0 }), { status: 'ACTIVE', ended: [] }),
      'passed',
    ],
    [
      'a machine that never ran',
      () => states.machine(targetOf('step-functions', { atLeast: 1 }), { status: 'ACTIVE', ended: [] }),
      'not-ready, then unknown',
    ],
    ['a rule', () => states.rule({ state: 'ENABLED', targets: ['t'] }), 'passed'],
    [
      'a rule with more events',
      () => states.rule({ state: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS', targets: ['t'] }),
      'passed',
    ],
    ['a rule that is off', () => states.rule({ state: 'DISABLED', targets: ['t'] }), 'failed'],
    ['a rule without targets', () => states.rule({ state: 'ENABLED', targets: [] }), 'failed'],
    ['no rule', () => states.rule(undefined), 'failed'],
  ])('%s', (_name, seen, status) => {
    expect(verdict(seen())).toBe(status);
  });
});

test('what is unread does not hide what is bad, and nothing seen is no pass', () => {
  const unread: Seen = { status: 'unread', text: 'no data' };
  expect(verdict([unread, { status: 'not-ready', text: 'full' }])).toBe('not-ready');
  expect(verdict([unread, { status: 'failed', text: 'gone' }])).toBe('failed');
  expect(verdict([unread, { status: 'passed', text: 'well' }])).toBe('not-ready, then unknown');
  expect(verdict([])).toBe('unknown');
});

test('a long value is cut', () => {
  expect(meets(JSON.stringify({ a: 'x'.repeat(5_000) }), { path: 'a', equals: 1 }).text.length).toBeLessThan(300);
});

test.each<[number, number, string[], RegExp]>([
  [5, 0, [], /no execution has ended yet/],
  [5, 0, ['SUCCEEDED', 'SUCCEEDED'], /^2 executions SUCCEEDED/],
  [0, 2, ['FAILED', 'FAILED'], /^2 executions have ended, the last 0 SUCCEEDED/],
  [1, 3, ['SUCCEEDED', 'FAILED', 'ABORTED'], /^3 executions have ended, the last 1 SUCCEEDED/],
])('of executions, the last %i and at least %i: evidence of %j says what succeeded', (last, atLeast, all, text) => {
  const ended = all.map((status, at) => ({ name: `e${at}`, status }));
  const seen = states.machine(targetOf('step-functions', { last, atLeast }), { status: 'ACTIVE', ended });
  expect(verdict(seen)).toBe('passed');
  expect(seen.at(-1)?.text).toMatch(text);
});
