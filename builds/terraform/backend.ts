import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { listKeys } from '../aws/objects.ts';
import { BuildFailure } from '../report.ts';
import type { Build } from './build.ts';

/**
 * The file determines which backend a root has. Its own `backend "s3"` is used, with the bucket, key and locks of the
 * environment. A root without one gets that block by an override file, which Terraform merges into the configuration
 * (https://developer.hashicorp.com/terraform/language/files/override). Any other backend would keep the state where no
 * teardown reads it.
 */

/** The file is in the build's copy of the root: the team's source is left as it is. */
const OVERRIDE = 'runbook_override.tf.json';
const FIX = 'Remove that block, and the runbook adds its own backend; or write terraform { backend "s3" {} }';

/** @throws BuildFailure for a backend that is not S3, or one that Terraform does not name */
export async function prepareBackend(build: Build, folder: string, root: string): Promise<void> {
  if (build.prepared.has(folder)) return;
  const backend = await backendOf(build, folder, root);
  build.prepared.add(folder);
  if (backend === 's3') return;
  if (backend !== 'none')
    throw new BuildFailure(
      `the Terraform root ${root} keeps its state in the backend "${backend}", where a teardown cannot read it, and nothing is made. ${FIX}`,
    );
  const file = join(folder, OVERRIDE);
  if (existsSync(file))
    throw new BuildFailure(`the Terraform root ${root} has a file ${OVERRIDE}, which is the runbook's: rename it`);
  writeFileSync(file, `${JSON.stringify({ terraform: [{ backend: { s3: {} } }] })}\n`);
  build.report.log(`the Terraform root ${root} has no backend: ${OVERRIDE} gives it one in S3`);
}

/** @throws BuildFailure when the bucket that the configuration keeps is not there */
export async function requireKeptBackend({ settings, report }: Build): Promise<void> {
  const { stateBucket, lockTable, stateKey } = settings;
  await listKeys(stateBucket, stateKey).catch((error: Error) => {
    throw new BuildFailure(
      `the configuration keeps the backend (stack.keepBackend), and the bucket ${stateBucket} cannot be read: ${error.name}. Make it, and the table ${lockTable} with the key LockID, with the tags "project" and "environment"`,
    );
  });
  report.log(`the state is kept in ${stateBucket}, which nothing here makes or destroys`);
}

/** Terraform is asked where the text does not show the backend, and at the beginning of a life in any case. */
async function backendOf(build: Build, folder: string, root: string): Promise<string> {
  const names = readdirSync(folder).filter((name) => /\.(tf|tofu)(\.json)?$/.test(name));
  const texts = names.map((name) => readFileSync(join(folder, name), 'utf8'));
  if (!texts.some((text) => /\b(backend|cloud)\b/.test(text))) return 'none';
  // The initialised backend is compared with the backend of the environment all the same.
  const says = texts.some((text) => /^\s*backend\s+"s3"\s*\{/m.test(text));
  return says && build.settings.command !== 'bootstrap' ? 's3' : askedBackend(build, folder, root);
}

/** Before a root is initialised, Terraform prints which backend it has, and no more; lines are wrapped. */
async function askedBackend({ terraform }: Build, folder: string, root: string): Promise<string> {
  const { text } = await terraform.capture(resolve('.'), [`-chdir=${folder}`, 'state', 'list', '-no-color'], 'output');
  const said = text.replaceAll(/\s+/g, ' ');
  const [, type] = /Initial configuration of the requested backend "([\w-]+)"/.exec(said) ?? [];
  if (type) return type;
  if (/Initial configuration of (HCP Terraform|Terraform Cloud|cloud)/.test(said)) return 'cloud';
  if (said.includes('No state file was found')) return 'none';
  throw new BuildFailure(`the backend of the Terraform root ${root} is not known, and nothing is made: ${said.trim()}`);
}
