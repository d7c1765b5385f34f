import type { Cell } from './cells.ts';

interface Allowance {
  cell: RegExp;
  because: string;
}

/** Cells that may differ, each with its reason. */
export const ALLOWED: readonly Allowance[] = [
  {
    cell: /^(ec2|rds|elbv2|iam|sns|s3) .* (is a text|is an object)$/,
    because: 'The SDK reads an XML list with something else in it as an empty list; nothing behind the SDK can tell.',
  },
  {
    cell: /^(foreign|untagged|guarded) .* · (rds|sns|iam|s3|ec2|elasticloadbalancing) \S+ · .* (is a text|is an object)$/,
    because: 'The same of tags, and what the inventory lists needs none.',
  },
  {
    cell: /^foreign .* · inventory · \w+ ListTagsForResource · (tokens|empty page)/,
    because: 'These lists of tags have no pages, and their answers no token.',
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
    cell: /^e2e-order · not consumed · FilterLogEvents · stale once$/,
    because:
      'The late answer is of a world in which the worker has deleted this very order, so it cannot be older than the order.',
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
