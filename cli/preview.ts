import { InvokeCommand, ResourceNotFoundException } from '@aws-sdk/client-lambda';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { PREVIEW_FUNCTION, previewKey } from '../lambdas/contracts/deployed-names.ts';
import { previewResult } from '../lambdas/contracts/payloads/preview.ts';
import { type PlanFile, planFile } from '../lambdas/contracts/plan.ts';
import { type BuildView, describeBuild, lastLinesOf } from './builds.ts';
import type { Cli } from './cli.ts';
import { notDeployed, type OperatorAccount } from './commands/account.ts';
import { CommandError } from './commands/command-error.ts';
import { visible } from './format.ts';
import { parse } from './json.ts';
import { span } from './times.ts';

const LOOK_EVERY_MS = 2_000;
const HEARTBEAT_MS = 60_000;

const failure = z.object({ errorType: z.string(), errorMessage: z.string() });

/**
 * Asks the function that starts the builds of previews.
 * @returns the id of the build
 * @throws {CommandError} with the fix, when there is nothing to preview or no build can be started
 */
export async function startPreview(account: OperatorAccount, environment: string): Promise<string> {
  const question = { FunctionName: PREVIEW_FUNCTION, Payload: JSON.stringify({ environment }) };
  const { Payload } = await account.lambda.send(new InvokeCommand(question)).catch((error) => {
    throw error instanceof ResourceNotFoundException ? notDeployed(`function ${PREVIEW_FUNCTION}`, account) : error;
  });
  const said = parse(Payload?.transformToString());
  const started = previewResult.safeParse(said).data;
  if (started) return started.build;
  const { errorMessage } = failure.safeParse(said).data ?? {};
  throw new CommandError(errorMessage ?? `${PREVIEW_FUNCTION} does not say which build it started`);
}

/**
 * Follows a build until it ends, with one line a minute.
 * @returns undefined when the operator interrupts it; the build continues
 * @throws {CommandError} when CodeBuild does not have the build
 */
export async function followBuild(
  account: OperatorAccount,
  environment: string,
  id: string,
  { err, signal, now, sleep }: Pick<Cli, 'err' | 'signal' | 'now' | 'sleep'>,
): Promise<BuildView | undefined> {
  const began = now();
  let last = began;
  err.write(`Build ${id} plans ${environment}.\n`);
  while (!signal.aborted) {
    const build = await describeBuild(account, id);
    if (!build) throw new CommandError(`build "${id}" is not known here: CodeBuild has lost it. Try again`);
    if (build.isOver) return build;
    if (now() - last >= HEARTBEAT_MS) {
      last = now();
      const time = span(last - began);
      const state = build.isQueued
        ? `has waited in the queue of CodeBuild for ${time}`
        : `is still planning, ${time} after it was requested`;
      err.write(`Build ${id} ${state}.\n`);
    }
    await sleep(LOOK_EVERY_MS);
  }
  return undefined;
}

/** @throws {CommandError} when the build has made no plan, with its reason and another way to see one */
export async function loadPreview(account: OperatorAccount, environment: string, build: BuildView): Promise<PlanFile> {
  if (build.status !== 'SUCCEEDED') throw new CommandError(await reasonOf(account, environment, build));
  const Key = previewKey(environment, build.id);
  const { Body } = await account.s3.send(new GetObjectCommand({ Bucket: account.controlBucket, Key }));
  const plan = planFile.safeParse(parse(await Body?.transformToString())).data;
  if (plan) return plan;
  throw new CommandError(`s3://${account.controlBucket}/${Key} is not what Terraform says of a plan: try again`);
}

async function reasonOf(account: OperatorAccount, environment: string, build: BuildView): Promise<string> {
  const { REFUSED, FAILURE } = build.exported;
  const said = REFUSED || FAILURE || (await lastLinesOf(account, build.id)).join('\n');
  const why = said ? visible(said) : 'its log has no line';
  return [
    `there is no plan: build ${build.id} is ${build.status}. ${why}`,
    `Its log: npx runbook logs ${environment} --build ${build.id}`,
    `A plan with the rights of a provision, before it is applied: npx runbook provision ${environment} --approval plan`,
  ].join('\n');
}
