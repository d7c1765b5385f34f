import { awsSdk } from './aws-sdk.ts';
import { startBuild, startBuildSync } from './codebuild.ts';
import { dynamodb } from './dynamodb.ts';
import { runTask, runTaskSync } from './ecs.ts';
import type { Integration } from './integration.ts';
import { invoke, invokeArn } from './lambda.ts';
import { packageOf } from './sdk-services.ts';
import { publish } from './sns.ts';
import { sendMessage } from './sqs.ts';
import { startExecution, startExecutionSync, startExecutionSync2 } from './states.ts';

/** The optimized integrations, by what follows `arn:aws:states:::` in a Resource. */
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

/** Those whose request can carry a task token. */
const WITH_TOKEN = ['lambda:invoke', 'states:startExecution', 'sns:publish', 'sqs:sendMessage', 'ecs:runTask'];

const TOKEN_SUFFIX = '.waitForTaskToken';
const FUNCTION = /^arn:[^:]+:lambda:[^:]+:[^:]+:function:.+$/;
const SDK = /^aws-sdk:([a-z0-9]+):([a-z][A-Za-z0-9]*)$/;

/** @returns undefined for a Resource that the lab cannot perform */
export function integrationFor(resource: string): Integration | undefined {
  if (FUNCTION.test(resource)) return invokeArn(resource);
  const [arn, , service, region, account, ...rest] = resource.split(':');
  if (arn !== 'arn' || service !== 'states' || region || account) return undefined;
  const name = rest.join(':');
  const base = name.endsWith(TOKEN_SUFFIX) ? name.slice(0, -TOKEN_SUFFIX.length) : undefined;
  const [, sdkService, action] = SDK.exec(base ?? name) ?? [];
  if (sdkService && action) return packageOf(sdkService) ? awsSdk(sdkService, action) : undefined;
  if (base !== undefined) return WITH_TOKEN.includes(base) ? OPTIMIZED[base] : undefined;
  return OPTIMIZED[name];
}
