import { join } from 'node:path';
import { Aws, Stack } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { VariableName } from '../../lambdas/contracts/environment-variables.ts';
import {
  COMMON_HANDLERS,
  type CommonHandler,
  type HandlerName,
  type LambdaName,
  manifestOf,
} from '../../lambdas/contracts/functions.ts';
import { MACHINES } from '../../lambdas/contracts/record.ts';
import { assemblyOf } from '../assembly.ts';
import { settingsOf } from '../config/build-checks.ts';
import type { Config } from '../config/config.ts';
import { declaredImages } from '../config/image-config.ts';
import { buildWait, checkNames, keptNamesOf, lookupsOf, wantedOutputs } from '../config/stack-config.ts';
import { inputTypesOf } from '../config/stack-variables.ts';
import { checkFunctionGrants } from '../iam/build-check-grants.ts';
import { type FunctionScope, functionGrants } from '../iam/function-grants.ts';
import { journeyGrants } from '../iam/journey-grants.ts';
import { ReportReader } from '../iam/report-reader.ts';
import { resourceCheckGrants } from '../iam/resource-check-grants.ts';
import type { Grant } from '../iam/role.ts';
import { grantsOf } from '../iam/stack-grants.ts';
import {
  constructId,
  functionArn,
  functionName,
  IMAGES_PROJECT,
  machineArn,
  reportReaderArn,
  TERRAFORM_PROJECT,
} from '../names.ts';
import { bundleHandlers } from './bundles.ts';
import { HandlerFunction } from './runbook-function.ts';

/** One bundle serves all checks of such a kind. */
const SHARED: ReadonlySet<LambdaName> = new Set(['check-resources', 'check-build', 'check-journey']);

/** EventBridge or its scheduler invokes these functions, and does not wait for the result. */
export const UNATTENDED: readonly CommonHandler[] = COMMON_HANDLERS.filter((name) => manifestOf(name).unattended);

export interface FunctionsProps extends FunctionScope {
  projectRoot: string;
  config: Config;
  logRetention: logs.RetentionDays;
  deadLetterQueue: sqs.IQueue;
}

/** The construct contains all Lambda functions of the stack. */
export class Functions extends Construct {
  readonly byHandler: Readonly<Record<CommonHandler, lambda.Function>>;
  /** The keys are the names of the checks. Custom checks come last. */
  readonly checks: Readonly<Record<string, lambda.Function>>;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    const { config } = props;
    const { stack } = config;
    const variables: Record<
      Exclude<VariableName, 'CHECK' | 'WAIT_SECONDS' | 'TARGETS' | 'BUILD' | 'JOURNEY'>,
      string
    > = {
      ENVIRONMENTS_TABLE: props.table.tableName,
      CONTROL_BUCKET: props.bucket.bucketName,
      NAME_PATTERN: config.namePattern,
      PROJECT: config.project,
      ALLOWED_ACCOUNTS: config.allowedAccounts.length > 0 ? config.allowedAccounts.join(',') : Aws.ACCOUNT_ID,
      ALLOWED_REGIONS: config.allowedRegions.join(','),
      BUNDLE_BUCKET: props.bundle.bucket.bucketName,
      BUNDLE_KEY: props.bundle.key,
      BUNDLE_COMMIT: props.bundle.commit,
      BUNDLE_SHA256: props.bundle.sha256,
      MAX_LIFE_HOURS: String(config.maxLifeHours),
      CHECKS: checkNames(stack).join(','),
      KEEP_BACKEND: stack.keepBackend ? 'yes' : 'no',
      BACKEND_NAMES: JSON.stringify(keptNamesOf(stack) ?? null),
      IMAGES: JSON.stringify(declaredImages(stack.images)),
      WANTED_OUTPUTS: JSON.stringify(wantedOutputs(stack)),
      LOOKUPS: JSON.stringify(lookupsOf(stack)),
      SWEEP_EXCLUSIONS: JSON.stringify(config.sweep.exclusions),
      TERRAFORM_ROLE_ARN: props.terraformRole,
      INPUT_TYPES: JSON.stringify(inputTypesOf(stack)),
      ACCEPTED_RISKS: JSON.stringify(stack.acceptedRisks),
      TERRAFORM_PROJECT,
      IMAGES_PROJECT,
      BUILD_PROJECTS: [TERRAFORM_PROJECT, IMAGES_PROJECT, ...props.checkProjects].join(','),
      MAX_DELETIONS: String(config.terraform.maxDeletions),
      NOTIFICATIONS_TOPIC_ARN: props.topic.topicArn,
      CHAT_TOPIC_ARN: props.chatTopic?.topicArn ?? '',
      WEBHOOK: config.notifications.webhook?.format ?? '',
      REPORT_READER_ROLE_ARN: reportReaderArn(this),
      CERTIFICATE_KEY_ARN: props.certificateKey.keyArn,
      CERTIFICATE_LOCK_DAYS: String(config.controlPlane.lockCertificatesDays),
      TEARDOWN_MACHINE_ARN: machineArn(this, 'teardown'),
      SWEEP_MACHINE_ARN: machineArn(this, 'sweep'),
      MACHINE_ARNS: Stack.of(this).toJsonString(
        Object.fromEntries(MACHINES.map((machine) => [machine, machineArn(this, machine)])),
      ),
      BOARD_FUNCTION: functionName('board'),
      PULL_REQUEST_PREFIX: config.github?.pullRequests?.prefix ?? 'pr',
      MAX_PROTECT_DAYS: String(config.expiry.protectDays),
      WARN_MINUTES: config.expiry.warnMinutes.join(','),
      EXPIRY_WARNING_FUNCTION_ARN: functionArn(this, 'expiry-warning'),
      SCHEDULE_GROUP: props.schedules.groupName,
      SCHEDULE_ROLE_ARN: props.schedules.role.roleArn,
      DEAD_LETTER_QUEUE_ARN: props.deadLetterQueue.queueArn,
    };
    // With `aws:cdk:bundling-stacks: []`, which tests set, the template has no bundles.
    const bundleOf = Stack.of(this).bundlingRequired
      ? bundleHandlers(props.projectRoot, join(assemblyOf(this), 'bundles'), stack.customChecks)
      : () => join(props.projectRoot, 'lambdas', 'handlers');
    const make = (name: string, handler: LambdaName, grants: readonly Grant[], own: Record<string, string> = {}) =>
      new HandlerFunction(this, constructId(name), {
        bundle: bundleOf(SHARED.has(handler) ? handler : name),
        name,
        handler,
        variables: { ...variables, ...own },
        grants,
        logRetention: props.logRetention,
        ...(manifestOf(handler).unattended ? { deadLetterQueue: props.deadLetterQueue } : {}),
      }).function;
    const known = (handler: HandlerName, own?: Record<string, string>) =>
      make(handler, handler, functionGrants(this, handler, props), own);

    this.byHandler = Object.fromEntries(COMMON_HANDLERS.map((name) => [name, known(name)])) as Functions['byHandler'];
    new ReportReader(this, 'ReportReader', { bucket: props.bucket, signer: this.byHandler['execution-changed'] });
    this.checks = Object.fromEntries([
      ...stack.checks.map((check) => {
        const WAIT_SECONDS = String(config.validation.waitSeconds[check]);
        return [check, known(`check-${check}`, { WAIT_SECONDS })] as const;
      }),
      ...stack.customChecks.map(({ name, waitSeconds, grants }) => {
        const own = { CHECK: name, WAIT_SECONDS: String(waitSeconds) };
        return [name, make(`check-${name}`, 'custom-check', grantsOf(grants, config.namePattern), own)] as const;
      }),
      ...stack.resourceChecks.map(({ name, waitSeconds, targets }) => {
        const own = { CHECK: name, WAIT_SECONDS: String(waitSeconds), TARGETS: JSON.stringify(targets) };
        const grants = resourceCheckGrants(this, targets, config.namePattern);
        return [name, make(`check-${name}`, 'check-resources', grants, own)] as const;
      }),
      ...stack.buildChecks.map((check) => {
        const { name, timeoutMinutes } = check;
        const own = {
          CHECK: name,
          WAIT_SECONDS: String(buildWait(timeoutMinutes)),
          BUILD: JSON.stringify(settingsOf(check)),
        };
        return [
          name,
          make(`check-${name}`, 'check-build', checkFunctionGrants(this, check, props.bucket), own),
        ] as const;
      }),
      ...stack.journeys.map(({ name, waitSeconds, ...journey }) => {
        const own = { CHECK: name, WAIT_SECONDS: String(waitSeconds), JOURNEY: JSON.stringify(journey) };
        const grants = journeyGrants(this, journey, config.namePattern);
        return [name, make(`check-${name}`, 'check-journey', grants, own)] as const;
      }),
    ]);
  }
}
