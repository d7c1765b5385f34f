import { isHidden, type PlannedChange, type RiskName } from '../contracts/plan.ts';
import { isInAnAccount, isOfAws, type PartRule, partRule } from './terraform-parts.ts';
import { isConfirmed, serviceOf } from './terraform-types.ts';

/**
 * These settings of resources stop their own teardown, or leave something behind. The sources are the AWS provider's
 * page of each type for the attribute and its default, and the API reference of the Delete call for what AWS refuses.
 */

type Values = Readonly<Record<string, unknown>>;

export interface RiskRule {
  risk: RiskName;
  /** When the pattern is absent, the rule applies to every type that has the attribute. */
  types?: RegExp;
  attribute: string;
  /** Returns whether a value lets the teardown pass; `values` are all attributes of the resource. */
  safe(value: unknown, values: Values): boolean;
  why: string;
  fix: string;
}

const off = (value: unknown) => value !== true;
const on = (value: unknown) => value === true;
const empty = (value: unknown) => value === undefined || value === null || value === '';
const never = () => false;
/** Returns the blocks of a resource. A value of another kind has none. */
const devicesOf = (value: unknown) =>
  (Array.isArray(value) ? value : []).filter((one): one is Values => typeof one === 'object' && one !== null);

const PROTECTED = {
  risk: 'deletion-protection',
  why: 'AWS refuses to delete it while it is protected',
} as const;
const NOT_EMPTIED = {
  risk: 'not-emptied',
  why: 'AWS refuses to delete it while it holds anything',
} as const;

export const RISK_RULES: readonly RiskRule[] = [
  {
    ...PROTECTED,
    attribute: 'deletion_protection',
    safe: (value) => value !== true && value !== 'ACTIVE',
    fix: 'set deletion_protection to false, or to "INACTIVE" for a Cognito user pool',
  },
  ...['deletion_protection_enabled', 'enable_deletion_protection', 'delete_protection', 'termination_protection'].map(
    (attribute): RiskRule => ({ ...PROTECTED, attribute, safe: off, fix: `set ${attribute} to false` }),
  ),
  {
    risk: 'final-snapshot',
    types: /^aws_(db_instance|rds_cluster|docdb_cluster|neptune_cluster|redshift_cluster)$/,
    attribute: 'skip_final_snapshot',
    safe: on,
    why: 'its deletion leaves a snapshot that is paid for, or fails where the snapshot has no name',
    fix: 'set skip_final_snapshot to true',
  },
  {
    risk: 'final-snapshot',
    types: /^aws_fsx_/,
    attribute: 'skip_final_backup',
    safe: on,
    why: 'its deletion leaves a backup that is paid for',
    fix: 'set skip_final_backup to true',
  },
  {
    risk: 'final-snapshot',
    types: /^aws_(elasticache_(cluster|replication_group|serverless_cache)|memorydb_cluster)$/,
    attribute: 'final_snapshot_identifier',
    safe: empty,
    why: 'its deletion leaves a snapshot that is paid for',
    fix: 'remove final_snapshot_identifier',
  },
  {
    risk: 'final-snapshot',
    types: /^aws_(memorydb_cluster|redshiftserverless_namespace)$/,
    attribute: 'final_snapshot_name',
    safe: empty,
    why: 'its deletion leaves a snapshot that is paid for',
    fix: 'remove final_snapshot_name',
  },
  {
    risk: 'final-snapshot',
    types: /^aws_ebs_volume$/,
    attribute: 'final_snapshot',
    safe: off,
    why: 'its deletion leaves a snapshot that is paid for',
    fix: 'set final_snapshot to false',
  },
  ...['root_block_device', 'ebs_block_device'].map(
    (attribute): RiskRule => ({
      risk: 'kept',
      types: /^aws_(instance|spot_instance_request|launch_configuration)$/,
      attribute,
      safe: (value) => !devicesOf(value).some((one) => one.delete_on_termination === false),
      why: 'a volume stays when its instance is terminated, and is paid for',
      fix: `set delete_on_termination of ${attribute} to true`,
    }),
  ),
  {
    risk: 'kept',
    types: /^aws_launch_template$/,
    attribute: 'block_device_mappings',
    // The provider has a text here.
    safe: (value) =>
      !devicesOf(value)
        .flatMap(({ ebs }) => devicesOf(ebs))
        .some((one) => String(one.delete_on_termination) === 'false'),
    why: 'a volume stays when its instance is terminated, and is paid for',
    fix: 'set delete_on_termination of its ebs block to true',
  },
  {
    risk: 'retained-backups',
    types: /^aws_(db_instance|rds_cluster)$/,
    attribute: 'delete_automated_backups',
    safe: (value, { backup_retention_period }) => value !== false || backup_retention_period === 0,
    why: 'its automated backups are kept after it is deleted, and paid for',
    fix: 'set delete_automated_backups to true',
  },
  {
    risk: 'retained-backups',
    types: /^aws_efs_backup_policy$/,
    attribute: 'backup_policy',
    safe: (value) => !JSON.stringify(value ?? null).includes('"ENABLED"'),
    why: 'AWS Backup keeps recovery points of the file system after it is deleted, and they are paid for',
    fix: 'set status to "DISABLED"',
  },
  {
    risk: 'recovery-window',
    types: /^aws_secretsmanager_secret$/,
    attribute: 'recovery_window_in_days',
    safe: (value) => value === 0,
    why: 'its name stays taken until the recovery window is over, so the next provision of this environment fails',
    fix: 'set recovery_window_in_days to 0',
  },
  {
    risk: 'recovery-window',
    types: /^aws_kms_(external_key|key|replica_external_key|replica_key)$/,
    attribute: 'deletion_window_in_days',
    safe: (value) => value === 7,
    why: 'the key stays, pending deletion, for longer than AWS requires',
    fix: 'set deletion_window_in_days to 7, the shortest that AWS allows',
  },
  {
    ...NOT_EMPTIED,
    types: /^aws_(s3_bucket|s3_directory_bucket|ecrpublic_repository|backup_vault|athena_workgroup|athena_database)$/,
    attribute: 'force_destroy',
    safe: on,
    fix: 'set force_destroy to true',
  },
  {
    ...NOT_EMPTIED,
    types: /^aws_ecr_repository$/,
    attribute: 'force_delete',
    safe: on,
    fix: 'set force_delete to true',
  },
  {
    risk: 'object-lock',
    types: /^aws_s3_bucket_object_lock_configuration$/,
    attribute: 'rule',
    safe: (value) => empty(value) || (Array.isArray(value) && value.length === 0),
    why: 'objects of the bucket cannot be deleted until their retention is over',
    fix: 'remove the rule',
  },
  {
    risk: 'object-lock',
    types: /^aws_(backup_vault_lock_configuration|glacier_vault_lock)$/,
    attribute: 'id',
    safe: never,
    why: 'what the vault holds cannot be deleted until its retention is over',
    fix: 'remove it',
  },
  ...['skip_destroy', 'retain_on_delete', 'retain_stack'].map(
    (attribute): RiskRule => ({
      risk: 'kept',
      attribute,
      safe: off,
      why: `Terraform forgets it without deleting it, because ${attribute} is true`,
      fix: `set ${attribute} to false`,
    }),
  ),
];

/** Rules that a resource, as it is when the plan is applied, does not keep; with what of it is known only then. */
export function brokenRules({ type, change, configured }: PlannedChange): (RiskRule & { unknown?: string })[] {
  const { after, after_unknown: unknown } = change;
  if (!after) return [];
  return RISK_RULES.flatMap((rule) => {
    if (rule.types && !rule.types.test(type)) return [];
    const isUnknown = isPending(unknown, rule.attribute);
    // A value that the provider chooses is the service's default. None of these settings is on by default.
    if (isUnknown && rule.safe !== never && !configured?.includes(rule.attribute)) return [];
    const value = after[rule.attribute];
    if (rule.safe === never && (isUnknown || rule.attribute in after)) return [rule];
    if (isUnknown) return [{ ...rule, unknown: 'is known only when it is applied' }];
    if (isHidden(value)) return [{ ...rule, unknown: 'is sensitive, and not shown' }];
    return !(rule.attribute in after) || rule.safe(value, after) ? [] : [rule];
  });
}

export function isPending(unknown: PlannedChange['change']['after_unknown'], attribute: string): boolean {
  return unknown === true || (typeof unknown === 'object' && unknown?.[attribute] === true);
}

/** Returns why no sweep can confirm that a resource is gone, or undefined when a sweep can, or when none has to. */
export function whyUnconfirmed(one: PlannedChange, kept: readonly PlannedChange[]): string | undefined {
  const { type, provider } = one;
  const address = provider ? `provider["${provider}"]` : undefined;
  if (!isInAnAccount(type, address)) return undefined;
  if (!isOfAws(address)) return `it is managed by ${provider}, and a sweep reads AWS alone`;
  const part = partRule(type);
  if (part) return whyWithoutParent(one, part, kept);
  return isConfirmed(type) ? undefined : `no sweep can confirm that a resource of type ${type} is gone`;
}

/**
 * A part is deleted with its parent, so the parent's absence proves that the part is gone. A part of a resource that
 * the root does not create stays after the teardown.
 */
function whyWithoutParent(one: PlannedChange, { parents, by }: PartRule, kept: readonly PlannedChange[]) {
  // Cloud Control reads these resources, and EC2 reads their parents.
  if (isConfirmed(one.type) || serviceOf(one.type) === 'ec2') return undefined;
  const named = by.flatMap((attribute) => one.change.after?.[attribute]).filter((value) => typeof value === 'string');
  const candidates = kept.filter((other) => other !== one && (parents.includes('*') || parents.includes(other.type)));
  const isNamed = candidates.some(({ change: { after } }) =>
    Object.values(after ?? {}).some(
      (value) => typeof value === 'string' && value !== '' && named.some((name) => isNameOf(value, name)),
    ),
  );
  // A name that is known only after the apply belongs to a resource that the plan creates.
  if (isNamed || named.length === 0) return undefined;
  return `it is a part of something that this root does not make (${by.join(' or ')}), so no sweep can confirm that it is gone`;
}

/** Reports whether a name refers to a parent: by one of the parent's own names, or by its ARN with a qualifier. */
function isNameOf(own: string, name: string): boolean {
  return (
    name === own ||
    (own.startsWith('arn:') && (name.startsWith(`${own}:`) || own.endsWith(`:${name}`) || own.endsWith(`/${name}`)))
  );
}
