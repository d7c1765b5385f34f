import { DeleteTopicCommand, ListTagsForResourceCommand, SNSClient } from '@aws-sdk/client-sns';
import { tagsOf } from '../answers.ts';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { unlessGone } from './support.ts';

const sns = new SNSClient(patientConfig);
const GONE = ['NotFoundException', 'NotFound', 'ResourceNotFoundException', 'ResourceNotFound'];

export const remover: Remover = {
  topic: {
    async tags({ id }) {
      const answer = await unlessGone(sns.send(new ListTagsForResourceCommand({ ResourceArn: id })), ...GONE);
      return answer && tagsOf(answer.Tags, answer);
    },
    async remove({ id }) {
      await unlessGone(sns.send(new DeleteTopicCommand({ TopicArn: id })), ...GONE);
    },
  },
};
