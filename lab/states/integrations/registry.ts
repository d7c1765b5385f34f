import { parseResource } from '../resource.ts';
import { awsSdk } from './aws-sdk.ts';
import { startBuild, startBuildSync } from './codebuild.ts';
import { dynamodb } from './dynamodb.ts';
import { runTask, runTaskSync } from './ecs.ts';
import type { Integration } from './integration.ts';
import { invoke, invokeArn } from './lambda.ts';
import { hasAction } from './sdk-services.ts';
import { publish } from './sns.ts';
import { sendMessage } from './sqs.ts';
import { startExecution, startExecutionSync, startExecutionSync2 } from './states.ts';

/** The keys of the optimized integrations are the text after `arn:aws:states:::` in a Resource. */
const OPTIMIZED: Record<string, Integration> = {
  'lambda:invoke': invoke,
  'codebuild:startBuild': startBuild,
  'codebuild:startBuild.sync': startBuildSync,
  'states:startExecution': startExecution,
  'states:startExecution.sync': startExecutionSync,
  'states:startExecution.sync:2': startExecutionSync2,
  'dynamodb:getItem': dynamodb('getItem'),
  'dynamodb:putItem': dynamodb('putItem'),
  'dynamodb:updateItem': dynamodb('updateItem'),
  'dynamodb:deleteItem': dynamodb('deleteItem'),
  'sns:publish': publish,
  'sqs:sendMessage': sendMessage,
  'ecs:runTask': runTask,
  'ecs:runTask.sync': runTaskSync,
};

/** The requests of these integrations can carry a task token. */
const WITH_TOKEN = ['lambda:invoke', 'states:startExecution', 'sns:publish', 'sqs:sendMessage', 'ecs:runTask'];

const SDK = 'aws-sdk:';

/** @returns undefined for a Resource that the lab cannot perform */
export function integrationFor(arn: string): Integration | undefined {
  const resource = parseResource(arn);
  if (!resource) return undefined;
  if (resource.kind === 'function') return invokeArn(resource.arn);
  const { resourceType, action, waitForTaskToken } = resource;
  if (resourceType.startsWith(SDK)) {
    const service = resourceType.slice(SDK.length);
    return hasAction(service, action) ? awsSdk(service, action) : undefined;
  }
  const name = `${resourceType}:${action}`;
  return waitForTaskToken && !WITH_TOKEN.includes(name) ? undefined : OPTIMIZED[name];
}
