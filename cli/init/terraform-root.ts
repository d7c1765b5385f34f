import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from '@cdktn/hcl2json';
import * as z from 'zod';
import { CommandError } from '../commands/command-error.ts';
import { type ModuleCall, readModules } from './modules.ts';

/**
 * The interface contains the declarations of a Terraform root. Expressions have the syntax of Terraform's JSON:
 * `${var.prefix}-api`.
 */
export interface TerraformRoot {
  variables: readonly RootVariable[];
  outputs: readonly RootOutput[];
  blocks: readonly RootBlock[];
  /** Resources and data sources of its modules, with the address of their module. */
  moduleBlocks: readonly RootBlock[];
  /** Sources of modules that could not be read. */
  modules: readonly string[];
  /** Folders of local modules outside of the root, from there. */
  outside: readonly string[];
  /** Type of its backend; undefined without one. */
  backend: string | undefined;
  locals: Readonly<Record<string, unknown>>;
  /** These are the `default_tags` of the AWS provider. They are undefined without any. */
  defaultTags: unknown;
  /** The region of the AWS provider; undefined where it is the caller's. */
  region: unknown;
  /** The value is true when the versions of its providers are locked. */
  locked: boolean;
  /** Variables that a file of values sets, by name; the file is one that Terraform reads by itself, if there is one. */
  values: ReadonlyMap<string, ValuesFile>;
}

export interface ValuesFile {
  file: string;
  /** `terraform.tfvars` and `*.auto.tfvars` are read without an option. */
  isRead: boolean;
}

export interface RootVariable {
  name: string;
  type: string;
  description: string;
  sensitive: boolean;
  /** The default is undefined for a variable that requires a value. */
  default?: unknown;
}

export interface RootOutput {
  name: string;
  value: unknown;
  sensitive: boolean;
}

/** A block is a resource or a data source. */
export interface RootBlock {
  kind: 'resource' | 'data';
  type: string;
  name: string;
  body: Readonly<Record<string, unknown>>;
  /** `module.vpc.`; undefined in the root itself. */
  module?: string;
  /** What names mean in its module; undefined in the root itself. */
  scope?: Scope;
  /** Its module, or one above, is called with `count` or `for_each`. */
  looped?: true;
}

/** Where variables and locals have a meaning. */
export interface Scope extends Pick<TerraformRoot, 'variables' | 'locals'> {
  /** A module, whose variables have what its caller gives. */
  called?: true;
}

const body = z.record(z.string(), z.unknown());
const bodies = z.array(body);
const named = z.record(z.string(), bodies);
const file = z.object({
  variable: named.default({}),
  output: named.default({}),
  resource: z.record(z.string(), named).default({}),
  data: z.record(z.string(), named).default({}),
  module: named.default({}),
  terraform: bodies.default([]),
  provider: named.default({}),
  locals: bodies.default([]),
});
type File = z.output<typeof file>;

/**
 * @throws {CommandError} for a folder that cannot be read or has no configuration, with the name of a file that cannot
 * be parsed
 */
export async function readRoot(folder: string): Promise<TerraformRoot> {
  const { files, locked } = await filesOf(folder);
  const root = { ...rootOf(files, locked), values: await valuesIn(folder) };
  const { blocks, unread, outside } = await readModules(folder, { ...root, calls: callsOf(files) }, async (path) => {
    const { files: own } = await filesOf(path);
    const { variables, locals } = rootOf(own, false);
    return { blocks: allBlocks(own), calls: callsOf(own), variables, locals };
  });
  return { ...root, moduleBlocks: blocks, modules: unread, outside };
}

async function filesOf(folder: string): Promise<{ files: File[]; locked: boolean }> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(
      `${folder} cannot be read: ${error.code ?? error.message}`,
      'name the folder of a Terraform root',
    );
  });
  const sources = names.filter((name) => /\.tf(\.json)?$/.test(name)).sort();
  if (sources.length === 0) throw new CommandError(`${folder} has no .tf file`, 'name the folder of a Terraform root');
  const files = await Promise.all(sources.map((name) => readSource(folder, name)));
  return { files, locked: names.includes('.terraform.lock.hcl') };
}

/** https://developer.hashicorp.com/terraform/language/values/variables#variable-definitions-tfvars-files */
async function valuesIn(folder: string): Promise<Map<string, ValuesFile>> {
  const names = (await readdir(folder)).filter((name) => /\.tfvars(\.json)?$/.test(name)).sort();
  const files = names.map((file) => ({ file, isRead: /^terraform\.tfvars|\.auto\.tfvars/.test(file) }));
  const values = new Map<string, ValuesFile>();
  for (const one of files.sort((a, b) => Number(b.isRead) - Number(a.isRead))) {
    const text = await readFile(join(folder, one.file), 'utf8');
    const set = one.file.endsWith('.json') ? /^ {0,4}"([\w-]+)"\s*:/gm : /^([A-Za-z_][\w-]*)[ \t]*=/gm;
    for (const [, name = ''] of text.matchAll(set)) if (!values.has(name)) values.set(name, one);
  }
  return values;
}

const callsOf = (files: readonly File[]): ModuleCall[] =>
  files.flatMap(({ module }) =>
    entriesOf(module).map(([name, one]) => ({ name, source: String(one.source), arguments: one })),
  );

const allBlocks = (files: readonly File[]): RootBlock[] =>
  files.flatMap(({ resource, data }) => [...blocksOf('resource', resource), ...blocksOf('data', data)]);

async function readSource(folder: string, name: string): Promise<File> {
  const text = await readFile(join(folder, name), 'utf8');
  try {
    return file.parse(name.endsWith('.json') ? listed(JSON.parse(text)) : await parse(name, text));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${join(folder, name)}: ${why.split('\n')[0]}`, 'terraform validate says more');
  }
}

/** Converts blocks to lists, because Terraform's JSON syntax may omit the list of a block that occurs once. */
function listed(value: unknown): unknown {
  const { success, data } = body.safeParse(value);
  if (!success) return value;
  const list = (one: unknown) => (Array.isArray(one) ? one : [one]);
  const inner = (one: unknown) =>
    Object.fromEntries(Object.entries(body.parse(one)).map(([name, block]) => [name, list(block)]));
  return Object.fromEntries(
    Object.entries(data).map(([kind, block]) => {
      if (kind === 'terraform' || kind === 'locals') return [kind, list(block)];
      if (kind !== 'resource' && kind !== 'data') return [kind, inner(block)];
      return [kind, Object.fromEntries(Object.entries(body.parse(block)).map(([type, all]) => [type, inner(all)]))];
    }),
  );
}

function rootOf(
  files: readonly File[],
  locked: boolean,
): Omit<TerraformRoot, 'moduleBlocks' | 'modules' | 'outside' | 'values'> {
  const settings = files.flatMap(({ terraform }) => terraform);
  const aws = files.flatMap(({ provider }) => provider.aws ?? []);
  const backend = settings.flatMap(({ backend: one }) => Object.keys(body.safeParse(one).data ?? {}))[0];
  return {
    variables: files.flatMap(({ variable }) => entriesOf(variable).map(([name, one]) => variableOf(name, one))),
    outputs: files.flatMap(({ output }) =>
      entriesOf(output).map(([name, { value, sensitive }]) => ({ name, value, sensitive: sensitive === true })),
    ),
    blocks: allBlocks(files),
    backend: backend ?? (settings.some((one) => 'cloud' in one) ? 'cloud' : undefined),
    locals: Object.assign({}, ...files.flatMap(({ locals }) => locals)) as Record<string, unknown>,
    region: aws.find((one) => !('alias' in one))?.region,
    defaultTags: aws.flatMap(({ default_tags: tags }) => bodies.safeParse(tags).data ?? [])[0]?.tags,
    locked,
  };
}

function entriesOf(blocks: Record<string, Record<string, unknown>[]>): [string, Record<string, unknown>][] {
  return Object.entries(blocks).flatMap(([name, all]) =>
    all.map((one): [string, Record<string, unknown>] => [name, one]),
  );
}

function blocksOf(kind: RootBlock['kind'], types: File['resource']): RootBlock[] {
  return Object.entries(types).flatMap(([type, blocks]) =>
    entriesOf(blocks).map(([name, one]): RootBlock => ({ kind, type, name, body: one })),
  );
}

function variableOf(name: string, one: Record<string, unknown>): RootVariable {
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    name,
    type: text(one.type).replace(/^\$\{(.*)\}$/s, '$1') || 'any',
    description: text(one.description),
    sensitive: one.sensitive === true,
    ...('default' in one ? { default: one.default } : {}),
  };
}
