import { of, type RequiredActions, row } from './row.ts';

/** Functions and state machines. */

const lambda = (...operations: string[]) => of('lambda', ...operations);
const states = (...operations: string[]) => of('states', ...operations);
const PASS = of('iam', 'PassRole');
const LAMBDA_TAGS = lambda('TagResource', 'UntagResource', 'ListTags');

export const EVENT_SOURCES: Readonly<Record<string, RequiredActions>> = {
  aws_lambda_event_source_mapping: row('lambda/event_source_mapping.go', 'AWS::Lambda::EventSourceMapping', {
    create: lambda('CreateEventSourceMapping'),
    read: lambda('GetEventSourceMapping'),
    update: lambda('UpdateEventSourceMapping'),
    delete: lambda('DeleteEventSourceMapping'),
    tag: LAMBDA_TAGS,
  }),
};

export const FUNCTIONS: Readonly<Record<string, RequiredActions>> = {
  aws_lambda_function: row(
    'lambda/function.go',
    'AWS::Lambda::Function',
    {
      create: [...lambda('CreateFunction'), ...PASS],
      // Versions and the code signing of a function are attributes too.
      read: lambda('GetFunction', 'ListVersionsByFunction', 'GetFunctionCodeSigningConfig'),
      update: lambda('UpdateFunctionConfiguration', 'UpdateFunctionCode', 'GetFunctionConfiguration'),
      delete: lambda('DeleteFunction'),
      tag: LAMBDA_TAGS,
      when: {
        publish: lambda('PublishVersion'),
        code_signing_config_arn: lambda('PutFunctionCodeSigningConfig', 'DeleteFunctionCodeSigningConfig'),
        reserved_concurrent_executions: lambda('PutFunctionConcurrency', 'DeleteFunctionConcurrency'),
        s3_bucket: of('s3', 'GetObject'),
        image_uri: of('ecr', 'GetRepositoryPolicy', 'SetRepositoryPolicy'),
        vpc_config: of('ec2', 'DescribeSecurityGroups', 'DescribeSubnets', 'DescribeVpcs'),
        kms_key_arn: of('kms', 'CreateGrant', 'Decrypt', 'Encrypt'),
      },
    },
    'https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html and images-create.html#gettingstarted-images-permissions',
  ),
  aws_lambda_function_url: row('lambda/function_url.go', 'AWS::Lambda::Url', {
    create: lambda('CreateFunctionUrlConfig'),
    read: lambda('GetFunctionUrlConfig'),
    update: lambda('UpdateFunctionUrlConfig'),
    delete: lambda('DeleteFunctionUrlConfig'),
  }),
  aws_lambda_permission: row('lambda/permission.go', 'AWS::Lambda::Permission', {
    create: lambda('AddPermission'),
    read: lambda('GetPolicy'),
    delete: lambda('RemovePermission'),
  }),
  aws_lambda_alias: row('lambda/alias.go', 'AWS::Lambda::Alias', {
    create: lambda('CreateAlias'),
    read: lambda('GetAlias'),
    update: lambda('UpdateAlias'),
    delete: lambda('DeleteAlias'),
  }),
  aws_sfn_state_machine: row(
    'sfn/state_machine.go',
    'AWS::StepFunctions::StateMachine',
    {
      // The provider lists versions to describe the latest, and validates a definition when it plans.
      create: [...states('CreateStateMachine', 'ValidateStateMachineDefinition'), ...PASS],
      read: states('DescribeStateMachine', 'ListStateMachineVersions'),
      update: states('UpdateStateMachine'),
      delete: states('DeleteStateMachine'),
      tag: states('TagResource', 'UntagResource', 'ListTagsForResource'),
      when: {
        publish: states('PublishStateMachineVersion'),
        logging_configuration: of(
          'logs',
          ...['CreateLogDelivery', 'GetLogDelivery', 'UpdateLogDelivery', 'DeleteLogDelivery', 'ListLogDeliveries'],
          ...['PutResourcePolicy', 'DescribeResourcePolicies', 'DescribeLogGroups'],
        ),
      },
    },
    'https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy',
  ),
};
