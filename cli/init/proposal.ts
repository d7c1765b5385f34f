import { proposeChecks } from './checks.ts';
import { type Dockerfile, proposeImages } from './images.ts';
import { defaultKeys, defaultTag, patternOf } from './names.ts';
import { findOutputs, possibleChecks } from './outputs.ts';
import { groupsBeyond, permissionsOf } from './permissions.ts';
import type { TerraformRoot } from './terraform-root.ts';
import { aboutRegion, aboutVariables, variablesOf } from './variables.ts';
import { aboutVpcs } from './vpcs.ts';

/** `npx runbook init` has this information in addition to the root. */
export interface Choices {
  /** The path of the root is relative to the folder of the configuration. */
  root: string;
  project: string;
  region: string;
  /** If it is undefined, the pattern comes from the names in the root. */
  namePattern?: string;
  dockerfiles: readonly Dockerfile[];
}

export interface Question {
  about:
    | 'backend'
    | 'lock file'
    | 'modules'
    | 'variables'
    | 'names'
    | 'tags'
    | 'outputs'
    | 'images'
    | 'permissions'
    | 'checks';
  /** The value is true when the first provision would be refused. */
  blocks: boolean;
  text: string;
}

export interface Proposal {
  /** This is the value of `runbook.config.ts`, of the type `RunbookConfig`. */
  config: Record<string, unknown>;
  questions: Question[];
}

/** Seconds. Each check is repeated for this time; see docs/operating.md. */
const WAITS: Readonly<Record<string, number>> = { backend: 30, 'sqs-backlog': 600 };
const LONGEST_WAIT = 720;

/** Returns a configuration for a root, and the questions that the root alone does not answer. */
export function propose(root: TerraformRoot, choices: Choices): Proposal {
  const outputs = findOutputs(root);
  const { images, questions: aboutImages } = proposeImages(root, choices);
  const { checks, lacking } = possibleChecks(
    outputs,
    images.some(({ service }) => service),
  );
  const { resourceChecks, questions: aboutResources } = proposeChecks(root, checks);
  const permissions = permissionsOf(root);
  const untagged = untaggedOf(root);
  const taken = images.map(({ variable }) => variable);
  const pattern = withProject(patternOf(root), choices.project);
  const namePattern =
    choices.namePattern ?? (pattern === 'any' || !pattern ? `${choices.project}-{environment}-v1` : pattern.pattern);
  const renamed = Object.entries(outputs.names).filter(([known, name]) => known !== name);
  const resources = [...root.blocks, ...root.moduleBlocks].filter(({ kind }) => kind === 'resource').length;
  const config = {
    project: choices.project,
    namePattern,
    stack: {
      root: choices.root,
      checks,
      ...(resourceChecks.length > 0 ? { resourceChecks } : {}),
      ...(renamed.length > 0 ? { outputNames: Object.fromEntries(renamed) } : {}),
      ...variablesOf(root, choices, taken),
      ...(images.length > 0 ? { images } : {}),
      ...(untagged.length > 0 ? { tags: 'runbook' } : {}),
      permissionSets: permissions.permissionSets,
      ...(permissions.rolesFor.length === 0 || permissions.rolesFor.join() === 'ecs-tasks'
        ? {}
        : { rolesFor: permissions.rolesFor }),
      ...(permissions.grants.length > 0 ? { grants: permissions.grants } : {}),
    },
    allowedAccounts: [],
    allowedRegions: [choices.region],
    maxLifeHours: 24,
    expiry: { nightlyAt: '03:00', timeZone: 'Etc/UTC', warnMinutes: [1440, 120, 30], protectDays: 14 },
    controlPlane: { onDelete: 'retain', logRetentionDays: 30 },
    notifications: {},
    // A loop may create several resources of each block.
    engine: { name: 'terraform', version: '1.11.4' },
    terraform: { timeoutMinutes: 85, maxDeletions: Math.max(20, 3 * resources) },
    images: { timeoutMinutes: 55 },
    approval: { timeoutMinutes: 60 },
    validation: {
      intervalSeconds: 5,
      waitSeconds: Object.fromEntries(checks.map((check) => [check, WAITS[check] ?? LONGEST_WAIT])),
    },
    sweep: { settleSeconds: 60, exclusions: [] },
  };
  const questions: Question[] = [
    ...aboutBackend(root),
    ...aboutVariables(root, taken, permissions.permissionSets.includes('roles')),
    ...aboutRegion(root, choices.region),
    ...aboutNames(pattern, choices),
    ...aboutTags(untagged),
    ...aboutKeys(root),
    ...aboutChecks(lacking),
    ...aboutResources,
    ...outputs.borrowed.map(
      ({ name, from }): Question => ({
        about: 'outputs',
        blocks: false,
        text: `the output ${name} names ${from}, which this root does not make. A provision would be refused when everything is made (docs/limits.md), so the checks that need it are left out. Let it name what the root makes, or write a check of your own for what environments share`,
      }),
    ),
    ...outputs.unclear.map(
      ({ output, candidates }): Question => ({
        about: 'outputs',
        blocks: false,
        text: `which output is ${output}? ${candidates.join(', ')} may be. Name one in stack.outputNames`,
      }),
    ),
    ...aboutImages,
    ...aboutPermissions(permissions, root),
    ...aboutVpcs(root),
    ...groupsBeyond(root).map(
      ({ address, name }): Question => ({
        about: 'permissions',
        blocks: false,
        text: `${address} is called ${name}, and runbook-boundary lets tasks write to log groups that begin with /ecs/<prefix>/ alone: a task that cannot write its logs does not start. Name it so, or name a boundary of your own in terraform.permissionsBoundary`,
      }),
    ),
  ];
  return { config, questions };
}

function withProject(pattern: ReturnType<typeof patternOf>, project: string): typeof pattern {
  return typeof pattern === 'object' ? { ...pattern, pattern: pattern.pattern.replace('{project}', project) } : pattern;
}

function aboutBackend({ backend, locked }: TerraformRoot): Question[] {
  const questions: Question[] = [];
  if (backend && backend !== 's3') {
    questions.push({
      about: 'backend',
      blocks: true,
      text: `the backend "${backend}" is not S3, where a teardown reads the state. Remove the block, and the runbook adds its own backend; or write terraform { backend "s3" {} }`,
    });
  }
  if (!locked) {
    questions.push({
      about: 'lock file',
      blocks: true,
      text: 'the root has no .terraform.lock.hcl, and builds refuse to choose versions of providers. In its folder, run terraform init -backend=false and terraform providers lock -platform=linux_amd64 -platform=linux_arm64, and add the file to Git',
    });
  }
  return questions;
}

function aboutNames(pattern: ReturnType<typeof patternOf>, { namePattern }: Choices): Question[] {
  if (namePattern || pattern === 'any') return [];
  if (!pattern) {
    return [
      {
        about: 'names',
        blocks: false,
        text: 'no name in the root says how an environment is recognized. Begin every name with var.prefix, or say --name-pattern',
      },
    ];
  }
  const several = pattern.others.length > 0;
  const suffix = pattern.pattern.endsWith('{environment}');
  return [
    ...(several
      ? [
          {
            about: 'names' as const,
            blocks: false,
            text: `${pattern.others.length === 1 ? '1 name does' : `${pattern.others.length} names do`} not begin with ${pattern.pattern}, and ${pattern.others.length === 1 ? 'is' : 'are'} found by tags and inventory alone: ${list(pattern.others)}`,
          },
        ]
      : []),
    ...(suffix
      ? [
          {
            about: 'names' as const,
            blocks: false,
            text: `${pattern.pattern} has no suffix: an environment "a" is refused while "a-b" exists, whose names begin alike`,
          },
        ]
      : []),
  ];
}

/** Returns the tags that a teardown requires and the root's `default_tags` do not contain. */
function untaggedOf(root: TerraformRoot): string[] {
  return (['project', 'environment'] as const).flatMap((key) => {
    const value = defaultTag(root, key);
    return value === null ? [`no tag "${key}"`] : value === undefined ? [`a tag "${key}" that only a plan shows`] : [];
  });
}

function aboutTags(untagged: readonly string[]): Question[] {
  if (untagged.length === 0) return [];
  return [
    {
      about: 'tags',
      blocks: false,
      text: `the provider's default_tags have ${untagged.join(' and ')}. A teardown removes only what carries both, so the runbook adds its tags to the providers (stack.tags: 'runbook'). Modules with providers of their own, and resources that set these tags otherwise, are not covered`,
    },
  ];
}

/** The runbook's tags would be beside them: see lambdas/plan/tag-conflicts.ts. */
function aboutKeys(root: TerraformRoot): Question[] {
  const makes = [...root.blocks, ...root.moduleBlocks].some(
    ({ kind, type }) => kind === 'resource' && /^aws_iam_(role|user)$/.test(type),
  );
  if (!makes) return [];
  const keys = defaultKeys(root);
  return (['project', 'environment'] as const).flatMap((own): Question[] => {
    const other = keys.find((key) => key !== own && key.toLowerCase() === own);
    if (other === undefined) return [];
    const text = `IAM takes "${other}" and "${own}" for one key, and refuses a role with both: write "${own}" in default_tags and in the tags of resources, with the value of var.${own}`;
    return [{ about: 'tags', blocks: true, text }];
  });
}

function aboutChecks(lacking: ReadonlyMap<string, readonly string[]>): Question[] {
  if (lacking.size === 0) return [];
  const left = [...lacking].map(([check, missing]) => `${check} (${missing.join(', ')})`).join('; ');
  return [
    {
      about: 'outputs',
      blocks: false,
      text: `checks are left out whose outputs the root does not have: ${left}. Add the outputs, or name yours in stack.outputNames`,
    },
  ];
}

function aboutPermissions(
  { unknown, refused, zones, wide, conditional }: ReturnType<typeof permissionsOf>,
  { modules }: TerraformRoot,
): Question[] {
  const questions: Question[] = [];
  if (unknown.length > 0) {
    questions.push({
      about: 'permissions',
      blocks: true,
      text: `nobody knows what Terraform needs for ${list(unknown)}. Add what it calls to stack.grants`,
    });
  }
  if (refused.length > 0) {
    questions.push({ about: 'permissions', blocks: true, text: `no configuration can grant ${list(refused)}` });
  }
  if (zones.length > 0) {
    questions.push({
      about: 'permissions',
      blocks: true,
      text: `in which hosted zones, and under which names, are ${list(zones)}? Write them into stack.zones: [{ id: 'Z…', records: ['*.dev.example.com'] }]`,
    });
  }
  if (wide.length > 0) {
    questions.push({
      about: 'permissions',
      blocks: true,
      text: `no name, tag or id limits ${list(wide)} to environments. Take it out of the root, or add it to stack.grants with reachesOthers: true, which reaches the resources of others in the account`,
    });
  }
  if (conditional.length > 0) {
    questions.push({
      about: 'permissions',
      blocks: false,
      text: `modules make ${list(conditional)} under conditions, and only a plan shows which. npx runbook permissions --plan says what these need`,
    });
  }
  if (modules.length > 0) {
    questions.push({
      about: 'modules',
      blocks: false,
      text: `what the modules ${list(modules)} make is not seen here. Run terraform init in the root, and ask again`,
    });
  }
  return questions;
}

function list(all: readonly string[]): string {
  const shown = all.slice(0, 10).join(', ');
  return all.length > 10 ? `${shown} and ${all.length - 10} more` : shown;
}
