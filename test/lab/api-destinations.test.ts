import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CreateApiDestinationCommand,
  CreateConnectionCommand,
  DescribeConnectionCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { App, DefaultStackSynthesizer, type IStackSynthesizer, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as queues from 'aws-cdk-lib/aws-sqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { eventBridgeService } from '../../lab/eventbridge/eventbridge.ts';
import { type HttpsEndpoint, httpsEndpoint } from '../../lab/eventbridge/https-endpoint.ts';
import { PATIENCE_MS } from '../../lab/test/support/patience.ts';
import { ROLE, RoleLab } from '../../lab/test/support/role.ts';
import { WEBHOOK_EVENT, webhookBody } from '../../lambdas/contracts/webhook-message.ts';
import { Webhook } from '../../lib/observability/webhook.ts';

const HOST = 'hooks.example.com';
const PATH = '/services/T0/B0/secret';
let account: RoleLab;
let endpoint: HttpsEndpoint;
let events: EventBridgeClient;
let sqs: SQSClient;
let cloudformation: CloudFormationClient;
/** The endpoint gives these answers first, and then 200. */
let answers: { status: number; headers?: Record<string, string>; afterMs?: number }[] = [];
const requests: { method: string; url: string; headers: IncomingHttpHeaders; body: string; at: number }[] = [];

beforeAll(async () => {
  vi.stubEnv('CDK_VALIDATION', 'false');
  account = await RoleLab.start([(context) => eventBridgeService(context, { retryMs: 10 })]);
  const { context } = account.lab;
  events = new EventBridgeClient(context.client);
  sqs = new SQSClient(context.client);
  cloudformation = new CloudFormationClient(context.client);
  endpoint = await httpsEndpoint(context, HOST, async (request, response) => {
    const { method = '', url = '', headers } = request;
    requests.push({ method, url, headers, body: await text(request), at: Date.now() });
    const { status, headers: said, afterMs = 0 } = answers.shift() ?? { status: 200 };
    await sleep(afterMs);
    response.writeHead(status, said).end();
  });
});
afterAll(async () => {
  for (const client of [events, sqs, cloudformation]) client?.destroy();
  endpoint?.stop();
  await account?.lab.stop();
});

async function queue(QueueName: string): Promise<string> {
  await sqs.send(new CreateQueueCommand({ QueueName }));
  return `arn:aws:sqs:eu-west-1:123456789012:${QueueName}`;
}

async function message(name: string) {
  const QueueUrl = `${account.lab.endpoint}/123456789012/${name}`;
  return vi.waitFor(async () => {
    const receive = new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] });
    const [first] = (await sqs.send(receive)).Messages ?? [];
    expect(first).toBeDefined();
    const attributes = Object.entries(first?.MessageAttributes ?? {});
    return {
      body: JSON.parse(first?.Body ?? '') as Record<string, unknown>,
      attributes: Object.fromEntries(attributes.map(([key, { StringValue }]) => [key, StringValue])),
    };
  }, PATIENCE_MS);
}

const put = (Source: string, DetailType: string, detail: object) =>
  events.send(new PutEventsCommand({ Entries: [{ Source, DetailType, Detail: JSON.stringify(detail) }] }));
const arrived = (path: string, count: number) =>
  vi.waitFor(() => {
    const found = requests.filter(({ url }) => url === path);
    expect(found).toHaveLength(count);
    return found;
  }, PATIENCE_MS);

/** Deploys the product's own construct, whose address is in a secret. */
async function deployWebhook(StackName: string, secret: string): Promise<void> {
  const synthesizer = new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) as IStackSynthesizer;
  const stack = new Stack(new App({ analyticsReporting: false }), StackName, { synthesizer });
  const deadLetterQueue = new queues.Queue(stack, 'DeadLetters', { queueName: `${StackName}-dlq` });
  new Webhook(stack, 'Webhook', { secret, field: 'url', deadLetterQueue });
  const TemplateBody = JSON.stringify(Template.fromStack(stack).toJSON());
  await cloudformation.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities: ['CAPABILITY_IAM'] }));
}

async function statusOf(StackName: string): Promise<string | undefined> {
  return (await cloudformation.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0]?.StackStatus;
}

describe('the webhook of the product', () => {
  beforeAll(async () => {
    const secrets = new SecretsManagerClient(account.lab.context.client);
    const SecretString = JSON.stringify({ url: `${endpoint.url}${PATH}` });
    await secrets.send(new CreateSecretCommand({ Name: 'team/webhook', SecretString }));
    secrets.destroy();
    await deployWebhook('webhook', 'team/webhook');
  });

  test('is deployed, and its address is in no record of the stack', async () => {
    expect(await statusOf('webhook')).toBe('CREATE_COMPLETE');
    const { StackEvents } = await cloudformation.send(new DescribeStackEventsCommand({ StackName: 'webhook' }));
    const { StackResources = [] } = await cloudformation.send(
      new DescribeStackResourcesCommand({ StackName: 'webhook' }),
    );
    expect(StackResources.map(({ ResourceType }) => ResourceType)).toEqual(
      expect.arrayContaining(['AWS::Events::ApiDestination', 'AWS::Events::Connection']),
    );
    expect(JSON.stringify([StackEvents, StackResources])).not.toContain('B0');
  });

  test('gets a message as Slack takes it', async () => {
    const body = webhookBody({ subject: 'order-platform dev: provision failed', text: 'Why: <no>' }, 'slack');
    await put(WEBHOOK_EVENT.source, WEBHOOK_EVENT.detailType, { body });
    const [request] = await arrived(PATH, 1);
    expect(request).toMatchObject({
      method: 'POST',
      headers: {
        host: HOST,
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Amazon/EventBridge/ApiDestinations',
        'x-sent-by': 'runbook',
      },
      body: '{"text":"*order-platform dev: provision failed*\\nWhy: &lt;no&gt;"}',
    });
  });

  test('gets a message as a workflow of Teams takes it: one adaptive card, beside nothing', async () => {
    const text = 'dev: provision failed.\n\nTo resume:\nnpx runbook redrive provision:x';
    const body = webhookBody({ subject: 'order-platform dev: provision failed', text }, 'teams');
    await put(WEBHOOK_EVENT.source, WEBHOOK_EVENT.detailType, { body });
    const [, request] = await arrived(PATH, 2);
    expect(request?.headers['content-type']).toBe('application/json; charset=utf-8');
    const run = (part: string, more = {}) => ({
      type: 'RichTextBlock',
      inlines: [{ type: 'TextRun', text: part, ...more }],
    });
    // https://learn.microsoft.com/en-us/connectors/teams/?tabs=text1#microsoft-teams-webhook
    expect(JSON.parse(request?.body ?? '')).toEqual({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: {
            $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
            type: 'AdaptiveCard',
            version: '1.2',
            body: [run('order-platform dev: provision failed', { weight: 'bolder' }), run(text)],
          },
        },
      ],
    });
  });

  test('gets at most one message a second', async () => {
    for (const n of [1, 2]) await put(WEBHOOK_EVENT.source, WEBHOOK_EVENT.detailType, { body: { text: `${n}` } });
    const [, , first, second] = await arrived(PATH, 4);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(900);
  });

  test('is not deployed without its secret', async () => {
    await deployWebhook('without', 'team/none').catch(() => {});
    expect(await statusOf('without')).not.toBe('CREATE_COMPLETE');
  });
});

describe('a target', () => {
  let destinationArn: string;
  beforeAll(async () => {
    const AuthParameters = { ApiKeyAuthParameters: { ApiKeyName: 'x-key', ApiKeyValue: 'hidden' } };
    const { ConnectionArn } = await events.send(
      new CreateConnectionCommand({ Name: 'c', AuthorizationType: 'API_KEY', AuthParameters }),
    );
    const { ApiDestinationArn = '' } = await events.send(
      new CreateApiDestinationCommand({
        ...{ Name: 'd', ConnectionArn, HttpMethod: 'PUT', InvocationEndpoint: `${endpoint.url}/d/*` },
      }),
    );
    destinationArn = ApiDestinationArn;
    await account.allow([{ Effect: 'Allow', Action: 'events:InvokeApiDestination', Resource: destinationArn }]);
  });

  /** @param name also of the path of its requests, and of its dead-letter queue */
  async function rule(name: string): Promise<void> {
    await events.send(new PutRuleCommand({ Name: name, EventPattern: JSON.stringify({ source: [name] }) }));
    const target = {
      ...{ Id: 't', Arn: destinationArn, RoleArn: ROLE, DeadLetterConfig: { Arn: await queue(name) } },
      HttpParameters: { PathParameterValues: [name] },
      InputTransformer: { InputPathsMap: { who: '$.detail.who' }, InputTemplate: '{"text": "hello <who>"}' },
      RetryPolicy: { MaximumRetryAttempts: 2 },
    };
    await events.send(new PutTargetsCommand({ Rule: name, Targets: [target] }));
  }

  test('gets what the rule makes of the event, with the key of the connection', async () => {
    await rule('plain');
    await put('plain', 'Test', { who: 'you' });
    const [request] = await arrived('/d/plain', 1);
    expect(request).toMatchObject({ method: 'PUT', headers: { 'x-key': 'hidden' }, body: '{"text": "hello you"}' });
  });

  test('gets it again after an outage and a throttle', async () => {
    await rule('again');
    answers = [{ status: 503 }, { status: 429, headers: { 'retry-after': '1' } }];
    await put('again', 'Test', { who: 'you' });
    const [, throttled, last] = await arrived('/d/again', 3);
    expect((last?.at ?? 0) - (throttled?.at ?? 0)).toBeGreaterThan(900);
  });

  test('gets it again where it did not answer within five seconds', async () => {
    await rule('slow');
    answers = [{ status: 200, afterMs: 8_000 }];
    await put('slow', 'Test', { who: 'you' });
    const [first, again] = await arrived('/d/slow', 2);
    const waited = (again?.at ?? 0) - (first?.at ?? 0);
    expect(waited).toBeGreaterThanOrEqual(5_000);
    expect(waited).toBeLessThan(8_000);
  });

  test('does not get it again after a refusal: the event is in the dead-letter queue', async () => {
    await rule('refused');
    answers = [{ status: 404 }];
    await put('refused', 'Test', { who: 'you' });
    const { body, attributes } = await message('refused');
    expect(body).toMatchObject({ source: 'refused', detail: { who: 'you' } });
    expect(attributes).toMatchObject({
      RULE_ARN: 'arn:aws:events:eu-west-1:123456789012:rule/refused',
      TARGET_ARN: destinationArn,
      ERROR_MESSAGE: expect.stringContaining('404'),
      RETRY_ATTEMPTS: '0',
    });
    expect(await arrived('/d/refused', 1)).toHaveLength(1);
  });

  test('is given up after the attempts of its policy', async () => {
    await rule('down');
    answers = [{ status: 500 }, { status: 500 }, { status: 500 }];
    await put('down', 'Test', { who: 'you' });
    const { attributes } = await message('down');
    expect(attributes).toMatchObject({ RETRY_ATTEMPTS: '2', EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts' });
    expect(await arrived('/d/down', 3)).toHaveLength(3);
  });

  test('gets nothing when its role may not invoke the destination', async () => {
    await rule('denied');
    await account.allow([]);
    await put('denied', 'Test', { who: 'you' });
    const { attributes } = await message('denied');
    expect(attributes).toMatchObject({ ERROR_MESSAGE: expect.stringContaining('events:InvokeApiDestination') });
    expect(requests.filter(({ url }) => url === '/d/denied')).toEqual([]);
  });

  test('of a destination needs a role', async () => {
    await events.send(new PutRuleCommand({ Name: 'no-role', EventPattern: '{"source":["no-role"]}' }));
    const put = new PutTargetsCommand({ Rule: 'no-role', Targets: [{ Id: 't', Arn: destinationArn }] });
    await expect(events.send(put)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('EventBridge', () => {
  const given = { Name: 'other', HttpMethod: 'POST', InvocationEndpoint: 'https://hooks.example.com/' } as const;
  const arnOf = (name: string) => `arn:aws:events:eu-west-1:123456789012:connection/${name}/1`;

  test('takes HTTPS endpoints alone', async () => {
    const plain = { ...given, ConnectionArn: arnOf('c'), InvocationEndpoint: 'http://127.0.0.1:8080/' };
    await expect(events.send(new CreateApiDestinationCommand(plain))).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('HTTPS'),
    });
  });

  test('knows the connection of a destination', async () => {
    const unknown = new CreateApiDestinationCommand({ ...given, ConnectionArn: arnOf('none') });
    await expect(events.send(unknown)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('takes a name once', async () => {
    const again = new CreateApiDestinationCommand({ ...given, Name: 'd', ConnectionArn: arnOf('c') });
    await expect(events.send(again)).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' });
  });

  test('shows no secret of a connection', async () => {
    // An SDK client would drop what is not in the API.
    const answer = await fetch(account.lab.endpoint, {
      method: 'POST',
      headers: {
        authorization: 'AWS4-HMAC-SHA256 Credential=operator/20260101/eu-west-1/events/aws4_request, Signature=x',
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AWSEvents.DescribeConnection',
      },
      body: '{"Name":"c"}',
    });
    const said = await answer.text();
    expect(said).toContain('x-key');
    expect(said).not.toContain('hidden');
    const shown = await events.send(new DescribeConnectionCommand({ Name: 'c' }));
    expect(shown.AuthParameters).toEqual({ ApiKeyAuthParameters: { ApiKeyName: 'x-key' } });
  });
});
