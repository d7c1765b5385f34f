import { expect, test } from 'vitest';
import { takeInventory } from '../../../../lambdas/sweep/take-inventory.ts';
import { aRecord, aRequest } from '../support/fixtures.ts';

const AWSCC = 'provider["registry.terraform.io/hashicorp/awscc"]';

/**
 * The attributes have the provider's own types: CloudFormation's AllocatedStorage is a string, MasterUserSecret is an
 * object, and ids of other providers are numbers.
 */
test.each([
  [
    'awscc_rds_db_instance, whose storage is a string',
    AWSCC,
    'awscc_rds_db_instance',
    { id: 'db', allocated_storage: '20' },
  ],
  [
    'awscc_rds_db_cluster, whose secret is an object',
    AWSCC,
    'awscc_rds_db_cluster',
    { id: 'db', master_user_secret: { secret_arn: 'arn:aws:secretsmanager:eu-west-1:1:secret:x' } },
  ],
  [
    'a resource of another provider, whose id is a number',
    'provider["registry.terraform.io/dbt-labs/dbtcloud"]',
    'dbtcloud_project',
    { id: 12 },
  ],
])('a teardown of a state with %s goes on', async (_, provider, type, attributes) => {
  const request = aRequest({ machine: 'teardown', record: aRecord() });
  const resource = { mode: 'managed', type, name: 'x', provider, instances: [{ attributes }] };
  const taken = takeInventory(request, {
    project: 'order-platform',
    bucketTags: async () => ({ project: 'order-platform', environment: 'dev' }),
    readState: async () => ({
      kind: 'found',
      text: JSON.stringify({ version: 4, serial: 1, lineage: 'l', resources: [resource] }),
    }),
    readRun: async () => ({ kind: 'no-object' }),
    writeInventory: async () => {},
    now: () => 0,
  });
  await expect(taken).resolves.toMatchObject({ resources: 1 });
});
