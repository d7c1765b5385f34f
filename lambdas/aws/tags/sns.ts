import { ListTagsForResourceCommand, SNSClient } from '@aws-sdk/client-sns';
import { patientConfig } from '../client-config.ts';
import { tagsOf } from '../responses.ts';
import type { TagReaders } from '../tags.ts';
import { unlessGone } from './support.ts';

const sns = new SNSClient(patientConfig);
const GONE = ['NotFoundException', 'NotFound', 'ResourceNotFoundException', 'ResourceNotFound'];

export const tags: TagReaders = {
  async topic({ id }) {
    const response = await unlessGone(sns.send(new ListTagsForResourceCommand({ ResourceArn: id })), ...GONE);
    return response && tagsOf(response.Tags, response);
  },
};
