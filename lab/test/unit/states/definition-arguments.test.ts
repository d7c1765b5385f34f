import { describe, expect, test } from 'vitest';
import type { Json } from '../../../states/json.ts';
import { findings, literally, one, SERVICE } from './definitions.ts';
import { task } from './machine.ts';

/**
 * The rules follow the models of the services. AWS gives these messages at creation or, at the latest, when the state
 * runs.
 */
describe('arguments are refused', () => {
  const call = (resource: string, Arguments: Json) =>
    one({ Type: 'Task', Resource: `${SERVICE}${resource}`, Arguments, End: true });
  test.each<[string, Json, string, string]>([
    ['lambda:invoke', { Payload: 1 }, '', "The field 'FunctionName' is required but was missing"],
    ['lambda:invoke', { FunctionName: 'f', Pay: 1 }, '', 'The field "Pay" is not supported by Step Functions'],
    [
      'lambda:invoke',
      { FunctionName: { a: 1 } },
      '/FunctionName',
      "The value of the field 'FunctionName' has an invalid",
    ],
    [
      'lambda:invoke.waitForTaskToken',
      { FunctionName: 'f', TaskToken: '' },
      '',
      'The field "TaskToken" is not supported',
    ],
    ['sqs:sendMessage', { MessageBody: {} }, '', "The field 'QueueUrl' is required"],
    ['sqs:sendMessage', { QueueUrl: 'q' }, '', "The field 'MessageBody' is required"],
    ['sns:publish', { TopicArn: 't' }, '', "The field 'Message' is required"],
    ['dynamodb:putItem', { TableName: 't' }, '', "The field 'Item' is required"],
    ['dynamodb:getItem', { Key: {} }, '', "The field 'TableName' is required"],
    ['dynamodb:updateItem', { TableName: 't', key: {} }, '', 'The field "key" is not supported'],
    ['states:startExecution.sync:2', { Input: {} }, '', "The field 'StateMachineArn' is required"],
    [
      'codebuild:startBuild.sync',
      { ProjectName: 'p', EnvironmentVariablesOverride: [{ name: 'A' }] },
      '/EnvironmentVariablesOverride[0]',
      '"name"',
    ],
    [
      'ecs:runTask.sync',
      { TaskDefinition: 't', NetworkConfiguration: { awsVpcConfiguration: {} } },
      '/NetworkConfiguration',
      'awsVpc',
    ],
    ['aws-sdk:ecr:putImage', { RepositoryName: 'r' }, '', "The field 'ImageManifest' is required"],
    ['aws-sdk:ecr:putImage', { repositoryName: 'r', ImageManifest: 'm' }, '', 'The field "repositoryName" is not'],
    [
      'aws-sdk:sqs:receiveMessage',
      { QueueUrl: 'q', WaitTimeSeconds: '5' },
      '/WaitTimeSeconds',
      'has an invalid format',
    ],
    ['aws-sdk:sqs:receiveMessage', ['q'], '', "The value of the field 'Arguments' has an invalid format"],
  ])('%s with %j', (resource, args, place, message) => {
    expect(findings(call(resource, args))).toContainEqual(
      expect.stringMatching(new RegExp(`^\\w+ /States/S/Arguments${literally(place)}: .*${literally(message)}`)),
    );
  });

  test('where there are none', () => {
    const { Arguments: _, ...state } = task('t');
    expect(findings(one(state))).toEqual([
      'SCHEMA_VALIDATION_FAILED /States/S/Resource: Arguments field is required for resource ARN: arn:aws:states:::lambda:invoke',
    ]);
  });

  test.each<[string, Json]>([
    ['lambda:invoke', { FunctionName: '{% $f %}', Payload: 'text' }],
    ['lambda:invoke', '{% $arguments %}'],
    ['sns:publish', { TopicArn: 't', Message: { a: 1 } }],
    ['aws-sdk:sfn:startExecution', { StateMachineArn: 'm', Input: { a: 1 } }],
    ['aws-sdk:s3:putObject', { Bucket: 'b', Key: 'k', Body: { a: 1 } }],
    ['aws-sdk:sqs:receiveMessage', { QueueUrl: 'q', WaitTimeSeconds: '{% 5 %}' }],
    ['aws-sdk:secretsmanager:listSecrets', {}],
  ])('but not those of %s: %j', (resource, args) => {
    expect(findings(call(resource, args))).toEqual([]);
  });
});
