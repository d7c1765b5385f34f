interface Protection {
  /** The value is the type's name in the sweeps. */
  type: string;
  /** The service refuses with this text. */
  says: RegExp;
  /**
   * The command allows the deletion. `$id` is the resource's id, which contains no character that is special in a
   * shell.
   */
  command: string;
}

/** Only a person can remove these protections, with these commands. */
const PROTECTIONS: readonly Protection[] = [
  {
    type: 'load-balancer',
    says: /deletion protection/i,
    command:
      'aws elbv2 modify-load-balancer-attributes --attributes Key=deletion_protection.enabled,Value=false --load-balancer-arn $id',
  },
  {
    type: 'db-instance',
    says: /protect/i,
    command: 'aws rds modify-db-instance --no-deletion-protection --apply-immediately --db-instance-identifier $id',
  },
  {
    type: 'db-cluster',
    says: /protect/i,
    command: 'aws rds modify-db-cluster --no-deletion-protection --apply-immediately --db-cluster-identifier $id',
  },
  {
    type: 'table',
    says: /protect/i,
    command: 'aws dynamodb update-table --no-deletion-protection-enabled --table-name $id',
  },
  {
    type: 'log-group',
    says: /deletion protection/i,
    command: 'aws logs put-log-group-deletion-protection --no-deletion-protection-enabled --log-group-identifier $id',
  },
  {
    type: 'instance',
    says: /disableApiTermination/,
    command: 'aws ec2 modify-instance-attribute --no-disable-api-termination --instance-id $id',
  },
  { type: 'bucket', says: /BucketNotEmpty|not empty/i, command: 'aws s3 ls --recursive --summarize s3://$id' },
  {
    type: 'repository',
    says: /RepositoryNotEmpty|not empty|still contains images/i,
    command: 'aws ecr list-images --repository-name $id',
  },
];

const DENIED = /AccessDenied|UnauthorizedOperation|not authorized to perform/;

/**
 * Returns the command with which a person allows the deletion of a protected or full resource. The result is undefined
 * for another refusal.
 */
export function commandAgainst(type: string, id: string, refusal: string): string | undefined {
  const found = PROTECTIONS.find((one) => one.type === type && one.says.test(refusal));
  return found && /^[\w./:@+=,#-]+$/.test(id) ? found.command.replace('$id', () => id) : undefined;
}

/** Returns whether the refusal is a denial, which does not pass with time. */
export const isDenied = (refusal: string): boolean => DENIED.test(refusal);
