import { describe, expect, test } from 'vitest';
import type { TimelineEvent } from '../../../cli/timeline-event.ts';
import { differencesOf, durations } from '../../aws/compare.ts';
import { type LifeRecord, lifeRecord, StepRecorder } from '../../aws/record.ts';

const record = (changes: Partial<LifeRecord['steps'][number]> = {}, more: Partial<LifeRecord> = {}): LifeRecord => ({
  where: 'lab',
  at: '2030-01-31T10:00:00.000Z',
  steps: [
    {
      machine: 'validate',
      status: 'SUCCEEDED',
      seconds: 12,
      checks: [{ check: 'backend', status: 'passed' }],
      states: [
        { path: 'validate/Run checks', outcome: 'succeeded', visits: 1, seconds: 11 },
        { path: 'validate/Run checks/Check backend', outcome: 'succeeded', visits: 2, seconds: 1 },
      ],
      ...changes,
    },
  ],
  denied: [],
  ...more,
});
const [run, check] = record().steps[0]?.states ?? [];
const denied = { role: 'Builds-Terraform', action: 'sqs:CreateQueue', message: 'is not authorized' };

describe('a difference', () => {
  test.each<[string, LifeRecord, object[]]>([
    ['none', record({ seconds: 900 }), []],
    [
      'none in how often a state was tried',
      record({ states: [run, check && { ...check, visits: 9 }].filter((one) => one !== undefined) }),
      [],
    ],
    [
      'in the end',
      record({ status: 'FAILED', error: 'ValidationFailed' }),
      [{ what: 'validate: end', lab: 'SUCCEEDED', aws: 'FAILED (ValidationFailed)' }],
    ],
    [
      'in a verdict',
      record({ verdict: 'LEFTOVERS' }),
      [{ what: 'validate: verdict', lab: 'not there', aws: 'LEFTOVERS' }],
    ],
    [
      'in a check',
      record({ checks: [{ check: 'backend', status: 'unknown' }] }),
      [{ what: 'validate: check backend', lab: 'passed', aws: 'unknown' }],
    ],
    [
      'in a check that is not there',
      record({ checks: [] }),
      [{ what: 'validate: check backend', lab: 'passed', aws: 'not there' }],
    ],
    [
      'in a state that was caught',
      record({ states: [run, check && { ...check, outcome: 'caught' as const }].filter((one) => one !== undefined) }),
      [{ what: 'state validate/Run checks/Check backend', lab: 'succeeded', aws: 'caught' }],
    ],
    [
      'in a state that is not there',
      record({ states: run ? [run] : [] }),
      [{ what: 'state validate/Run checks/Check backend', lab: 'succeeded', aws: 'not there' }],
    ],
    [
      'in a step that is not there',
      { ...record(), steps: [] },
      [{ what: 'validate', lab: 'SUCCEEDED', aws: 'not there' }],
    ],
    [
      'in a call that AWS alone denied',
      record({}, { denied: [denied] }),
      [
        {
          what: 'call Builds-Terraform sqs:CreateQueue',
          lab: 'allowed, or not made',
          aws: 'denied: is not authorized',
        },
      ],
    ],
  ])('is %s', (_, aws, expected) => {
    expect(differencesOf(record(), aws)).toEqual(expected);
  });

  test('is none where the lab denied the call as well', () => {
    expect(differencesOf(record({}, { denied: [denied] }), record({}, { denied: [denied] }))).toEqual([]);
  });
});

test('durations are shown side by side, of each step and of what takes long', () => {
  expect(durations(record(), record({ seconds: 300.25 }))).toEqual([
    `${'validate'.padEnd(19)}     12.0 s    300.3 s`,
    'validate/Run checks     11.0 s     11.0 s',
  ]);
});

test('a record is made of the description of an execution and of those that it waits for', () => {
  const recorder = new StepRecorder();
  const event = (machine: string, name: string, status: TimelineEvent['status'], durationMs: number, caught = false) =>
    recorder.event({
      execution: { arn: machine, name: 'x', machine: `runbook-${machine}` },
      state: { id: 1, name, kind: 'Task', within: [{ id: 0, name: 'Run checks' }] },
      status,
      at: new Date(),
      durationMs,
      ...(caught ? { caught: true } : {}),
    });
  event('validate', 'Check backend', 'entered', 0);
  event('validate', 'Check backend', 'failed', 4_000, true);
  event('validate', 'Check backend', 'succeeded', 1_234);
  event('sweep', 'Look', 'failed', 50, true);
  const end = { status: 'FAILED' as const, error: 'Left', checks: [], sweep: { verdict: 'LEFTOVERS' } as never };
  const step = recorder.step('teardown', end);
  expect(step).toMatchObject({ machine: 'teardown', status: 'FAILED', error: 'Left', verdict: 'LEFTOVERS' });
  expect(step.states).toEqual([
    { path: 'sweep/Run checks/Look', outcome: 'caught', visits: 1, seconds: 0.1 },
    { path: 'validate/Run checks/Check backend', outcome: 'succeeded', visits: 2, seconds: 4 },
  ]);
  expect(recorder.step('teardown', undefined).status).toBe('UNKNOWN');
  expect(lifeRecord.safeParse({ ...record(), steps: [step] }).success).toBe(true);
});
