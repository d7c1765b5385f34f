import { DeleteQueueCommand, GetQueueUrlCommand, ListQueueTagsCommand, SQSClient } from '@aws-sdk/client-sqs';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { unlessGone } from './support.ts';

const sqs = new SQSClient(patientConfig);
const GONE = ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'];

export const remover: Remover = {
  queue: {
    async tags({ id }) {
      const QueueUrl = await urlOf(id);
      if (!QueueUrl) return undefined;
      const answer = await unlessGone(sqs.send(new ListQueueTagsCommand({ QueueUrl })), ...GONE);
      return answer && (answer.Tags ?? {});
    },
    async remove({ id }) {
      const QueueUrl = await urlOf(id);
      if (QueueUrl) await unlessGone(sqs.send(new DeleteQueueCommand({ QueueUrl })), ...GONE);
    },
  },
};

async function urlOf(QueueName: string): Promise<string | undefined> {
  return (await unlessGone(sqs.send(new GetQueueUrlCommand({ QueueName })), ...GONE))?.QueueUrl;
}
