import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { StartDBInstanceCommand, StopDBInstanceCommand, waitUntilDBInstanceAvailable } from '@aws-sdk/client-rds';
import { PurgeQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { CheckName } from '../../../lambdas/contracts/contracts.ts';
import { answerWith, deregisterOneOfTwo, forwardToSlowTask, type Respond, registerStranger } from './balancer.ts';
import { emptyFirstPage, type Interception, refusal } from './interception.ts';
import { type Platform, until } from './platform.ts';
import { moveStableTag } from './stable-tag.ts';
import { useSteadily } from './use.ts';

type Undo = () => Promise<void>;

/** A row has one way in which a platform is broken, and the result of a validation. */
export interface Break {
  name: string;
  /** Breaks a healthy platform. @returns a function that repairs it */
  break(platform: Platform): Promise<Undo>;
  /** These checks must not pass, with a reason that informs the operator; every other check must pass. */
  expect: Partial<Record<CheckName, { status: 'failed' | 'unknown'; reason: RegExp }>>;
  /** The message reaches the subscribers of the runbook's notifications, by EventBridge, without a validation. */
  alert?: RegExp;
}

const CHANGED_BY_HAND = {
  status: 'failed',
  reason: /worker-svc: runs order-platform-\S+-worker:\d+, but Terraform applied order-platform-\S+-worker:\d+/,
} as const;

/** To add a break, add a row. It runs after the others, on the same environment. */
export const BREAKS: readonly Break[] = [
  {
    name: 'worker killed once, and back',
    async break(platform) {
      platform.killWorker();
      return async () => {};
    },
    expect: {},
  },
  { name: 'in steady use', break: useSteadily, expect: {} },
  {
    name: 'worker crash-looping',
    async break(platform) {
      const end = await platform.crashWorker();
      return async () => {
        end();
        await platform.renewWorker();
      };
    },
    expect: {
      'ecs-services': { status: 'failed', reason: /worker-svc: \d+ tasks stopped since the deployment, .*exit 137/ },
      'ecr-images': {
        status: 'failed',
        reason: /worker-svc: (no task runs an image|the container of a running task is)/,
      },
      'e2e-order': { status: 'failed', reason: /not seen by the worker.*worker-svc: \d+ tasks stopped/ },
      'sqs-backlog': { status: 'failed', reason: /not falling.*worker-svc: \d+ tasks stopped/ },
    },
    alert: /"ECS Task State Change".*"stopCode":"EssentialContainerExited"/s,
  },
  {
    name: 'worker not consuming the queue',
    async break(platform) {
      // The worker polls a queue that is always empty.
      const undo = await platform.changeWorker({ environment: { QUEUE_URL: platform.outputs.order_events_dlq_url } });
      await platform.steady(platform.outputs.worker_service_name);
      return undo;
    },
    expect: {
      'ecs-services': CHANGED_BY_HAND,
      'e2e-order': { status: 'failed', reason: /not seen by the worker.*runs.*taken no message/ },
      'sqs-backlog': { status: 'failed', reason: /not falling.*taken no message/ },
    },
  },
  {
    name: 'worker that fails every order',
    async break(platform) {
      const undo = await platform.changeWorker({ environment: { AMOUNT_LIMIT: '1', RETRY_BACKOFF_SECONDS: '1' } });
      await platform.steady(platform.outputs.worker_service_name);
      return undo;
    },
    expect: {
      'ecs-services': CHANGED_BY_HAND,
      'e2e-order': { status: 'failed', reason: /FAILED after 3 retries: amount 123 is over the limit of 1/ },
    },
  },
  {
    name: 'worker of another definition',
    async break(platform) {
      const undo = await platform.changeWorker({ environment: { LOG_LEVEL: 'debug' } });
      await platform.steady(platform.outputs.worker_service_name);
      return undo;
    },
    expect: { 'ecs-services': CHANGED_BY_HAND },
  },
  {
    name: 'image missing',
    async break(platform) {
      const undo = await platform.changeWorker({
        image: (image) => image.replace(/@sha256:.*/, `@sha256:${'0'.repeat(64)}`),
      });
      await until('the circuit breaker has rolled back', async () => {
        const { events = [] } = await platform.service(platform.outputs.worker_service_name);
        return events.some(({ message = '' }) => /rolling back/.test(message));
      });
      return undo;
    },
    expect: {
      'ecs-services': { status: 'failed', reason: /worker-svc: .*CannotPullContainerError/ },
    },
    alert: /"ECS Deployment State Change".*"SERVICE_DEPLOYMENT_FAILED"/s,
  },
  {
    name: 'stable tag on an older digest',
    break: moveStableTag,
    expect: {
      'ecr-images': { status: 'failed', reason: /worker-main is sha256:\w+, but \w+ is sha256:/ },
    },
  },
  {
    name: 'log group missing',
    async break(platform) {
      const logGroupName = platform.outputs.log_group_worker;
      await platform.logs.send(new DeleteLogGroupCommand({ logGroupName }));
      return async () => {
        await platform.logs.send(new CreateLogGroupCommand({ logGroupName }));
        await platform.renewWorker();
      };
    },
    expect: {
      'worker-logs': { status: 'failed', reason: /log group \/ecs\/.*\/worker does not exist/ },
      'e2e-order': { status: 'unknown', reason: /log group does not exist/ },
    },
  },
  {
    name: 'errors of a logger of another language',
    async break({ logs, outputs: { log_group_worker: logGroupName } }) {
      const stream = { logGroupName, logStreamName: 'worker/other/1' };
      await logs.send(new CreateLogStreamCommand(stream));
      const logEvents = Array.from({ length: 20 }, () => ({
        timestamp: Date.now(),
        message: 'fail: Shop.Worker[0] the order could not be read',
      }));
      await logs.send(new PutLogEventsCommand({ ...stream, logEvents }));
      return async () => {
        await logs.send(new DeleteLogStreamCommand(stream));
      };
    },
    expect: { 'worker-logs': { status: 'failed', reason: /errors within \d+ minutes.*Shop\.Worker/ } },
  },
  {
    name: 'dead-letter queue not empty from the start',
    async break({ sqs, outputs: { order_events_dlq_url: QueueUrl } }) {
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{"orderId":"nobody\'s"}' }));
      return async () => {
        await sqs.send(new PurgeQueueCommand({ QueueUrl }));
      };
    },
    expect: { 'sqs-backlog': { status: 'failed', reason: /1 message\(s\) in the dead-letter queue(?!.*not falling)/ } },
  },
  balancer(
    'API answering 200 with DOWN',
    (platform) =>
      answerWith(platform, '/actuator/health', {
        Type: 'fixed-response',
        FixedResponseConfig: { StatusCode: '200', ContentType: 'application/json', MessageBody: '{"status":"DOWN"}' },
      }),
    {
      'alb-health': { status: 'failed', reason: /200 with status DOWN/ },
    },
  ),
  balancer(
    'API redirecting to a metadata address',
    (platform) =>
      answerWith(platform, '/*', {
        Type: 'redirect',
        RedirectConfig: {
          Protocol: 'HTTP',
          Host: '169.254.169.254',
          Port: '80',
          Path: '/latest/meta-data/iam/security-credentials/',
          StatusCode: 'HTTP_302',
        },
      }),
    {
      'alb-health': { status: 'failed', reason: /302 to http:\/\/169\.254\.169\.254.* redirects are not followed/ },
      'e2e-order': { status: 'failed', reason: /was answered 302/ },
    },
  ),
  balancer('a stranger among the targets', registerStranger, {
    'alb-health': {
      status: 'failed',
      reason: /target 10\.[\d.]+ is no running task of order-platform-breaks-v3-api-svc/,
    },
  }),
  balancer('one of two tasks without requests', deregisterOneOfTwo, {
    'alb-health': { status: 'failed', reason: /task at 10\.[\d.]+ is no target/ },
  }),
  balancer('API slower than anyone waits for', (platform) => forwardToSlowTask(platform, '/*'), {
    'alb-health': { status: 'failed', reason: /no answer within 5 s/ },
    'e2e-order': { status: 'failed', reason: /was not answered: .*no answer within 5 s/ },
  }),
  intercepted('a moment of throttling', () => [
    { action: 'DescribeServices', answer: refusal('ThrottlingException', 'Rate exceeded', 6) },
    { action: 'GetQueueAttributes', answer: refusal('ThrottlingException', 'Rate exceeded', 6) },
  ]),
  intercepted(
    'throttled for good',
    () => [
      {
        action: 'GetQueueAttributes',
        principal: /CheckSqsBacklog/i,
        answer: refusal('ThrottlingException', 'Rate exceeded'),
      },
    ],
    { 'sqs-backlog': { status: 'unknown', reason: /ThrottlingException: Rate exceeded/ } },
  ),
  intercepted(
    'denied',
    () => [
      {
        action: 'DescribeImages',
        principal: /CheckEcrImages/i,
        answer: refusal('AccessDeniedException', 'User is not authorized to perform: ecr:DescribeImages'),
      },
    ],
    { 'ecr-images': { status: 'unknown', reason: /AccessDeniedException: .*ecr:DescribeImages/ } },
  ),
  intercepted('empty pages with a next token', () => [
    { action: 'ListTasks', answer: emptyFirstPage('taskArns') },
    { action: 'DescribeLogGroups', answer: emptyFirstPage('logGroups') },
    { action: 'DescribeLogStreams', answer: emptyFirstPage('logStreams') },
    { action: 'FilterLogEvents', answer: emptyFirstPage('events') },
  ]),
  {
    // The row is last: while the database is away, ECS replaces the API's task, and a validation counts that as a
    // failure.
    name: 'database down',
    async break({ rds, outputs }) {
      const [DBInstanceIdentifier] = outputs.rds_endpoint.split('.');
      await rds.send(new StopDBInstanceCommand({ DBInstanceIdentifier }));
      await delay(2_000);
      return async () => {
        await rds.send(new StartDBInstanceCommand({ DBInstanceIdentifier }));
        await waitUntilDBInstanceAvailable({ client: rds, minDelay: 1, maxWaitTime: 60 }, { DBInstanceIdentifier });
      };
    },
    expect: {
      'alb-health': { status: 'failed', reason: /503.*the database does not answer/ },
      'e2e-order': { status: 'failed', reason: /was answered 5\d\d/ },
    },
  },
];

function balancer(name: string, respond: Respond, expect: Break['expect']): Break {
  return { name, break: respond, expect };
}

function intercepted(name: string, interceptions: () => Interception[], expect: Break['expect'] = {}): Break {
  return {
    name,
    async break({ faults: { interceptor } }) {
      const ends = interceptions().map((one) => interceptor.add(one));
      return async () => {
        for (const end of ends) end();
      };
    },
    expect,
  };
}
