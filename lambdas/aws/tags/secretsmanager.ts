import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { patientConfig } from '../client-config.ts';
import { secretTagsOf } from '../omitted-lists.ts';
import { tagsOf } from '../responses.ts';
import type { TagReaders } from '../tags.ts';
import { unlessGone } from './support.ts';

const secrets = new SecretsManagerClient(patientConfig);

export const tags: TagReaders = {
  async secret({ id, arn }) {
    const call = secrets.send(new DescribeSecretCommand({ SecretId: arn ?? id }));
    const response = await unlessGone(call, 'ResourceNotFoundException');
    return response && tagsOf(secretTagsOf(response), response);
  },
};
