import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findTools, type Lab, terraformConfiguration } from '../lab/index.ts';
import { timed } from './bench.ts';

/**
 * Applies and destroys the same roots by hand, with `terraform apply` and `terraform destroy`, a state on disk and no
 * lock to wait for.
 */
export async function bareTerraform(lab: Lab, environment: string, images: { api: string; worker: string }) {
  const { directory, projectRoot, accountId } = lab.context;
  const report = await findTools(projectRoot);
  const env = {
    ...process.env,
    ...lab.environment,
    TF_CLI_CONFIG_FILE: terraformConfiguration(report, directory, projectRoot),
    TF_IN_AUTOMATION: '1',
    CHECKPOINT_DISABLE: '1',
  };
  const prefix = `order-platform-${environment}-v3`;
  const common = {
    environment,
    prefix,
    account_id: accountId,
    run: 'bench',
    owner: 'bench',
    expires_at: '2030-01-31T18:00:00Z',
    max_retries: 2,
  };
  const variables = {
    bootstrap: {
      ...common,
      state_bucket: `${prefix}-tfstate-${accountId}`,
      lock_table: `${prefix}-tflock`,
      s3_use_path_style: true,
    },
    stack: { ...common, api_image: images.api, worker_image: images.worker },
  };
  const work = join(directory, 'bench-terraform');
  cpSync(join(projectRoot, 'infra', 'aws-v3'), work, { recursive: true, filter: (path) => !/\.terraform$/.test(path) });
  const terraform = async (root: 'bootstrap' | 'stack', ...args: string[]) => {
    await promisify(execFile)('terraform', args, { cwd: join(work, root), env, maxBuffer: 2 ** 26 });
  };
  for (const root of ['bootstrap', 'stack'] as const) {
    mkdirSync(join(work, root), { recursive: true });
    writeFileSync(join(work, root, 'backend_override.tf'), 'terraform {\n  backend "local" {}\n}\n');
    writeFileSync(join(work, root, 'bench.auto.tfvars.json'), JSON.stringify(variables[root]));
  }
  const apply = await timed(async () => {
    for (const root of ['bootstrap', 'stack'] as const) {
      await terraform(root, 'init', '-input=false', '-lockfile=readonly');
      await terraform(root, 'apply', '-input=false', '-auto-approve', '-parallelism=30');
    }
  });
  const destroy = await timed(async () => {
    await terraform('stack', 'destroy', '-input=false', '-auto-approve', '-parallelism=30');
    await terraform('bootstrap', 'destroy', '-input=false', '-auto-approve', '-parallelism=30');
  });
  return { applyMs: apply.ms, destroyMs: destroy.ms };
}
