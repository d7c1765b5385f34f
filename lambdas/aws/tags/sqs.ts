import { GetQueueUrlCommand, ListQueueTagsCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mapOf, textOf } from '../answers.ts';
import { patientConfig } from '../client-config.ts';
import { requireJsonAnswers } from '../json-answers.ts';
import { queueTagsOf } from '../omitted-lists.ts';
import type { TagReaders } from '../tags.ts';
import { unlessGone } from './support.ts';

const sqs = requireJsonAnswers(new SQSClient(patientConfig));
const GONE = ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'];

export const tags: TagReaders = {
  async queue({ id }) {
    const found = await unlessGone(sqs.send(new GetQueueUrlCommand({ QueueName: id })), ...GONE);
    if (!found) return undefined;
    const QueueUrl = textOf(found.QueueUrl, 'the URL of a queue');
    const answer = await unlessGone(sqs.send(new ListQueueTagsCommand({ QueueUrl })), ...GONE);
    return answer && mapOf(queueTagsOf(answer), answer);
  },
};
