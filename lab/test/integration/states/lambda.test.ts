import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AwsError, type AwsRequest, jsonError, restJson } from '../../../service.ts';
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

  const echoArn = 'arn:aws:lambda:eu-west-1:123456789012:function:echo';

  /** The rows are recorded on AWS: a function's ARN sends its input, of whatever type. */
  test.each<[unknown]>([['HelloWorld'], [0], [true], [[]], [{}], [{ a: [1] }], [null]])(
    'by its ARN receives %j as it is',
    async (input) => {
      const { Arguments: _, ...state } = task(echoArn, {}).States.T;
      const result = await account.run({ StartAt: 'T', States: { T: state } }, input);
      expect(calls.at(-1)?.body.toString()).toBe(JSON.stringify(input));
      expect(output(result)).toEqual(input);
    },
  );

  /** The rows are recorded on AWS: lambda:invoke sends a text itself, and nothing for null. */
  test.each<[unknown, string]>([
    ['"HelloWorld"', '"HelloWorld"'],
    ['0', '0'],
    ['[]', '[]'],
    ['null', 'null'],
    [null, ''],
    [{ a: 1 }, '{"a":1}'],
    [[1], '[1]'],
    [true, 'true'],
  ])('invoke sends the Payload %j as %s', async (Payload, sent) => {
    const invoke = task('lambda:invoke', { FunctionName: 'echo', Payload: '{% $states.input.p %}' });
    const result = await account.run(invoke, { p: Payload });
    expect(calls.at(-1)?.body.toString()).toBe(sent);
    expect(output(result).Payload).toEqual(sent === '' ? {} : JSON.parse(sent));
  });

  test('by the ARN of the function, with its own events', async () => {
    const result = await account.run(task(echoArn, { a: 1 }));
    expect(output(result)).toEqual({ a: 1 });
    const types = (await account.history(result.executionArn ?? '')).map(({ type }) => type);
    expect(types.slice(2, 5)).toEqual(['LambdaFunctionScheduled', 'LambdaFunctionStarted', 'LambdaFunctionSucceeded']);
  });
});
