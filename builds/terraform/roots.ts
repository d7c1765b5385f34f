import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { BuildFailure } from '../report.ts';
import type { Build, Root } from './build.ts';
import { recover, type Wanted } from './recovery.ts';
import { APPLIED_VARIABLES, INPUTS, ownKey, required } from './run-files.ts';
import { writeSecrets } from './secrets.ts';
import type { Command, Settings } from './settings.ts';
import { StackVariables } from './stack-variables.ts';
import { writeVariables } from './tfvars.ts';

const BOOTSTRAP_ROOT = 'infra/aws-v3/bootstrap';

/**
 * Before a root is initialised, Terraform says which backend it has, and no more; lines are wrapped.
 * @throws BuildFailure unless its state is kept in S3: in any other, it would end with the build
 */
export async function requireS3Backend({ settings, terraform }: Build): Promise<void> {
  const { stackRoot } = settings;
  const args = [`-chdir=${resolve(stackRoot)}`, 'state', 'list', '-no-color'];
  const { text } = await terraform.capture(resolve('.'), args, 'output');
  if (text.replaceAll(/[ \n]+/g, ' ').includes('Initial configuration of the requested backend "s3"')) return;
  throw new BuildFailure(
    `the Terraform root ${stackRoot} has no S3 backend, so its state would be lost with the build, and nothing is made. Write this into it: terraform { backend "s3" {} }`,
  );
}

export async function enterBootstrap(build: Build): Promise<Root> {
  const { settings, work } = build;
  const root = {
    folder: resolve(BOOTSTRAP_ROOT),
    ...{ bucket: settings.controlBucket, key: settings.bootstrapStateKey, table: undefined },
    errored: 'errored-bootstrap.tfstate',
    variablesFile: join(work, APPLIED_VARIABLES),
  };
  const { stateBucket: state_bucket, lockTable: lock_table } = settings;
  await writeVariables(root.variablesFile, { ...identity(settings), state_bucket, lock_table });
  return recover(build, root, { own: [] }, () => init(build, root));
}

export async function enterStack(build: Build, wanted: Wanted = { own: [] }): Promise<Root> {
  const { settings, work } = build;
  const folder = resolve(settings.stackRoot);
  const root = {
    folder,
    // Both locks: the lock file is Terraform's present one, the table is the one that older versions and the runbook know.
    ...{ bucket: settings.stateBucket, key: settings.stateKey, table: settings.lockTable },
    errored: 'errored.tfstate',
    variablesFile: join(work, APPLIED_VARIABLES),
  };
  const variables = new StackVariables(settings);
  const found = await recover(build, root, wanted, () => init(build, root));
  requireOwnBackend(settings, found);
  const ready = { ...found, variables };
  await writeVariables(root.variablesFile, {
    ...(DESTROYS.has(settings.command) ? appliedTo(ready) : {}),
    ...variables.named({ ...identity(settings), ...stackVariables(settings) }),
    ...variables.configured(inputsIn(build, ready)),
  });
  const secrets = await writeSecrets(build, variables.secrets, DESTROYS.has(settings.command));
  return secrets ? { ...ready, secrets } : ready;
}

const DESTROYS: ReadonlySet<Command> = new Set(['destroy-plan', 'destroy']);

/** Values that were applied last, of variables that the root still declares. */
export function appliedTo({ found, variables }: Root): Record<string, unknown> {
  const applied = found.get(APPLIED_VARIABLES)?.toString();
  return applied === undefined ? {} : (variables?.declared(JSON.parse(applied) as Record<string, unknown>) ?? {});
}

/** @throws BuildFailure when the execution was given values, and they are not there: nobody takes that for none */
function inputsIn(build: Build, { found }: Root): Record<string, unknown> {
  if (!build.settings.hasInputs) return {};
  return JSON.parse(required(build, found, ownKey(build, INPUTS)).toString()) as Record<string, unknown>;
}

/** Variables that both roots have. An emulator answers a call that it lacks as an outage, which is not worth 25 tries. */
function identity(settings: Settings): Record<string, unknown> {
  const { environment, prefix, accountId, run, owner, expiresAt, project, emulated } = settings;
  return {
    ...{ environment, prefix, account_id: accountId, run, owner, expires_at: expiresAt },
    ...(project ? { project } : {}),
    ...(emulated ? { max_retries: 2, s3_use_path_style: true } : {}),
  };
}

function stackVariables(settings: Settings): Record<string, string | undefined> {
  const { permissionsBoundary, notificationsTopic } = settings;
  return {
    ...{ permissions_boundary: permissionsBoundary, notifications_topic_arn: notificationsTopic },
    ...imageVariables(settings),
  };
}

/** The images, and what they are built for. */
export function imageVariables({ images, hasImages, cpuArchitecture }: Settings): Record<string, string | undefined> {
  return {
    ...{ api_image: images?.api, worker_image: images?.worker },
    ...(hasImages ? { cpu_architecture: cpuArchitecture } : {}),
  };
}

/** A working folder knows its backend from the first call on; it lasts as long as the build. */
function init(
  { settings, terraform }: Build,
  { folder, bucket, key, table }: Pick<Root, 'folder' | 'bucket' | 'key' | 'table'>,
) {
  const backend = [
    ...[`bucket=${bucket}`, `key=${key}`, `region=${settings.region}`, 'encrypt=true', 'use_lockfile=true'],
    ...(table ? [`dynamodb_table=${table}`] : []),
    // An emulator has no DNS name for each bucket.
    ...(settings.emulated ? ['use_path_style=true'] : []),
  ];
  const args = ['init', '-no-color', '-lockfile=readonly', ...backend.map((value) => `-backend-config=${value}`)];
  return terraform.capture(folder, args, 'output');
}

const initialised = z.object({
  backend: z.object({
    type: z.string(),
    config: z.object({ bucket: z.string().nullish(), key: z.string().nullish() }),
  }),
});

/** What was initialised is the backend that a teardown reads. */
function requireOwnBackend({ stackRoot }: Settings, root: Pick<Root, 'folder' | 'bucket' | 'key'>): void {
  let found = 'none';
  try {
    const text = readFileSync(join(root.folder, '.terraform', 'terraform.tfstate'), 'utf8');
    const { type, config } = initialised.parse(JSON.parse(text)).backend;
    found = `${type} ${config.bucket} ${config.key}`;
  } catch {
    // A root without a backend has no such file.
  }
  if (found === `s3 ${root.bucket} ${root.key}`) return;
  throw new BuildFailure(
    `the Terraform root ${stackRoot} keeps its state in "${found}", and a teardown reads s3 ${root.bucket} ${root.key}: nothing is planned`,
  );
}
