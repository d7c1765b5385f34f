import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  InvokeCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Lab, startLab } from '../../lab.ts';
import { lambdaService } from '../../lambda/lambda.ts';
import { TestFunctions } from '../support/functions.ts';
import { PATIENCE_MS } from '../support/patience.ts';

let lab: Lab;
let functions: TestFunctions;
const define: TestFunctions['define'] = (...args) => functions.define(...args);
const invoke: TestFunctions['invoke'] = (...args) => functions.invoke(...args);

beforeAll(async () => {
  lab = await startLab({ services: [(context) => lambdaService(context, { retryDelaysMs: [20] })] });
  functions = new TestFunctions(lab.context);
});

afterAll(() => lab?.stop());

describe('execution environments', () => {
  test('reuses an idle one, and starts another when busy', async () => {
    const name = await define('await new Promise((r) => setTimeout(r, event.ms ?? 0)); return process.pid');
    const first = (await invoke(name)).result;
    for (let i = 0; i < 20; i++) expect((await invoke(name)).result).toBe(first);
    const both = await Promise.all([invoke(name, { ms: 300 }), invoke(name, { ms: 300 })]);
    expect(new Set(both.map(({ result }) => result)).size).toBe(2);
  });

  test('follows a change of configuration', async () => {
    const name = await define('return process.env.COLOUR', { variables: { COLOUR: 'red' } });
    expect((await invoke(name)).result).toBe('red');
    await functions.client.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: name, Environment: { Variables: { COLOUR: 'blue' } } }),
    );
    expect((await invoke(name)).result).toBe('blue');
  });

  test('ends idle ones after a while, and busy ones with the lab', async () => {
    const other = await startLab({ services: [(context) => lambdaService(context, { idleMs: 100 })] });
    const inOther = new TestFunctions(other.context);
    const name = await inOther.define(
      'console.log("pid", process.pid); if (event.hang) await new Promise(() => {}); return process.pid',
    );
    const idle = (await inOther.invoke(name)).result as number;
    await vi.waitFor(() => expect(() => process.kill(idle, 0)).toThrow('ESRCH'), PATIENCE_MS);

    const hanging = inOther.invoke(name, { hang: true }).catch(() => undefined);
    const logs = new CloudWatchLogsClient(other.context.client);
    const busy = await vi.waitFor(async () => {
      const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}` }));
      const pids = events
        ?.map(({ message }) => Number(/pid (\d+)/.exec(message ?? '')?.[1]))
        .filter((pid) => pid && pid !== idle);
      expect(pids).toHaveLength(1);
      return pids?.[0] ?? 0;
    }, PATIENCE_MS);
    await other.stop();
    await hanging;
    expect(() => process.kill(busy, 0)).toThrow('ESRCH');
  });

  test('throttles above the reserved concurrency', async () => {
    const name = await define('await new Promise((r) => setTimeout(r, 500)); return 1');
    await functions.client.send(
      new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 1 }),
    );
    const impatient = new LambdaClient({ ...lab.context.client, maxAttempts: 1 });
    const send = () => impatient.send(new InvokeCommand({ FunctionName: name }));
    const outcomes = await Promise.allSettled([send(), send()]);
    const refused = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(refused.reason).toMatchObject({
      name: 'TooManyRequestsException',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    });
  });
});

describe('logs', () => {
  test('hold the lines of each invocation between START and REPORT', async () => {
    const name = await define(
      `console.log('order', event.n, { a: 1 }); console.error('two\\nlines'); process.stdout.write('raw'); return 1`,
    );
    await invoke(name, { n: 1 });
    const { log } = await invoke(name, { n: 2 }, { tail: true });
    expect(log).toMatch(/^START RequestId: (\S+) Version: \$LATEST\n\S+Z\t\1\tINFO\torder 2 { a: 1 }\n/);
    expect(log).toMatch(/\tERROR\ttwo\rlines\nraw\nEND RequestId: \S+\nREPORT RequestId: \S+\tDuration: [\d.]+ ms\t/);
    const logs = new CloudWatchLogsClient(lab.context.client);
    const { events = [] } = await vi.waitFor(async () => {
      const found = await logs.send(new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}` }));
      expect(found.events?.filter((event) => event.message?.startsWith('REPORT'))).toHaveLength(2);
      return found;
    }, PATIENCE_MS);
    expect(events[0]?.message).toMatch(/^INIT_START Runtime Version: nodejs:24/);
    expect(events[0]?.logStreamName).toMatch(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
  });
});

describe('asynchronous invocations', () => {
  test('retry twice, then go to the on-failure destination', async () => {
    const sqs = new SQSClient(lab.context.client);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'failed' }));
    const name = await define(`throw new Error('never')`);
    const destination = { OnFailure: { Destination: 'arn:aws:sqs:eu-west-1:123456789012:failed' } };
    await functions.client.send(
      new PutFunctionEventInvokeConfigCommand({ FunctionName: name, DestinationConfig: destination }),
    );
    const accepted = await functions.client.send(
      new InvokeCommand({ FunctionName: name, InvocationType: 'Event', Payload: '{"n":7}' }),
    );
    expect(accepted.StatusCode).toBe(202);
    const record = await vi.waitFor(async () => {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));
      expect(Messages).toHaveLength(1);
      return JSON.parse(Messages[0]?.Body ?? '') as unknown;
    }, PATIENCE_MS);
    expect(record).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
      requestPayload: { n: 7 },
      responsePayload: { errorMessage: 'never' },
    });
  });

  test('answer a dry run without running', async () => {
    const name = await define('process.exit(1)');
    const answer = await functions.client.send(new InvokeCommand({ FunctionName: name, InvocationType: 'DryRun' }));
    expect(answer.StatusCode).toBe(204);
  });
});
