import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuildFailure, CommandFailure, type Report } from '../report.ts';
import type { Variables } from '../variables.ts';
import { apply, applyNow, applyPlan } from './apply.ts';
import { ensureTerraform } from './binary.ts';
import { type Build, type Root, stateOf } from './build.ts';
import { destroyFailure, destroyPlan } from './destroy.ts';
import { reasonOf } from './events.ts';
import { withoutSensitive } from './outputs.ts';
import {
  described,
  fileOf,
  keepLineage,
  limitDeletions,
  lineageToKeep,
  makePlan,
  nameOthers,
  plan,
  requireDestroyable,
  storePlan,
} from './plan.ts';
import { type Run, Terraform } from './process.ts';
import { presentState } from './recovery.ts';
import { appliedTo, enterBootstrap, enterStack, imageVariables, requireS3Backend } from './roots.ts';
import {
  APPLIED_VARIABLES,
  DESCRIBED_PLAN,
  DESTROY_PLAN,
  DESTROYED,
  LINEAGE,
  OUTPUTS,
  ownKey,
  PLANNED_VARIABLES,
  required,
  STACK_PLAN,
  store,
  storeOwn,
} from './run-files.ts';
import { type Command, type Settings, terraformSettings } from './settings.ts';
import { repositoriesIn } from './shown-plan.ts';
import { Signals } from './signals.ts';
import { StackVariables } from './stack-variables.ts';
import { readVariables, takeVariables } from './tfvars.ts';

/**
 * One step of an environment's life. The stack is the Terraform root in STACK_ROOT; it has the variables of infra/aws-v3/stack
 * that are not about its services.
 */
const STEPS: Record<Command, (build: Build) => Promise<void>> = {
  /** Applies the bootstrap root: state bucket and lock table. */
  bootstrap: async (build) => {
    new StackVariables(build.settings).requireDeclared();
    await requireS3Backend(build);
    const run = await applyNow(build, await enterBootstrap(build));
    if (run.status !== 0) throw new BuildFailure(`the backend could not be created. ${reasonOf(run.events)}`);
  },

  /** Applies the image repositories of the stack, nothing else. */
  repositories: async (build) => {
    const root = await forgetLineageOfGoneState(build, await enterStack(build));
    await keepAppliedVariables(root);
    await makeRepositories(build, root);
  },

  /** Plans the stack with its images; keeps the plan, what it does, and its variables in the control bucket. */
  plan: async (build) => {
    const root = await forgetLineageOfGoneState(build, await enterStack(build));
    await makePlan(build, root, STACK_PLAN);
    const lineage = await lineageToKeep(build, root, STACK_PLAN);
    const description = await described(build, root, STACK_PLAN);
    await Promise.all([
      storePlan(build, root, STACK_PLAN),
      storeOwn(build, DESCRIBED_PLAN, description),
      keepLineage(build, lineage),
    ]);
  },

  /** Plans other images for the services of a stack that is up, and nothing else. */
  'plan-rollout': async (build) => {
    const { settings } = build;
    const root = await enterStack(build);
    const applied = required(build, root.found, APPLIED_VARIABLES);
    await takeVariables(root.variablesFile, applied, root.variables?.named(imageVariables(settings)) ?? {});
    await makePlan(build, root, STACK_PLAN);
    const others = await nameOthers(build, root, STACK_PLAN);
    if (others === 'none') await storePlan(build, root, STACK_PLAN);
  },

  /** Applies the plan of either; keeps the outputs in the control bucket. */
  apply: async (build) => {
    const root = await enterStack(build, { own: [STACK_PLAN, PLANNED_VARIABLES], nowApplied: PLANNED_VARIABLES });
    await fetchPlan(build, root, STACK_PLAN);
    await takeVariables(root.variablesFile, required(build, root.found, ownKey(build, PLANNED_VARIABLES)), {});
    succeeded(await applyPlan(build, root, STACK_PLAN), 'terraform apply');
    const { status, text } = await build.terraform.capture(root.folder, ['output', '-json']);
    if (status !== 0) throw new BuildFailure('the outputs could not be read');
    await store(build, OUTPUTS, withoutSensitive(text));
  },

  /** Plans the destruction; refuses more than MAX_DELETIONS deletions. */
  'destroy-plan': async (build) => {
    const root = await enterStack(build);
    const destroys = await makePlan(build, root, DESTROY_PLAN, ['-destroy']);
    await limitDeletions(build, DESTROY_PLAN, destroys);
    await storeOwn(build, DESTROY_PLAN, await readFile(fileOf(build, DESTROY_PLAN)));
  },

  /** Applies that plan. */
  destroy: async (build) => {
    const root = await enterStack(build, { own: [DESTROY_PLAN] });
    await fetchPlan(build, root, DESTROY_PLAN);
    await destroyPlan(build, root, DESTROY_PLAN);
  },

  /** Destroys the bootstrap root. */
  'destroy-backend': async (build) => {
    const run = await applyNow(build, await enterBootstrap(build), '-destroy');
    if (run.status !== 0) throw destroyFailure('the backend could not be destroyed', '', run);
  },
};

export async function terraform(command: string, variables: Variables, report: Report): Promise<void> {
  const settings = terraformSettings(variables.with('COMMAND', command));
  requireFolder(settings);
  const work = mkdtempSync(join(tmpdir(), 'build-'));
  process.on('exit', () => rmSync(work, { recursive: true, force: true }));
  const signals = new Signals(report);
  const build = { settings, report, signals, work, terraform: new Terraform(process.env, report, signals, work) };
  await ensureTerraform(build);
  const { environment, run, accountId, region } = settings;
  report.log(`${settings.command} of ${environment}, run ${run}, in account ${accountId}, ${region}`);
  await STEPS[settings.command](build);
  report.log(`${settings.command} is done`);
}

function requireFolder({ stackRoot, run, environment }: Settings): void {
  if (!stackRoot || existsSync(stackRoot)) return;
  throw new BuildFailure(
    `the source of ${run} has no folder ${stackRoot}: another stack made ${environment}. Deploy this project with the stack.root that did`,
  );
}

/**
 * A teardown may have taken the backend and left something else: the state that is made now is another one, and that is right. Its destroy
 * has noted whose state it was: without that, somebody has removed the state of what stands.
 */
async function forgetLineageOfGoneState(build: Build, root: Root): Promise<Root> {
  const known = root.found.get(LINEAGE)?.toString();
  if (!known || (await presentState(build, root)).lineage) return root;
  if (root.found.get(DESTROYED)?.toString() !== known)
    throw new BuildFailure(
      `the state ${stateOf(root)} is not there, the last plan of ${build.settings.run} was made from ${known}, and no teardown has destroyed what was in it: nothing is made. Put it back; its versions are in the bucket`,
    );
  await keepLineage(build, '');
  return { ...root, found: new Map([...root.found].filter(([name]) => name !== LINEAGE)) };
}

const REPOSITORIES_PLAN = 'repositories.tfplan';

/** Makes the repositories that are not there. What else would change of them is up to the plan, and to whoever may refuse that. */
async function makeRepositories(build: Build, root: Root): Promise<void> {
  const { any } = await plan(build, root, REPOSITORIES_PLAN, ['-target=aws_ecr_repository.service']);
  if (!any) return;
  const { created, updated } = repositoriesIn(await requireDestroyable(build, root, REPOSITORIES_PLAN));
  if (created.length === 0) return build.report.log('the repositories are there');
  if (updated.length > 0) {
    await plan(
      build,
      root,
      REPOSITORIES_PLAN,
      created.map((address) => `-target=${address}`),
    );
    await requireDestroyable(build, root, REPOSITORIES_PLAN);
  }
  const run = await apply(build, root, [fileOf(build, REPOSITORIES_PLAN)]);
  if (run.status !== 0) throw new BuildFailure(`the repositories could not be created. ${reasonOf(run.events)}`);
}

/**
 * Repositories that are there already have the tags of what was applied last. To change them is up to the plan, and to
 * whoever may refuse it. A variable that is new since then has its new value.
 */
async function keepAppliedVariables(root: Root): Promise<void> {
  await takeVariables(root.variablesFile, await readVariables(root.variablesFile), appliedTo(root));
}

async function fetchPlan(build: Build, root: Root, name: string): Promise<void> {
  await writeFile(fileOf(build, name), required(build, root.found, ownKey(build, name)));
}

function succeeded(run: Run, command: string): void {
  if (run.status !== 0) throw new CommandFailure(command, run.status);
}
