import { afterEach, expect, test } from 'vitest';
import type { Candidate, Sweeper, SweepScope } from '../../../../lambdas/sweep/sweep-service.ts';
import { serveAws } from '../support/aws-server.ts';
import { aRequest } from '../support/fixtures.ts';

/** Every service that says when a resource was created is asked, or what a stranger creates under its name is removed. */

let end = () => {};
afterEach(() => end());

const AT = 1_769_864_400;
const ISO = new Date(AT * 1_000).toISOString();
const xml = (action: string, result: string) =>
  `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`;

/** The SDK sends every other request to the host of this URL. */
const QUEUE_URL = {
  GetQueueUrl: {
    get QueueUrl() {
      return `${process.env.AWS_ENDPOINT_URL}/1/q`;
    },
  },
};

type Case = [service: string, candidate: Candidate, bodies: Record<string, unknown>];

/** The keys are the operations, or methods, of the requests. */
const CASES: Case[] = [
  [
    'logs',
    { type: 'log-group', id: 'g' },
    { DescribeLogGroups: { logGroups: [{ logGroupName: 'g', creationTime: AT * 1_000 }] } },
  ],
  [
    'dynamodb',
    { type: 'table', id: 't' },
    { DescribeTable: { Table: { TableStatus: 'ACTIVE', CreationDateTime: AT } } },
  ],
  [
    'ecr',
    { type: 'repository', id: 'r' },
    { DescribeRepositories: { repositories: [{ repositoryName: 'r', createdAt: AT }] } },
  ],
  [
    'sqs',
    { type: 'queue', id: 'q' },
    { ...QUEUE_URL, GetQueueAttributes: { Attributes: { CreatedTimestamp: `${AT}` } } },
  ],
  [
    'ecs',
    { type: 'service', id: 'c/s' },
    { DescribeServices: { services: [{ serviceName: 's', status: 'ACTIVE', createdAt: AT }], failures: [] } },
  ],
  [
    'application-autoscaling',
    { type: 'scalable-target', id: 'service/c/s' },
    { DescribeScalableTargets: { ScalableTargets: [{ ResourceId: 'service/c/s', CreationTime: AT }] } },
  ],
  [
    'iam',
    { type: 'role', id: 'r' },
    { GetRole: xml('GetRole', `<Role><Arn>a</Arn><CreateDate>${ISO}</CreateDate></Role>`) },
  ],
  [
    'iam',
    { type: 'user', id: 'u' },
    { GetUser: xml('GetUser', `<User><Arn>a</Arn><CreateDate>${ISO}</CreateDate></User>`) },
  ],
  [
    'iam',
    { type: 'policy', id: 'a' },
    { GetPolicy: xml('GetPolicy', `<Policy><Arn>a</Arn><CreateDate>${ISO}</CreateDate></Policy>`) },
  ],
  [
    'rds',
    { type: 'db-instance', id: 'd' },
    {
      DescribeDBInstances: xml(
        'DescribeDBInstances',
        `<DBInstances><DBInstance><DBInstanceIdentifier>d</DBInstanceIdentifier><InstanceCreateTime>${ISO}</InstanceCreateTime></DBInstance></DBInstances>`,
      ),
    },
  ],
  [
    'rds',
    { type: 'db-cluster', id: 'd' },
    {
      DescribeDBClusters: xml(
        'DescribeDBClusters',
        `<DBClusters><DBCluster><DBClusterIdentifier>d</DBClusterIdentifier><ClusterCreateTime>${ISO}</ClusterCreateTime></DBCluster></DBClusters>`,
      ),
    },
  ],
  [
    's3',
    { type: 'bucket', id: 'b' },
    {
      HEAD: '',
      GET: `<ListAllMyBucketsResult><Buckets><Bucket><Name>b</Name><CreationDate>${ISO}</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>`,
    },
  ],
];

async function confirm(service: string, candidate: Candidate, bodies: Record<string, unknown>) {
  end = await serveAws(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const target = `${request.headers['x-amz-target'] ?? ''}`.split('.').at(-1);
    const operation = target || new URLSearchParams(text).get('Action') || request.method || '';
    const body = bodies[operation];
    response.setHeader('content-type', typeof body === 'string' ? 'text/xml' : 'application/x-amz-json-1.0');
    response.setHeader('x-amzn-requestid', 'r');
    response.end(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
  });
  const { sweeper } = (await import(`../../../../lambdas/aws/sweepers/${service}.ts`)) as { sweeper: Sweeper };
  return sweeper.confirm(candidate, { request: aRequest() } as SweepScope);
}

test.each(CASES)('%s, %o', async (service, candidate, bodies) => {
  const found = await confirm(service, { ...candidate, listedAt: ISO }, bodies);
  expect(found).toMatchObject({ status: 'PRESENT', created: { at: AT * 1_000 } });
});

test('S3 moves the date of a bucket with its changes', async () => {
  const [service, candidate, bodies] = CASES.at(-1) as Case;
  expect(await confirm(service, { ...candidate, listedAt: ISO }, bodies)).toMatchObject({
    created: { orChanged: true },
  });
});

test.each(['sqs', 's3'])('%s is not asked for what no inventory lists', async (service) => {
  const [, candidate, bodies] = CASES.find(([one]) => one === service) as Case;
  expect(await confirm(service, candidate, bodies)).not.toHaveProperty('created');
});

test('a queue of which SQS does not say when it was created is unknown', async () => {
  const bodies = { ...QUEUE_URL, GetQueueAttributes: { Attributes: {} } };
  await expect(confirm('sqs', { type: 'queue', id: 'q', listedAt: ISO }, bodies)).rejects.toThrow(/when queue/);
});
