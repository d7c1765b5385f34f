import { posix } from 'node:path';
import * as z from 'zod';
import { CHECKS, type CheckName, checkName, REPORT } from '../../lambdas/contracts/contracts.ts';
import {
  CHECK_OUTPUTS,
  DEPLOY_OUTPUTS,
  KNOWN_OUTPUTS,
  type KnownOutput,
  outputName,
  type WantedOutput,
} from '../../lambdas/contracts/outputs.ts';
import { acceptedRisk } from '../../lambdas/contracts/plan.ts';
import { passedVariable, variableName } from '../../lambdas/contracts/stack-variables.ts';
import { stackGrant } from '../iam/stack-grants.ts';
import { stackVariable, variableProblems } from './stack-variables.ts';

/** What of a configuration is about the Terraform root, and what is looked at in what it makes. */

const path = z
  .string()
  .regex(/^[A-Za-z0-9_][\w.-]*(\/[A-Za-z0-9_][\w.-]*)*$/, 'must be a path in this checkout, without ".."');
const wait = z.number().int().min(0).max(1_800);
const knownOutputs = Object.keys(KNOWN_OUTPUTS) as [KnownOutput, ...KnownOutput[]];

/** What the project's own Terraform root needs, in parts that another root may need some of. */
export const GRANT_SETS = ['network', 'platform', 'messaging', 'roles'] as const;
export type GrantSet = (typeof GRANT_SETS)[number];

/** A key that has another name now. */
const renamedTo = (name: string) => z.never(`is called "${name}" now`).optional();

const customCheck = z.strictObject({
  /** Shown in consoles and reports; `runbook-check-<name>` is its function. */
  name: checkName
    .refine(
      (name) => !(CHECKS as readonly string[]).includes(name),
      'is the name of a check that this project has already',
    )
    .refine((name) => name !== REPORT, 'is the name of the file that all results of a validation are in'),
  /** A file whose `handler` is made by `customCheck`. */
  handler: path.regex(/\.ts$/, 'must be a TypeScript file'),
  /** Names of the Terraform outputs that it cannot do without. */
  outputs: z.array(outputName).default([]),
  /** For how long it is waited for when it is not ready. */
  waitSeconds: wait,
  grants: z.array(stackGrant).default([]),
});

export const stackSchema = z.strictObject({
  /** Folder of the Terraform root that makes an environment. */
  root: path,
  /** Those of the built-in checks that suit it. */
  checks: z.array(z.enum(CHECKS)),
  /** Checks of a team's own. */
  customChecks: z.array(customCheck).default([]),
  /** Terraform outputs that must be there beyond what the checks need. */
  outputs: z.array(outputName).default([]),
  /** What the root calls the outputs that the project knows by another name. */
  outputNames: z.partialRecord(z.enum(knownOutputs), outputName).default({}),
  /** What the root calls the variables that it is given; `null` for one that means something else there, and is not given. */
  variableNames: z.partialRecord(passedVariable, variableName.nullable()).default({}),
  /** Values of its other variables. */
  variables: z.record(variableName, stackVariable).default({}),
  /** Dockerfiles of the API and of the worker; without them nothing is built, and nothing can be deployed. */
  images: z.strictObject({ api: path, worker: path }).optional(),
  /** Which parts of what Terraform may do the root needs. */
  permissionSets: z.array(z.enum(GRANT_SETS)),
  /** VPCs of others, in this account and region, in which the root makes security groups. */
  sharedVpcs: z
    .array(z.string().regex(/^vpc-([0-9a-f]{8}|[0-9a-f]{17})$/, 'must be the id of a VPC'))
    .max(10)
    .default([]),
  /** What Terraform may do beyond those. */
  grants: z.array(stackGrant).default([]),
  /** What would stop the teardown of the root's resources, or would be left by it, and is accepted all the same. */
  acceptedRisks: z.array(acceptedRisk).max(50).default([]),
  ownChecks: renamedTo('customChecks'),
  uses: renamedTo('permissionSets'),
});
export type StackConfig = z.output<typeof stackSchema>;

/** Step Functions carries the evidence of all of them in one state of 256 KiB. */
const MAX_CHECKS = 10;

export const waits = z.strictObject(
  Object.fromEntries(CHECKS.map((check) => [check, wait.optional()])) as Record<CheckName, z.ZodOptional<typeof wait>>,
);

/** What is wrong with a stack as a whole: `[path, message]`. */
export function problemsOf(
  stack: StackConfig,
  waitSeconds: z.output<typeof waits>,
): [path: string[], message: string][] {
  const names = checkNames(stack);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return [
    ...(names.length === 0 ? ([[['stack', 'checks'], 'must name at least one check']] as [string[], string][]) : []),
    ...(names.length > MAX_CHECKS
      ? ([[['stack', 'customChecks'], `may be so many that there are ${MAX_CHECKS} checks in all`]] as [
          string[],
          string,
        ][])
      : []),
    ...(twice ? ([[['stack', 'checks'], `names "${twice}" twice`]] as [string[], string][]) : []),
    ...(stack.sharedVpcs.length > 0 && !stack.permissionSets.includes('network')
      ? ([[['stack', 'sharedVpcs'], 'needs "network" in stack.permissionSets']] as [string[], string][])
      : []),
    ...variableProblems(stack),
    ...stack.checks
      .filter((check) => waitSeconds[check] === undefined)
      .map((check): [string[], string] => [['validation', 'waitSeconds', check], 'must say how long it is waited for']),
  ];
}

/** Of the checkout, what builds need besides the project's own. */
export function foldersOf({ root, images }: StackConfig): string[] {
  return [root, ...Object.values(images ?? {}).map((file) => posix.dirname(file))];
}

export function checkNames({ checks, customChecks }: StackConfig): string[] {
  return [...checks, ...customChecks.map(({ name }) => name)];
}

/** Every output that must be there, with who wants it: checks, deployments, or the configuration itself. */
export function wantedOutputs(stack: StackConfig): WantedOutput[] {
  const wanted = new Map<string, string[]>();
  const want = (names: readonly string[], by: string) => {
    for (const name of names) wanted.set(name, [...(wanted.get(name) ?? []), by]);
  };
  for (const check of stack.checks) want(CHECK_OUTPUTS[check], check);
  for (const { name, outputs } of stack.customChecks) want(outputs, name);
  if (stack.images) want(DEPLOY_OUTPUTS, 'deploy');
  want(stack.outputs, 'runbook.config.ts');
  const names: Partial<Record<string, string>> = stack.outputNames;
  return [...wanted].map(([name, by]) => ({ name, from: names[name] ?? name, by }));
}
