import type { DeleteObjectsOutput, ListObjectsV2Output, ListObjectVersionsOutput } from '@aws-sdk/client-s3';
import type { DescribeSecretResponse } from '@aws-sdk/client-secrets-manager';
import type { ListQueuesResult, ListQueueTagsResult } from '@aws-sdk/client-sqs';

/**
 * The responses of these operations omit an empty list. Every other operation sends an empty list. Each function
 * returns undefined when the response is not one of its operation, which another member, or the request id, shows.
 */

type Metadata = { $metadata: { requestId?: string | undefined } };

/** SQS omits the member in both of its protocols: https://github.com/boto/boto3/issues/1813 */
export function queueUrlsOf(response: ListQueuesResult & Metadata): readonly string[] | undefined {
  return response.QueueUrls ?? (response.QueueUrls === undefined && response.$metadata.requestId ? [] : undefined);
}

/** SQS also omits the tags of a queue without tags. */
export function queueTagsOf(response: ListQueueTagsResult & Metadata): Record<string, string> | undefined {
  return response.Tags ?? (response.Tags === undefined && response.$metadata.requestId ? {} : undefined);
}

/** Secrets Manager omits the tags of a secret that never had a tag. The ARN shows that the service responded. */
export function secretTagsOf({ ARN, Tags }: DescribeSecretResponse) {
  return Tags ?? (ARN === undefined ? undefined : []);
}

/**
 * S3 uses flattened lists: an empty list has no element at all.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export function contentsOf(response: ListObjectsV2Output) {
  return response.Contents ?? (response.KeyCount === 0 ? [] : undefined);
}

/**
 * S3 also omits empty lists of versions: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
 */
export function versionsOf({ Versions, DeleteMarkers, Name, IsTruncated }: ListObjectVersionsOutput) {
  const answered = Name !== undefined && IsTruncated !== undefined;
  return answered ? [...(Versions ?? []), ...(DeleteMarkers ?? [])] : undefined;
}

/**
 * The response of a quiet deletion contains only the errors:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
 */
export function errorsOf({ Errors }: DeleteObjectsOutput) {
  return Errors ?? [];
}
