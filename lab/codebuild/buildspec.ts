import { parse } from 'yaml';
import * as z from 'zod';

/** The error is a problem of a build, in CodeBuild's terms of a phase context. */
export class PhaseError extends Error {
  readonly statusCode: string;
  constructor(statusCode: string, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

export const COMMAND_PHASES = ['install', 'pre_build', 'build', 'post_build'] as const;
export type CommandPhase = (typeof COMMAND_PHASES)[number];

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const commands = z.union([scalar.transform((one) => [one]), z.array(scalar)]).default([]);

const phase = z
  .object({
    'on-failure': z.enum(['ABORT', 'CONTINUE']).optional(),
    'runtime-versions': z.record(z.string(), scalar).optional(),
    commands,
    finally: commands,
  })
  .transform(({ 'on-failure': onFailure, 'runtime-versions': runtimeVersions, ...rest }) => ({
    ...rest,
    onFailure,
    runtimeVersions: runtimeVersions ?? {},
  }));
export type Phase = z.infer<typeof phase>;

const buildspec = z.object({
  version: z.literal(0.2),
  env: z
    .object({
      shell: z.enum(['bash', 'sh', '/bin/sh']).default('sh'),
      variables: z.record(z.string(), scalar).default({}),
      'parameter-store': z.record(z.string(), z.string()).default({}),
      'secrets-manager': z.record(z.string(), z.string()).default({}),
      'exported-variables': z.array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/)).default([]),
    })
    .prefault({}),
  /** The lab uploads files that are named one by one. */
  artifacts: z
    .object({
      files: z.array(z.string().regex(/^[^*?[\]{}]+$/, 'the lab uploads no patterns of files')),
      'discard-paths': z
        .union([z.boolean(), z.enum(['yes', 'no']).transform((value) => value === 'yes')])
        .default(false),
    })
    .optional(),
  phases: z.partialRecord(z.enum(COMMAND_PHASES), phase),
});
export type Buildspec = z.infer<typeof buildspec>;

/** @throws PhaseError YAML_FILE_ERROR that names what is wrong with the buildspec */
export function parseBuildspec(text: string): Buildspec {
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    throw new PhaseError('YAML_FILE_ERROR', `This is not valid YAML: ${(error as Error).message}`);
  }
  const result = buildspec.safeParse(document);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.') || 'buildspec'}: ${message}`);
  throw new PhaseError('YAML_FILE_ERROR', problems.join('; '));
}

/** A project's `buildspec` is either the YAML itself or the path of a file in the source. */
export function isInline(value: string): boolean {
  return /(^|\n)\s*["']?version["']?\s*:/.test(value);
}
