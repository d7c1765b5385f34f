import type { DeleteObjectsOutput, ListObjectsV2Output, ListObjectVersionsOutput } from '@aws-sdk/client-s3';
import type { DescribeSecretResponse } from '@aws-sdk/client-secrets-manager';
import type { ListQueuesResult, ListQueueTagsResult } from '@aws-sdk/client-sqs';

/**
 * The operations whose response leaves out a list that is empty. Every other operation sends an empty list. Each function
 * returns undefined when the response is none of its operation: another member, or the request id, shows that.
 */

type Metadata = { $metadata: { requestId?: string | undefined } };

/** SQS leaves the member out in both of its protocols: https://github.com/boto/boto3/issues/1813 */
export function queueUrlsOf(response: ListQueuesResult & Metadata): readonly string[] | undefined {
  return response.QueueUrls ?? (response.QueueUrls === undefined && response.$metadata.requestId ? [] : undefined);
}

/** The same holds for the tags of a queue. */
export function queueTagsOf(response: ListQueueTagsResult & Metadata): Record<string, string> | undefined {
  return response.Tags ?? (response.Tags === undefined && response.$metadata.requestId ? {} : undefined);
}

/** So does Secrets Manager for a secret that never had a tag; the ARN shows that it answered. */
export function secretTagsOf({ ARN, Tags }: DescribeSecretResponse) {
  return Tags ?? (ARN === undefined ? undefined : []);
}

/**
 * S3 has flattened lists: an empty one has no element at all.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export function contentsOf(response: ListObjectsV2Output) {
  return response.Contents ?? (response.KeyCount === 0 ? [] : undefined);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html */
export function versionsOf({ Versions, DeleteMarkers, Name, IsTruncated }: ListObjectVersionsOutput) {
  const answered = Name !== undefined && IsTruncated !== undefined;
  return answered ? [...(Versions ?? []), ...(DeleteMarkers ?? [])] : undefined;
}

/** A quiet deletion answers with its errors alone: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
export function errorsOf({ Errors }: DeleteObjectsOutput) {
  return Errors ?? [];
}
