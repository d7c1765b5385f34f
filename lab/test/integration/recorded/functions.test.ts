import * as iam from '@aws-sdk/client-iam';
import * as lambda from '@aws-sdk/client-lambda';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, startLab } from '../../../lab.ts';
import { lambdaService } from '../../../lambda/lambda.ts';
import { TestFunctions } from '../../support/functions.ts';
import { zip } from '../../support/zip.ts';
import { refuses } from './refusals.ts';

const ACCOUNT = '123456789012';
let lab: Lab;
let functions: TestFunctions;
let roles: iam.IAMClient;

const functionArn = (name: string) => `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:${name}`;

beforeAll(async () => {
  lab = await startLab({ services: [lambdaService] });
  functions = new TestFunctions(lab.context);
  roles = new iam.IAMClient(lab.context.client);
  const s3 = new S3Client({ ...lab.context.client, forcePathStyle: true });
  await s3.send(
    new CreateBucketCommand({ Bucket: 'empty', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
  );
  // The role exists from here on.
  await functions.role;
});

afterAll(() => lab?.stop());

describe('IAM', () => {
  const attach = (PolicyArn: string) => () =>
    roles.send(new iam.AttachRolePolicyCommand({ RoleName: 'function', PolicyArn }));
  const missing = `arn:aws:iam::${ACCOUNT}:policy/no-such-policy`;
  refuses([
    {
      recorded: 'test_create_role_with_malformed_assume_role_policy_document',
      call: () => roles.send(new iam.CreateRoleCommand({ RoleName: 'bad', AssumeRolePolicyDocument: '{"a":' })),
      ...{ name: 'MalformedPolicyDocumentException', message: 'This policy contains invalid Json', status: 400 },
    },
    {
      recorded: 'test_role_attach_policy',
      call: attach('longpolicynamebutnoarn'),
      ...{ name: 'ValidationError', message: 'Invalid ARN:  Could not be parsed!', status: 400 },
    },
    {
      recorded: 'test_role_attach_policy',
      call: attach(missing),
      ...{ name: 'NoSuchEntityException', status: 404 },
      message: `Policy ${missing} does not exist or is not attachable.`,
    },
    {
      recorded: 'test_delete_non_existent_policy_returns_no_such_entity',
      call: () => roles.send(new iam.DeletePolicyCommand({ PolicyArn: missing })),
      ...{ name: 'NoSuchEntityException', message: `Policy ${missing} was not found.`, status: 404 },
    },
  ]);
});

describe('Lambda', () => {
  const NotFound = { name: 'ResourceNotFoundException', status: 404 };
  const create = (more: Partial<lambda.CreateFunctionCommandInput>) => async () =>
    functions.client.send(
      new lambda.CreateFunctionCommand({
        ...{ FunctionName: 'created', Runtime: 'nodejs24.x', Role: await functions.role, Handler: 'index.handler' },
        ...{ Code: { ZipFile: zip({ 'index.mjs': 'export const handler = () => {}' }) }, ...more },
      }),
    );
  const invoke = (FunctionName: string) => () => functions.client.send(new lambda.InvokeCommand({ FunctionName }));
  refuses([
    {
      recorded: 'test_invoke_exceptions',
      call: invoke('doesnotexist'),
      ...{ ...NotFound, message: `Function not found: ${functionArn('doesnotexist')}` },
    },
    {
      recorded: 'test_get_function_wrong_region',
      call: invoke(functionArn('doesnotexist').replace('eu-west-1', 'eu-west-2')),
      ...{ ...NotFound, message: "Functions from 'eu-west-2' are not reachable in this region ('eu-west-1')" },
    },
    {
      recorded: 'test_ops_on_nonexisting_fn',
      call: () => functions.client.send(new lambda.GetFunctionCommand({ FunctionName: 'doesnotexist' })),
      ...{ ...NotFound, message: `Function not found: ${functionArn('doesnotexist')}` },
    },
    {
      recorded: 'test_ops_on_nonexisting_fn',
      call: () => functions.client.send(new lambda.GetFunctionConcurrencyCommand({ FunctionName: 'doesnotexist' })),
      ...{ ...NotFound, message: `Function not found: ${functionArn('doesnotexist')}` },
    },
    {
      recorded: 'test_ops_on_nonexisting_fn',
      call: () => functions.client.send(new lambda.GetFunctionUrlConfigCommand({ FunctionName: 'doesnotexist' })),
      ...{ ...NotFound, message: 'The resource you requested does not exist.' },
    },
    {
      recorded: 'test_large_environment_variables_fails',
      call: create({ FunctionName: 'large', Environment: { Variables: { LARGE: 'x'.repeat(4_096) } } }),
      ...{ name: 'InvalidParameterValueException', status: 400 },
      message: `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: {"LARGE":"${'x'.repeat(4_096)}"}`,
    },
    {
      recorded: 'test_create_deprecated_function_runtime_with_validation_enabled',
      call: create({ FunctionName: 'old', Runtime: 'nodejs14.x' }),
      ...{ name: 'InvalidParameterValueException', status: 400 },
      message:
        'The runtime parameter of nodejs14.x is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.',
    },
    {
      recorded: 'test_lambda_code_location_s3_errors',
      call: create({ FunctionName: 'no-code', Code: { S3Bucket: 'no-such-bucket', S3Key: 'nothing' } }),
      ...{ name: 'InvalidParameterValueException', status: 400 },
      message:
        'Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: The specified bucket does not exist',
    },
    {
      recorded: 'test_lambda_code_location_s3_errors',
      call: create({ FunctionName: 'no-key', Code: { S3Bucket: 'empty', S3Key: 'nothing' } }),
      ...{ name: 'InvalidParameterValueException', status: 400 },
      message:
        'Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.',
    },
  ]);

  test('test_lambda_handler_exit: a handler that ends its process', async () => {
    const { result, error, status } = await functions.invoke(await functions.define('process.exit(0);'));
    expect({ error, status }).toEqual({ error: 'Unhandled', status: 200 });
    expect(result).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(
        /^RequestId: [0-9a-f-]{36} Error: Runtime exited without providing a reason$/,
      ),
    });
  });

  test('test_lambda_too_large_response', async () => {
    const { result, error } = await functions.invoke(await functions.define('return "a".repeat(6_291_557);'));
    expect(error).toBe('Unhandled');
    expect(result).toEqual({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    });
  });

  test('test_invocation_type_no_return_payload', async () => {
    const FunctionName = await functions.define('');
    const answer = await functions.client.send(new lambda.InvokeCommand({ FunctionName, InvocationType: 'Event' }));
    expect(answer).toMatchObject({ StatusCode: 202 });
    expect(Buffer.from(answer.Payload ?? []).toString()).toBe('');
    expect((await functions.invoke(FunctionName)).result).toBeNull();
  });
});
