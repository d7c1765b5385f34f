import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SweepScope } from '../../../../lambdas/sweep/sweep-service.ts';
import { serveAws } from '../support/aws-server.ts';
import { aRequest } from '../support/fixtures.ts';

/** All accounts share the names of buckets. The answer to a HEAD has no body that gives the reason of a refusal. */

const BUCKET = 'order-platform-dev-v3-tfstate-123456789012';
let head: { status: number; region?: string };
let listed: string[] | 'denied';
let end: () => void;

beforeAll(async () => {
  end = await serveAws((request, response) => {
    if (request.method === 'HEAD') {
      const { status, region } = head;
      response.writeHead(status, region ? { 'x-amz-bucket-region': region } : {}).end();
      // S3 redirects a client to another region. The next answer comes from that region.
      if (status === 301) head = { status: 200, ...(region ? { region } : {}) };
      return;
    }
    const names = listed === 'denied' ? [] : listed;
    response
      .writeHead(listed === 'denied' ? 403 : 200, { 'content-type': 'application/xml', 'x-amz-request-id': 'r' })
      .end(
        listed === 'denied'
          ? '<Error><Code>AccessDenied</Code><Message>no</Message></Error>'
          : `<ListAllMyBucketsResult><Buckets>${names.map((name) => `<Bucket><Name>${name}</Name></Bucket>`).join('')}</Buckets></ListAllMyBucketsResult>`,
      );
  });
});
afterAll(() => end());

describe('a bucket that a sweep asks for', () => {
  test.each<[string, typeof head, typeof listed, string]>([
    ['is there', { status: 200, region: 'eu-west-1' }, [BUCKET], 'PRESENT eu-west-1'],
    ['is there, in another region', { status: 301, region: 'eu-central-1' }, [BUCKET], 'PRESENT eu-central-1'],
    ['is gone', { status: 404 }, [], 'ABSENT NotFound'],
    [
      'is of another account',
      { status: 403 },
      [],
      'ABSENT another account has a bucket of this name, and this account has none',
    ],
    ['is of another account beside one of ours', { status: 403 }, [`${BUCKET}-logs`], 'ABSENT another account'],
    ['is ours and may not be read', { status: 403 }, [BUCKET], 'UNKNOWN'],
    ['may be anybody’s, as nothing may be read', { status: 403 }, 'denied', 'UNKNOWN'],
    ['is broken', { status: 500 }, [], 'UNKNOWN'],
  ])('%s', async (_, answer, list, expected) => {
    const { sweeper } = await import('../../../../lambdas/aws/sweepers/s3.ts');
    head = answer;
    listed = list;
    const scope = { request: aRequest({ machine: 'sweep' }) } as SweepScope;
    const said = await sweeper.confirm({ type: 'bucket', id: BUCKET }, scope).then(
      ({ status, reason }) => `${status} ${reason}`,
      () => 'UNKNOWN',
    );
    expect(said).toContain(expected);
  });
});

test.each<[string, typeof head, object]>([
  ['free', { status: 404 }, { kind: 'none' }],
  ['ours here', { status: 200, region: 'eu-west-1' }, { kind: 'found', region: 'eu-west-1' }],
  ['ours elsewhere', { status: 301, region: 'eu-central-1' }, { kind: 'found', region: 'eu-central-1' }],
  ['of another account', { status: 403 }, { kind: 'denied' }],
])('the name of a bucket is %s', async (_, answer, expected) => {
  const { bucketPlace } = await import('../../../../lambdas/aws/state-bucket.ts');
  head = answer;
  expect(await bucketPlace(BUCKET, '123456789012')).toEqual(expected);
});

test('a bucket of which S3 does not say where it is, is nowhere', async () => {
  const { bucketPlace } = await import('../../../../lambdas/aws/state-bucket.ts');
  head = { status: 200 };
  await expect(bucketPlace(BUCKET, '123456789012')).rejects.toThrow(/the region of/);
});
