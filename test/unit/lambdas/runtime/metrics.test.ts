import { beforeEach, describe, expect, test, vi } from 'vitest';
import { emit } from '../../../../lambdas/aws/metrics.ts';
import { CHECKS, type CheckResult, type Finding } from '../../../../lambdas/contracts/contracts.ts';
import type { HandlerName } from '../../../../lambdas/contracts/functions.ts';
import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import { SWEEP_FAMILIES } from '../../../../lambdas/contracts/sweep-request.ts';
import { collectEnvironmentMetrics } from '../../../../lambdas/environment/environment-metrics.ts';
import { executionChanged } from '../../../../lambdas/environment/execution-changed.ts';
import {
  dimensionsOf,
  METRIC_NAMES,
  METRICS,
  METRICS_NAMESPACE,
  seriesOf,
} from '../../../../lambdas/runtime/metrics.ts';
import { certifySweep } from '../../../../lambdas/sweep/certify-sweep.ts';
import { writeEvidence } from '../../../../lambdas/validation/write-evidence.ts';
import { aRecord, aRequest, arnOf, fakeClock } from '../support/fixtures.ts';

/** CloudWatch reads the embedded metric format from a log line. */
interface Embedded {
  _aws: {
    CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string; Unit: string }[] }[];
  };
  [key: string]: unknown;
}
let lines: string[];

beforeEach(() => {
  lines = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  return () => vi.restoreAllMocks();
});

/** Returns each series that CloudWatch extracts from the log, as `Name{dimension=value}`, with its value. */
function seen(): [series: string, value: number][] {
  return lines.flatMap((line) => {
    const embedded = JSON.parse(line) as Embedded;
    return embedded._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) => {
      expect(Namespace).toBe(METRICS_NAMESPACE);
      return Dimensions.flatMap((names) =>
        Metrics.map(({ Name }): [string, number] => [
          seriesName(Name, Object.fromEntries(names.map((name) => [name, String(embedded[name])]))),
          Number(embedded[Name]),
        ]),
      );
    });
  });
}

function seriesName(metric: string, dimensions: Record<string, string>): string {
  return `${metric}{${Object.entries(dimensions)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(',')}}`;
}

const NOW = Date.parse('2026-01-31T12:00:00Z');
const metricsOf = (records: EnvironmentRecord[], malformed: string[] = []) =>
  collectEnvironmentMetrics({
    about: { product: 'order-platform', accountId: '123456789012', region: 'eu-west-1' },
    listRecords: async () => ({ records, malformed }),
    publish: async () => {},
    markWarned: async () => true,
    emit,
    // A failure to write the pages does not fail the function, because alarms watch the metrics.
    writeBoard: async () => Promise.reject(new Error('AccessDenied')),
    warn: () => {},
    now: () => NOW,
  });

function validate(status: CheckResult['status']) {
  const results = CHECKS.map((check) => ({
    check,
    status,
    expected: 'e',
    observed: 'o',
    evidence: {},
    startedAt: '2026-01-31T12:00:00.000Z',
    durationMs: 1,
  }));
  return writeEvidence(
    { request: aRequest(), results },
    {
      bucket: 'b',
      checks: CHECKS,
      writeJson: async () => {},
      writePage: async () => true,
      loadRecord: async () => null,
      recordValidation: async () => true,
      emit,
      clock: fakeClock(),
    },
  );
}

function sweep(findings: Finding[]) {
  const at = '2026-01-31T12:00:00Z';
  const passes = [1, 2].map((pass) =>
    SWEEP_FAMILIES.map((services) => ({
      ...{ services: [...services], pass, startedAt: at, endedAt: at, present: 0, unknown: 0, absent: 0 },
      key: services.join(),
    })),
  );
  const read = (key: string, pass: number) =>
    key.split(',').map((service) => ({ service, pass, findings: findings.filter((one) => one.service === service) }));
  let reads = 0;
  return certifySweep(
    { request: aRequest({ machine: 'sweep' }), passes },
    {
      bucket: 'b',
      read: async (key) => {
        reads += 1;
        return { kind: 'found', text: JSON.stringify(read(key, reads <= SWEEP_FAMILIES.length ? 1 : 2)) };
      },
      readVersion: async () => ({ text: undefined, etag: undefined }),
      sign: async () => undefined,
      isSigned: async () => true,
      replaceJson: async () => true,
      writePage: async () => true,
      inventory: async () => [],
      loadRecord: async () => null,
      recordSweep: async () => true,
      emit,
      clock: fakeClock(),
    },
  );
}

const finding = (status: Finding['status']): Finding => ({
  ...{ service: 'sqs', type: 'queue', id: 'q', source: 'name', reason: 'r' },
  status,
});

/** The calls emit every metric that each handler can emit. */
const EMITTERS: Partial<Record<HandlerName, () => Promise<unknown>>> = {
  evidence: async () => {
    for (const status of ['passed', 'failed', 'unknown'] as const) await validate(status);
  },
  verdict: async () => {
    for (const findings of [[], [finding('PRESENT')], [finding('UNKNOWN')]]) await sweep(findings);
  },
  'environment-metrics': () => metricsOf([]),
  'execution-changed': () =>
    executionChanged(
      {
        detail: {
          ...{ executionArn: arnOf('validate', 'x'), name: 'x', status: 'FAILED', startDate: NOW, stopDate: NOW },
          stateMachineArn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:runbook-validate',
        },
      },
      {
        product: 'order-platform',
        describeExecution: async () => ({ status: 'FAILED', redriveCount: 0 }),
        loadRecord: async () => null,
        updateIfOwned: async () => false,
        readEvidence: async () => ({}),
        linkTo: async () => undefined,
        startTeardown: async () => undefined,
        publish: async () => {},
        keepMessage: async () => {},
        writeBoard: async () => {},
        warn: () => {},
        emit,
        now: () => NOW,
      },
    ),
};

test('every metric is emitted by its handler with exactly the dimensions by which it is watched, and no other is', async () => {
  for (const [handler, run] of Object.entries(EMITTERS)) {
    lines = [];
    await run();
    const known = METRIC_NAMES.filter((metric) => METRICS[metric].handler === handler).flatMap((metric) =>
      seriesOf(metric, CHECKS).map((of) => seriesName(metric, dimensionsOf(metric, of))),
    );
    expect([...new Set(seen().map(([series]) => series))].sort(), handler).toEqual(known.sort());
  }
  expect(METRIC_NAMES.filter((metric) => !(METRICS[metric].handler in EMITTERS))).toEqual([]);
});

test('leftovers are counted', async () => {
  await sweep([finding('PRESENT')]);
  expect(seen()).toEqual([
    ['Sweeps{service=runbook,verdict=LEFTOVERS}', 1],
    ['Leftovers{service=runbook}', 1],
  ]);
});

test('a series that nobody watches cannot be emitted', () => {
  expect(() => emit([{ metric: 'Sweeps', value: 1, of: 'dev' }])).toThrow('metric Sweeps has no series "dev"');
  expect(() => emit([{ metric: 'Leftovers', value: 1, of: 'dev' }])).toThrow('metric Leftovers has no series "dev"');
});

describe('environment metrics', () => {
  const protection = (until: string) => ({ protection: { until, by: 'arn:x', at: until, reason: 'x' } });

  test('counts what is alive and what it costs, not what is gone', async () => {
    const dev = aRecord({ expiresAt: '2026-01-31T20:00:00Z', usdPerHour: 0.2 });
    const gone = aRecord({ environment: 'gone', status: 'GONE', expiresAt: '2025-01-31T20:00:00Z', usdPerHour: 5 });
    const failed = aRecord({ environment: 'f', status: 'FAILED', expiresAt: '2026-01-31T13:00:00Z', usdPerHour: 0.1 });
    const { alive, usdPerHour, hoursPastEnd, hoursHeld } = await metricsOf([dev, gone, failed]);
    expect({ alive, usdPerHour, hoursPastEnd, hoursHeld }).toEqual({
      ...{ alive: 2, usdPerHour: expect.closeTo(0.3), hoursPastEnd: 0, hoursHeld: 0 },
    });
  });

  test.each<[string, Partial<EnvironmentRecord>, Partial<Awaited<ReturnType<typeof metricsOf>>>]>([
    ['past its end', { expiresAt: '2026-01-31T09:00:00Z' }, { hoursPastEnd: 3 }],
    [
      'past its end, and protected',
      { expiresAt: '2026-01-31T09:00:00Z', ...protection('2026-01-31T13:00:00Z') },
      { hoursPastEnd: 0 },
    ],
    [
      'past its protection',
      { expiresAt: '2026-01-31T09:00:00Z', ...protection('2026-01-31T11:00:00Z') },
      { hoursPastEnd: 1 },
    ],
    ['live, claimed long ago', { status: 'LIVE', claimedAt: '2026-01-30T12:00:00Z' }, { hoursHeld: 0 }],
    ['being made since yesterday', { status: 'PROVISIONING', claimedAt: '2026-01-30T12:00:00Z' }, { hoursHeld: 24 }],
    ['going since an hour', { status: 'TEARING_DOWN', claimedAt: '2026-01-31T11:00:00Z' }, { hoursHeld: 1 }],
  ])('of an environment %s', async (_name, changes, expected) => {
    expect(await metricsOf([aRecord({ expiresAt: '2026-01-31T20:00:00Z', ...changes })])).toMatchObject(expected);
  });

  test('names what it cannot read', async () => {
    expect(await metricsOf([], ['broken'])).toMatchObject({ alive: 0, unreadable: ['broken'] });
    expect(seen()).toContainEqual(['RecordsUnreadable{service=runbook}', 1]);
  });
});
