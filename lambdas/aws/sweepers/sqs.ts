import { GetQueueAttributesCommand, GetQueueUrlCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { UnexpectedResponseError } from '../../runtime/unexpected-response.ts';
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
  confirm: ({ id, listedAt }) =>
    ask(
      async () => {
        const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: id }));
        const url = textOf(QueueUrl, `the URL of queue ${id}`);
        return present(url, listedAt === undefined ? undefined : await createdAt(url));
      },
      'QueueDoesNotExist',
      'AWS.SimpleQueueService.NonExistentQueue',
    ),
};

const CREATED = 'CreatedTimestamp';

/** Returns milliseconds. SQS gives seconds, as a text. */
async function createdAt(QueueUrl: string): Promise<number> {
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [CREATED] }));
  const seconds = Number(textOf(Attributes?.[CREATED], `when queue ${QueueUrl} was created`));
  if (!Number.isInteger(seconds))
    throw new UnexpectedResponseError(`SQS says that ${QueueUrl} was created at ${seconds}`);
  return seconds * 1_000;
}

function fromArn(arn: string): Candidate {
  return { type: 'queue', id: splitArn(arn).resource, arn };
}
