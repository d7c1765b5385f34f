import { GetQueueUrlCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Candidate, Sweeper } from '../../sweep/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { requireJsonAnswers } from '../json-responses.ts';
import { queueUrlsOf } from '../omitted-lists.ts';
import { eachItem } from '../pages.ts';
import { textOf } from '../responses.ts';
import { ask, fromState, present, splitArn } from './support.ts';

const sqs = requireJsonAnswers(new SQSClient(patientConfig));

export const sweeper: Sweeper = {
  async *list({ request, owns }) {
    // Without MaxResults, SQS returns no token and stops at 1,000 queues.
    const all = eachItem(
      (NextToken) =>
        sqs.send(new ListQueuesCommand({ QueueNamePrefix: request.names.prefix, MaxResults: 1_000, NextToken })),
      queueUrlsOf,
      (page) => page.NextToken,
    );
    for await (const item of all) {
      const url = textOf(item, 'the URL of a queue');
      const id = url.slice(url.lastIndexOf('/') + 1);
      if (owns(id)) yield { type: 'queue', id };
    }
  },
  // The id of a queue in Terraform's state is its URL.
  fromInventory: ({ type, id, arn }) =>
    type === 'aws_sqs_queue'
      ? fromState({ type, id: id.slice(id.lastIndexOf('/') + 1), arn }, { aws_sqs_queue: 'queue' }, fromArn)
      : undefined,
  fromArn,
  confirm: ({ id }) =>
    ask(
      async () => {
        const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: id }));
        return present(textOf(QueueUrl, `the URL of queue ${id}`));
      },
      'QueueDoesNotExist',
      'AWS.SimpleQueueService.NonExistentQueue',
    ),
};

function fromArn(arn: string): Candidate {
  return { type: 'queue', id: splitArn(arn).resource, arn };
}
