import { DeleteQueueCommand, GetQueueUrlCommand, ListQueueTagsCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mapOf, textOf } from '../answers.ts';
import { patientConfig } from '../client-config.ts';
import { queueTagsOf } from '../omitted-lists.ts';
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
      return answer && mapOf(queueTagsOf(answer), answer);
    },
    async remove({ id }) {
      const QueueUrl = await urlOf(id);
      if (QueueUrl) await unlessGone(sqs.send(new DeleteQueueCommand({ QueueUrl })), ...GONE);
    },
  },
};

async function urlOf(QueueName: string): Promise<string | undefined> {
  const answer = await unlessGone(sqs.send(new GetQueueUrlCommand({ QueueName })), ...GONE);
  return answer && textOf(answer.QueueUrl, `the URL of queue ${QueueName}`);
}
