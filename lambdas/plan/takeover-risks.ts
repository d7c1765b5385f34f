import type { PlannedChange, TeardownRisk } from '../contracts/plan.ts';
import { foreignBefore, type OwnTags, tagsText } from './plan-tags.ts';
import { isPending } from './teardown-risks.ts';

/**
 * This module lists what a plan takes from others: existing resources, resources for which another environment would
 * use the same name, and settings of the whole account.
 */

interface Terms {
  own: OwnTags;
  /** Returns whether a name is built from the environment's prefix. */
  owns(name: string): boolean;
}

export function takeoverRisks(changes: readonly PlannedChange[], { own, owns }: Terms): TeardownRisk[] {
  const kept = changes.filter(({ change }) => change.after);
  return [
    ...changes.flatMap((one) => existing(one, own)),
    ...kept.flatMap((one) => [...sharedNames(one, { owns }), ...ofTheAccount(one, kept), ...defaultsOf(one, kept)]),
  ];
}

/**
 * Lists the risks of resources that exist before the plan is applied. An imported resource may belong to anyone, and so
 * may a resource that got the tag of another environment after Terraform wrote it. The next teardown would delete both.
 */
function existing({ address, change }: PlannedChange, own: OwnTags): TeardownRisk[] {
  const { importing, before } = change;
  const foreign = foreignBefore(change, own).filter((tag) => importing || tag.startsWith('environment='));
  if (foreign.length > 0) {
    const why = `exists, and is tagged ${tagsText(foreign)}: this environment would take it over, and its teardown would destroy it`;
    const fix = `leave it out of the root; if its owner has given it away, remove its tags ${foreignKeys(foreign)} first`;
    return [{ address, risk: 'others', why, fix, acceptable: false }];
  }
  if (!importing || !before) return [];
  const why = 'exists, and is imported: a teardown destroys it, although it was there before';
  return [{ address, risk: 'imported', why, fix: 'read it with a data source', acceptable: true }];
}

const foreignKeys = (tags: readonly string[]) => tags.map((tag) => `"${tag.slice(0, tag.indexOf('='))}"`).join(', ');

/**
 * For these kinds, AWS neither creates a second resource of the same name nor refuses the call: the call overwrites the
 * existing resource, or returns it. The sources are the API references of PutMetricAlarm, PutCompositeAlarm,
 * PutInsightRule, PutMetricStream, PutRule, CreateCluster, CreateTopic, CreateQueue, CreateActivity, PutDestination,
 * PutResourcePolicy and PutParameter.
 */
const TAKEN_OVER: Readonly<Record<string, string>> = {
  aws_cloudwatch_metric_alarm: 'alarm_name',
  aws_cloudwatch_composite_alarm: 'alarm_name',
  aws_cloudwatch_contributor_insight_rule: 'rule_name',
  aws_cloudwatch_event_rule: 'name',
  aws_cloudwatch_log_destination: 'name',
  aws_cloudwatch_log_resource_policy: 'policy_name',
  aws_cloudwatch_metric_stream: 'name',
  aws_ecs_cluster: 'name',
  aws_sfn_activity: 'name',
  aws_sns_topic: 'name',
  aws_sqs_queue: 'name',
  aws_ssm_parameter: 'name',
};

function sharedNames(
  { address, type, change: { actions, after, after_unknown: unknown } }: PlannedChange,
  { owns }: Pick<Terms, 'owns'>,
): TeardownRisk[] {
  const name = actions.includes('create') ? after?.[TAKEN_OVER[type] ?? ''] : undefined;
  // Each event bus has its own names.
  const isOnDefaultBus = (after?.event_bus_name ?? 'default') === 'default' && !isPending(unknown, 'event_bus_name');
  // A name with the environment's name somewhere in the middle may also contain the name of another environment.
  if (typeof name !== 'string' || owns(name.replace(/^\//, '')) || !isOnDefaultBus) return [];
  // Without `overwrite`, Systems Manager refuses a second parameter of the same name.
  if (type === 'aws_ssm_parameter' && after?.overwrite !== true && !isPending(unknown, 'overwrite')) return [];
  const why = `is called ${name}, as that of another environment would be: AWS makes no second one of that name, so this plan takes over the first, and its teardown deletes it`;
  return [{ address, risk: 'name', why, fix: 'begin its name with var.prefix', acceptable: true }];
}

/**
 * AWS creates these resources with a VPC; `by` and `of` connect them to the attribute of the VPC that names them. The
 * provider removes all rules or routes of a resource when it adopts it.
 */
const DEFAULTS: Readonly<Record<string, { by: string; of: string }>> = {
  aws_default_security_group: { by: 'vpc_id', of: 'id' },
  aws_default_route_table: { by: 'default_route_table_id', of: 'default_route_table_id' },
  aws_default_network_acl: { by: 'default_network_acl_id', of: 'default_network_acl_id' },
};

function defaultsOf({ address, type, change }: PlannedChange, kept: readonly PlannedChange[]): TeardownRisk[] {
  const { by, of } = DEFAULTS[type] ?? {};
  if (by === undefined || of === undefined) return [];
  const vpcs = kept.filter((one) => one.type === 'aws_vpc');
  const name = change.after?.[by];
  // A name that is known only after the apply belongs to a VPC that the plan creates.
  const isOwn = typeof name === 'string' ? vpcs.some((one) => one.change.after?.[of] === name) : vpcs.length > 0;
  if (isOwn) return [];
  const why = 'is of a VPC that this root does not make: the provider removes its rules at once, whoever needs them';
  return [
    { address, risk: 'others', why, fix: 'leave it out, and make a group or table of your own', acceptable: false },
  ];
}

/**
 * These types are settings of an account and region, or resources of which an account has one. The provider changes the
 * setting when the resource is created, and resets or deletes it when the resource is destroyed. The sources are the
 * provider's pages of these types.
 */
const ACCOUNT_WIDE =
  /^aws_(?:api_gateway_account|cloudwatch_log_account_policy|ebs_(?:default_kms_key|encryption_by_default|snapshot_block_public_access)|ec2_(?:image_block_public_access|instance_metadata_defaults|serial_console_access)|ecr_(?:account_setting|registry_policy|registry_scanning_configuration|replication_configuration)|ecs_account_setting_default|iam_(?:account_alias|account_password_policy|organizations_features|security_token_service_preferences)|inspector2_enabler|lakeformation_data_lake_settings|rds_certificate|s3_account_public_access_block|ses_active_receipt_rule_set|sns_sms_preferences|spot_datafeed_subscription|ssm_service_setting|vpc_block_public_access_options)$/;

function ofTheAccount(
  { address, type, change: { after } }: PlannedChange,
  kept: readonly PlannedChange[],
): TeardownRisk[] {
  const risk = (why: string, fix: string): TeardownRisk[] => [{ address, risk: 'others', why, fix, acceptable: true }];
  if (ACCOUNT_WIDE.test(type)) {
    const why =
      'is there once in the account and region: the plan changes it for every environment, and a teardown takes it away from all';
    return risk(why, 'move it to a root that the account has once');
  }
  const policy = after?.policy_arn;
  if (type !== 'aws_iam_policy_attachment' || typeof policy !== 'string') return [];
  if (kept.some((one) => one.type === 'aws_iam_policy' && one.change.after?.arn === policy)) return [];
  const why = `wants to be the only attachment of ${policy} in the account: the provider detaches it from all others`;
  return risk(why, 'use aws_iam_role_policy_attachment');
}
