import { resolve } from 'node:path';
import { CHECKS } from '../../../../lambdas/contracts/contracts.ts';
import type { MachineName } from '../../../../lambdas/contracts/record.ts';
import { placeholders, prepareDefinition, readDefinition } from '../../../../lib/machines/definition.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');
export const MACHINE_ARNS = 'arn:aws:states:eu-west-1:123456789012:stateMachine:runbook-';

/** The times are as short as they can be; a test may give others. */
const NUMBERS: Record<string, number> = {
  CheckCount: CHECKS.length,
  Seconds: 1,
  Attempts: 2,
  Minutes: 1,
  TimeoutSeconds: 60,
};

/** Returns a machine's definition, with a value in each placeholder. @param numbers instead of the shortest times */
export function definitionText(machine: MachineName, numbers: Readonly<Record<string, number>> = {}): string {
  const text = readDefinition(ROOT, machine);
  const values = Object.fromEntries(placeholders(text).map((name) => [name, substitute(name, numbers)]));
  const prepared = prepareDefinition(text, values);
  let json = prepared.definition;
  for (const [name, value] of Object.entries(prepared.strings)) json = json.replaceAll(`\${${name}}`, value);
  return json;
}

function substitute(name: string, numbers: Readonly<Record<string, number>>): string | number {
  const kind = Object.keys(NUMBERS).findLast((ending) => name.endsWith(ending));
  if (kind) return numbers[name] ?? NUMBERS[kind] ?? 1;
  const [, machine] = /^(\w+)MachineArn$/.exec(name) ?? [];
  if (machine) return `${MACHINE_ARNS}${machine.toLowerCase()}`;
  const [, fn] = /^(\w+)FunctionArn(?:Prefix)?$/.exec(name) ?? [];
  if (fn) return functionArn(kebab(fn), name.endsWith('Prefix'));
  const known: Record<string, string> = {
    TerraformProject: 'runbook-terraform',
    ImagesProject: 'runbook-images',
    ControlBucket: 'control',
    ScheduleGroup: 'runbook',
  };
  return known[name] ?? `arn:aws:x:eu-west-1:123456789012:${name}`;
}

function functionArn(name: string, prefix: boolean): string {
  return `arn:aws:lambda:eu-west-1:123456789012:function:runbook-${name}${prefix ? '-' : ''}`;
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter, at: number) => `${at > 0 ? '-' : ''}${letter.toLowerCase()}`);
}
