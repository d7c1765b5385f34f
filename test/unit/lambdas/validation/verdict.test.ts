import { describe, expect, test } from 'vitest';
import type { CheckName, CheckResult } from '../../../../lambdas/contracts/contracts.ts';
import { validationVerdict } from '../../../../lambdas/validation/verdict.ts';

const NOW = '2026-01-31T12:00:00.000Z';
const result = (check: CheckName, status: CheckResult['status'], observed = 'seen'): CheckResult => ({
  check,
  status,
  expected: 'e',
  observed,
  evidence: {},
  startedAt: NOW,
  durationMs: 1,
});
const thrown = (check: CheckName, error: string, cause: string) => ({ check, error, cause });
const asLambdaSays = (errorMessage: string) => JSON.stringify({ errorType: 'NotReadyError', errorMessage, trace: [] });
const two: CheckName[] = ['ecs-services', 'alb-health'];
const ecs = result('ecs-services', 'passed');

const rows: [string, Parameters<typeof validationVerdict>[1], string, RegExp][] = [
  ['all passed', [ecs, result('alb-health', 'passed')], 'PASSED', /^2 passed$/],
  ['one failed', [ecs, result('alb-health', 'failed', '503')], 'FAILED', /failed: alb-health \(503\); 1 passed/],
  ['one unknown', [ecs, result('alb-health', 'unknown')], 'UNKNOWN', /unknown: alb-health/],
  [
    'one failed, one unknown',
    [result('ecs-services', 'unknown'), result('alb-health', 'failed')],
    'FAILED',
    /failed.*unknown/,
  ],
  ['a result is missing', [ecs], 'UNKNOWN', /0 results/],
  [
    'a result is there twice',
    [ecs, result('alb-health', 'passed'), result('alb-health', 'failed')],
    'UNKNOWN',
    /2 results/,
  ],
  ['none at all', [], 'UNKNOWN', /0 passed/],
  [
    'not ready in time',
    [
      ecs,
      thrown('alb-health', 'NotReadyError', asLambdaSays(JSON.stringify(result('alb-health', 'failed', 'initial')))),
    ],
    'FAILED',
    /failed: alb-health \(initial\)/,
  ],
  [
    'not ready, and yet it says passed',
    [ecs, thrown('alb-health', 'NotReadyError', asLambdaSays(JSON.stringify(result('alb-health', 'passed'))))],
    'FAILED',
    /failed: alb-health/,
  ],
  [
    "not ready, with another check's result",
    [ecs, thrown('alb-health', 'NotReadyError', asLambdaSays(JSON.stringify(ecs)))],
    'UNKNOWN',
    /NotReadyError/,
  ],
  [
    'not ready, and cut off',
    [ecs, thrown('alb-health', 'NotReadyError', '{"errorMessage":"{\\"check')],
    'UNKNOWN',
    /NotReady/,
  ],
  [
    'AWS did not answer',
    [ecs, thrown('alb-health', 'DependencyError', asLambdaSays('slow down'))],
    'UNKNOWN',
    /slow down/,
  ],
  ['the Lambda timed out', [ecs, thrown('alb-health', 'States.Timeout', '')], 'UNKNOWN', /States.Timeout: no cause/],
];

describe('verdict of a validation', () => {
  test.each(rows)('%s', (_name, given, verdict, summary) => {
    expect(validationVerdict(two, given, NOW)).toMatchObject({ verdict, summary: expect.stringMatching(summary) });
  });

  test('nothing asked for has not passed', () => {
    expect(validationVerdict([], [ecs], NOW).verdict).toBe('UNKNOWN');
  });
});
