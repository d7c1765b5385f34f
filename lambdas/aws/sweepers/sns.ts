import { GetTopicAttributesCommand, ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Candidate, Sweeper } from '../../sweep/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { pages } from '../pages.ts';
import { textOf } from '../responses.ts';
import { ask, fromState, MOST_PAGES, partitionOf, present, splitArn, upTo } from './support.ts';

const sns = new SNSClient(patientConfig);

export const sweeper: Sweeper = {
  async *list({ request, owns, note }) {
    // SNS has no search. A topic costs nothing by itself, so the sweep does not read all topics of an account with very
    // many.
    const { accountId, region, names } = request;
    const alerts = `arn:${partitionOf(request)}:sns:${region}:${accountId}:${names.prefix}-alerts`;
    if ((await confirm(alerts)).status === 'PRESENT') yield fromArn(alerts);
    const all = pages(
      (NextToken) => sns.send(new ListTopicsCommand({ NextToken })),
      (page) => page.Topics,
      (page) => page.NextToken,
    );
    const some = upTo(MOST_PAGES, all, () => note('SNS topics', `the first ${MOST_PAGES * 100}`));
    for await (const page of some) {
      for (const { TopicArn } of page) {
        const arn = textOf(TopicArn, 'the ARN of a topic');
        if (owns(splitArn(arn).resource)) yield fromArn(arn);
      }
    }
  },
  fromInventory: (item) => (item.type === 'aws_sns_topic' ? fromState(item, {}, fromArn) : undefined),
  fromArn,
  confirm: ({ id }) => confirm(id),
};

const confirm = (TopicArn: string) =>
  ask(
    async () => {
      const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
      return present(textOf(Attributes?.TopicArn, `the attributes of ${TopicArn}`));
    },
    // The bare `NotFound` is the SDK's name for a 404 that SNS did not send.
    'NotFoundException',
  );

function fromArn(arn: string): Candidate {
  return { type: 'topic', id: arn, arn };
}
