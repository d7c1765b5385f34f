import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LabContext } from '../../lab/context.ts';

/** Subscribes to the notifications for people. @returns a function that takes out the messages since its last call */
export async function openInbox({ accountId, region, client }: LabContext): Promise<() => Promise<string[]>> {
  const sqs = new SQSClient(client);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'operator' }));
  const arn = (service: string, name: string) => `arn:aws:${service}:${region}:${accountId}:${name}`;
  await new SNSClient(client).send(
    new SubscribeCommand({
      TopicArn: arn('sns', 'runbook-notifications'),
      Protocol: 'sqs',
      Endpoint: arn('sqs', 'operator'),
      Attributes: { RawMessageDelivery: 'true' },
    }),
  );
  return async () => {
    const texts: string[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      if (Messages.length === 0) return texts;
      for (const { Body, ReceiptHandle } of Messages) {
        texts.push(String(Body));
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
  };
}
