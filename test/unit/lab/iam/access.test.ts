import { describe, expect, test } from 'vitest';
import { accessOf } from '../../../../lab/iam/access.ts';
import { aCall } from './request.ts';

const place = { region: 'eu-west-1', accountId: '123456789012' };
const R = 'eu-west-1:123456789012';

const rows: [string, Parameters<typeof aCall>, unknown][] = [
  [
    'a queue by its URL',
    ['sqs', { action: 'GetQueueAttributes', params: { QueueUrl: 'http://127.0.0.1:1/123456789012/orders' } }],
    [{ action: 'sqs:GetQueueAttributes', resources: [`arn:aws:sqs:${R}:orders`] }],
  ],
  [
    'services of a cluster by name and by ARN',
    [
      'ecs',
      {
        action: 'DescribeServices',
        params: { cluster: `arn:aws:ecs:${R}:cluster/c`, services: ['a', `arn:aws:ecs:${R}:service/c/b`] },
      },
    ],
    [
      {
        action: 'ecs:DescribeServices',
        resources: [`arn:aws:ecs:${R}:service/c/a`, `arn:aws:ecs:${R}:service/c/b`],
        context: { 'ecs:cluster': `arn:aws:ecs:${R}:cluster/c` },
      },
    ],
  ],
  [
    'an action without any resource',
    ['ec2', { action: 'DescribeVpcs' }],
    [{ action: 'ec2:DescribeVpcs', resources: ['*'] }],
  ],
  [
    'a service whose signature has another name',
    ['monitoring', { path: '/service/GraniteServiceVersion20100801/operation/DescribeAlarms' }],
    [{ action: 'cloudwatch:DescribeAlarms', resources: [`arn:aws:cloudwatch:${R}:alarm:*`] }],
  ],
  [
    'a build by its id',
    ['codebuild', { action: 'BatchGetBuilds', params: { ids: ['p:1', 'p:2', 'q:1'] } }],
    [
      {
        action: 'codebuild:BatchGetBuilds',
        resources: [`arn:aws:codebuild:${R}:project/p`, `arn:aws:codebuild:${R}:project/q`],
      },
    ],
  ],
  [
    'a function by its ARN in a path',
    ['lambda', { path: `/2015-03-31/functions/${encodeURIComponent(`arn:aws:lambda:${R}:function:f`)}/invocations` }],
    [{ action: 'lambda:InvokeFunction', resources: [`arn:aws:lambda:${R}:function:f`] }],
  ],
  [
    'a schedule, and the role that it is given',
    ['scheduler', { path: '/schedules/s', params: { GroupName: 'g', Target: { RoleArn: 'arn:aws:iam::1:role/r' } } }],
    [
      { action: 'scheduler:CreateSchedule', resources: [`arn:aws:scheduler:${R}:schedule/g/s`] },
      {
        action: 'iam:PassRole',
        resources: ['arn:aws:iam::1:role/r'],
        context: { 'iam:PassedToService': 'scheduler.amazonaws.com' },
      },
    ],
  ],
  [
    'the end of a schedule',
    ['scheduler', { method: 'DELETE', path: '/schedules/s?groupName=g' }],
    [{ action: 'scheduler:DeleteSchedule', resources: [`arn:aws:scheduler:${R}:schedule/g/s`] }],
  ],
  [
    'a table by name',
    ['dynamodb', { action: 'PutItem', params: { TableName: 't' } }],
    [{ action: 'dynamodb:PutItem', resources: [`arn:aws:dynamodb:${R}:table/t`] }],
  ],
  ['what nobody here knows', ['dynamodb', { action: 'PutItem' }], undefined],
  ['a path that nobody here knows', ['lambda', { method: 'GET', path: '/2015-03-31/functions' }], undefined],
];

describe('a call is about', () => {
  test.each(rows)('%s', async (_name, call, access) => {
    expect(await accessOf(aCall(...call), place)).toEqual(access);
  });
});

const s3: [string, string, string, Record<string, string>, string[]][] = [
  ['GET', '/', '', {}, ['s3:ListAllMyBuckets *']],
  ['GET', '/b/a/k%20ey', '', {}, ['s3:GetObject arn:aws:s3:::b/a/k ey']],
  ['HEAD', '/b/k', '?versionId=1', {}, ['s3:GetObjectVersion arn:aws:s3:::b/k']],
  ['PUT', '/b/k', '', {}, ['s3:PutObject arn:aws:s3:::b/k']],
  [
    'PUT',
    '/b/k',
    '',
    { 'x-amz-copy-source': '/c/x%20y?versionId=2' },
    ['s3:PutObject arn:aws:s3:::b/k', 's3:GetObject arn:aws:s3:::c/x y'],
  ],
  ['DELETE', '/b/k', '?versionId=1', {}, ['s3:DeleteObjectVersion arn:aws:s3:::b/k']],
  ['GET', '/b', '?list-type=2&prefix=a%2F', {}, ['s3:ListBucket arn:aws:s3:::b']],
  ['HEAD', '/b/', '', {}, ['s3:ListBucket arn:aws:s3:::b']],
  ['GET', '/b', '?versions', {}, ['s3:ListBucketVersions arn:aws:s3:::b']],
  ['GET', '/b', '?encryption', {}, ['s3:GetEncryptionConfiguration arn:aws:s3:::b']],
  ['PUT', '/b', '?publicAccessBlock', {}, ['s3:PutBucketPublicAccessBlock arn:aws:s3:::b']],
];

describe('a call to S3 needs', () => {
  test.each(s3)('%s %s%s', async (method, path, query, headers, wanted) => {
    const access = await accessOf(aCall('s3', { method, path: path + query, headers }), place);
    expect(access?.flatMap(({ action, resources }) => resources.map((one) => `${action} ${one}`))).toEqual(wanted);
  });

  test('either permission for each object that is to go, by whether a version is named', async () => {
    const xml =
      '<Delete><Object><Key>a&amp;b</Key><VersionId>1</VersionId></Object><Object><Key>c</Key></Object></Delete>';
    const access = await accessOf(aCall('s3', { path: '/b?delete', body: Buffer.from(xml) }), place);
    expect(access).toEqual([
      { action: 's3:DeleteObjectVersion', resources: ['arn:aws:s3:::b/a&b'] },
      { action: 's3:DeleteObject', resources: ['arn:aws:s3:::b/c'] },
    ]);
  });

  test('the prefix that is listed, which policies may limit', async () => {
    const access = await accessOf(aCall('s3', { method: 'GET', path: '/b?list-type=2&prefix=a%2F' }), place);
    expect(access?.[0]?.context).toEqual({ 's3:prefix': 'a/' });
  });
});
