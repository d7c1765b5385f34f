import { CloudWatchClient, ListTagsForResourceCommand } from '@aws-sdk/client-cloudwatch';
import { patientConfig } from '../client-config.ts';
import { tagsOf } from '../responses.ts';
import type { TagReaders } from '../tags.ts';
import { arnIn, unlessGone } from './support.ts';

const cloudwatch = new CloudWatchClient(patientConfig);

export const tags: TagReaders = {
  async alarm({ id }, scope) {
    const ResourceARN = arnIn(scope, 'cloudwatch', `alarm:${id}`);
    const response = await unlessGone(
      cloudwatch.send(new ListTagsForResourceCommand({ ResourceARN })),
      'ResourceNotFoundException',
      'ResourceNotFound',
    );
    return response && tagsOf(response.Tags, response);
  },
  // A dashboard cannot have tags.
  dashboard: async () => ({}),
};
