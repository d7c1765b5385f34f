import * as z from 'zod';
import {
  type BuildCheck,
  type BuildVariableSource,
  buildVariable,
  results,
} from '../../lambdas/contracts/build-checks.ts';
import { outputName } from '../../lambdas/contracts/outputs.ts';
import { stackGrant } from '../iam/stack-grants.ts';
import { checkProject } from '../names.ts';
import { path } from './image-config.ts';
import { type SecretReference, secret } from './stack-variables.ts';

/** This module defines `stack.buildChecks`: checks of a team that run as builds of CodeBuild. */

/** The folder has a `package.json` with the script, and a `package-lock.json`. */
const npmScript = z.strictObject({
  folder: path,
  npmScript: z.string().regex(/^[\w][\w:.-]{0,99}$/, 'must be the name of a script in package.json'),
});

const REPOSITORY = /^(?=.{1,255}@)[a-z0-9][a-z0-9.:-]*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*@sha256:[0-9a-f]{64}$/;

const image = z.strictObject({
  /** The image is a build environment of CodeBuild: it needs a shell, and its ENTRYPOINT is not run. */
  image: z
    .string()
    .regex(
      REPOSITORY,
      'must be an image by its digest, such as "public.ecr.aws/shop/smoke@sha256:…": whoever moves a tag would choose what runs',
    ),
  /** The image's shell runs this line. */
  command: z
    .string()
    .min(1)
    .max(1_000)
    .regex(/^[^\n\r]*$/, 'must be one line'),
  architecture: z.enum(['ARM64', 'X86_64']).default('X86_64'),
});

const variable = z.union(
  [
    z.strictObject({ output: outputName }),
    z.strictObject({ value: z.string().max(1_000) }),
    z.strictObject({ secret }),
  ],
  'must be { output: … } with the name of a Terraform output, { value: … } with a text, or { secret: … }',
);

export const buildCheckShape = {
  run: z.union([npmScript, image], {
    error: 'must be { folder, npmScript } for a script of npm, or { image, command } for an OCI image',
  }),
  /** A build takes this time at most, without its time in the queue. CodeBuild allows no less than 5 minutes. */
  timeoutMinutes: z.number().int().min(5).max(60).default(10),
  /** The variables of the build, by their names. */
  variables: z.record(buildVariable, variable).default({}),
  /** The file that the build leaves. Without it, the exit code alone decides. */
  results: results.optional(),
  grants: z.array(stackGrant).default([]),
};
const shape = z.strictObject({ name: z.string(), ...buildCheckShape });
export type BuildCheckConfig = z.output<typeof shape>;

export type NpmScript = z.output<typeof npmScript>;
export type CheckImage = z.output<typeof image>;

/** Returns the settings that the function of the check gets. */
export function settingsOf({ name, variables, results: file }: BuildCheckConfig): BuildCheck {
  return {
    project: checkProject(name),
    variables: Object.fromEntries(Object.entries(variables).map(([key, one]) => [key, sourceOf(one)])),
    ...(file ? { results: file } : {}),
  };
}

function sourceOf(one: z.output<typeof variable>): BuildVariableSource {
  if (!('secret' in one)) return one;
  if ('ssm' in one.secret) return { ssm: one.secret.ssm };
  const { secretsManager, field } = one.secret;
  return { secretsManager, ...(field === undefined ? {} : { field }) };
}

export function secretsOfBuild({ variables }: Pick<BuildCheckConfig, 'variables'>): SecretReference[] {
  return Object.values(variables).flatMap((one) => ('secret' in one ? [one.secret] : []));
}

export function outputsOfBuild({ variables }: Pick<BuildCheckConfig, 'variables'>): string[] {
  return [...new Set(Object.values(variables).flatMap((one) => ('output' in one ? [one.output] : [])))];
}

/** Lists the problems of one check: `[path, message]`. */
export function buildCheckProblems(check: BuildCheckConfig): [path: string[], message: string][] {
  const problems: [string[], string][] = secretsOfBuild(check)
    .filter((one) => 'ssm' in one && one.ssm.startsWith('arn:'))
    .map(() => [['variables'], 'have a parameter by its ARN, and CodeBuild reads parameters by name']);
  // All variables of a function may have 4 KB: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
  if (JSON.stringify(settingsOf(check)).length > 3_000)
    problems.push([['variables'], 'are more than a function can be given']);
  return problems;
}
