import { DeleteSecretCommand, DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ManagedError } from '../../removal/obstacles.ts';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { textOf } from '../responses.ts';
import { unlessGone } from '../tags/support.ts';

const secrets = new SecretsManagerClient(patientConfig);
const GONE = 'ResourceNotFoundException';

export const remover: Remover = {
  secret: {
    // RDS deletes the secret of a database with the database.
    byproduct: true,
    async remove({ id, arn }) {
      const SecretId = arn ?? id;
      const response = await unlessGone(secrets.send(new DescribeSecretCommand({ SecretId })), GONE);
      if (!response) return;
      // The response omits the managing service when no service manages the secret. The ARN shows that the response
      // describes a secret.
      textOf(response.ARN, `the ARN of secret ${id}`);
      if (response.OwningService)
        throw new ManagedError(`${response.OwningService} manages it, and deletes it with what it is for`);
      await unlessGone(secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true })), GONE);
    },
  },
};
