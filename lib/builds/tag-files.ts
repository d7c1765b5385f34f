import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from '@cdktn/hcl2json';
import * as z from 'zod';

/**
 * This module adds the runbook's tags to every AWS provider in a root, in addition to the provider's own tags.
 * Terraform replaces the whole `default_tags` block of a provider with the block of an override file, and identifies
 * the provider by its name and alias
 * (https://developer.hashicorp.com/terraform/language/files/override#merging-behavior), so the override also contains
 * the root's own tags.
 */

/** The file declares the variable with the tags, and contains the root's own tags. */
export const TAGS_FILE = 'runbook.tf.json';
const OVERRIDE = 'runbook_tags_override.tf.json';
const VARIABLE = 'runbook_tags';

const body = z.record(z.string(), z.unknown());
const list = <T extends z.ZodType>(one: T) =>
  z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(one));
const file = z.object({
  provider: z.record(z.string(), list(body)).default({}),
  terraform: list(z.object({ required_providers: list(body).default([]) })).default([]),
});
type File = z.output<typeof file>;

/**
 * @returns the content of each file; the keys are the names of the files
 * @throws {Error} for a root that already has these files, or whose tags cannot be copied
 */
export async function tagFiles(folder: string): Promise<Record<string, object>> {
  const names = await readdir(folder);
  const taken = [TAGS_FILE, OVERRIDE].find((name) => names.includes(name));
  if (taken) throw new Error(`${folder} has a file ${taken}, which is the runbook's: rename it`);
  const sources = names.filter((name) => /\.(tf|tofu)(\.json)?$/.test(name)).sort();
  const files = await Promise.all(sources.map((name) => read(join(folder, name))));
  const ofAws = new Set(files.flatMap(localNames));
  if (ofAws.size === 0) ofAws.add('aws');
  const locals: Record<string, unknown> = {};
  const provider = Object.fromEntries(
    [...ofAws].map((name) => {
      const blocks = files.flatMap((one) => one.provider[name] ?? []);
      // A root without a block for the provider has a default one.
      const all = blocks.some(({ alias }) => alias === undefined) ? blocks : [{}, ...blocks];
      return [name, all.map((block) => overridden(name, block, locals))];
    }),
  );
  return {
    [TAGS_FILE]: { variable: { [VARIABLE]: { type: 'map(string)', default: {} } }, locals },
    [OVERRIDE]: { provider },
  };
}

async function read(path: string): Promise<File> {
  const text = await readFile(path, 'utf8');
  return file.parse(path.endsWith('.json') ? JSON.parse(text) : await parse(path, text));
}

/** Returns the names that the root uses for the AWS provider. */
function localNames({ terraform, provider }: File): string[] {
  const required = terraform.flatMap(({ required_providers: all }) => all.flatMap((one) => Object.entries(one)));
  const sourceOf = (name: string, one: unknown) => String(body.safeParse(one).data?.source ?? name);
  const named = required.filter(([name, one]) => /^([\w.-]+\/)?(hashicorp\/)?aws$/.test(sourceOf(name, one)));
  return [...named.map(([name]) => name), ...Object.keys(provider).filter((name) => name === 'aws')];
}

function overridden(name: string, block: Record<string, unknown>, locals: Record<string, unknown>): object {
  const { alias, default_tags: given, dynamic } = block;
  const which = alias === undefined ? name : `${name}.${alias}`;
  if (body.safeParse(dynamic).data?.default_tags)
    throw new Error(`the provider ${which} makes its default_tags by a dynamic block, whose tags cannot be taken over`);
  const { tags } = list(body).parse(given ?? {})[0] ?? {};
  const own = tags === undefined || tags === null ? undefined : `runbook_tags_of_${which.replaceAll(/\W/g, '_')}`;
  if (own) locals[own] = tags;
  const merged = own ? `\${merge(local.${own}, var.${VARIABLE})}` : `\${var.${VARIABLE}}`;
  return { ...(alias === undefined ? {} : { alias }), default_tags: [{ tags: merged }] };
}
