import { DeleteRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { unlessGone } from '../tags/support.ts';

const ecr = new ECRClient(patientConfig);
const GONE = 'RepositoryNotFoundException';

export const remover: Remover = {
  repository: {
    async remove({ id }) {
      await unlessGone(ecr.send(new DeleteRepositoryCommand({ repositoryName: id, force: true })), GONE);
    },
  },
};
