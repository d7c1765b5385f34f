import type { AwsRequest, AwsResponse } from '../../../lab/service.ts';
import type { Pager } from './pager.ts';

/** Lists buckets by prefix, and answers for one whether it exists. */
export function s3({ method, url }: AwsRequest, pager: Pager): AwsResponse {
  const headers = { 'content-type': 'application/xml' };
  if (method === 'HEAD') {
    const found = pager.population.get('bucket', url.pathname.split('/')[1] ?? '');
    return { status: found ? 200 : 404, headers: { ...headers, 'x-amz-bucket-region': 'eu-west-1' }, body: '' };
  }
  const query = url.searchParams;
  if (query.has('tagging')) {
    return { status: 404, headers, body: '<Error><Code>NoSuchTagSet</Code><Message>none</Message></Error>' };
  }
  const prefix = query.get('prefix') ?? '';
  const token = query.get('continuation-token') ?? undefined;
  const { items, next } = pager.select('bucket', 1_000, token, ({ id }) => id.startsWith(prefix));
  const buckets = items.map(({ id }) => `<Bucket><Name>${id}</Name></Bucket>`).join('');
  const more = next === undefined ? '' : `<ContinuationToken>${next}</ContinuationToken>`;
  const body = `<ListAllMyBucketsResult><Buckets>${buckets}</Buckets>${more}</ListAllMyBucketsResult>`;
  return { status: 200, headers, body };
}
