import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AwsError, type AwsRequest, jsonError, restJson } from '../../../lab/service.ts';
import { fakeService, output, ROLE, startAccount, task } from './account.ts';

const calls: AwsRequest[] = [];
const lambda = fakeService('lambda', async (request) => {
  calls.push(request);
  const name = decodeURIComponent(request.url.pathname.split('/').at(-2) ?? '');
  const payload = request.body.toString();
  if (name.endsWith('absent'))
    return { ...jsonError(new AwsError('ResourceNotFoundException', 'Function not found: absent', 404)) };
  if (name.endsWith('busy')) return jsonError(new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429));
  if (name.endsWith('thrower'))
    return restJson({ errorType: 'NotReadyError', errorMessage: 'not yet' }, 200, {
      'x-amz-function-error': 'Unhandled',
    });
  return { status: 200, headers: { 'x-amz-executed-version': '$LATEST' }, body: payload };
});

let account: Awaited<ReturnType<typeof startAccount>>;
beforeAll(async () => {
  account = await startAccount(() => [lambda]);
});
afterAll(() => account.stop());

describe('lambda', () => {
  test('invoke, as the role of the machine', async () => {
    const result = await account.run(
      task('lambda:invoke', { FunctionName: 'echo', Payload: { a: '{% $states.input.x %}' } }),
      { x: 1 },
    );
    expect(output(result)).toMatchObject({ Payload: { a: 1 }, StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(calls.at(-1)?.principal).toBe(ROLE);
  });

  test.each<[string, string, RegExp]>([
    ['thrower', 'NotReadyError', /^\{"errorType":"NotReadyError","errorMessage":"not yet"\}$/],
    ['busy', 'Lambda.TooManyRequestsException', /^Rate Exceeded\. \(Service: AWSLambda; Status Code: 429; /],
    ['absent', 'Lambda.ResourceNotFoundException', /Error Code: ResourceNotFoundException/],
  ])('%s fails with %s', async (FunctionName, error, cause) => {
    const result = await account.run(task('lambda:invoke', { FunctionName, Payload: {} }));
    expect(result).toMatchObject({ status: 'FAILED', error, cause: expect.stringMatching(cause) });
  });

  test('by the ARN of the function, with its own events', async () => {
    const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:echo';
    const result = await account.run(task(arn, { a: 1 }));
    expect(output(result)).toEqual({ a: 1 });
    const types = (await account.history(result.executionArn ?? '')).map(({ type }) => type);
    expect(types.slice(2, 5)).toEqual(['LambdaFunctionScheduled', 'LambdaFunctionStarted', 'LambdaFunctionSucceeded']);
  });
});
