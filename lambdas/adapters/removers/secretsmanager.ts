import { DeleteSecretCommand, DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { NotReadyError } from '../../shared/errors.ts';
import { tagsOf } from '../answers.ts';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { unlessGone } from './support.ts';

const secrets = new SecretsManagerClient(patientConfig);
const GONE = 'ResourceNotFoundException';

export const remover: Remover = {
  secret: {
    // That of a database goes with it.
    byproduct: true,
    async tags({ id, arn }) {
      const answer = await unlessGone(secrets.send(new DescribeSecretCommand({ SecretId: arn ?? id })), GONE);
      return answer && tagsOf(answer.Tags, answer);
    },
    async remove({ id, arn }) {
      const SecretId = arn ?? id;
      const answer = await unlessGone(secrets.send(new DescribeSecretCommand({ SecretId })), GONE);
      if (answer?.OwningService) throw new NotReadyError(`it is ${answer.OwningService}’s own to delete`);
      await unlessGone(secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true })), GONE);
    },
  },
};
