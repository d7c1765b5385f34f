import * as z from 'zod';
import { QUEUE_MINUTES } from '../../lambdas/contracts/build-quota.ts';
import { CHECKS, type CheckName, checkName, REPORT } from '../../lambdas/contracts/contracts.ts';
import { servicesOf } from '../../lambdas/contracts/images.ts';
import { checkJourney, journeyShape, lookupsOfJourney } from '../../lambdas/contracts/journeys.ts';
import { type KeptNames, keptNames } from '../../lambdas/contracts/kept-backend.ts';
import {
  CHECK_OUTPUTS,
  DEPLOY_OUTPUTS,
  NAMED_OUTPUTS,
  type NamedOutput,
  outputName,
  type WantedOutput,
} from '../../lambdas/contracts/outputs.ts';
import { GRANT_SETS, ROLE_SERVICES } from '../../lambdas/contracts/permission-sets.ts';
import { acceptedRisk } from '../../lambdas/contracts/plan.ts';
import { type Lookup, lookup, lookupKey, resourceTargets } from '../../lambdas/contracts/resource-checks.ts';
import { passedVariable, variableName } from '../../lambdas/contracts/stack-variables.ts';
import { zone } from '../../lambdas/contracts/zones.ts';
import { rootGrant, stackGrant } from '../iam/stack-grants.ts';
import { buildCheckProblems, buildCheckShape, outputsOfBuild } from './build-checks.ts';
import { imagesSchema, path } from './image-config.ts';
import { stackVariable, variableProblems } from './stack-variables.ts';

/**
 * This module defines the part of a configuration about the Terraform root, and about the checks of its environments.
 */

const wait = z.number().int().min(0).max(1_800);
const namedOutputs = Object.keys(NAMED_OUTPUTS) as [NamedOutput, ...NamedOutput[]];
const ADDRESS: NamedOutput = 'application_url';

const BOOTSTRAP = 'infra/aws-v3/bootstrap';

/** The key has another name now. */
const renamedTo = (name: string) => z.never(`is called "${name}" now`).optional();

/** Shown in consoles and reports; `runbook-check-<name>` is its function. */
const ownName = checkName
  .refine(
    (name) => !(CHECKS as readonly string[]).includes(name),
    'is the name of a check that this project has already',
  )
  .refine((name) => name !== REPORT, 'is the name of the file that all results of a validation are in');

const customCheck = z.strictObject({
  name: ownName,
  /** A file whose `handler` is made by `customCheck`. */
  handler: path.regex(/\.ts$/, 'must be a TypeScript file'),
  /** The check requires the Terraform outputs with these names. */
  outputs: z.array(outputName).default([]),
  /** When the check is not ready, it is repeated for this time. */
  waitSeconds: wait,
  grants: z.array(stackGrant).default([]),
});

const resourceCheck = z
  .strictObject({
    name: ownName,
    /** For how long it is waited for when it is not ready. */
    waitSeconds: wait,
    /** What it looks at. All of it has to be well. */
    targets: resourceTargets,
  })
  // All variables of a function may have 4 KB: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
  .refine(({ targets }) => JSON.stringify(targets).length <= 3_000, {
    path: ['targets'],
    error: 'are more than a function can be given: list some of them in a check of their own',
  });

const buildCheck = z.strictObject({ name: ownName, ...buildCheckShape }).superRefine((check, context) => {
  for (const [where, message] of buildCheckProblems(check)) context.addIssue({ code: 'custom', path: where, message });
});

const journey = z
  .strictObject({ name: ownName, waitSeconds: wait, ...journeyShape })
  .superRefine(checkJourney)
  // All variables of a function may have 4 KB: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
  .refine((one) => JSON.stringify(one).length <= 3_000, 'is more than a function can be given');

export const stackSchema = z.strictObject({
  /** The Terraform root in this folder creates an environment. */
  root: path,
  /**
   * This root creates the backend of each environment. Its variables `state_bucket` and `lock_table` name the resources
   * that it has to create.
   */
  bootstrap: path.default(BOOTSTRAP),
  /**
   * When it is not false, the bucket and the table of each environment's backend exist already, and are kept. They have
   * these names, or those that the bootstrap root would give them.
   */
  keepBackend: z
    .union([z.boolean(), keptNames], { error: 'must be true, false, or { bucket: …, table: … }' })
    .default(false),
  /**
   * This decides who tags the root's resources: the root's own `default_tags`, or the runbook, which adds its tags to
   * every AWS provider in the copy of the root that builds run.
   */
  tags: z.enum(['root', 'runbook']).default('root'),
  /** These built-in checks apply to the stack. */
  checks: z.array(z.enum(CHECKS)),
  /** The team wrote these checks. */
  customChecks: z.array(customCheck).default([]),
  /** Checks of resources of the root, without code. */
  resourceChecks: z.array(resourceCheck).default([]),
  /** Checks that run as builds of CodeBuild: a script of npm, or an OCI image. */
  buildChecks: z.array(buildCheck).default([]),
  /** Checks that send a request and follow it, as `e2e-order` follows an order. */
  journeys: z.array(journey).default([]),
  /** Terraform outputs that must be there beyond what the checks need. */
  outputs: z.array(outputName).default([]),
  /** The keys are the project's names of outputs. The values are the root's names. */
  outputNames: z.partialRecord(z.enum(namedOutputs), outputName).default({}),
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
  /** Services that its roles are for, with `roles` in `permissionSets`. */
  rolesFor: z
    .array(z.enum(ROLE_SERVICES))
    .min(1, 'must name at least one service')
    .refine((all) => new Set(all).size === all.length, 'must not name a service twice')
    .default(['ecs-tasks']),
  /** VPCs of others, in this account and region, in which the root makes security groups. */
  sharedVpcs: z
    .array(z.string().regex(/^vpc-([0-9a-f]{8}|[0-9a-f]{17})$/, 'must be the id of a VPC'))
    .max(10)
    .default([]),
  /** Hosted zones of Route 53, and the records that the root may change there. */
  zones: z.array(zone).max(10).default([]),
  /** Terraform has these permissions in addition to the sets. */
  grants: z.array(rootGrant).default([]),
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
    ...(stack.permissionSets.includes('managed-policies') && !stack.permissionSets.includes('roles')
      ? ([[['stack', 'permissionSets'], 'has "managed-policies", which needs "roles"']] as [string[], string][])
      : []),
    ...(stack.rolesFor.join() !== 'ecs-tasks' && !stack.permissionSets.includes('roles')
      ? ([[['stack', 'rolesFor'], 'needs "roles" in stack.permissionSets']] as [string[], string][])
      : []),
    ...variableProblems(stack),
    ...stack.checks
      .filter((check) => waitSeconds[check] === undefined)
      .map((check): [string[], string] => [['validation', 'waitSeconds', check], 'must say how long it is waited for']),
  ];
}

/** Returns the names of backends that exist already, where they are not those of the bootstrap root. */
export function keptNamesOf({ keepBackend }: Pick<StackConfig, 'keepBackend'>): KeptNames | undefined {
  return typeof keepBackend === 'object' ? keepBackend : undefined;
}

/** Returns the roots whose providers get the runbook's tags. The project's own bootstrap root already has them. */
export function taggedRoots({ root, bootstrap, tags }: StackConfig): string[] {
  return tags === 'runbook' ? [root, bootstrap].filter((one) => one !== BOOTSTRAP) : [];
}

export function checkNames(stack: StackConfig): string[] {
  return [...stack.checks, ...ownChecks(stack).map(({ name }) => name)];
}

/** Checks that the configuration names, each with a function of its own name. */
export function ownChecks({
  customChecks,
  resourceChecks,
  buildChecks,
  journeys,
}: Pick<StackConfig, 'customChecks' | 'resourceChecks' | 'buildChecks' | 'journeys'>) {
  return [
    ...customChecks.map(({ name, waitSeconds }) => ({ name, waitSeconds })),
    ...resourceChecks.map(({ name, waitSeconds }) => ({ name, waitSeconds })),
    ...buildChecks.map(({ name, timeoutMinutes }) => ({ name, waitSeconds: buildWait(timeoutMinutes) })),
    ...journeys.map(({ name, waitSeconds }) => ({ name, waitSeconds })),
  ];
}

/**
 * Returns for how many seconds a check waits for its build: longer than CodeBuild lets it wait and run. A build's
 * container and its end are not in these limits.
 */
export function buildWait(timeoutMinutes: number): number {
  return (QUEUE_MINUTES + timeoutMinutes + 5) * 60;
}

/** What the checks of resources look at, and where journeys are, each once. */
export function lookupsOf({ resourceChecks, journeys }: Pick<StackConfig, 'resourceChecks' | 'journeys'>): Lookup[] {
  const all = [
    ...resourceChecks.flatMap(({ targets }) => targets.map((target) => lookup.parse(target))),
    ...journeys.flatMap(lookupsOfJourney),
  ];
  return [...new Map(all.map((one) => [lookupKey(one), one])).values()];
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
  for (const one of stack.journeys)
    want(
      lookupsOfJourney(one).flatMap(({ of }) => of?.output ?? []),
      one.name,
    );
  for (const check of stack.buildChecks) want(outputsOfBuild(check), check.name);
  for (const { name, targets } of stack.resourceChecks)
    want([...new Set(targets.flatMap(({ of }) => of?.output ?? []))], name);
  if (services.length > 0) want([...DEPLOY_OUTPUTS, ...services], 'deploy');
  for (const { repository } of stack.images) if ('output' in repository) want([repository.output], 'images');
  want(stack.outputs, 'runbook.config.ts');
  // People are shown this address where the root has one.
  if (!wanted.has(ADDRESS)) wanted.set(ADDRESS, []);
  const names: Partial<Record<string, string>> = stack.outputNames;
  return [...wanted].map(([name, by]) => ({ name, from: names[name] ?? name, by }));
}
