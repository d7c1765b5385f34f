import { DeleteSecretCommand, DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ManagedError } from '../../operations/obstacles.ts';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { unlessGone } from '../tags/support.ts';

const secrets = new SecretsManagerClient(patientConfig);
const GONE = 'ResourceNotFoundException';

export const remover: Remover = {
  secret: {
    // That of a database goes with it.
    byproduct: true,
    async remove({ id, arn }) {
      const SecretId = arn ?? id;
      const answer = await unlessGone(secrets.send(new DescribeSecretCommand({ SecretId })), GONE);
      if (answer?.OwningService)
        throw new ManagedError(`${answer.OwningService} manages it, and deletes it with what it is for`);
      await unlessGone(secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true })), GONE);
    },
  },
};
