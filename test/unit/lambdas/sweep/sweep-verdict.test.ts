import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../../lambdas/contracts/contracts.ts';
import { SWEEP_SERVICES, type SweepEntry } from '../../../../lambdas/contracts/sweep-request.ts';
import { sweepVerdict } from '../../../../lambdas/sweep/sweep-verdict.ts';

type Passes = SweepEntry[][];
const find = (status: Finding['status'], id = 'q', service = 'sqs'): Finding => ({
  service,
  type: 'queue',
  id,
  status,
  source: 'name',
  reason: status.toLowerCase(),
});
const pass = (number: number, ...findings: Finding[]): SweepEntry[] =>
  SWEEP_SERVICES.map((service) => ({
    service,
    pass: number,
    findings: findings.filter((one) => one.service === service),
  }));
const withoutSqs = pass(2).filter(({ service }) => service !== 'sqs');
const denied = { service: 'sqs' as const, pass: 2, error: 'States.Timeout', cause: '' };

const rows: [string, Passes, string, RegExp][] = [
  ['two clean passes', [pass(1), pass(2)], 'CLEAN', /nothing is left; 0 confirmed gone in 2 pass/],
  ['two passes that confirm absence', [pass(1, find('ABSENT')), pass(2, find('ABSENT'))], 'CLEAN', /1 confirmed gone/],
  ['one clean pass', [pass(1)], 'INCONCLUSIVE', /only 1 pass/],
  ['something left', [pass(1, find('PRESENT')), pass(2, find('PRESENT'))], 'LEFTOVERS', /1 left: sqs queue q/],
  ['left in the second pass only', [pass(1), pass(2, find('PRESENT'))], 'LEFTOVERS', /1 left/],
  ['gone in the second pass', [pass(1, find('PRESENT')), pass(2, find('ABSENT'))], 'LEFTOVERS', /1 left/],
  ['unknown once', [pass(1, find('UNKNOWN')), pass(2)], 'INCONCLUSIVE', /1 could not be confirmed/],
  ['unknown, then absent', [pass(1, find('UNKNOWN')), pass(2, find('ABSENT'))], 'INCONCLUSIVE', /could not/],
  [
    'something left and something unknown',
    [pass(1, find('PRESENT'), find('UNKNOWN', 'r')), pass(2)],
    'LEFTOVERS',
    /1 left.*1 could not be confirmed/,
  ],
  ['a service is missing', [pass(1), withoutSqs], 'INCONCLUSIVE', /sqs \(0 results in pass 2/],
  ['a service is there twice', [pass(1), [...pass(2), ...pass(2)]], 'INCONCLUSIVE', /2 results in pass 2/],
  ['a service failed', [pass(1), [...withoutSqs, denied]], 'INCONCLUSIVE', /States.Timeout: no cause/],
  ['no service at all', [[], []], 'INCONCLUSIVE', /could not be confirmed/],
];

describe('verdict of a sweep', () => {
  test.each(rows)('%s', (_name, passes, verdict, summary) => {
    expect(sweepVerdict(passes)).toMatchObject({ verdict, summary: expect.stringMatching(summary) });
  });

  test('says once what was seen twice, and in which pass what was not', () => {
    const { leftovers } = sweepVerdict([pass(1, find('PRESENT'), find('PRESENT', 'r')), pass(2, find('PRESENT'))]);
    expect(leftovers.map(({ id, reason }) => [id, reason])).toEqual([
      ['q', 'present'],
      ['r', 'present (pass 1 only)'],
    ]);
  });

  test('lists as gone only what no pass saw otherwise', () => {
    const { absent } = sweepVerdict([pass(1, find('PRESENT'), find('ABSENT', 'r')), pass(2, find('ABSENT'))]);
    expect(absent.map(({ id }) => id)).toEqual(['r']);
  });
});
