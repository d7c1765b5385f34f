import * as z from 'zod';
import { CHECKS, type CheckName, checkName, REPORT } from '../../lambdas/contracts/contracts.ts';
import { servicesOf } from '../../lambdas/contracts/images.ts';
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
import { imagesSchema, path } from './image-config.ts';
import { stackVariable, variableProblems } from './stack-variables.ts';

/**
 * This module defines the part of a configuration about the Terraform root, and about the checks of its environments.
 */

const wait = z.number().int().min(0).max(1_800);
const knownOutputs = Object.keys(KNOWN_OUTPUTS) as [KnownOutput, ...KnownOutput[]];

/**
 * The sets contain the permissions that the project's own Terraform root needs. Another root may need only some of
 * them.
 */
export const GRANT_SETS = ['network', 'platform', 'messaging', 'roles'] as const;
export type GrantSet = (typeof GRANT_SETS)[number];

const BOOTSTRAP = 'infra/aws-v3/bootstrap';

/** The key has another name now. */
const renamedTo = (name: string) => z.never(`is called "${name}" now`).optional();

const customCheck = z.strictObject({
  /** Consoles and reports show this name. The name of the function is `runbook-check-<name>`. */
  name: checkName
    .refine(
      (name) => !(CHECKS as readonly string[]).includes(name),
      'is the name of a check that this project has already',
    )
    .refine((name) => name !== REPORT, 'is the name of the file that all results of a validation are in'),
  /** `customCheck` creates the `handler` of this file. */
  handler: path.regex(/\.ts$/, 'must be a TypeScript file'),
  /** The check requires the Terraform outputs with these names. */
  outputs: z.array(outputName).default([]),
  /** When the check is not ready, it is repeated for this time. */
  waitSeconds: wait,
  grants: z.array(stackGrant).default([]),
});

export const stackSchema = z.strictObject({
  /** The Terraform root in this folder creates an environment. */
  root: path,
  /**
   * This root creates the backend of each environment. Its variables `state_bucket` and `lock_table` name the resources
   * that it has to create.
   */
  bootstrap: path.default(BOOTSTRAP),
  /**
   * When true, the bucket and the table of each environment's backend exist already, with the names that the bootstrap
   * root would give them, and are kept.
   */
  keepBackend: z.boolean().default(false),
  /**
   * This decides who tags the root's resources: the root's own `default_tags`, or the runbook, which adds its tags to
   * every AWS provider in the copy of the root that builds run.
   */
  tags: z.enum(['root', 'runbook']).default('root'),
  /** These built-in checks apply to the stack. */
  checks: z.array(z.enum(CHECKS)),
  /** The team wrote these checks. */
  customChecks: z.array(customCheck).default([]),
  /** These Terraform outputs are required in addition to those of the checks. */
  outputs: z.array(outputName).default([]),
  /** The keys are the project's names of outputs. The values are the root's names. */
  outputNames: z.partialRecord(z.enum(knownOutputs), outputName).default({}),
  /** These images are built and pushed before the root is planned. Without images, nothing can be deployed. */
  images: imagesSchema,
  /**
   * The keys are the project's names of variables. The values are the root's names, or `null` for a variable that has
   * another meaning in the root and is not passed.
   */
  variableNames: z.partialRecord(passedVariable, variableName.nullable()).default({}),
  /** These are values of the root's other variables. */
  variables: z.record(variableName, stackVariable).default({}),
  /** The root needs these sets of Terraform's permissions. */
  permissionSets: z.array(z.enum(GRANT_SETS)),
  /** The root creates security groups in these VPCs of others, which are in this account and region. */
  sharedVpcs: z
    .array(z.string().regex(/^vpc-([0-9a-f]{8}|[0-9a-f]{17})$/, 'must be the id of a VPC'))
    .max(10)
    .default([]),
  /** Terraform has these permissions in addition to the sets. */
  grants: z.array(stackGrant).default([]),
  /** These risks would stop the teardown of the root's resources, or would leave something behind, and are accepted. */
  acceptedRisks: z.array(acceptedRisk).max(50).default([]),
  ownChecks: renamedTo('customChecks'),
  uses: renamedTo('permissionSets'),
});
export type StackConfig = z.output<typeof stackSchema>;

/** Step Functions carries the evidence of all checks in one state of at most 256 KiB. */
const MAX_CHECKS = 10;

export const waits = z.strictObject(
  Object.fromEntries(CHECKS.map((check) => [check, wait.optional()])) as Record<CheckName, z.ZodOptional<typeof wait>>,
);

/** These checks read the services of the images. */
const OF_SERVICES: readonly CheckName[] = ['ecs-services', 'ecr-images'];

/** Lists the problems of a stack as a whole: `[path, message]`. */
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
    ...stack.checks
      .filter((check) => OF_SERVICES.includes(check) && servicesOf(stack.images).length === 0)
      .map((check): [string[], string] => [
        ['stack', 'checks'],
        `has "${check}", and no image of stack.images names the output of a "service"`,
      ]),
    ...(stack.sharedVpcs.length > 0 && !stack.permissionSets.includes('network')
      ? ([[['stack', 'sharedVpcs'], 'needs "network" in stack.permissionSets']] as [string[], string][])
      : []),
    ...variableProblems(stack),
    ...stack.checks
      .filter((check) => waitSeconds[check] === undefined)
      .map((check): [string[], string] => [['validation', 'waitSeconds', check], 'must say how long it is waited for']),
  ];
}

/** Returns the roots whose providers get the runbook's tags. The project's own bootstrap root already has them. */
export function taggedRoots({ root, bootstrap, tags }: StackConfig): string[] {
  return tags === 'runbook' ? [root, bootstrap].filter((one) => one !== BOOTSTRAP) : [];
}

export function checkNames({ checks, customChecks }: StackConfig): string[] {
  return [...checks, ...customChecks.map(({ name }) => name)];
}

/** Returns every required output, with what requires it: checks, deployments, or the configuration itself. */
export function wantedOutputs(stack: StackConfig): WantedOutput[] {
  const wanted = new Map<string, string[]>();
  const want = (names: readonly string[], by: string) => {
    for (const name of names) wanted.set(name, [...(wanted.get(name) ?? []), by]);
  };
  const services = servicesOf(stack.images);
  for (const check of stack.checks)
    want([...CHECK_OUTPUTS[check], ...(OF_SERVICES.includes(check) ? services : [])], check);
  for (const { name, outputs } of stack.customChecks) want(outputs, name);
  if (services.length > 0) want([...DEPLOY_OUTPUTS, ...services], 'deploy');
  for (const { repository } of stack.images) if ('output' in repository) want([repository.output], 'images');
  want(stack.outputs, 'runbook.config.ts');
  const names: Partial<Record<string, string>> = stack.outputNames;
  return [...wanted].map(([name, by]) => ({ name, from: names[name] ?? name, by }));
}
