import { execFile } from 'node:child_process';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describePlan } from '../../../builds/terraform/described-plan.ts';
import { lifecyclesIn } from '../../../builds/terraform/plan-file.ts';
import { shownPlan } from '../../../builds/terraform/shown-plan.ts';
import type { Lab } from '../../../lab/lab.ts';
import { findTools, terraformConfiguration } from '../../../lab/tools.ts';
import { type PlanFile, planFile } from '../../../lambdas/contracts/plan.ts';

const run = promisify(execFile);

/** Returns the plan of a root in the lab, as the file that a build keeps. @param more variables */
export async function planOf(
  lab: Lab,
  root: string,
  { project, prefix, ...more }: { project: string; prefix: string } & Record<string, unknown>,
): Promise<PlanFile> {
  const { directory, projectRoot, accountId } = lab.context;
  const TF_CLI_CONFIG_FILE = terraformConfiguration(await findTools(projectRoot), directory, projectRoot);
  const env = { ...process.env, ...lab.environment, TF_CLI_CONFIG_FILE, TF_IN_AUTOMATION: '1', TF_INPUT: '0' };
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
  const options = { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 };
  await run('terraform', ['init', '-no-color'], options);
  await run('terraform', ['plan', '-no-color', '-out=x.tfplan'], options);
  const { stdout } = await run('terraform', ['show', '-json', 'x.tfplan'], options);
  const lifecycles = await lifecyclesIn(join(folder, 'x.tfplan'));
  return planFile.parse(JSON.parse(JSON.stringify(describePlan(shownPlan.parse(JSON.parse(stdout)), lifecycles))));
}
