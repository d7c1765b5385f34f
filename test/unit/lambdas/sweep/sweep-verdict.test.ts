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

  const queueIn = (region: string | undefined, status: Finding['status'] = 'PRESENT'): Finding => ({
    ...find(status),
    ...(region === undefined ? {} : { arn: `arn:aws:sqs:${region}:123456789012:q` }),
  });

  test.each<[string, (string | undefined)[], (string | undefined)[], number]>([
    ['two regions are two', ['us-east-1', 'eu-central-1'], ['us-east-1', 'eu-central-1'], 2],
    ['the home region and another are two', ['eu-west-1', 'us-east-1'], ['eu-west-1', 'us-east-1'], 2],
    ['the home region, with an ARN or without, is one', ['eu-west-1'], [undefined], 1],
    ['another region is one in both passes', ['us-east-1'], ['us-east-1'], 1],
  ])('what has one name in %s', (_, first, second, count) => {
    const passes = [first, second].map((regions, index) =>
      pass(index + 1, ...regions.map((region) => queueIn(region))),
    );
    const { leftovers, summary } = sweepVerdict(passes, SWEEP_SERVICES, 'eu-west-1');
    expect(leftovers).toHaveLength(count);
    expect(summary).toContain(`${count} left`);
    expect(leftovers.map(({ reason }) => reason).join()).not.toContain('only');
  });

  test('does not take what is gone in one region for what is left in another', () => {
    const one = pass(1, queueIn('us-east-1'), queueIn('eu-central-1', 'ABSENT'));
    const two = pass(2, queueIn('us-east-1'), queueIn('eu-central-1', 'ABSENT'));
    expect(sweepVerdict([one, two], SWEEP_SERVICES, 'eu-west-1')).toMatchObject({
      leftovers: [{ arn: queueIn('us-east-1').arn }],
      absent: [{ arn: queueIn('eu-central-1').arn }],
    });
  });

  test('lists as gone only what no pass saw otherwise', () => {
    const { absent } = sweepVerdict([pass(1, find('PRESENT'), find('ABSENT', 'r')), pass(2, find('ABSENT'))]);
    expect(absent.map(({ id }) => id)).toEqual(['r']);
  });
});
