import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { CommonHandler } from '../../lambdas/contracts/functions.ts';
import type { MachineName } from '../../lambdas/contracts/record.ts';
import { QUEUE_MINUTES } from '../builds/build-project.ts';
import type { Config } from '../config/config.ts';
import { ownChecks } from '../config/stack-config.ts';
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

/** Seconds: well above what any life that still makes sense takes. */
const VALIDATE_TIMEOUT = 3_600;
const SWEEP_TIMEOUT = 3_600;
const PROVISION_TIMEOUT = 4 * 3_600;
/** ECS starts a task that crashes again and again, ever more slowly, before it gives up. */
const ROLLOUT_TIMEOUT = 1_800;

/** What a task waits longer than what it waits for: else `States.Timeout` is its own, and hides the other's error. */
const LONGER = 60;

/** In `teardown.asl.json`. */
const TEARDOWN_TIMEOUT = 4 * 3_600;

/** No execution holds an environment for longer. */
export function longestHoldHours({ approval }: Config): number {
  return Math.ceil(Math.max(PROVISION_TIMEOUT + approval.timeoutMinutes * 60, TEARDOWN_TIMEOUT) / 3_600);
}

/** Functions that a definition names, by their placeholders. */
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

/** What stands for the other `${Name}`s in each machine's definition. */
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
        ValidateTaskTimeoutSeconds: VALIDATE_TIMEOUT + LONGER,
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
        ValidateTaskTimeoutSeconds: VALIDATE_TIMEOUT + LONGER,
        ...buildTimeouts(config),
      };
    case 'validate': {
      const { intervalSeconds } = config.validation;
      return {
        CheckCount: Object.keys(sources.checks).length,
        CheckFunctionArnPrefix: arn(scope, 'lambda', 'function:runbook-check-'),
        NotReadySeconds: intervalSeconds,
        // The check itself knows how long it may be waited for; this is to be no less than what the longest wait takes.
        NotReadyAttempts: 1 + Math.ceil(longestWait(config) / intervalSeconds),
        ValidateTimeoutSeconds: VALIDATE_TIMEOUT,
      };
    }
    case 'teardown':
      return {
        ...store,
        TerraformProject: TERRAFORM_PROJECT,
        SweepMachineArn: machineArn(scope, 'sweep'),
        SweepTaskTimeoutSeconds: SWEEP_TIMEOUT + LONGER,
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

/** A build may wait in CodeBuild's queue before its own time begins. */
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
