import { join, resolve } from 'node:path';
import { putObject } from '../aws/objects.ts';
import { BuildFailure } from '../report.ts';
import { prepareBackend } from './backend.ts';
import { type Build, type Root, stateOf } from './build.ts';
import { NO_DIGEST } from './image-variables.ts';
import { described, lineageToKeep, makePlan } from './plan.ts';
import { errorIn, findInRun } from './recovery.ts';
import { appliedTo, identity, init, inputsIn, requireOwnBackend, stackVariables, tagsOf } from './roots.ts';
import { APPLIED_VARIABLES, required, STACK_PLAN } from './run-files.ts';
import type { Settings } from './settings.ts';
import { StackVariables } from './stack-variables.ts';
import { writeVariables } from './tfvars.ts';

/** What a preview shows for the digest of an image that the configuration has and no provision has built. */
const UNBUILT = '(known after the image is built)';

/**
 * Plans what a provision would change now, and stores the changes as `previewKey` (lambdas/contracts/deployed-names.ts)
 * names them. The build owns nothing: it takes no lock, recovers nothing, and its role cannot change an environment.
 * @throws BuildFailure where the plan would not be that of a provision
 */
export async function preview(build: Build): Promise<void> {
  const root = await enter(build);
  await makePlan(build, root, STACK_PLAN, ['-lock=false']);
  // A state that somebody has removed or replaced would show everything as new.
  await lineageToKeep(build, root, STACK_PLAN);
  const { controlBucket, environment } = build.settings;
  const id = build.settings.build.split(':')[1];
  const changes = await described(build, root, STACK_PLAN);
  await putObject(controlBucket, `previews/${environment}/${id}.json`, changes.replaceAll(NO_DIGEST, UNBUILT));
}

async function enter(build: Build): Promise<Root> {
  const { settings, work, report } = build;
  const folder = resolve(settings.stackRoot);
  const root = {
    folder,
    ...{ bucket: settings.stateBucket, key: settings.stateKey, table: settings.lockTable },
    errored: 'errored.tfstate',
    variablesFile: join(work, APPLIED_VARIABLES),
  };
  const variables = new StackVariables(settings);
  variables.requireDeclared();
  requireNoSecrets(variables, settings);
  await prepareBackend(build, folder, settings.stackRoot);
  const [found, { status, text }] = await Promise.all([findInRun(build, { ...root }, { own: [] }), init(build, root)]);
  if (text.trim()) report.say(text.trimEnd());
  if (status !== 0) throw new BuildFailure(`terraform init ended with ${status}${errorIn(text)}`);
  requireOwnBackend(settings.stackRoot, root);
  if (found.has(root.errored))
    throw new BuildFailure(
      `an earlier build could not write the state ${stateOf(root)}, and left it in s3://${settings.controlBucket}/${settings.runKey}/${root.errored}: a plan from the older state would be wrong. The next provision, or teardown, of ${settings.environment} writes it`,
    );
  const ready: Root = { ...root, found, variables };
  // Everything has the owner and the end of its last apply in its tags. With others, everything would change.
  required(build, found, APPLIED_VARIABLES);
  const applied = appliedTo(ready);
  await writeVariables(root.variablesFile, {
    ...variables.images,
    ...pick(applied, imageNames(settings)),
    ...keptTags(tagsOf(settings, folder), applied),
    ...variables.named({ ...identity(settings), ...stackVariables(settings) }),
    ...pick(applied, Object.keys(variables.named({ run: '', owner: '', expires_at: '' }))),
    ...variables.configured(inputsIn(build, ready)),
  });
  return ready;
}

/** The role of a preview reads no secret that the configuration refers to. */
function requireNoSecrets({ secrets }: StackVariables, { environment }: Settings): void {
  if (secrets.length === 0) return;
  const named = secrets.map(({ name, reference }) => {
    const where = 'ssm' in reference ? `parameter ${reference.ssm}` : `secret ${reference.secretsManager}`;
    return `${name} (${where})`;
  });
  throw new BuildFailure(
    `a preview reads no secrets, and variables of ${environment} have their values from some: ${named.join(', ')}`,
  );
}

const imageNames = ({ images }: Settings) => images.map(({ variable }) => variable);

function pick(values: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (name in values ? [[name, values[name]]] : [])));
}

const OF_LAST_APPLY = ['run', 'owner', 'expires-at'];

function keptTags(
  { runbook_tags: tags }: Record<string, object>,
  { runbook_tags: applied }: Readonly<Record<string, unknown>>,
): Record<string, object> {
  if (tags === undefined) return {};
  const kept = typeof applied === 'object' && applied !== null ? pick({ ...applied }, OF_LAST_APPLY) : {};
  return { runbook_tags: { ...tags, ...kept } };
}
