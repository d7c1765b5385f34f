import { DeleteTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { unlessGone } from '../tags/support.ts';

const sns = new SNSClient(patientConfig);
const GONE = ['NotFoundException', 'NotFound', 'ResourceNotFoundException', 'ResourceNotFound'];

export const remover: Remover = {
  topic: {
    async remove({ id }) {
      await unlessGone(sns.send(new DeleteTopicCommand({ TopicArn: id })), ...GONE);
    },
  },
};
