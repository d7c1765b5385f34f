import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { isNotFound } from '../runtime/aws-errors.ts';
import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';
import type { QueueCounts } from '../validation/checks/sqs-backlog.ts';
import { clientConfig } from './client-config.ts';

const sqs = new SQSClient(clientConfig);

/** Returns undefined when the queue does not exist. A count that SQS omits is not zero. */
export async function queueCounts(queueUrl: string): Promise<QueueCounts | undefined> {
  try {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: [
          'ApproximateNumberOfMessages',
          'ApproximateNumberOfMessagesNotVisible',
          'ApproximateNumberOfMessagesDelayed',
        ],
      }),
    );
    return {
      visible: count(Attributes, 'ApproximateNumberOfMessages'),
      inFlight: count(Attributes, 'ApproximateNumberOfMessagesNotVisible'),
      delayed: count(Attributes, 'ApproximateNumberOfMessagesDelayed'),
    };
  } catch (error) {
    if (isNotFound(error, 'QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue')) return undefined;
    throw error;
  }
}

function count(attributes: Record<string, string>, name: string): number {
  const value = attributes[name];
  if (value === undefined || !/^\d+$/.test(value)) {
    throw new UnexpectedResponseError(`SQS reports ${name} as ${JSON.stringify(value)}`);
  }
  return Number(value);
}
