import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { QUEUE_MINUTES } from '../../lambdas/contracts/build-quota.ts';
import type { CommonHandler } from '../../lambdas/contracts/functions.ts';
import type { MachineName } from '../../lambdas/contracts/record.ts';
import type { Config } from '../config/config.ts';
import { buildWait, ownChecks } from '../config/stack-config.ts';
import { arn, constructId, IMAGES_PROJECT, machineArn, TERRAFORM_PROJECT } from '../names.ts';
import { placeholders, type Substitutions } from './definition.ts';

export interface SubstitutionSources {
  scope: Construct;
  config: Config;
  functions: Readonly<Record<CommonHandler, lambda.IFunction>>;
  checks: Readonly<Record<string, lambda.IFunction>>;
  table: dynamodb.Table;
  bucket: s3.Bucket;
  topic: sns.ITopic;
}

/** Seconds. The limits are far above the time of any run that still makes sense. */
const VALIDATE_TIMEOUT = 3_600;
const SWEEP_TIMEOUT = 3_600;
const PROVISION_TIMEOUT = 4 * 3_600;
const TEARDOWN_TIMEOUT = 4 * 3_600;
/** ECS restarts a crashing task again and again, at increasing intervals, before it stops. */
const ROLLOUT_TIMEOUT = 1_800;

/**
 * Seconds. A task waits this much longer than the limit of its target. Otherwise the task's own `States.Timeout` would
 * hide the error of the target.
 */
const LONGER = 60;

/** Returns the longest time for which an execution can own an environment. */
export function longestHoldHours({ approval }: Config): number {
  return Math.ceil(Math.max(PROVISION_TIMEOUT + approval.timeoutMinutes * 60, TEARDOWN_TIMEOUT) / 3_600);
}

/** Returns the functions that a definition names, by their placeholders. */
export function functionsOf(definition: string, sources: SubstitutionSources): ReadonlyMap<string, lambda.IFunction> {
  const deployed = [
    ...Object.entries(sources.functions),
    ...Object.entries(sources.checks).map(([check, fn]): [string, lambda.IFunction] => [`check-${check}`, fn]),
  ];
  const byPlaceholder = new Map(deployed.map(([name, fn]) => [`${constructId(name)}FunctionArn`, fn]));
  return new Map(
    placeholders(definition).flatMap((name): [string, lambda.IFunction][] => {
      const found = byPlaceholder.get(name);
      return found ? [[name, found]] : [];
    }),
  );
}

export function functionArns(functions: ReadonlyMap<string, lambda.IFunction>): Substitutions {
  return Object.fromEntries([...functions].map(([name, { functionArn }]) => [name, functionArn]));
}

/** Returns the values of the other `${Name}`s in each machine's definition. */
export function substitutionsOf(machine: MachineName, sources: SubstitutionSources): Substitutions {
  const { config, scope } = sources;
  const store = { ControlBucket: sources.bucket.bucketName, EnvironmentsTable: sources.table.tableName };

  switch (machine) {
    case 'provision':
      return {
        ...store,
        TerraformProject: TERRAFORM_PROJECT,
        ImagesProject: IMAGES_PROJECT,
        NotificationsTopicArn: sources.topic.topicArn,
        Project: config.project,
        ValidateMachineArn: machineArn(scope, 'validate'),
        ApprovalTimeoutMinutes: config.approval.timeoutMinutes,
        ApprovalTimeoutSeconds: config.approval.timeoutMinutes * 60,
        ProvisionTimeoutSeconds: PROVISION_TIMEOUT + config.approval.timeoutMinutes * 60,
        ValidateTaskTimeoutSeconds: validateTimeout(config) + LONGER,
        ...buildTimeouts(config),
      };
    case 'deploy':
      return {
        ...store,
        TerraformProject: TERRAFORM_PROJECT,
        ImagesProject: IMAGES_PROJECT,
        ValidateMachineArn: machineArn(scope, 'validate'),
        NotReadySeconds: config.validation.intervalSeconds,
        RolloutAttempts: Math.ceil(ROLLOUT_TIMEOUT / config.validation.intervalSeconds),
        DeployTimeoutSeconds: PROVISION_TIMEOUT,
        ValidateTaskTimeoutSeconds: validateTimeout(config) + LONGER,
        ...buildTimeouts(config),
      };
    case 'validate': {
      const { intervalSeconds } = config.validation;
      return {
        CheckCount: Object.keys(sources.checks).length,
        CheckFunctionArnPrefix: arn(scope, 'lambda', 'function:runbook-check-'),
        NotReadySeconds: intervalSeconds,
        // Each check has its own limit for its waiting time. This number must cover the longest one.
        NotReadyAttempts: 1 + Math.ceil(longestWait(config) / intervalSeconds),
        ValidateTimeoutSeconds: validateTimeout(config),
      };
    }
    case 'teardown':
      return {
        ...store,
        TerraformProject: TERRAFORM_PROJECT,
        SweepMachineArn: machineArn(scope, 'sweep'),
        SweepTaskTimeoutSeconds: SWEEP_TIMEOUT + LONGER,
        TeardownTimeoutSeconds: TEARDOWN_TIMEOUT,
        TerraformTimeoutSeconds: buildTimeouts(config).TerraformTimeoutSeconds,
      };
    case 'extend':
    case 'protect':
      return {};
    case 'expire':
      return { TeardownMachineArn: machineArn(scope, 'teardown') };
    case 'sweep':
      return {
        SettleSeconds: config.sweep.settleSeconds,
        SweepTimeoutSeconds: SWEEP_TIMEOUT,
      };
  }
}

/** Returns the time limit of a validation. A check that is a build may take longer than all others. */
function validateTimeout({ stack }: Config): number {
  return VALIDATE_TIMEOUT + Math.max(0, ...stack.buildChecks.map(({ timeoutMinutes }) => buildWait(timeoutMinutes)));
}

/** Returns the timeouts of builds. A build may wait in CodeBuild's queue before its own time begins. */
function buildTimeouts({ terraform, images }: Config) {
  const seconds = ({ timeoutMinutes }: { timeoutMinutes: number }) => (QUEUE_MINUTES + timeoutMinutes) * 60 + LONGER;
  return { TerraformTimeoutSeconds: seconds(terraform), ImagesTimeoutSeconds: seconds(images) };
}

function longestWait({ stack, validation }: Config): number {
  return Math.max(
    ...stack.checks.map((check) => validation.waitSeconds[check] ?? 0),
    ...ownChecks(stack).map(({ waitSeconds }) => waitSeconds),
  );
}
