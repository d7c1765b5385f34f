import { join } from 'node:path';
import { Aws, Stack } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { CHECKS } from '../lambdas/shared/contracts.ts';
import { HANDLER_NAMES, type HandlerName, type VariableName } from '../lambdas/shared/environment.ts';
import { bundleHandlers } from './bundles.ts';
import type { Config } from './config.ts';
import { HandlerFunction } from './function.ts';
import { type FunctionScope, functionGrants } from './function-grants.ts';
import { functionArn, IMAGES_PROJECT, machineArn, TERRAFORM_PROJECT } from './names.ts';

/** Invoked by EventBridge or its scheduler, which do not wait for the outcome. */
const UNATTENDED: ReadonlySet<HandlerName> = new Set(['execution-changed', 'warn']);

export interface FunctionsProps extends FunctionScope {
  projectRoot: string;
  config: Config;
  logRetention: logs.RetentionDays;
  deadLetterQueue: sqs.IQueue;
}

/** All Lambdas, by the name of their handler. */
export class Functions extends Construct {
  readonly byHandler: Readonly<Record<HandlerName, lambda.Function>>;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    const { config } = props;
    const variables: Record<VariableName, string> = {
      ENVIRONMENTS_TABLE: props.table.tableName,
      CONTROL_BUCKET: props.bucket.bucketName,
      NAME_PATTERN: config.namePattern,
      PROJECT: config.project,
      ALLOWED_ACCOUNTS: config.allowedAccounts.length > 0 ? config.allowedAccounts.join(',') : Aws.ACCOUNT_ID,
      ALLOWED_REGIONS: config.allowedRegions.join(','),
      BUNDLE_BUCKET: props.bundle.bucket.bucketName,
      BUNDLE_KEY: props.bundle.key,
      BUNDLE_COMMIT: props.bundle.commit,
      MAX_LIFE_HOURS: String(config.maxLifeHours),
      CHECK_WAITS: CHECKS.map((check) => `${check}=${config.validation.waitSeconds[check]}`).join(','),
      SWEEP_EXCLUSIONS: JSON.stringify(config.sweep.exclusions),
      TERRAFORM_PROJECT,
      IMAGES_PROJECT,
      MAX_DELETIONS: String(config.terraform.maxDeletions),
      NOTIFICATIONS_TOPIC_ARN: props.topic.topicArn,
      TEARDOWN_MACHINE_ARN: machineArn(this, 'teardown'),
      EXTEND_MACHINE_ARN: machineArn(this, 'extend'),
      PROTECT_MACHINE_ARN: machineArn(this, 'protect'),
      MAX_PROTECT_DAYS: String(config.expiry.protectDays),
      WARN_MINUTES: String(config.expiry.warnMinutes),
      WARN_FUNCTION_ARN: functionArn(this, 'warn'),
      SCHEDULE_GROUP: props.schedules.groupName,
      SCHEDULE_ROLE_ARN: props.schedules.role.roleArn,
      DEAD_LETTER_QUEUE_ARN: props.deadLetterQueue.queueArn,
    };
    // `aws:cdk:bundling-stacks: []`, as tests set it, asks for a template without bundles.
    const bundleOf = Stack.of(this).bundlingRequired
      ? bundleHandlers(props.projectRoot)
      : () => join(props.projectRoot, 'lambdas', 'handlers');
    const entries = HANDLER_NAMES.map((handler) => {
      const { function: fn } = new HandlerFunction(this, constructId(handler), {
        bundle: bundleOf(handler),
        handler,
        variables,
        grants: functionGrants(this, handler, props),
        logRetention: props.logRetention,
        ...(UNATTENDED.has(handler) ? { deadLetterQueue: props.deadLetterQueue } : {}),
      });
      return [handler, fn] as const;
    });
    this.byHandler = Object.fromEntries(entries) as Record<HandlerName, lambda.Function>;
  }
}

/** `check-ecs-services` → `CheckEcsServices`. */
export function constructId(name: string): string {
  return name.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
