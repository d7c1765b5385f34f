import { DeleteQueueCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { textOf } from '../answers.ts';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
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
  const answer = await unlessGone(sqs.send(new GetQueueUrlCommand({ QueueName })), ...GONE);
  return answer && textOf(answer.QueueUrl, `the URL of queue ${QueueName}`);
}
