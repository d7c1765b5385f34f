import { CloudWatchClient, ListTagsForResourceCommand } from '@aws-sdk/client-cloudwatch';
import { tagsOf } from '../answers.ts';
import { patientConfig } from '../client-config.ts';
import type { TagReaders } from '../tags.ts';
import { arnIn, unlessGone } from './support.ts';

const cloudwatch = new CloudWatchClient(patientConfig);

export const tags: TagReaders = {
  async alarm({ id }, scope) {
    const ResourceARN = arnIn(scope, 'cloudwatch', `alarm:${id}`);
    const answer = await unlessGone(
      cloudwatch.send(new ListTagsForResourceCommand({ ResourceARN })),
      'ResourceNotFoundException',
      'ResourceNotFound',
    );
    return answer && tagsOf(answer.Tags, answer);
  },
  // A dashboard can have none.
  dashboard: async () => ({}),
};
