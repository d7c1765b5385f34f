import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Publish } from './orders.ts';

/** @returns a function that sends an order's event to the queue, or rejects within about 6 s */
export function sqsPublisher(region: string, queueUrl: string): Publish {
  const sqs = new SQSClient({
    region,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
  });
  return async ({ orderId, correlationId }) => {
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify({ orderId }),
        MessageAttributes: { correlationId: { DataType: 'String', StringValue: correlationId } },
      }),
    );
  };
}
