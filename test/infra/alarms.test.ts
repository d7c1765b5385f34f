import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../lambdas/contracts/contracts.ts';
import { MACHINES } from '../../lambdas/contracts/record.ts';
import {
  dimensionsOf,
  METRIC_NAMES,
  METRICS_NAMESPACE,
  type MetricName,
  seriesOf,
} from '../../lambdas/runtime/metrics.ts';
import { UNATTENDED } from '../../lib/functions/functions.ts';
import config from '../../runbook.config.ts';
import { flat, PROJECT_ROOT, runbook } from './support/runbook.ts';

const { template } = runbook();

interface MetricOf {
  Namespace?: string;
  MetricName?: string;
  Dimensions?: { Name: string; Value: unknown }[];
}
interface Alarm extends MetricOf {
  AlarmName: string;
  AlarmDescription: string;
  AlarmActions?: unknown[];
  DatapointsToAlarm?: number;
  ComparisonOperator: string;
  Threshold: number;
  Period?: number;
  Statistic?: string;
  EvaluationPeriods: number;
  TreatMissingData: string;
  Metrics?: { Expression?: string; MetricStat?: { Metric: MetricOf; Stat: string } }[];
}
const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(
  ({ Properties }) => Properties as Alarm,
);

/** Returns a metric as `Namespace Name{dimension=value}`. A reference to a resource is `<Name>`. */
function series({ Namespace, MetricName: name, Dimensions = [] }: MetricOf): string {
  const dimensions = Dimensions.map(({ Name, Value }) => `${Name}=${flat(Value)}`);
  return `${Namespace} ${name}{${dimensions.sort().join(',')}}`;
}
const watched = (alarm: Alarm) =>
  (alarm.Metrics ?? [])
    .flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : []))
    .concat(alarm.MetricName ? [alarm] : [])
    .map(series);
function alarm(name: string): Alarm {
  const found = alarms.find(({ AlarmName }) => AlarmName === `runbook-${name}`);
  if (!found) throw new Error(`no alarm runbook-${name}`);
  return found;
}

const LOUD = { ComparisonOperator: 'GreaterThanOrEqualToThreshold', TreatMissingData: 'notBreaching' };
const SILENT = { ComparisonOperator: 'LessThanThreshold', TreatMissingData: 'breaching' };

describe('every failure that would be silent raises an alarm', () => {
  test.each(MACHINES)('%s: failed, timed out or stopped, each by itself', (name) => {
    expect(alarm(`${name}-failed`)).toMatchObject({ ...LOUD, Threshold: 1 });
    expect(watched(alarm(`${name}-failed`)).map((one) => one.replace(/\{.*/, ''))).toEqual([
      'AWS/States ExecutionsFailed',
      'AWS/States ExecutionsTimedOut',
      'AWS/States ExecutionsAborted',
    ]);
    // A missing metric has no value, and the sum of a value and no value has none.
    expect(alarm(`${name}-failed`).Metrics?.[0]?.Expression).toBe('SUM([FILL(m0, 0), FILL(m1, 0), FILL(m2, 0)])');
  });

  test.each<[string, string, object]>([
    ['leftovers', 'Sweeps{service=runbook,verdict=LEFTOVERS}', { ...LOUD, Threshold: 1 }],
    ['inconclusive', 'Sweeps{service=runbook,verdict=INCONCLUSIVE}', { ...LOUD, Threshold: 1 }],
    ['past-end', 'HoursPastEnd{service=runbook}', { ...LOUD, Threshold: 2, Period: 3_600, Statistic: 'Maximum' }],
    ['held-too-long', 'HoursHeld{service=runbook}', { ...LOUD, Threshold: 6, Period: 3_600, Statistic: 'Maximum' }],
    ['record-unreadable', 'RecordsUnreadable{service=runbook}', { ...LOUD, Threshold: 1 }],
    ['hourly-missed', 'EnvironmentsAlive{service=runbook}', { ...SILENT, Period: 3_600, EvaluationPeriods: 3 }],
  ])('%s, by a metric of its own', (name, metric, settings) => {
    expect(watched(alarm(name))).toEqual([`${METRICS_NAMESPACE} ${metric}`]);
    expect(alarm(name)).toMatchObject(settings);
  });

  test('an expiry that was not started for three hours, whether it was reported or not', () => {
    expect(watched(alarm('reaper-missed'))).toEqual([
      expect.stringMatching(/^AWS\/States ExecutionsStarted\{StateMachineArn=<MachinesExpire\w+>\}$/),
    ]);
    expect(alarm('reaper-missed')).toMatchObject({
      ...SILENT,
      Threshold: 1,
      Period: 3_600,
      EvaluationPeriods: 3,
      Statistic: 'Sum',
    });
  });

  test.each([
    ['undelivered', ['AWS/SQS ApproximateNumberOfMessagesVisible']],
    ['unattended-errors', Array(UNATTENDED.length).fill('AWS/Lambda Errors')],
    ['throttled', [...Array(UNATTENDED.length).fill('AWS/Lambda Throttles'), 'AWS/States ThrottledEvents']],
    [
      'lost',
      [
        ...Array(UNATTENDED.length).fill('AWS/Lambda DeadLetterErrors'),
        'AWS/Events InvocationsFailedToBeSentToDlq',
        'AWS/Scheduler InvocationsFailedToBeSentToDeadLetterCount',
      ],
    ],
  ])('%s', (name, metrics) => {
    expect(watched(alarm(name)).map((one) => one.replace(/\{.*/, ''))).toEqual(metrics);
    expect(alarm(name)).toMatchObject({ ...LOUD, Threshold: 1 });
  });

  test('a plan that waits long for a person holds its environment for as long', () => {
    const patient = runbook({ approval: { timeoutMinutes: 600 } }).template;
    patient.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmName: 'runbook-held-too-long', Threshold: 15 });
    expect(config.approval.timeoutMinutes).toBe(60);
  });
});

/** A message reports the failure of each of these alarms. */
const TOLD_BY_MESSAGE = [
  ...MACHINES.map((name) => `runbook-${name}-failed`),
  'runbook-inconclusive',
  'runbook-leftovers',
];

describe('one failure is one message', () => {
  const [untold, ...more] = Object.values(template.findResources('AWS::CloudWatch::CompositeAlarm'));
  const ids = new Map(
    Object.entries(template.findResources('AWS::CloudWatch::Alarm')).map(([id, { Properties }]) => [
      `<${id}.Arn>`,
      String(Properties.AlarmName),
    ]),
  );

  test('an alarm of what a message tells sends none, and lasts until the message was waited for', () => {
    const silent = alarms.filter(({ AlarmActions }) => AlarmActions === undefined);
    expect(silent.map(({ AlarmName }) => AlarmName).sort()).toEqual(
      [...TOLD_BY_MESSAGE, 'runbook-failure-handled'].sort(),
    );
    for (const name of TOLD_BY_MESSAGE)
      expect(alarm(name.replace('runbook-', ''))).toMatchObject({ EvaluationPeriods: 4, DatapointsToAlarm: 1 });
  });

  test('the one that backs it up waits for it: it is sent when no message was', () => {
    expect(more).toEqual([]);
    const rule = flat(untold?.Properties.AlarmRule);
    expect([...rule.matchAll(/ALARM\("?(<\w+\.Arn>)"?\)/g)].map(([, id = '']) => ids.get(id)).sort()).toEqual(
      TOLD_BY_MESSAGE.sort(),
    );
    expect(rule.replaceAll(/ALARM\("?<\w+\.Arn>"?\)| OR |[()]/g, '')).toBe('');
    expect(ids.get(flat(untold?.Properties.ActionsSuppressor))).toBe('runbook-failure-handled');
    expect(watched(alarm('failure-handled'))).toEqual([`${METRICS_NAMESPACE} FailuresHandled{service=runbook}`]);
    expect(untold?.Properties).toMatchObject({
      ActionsSuppressorWaitPeriod: 600,
      ActionsSuppressorExtensionPeriod: 60,
    });
    expect(untold?.Properties.AlarmActions.map(flat)).toEqual([expect.stringMatching(/^<NotificationsTopic\w+>$/)]);
    // The failure's alarm lasts longer than the wait for the message, and the message's alarm lasts longer than the
    // failure's.
    const seconds = (name: string) => alarm(name).EvaluationPeriods * 300;
    expect(seconds('provision-failed')).toBeGreaterThan(600 + 300);
    expect(seconds('failure-handled')).toBeGreaterThan(seconds('provision-failed'));
  });
});

test('each alarm tells people, and says what to do where the manual has it', () => {
  const manual = readFileSync(join(PROJECT_ROOT, 'docs', 'operating.md'), 'utf8');
  const anchors = [...manual.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
  for (const { AlarmName, AlarmDescription, AlarmActions } of alarms) {
    if (AlarmActions)
      expect(AlarmActions.map(flat), AlarmName).toEqual([expect.stringMatching(/^<NotificationsTopic\w+>$/)]);
    const [, section] = /^.{20,}\. What to do: docs\/operating\.md#([a-z-]+)$/.exec(AlarmDescription) ?? [];
    expect(anchors, `${AlarmName}: ${AlarmDescription}`).toContain(section);
    expect(manual, `docs/operating.md says nothing of ${AlarmName}`).toContain(
      AlarmName.replace(/-(?:provision|deploy|validate|teardown|sweep|extend|protect|expire)-failed$/, '-…-failed'),
    );
  }
});

test('an alarm takes ten metrics at most', () => {
  for (const { AlarmName, Metrics = [] } of alarms) expect(Metrics.length - 1, AlarmName).toBeLessThanOrEqual(10);
});

describe('nothing is invoked without anybody waiting for it', () => {
  test('but what fails then is kept in the queue', () => {
    const rules = Object.values(template.findResources('AWS::Events::Rule'));
    const schedules = Object.values(template.findResources('AWS::Scheduler::Schedule'));
    const targets = [
      ...rules.flatMap(({ Properties }) => Properties.Targets as { Arn: unknown; DeadLetterConfig?: object }[]),
      ...schedules.map(({ Properties }) => Properties.Target as { Arn: unknown; DeadLetterConfig?: object }),
    ];
    const functions = template.findResources('AWS::Lambda::Function');
    expect(targets.length).toBeGreaterThan(2);
    for (const { Arn, DeadLetterConfig } of targets) {
      expect(DeadLetterConfig, flat(Arn)).toBeDefined();
      const fn = functions[flat(Arn).replace(/^<(\w+)\.Arn>$/, '$1')];
      if (fn) expect(fn.Properties.DeadLetterConfig, flat(Arn)).toBeDefined();
    }
  });
});

describe('the dashboard', () => {
  const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  const { widgets } = JSON.parse(flat(dashboard?.Properties.DashboardBody)) as {
    widgets: {
      type: string;
      properties: { title: string; view?: string; markdown?: string; metrics?: unknown[][]; alarms?: string[] };
    }[];
  };
  const drawn = widgets.flatMap(({ properties }) => properties.metrics ?? []);

  test('shows every alarm, and each series of the runbook’s own metrics by its exact dimensions', () => {
    expect(widgets.find(({ type }) => type === 'alarm')?.properties.alarms).toHaveLength(alarms.length + 1);
    const own = drawn
      .filter(([namespace]) => namespace === METRICS_NAMESPACE)
      .map((metric) => metric.filter((part) => typeof part === 'string').slice(1));
    const known = METRIC_NAMES.flatMap((metric: MetricName) =>
      seriesOf(metric, CHECKS).map((of) => [metric, ...Object.entries(dimensionsOf(metric, of)).sort().flat()]),
    );
    expect([...new Set(own.map(String))].sort()).toEqual(known.map(String).sort());
  });

  test('shows as numbers what lives now, its cost, and what is left or late', () => {
    const numbers = widgets.filter(({ properties }) => properties.view === 'singleValue');
    expect(numbers.map(({ properties }) => properties.metrics?.[0]?.[1])).toEqual([
      'EnvironmentsAlive',
      'UsdPerHour',
      'Leftovers',
      'HoursPastEnd',
    ]);
  });

  test('links the executions of every machine, and shows their durations in minutes', () => {
    const text = widgets.find(({ type }) => type === 'text')?.properties.markdown ?? '';
    expect(text).toContain('npx runbook board --open');
    const expressions = widgets.flatMap(({ properties }) => properties.metrics ?? []).map(([first]) => first);
    for (const machine of MACHINES) {
      expect(text).toMatch(
        new RegExp(`\\[${machine}\\]\\(https://\\S+/states/home\\?region=\\S+#/statemachines/view/`),
      );
      expect(expressions).toContainEqual(expect.objectContaining({ expression: `${machine}/60000`, label: machine }));
    }
  });

  test('shows runs and durations of every machine, and of both kinds of builds', () => {
    for (const metric of ['ExecutionsStarted', 'ExecutionTime']) {
      expect(drawn.filter(([, name]) => name === metric)).toHaveLength(MACHINES.length);
    }
    const builds = drawn.filter(([, name]) => name === 'Duration').map(([, , , project]) => project);
    expect(builds).toEqual(['runbook-terraform', 'runbook-images']);
  });
});
