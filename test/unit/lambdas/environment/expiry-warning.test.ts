import { expect, test, vi } from 'vitest';
import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import { type ExpiryWarningPorts, sendExpiryWarning } from '../../../../lambdas/environment/expiry-warning.ts';
import { aRecord, arnOf } from '../support/fixtures.ts';

const endsAt = '2026-01-31T20:00:00Z';
const teardownAt = endsAt;
const topicArn = 'arn:aws:sns:eu-west-1:123456789012:runbook-notifications';
const options = { product: 'order-platform', topicArn, maxLifeHours: 72 };

async function told(record: EnvironmentRecord | null) {
  const publish = vi.fn<ExpiryWarningPorts['publish']>(async () => {});
  const ports = { loadRecord: async () => record, publish, now: () => Date.parse('2026-01-31T19:30:00Z') };
  const { warned } = await sendExpiryWarning({ environment: 'dev', endsAt, teardownAt }, options, ports);
  expect(publish).toHaveBeenCalledTimes(warned ? 1 : 0);
  const [message] = publish.mock.calls[0] ?? [];
  return message && [message.subject, message.text];
}

test('says which goes, when, and what to type to keep it', async () => {
  const [subject, message] = (await told(aRecord({ usdPerHour: 0.1 }))) ?? [];
  expect(subject).toBe('order-platform dev 123456789012 eu-west-1: teardown in 30 minutes');
  expect(message?.split('\n')).toEqual([
    'dev: teardown in 30 minutes.',
    '',
    'Scheduled teardown: 2026-01-31 20:00 UTC (in 30 min)',
    'Run: dev-20260131T120000-abc123',
    'Cost: about $0.100 an hour, $0.750 so far',
    expect.stringMatching(/^Last execution: https/),
    'Account: 123456789012, eu-west-1',
    '',
    'To keep it 4 more hours (64 possible):',
    "npx runbook extend dev --hours 4 --reason 'still needed'",
  ]);
});

test('names protection where the longest life is reached', async () => {
  const [, message] = (await told(aRecord({ createdAt: '2026-01-28T20:00:00Z' }))) ?? [];
  expect(message).not.toContain('npx runbook extend');
  expect(message).toContain("npx runbook protect dev --until 24h --reason 'still needed'");
});

test('says one hour as one', async () => {
  const [, message] = (await told(aRecord({ createdAt: '2026-01-28T21:00:00Z' }))) ?? [];
  expect(message).toContain('To keep it 1 more hour (1 possible):\nnpx runbook extend dev --hours 1 ');
});

test('says when a protection ends that lasts longer than the life', async () => {
  const protection = { until: endsAt, by: arnOf('protect', 'a'), at: '2026-01-31T12:00:00Z', reason: 'x' };
  expect(await told(aRecord({ expiresAt: '2026-01-31T15:00:00Z', protection }))).toBeDefined();
});

test.each<[string, EnvironmentRecord | null]>([
  ['nothing on record', null],
  ['what is gone', aRecord({ status: 'GONE' })],
  ['what goes already', aRecord({ status: 'TEARING_DOWN' })],
  ['what was extended since', aRecord({ expiresAt: '2026-01-31T22:00:00Z' })],
])('says nothing of %s', async (_name, record) => {
  expect(await told(record)).toBeUndefined();
});
