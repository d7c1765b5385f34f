import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { BuildFailure } from '../report.ts';
import { prepareBackend } from './backend.ts';
import { hasLockFile } from './binary.ts';
import type { Build, Root } from './build.ts';
import { recover, type Wanted } from './recovery.ts';
import { APPLIED_VARIABLES, INPUTS, ownKey, required } from './run-files.ts';
import { writeSecrets } from './secrets.ts';
import type { Command, Settings } from './settings.ts';
import { StackVariables } from './stack-variables.ts';
import { writeVariables } from './tfvars.ts';

export async function enterBootstrap(build: Build): Promise<Root> {
  const { settings, work } = build;
  const root = {
    folder: resolve(settings.bootstrapRoot),
    ...{ bucket: settings.controlBucket, key: settings.bootstrapStateKey, table: undefined },
    errored: 'errored-bootstrap.tfstate',
    variablesFile: join(work, APPLIED_VARIABLES),
  };
  const { stateBucket: state_bucket, lockTable: lock_table } = settings;
  await prepareBackend(build, root.folder, settings.bootstrapRoot);
  await writeVariables(root.variablesFile, {
    ...identity(settings),
    ...tagsOf(settings, root.folder),
    ...{ state_bucket, lock_table },
  });
  const ready = await recover(build, root, { own: [] }, () => init(build, root));
  requireOwnBackend(settings.bootstrapRoot, ready);
  return ready;
}

export async function enterStack(build: Build, wanted: Wanted = { own: [] }): Promise<Root> {
  const { settings, work } = build;
  const folder = resolve(settings.stackRoot);
  const root = {
    folder,
    // The root has both locks: the lock file is Terraform's present one, and the table is the one of older versions and
    // of the runbook.
    ...{ bucket: settings.stateBucket, key: settings.stateKey, table: settings.lockTable },
    errored: 'errored.tfstate',
    variablesFile: join(work, APPLIED_VARIABLES),
  };
  await prepareBackend(build, folder, settings.stackRoot);
  const variables = new StackVariables(settings);
  const found = await recover(build, root, wanted, () => init(build, root));
  requireOwnBackend(settings.stackRoot, found);
  const ready = { ...found, variables };
  await writeVariables(root.variablesFile, {
    ...variables.images,
    ...(DESTROYS.has(settings.command) ? appliedTo(ready) : {}),
    ...tagsOf(settings, folder),
    ...variables.named({ ...identity(settings), ...stackVariables(settings) }),
    ...variables.configured(inputsIn(build, ready)),
  });
  const destroys = DESTROYS.has(settings.command);
  const secrets = await writeSecrets(build, variables.secrets, { destroys, folder });
  return secrets ? { ...ready, secrets } : ready;
}

const DESTROYS: ReadonlySet<Command> = new Set(['destroy-plan', 'destroy']);

/** Returns the values that were applied last, of variables that the root still declares. */
export function appliedTo({ found, variables }: Root): Record<string, unknown> {
  const applied = found.get(APPLIED_VARIABLES)?.toString();
  return applied === undefined ? {} : (variables?.declared(JSON.parse(applied) as Record<string, unknown>) ?? {});
}

/** @throws BuildFailure when the execution has inputs, and their file is missing: a missing file is not an empty one */
export function inputsIn(build: Build, { found }: Root): Record<string, unknown> {
  if (!build.settings.hasInputs) return {};
  return JSON.parse(required(build, found, ownKey(build, INPUTS)).toString()) as Record<string, unknown>;
}

/**
 * Returns the variables that both roots have. An emulator answers a call that it lacks as an outage, which is not worth
 * 25 tries.
 */
export function identity(settings: Settings): Record<string, unknown> {
  const { environment, prefix, accountId, run, owner, expiresAt, project, emulated } = settings;
  return {
    ...{ environment, prefix, account_id: accountId, run, owner, expires_at: expiresAt },
    ...(project ? { project } : {}),
    ...(emulated ? { max_retries: 2, s3_use_path_style: true } : {}),
  };
}

/**
 * Returns the tags for a root whose providers get the tags of the runbook by the files that the archive has
 * (lib/builds/tag-files.ts).
 */
export function tagsOf(
  { environment, run, owner, expiresAt, project }: Settings,
  folder: string,
): Record<string, object> {
  if (!existsSync(join(folder, 'runbook.tf.json'))) return {};
  const tags = { environment, run, owner, 'expires-at': expiresAt, 'managed-by': 'terraform' };
  return { runbook_tags: { ...tags, ...(project ? { project } : {}) } };
}

export function stackVariables(settings: Settings): Record<string, string | undefined> {
  const { permissionsBoundary, notificationsTopic } = settings;
  return {
    ...{ permissions_boundary: permissionsBoundary, notifications_topic_arn: notificationsTopic },
    ...architectureVariable(settings),
  };
}

/** Returns the architecture that the images are built for. */
export function architectureVariable({ images, cpuArchitecture }: Settings): Record<string, string | undefined> {
  return images.length > 0 ? { cpu_architecture: cpuArchitecture } : {};
}

/** A working folder keeps its backend from the first call on; the folder lasts as long as the build. */
export function init(
  { settings, terraform, report }: Build,
  { folder, bucket, key, table }: Pick<Root, 'folder' | 'bucket' | 'key' | 'table'>,
) {
  const backend = [
    ...[`bucket=${bucket}`, `key=${key}`, `region=${settings.region}`, 'encrypt=true'],
    ...(hasLockFile(settings.engineVersion) ? ['use_lockfile=true'] : []),
    ...(table ? [`dynamodb_table=${table}`] : []),
    // An emulator has no DNS name for each bucket.
    ...(settings.emulated ? ['use_path_style=true'] : []),
  ];
  const locked = hasLocks(settings, folder);
  if (!locked)
    report.log(`${folder} locks no provider of ${OPENTOFU_REGISTRY}: their versions are what the root requires`);
  const readonly = locked ? ['-lockfile=readonly'] : [];
  const args = ['init', '-no-color', ...readonly, ...backend.map((value) => `-backend-config=${value}`)];
  return terraform.capture(folder, args, 'output');
}

const OPENTOFU_REGISTRY = 'registry.opentofu.org';

/** OpenTofu has providers of its own registry, which a lock file of Terraform's does not name. */
function hasLocks({ engine }: Settings, folder: string): boolean {
  const file = join(folder, '.terraform.lock.hcl');
  if (engine === 'terraform' || !existsSync(file)) return true;
  return readFileSync(file, 'utf8').includes(`"${OPENTOFU_REGISTRY}/`);
}

const initialised = z.object({
  backend: z.object({
    type: z.string(),
    config: z.object({ bucket: z.string().nullish(), key: z.string().nullish() }),
  }),
});

/** The initialised backend must be the one that a teardown reads. */
export function requireOwnBackend(name: string, root: Pick<Root, 'folder' | 'bucket' | 'key'>): void {
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
    `the Terraform root ${name} keeps its state in "${found}", and a teardown reads s3 ${root.bucket} ${root.key}: nothing is planned`,
  );
}
