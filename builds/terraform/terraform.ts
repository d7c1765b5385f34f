import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { BuildFailure, CommandFailure, type Report } from '../report.ts';
import type { Variables } from '../variables.ts';
import { applyNow, applyPlan } from './apply.ts';
import { prepareBackend, requireKeptBackend } from './backend.ts';
import { ensureEngine } from './binary.ts';
import { type Build, type Root, stateOf } from './build.ts';
import { destroyFailure, destroyPlan } from './destroy.ts';
import { reasonOf } from './events.ts';
import { requireLockFile } from './lock-file.ts';
import { withoutSensitive } from './outputs.ts';
import {
  described,
  fileOf,
  keepLineage,
  limitDeletions,
  lineageToKeep,
  makePlan,
  nameOthers,
  storePlan,
} from './plan.ts';
import { preview } from './preview.ts';
import { type Run, Terraform } from './process.ts';
import { installProviders } from './providers.ts';
import { presentState } from './recovery.ts';
import { makeRepositories } from './repositories.ts';
import { reviewPlan } from './review.ts';
import { appliedTo, architectureVariable, enterBootstrap, enterStack } from './roots.ts';
import {
  APPLIED_VARIABLES,
  APPLYING,
  DESCRIBED_PLAN,
  DESTROY_PLAN,
  DESTROYED,
  LINEAGE,
  OUTPUTS,
  ownKey,
  PLANNED_VARIABLES,
  read,
  required,
  STACK_PLAN,
  store,
  storeOwn,
} from './run-files.ts';
import { type Command, commandsOf, type Settings, terraformSettings } from './settings.ts';
import { Signals } from './signals.ts';
import { StackVariables } from './stack-variables.ts';
import { readVariables, takeVariables } from './tfvars.ts';

/** A step returns this value when its build must run no other step. */
const ENOUGH = 'enough';

/**
 * Each command is one step of an environment's life. The stack is the Terraform root in STACK_ROOT; it has the
 * variables of infra/aws-v3/stack that are not about its services.
 */
const STEPS: Record<Command, (build: Build) => Promise<undefined | typeof ENOUGH>> = {
  /**
   * Applies the bootstrap root: state bucket and lock table. The stack's backend is checked first, before anything is
   * created.
   */
  bootstrap: async (build) => {
    new StackVariables(build.settings).requireDeclared();
    const { stackRoot } = build.settings;
    requireLockFile(resolve(stackRoot), stackRoot);
    await prepareBackend(build, resolve(stackRoot), stackRoot);
    if (build.settings.keepBackend) await requireKeptBackend(build);
    else await makeBackend(build);
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

  /** Runs the review of the plan of `plan`. A refusal is exported: it is an answer, and no failure. */
  review: async (build) => {
    const refusal = await reviewPlan(build);
    if (!refusal) return undefined;
    if (await read(build, ownKey(build, APPLYING)))
      throw new BuildFailure(
        `a part of this execution's plan is applied already, and what is left is refused: ${refusal}. Tear ${build.settings.environment} down, or correct what is refused and provision it again`,
      );
    build.report.exportValue('PLAN_REFUSAL', refusal);
    return ENOUGH;
  },

  /** Plans other images for the services of a stack that is up, and nothing else. */
  'plan-rollout': async (build) => {
    const { settings } = build;
    const root = await enterStack(build);
    const applied = required(build, root.found, APPLIED_VARIABLES);
    await takeVariables(root.variablesFile, applied, {
      ...root.variables?.images,
      ...root.variables?.named(architectureVariable(settings)),
    });
    await makePlan(build, root, STACK_PLAN);
    const others = await nameOthers(build, root, STACK_PLAN);
    if (others === 'none') await storePlan(build, root, STACK_PLAN);
  },

  /** Applies the plan of `plan` or `plan-rollout`; keeps the outputs in the control bucket. */
  apply: async (build) => {
    const root = await enterStack(build, { own: [STACK_PLAN, PLANNED_VARIABLES], nowApplied: PLANNED_VARIABLES });
    await fetchPlan(build, root, STACK_PLAN);
    await takeVariables(root.variablesFile, required(build, root.found, ownKey(build, PLANNED_VARIABLES)), {});
    await storeOwn(build, APPLYING, '');
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

  /** Applies the plan of `destroy-plan`. */
  destroy: async (build) => {
    const root = await enterStack(build, { own: [DESTROY_PLAN] });
    await fetchPlan(build, root, DESTROY_PLAN);
    await destroyPlan(build, root, DESTROY_PLAN);
  },

  /** Destroys the bootstrap root. */
  'destroy-backend': async (build) => {
    if (build.settings.keepBackend) throw new BuildFailure('the configuration keeps the backend: nothing is destroyed');
    const run = await applyNow(build, await enterBootstrap(build), '-destroy');
    if (run.status !== 0) throw destroyFailure('the backend could not be destroyed', '', run);
  },

  /** Plans what a provision would change now. Nothing is claimed, locked, recovered or kept for an apply. */
  preview: async (build) => {
    await preview(build);
    return undefined;
  },
};

/** @param name of a command, or of a sequence of them */
export async function terraform(name: string, variables: Variables, report: Report): Promise<void> {
  const all = commandsOf(name).map((command) => terraformSettings(variables.with('COMMAND', command)));
  for (const settings of all) requireFolder(settings);
  const work = mkdtempSync(join(tmpdir(), 'build-'));
  process.on('exit', () => rmSync(work, { recursive: true, force: true }));
  const signals = new Signals(report);
  const terraform = new Terraform(process.env, report, signals, work);
  const common = { report, signals, work, terraform, prepared: new Set<string>() };
  for (const [index, settings] of all.entries()) {
    const build = { ...common, settings };
    const { command, environment, run, accountId, region } = settings;
    if (index === 0) await Promise.all([ensureEngine(build), installProviders(build, rootsOf(all))]);
    report.log(`${command} of ${environment}, run ${run}, in account ${accountId}, ${region}`);
    const said = await STEPS[command](build);
    report.log(`${command} is done`);
    if (said === ENOUGH) return;
    signals.endIfStopped();
  }
}

/** Returns the folders of all roots that a build works on. */
function rootsOf(all: readonly Settings[]): string[] {
  return [...new Set(all.flatMap(({ bootstrapRoot, stackRoot }) => [bootstrapRoot, stackRoot]))].filter(Boolean);
}

async function makeBackend(build: Build): Promise<void> {
  const run = await applyNow(build, await enterBootstrap(build));
  if (run.status !== 0) throw new BuildFailure(`the backend could not be created. ${reasonOf(run.events)}`);
}

function requireFolder({ stackRoot, run, environment }: Settings): void {
  if (!stackRoot || existsSync(stackRoot)) return;
  throw new BuildFailure(
    `the source of ${run} has no folder ${stackRoot}: another stack made ${environment}. Deploy this project with the stack.root that did`,
  );
}

/**
 * A teardown may have removed the backend and left something else: the state that is created now is another one, and
 * that is right. The destroy has noted whose state it was: without that note, somebody has removed the state of
 * resources that exist.
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

/**
 * Repositories that exist already keep the tags of what was applied last. The plan changes them, and a person may
 * refuse it. A variable that is new since then has its new value.
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
