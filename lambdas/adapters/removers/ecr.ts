import { DeleteRepositoryCommand, ECRClient, ListTagsForResourceCommand } from '@aws-sdk/client-ecr';
import { tagsOf } from '../answers.ts';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { arnIn, unlessGone } from './support.ts';

const ecr = new ECRClient(patientConfig);
const GONE = 'RepositoryNotFoundException';

export const remover: Remover = {
  repository: {
    async tags({ id }, scope) {
      const resourceArn = arnIn(scope, 'ecr', `repository/${id}`);
      const answer = await unlessGone(ecr.send(new ListTagsForResourceCommand({ resourceArn })), GONE);
      return answer && tagsOf(answer.tags, answer);
    },
    async remove({ id }) {
      await unlessGone(ecr.send(new DeleteRepositoryCommand({ repositoryName: id, force: true })), GONE);
    },
  },
};
