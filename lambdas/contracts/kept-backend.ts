import * as z from 'zod';

/**
 * This module has the names of backends that exist before their environments. A name is a pattern, because each
 * environment has a backend of its own.
 */

const LONGEST: Readonly<Record<string, string>> = { environment: 'e'.repeat(21), account: '0'.repeat(12) };

/** @throws {Error} naming a placeholder that is not known */
export function backendName(pattern: string, values: Readonly<Record<string, string>>): string {
  return pattern.replaceAll(/\{(\w*)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`{${name}} in "${pattern}" is not known`);
    return value;
  });
}

/** The roles serve all environments, so a pattern without a beginning would reach the buckets of everybody. */
const HEAD = /^[A-Za-z][\w.-]{2,}/;

const pattern = (longest: number, literal: RegExp) =>
  z
    .string()
    .refine((text) => text.split('{environment}').length === 2, 'must contain "{environment}" once')
    .refine(
      (text) => /^[^{}]*$/.test(text.replaceAll(/\{(environment|account)\}/g, '')),
      'may have no other placeholder than "{environment}" and "{account}"',
    )
    .refine((text) => HEAD.test(text), 'must begin with a letter and two more characters of its own')
    .refine((text) => !text.startsWith('runbook'), 'must not start with "runbook", as what this project deploys does')
    .refine(
      (text) => literal.test(text.replaceAll(/\{\w*\}/g, '0')),
      'must have the characters of such a name, and end with a letter, a digit or a placeholder',
    )
    .refine(
      (text) => text.replaceAll(/\{(\w*)\}/g, (_, name: string) => LONGEST[name] ?? '').length <= longest,
      `must have at most ${longest} characters with a name of 21 characters and an account of 12`,
    );

export const keptNames = z.strictObject({
  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
  bucket: pattern(63, /^(?!.*\.\.)[a-z0-9][a-z0-9.-]*[a-z0-9]$/),
  /**
   * The default is `<prefix>-tflock`.
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
   */
  table: pattern(255, /^[A-Za-z0-9_.-]+$/).optional(),
});
export type KeptNames = z.output<typeof keptNames>;
