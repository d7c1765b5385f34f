import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, startLab } from '../../lab/lab.ts';
import type { TeardownRisk } from '../../lambdas/contracts/plan.ts';
import { planRisks } from '../../lambdas/plan/plan-risks.ts';
import { isOwnedName } from '../../lambdas/sweep/owned-names.ts';
import { planOf } from './support/plans.ts';

/** The tests are about real plans of real roots, as a build keeps them, and what is found in them. */

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({ services: [] });
});
afterAll(() => lab?.stop());

async function risksOf(root: string, project: string, prefix: string, more: object = {}): Promise<TeardownRisk[]> {
  const own = { project, environment: 'dev' };
  return planRisks(await planOf(lab, root, { project, prefix, ...more }), {
    ...{ own, owns: (name) => isOwnedName(prefix, name), maxDeletions: 150, accepted: [] },
  });
}

const image = (name: string) => `${name}@sha256:${'a'.repeat(64)}`;

describe('in a plan', { timeout: 400_000 }, () => {
  test('of twelve settings that stop a teardown, twelve are named', async () => {
    const risks = await risksOf('test/lab/fixtures/risky-root', 'risky', 'risky-dev');
    expect(risks.map(({ address, risk }) => `${address} ${risk}`).sort()).toEqual([
      'aws_cognito_user_pool.protected deletion-protection',
      'aws_db_instance.backups retained-backups',
      'aws_db_instance.protected deletion-protection',
      'aws_db_instance.snapshot final-snapshot',
      'aws_dynamodb_table.protected deletion-protection',
      'aws_ecr_repository.filled not-emptied',
      'aws_kms_key.waits recovery-window',
      'aws_lb.protected deletion-protection',
      'aws_quicksight_folder.unconfirmed unconfirmed-type',
      'aws_s3_bucket.filled not-emptied',
      'aws_secretsmanager_secret.waits recovery-window',
      'module.kept["a"].aws_sqs_queue.guarded prevent-destroy',
    ]);
  });

  test.each([
    [
      'infra/aws-v3/stack',
      'order-platform',
      'order-platform-dev-v3',
      { api_image: image('api'), worker_image: image('worker') },
    ],
    ['examples/document-intake/terraform', 'document-intake', 'document-intake-dev', {}],
  ])('of %s, none is', async (root, project, prefix, more) => {
    expect(await risksOf(root, project, prefix, more)).toEqual([]);
  });
});
