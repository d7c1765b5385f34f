import { DeleteQueueCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { textOf } from '../responses.ts';
import { unlessGone } from '../tags/support.ts';

const sqs = new SQSClient(patientConfig);
const GONE = ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'];

export const remover: Remover = {
  queue: {
    async remove({ id }) {
      const QueueUrl = await urlOf(id);
      if (QueueUrl) await unlessGone(sqs.send(new DeleteQueueCommand({ QueueUrl })), ...GONE);
    },
  },
};

async function urlOf(QueueName: string): Promise<string | undefined> {
  const response = await unlessGone(sqs.send(new GetQueueUrlCommand({ QueueName })), ...GONE);
  return response && textOf(response.QueueUrl, `the URL of queue ${QueueName}`);
}
