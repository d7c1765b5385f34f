import type * as z from 'zod';
import {
  deployInput,
  describeIssues,
  extendInput,
  protectInput,
  provisionInput,
  shown,
  sweepInput,
  teardownInput,
  validateInput,
} from '../contracts/contracts.ts';
import type { EnvironmentMachine } from '../contracts/record.ts';
import { STARTED_BY } from '../contracts/request.ts';
import { InputError } from '../runtime/errors.ts';

const INPUTS = {
  provision: provisionInput,
  deploy: deployInput,
  validate: validateInput,
  teardown: teardownInput,
  sweep: sweepInput,
  extend: extendInput,
  protect: protectInput,
} satisfies Record<EnvironmentMachine, z.ZodType>;
export type InputOf<M extends EnvironmentMachine> = z.output<(typeof INPUTS)[M]>;

/** @throws {InputError} naming key, value and fix */
export function parseInput<M extends EnvironmentMachine>(
  machine: M,
  raw: Record<string, unknown>,
  namePattern: string,
): InputOf<M> {
  const { [STARTED_BY]: _, ...input } = raw;
  const parsed = INPUTS[machine].safeParse(input);
  if (!parsed.success) throw new InputError(`input of ${machine}: ${explain(parsed.error, input)}`);
  const { environment } = parsed.data;
  const suffix = namePattern.slice(namePattern.indexOf('}') + 1);
  // "dev-v3" would own order-platform-dev-v3-v3-…, which a sweep of "dev" would regard as its own.
  if (suffix && `${environment}-`.includes(`${suffix}-`)) {
    throw new InputError(
      `environment "${environment}": must not contain "${suffix}", which ends every prefix (try "${environment.replaceAll(suffix, '')}")`,
    );
  }
  return parsed.data as InputOf<M>;
}

/** Describes the issues like `describeIssues`, and suggests a valid name for an invalid one. */
function explain(error: z.ZodError, input: Record<string, unknown>): string {
  const { environment } = input;
  const about = error.issues.find((issue) => issue.path[0] === 'environment');
  if (!about || typeof environment !== 'string') return describeIssues(error, input);
  const suggestion = environment
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 21)
    .replace(/-+$/, '');
  const hint = suggestion.length >= 2 && suggestion !== environment ? ` (try "${suggestion}")` : '';
  const others = error.issues.filter((issue) => issue.path[0] !== 'environment');
  const rest = others.length ? `; ${describeIssues({ ...error, issues: others } as z.ZodError, input)}` : '';
  return `environment "${shown(environment)}": ${about.message}${hint}${rest}`;
}
