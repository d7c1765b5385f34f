import { DeleteSecretCommand, DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ManagedError } from '../../removal/obstacles.ts';
import { textOf } from '../answers.ts';
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
      if (!answer) return;
      // The answer leaves the service out where none manages the secret: the ARN shows that it is one.
      textOf(answer.ARN, `the ARN of secret ${id}`);
      if (answer.OwningService)
        throw new ManagedError(`${answer.OwningService} manages it, and deletes it with what it is for`);
      await unlessGone(secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true })), GONE);
    },
  },
};
