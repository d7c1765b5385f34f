import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKS } from '../../lambdas/contracts/contracts.ts';
import type { MachineName } from '../../lambdas/contracts/record.ts';
import { type StackChecks, withBranchesOf } from './check-branches.ts';
import { REQUEST_PARTS } from './request-parts.ts';

/**
 * The values replace a definition's `${Name}`s. A number replaces a placeholder where the language requires a number.
 */
export type Substitutions = Readonly<Record<string, string | number>>;

/** The machines `extend` and `protect` differ in these values. */
const LEASES: Readonly<Partial<Record<MachineName, Readonly<Record<string, string>>>>> = {
  extend: {
    LeasePurpose: 'Lets an environment live longer. Input: environment, hours, reason.',
    LeaseMachine: 'extend',
    LeaseState: 'Extend life',
    LeaseRule: 'Refused past the longest life, and once a teardown has begun.',
  },
  protect: {
    LeasePurpose:
      'Keeps an environment from every teardown until a time. Input: environment, until (a time, a day, or null to lift the protection), reason.',
    LeaseMachine: 'protect',
    LeaseState: 'Protect environment',
    LeaseRule: 'Lifts the protection where until is null.',
  },
};

/**
 * Returns the definition of a machine. The names of retriers in `statemachines/retries.json` and of the parts of a
 * request that functions take are replaced by their contents. `validate` gets one branch for each check of the stack.
 * @throws {Error} naming a retrier that does not exist
 */
export function readDefinition(
  projectRoot: string,
  machine: MachineName,
  stack: StackChecks = { checks: CHECKS, customChecks: [] },
): string {
  const read = (name: string) => readFileSync(join(projectRoot, 'statemachines', name), 'utf8');
  const retriers = JSON.parse(read('retries.json')) as Record<string, object>;
  const lease = LEASES[machine];
  const file = `${lease ? 'lease' : machine}.asl.json`;
  const text = withRequests(read(file)).replaceAll(/"\$\{(Retry\w+)\}"/g, (_, name: string) => {
    const retrier = retriers[name];
    if (!retrier) throw new Error(`${file}: statemachines/retries.json has no ${name}`);
    return JSON.stringify(retrier);
  });
  if (machine === 'validate') return withBranchesOf(text, stack);
  return Object.entries(lease ?? {}).reduce((json, [name, value]) => json.replaceAll(`\${${name}}`, () => value), text);
}

/**
 * Replaces the names of the parts. `$sift` leaves out keys that the machine's request does not have, and does not
 * change values.
 */
function withRequests(text: string): string {
  return Object.entries(REQUEST_PARTS).reduce((json, [name, { shape }]) => {
    const keys = Object.keys(shape).map((key) => `'${key}'`);
    return json.replaceAll(
      `\${${name}}`,
      () => `{% $sift($request, function($v, $k) { $k in [${keys.join(', ')}] }) %}`,
    );
  }, text);
}

/** Returns the names of all `${Name}`s in a definition, sorted. */
export function placeholders(definition: string): string[] {
  return [...new Set([...definition.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name as string))].sort();
}

/**
 * Splits a definition and its values for CloudFormation. Numbers are inserted into the text here, because the file must
 * be JSON and a CloudFormation substitution can only be part of a string. Strings, which may be tokens, are left to
 * CloudFormation.
 * @throws {Error} naming placeholders without a value, and values without a placeholder
 */
export function prepareDefinition(
  definition: string,
  values: Substitutions,
): { definition: string; strings: Record<string, string> } {
  const names = placeholders(definition);
  const missing = names.filter((name) => !(name in values));
  const unused = Object.keys(values).filter((name) => !names.includes(name));
  if (missing.length > 0) throw new Error(`no value for ${missing.join(', ')}`);
  if (unused.length > 0) throw new Error(`no use for ${unused.join(', ')}`);
  const strings: Record<string, string> = {};
  let text = definition;
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'string') strings[name] = value;
    else text = text.replaceAll(`"\${${name}}"`, String(value)).replaceAll(`\${${name}}`, String(value));
  }
  return { definition: text, strings };
}
