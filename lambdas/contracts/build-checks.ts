import * as z from 'zod';
import { outputName } from './outputs.ts';

/**
 * This module describes checks that run as builds of CodeBuild: an npm script or an OCI image of a team. The schema is
 * data, so that one function starts and reads the builds of all of them.
 */

/** JUnit's XML, and the JSON of the Common Test Report Format: https://github.com/ctrf-io/ctrf */
export const RESULT_FORMATS = ['junit', 'ctrf'] as const;
export type ResultFormat = (typeof RESULT_FORMATS)[number];

/** The build writes this file, below its working directory. */
export const resultsFile = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9_][\w.-]*(\/[A-Za-z0-9_][\w.-]*)*$/, 'must be a path below the folder of the build, without ".."');

export const results = z.strictObject({ format: z.enum(RESULT_FORMATS), file: resultsFile });

/** The build, the shell or Node.js reads these variables itself, or the runbook sets them. */
const RESERVED = /^(RUNBOOK|CODEBUILD|AWS|NODE|NPM|LD|BASH)_|^(PATH|HOME|SHELL|ENV|IFS|PWD|USER|TMPDIR)$/;

/** The name of a variable of a build. */
export const buildVariable = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'must be the name of a variable, such as "API_URL"')
  .refine((name) => !RESERVED.test(name), 'is a name that the build itself needs, or that the runbook sets');

const text = z.string().min(1);

/** `{environment}` in the name of a secret is replaced by the name of the environment. */
const source = z.union([
  z.strictObject({ output: outputName }),
  z.strictObject({ value: z.string() }),
  z.strictObject({ ssm: text }),
  z.strictObject({ secretsManager: text, field: text.optional() }),
]);
export type BuildVariableSource = z.output<typeof source>;

/** The function of a check gets these settings. */
export const buildCheck = z.strictObject({
  /** The name of the CodeBuild project. */
  project: text,
  variables: z.record(buildVariable, source),
  /** Absent: the exit code alone decides. */
  results: results.optional(),
});
export type BuildCheck = z.output<typeof buildCheck>;

/** @returns the key of a results file in the control bucket, without the folder of the run */
export function resultsFolder(check: string): string {
  return `checks/${check}`;
}
