import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuildFailure } from '../report.ts';

/** A block of a provider. `terraform_data` and `terraform_remote_state` are of Terraform itself, which no file locks. */
const OF_PROVIDER = /^[ \t]*(?:provider[ \t]+"|(?:resource|data|ephemeral)[ \t]+"(?!terraform_)\w+_)/m;

/** @throws BuildFailure for a root with providers and without a lock file: `terraform init` would refuse it later */
export function requireLockFile(folder: string, root: string): void {
  if (existsSync(join(folder, '.terraform.lock.hcl'))) return;
  const sources = readdirSync(folder).filter((name) => /\.(tf|tofu)$/.test(name));
  if (!sources.some((name) => OF_PROVIDER.test(readFileSync(join(folder, name), 'utf8')))) return;
  throw new BuildFailure(
    `the Terraform root ${root} has no .terraform.lock.hcl, which says the versions of its providers, and nothing is made. ${LOCK}`,
  );
}

const LOCK =
  'In its folder, run terraform init -backend=false and terraform providers lock -platform=linux_amd64 -platform=linux_arm64, and add the file to Git';
