import { GetTopicAttributesCommand, ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { type Candidate, PART, type Sweeper } from '../../operations/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { ask, fromState, pages, present, splitArn } from './support.ts';

const sns = new SNSClient(patientConfig);

export const sweeper: Sweeper = {
  async *list({ owns }) {
    const all = pages(
      (NextToken) => sns.send(new ListTopicsCommand({ NextToken })),
      (page) => page.NextToken,
    );
    for await (const page of all) {
      for (const { TopicArn = '' } of page.Topics ?? []) if (owns(splitArn(TopicArn).resource)) yield fromArn(TopicArn);
    }
  },
  fromInventory: (item) => (item.type === 'aws_sns_topic' ? fromState(item, {}, fromArn) : PART),
  fromArn,
  confirm: ({ id }) =>
    ask(
      async () => present((await sns.send(new GetTopicAttributesCommand({ TopicArn: id }))).Attributes?.TopicArn),
      'NotFoundException',
      'NotFound',
    ),
};

function fromArn(arn: string): Candidate {
  return { type: 'topic', id: arn, arn };
}
