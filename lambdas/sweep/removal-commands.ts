import type { Finding } from '../contracts/contracts.ts';
import { genericOfType } from '../contracts/generic-kinds.ts';
import { globalRegion } from '../contracts/regions.ts';

type Left = Pick<Finding, 'service' | 'type' | 'id' | 'arn'>;

/**
 * Each command follows `aws`. The keys are a service and a type. `$id` is the finding's id, and `$arn` is its ARN, or
 * its id where there is none.
 */
const COMMANDS: Record<string, string> = {
  'ecs cluster': 'ecs delete-cluster --cluster $id',
  'ecs service': 'ecs delete-service --force --cluster $parent --service $name',
  'ecs task': 'ecs stop-task --cluster $parent --task $name',
  'ecs task-definition': 'ecs deregister-task-definition --task-definition $id',
  'rds db-instance':
    'rds delete-db-instance --skip-final-snapshot --delete-automated-backups --db-instance-identifier $id',
  'rds db-cluster': 'rds delete-db-cluster --skip-final-snapshot --db-cluster-identifier $id',
  'rds db-snapshot': 'rds delete-db-snapshot --db-snapshot-identifier $id',
  'rds db-cluster-snapshot': 'rds delete-db-cluster-snapshot --db-cluster-snapshot-identifier $id',
  'rds automated-backup': 'rds delete-db-instance-automated-backup --db-instance-automated-backups-arn $arn',
  // The command takes the id of the cluster, which only the backup itself has.
  'rds cluster-automated-backup':
    'rds delete-db-cluster-automated-backup --db-cluster-resource-id "$(aws rds describe-db-cluster-automated-backups --query "DBClusterAutomatedBackups[?DBClusterAutomatedBackupsArn==\'$arn\'].DbClusterResourceId" --output text --region $region)"',
  'rds subnet-group': 'rds delete-db-subnet-group --db-subnet-group-name $id',
  'rds parameter-group': 'rds delete-db-parameter-group --db-parameter-group-name $id',
  'sqs queue': 'sqs delete-queue --queue-url $queueUrl',
  'elbv2 load-balancer': 'elbv2 delete-load-balancer --load-balancer-arn $arn',
  'elbv2 target-group': 'elbv2 delete-target-group --target-group-arn $arn',
  'ecr repository': 'ecr delete-repository --force --repository-name $id',
  'logs log-group': 'logs delete-log-group --log-group-name $id',
  'ec2 vpc': 'ec2 delete-vpc --vpc-id $id',
  'ec2 subnet': 'ec2 delete-subnet --subnet-id $id',
  'ec2 security-group': 'ec2 delete-security-group --group-id $id',
  'ec2 internet-gateway': 'ec2 delete-internet-gateway --internet-gateway-id $id',
  'ec2 route-table': 'ec2 delete-route-table --route-table-id $id',
  'ec2 nat-gateway': 'ec2 delete-nat-gateway --nat-gateway-id $id',
  'ec2 elastic-ip': 'ec2 release-address --allocation-id $id',
  'ec2 network-interface': 'ec2 delete-network-interface --network-interface-id $id',
  'ec2 vpc-endpoint': 'ec2 delete-vpc-endpoints --vpc-endpoint-ids $id',
  'ec2 instance': 'ec2 terminate-instances --instance-ids $id',
  'ec2 volume': 'ec2 delete-volume --volume-id $id',
  'ec2 snapshot': 'ec2 delete-snapshot --snapshot-id $id',
  'iam role': 'iam delete-role --role-name $id',
  'iam policy': 'iam delete-policy --policy-arn $arn',
  'iam instance-profile': 'iam delete-instance-profile --instance-profile-name $id',
  'secretsmanager secret': 'secretsmanager delete-secret --force-delete-without-recovery --secret-id $arn',
  'sns topic': 'sns delete-topic --topic-arn $arn',
  'cloudwatch alarm': 'cloudwatch delete-alarms --alarm-names $id',
  'cloudwatch dashboard': 'cloudwatch delete-dashboards --dashboard-names $id',
  'events rule': 'events delete-rule $bus--name $name',
  'application-autoscaling scalable-target':
    'application-autoscaling deregister-scalable-target --service-namespace ecs --scalable-dimension ecs:service:DesiredCount --resource-id $id',
  's3 bucket': 's3 rb --force s3://$id',
  'dynamodb table': 'dynamodb delete-table --table-name $id',
  'kms key': 'kms schedule-key-deletion --pending-window-in-days 7 --key-id $id',
  'kms alias': 'kms delete-alias --alias-name $id',
  'ec2 network-acl': 'ec2 delete-network-acl --network-acl-id $id',
  'ec2 dhcp-options': 'ec2 delete-dhcp-options --dhcp-options-id $id',
  'ec2 flow-log': 'ec2 delete-flow-logs --flow-log-ids $id',
  'ec2 peering-connection': 'ec2 delete-vpc-peering-connection --vpc-peering-connection-id $id',
  'ec2 egress-only-gateway': 'ec2 delete-egress-only-internet-gateway --egress-only-internet-gateway-id $id',
  'ec2 vpn-gateway': 'ec2 delete-vpn-gateway --vpn-gateway-id $id',
  'ec2 vpn-connection': 'ec2 delete-vpn-connection --vpn-connection-id $id',
  'ec2 customer-gateway': 'ec2 delete-customer-gateway --customer-gateway-id $id',
  'ec2 transit-gateway-attachment': 'ec2 delete-transit-gateway-vpc-attachment --transit-gateway-attachment-id $id',
  'ec2 transit-gateway-route-table': 'ec2 delete-transit-gateway-route-table --transit-gateway-route-table-id $id',
  'ec2 transit-gateway': 'ec2 delete-transit-gateway --transit-gateway-id $id',
  'ec2 image': 'ec2 deregister-image --image-id $id',
  'ec2 launch-template': 'ec2 delete-launch-template --launch-template-id $id',
  'iam user': 'iam delete-user --user-name $id',
  'rds cluster-parameter-group': 'rds delete-db-cluster-parameter-group --db-cluster-parameter-group-name $id',
  'rds option-group': 'rds delete-option-group --option-group-name $id',
  'rds db-proxy': 'rds delete-db-proxy --db-proxy-name $id',
  'dynamodb backup': 'dynamodb delete-backup --backup-arn $arn',
  'kms custom-key-store': 'kms delete-custom-key-store --custom-key-store-id $id',
};

/** Every kind has a command of its own, except those that Cloud Control API reads. */
export const COMMANDED: readonly string[] = Object.keys(COMMANDS);

/** These have to be removed first, since AWS would refuse otherwise. */
const BEFORE: Record<string, string> = {
  'ecs cluster': 'its services and tasks',
  'ec2 vpc': 'everything in it',
  'ec2 subnet': 'the network interfaces in it',
  'ec2 security-group': 'rules of other groups that name it',
  'ec2 internet-gateway': 'its attachment (aws ec2 detach-internet-gateway)',
  'ec2 route-table': 'its associations (aws ec2 disassociate-route-table)',
  'ec2 network-interface': 'whatever uses it',
  'ec2 volume': 'its attachment',
  'elbv2 target-group': 'the listeners that forward to it',
  'iam role': 'its policies (aws iam detach-role-policy, delete-role-policy) and instance profiles',
  'iam policy': 'its attachments and older versions',
  'iam instance-profile': 'the role in it',
  'events rule': 'its targets (aws events remove-targets)',
  's3 bucket': 'older versions and delete markers, when it is versioned: a teardown of the environment removes them',
  'ec2 network-acl': 'its associations (aws ec2 replace-network-acl-association)',
  'ec2 vpn-gateway': 'its attachment (aws ec2 detach-vpn-gateway)',
  'ec2 transit-gateway': 'its attachments and route tables',
  'ec2 image': 'nothing; its snapshots stay, and are removed after it',
  'iam user': 'its keys, policies and groups',
  'rds subnet-group': 'the databases in it',
  'rds parameter-group': 'the databases that use it',
};

export interface Removal {
  /** An authorized person can run the command as it is. */
  command: string;
  /** These have to be removed first. */
  after?: string;
}

/**
 * The AWS CLI does not take a value that begins so as it is: it is an option, a list in JSON (`["a","b"]` names two
 * alarms), or the content of a file.
 * https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-types.html
 * https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-file.html
 */
const NOT_LITERAL = /^(?:[-[{]|(?:fileb?|https?):\/\/)/;

/** The identifier of a queue is the address that SQS gives it. Version 2 of the AWS CLI does not read addresses. */
const isLiteral = ({ type, id }: Left) =>
  type === 'AWS::SQS::Queue' || [id, ...id.split('/')].every((word) => !NOT_LITERAL.test(word));

/**
 * Returns how to remove a leftover. The result is undefined for what has no command of its own, such as a scalable
 * target that is not of ECS, and for a name that the AWS CLI would take for something else.
 */
export function removalOf(
  left: Left,
  { region, accountId }: { region: string; accountId: string },
): Removal | undefined {
  if (!isLiteral(left)) return undefined;
  if (left.service === 'cloudcontrol') return { command: ofCloudControl(left, region) };
  const kind = `${left.service} ${left.type}`;
  const template = COMMANDS[kind];
  if (!template || (left.type === 'scalable-target' && !left.id.startsWith('service/'))) return undefined;
  const slash = left.id.lastIndexOf('/');
  const [parent, name] = [left.id.slice(0, Math.max(0, slash)), left.id.slice(slash + 1)];
  const values: Record<string, string> = {
    id: left.id,
    region,
    arn: left.arn ?? left.id,
    parent,
    name,
    queueUrl: `https://sqs.${region}.amazonaws.com/${accountId}/${left.id}`,
  };
  const command = template
    .replace('$bus', parent ? `--event-bus-name ${quoted(parent)} ` : '')
    .replaceAll(/\$(\w+)/g, (_, key: string) => quoted(values[key] ?? ''));
  const after = BEFORE[kind];
  return { command: `aws ${command} --region ${region}`, ...(after ? { after } : {}) };
}

/** Returns the command for all kinds of Cloud Control. The resource may be in another region, or in none. */
function ofCloudControl({ type, id, arn }: Left, own: string): string {
  const region = arn?.split(':')[3] || (genericOfType(type)?.global ? globalRegion(own) : own);
  return `aws cloudcontrol delete-resource --type-name ${type} --identifier ${quoted(id)} --region ${region}`;
}

/** Quotes a word. Anybody may have chosen a name, so it is always one word for the shell. */
function quoted(word: string): string {
  return /^[A-Za-z0-9@%+=:,./_-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
