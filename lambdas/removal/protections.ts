interface Protection {
  /** As the sweeps call it. */
  type: string;
  /** What the service says. */
  says: RegExp;
  /** Lets it be deleted; `$id` is its id, which no shell reads as anything else. */
  command: string;
}

/** What only a person takes off, and how. */
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

/** The command by which a person lets something be deleted that is protected or full; undefined for another refusal. */
export function commandAgainst(type: string, id: string, refusal: string): string | undefined {
  const found = PROTECTIONS.find((one) => one.type === type && one.says.test(refusal));
  return found && /^[\w./:@+=,#-]+$/.test(id) ? found.command.replace('$id', () => id) : undefined;
}

/** A denial does not pass with time. */
export const isDenied = (refusal: string): boolean => DENIED.test(refusal);
