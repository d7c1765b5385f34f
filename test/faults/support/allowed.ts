import type { Cell } from './cells.ts';

interface Allowance {
  cell: RegExp;
  because: string;
}

/** These cells may differ. Each one has its reason. */
export const ALLOWED: readonly Allowance[] = [
  {
    cell: /^(ec2|rds|elbv2|iam|sns|s3) .* (is a text|is an object)$/,
    because: 'The SDK reads an XML list with something else in it as an empty list; nothing behind the SDK can tell.',
  },
  {
    cell: / · (ec2|rds|sns|iam|elasticloadbalancing) \w+ · \w+ (is a text|is an object)$/,
    because: 'The same in the cells of removals and of orphaned resources.',
  },
  {
    cell: /^foreign .* · inventory · \S+ (ListTagsForResource|DescribeTags|DescribeSecret) · (tokens|empty page)/,
    because: 'The answers of these have no pages, and no token.',
  },
  {
    cell: /^foreign .* · (sqs ListQueueTags|secretsmanager DescribeSecret) · Tags (is missing|is null|has null items)$/,
    because: 'It is the answer for what has no tags, and what the inventory lists needs none.',
  },
  {
    cell: /^RDS manages the secret .* DescribeSecret.* · OwningService (is missing|is null|has null items)$/,
    because:
      'The answer leaves it out for a secret that no service manages. Secrets Manager itself refuses to delete one of RDS.',
  },
  {
    cell: /^foreign .* · (sqs|logs|application-autoscaling) List\w+ · [Tt]ags (is an object|has empty items)$/,
    because: 'A map of tags may have any keys, and none.',
  },
  {
    cell: / · s3 GET \S+terraform\.tfstate · (tokens|empty page)/,
    because: 'An object of S3 is no list. Its bytes are checked, and a state without resources is one.',
  },
  {
    cell: /^sqs .* ListQueues · QueueUrls is (missing|null)$/,
    because: 'It is the answer that SQS gives when there are no queues.',
  },
  {
    cell: /^ec2 .* DescribeAddresses · (tokens|empty page)/,
    because: 'DescribeAddresses has no pages, and its answer no token.',
  },
  {
    cell: /^s3 .* HEAD .* HTML with 404$/,
    because: 'A HEAD has no body: a 404 is all that S3 says of a bucket that does not exist.',
  },
  {
    cell: /^preflight · state bucket is in another region · .*HEAD.* · HTML with 404$/,
    because: 'The same; the bootstrap fails for the name then, before anything else is made.',
  },
  {
    cell: /^e2e-order · not consumed · FilterLogEvents · stale once$/,
    because:
      'The late answer is of a world in which the worker has deleted this very order, so it cannot be older than the order.',
  },
  {
    cell: /^resources (lambda|invoke) · .* · ReservedConcurrentExecutions (is missing|is null|has null items|is a number)$/,
    because:
      'Lambda leaves it out for a function without a reserved concurrency, and the SDK reads null as left out. Any number but 0 is a concurrency.',
  },
  {
    cell: /^build · no project · ListBuildsForProject · stale once$/,
    because:
      'CodeBuild keeps the builds of a project that is deleted. What the late list names is read by BatchGetBuilds, with its variables and its end.',
  },
  {
    cell: /^build · no quota · StartBuild · stale once$/,
    because: 'StartBuild is no read: a build of its answer has started, and BatchGetBuilds reads how it ended.',
  },
  {
    cell: /^preflight .* GetItem · Item (is missing|is null|has null items)$/,
    because:
      'DynamoDB leaves Item out when there is no such item, and the SDK reads null as left out. The claim reads the record again, and refuses what preflight has not seen.',
  },
];

export function allowed({ name }: Cell): boolean {
  return ALLOWED.some(({ cell }) => cell.test(name));
}
