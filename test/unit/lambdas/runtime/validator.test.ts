import { describe, expect, test } from 'vitest';
import type { Conclusion } from '../../../../lambdas/contracts/contracts.ts';
import { checkResult } from '../../../../lambdas/contracts/contracts.ts';
import { outputsOf } from '../../../../lambdas/contracts/outputs.ts';
import { DependencyError } from '../../../../lambdas/runtime/errors.ts';
import { UnexpectedResponseError } from '../../../../lambdas/runtime/unexpected-response.ts';
import { validate } from '../../../../lambdas/runtime/validator.ts';
import { validationVerdict } from '../../../../lambdas/validation/verdict.ts';
import { aRecord, aRequest, fakeClock, outputs, sdkError } from '../support/fixtures.ts';

const conclusion = (status: Conclusion['status'], evidence = {}): Conclusion => ({
  status,
  expected: 'e',
  observed: 'o',
  evidence,
});
const request = aRequest({ record: aRecord() });

function run(look: () => Promise<Conclusion>, waitMs = 60_000) {
  const clock = fakeClock();
  const check = { name: 'backend', outputs: outputsOf('backend'), look: () => clock.sleep(1_500).then(look) };
  return validate(check, request, clock, clock.now() + waitMs);
}

describe('a validator', () => {
  test.each(['passed', 'failed', 'unknown'] as const)('returns what has %s', async (status) => {
    const result = await run(async () => conclusion(status));
    expect(result).toEqual({
      check: 'backend',
      status,
      expected: 'e',
      observed: 'o',
      evidence: {},
      startedAt: '2026-01-31T12:00:00.000Z',
      durationMs: 1_500,
    });
  });

  test('dates a result by what the check says that it saw', async () => {
    const seen = { from: Date.parse('2026-01-31T11:50:00Z'), to: Date.parse('2026-01-31T11:58:00Z') };
    expect(await run(async () => ({ ...conclusion('passed'), seen }))).toEqual({
      ...{ check: 'backend', status: 'passed', expected: 'e', observed: 'o', evidence: {} },
      ...{ startedAt: '2026-01-31T11:50:00.000Z', durationMs: 480_000 },
    });
  });

  test('throws what is not ready, with the result in the message, failed', async () => {
    const thrown = await run(async () => conclusion('not-ready')).catch((error: Error) => error);
    expect(thrown).toMatchObject({ name: 'NotReadyError' });
    const carried = checkResult.parse(JSON.parse((thrown as Error).message));
    expect(carried).toMatchObject({ check: 'backend', status: 'failed', observed: 'o' });
  });

  test('has waited long enough at some time', async () => {
    expect(await run(async () => conclusion('not-ready'), 1_500)).toMatchObject({ status: 'failed', observed: 'o' });
    await expect(run(async () => conclusion('not-ready'), 1_501)).rejects.toMatchObject({ name: 'NotReadyError' });
  });

  test.each([
    ['denied', sdkError('AccessDeniedException', 400, 'not authorized to perform: ecs:DescribeServices')],
    ['refused', sdkError('ValidationException', 400)],
    ['no JSON', new SyntaxError('Unexpected token')],
    ['malformed', new UnexpectedResponseError('no digest')],
    ['cut XML', Object.assign(new Error('unexpected end of input'), { $metadata: { httpStatusCode: 200 } })],
    ['of another type', new TypeError('x is not a function')],
  ])('does not know what it may or can not read: %s', async (_name, error) => {
    const result = await run(() => Promise.reject(error));
    expect(result).toMatchObject({ status: 'unknown', observed: expect.stringContaining(error.message) });
  });

  test.each([
    ['throttled', sdkError('ThrottlingException', 400)],
    ['unreachable', Object.assign(new Error('x'), { code: 'ECONNREFUSED' })],
    ['a dependency', new DependencyError('x')],
  ])('leaves to others what waiting may mend: %s', async (_name, error) => {
    await expect(run(() => Promise.reject(error))).rejects.toBe(error);
  });

  test('needs outputs', async () => {
    const { outputs: _, ...record } = aRecord();
    for (const one of [null, record]) {
      const check = { name: 'backend', outputs: outputsOf('backend'), look: async () => conclusion('passed') };
      await expect(validate(check, { ...request, record: one }, fakeClock(), 0)).rejects.toMatchObject({
        name: 'InputError',
        message: expect.stringContaining('environment "dev" has no Terraform outputs'),
      });
    }
  });

  test('names the outputs that it needs and that are not there, or are not as they should be', async () => {
    const check = { name: 'sqs-backlog', outputs: outputsOf('sqs-backlog'), look: async () => conclusion('passed') };
    const record = { ...aRecord(), outputs: { order_events_queue_url: 'hunter2' } };
    await expect(validate(check, aRequest({ record }), fakeClock(), 0)).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(
        /^(?!.*hunter2).*order_events_queue_url: .*order_events_dlq_url: .*provision it again$/,
      ),
    });
  });

  test('hands the outputs on, those too that it does not need', async () => {
    const seen: unknown[] = [];
    const look = async (target: { outputs: unknown }) => conclusion(seen.push(target.outputs) ? 'passed' : 'failed');
    const check = { name: 'sqs-backlog', outputs: outputsOf('sqs-backlog'), look };
    await validate(check, aRequest({ record: { ...aRecord(), outputs } }), fakeClock(), 0);
    expect(seen).toEqual([outputs]);
  });

  const LARGE: [string, string][] = [
    ['text', 'x'],
    ['accents', 'é'],
    ['surrogates', '😀'],
    ['quotes', '"'],
    ['backslashes', '\\'],
    ['control characters', '\u0001'],
  ];

  test.each(LARGE)('gives ten results of any size to a state of 256 KiB: %s', async (_name, unit) => {
    const lines = Array(1_000).fill(unit.repeat(100));
    const observed = unit.repeat(9_000);
    const result = await run(async () => ({ ...conclusion('failed', { lines }), observed }));
    expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(24_000);
    expect(result).toMatchObject({ status: 'failed', evidence: { truncated: true } });
  });

  test.each(LARGE)('stays failed when what is not ready has evidence of any size: %s', async (_name, unit) => {
    const large = { ...conclusion('not-ready', { lines: Array(1_000).fill(unit.repeat(100)) }) };
    for (const observed of ['o', unit.repeat(9_000)]) {
      const error = (await run(async () => ({ ...large, observed })).catch((one: unknown) => one)) as Error;
      const cause = JSON.stringify({ errorType: error.name, errorMessage: error.message, trace: Array(10).fill('at') });
      expect(cause.length).toBeLessThan(30_000);
      expect(Buffer.byteLength(JSON.stringify(cause))).toBeLessThan(24_000);
      const { verdict } = validationVerdict(['backend'], [{ check: 'backend', error: error.name, cause }], 'now');
      expect(verdict).toBe('FAILED');
    }
  });
});
