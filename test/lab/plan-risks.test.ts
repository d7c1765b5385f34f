import { execFile } from 'node:child_process';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describePlan } from '../../builds/terraform/described-plan.ts';
import { lifecyclesIn } from '../../builds/terraform/plan-file.ts';
import { shownPlan } from '../../builds/terraform/shown-plan.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { findTools, terraformConfiguration } from '../../lab/tools.ts';
import { planFile, type TeardownRisk } from '../../lambdas/contracts/plan.ts';
import { planRisks } from '../../lambdas/plan/plan-risks.ts';
import { isOwnedName } from '../../lambdas/sweep/owned-names.ts';

/** Real plans of real roots, as a build keeps them, and what is found in them. */

const run = promisify(execFile);
let lab: Lab;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  lab = await startLab({ services: [] });
  const { directory, projectRoot } = lab.context;
  const TF_CLI_CONFIG_FILE = terraformConfiguration(await findTools(projectRoot), directory, projectRoot);
  environment = { ...process.env, ...lab.environment, TF_CLI_CONFIG_FILE, TF_IN_AUTOMATION: '1', TF_INPUT: '0' };
});
afterAll(() => lab?.stop());

async function risksOf(root: string, project: string, prefix: string, more: object = {}): Promise<TeardownRisk[]> {
  const { directory, projectRoot, accountId } = lab.context;
  const folder = join(directory, project);
  await cp(join(projectRoot, root), folder, { recursive: true });
  const identity = {
    environment: 'dev',
    account_id: accountId,
    run: 'dev-1',
    owner: 'ada',
    expires_at: '2030-01-31T18:00:00Z',
  };
  const variables = { ...identity, project, prefix, max_retries: 2, s3_use_path_style: true, ...more };
  await writeFile(join(folder, 'test.auto.tfvars.json'), JSON.stringify(variables));
  // Nothing is applied, so no state is kept.
  await writeFile(join(folder, 'test_override.tf'), 'terraform {\n  backend "local" {}\n}\n');
  const options = { cwd: folder, env: environment, maxBuffer: 64 * 1024 * 1024 };
  await run('terraform', ['init', '-no-color'], options);
  await run('terraform', ['plan', '-no-color', '-out=x.tfplan'], options);
  const { stdout } = await run('terraform', ['show', '-json', 'x.tfplan'], options);
  const lifecycles = await lifecyclesIn(join(folder, 'x.tfplan'));
  // As the file that a build keeps.
  const kept: unknown = JSON.parse(JSON.stringify(describePlan(shownPlan.parse(JSON.parse(stdout)), lifecycles)));
  const own = { project, environment: 'dev' };
  return planRisks(planFile.parse(kept), {
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
