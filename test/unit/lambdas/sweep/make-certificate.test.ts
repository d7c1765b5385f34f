import { describe, expect, test } from 'vitest';
import { certificate } from '../../../../lambdas/contracts/certificate.ts';
import type { Finding } from '../../../../lambdas/contracts/contracts.ts';
import type { InventoryItem } from '../../../../lambdas/contracts/payloads/inventory.ts';
import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import { SWEEP_SERVICES } from '../../../../lambdas/contracts/sweep-request.ts';
import { makeCertificate, type SweepOutcome } from '../../../../lambdas/sweep/make-certificate.ts';
import { sweepVerdict } from '../../../../lambdas/sweep/sweep-verdict.ts';
import { aRecord, aRequest, arnOf, RUN } from '../support/fixtures.ts';

const finding = (id: string, status: Finding['status'], changes: Partial<Finding> = {}): Finding => ({
  ...{ service: 'sqs', type: 'queue', id, status, source: 'inventory', reason: 'as it is' },
  ...changes,
});
const item = (type: string, id: string, service = 'sqs'): InventoryItem => ({ type, name: 'x', id, service });

const failureOf = (machine: string) => ({
  ...{ machine, status: 'FAILED', at: '2026-01-31T13:00:00Z', execution: arnOf(machine, 'f') },
});

function outcome(findings: Finding[], changes: Partial<SweepOutcome> = {}): SweepOutcome {
  const pass = (number: number) =>
    SWEEP_SERVICES.map((service) => ({
      service,
      pass: number,
      findings: findings.filter((one) => one.service === service),
    }));
  const call = (second: number, number: number) => ({
    ...{ services: [...SWEEP_SERVICES], pass: number, present: 0, unknown: 0, absent: 0, key: 'k' },
    startedAt: `2026-01-31T13:00:0${second}Z`,
    endedAt: `2026-01-31T13:00:0${second + 2}Z`,
  });
  const entries = [pass(1), pass(2)];
  return {
    request: aRequest({
      machine: 'sweep',
      execution: { id: arnOf('sweep', 'first'), name: 'first', startTime: '2026-01-31T14:00:00.000Z' },
      record: aRecord({ run: RUN, status: 'GONE', createdAt: '2026-01-31T12:00:00Z' }),
    }),
    calls: [[call(1, 1)], [call(5, 2)]],
    entries: entries.flat(),
    conclusion: sweepVerdict(entries),
    inventory: [],
    at: '2026-01-31T14:01:00Z',
    ...changes,
  };
}

const make = (given: SweepOutcome, before?: Parameters<typeof makeCertificate>[1]) =>
  certificate.parse(makeCertificate(given, before));

describe('a certificate', () => {
  test('says what was found by the inventory alone', () => {
    const untagged = (type: string, id: string, more: object = {}): InventoryItem => ({
      ...item(type, id),
      untagged: true,
      ...more,
    });
    const { prefix } = aRequest().names;
    const gone = ['one', 'two', `${prefix}-three`, 'four', 'five'].map((id) => finding(id, 'ABSENT'));
    const [sweep] = make(
      outcome(gone, {
        inventory: [
          untagged('aws_sqs_queue', 'one'),
          item('aws_sqs_queue', 'two'),
          untagged('aws_sqs_queue', `${prefix}-three`),
          untagged('aws_sqs_queue', 'four', { arn: `arn:aws:x:::${prefix}/four` }),
          untagged('aws_sqs_queue_policy', 'part'),
          untagged('aws_sqs_queue', 'five', { name: `${prefix}x` }),
        ],
      }),
    ).sweeps;
    expect(sweep?.limits).toEqual([
      expect.stringMatching(
        /^2 resources carry neither .* Only the inventory lists what follows: aws_sqs_queue\.x, aws_sqs_queue\..*x\. Others/,
      ),
    ]);
    expect(make(outcome(gone, { inventory: [item('aws_sqs_queue', 'one')] })).sweeps[0]?.limits).toEqual([]);
  });

  test('says of each thing what became of it', () => {
    const arn = 'arn:aws:sqs:eu-west-1:123456789012:gone';
    const inventory = [
      item('aws_sqs_queue', 'left'),
      { ...item('aws_sqs_queue', 'https://sqs/1/gone'), arn },
      item('aws_sqs_queue_policy', 'https://sqs/1/gone'),
      item('aws_iam_role', 'r', 'iam'),
    ];
    const unread = finding('*', 'UNKNOWN', { service: 'iam', type: '*', source: 'lister' });
    const { existed } = make(
      outcome([finding('left', 'PRESENT'), finding('gone', 'ABSENT', { arn }), unread], { inventory }),
    );
    expect(existed.map(({ fate }) => fate)).toEqual(['left', 'destroyed', 'part', 'unknown']);
  });

  test('says that what is another’s by now stands', () => {
    const given = outcome([], { inventory: [item('aws_sqs_queue', 'taken'), item('aws_sqs_queue', 'part')] });
    const others = [finding('taken', 'PRESENT')];
    const entries = given.entries.map((one) => (one.service === 'sqs' ? { ...one, others } : one));
    const { existed, sweeps } = make({ ...given, entries });
    expect(existed.map(({ fate }) => fate)).toEqual(['others', 'part']);
    expect(sweeps[0]?.others).toEqual(others);
  });

  test('does not take what is gone in another region for a resource of this one', () => {
    const inventory = [{ ...item('aws_sqs_queue', 'q'), region: 'eu-west-1' }];
    const elsewhere = finding('q', 'ABSENT', { arn: 'arn:aws:sqs:us-east-1:123456789012:q' });
    expect(make(outcome([elsewhere], { inventory })).existed[0]?.fate).not.toBe('destroyed');
  });

  test('says what is left, what it costs and how to remove it', () => {
    const [sweep] = make(outcome([finding('q', 'PRESENT', { proof: 'tags' })])).sweeps;
    expect(sweep?.leftovers).toEqual([
      expect.objectContaining({
        id: 'q',
        hourly: { usd: 0, basis: expect.any(String) },
        remove: expect.stringMatching(/^aws sqs delete-queue/),
      }),
    ]);
  });

  test('prints no command for what is not proven to be the environment’s', () => {
    const [sweep] = make(outcome([finding('q', 'PRESENT')])).sweeps;
    expect(sweep?.leftovers).toHaveLength(1);
    expect(JSON.stringify(sweep)).not.toContain('delete-queue');
  });

  test('has the times of each pass', () => {
    expect(make(outcome([])).sweeps[0]?.passes).toEqual([
      { pass: 1, startedAt: '2026-01-31T13:00:01Z', endedAt: '2026-01-31T13:00:03Z' },
      { pass: 2, startedAt: '2026-01-31T13:00:05Z', endedAt: '2026-01-31T13:00:07Z' },
    ]);
  });

  test('estimates what the run cost until the first sweep of its end, and leaves that alone later', () => {
    const inventory = [item('aws_lb', 'lb', 'elbv2')];
    const first = make(outcome([], { inventory }));
    expect(first.cost).toMatchObject({
      hours: 2,
      usdPerHour: expect.closeTo(0.0352, 4),
      usd: expect.closeTo(0.0704, 4),
    });
    const later = outcome([], { inventory, at: '2026-02-01T14:01:00Z' });
    later.request.execution = { id: arnOf('sweep', '24h'), name: '24h', startTime: '2026-02-01T14:00:00.000Z' };
    expect(make(later, first).cost).toEqual(first.cost);
  });

  test.each<[string, Partial<EnvironmentRecord>, number]>([
    ['lived', { status: 'LIVE' }, 26],
    ['was being provisioned', { status: 'PROVISIONING' }, 26],
    ['had failed', { status: 'FAILED' }, 26],
    ['was being torn down', { status: 'TEARING_DOWN' }, 2],
    ['was gone', { status: 'GONE' }, 2],
    ['was half gone', { status: 'FAILED', lastFailure: failureOf('teardown') }, 2],
  ])('counts the cost of what %s when somebody swept it', (_, changes, hours) => {
    const inventory = [item('aws_lb', 'lb', 'elbv2')];
    const first = outcome([], { inventory });
    first.request.record = aRecord({ run: RUN, ...changes });
    const last = outcome([], { inventory, at: '2026-02-01T14:01:00Z' });
    last.request.execution = { id: arnOf('sweep', 'end'), name: 'end', startTime: '2026-02-01T14:00:00.000Z' };
    const both = make(last, make(first));
    expect(make(first).cost?.hours).toBe(2);
    expect(both.cost?.hours).toBe(hours);
    // An inventory that can no longer be read removes no price.
    expect(make({ ...last, inventory: [] }, both).cost).toEqual(both.cost);
  });

  test('gets later sweeps appended, and has the verdict of the last', () => {
    const first = make(outcome([finding('q', 'PRESENT')]));
    const later = outcome([], { at: '2026-01-31T15:01:00Z' });
    later.request.execution = { ...later.request.execution, id: arnOf('sweep', '1h') };
    const both = make(later, first);
    expect(both.sweeps.map(({ verdict }) => verdict)).toEqual(['LEFTOVERS', 'CLEAN']);
    expect(both.verdict).toBe('CLEAN');
    // A redrive is the same execution and adds no sweep.
    expect(make(later, both).sweeps).toHaveLength(2);
  });

  test('without a record, or with that of another life, has no price', () => {
    for (const record of [null, aRecord({ run: 'dev-20260101T000000-000000' })]) {
      const given = outcome([]);
      given.request.record = record;
      const made = make(given);
      expect(made.cost).toBeUndefined();
      expect(made.createdAt).toBeUndefined();
    }
  });
});
