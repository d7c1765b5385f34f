import { getObject, putObject } from '../aws/objects.ts';
import { BuildFailure } from '../report.ts';
import type { Build } from './build.ts';

/** Files of a run in the control bucket. Their names are those of `runKeys` (lambdas/contracts/naming.ts). */

/** Variables that everything of the environment has. */
export const APPLIED_VARIABLES = 'stack.auto.tfvars.json';
/** Variables of a plan, which are the environment's when it is applied. */
export const PLANNED_VARIABLES = 'planned.tfvars.json';
/** Values of the stack's variables that the execution was given; `claim` writes it for every owner. */
export const INPUTS = 'inputs.tfvars.json';
export const STACK_PLAN = 'stack.tfplan';
export const DESTROY_PLAN = 'destroy.tfplan';
/** What the stack's plan does, for people and functions. */
export const DESCRIBED_PLAN = 'stack.tfplan.json';
export const OUTPUTS = 'outputs.json';
/** Lineage of the state that the run's last plan was made from: what an apply that dies has made is in that one. */
export const LINEAGE = 'stack.lineage';
/** Lineage of the state whose destroy has begun; empty again once something is applied. */
export const DESTROYED = 'stack.destroyed';

/** A file that belongs to the life of the environment. */
export async function store({ settings }: Build, name: string, content: Buffer | string): Promise<void> {
  await putObject(settings.controlBucket, `${settings.runKey}/${name}`, content);
}

/** A file for the builds of this owner alone, since a plan that another one made is never applied. */
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

/** @throws BuildFailure when it was not there */
export function required({ settings }: Build, found: ReadonlyMap<string, Buffer>, name: string): Buffer {
  const content = found.get(name);
  if (content) return content;
  const { controlBucket, runKey } = settings;
  throw new BuildFailure(`s3://${controlBucket}/${runKey}/${name} does not exist: nothing can be taken from it`);
}
