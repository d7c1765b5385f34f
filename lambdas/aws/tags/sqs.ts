import { GetQueueUrlCommand, ListQueueTagsCommand, SQSClient } from '@aws-sdk/client-sqs';
import { patientConfig } from '../client-config.ts';
import { requireJsonAnswers } from '../json-responses.ts';
import { queueTagsOf } from '../omitted-lists.ts';
import { mapOf, textOf } from '../responses.ts';
import type { TagReaders } from '../tags.ts';
import { unlessGone } from './support.ts';

const sqs = requireJsonAnswers(new SQSClient(patientConfig));
const GONE = ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'];

export const tags: TagReaders = {
  async queue({ id }) {
    const found = await unlessGone(sqs.send(new GetQueueUrlCommand({ QueueName: id })), ...GONE);
    if (!found) return undefined;
    const QueueUrl = textOf(found.QueueUrl, 'the URL of a queue');
    const response = await unlessGone(sqs.send(new ListQueueTagsCommand({ QueueUrl })), ...GONE);
    return response && mapOf(queueTagsOf(response), response);
  },
};
