import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { QueueMessage } from './message.ts';

/** SQS allows at most this time. */
const WAIT_SECONDS = 20;

export interface Queue {
  /** Waits for up to `max` messages; an abort ends the wait and rejects. */
  receive(max: number, signal: AbortSignal): Promise<QueueMessage[]>;
  delete(message: QueueMessage): Promise<void>;
  /** Makes the message visible again after this number of seconds. */
  delay(message: QueueMessage, seconds: number): Promise<void>;
}

export function sqsQueue(region: string, queueUrl: string, visibilityTimeoutSeconds: number): Queue {
  const sqs = new SQSClient({
    region,
    requestHandler: {
      connectionTimeout: 2_000,
      requestTimeout: (WAIT_SECONDS + 5) * 1_000,
      throwOnRequestTimeout: true,
    },
  });
  return {
    async receive(max, signal) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: Math.min(max, 10),
          WaitTimeSeconds: WAIT_SECONDS,
          VisibilityTimeout: visibilityTimeoutSeconds,
          MessageAttributeNames: ['correlationId'],
        }),
        { abortSignal: signal },
      );
      return Messages.map((message) => ({
        id: message.MessageId ?? '',
        receiptHandle: message.ReceiptHandle ?? '',
        body: message.Body ?? '',
        correlationId: message.MessageAttributes?.correlationId?.StringValue,
      }));
    },

    async delete({ receiptHandle }) {
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: receiptHandle }));
    },

    async delay({ receiptHandle }, seconds) {
      await sqs.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queueUrl,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: seconds,
        }),
      );
    },
  };
}
