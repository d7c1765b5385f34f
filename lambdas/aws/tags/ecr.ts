import { ECRClient, ListTagsForResourceCommand } from '@aws-sdk/client-ecr';
import { patientConfig } from '../client-config.ts';
import { tagsOf } from '../responses.ts';
import type { TagReaders } from '../tags.ts';
import { arnIn, unlessGone } from './support.ts';

const ecr = new ECRClient(patientConfig);

export const tags: TagReaders = {
  async repository({ id }, scope) {
    const resourceArn = arnIn(scope, 'ecr', `repository/${id}`);
    const call = ecr.send(new ListTagsForResourceCommand({ resourceArn }));
    const response = await unlessGone(call, 'RepositoryNotFoundException');
    return response && tagsOf(response.tags, response);
  },
};
