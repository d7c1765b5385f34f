import type { AwsRequest, AwsResponse } from '../../../lab/service.ts';
import { json } from '../../../lab/service.ts';
import type { HttpPort } from '../../../lambdas/validation/observe-load-balancer.ts';
import { ACCOUNT, ADDRESS, aRequest, outputs, PREFIX, serviceArn } from '../../unit/lambdas/support/fixtures.ts';
import type { Play } from './endpoint.ts';
import { says } from './http.ts';

/**
 * The order platform has the form in which the services of AWS describe it, each in its own protocol. It is healthy
 * unless a test changes it.
 */

type Params = Record<string, unknown>;
export type Operations = Record<string, (params: Params) => object | string>;

const DIGEST = `sha256:${'a'.repeat(64)}`;
const LONG_AGO = Date.parse('2026-01-01T00:00:00Z') / 1_000;
const COMMIT = aRequest().commit;
const BALANCER = `arn:aws:elasticloadbalancing:eu-west-1:${ACCOUNT}:loadbalancer/app/${PREFIX}-alb/1`;
const LISTENER = BALANCER.replace(':loadbalancer/', ':listener/');
const URLS: Record<string, string> = {
  [outputs.api_service_name]: outputs.ecr_api_repository_url,
  [outputs.worker_service_name]: outputs.ecr_worker_repository_url,
};

export const service = (name: string, changes: object = {}) => ({
  serviceName: name,
  serviceArn: serviceArn(name),
  ...{ status: 'ACTIVE', desiredCount: 1, runningCount: 1, pendingCount: 0, events: [] },
  deployments: [
    {
      ...{ id: 'd', status: 'PRIMARY', rolloutState: 'COMPLETED', taskDefinition: 't' },
      ...{ createdAt: LONG_AGO, updatedAt: LONG_AGO },
    },
  ],
  ...changes,
});

const taskArn = (name: string, status: string) =>
  `arn:aws:ecs:eu-west-1:${ACCOUNT}:task/${PREFIX}-cluster/${name}-${status}`;

export const task = (arn: string, changes: object = {}) => {
  const name = Object.keys(URLS).find((one) => arn.includes(one)) ?? '';
  return {
    taskArn: arn,
    ...{ lastStatus: 'RUNNING', startedAt: LONG_AGO, taskDefinitionArn: 't', group: `service:${name}` },
    attachments: [
      {
        type: 'ElasticNetworkInterface',
        details: [{ name: 'privateIPv4Address', value: ADDRESS }],
        status: 'ATTACHED',
      },
    ],
    containers: [{ name: 'app', image: `${URLS[name]}:${COMMIT}`, imageDigest: DIGEST, lastStatus: 'RUNNING' }],
    ...changes,
  };
};

export const stopped = (arn: string) =>
  task(arn, {
    lastStatus: 'STOPPED',
    stoppedAt: Date.now() / 1_000 - 60,
    ...{ stopCode: 'EssentialContainerExited', stoppedReason: 'Essential container in task exited' },
  });

const member = (name: string, xml: string) => `<${name}>${xml ? `<member>${xml}</member>` : ''}</${name}>`;
export const health = (state: string) =>
  member(
    'TargetHealthDescriptions',
    `<Target><Id>${ADDRESS}</Id><Port>8080</Port></Target><TargetHealth><State>${state}</State></TargetHealth>`,
  );

const rules = (type: string, group = '') =>
  member(
    'Rules',
    `<Priority>default</Priority><Conditions/>${member('Actions', `<Type>${type}</Type>${group && `<TargetGroupArn>${group}</TargetGroupArn>`}`)}`,
  );

const ecs: Operations = {
  'ecs DescribeServices': ({ services }) => ({
    services: (services as string[]).map((one) => service(one)),
    failures: [],
  }),
  'ecs ListTasks': ({ serviceName, desiredStatus }) => ({
    taskArns: desiredStatus === 'RUNNING' ? [taskArn(String(serviceName), 'running')] : [],
  }),
  'ecs DescribeTasks': ({ tasks }) => ({ tasks: (tasks as string[]).map((one) => task(one)), failures: [] }),
  'ecs DescribeTaskDefinition': ({ taskDefinition }) => definition(String(taskDefinition)),
};

const isDeadLetters = (url: unknown) => String(url).endsWith('-dlq');
const definition = (name: string) => ({
  taskDefinition: {
    ...{ taskDefinitionArn: name, status: 'ACTIVE' },
    containerDefinitions: [{ name: 'app', image: 'app', essential: true }],
  },
});

const queueIs = (visible: number) => () => ({
  Attributes: {
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: '0',
    ApproximateNumberOfMessagesDelayed: '0',
  },
});

const line = (message: string) => ({
  ...{ timestamp: Date.now() - 1_000, ingestionTime: Date.now(), eventId: message },
  ...{ logStreamName: 'worker/1', message },
});

/** The newest order has this correlation id. */
let order = '';

const HEALTHY: Operations = {
  ...ecs,
  'elasticloadbalancing DescribeTargetGroups': () =>
    member(
      'TargetGroups',
      `<TargetGroupArn>${outputs.api_target_group_arn}</TargetGroupArn><HealthCheckPath>/actuator/health</HealthCheckPath><Matcher><HttpCode>200</HttpCode></Matcher>${member('LoadBalancerArns', '').replace('><', `><member>${BALANCER}</member><`)}`,
    ),
  'elasticloadbalancing DescribeLoadBalancers': () =>
    member('LoadBalancers', `<LoadBalancerArn>${BALANCER}</LoadBalancerArn><DNSName>${outputs.alb_dns_name}</DNSName>`),
  'elasticloadbalancing DescribeListeners': () =>
    member('Listeners', `<ListenerArn>${LISTENER}</ListenerArn><Protocol>HTTP</Protocol><Port>80</Port>`),
  'elasticloadbalancing DescribeRules': () => rules('forward', outputs.api_target_group_arn),
  'elasticloadbalancing DescribeTargetHealth': () => health('healthy'),
  'logs DescribeLogGroups': () => ({ logGroups: [{ logGroupName: outputs.log_group_worker, storedBytes: 1 }] }),
  'logs DescribeLogStreams': () => ({ logStreams: [{ logStreamName: 'worker/1', lastEventTimestamp: Date.now() }] }),
  'logs FilterLogEvents': ({ logGroupName, filterPattern }) => {
    const api = logGroupName === outputs.log_group_api;
    const about = api
      ? [`order event published ${order}`]
      : [`SQS message received ${order}`, `Order o-1 PROCESSED ${order}`];
    const orders = String(filterPattern ?? '').includes('runbook-');
    return { events: (orders ? about : filterPattern ? [] : ['all is well']).map(line), searchedLogStreams: [] };
  },
  'sqs GetQueueAttributes': queueIs(0),
  'ecr DescribeImages': ({ repositoryName }) => ({
    imageDetails: [
      { repositoryName, imageDigest: DIGEST, imageTags: [COMMIT, 'api-main', 'worker-main'], imagePushedAt: LONG_AGO },
    ],
  }),
  'ecr BatchGetImage': () => ({ images: [], failures: [] }),
  'dynamodb DescribeTable': () => ({
    Table: { TableStatus: 'ACTIVE', KeySchema: [{ AttributeName: 'LockID', KeyType: 'HASH' }] },
  }),
  's3 HeadBucket': () => '',
  's3 HeadObject': () => '',
  's3 versioning': () => '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
  's3 encryption': () =>
    '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>',
  's3 publicAccessBlock': () => `<PublicAccessBlockConfiguration>${blocks('true')}</PublicAccessBlockConfiguration>`,
};

const blocks = (value: string) =>
  ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets']
    .map((name) => `<${name}>${value}</${name}>`)
    .join('');

export interface Broken {
  name: string;
  changes?: Operations;
  /** What an answer that is behind says instead. The default is a world that is well. */
  before?: Operations;
  http?: HttpPort;
}

export const NOT_FOUND = (name: string) => () => {
  throw new ServiceError(name);
};

export class ServiceError extends Error {
  override readonly name: string;
  constructor(name: string) {
    super(name);
    this.name = name;
  }
}

/** A check must not pass in any of these worlds. */
export const BROKEN: Record<string, readonly Broken[]> = {
  'ecs-services': [
    { name: 'too few', changes: { 'ecs DescribeServices': everyService({ desiredCount: 2 }) } },
    {
      name: 'missing',
      changes: {
        'ecs DescribeServices': ({ services }) => ({
          services: [],
          failures: (services as string[]).map((one) => ({ arn: serviceArn(one), reason: 'MISSING' })),
        }),
      },
    },
    {
      name: 'crash loop',
      changes: {
        'ecs ListTasks': ({ serviceName, desiredStatus }) => ({
          taskArns: ['1', '2', '3', '4', '5']
            .map((n) => taskArn(String(serviceName), `${desiredStatus}-${n}`))
            .slice(0, desiredStatus === 'RUNNING' ? 1 : 5),
        }),
        'ecs DescribeTasks': ({ tasks }) => ({
          tasks: (tasks as string[]).map((one) => (one.includes('STOPPED') ? stopped(one) : task(one))),
          failures: [],
        }),
      },
    },
  ],
  'alb-health': [
    { name: 'unhealthy', changes: { 'elasticloadbalancing DescribeTargetHealth': () => health('unhealthy') } },
    { name: 'down', http: async () => says(503, { status: 'DOWN' }) },
    {
      name: 'answered by itself',
      changes: { 'elasticloadbalancing DescribeRules': () => rules('fixed-response') },
    },
    {
      name: 'answered by another group',
      changes: {
        'elasticloadbalancing DescribeRules': () => rules('forward', `${outputs.api_target_group_arn}-other`),
      },
    },
    {
      name: 'of another load balancer',
      changes: {
        'elasticloadbalancing DescribeLoadBalancers': () =>
          member('LoadBalancers', `<LoadBalancerArn>${BALANCER}</LoadBalancerArn><DNSName>elsewhere</DNSName>`),
      },
    },
  ],
  'worker-logs': [
    { name: 'no group', changes: { 'logs DescribeLogGroups': () => ({ logGroups: [] }) } },
    { name: 'silent', changes: { 'logs FilterLogEvents': () => ({ events: [], searchedLogStreams: [] }) } },
    {
      name: 'error burst',
      changes: {
        'logs FilterLogEvents': ({ filterPattern }) => ({
          events: Array.from({ length: filterPattern ? 60 : 1 }, (_, n) =>
            line(filterPattern ? `ERROR no database ${n}` : 'well'),
          ),
          searchedLogStreams: [],
        }),
      },
    },
  ],
  'sqs-backlog': [
    {
      name: 'dead letters',
      changes: {
        'sqs GetQueueAttributes': ({ QueueUrl }) => queueIs(isDeadLetters(QueueUrl) ? 3 : 0)(),
      },
    },
    {
      name: 'backlog',
      changes: {
        'sqs GetQueueAttributes': ({ QueueUrl }) => queueIs(isDeadLetters(QueueUrl) ? 0 : 500)(),
      },
    },
    { name: 'no queue', changes: { 'sqs GetQueueAttributes': NOT_FOUND('QueueDoesNotExist') } },
  ],
  'ecr-images': [
    { name: 'no image', changes: { 'ecr DescribeImages': NOT_FOUND('ImageNotFoundException') } },
    {
      name: 'another image runs',
      changes: {
        'ecs DescribeTasks': ({ tasks }) => ({
          tasks: (tasks as string[]).map((one) => {
            const [container] = task(one).containers;
            return task(one, { containers: [{ ...container, imageDigest: DIGEST.replaceAll('a', 'b') }] });
          }),
          failures: [],
        }),
      },
    },
  ],
  backend: [
    {
      name: 'not versioned',
      changes: { 's3 versioning': () => '<VersioningConfiguration></VersioningConfiguration>' },
    },
    {
      name: 'not encrypted',
      changes: { 's3 encryption': NOT_FOUND('ServerSideEncryptionConfigurationNotFoundError') },
    },
    {
      name: 'public',
      changes: {
        's3 publicAccessBlock': () =>
          `<PublicAccessBlockConfiguration>${blocks('false')}</PublicAccessBlockConfiguration>`,
      },
    },
    { name: 'no state', changes: { 's3 HeadObject': NOT_FOUND('404') } },
    { name: 'no bucket', changes: { 's3 HeadBucket': NOT_FOUND('404') } },
    { name: 'no table', changes: { 'dynamodb DescribeTable': NOT_FOUND('ResourceNotFoundException') } },
  ],
  'e2e-order': [
    { name: 'never processed', http: orders('PENDING') },
    { name: 'failed', http: orders('FAILED') },
    { name: 'not consumed', changes: { 'logs FilterLogEvents': () => ({ events: [], searchedLogStreams: [] }) } },
    { name: 'message stays', changes: { 'sqs GetQueueAttributes': growing() } },
  ],
};

function everyService(changes: object): Operations[string] {
  return ({ services }) => ({ services: (services as string[]).map((one) => service(one, changes)), failures: [] });
}

function growing(): Operations[string] {
  let calls = 0;
  return ({ QueueUrl }) => queueIs(isDeadLetters(QueueUrl) ? 0 : 100 + calls++)();
}

/** Returns an API whose orders end in a status. */
export function orders(last: string): HttpPort {
  let reads = 0;
  return async ({ method, path, headers }) => {
    if (path.includes('health')) return says(200, { status: 'UP' });
    if (method === 'POST') {
      order = headers?.['x-correlation-id'] ?? '';
      reads = 0;
      return says(202, { orderId: 'o-1' });
    }
    const status = reads++ === 0 ? 'PENDING' : last;
    return says(200, { id: 'o-1', status, retryCount: 0, failureReason: status === 'FAILED' ? 'no stock' : null });
  };
}

const S3_QUERIES = ['versioning', 'encryption', 'publicAccessBlock'];

function nameOf({ service: name, action, method, url }: AwsRequest): string {
  if (name !== 's3') return `${name} ${action ?? `${method} ${url.pathname}`}`;
  const query = S3_QUERIES.find((one) => url.searchParams.has(one));
  const onObject = url.pathname.split('/').filter(Boolean).length > 1;
  if (onObject) return method === 'GET' ? 's3 GetObject' : 's3 HeadObject';
  return `s3 ${query ?? (method === 'HEAD' ? 'HeadBucket' : method)}`;
}

export function platform(changes: Operations = {}): Play {
  const operations = { ...HEALTHY, ...changes };
  return (request) => {
    const name = nameOf(request);
    const operation = operations[name];
    if (!operation) throw new Error(`${name} is not played here`);
    try {
      return answer(request, name, operation(request.params));
    } catch (error) {
      if (error instanceof ServiceError) return failure(request, error);
      throw error;
    }
  };
}

function answer({ service: name, action }: AwsRequest, operation: string, body: object | string): AwsResponse {
  if (typeof body === 'object') return json(body);
  const own = { 'x-amz-bucket-region': 'eu-west-1', ...(operation === 's3 HeadObject' ? { etag: '"1"' } : {}) };
  const headers = { 'content-type': 'text/xml', ...(name === 's3' ? own : {}) };
  const xml =
    name === 's3' ? body : `<${action}Response><${action}Result>${body}</${action}Result></${action}Response>`;
  return { status: 200, headers, body: xml };
}

const XML = new Set(['elasticloadbalancing', 'rds']);

function failure({ service: name, method }: AwsRequest, { name: code }: ServiceError): AwsResponse {
  if (XML.has(name)) {
    const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${code}</Message></Error>`;
    return { status: 400, headers: { 'content-type': 'text/xml' }, body: `<ErrorResponse>${error}</ErrorResponse>` };
  }
  if (name !== 's3') {
    return {
      ...json({ __type: code, message: code }, 400),
      headers: {
        ...{ 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': code },
        // SQS has been a service of the query protocol, and says what its errors are called there.
        ...(name === 'sqs' ? { 'x-amzn-query-error': `${code};Sender` } : {}),
      },
    };
  }
  const headers = { 'content-type': 'application/xml' };
  return {
    status: 404,
    headers,
    body: method === 'HEAD' ? '' : `<Error><Code>${code}</Code><Message>none</Message></Error>`,
  };
}
