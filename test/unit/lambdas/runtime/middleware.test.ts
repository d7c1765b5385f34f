import { beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { manifest as checkBackend } from '../../../../lambdas/contracts/functions/check-backend.ts';
import { manifest as claim } from '../../../../lambdas/contracts/functions/claim.ts';
import { InputError, NotReadyError } from '../../../../lambdas/runtime/errors.ts';
import { correlation, lambda } from '../../../../lambdas/runtime/middleware.ts';
import { aRecord, aRequest, sdkError } from '../support/fixtures.ts';

const context = { awsRequestId: 'id-1', getRemainingTimeInMillis: () => 5_000 };
const event = z.object({ n: z.number() });
let lines: string[];

beforeEach(() => {
  lines = [];
  vi.stubEnv('WAIT_SECONDS', '1');
  // Powertools writes to its own console or to the global one, and always to these streams.
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  return () => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  };
});

const failing = (error: unknown) => lambda(checkBackend, event, () => Promise.reject(error));

describe('a Lambda', () => {
  test('gets a parsed event and gives a result', async () => {
    const handler = lambda(checkBackend, event, async ({ n }, { remainingMs }) => ({ n, left: remainingMs() }));
    expect(await handler({ n: 1 }, context)).toEqual({ n: 1, left: 5_000 });
  });

  test('refuses an event that is not what it takes', async () => {
    const handler = lambda(checkBackend, event, async () => 1);
    await expect(handler({ n: 'x' }, context)).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(/^event of check-backend: n: /),
    });
  });

  test('does not say an error a second time in its stack, which shares the Cause with it', async () => {
    const message = `{"evidence":"${'x'.repeat(15_000)}\n    at evidence"}`;
    const error: Error = await failing(new NotReadyError(message))({ n: 1 }, context).catch((one: Error) => one);
    expect(error.message).toBe(message);
    expect(error.stack).toMatch(/^NotReadyError\n {4}at /);
    expect(error.stack?.length).toBeLessThanOrEqual(2_000);
  });

  test('needs its variables', async () => {
    const handler = lambda(claim, event, async () => 1);
    await expect(handler({ n: 1 }, context)).rejects.toThrow(/environment variables of claim: .*CONTROL_BUCKET/);
  });

  test.each([new InputError('x'), new NotReadyError('{"check":1}')])(
    'leaves its own errors as they are',
    async (error) => {
      await expect(failing(error)({ n: 1 }, context)).rejects.toBe(error);
    },
  );

  test.each([
    ['throttled', sdkError('ThrottlingException', 400, 'slow down')],
    ['denied', sdkError('AccessDenied', 403, 'no')],
    ['unreachable', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
  ])('calls AWS a dependency when it is %s', async (_name, error) => {
    await expect(failing(error)({ n: 1 }, context)).rejects.toMatchObject({
      name: 'DependencyError',
      message: expect.stringContaining(error.message),
    });
  });

  test('does not call its own fault a dependency', async () => {
    await expect(failing(new TypeError('x'))({ n: 1 }, context)).rejects.toMatchObject({ name: 'TypeError' });
  });

  test('says nothing of what an error carries besides its message', async () => {
    const error = Object.assign(sdkError('InternalFailure', 500, 'broken'), { $response: { password: 'hunter2' } });
    await failing(error)({ n: 1 }, context).catch(() => {});
    expect(lines.join('')).toContain('InternalFailure: ');
    expect(lines.join('')).not.toContain('hunter2');
  });
});

describe('correlation of a log line', () => {
  test.each([
    [{ request: aRequest({ record: aRecord() }) }, ['execution', 'environment', 'run']],
    [{ machine: 'sweep', input: { environment: 'dev' }, execution: { id: 'arn' } }, ['execution', 'environment']],
    [{ request: aRequest(), service: 'sqs', pass: 2 }, ['execution', 'environment', 'run', 'service', 'pass']],
    [{ detail: { executionArn: 'arn' } }, ['execution']],
    [{ input: { environment: { secret: 'x' } } }, []],
    [null, []],
    ['text', []],
  ])('%#', (given, keys) => {
    expect(Object.keys(correlation(given))).toEqual(keys);
  });
});
