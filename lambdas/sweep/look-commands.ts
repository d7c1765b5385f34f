import type { InventoryItem } from '../contracts/payloads/inventory.ts';

type Look = (id: string, of: readonly string[]) => readonly (string | undefined)[];

const RECORD = /^(Z[A-Z0-9]+)_(.+)_([A-Z]+)(?:_.*)?$/;

/**
 * Each command follows `aws`, and shows a part whose parent remains, so that the absence of the parent does not answer
 * for the part.
 */
const LOOKS: Readonly<Record<string, Look>> = {
  // The id has the zone, the name and the type:
  // https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/route53_record
  aws_route53_record: (id) => {
    const [, zone, name, type] = RECORD.exec(id) ?? [];
    return [
      ...['route53', 'list-resource-record-sets', '--max-items', '1'],
      ...['--hosted-zone-id', zone, '--start-record-name', name, '--start-record-type', type],
    ];
  },
  aws_lb_target_group_attachment: (_, [group]) => ['elbv2', 'describe-target-health', '--target-group-arn', group],
  aws_alb_target_group_attachment: (_, [group]) => ['elbv2', 'describe-target-health', '--target-group-arn', group],
  aws_iam_role_policy_attachment: (_, [role]) => ['iam', 'list-attached-role-policies', '--role-name', role],
  aws_iam_user_policy_attachment: (_, [user]) => ['iam', 'list-attached-user-policies', '--user-name', user],
  aws_iam_group_policy_attachment: (_, [group]) => ['iam', 'list-attached-group-policies', '--group-name', group],
  aws_iam_role_policy: (_, [role]) => ['iam', 'list-role-policies', '--role-name', role],
  aws_iam_user_policy: (_, [user]) => ['iam', 'list-user-policies', '--user-name', user],
  aws_s3_object: (id, [bucket]) => ['s3api', 'head-object', '--bucket', bucket, '--key', id],
  aws_lambda_permission: (_, [name]) => ['lambda', 'get-policy', '--function-name', name],
  aws_cloudwatch_event_target: (_, [rule]) => ['events', 'list-targets-by-rule', '--rule', rule],
  aws_sqs_queue_policy: (_, [url]) => [
    'sqs',
    'get-queue-attributes',
    '--attribute-names',
    'Policy',
    '--queue-url',
    url,
  ],
  aws_sns_topic_policy: (_, [arn]) => ['sns', 'get-topic-attributes', '--topic-arn', arn],
  aws_s3_bucket_policy: (_, [bucket]) => ['s3api', 'get-bucket-policy', '--bucket', bucket],
};

/** @returns undefined where there is no command, or where a name could be more than one word to a shell */
export function lookAt({ type, id, of = [] }: Pick<InventoryItem, 'type' | 'id' | 'of'>): string | undefined {
  const words = LOOKS[type]?.(id, of);
  if (!words?.every((word) => word !== undefined && /^[\w.:@/+=,-]+$/.test(word))) return undefined;
  return `aws ${words.join(' ')}`;
}
