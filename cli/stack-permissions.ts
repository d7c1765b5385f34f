import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { CommandError } from './commands/command-error.ts';
import type { Diagnosis } from './diagnose.ts';
import { type Permissions, permissionsOf } from './init/permissions.ts';
import { literal } from './init/render.ts';
import { readRoot } from './init/terraform-root.ts';

/** This module compares the permissions that Terraform needs for a root with the grants of a configuration. */

const configured = z.object({
  images: z.object({ architecture: z.string().default('ARM64') }).default({ architecture: 'ARM64' }),
  stack: z.object({
    permissionSets: z.array(z.string()).default([]),
    rolesFor: z.array(z.string()).default(['ecs-tasks']),
    grants: z
      .array(z.object({ actions: z.array(z.string()), resources: z.array(z.string()), reason: z.string() }))
      .default([]),
  }),
});
type Configured = z.output<typeof configured>;

export interface StackPermissions {
  /** The root's resources need these permissions over their whole life. */
  needed: Permissions;
  /** What of it the configuration does not grant; undefined without a configuration. */
  lacking: Pick<Permissions, 'permissionSets' | 'rolesFor' | 'grants'> | undefined;
}

/**
 * @param file of the configuration; undefined for none
 * @param plan file with the output of `terraform show -json`
 * @throws {CommandError} for a root or a configuration that cannot be read
 */
export async function stackPermissions(
  folder: string,
  file: string | undefined,
  plan?: string,
): Promise<StackPermissions> {
  const needed = permissionsOf(await readRoot(resolve(folder)), plan === undefined ? undefined : await plannedIn(plan));
  if (file === undefined) return { needed, lacking: undefined };
  const { permissionSets, rolesFor, grants } = (await readConfigured(file)).stack;
  const mayDo = new Set(grants.flatMap(({ actions }) => actions));
  return {
    needed,
    lacking: {
      permissionSets: needed.permissionSets.filter((one) => !permissionSets.includes(one)),
      rolesFor: needed.rolesFor.filter((one) => !rolesFor.includes(one)),
      // By which name is known from a plan alone: there it is asked of IAM.
      grants: needed.grants.flatMap((one) => {
        const actions = one.actions.filter((action) => !mayDo.has(action));
        return actions.length > 0 ? [{ ...one, actions }] : [];
      }),
    },
  };
}

const shown = z.object({
  resource_changes: z.array(z.object({ address: z.string(), change: z.object({ actions: z.array(z.string()) }) })),
});

/** Addresses, without indices, of what a plan makes, changes or leaves. */
async function plannedIn(file: string): Promise<Set<string>> {
  try {
    const { resource_changes: changes } = shown.parse(JSON.parse(await readFile(file, 'utf8')));
    const stays = changes.filter(({ change }) => change.actions.join() !== 'delete');
    return new Set(stays.map(({ address }) => address.replaceAll(/\[(?:\d+|"(?:[^"\\]|\\.)*")\]/g, '')));
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new CommandError(
      `${file} cannot be read as a plan: ${why}`,
      'terraform plan -out=stack.tfplan && terraform show -json stack.tfplan > plan.json',
    );
  }
}

/** Returns `ARM64` or `X86_64`. @throws {CommandError} for a configuration that cannot be read */
export async function configuredArchitecture(file: string): Promise<string> {
  return (await readConfigured(file)).images.architecture;
}

async function readConfigured(file: string): Promise<Configured> {
  try {
    const { default: config } = (await import(pathToFileURL(resolve(file)).href)) as { default: unknown };
    return configured.parse(config);
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new CommandError(`${file} cannot be read as a configuration: ${why}`, 'npx runbook init writes one');
  }
}

/** Returns a text for people: what to add to the configuration, and what cannot be granted. */
export function permissionsText({ needed, lacking }: StackPermissions): string {
  const list = (title: string, all: readonly string[]) =>
    all.length > 0 ? [title, ...all.map((one) => `  ${one}`)] : [];
  const { permissionSets, grants, rolesFor } = lacking ?? needed;
  // What a configuration has without saying so.
  const services = rolesFor.join() === 'ecs-tasks' ? [] : rolesFor;
  const nothing = permissionSets.length + grants.length + services.length === 0;
  return [
    ...(nothing ? [lacking ? 'the configuration grants all that is known' : 'the root needs no grants'] : []),
    ...(permissionSets.length > 0 ? [`stack.permissionSets: ${literal(permissionSets, 1)}`] : []),
    ...(services.length > 0 ? [`stack.rolesFor: ${literal(services, 1)}`] : []),
    ...(grants.length > 0 ? [`stack.grants: ${literal(grants, 0)}`] : []),
    ...list('✗ no configuration can grant:', needed.refused),
    ...list('? in which hosted zones of stack.zones are:', needed.zones),
    ...list('✗ no name, tag or id limits it; stack.grants takes it with reachesOthers: true:', needed.wide),
    ...list('? nobody knows what Terraform needs for:', needed.unknown),
    ...list(
      '? modules make these under conditions, and a plan shows which (--plan, with the output of terraform show -json):',
      needed.conditional,
    ),
  ].join('\n');
}

/** Returns the lines of `npx runbook doctor --stack`. */
export function permissionDiagnoses(folder: string, permissions: StackPermissions): Diagnosis[] {
  const { needed, lacking = { permissionSets: [], rolesFor: [], grants: [] } } = permissions;
  const missing = [
    ...lacking.permissionSets.map((set) => `the set "${set}"`),
    ...lacking.rolesFor.map((service) => `roles for "${service}"`),
    ...lacking.grants.flatMap(({ actions }) => actions),
  ];
  const name = `permissions of ${folder}`;
  const fix = `npx runbook permissions ${folder} --write`;
  const granted: Diagnosis =
    missing.length === 0
      ? { name, status: 'ok', detail: 'the configuration grants all that is known' }
      : { name, status: 'failed', detail: `lacks ${missing.join(', ')}`, fix };
  return [
    granted,
    ...needed.refused.map(
      (detail): Diagnosis => ({ name, status: 'failed', detail: `no configuration can grant ${detail}` }),
    ),
    ...needed.wide.map(
      (detail): Diagnosis => ({
        name,
        status: 'unknown',
        detail: `no name, tag or id limits ${detail}; stack.grants takes it with reachesOthers: true`,
      }),
    ),
    ...(needed.unknown.length > 0
      ? [
          {
            name,
            status: 'unknown' as const,
            detail: `nobody knows what Terraform needs for ${needed.unknown.join(', ')}`,
          },
        ]
      : []),
  ];
}

/**
 * Adds the missing permissions to the file, and changes nothing else in it. @returns whether there was anything to add
 * @throws {CommandError} when the file does not contain its `stack` as an object literal
 */
export async function writePermissions(file: string, { lacking }: StackPermissions): Promise<boolean> {
  if (!lacking || Object.values(lacking).every((list) => list.length === 0)) return false;
  const now = (await readConfigured(file)).stack;
  let text = await readFile(file, 'utf8');
  text = withProperty(text, 'permissionSets', [...now.permissionSets, ...lacking.permissionSets]);
  if (lacking.rolesFor.length > 0) text = withProperty(text, 'rolesFor', [...now.rolesFor, ...lacking.rolesFor]);
  if (lacking.grants.length > 0) text = withProperty(text, 'grants', [...now.grants, ...lacking.grants]);
  await writeFile(file, text);
  return true;
}

/** Returns the text with another value of a property of `stack`. */
export function withProperty(text: string, name: string, value: unknown): string {
  const code = text.replaceAll(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g,
    (one) => 'x'.repeat(one.length),
  );
  const head = /^ {2}stack: \{/m.exec(code);
  if (!head)
    throw new CommandError('the configuration has no "stack: {" of its own', 'write the permissions into it by hand');
  const start = head.index + head[0].length;
  const end = closingOf(code, start - 1);
  const rendered = `${name}: ${literal(value, 2, name.length + 2)}`;
  for (const { index } of code.slice(0, end).matchAll(new RegExp(`^ {4}${name}: (?=\\[)`, 'gm'))) {
    if (index < start) continue;
    const list = index + 4 + name.length + 2;
    return `${text.slice(0, index + 4)}${rendered}${text.slice(closingOf(code, list) + 1)}`;
  }
  return `${text.slice(0, start)}\n    ${rendered},${text.slice(start)}`;
}

/** Returns the position of the bracket that closes the one at `open`. */
function closingOf(code: string, open: number): number {
  let depth = 0;
  for (let at = open; at < code.length; at += 1) {
    if ('{[('.includes(code[at] ?? '')) depth += 1;
    else if ('}])'.includes(code[at] ?? '')) depth -= 1;
    if (depth === 0) return at;
  }
  throw new CommandError('the configuration has a bracket that is not closed');
}
