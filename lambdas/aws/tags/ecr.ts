import { ECRClient, ListTagsForResourceCommand } from '@aws-sdk/client-ecr';
import { tagsOf } from '../answers.ts';
import { patientConfig } from '../client-config.ts';
import type { TagReaders } from '../tags.ts';
import { arnIn, unlessGone } from './support.ts';

const ecr = new ECRClient(patientConfig);

export const tags: TagReaders = {
  async repository({ id }, scope) {
    const resourceArn = arnIn(scope, 'ecr', `repository/${id}`);
    const call = ecr.send(new ListTagsForResourceCommand({ resourceArn }));
    const answer = await unlessGone(call, 'RepositoryNotFoundException');
    return answer && tagsOf(answer.tags, answer);
  },
};
