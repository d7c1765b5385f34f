import { InvokeCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, startLab } from '../../lab.ts';
import { lambdaService } from '../../lambda/lambda.ts';
import { TestFunctions } from '../support/functions.ts';

let lab: Lab;
let functions: TestFunctions;
const define: TestFunctions['define'] = (...args) => functions.define(...args);
const invoke: TestFunctions['invoke'] = (...args) => functions.invoke(...args);

beforeAll(async () => {
  lab = await startLab({ services: [lambdaService] });
  functions = new TestFunctions(lab.context);
});

afterAll(() => lab?.stop());

describe('Invoke', () => {
  test('returns what an ESM handler returns', async () => {
    const name = await define('return { twice: event.n * 2 }');
    expect(await invoke(name, { n: 21 })).toMatchObject({ result: { twice: 42 }, status: 200, version: '$LATEST' });
  });

  test('takes the ARN and runs CommonJS in a subfolder', async () => {
    const name = await define({
      'index.js': 'exports.handler = async () => require("./lib/x").x',
      'lib/x.js': 'exports.x = 1',
    });
    const arn = `arn:aws:lambda:eu-west-1:123456789012:function:${name}`;
    expect((await invoke(arn)).result).toBe(1);
  });

  test('gives the handler its context, its own environment and its role, and nothing of ours', async () => {
    process.env.SECRET_OF_THE_LAB = 'x';
    const name = await define(
      `return { env: process.env, arn: context.invokedFunctionArn, left: context.getRemainingTimeInMillis(), cwd: process.cwd() }`,
      { variables: { OWN: 'yes' } },
    );
    const { result } = await invoke(name);
    const { env, arn, left, cwd } = result as { env: Record<string, string>; arn: string; left: number; cwd: string };
    expect(env).toMatchObject({ OWN: 'yes', AWS_LAMBDA_FUNCTION_NAME: name, AWS_ENDPOINT_URL: lab.endpoint });
    expect(env).not.toHaveProperty('SECRET_OF_THE_LAB');
    expect(lab.context.credentials.sessionOf(env.AWS_ACCESS_KEY_ID ?? '')?.role).toBe(await functions.role);
    expect(arn).toMatch(new RegExp(`function:${name}$`));
    expect(left).toBeGreaterThan(8_000);
    expect(cwd).toBe(env.LAMBDA_TASK_ROOT);
  });

  test('finds the SDK that the runtime brings', async () => {
    const name = await define({
      'index.mjs': `import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
        export const handler = async () => (await new STSClient({}).send(new GetCallerIdentityCommand({}))).Account;`,
    });
    expect((await invoke(name)).result).toBe('123456789012');
  });

  test('reaches the endpoint by https without a port, where custom resources answer CloudFormation', async () => {
    const name = await define({
      'index.js': `const https = require('https');
        exports.handler = () => new Promise((done, fail) => {
          const options = { hostname: '127.0.0.1', path: '/_lab/nothing', method: 'PUT' };
          https.request(options, (response) => done(response.statusCode)).on('error', fail).end();
        });`,
    });
    expect((await invoke(name)).result).toBe(404);
  });

  test('serves callback handlers up to Node.js 22 only', async () => {
    const code = { 'index.js': 'exports.handler = (event, context, callback) => callback(null, "called back")' };
    expect((await invoke(await define(code, { runtime: 'nodejs22.x' }))).result).toBe('called back');
    const { result } = await invoke(await define(code));
    expect(result).toMatchObject({ errorType: 'Runtime.CallbackHandlerDeprecated' });
  });
});

describe('failures', () => {
  test('reports a thrown error by name', async () => {
    const name = await define(`const e = new Error('no such order'); e.name = 'InputError'; throw e;`);
    const { result, error } = await invoke(name);
    expect(error).toBe('Unhandled');
    expect(result).toMatchObject({ errorType: 'InputError', errorMessage: 'no such order' });
    expect((result as { trace: string[] }).trace[0]).toBe('InputError: no such order');
  });

  test('ends a function at its timeout, and starts afresh', async () => {
    const name = await define(
      `globalThis.n = (globalThis.n ?? 0) + 1; if (event.hang) await new Promise((r) => setTimeout(r, 60_000)); return n;`,
      { timeout: 1 },
    );
    expect((await invoke(name)).result).toBe(1);
    const { result, error, log } = await invoke(name, { hang: true }, { tail: true });
    expect(error).toBe('Unhandled');
    expect(result).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/^RequestId: [\w-]{36} Error: Task timed out after 1.00 seconds$/),
    });
    expect(log).toMatch(/Z [\w-]{36} Task timed out after 1.00 seconds\nEND RequestId/);
    expect((await invoke(name)).result).toBe(1);
  });

  test.each([
    ['process.exit(3)', 'Runtime.ExitError', /Runtime exited with error: exit status 3$/],
    ['process.exit(0)', 'Runtime.ExitError', /Runtime exited without providing a reason$/],
    [`setTimeout(() => { throw new TypeError('late') }); await new Promise(() => {});`, 'TypeError', /^late$/],
    [
      'Promise.reject(new Error("lost")); await new Promise((r) => setTimeout(r, 5000));',
      'Runtime.UnhandledPromiseRejection',
      /lost/,
    ],
    ['return 1n', 'Runtime.JSONStringifyError', /Unable to stringify/],
    ['return "x".repeat(7e6)', 'Function.ResponseSizeTooLarge', /6291556 bytes/],
  ])('%s is %s', async (code, errorType, errorMessage) => {
    const name = await define(code);
    expect((await invoke(name)).result).toMatchObject({ errorType, errorMessage: expect.stringMatching(errorMessage) });
  });

  test.each([
    ['export const handler = async () => {', 'Runtime.UserCodeSyntaxError'],
    ['import "missing-package"; export const handler = async () => 1', 'Runtime.ImportModuleError'],
    ['export const other = 1', 'Runtime.HandlerNotFound'],
    ['throw new RangeError("at start")', 'RangeError'],
  ])('code that does not load: %s', async (code, errorType) => {
    const { result, error } = await invoke(await define({ 'index.mjs': code }));
    expect(error).toBe('Unhandled');
    expect(result).toMatchObject({ errorType });
  });

  test('refuses unknown functions, large and malformed events', async () => {
    await expect(invoke('nobody')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:eu-west-1:123456789012:function:nobody',
    });
    const name = await define('return 1');
    await expect(invoke(name, 'x'.repeat(6_300_000))).rejects.toMatchObject({ name: 'RequestTooLargeException' });
    const malformed = functions.client.send(new InvokeCommand({ FunctionName: name, Payload: '{"a":' }));
    await expect(malformed).rejects.toMatchObject({ name: 'InvalidRequestContentException' });
  });
});
