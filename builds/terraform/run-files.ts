import { getObject, putObject } from '../aws/objects.ts';
import { BuildFailure } from '../report.ts';
import type { Build } from './build.ts';

/** The files of a run are in the control bucket. Their names are those of `runKeys` (lambdas/contracts/naming.ts). */

/** The file has the variables that everything of the environment has. */
export const APPLIED_VARIABLES = 'stack.auto.tfvars.json';
/** The file has the variables of a plan, which become the environment's when the plan is applied. */
export const PLANNED_VARIABLES = 'planned.tfvars.json';
/**
 * The file has the values of the stack's variables that the execution was given; `claim` writes them for every owner.
 */
export const INPUTS = 'inputs.tfvars.json';
export const STACK_PLAN = 'stack.tfplan';
export const DESTROY_PLAN = 'destroy.tfplan';
/** The file describes what the stack's plan does, for people and functions. */
export const DESCRIBED_PLAN = 'stack.tfplan.json';
/**
 * The file is empty. It exists from the moment when this owner begins to apply: then its plan is not refused as one of
 * which nothing was applied.
 */
export const APPLYING = 'applying';
export const OUTPUTS = 'outputs.json';
/**
 * The file has the lineage of the state of the run's last plan: what an apply that dies has created is in that state.
 */
export const LINEAGE = 'stack.lineage';
/** The file has the lineage and the serial of the state after the last apply, with a space between. */
export const SERIAL = 'stack.serial';
/** The file has the lineage of the state whose destroy has begun; it is empty again once something is applied. */
export const DESTROYED = 'stack.destroyed';

/** Stores a file that belongs to the life of the environment. */
export async function store({ settings }: Build, name: string, content: Buffer | string): Promise<void> {
  await putObject(settings.controlBucket, `${settings.runKey}/${name}`, content);
}

/** Stores a file for the builds of this owner alone, since another owner's plan is never applied. */
export async function storeOwn(build: Build, name: string, content: Buffer | string): Promise<void> {
  await store(build, ownKey(build, name), content);
}

export function ownKey({ settings }: Build, name: string): string {
  return `${settings.fencing}/${name}`;
}

/** @returns undefined when there is no such file */
export function read({ settings }: Build, name: string): Promise<Buffer | undefined> {
  return getObject(settings.controlBucket, `${settings.runKey}/${name}`);
}

/** @throws BuildFailure when the file was not there */
export function required({ settings }: Build, found: ReadonlyMap<string, Buffer>, name: string): Buffer {
  const content = found.get(name);
  if (content) return content;
  const { controlBucket, runKey } = settings;
  throw new BuildFailure(`s3://${controlBucket}/${runKey}/${name} does not exist: nothing can be taken from it`);
}
