import { expect, test } from 'vitest';
import { isErrorLine } from '../../../../lambdas/checks/log-line.ts';

test.each([
  [true, '{"level":50,"msg":"failed"}'],
  [true, '{"level":60,"msg":"died"}'],
  [true, '{"level":"error","msg":"failed"}'],
  [true, '{"level":"FATAL","msg":"died"}'],
  [true, '{"severity":"ERROR","message":"failed"}'],
  [true, 'Error: connect ECONNREFUSED'],
  [true, 'TypeError: x is not a function'],
  [true, 'Uncaught Exception'],
  [true, '2026-01-31 ERROR could not connect'],
  [true, '{"level": broken ERROR'],
  [false, '{"level":30,"msg":"Error: handled and retried"}'],
  [false, '{"level":"warn","err":{"type":"Error"},"msg":"retry"}'],
  [false, '{"level":40,"msg":"ERROR in the upstream, retrying"}'],
  [false, '0 errors'],
  [false, 'listening'],
  [false, ''],
])('%s: %s', (expected, line) => {
  expect(isErrorLine(line)).toBe(expected);
});
