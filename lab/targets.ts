import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { ClientConfig, LabContext } from './context.ts';
import { operationSchemas, toApi } from './states/integrations/casing.ts';
import { findService } from './states/integrations/sdk-services.ts';
import type { Json } from './states/json.ts';

export interface DeliverOptions {
  /** The call is made on behalf of this role; the default is the service's own. */
  roleArn?: string | undefined;
  /** The group is for a FIFO queue or topic. */
  messageGroupId?: string | undefined;
  /** The message attributes are for a queue or a topic. */
  attributes?: Record<string, { type: 'String' | 'Number'; value: string }>;
  /** The execution gets this name, when the target is a state machine. */
  executionName?: string | undefined;
}

/** Hands a payload (JSON text) to the resource behind an ARN. Rejects with the target's own error. */
export type Deliver = (arn: string, payload: string, options?: DeliverOptions) => Promise<void>;

/**
 * Returns the function by which Lambda destinations, EventBridge rules and EventBridge schedules reach their targets.
 */
export function deliverer(context: LabContext): Deliver {
  return async (arn, payload, options = {}) => {
    const config = configFor(context, options.roleArn);
    const [, , service, , account, ...rest] = arn.split(':');
    const resource = rest.join(':');
    switch (service) {
      case 'lambda':
        await using(new LambdaClient(config), (client) =>
          client.send(new InvokeCommand({ FunctionName: arn, InvocationType: 'Event', Payload: Buffer.from(payload) })),
        );
        return;
      case 'sqs':
        await using(new SQSClient(config), (client) =>
          client.send(
            new SendMessageCommand({
              QueueUrl: `${context.endpoint}/${account}/${resource}`,
              MessageBody: payload,
              MessageGroupId: options.messageGroupId,
              MessageAttributes: attributes(options),
            }),
          ),
        );
        return;
      case 'sns':
        await using(new SNSClient(config), (client) =>
          client.send(
            new PublishCommand({
              TopicArn: arn,
              Message: payload,
              MessageGroupId: options.messageGroupId,
              MessageAttributes: attributes(options),
            }),
          ),
        );
        return;
      case 'states':
        await using(new SFNClient(config), (client) =>
          client.send(new StartExecutionCommand({ stateMachineArn: arn, input: payload, name: options.executionName })),
        );
        return;
      case 'scheduler':
        await universal(config, resource, payload);
        return;
      default:
        throw new Error(`nothing in the lab delivers to ${arn}`);
    }
  };
}

/** @param resource `aws-sdk:sfn:startExecution`: any call of any service, with the payload as its parameters */
async function universal(config: ClientConfig, resource: string, payload: string): Promise<void> {
  const [, service = '', action = ''] = resource.split(':');
  const module = await findService(service);
  if (!module) throw new Error(`${resource}: no SDK client is installed for it`);
  const { input } = operationSchemas(module.command(action)({}));
  const command = module.command(action)(toApi(input, JSON.parse(payload) as Json) as Record<string, unknown>);
  const client = new module.Client({ ...config, forcePathStyle: true }) as {
    send(command: unknown): Promise<unknown>;
    destroy(): void;
  };
  await using(client, () => client.send(command));
}

/** Returns the SDK client configuration that acts as a role. */
export function configFor(context: LabContext, roleArn: string | undefined, session?: string): ClientConfig {
  return roleArn ? { ...context.client, credentials: context.credentials.issue(roleArn, session) } : context.client;
}

function attributes({ attributes: given = {} }: DeliverOptions) {
  return Object.fromEntries(
    Object.entries(given).map(([name, { type, value }]) => [name, { DataType: type, StringValue: value }]),
  );
}

async function using<C extends { destroy(): void }>(client: C, action: (client: C) => Promise<unknown>): Promise<void> {
  try {
    await action(client);
  } finally {
    client.destroy();
  }
}
