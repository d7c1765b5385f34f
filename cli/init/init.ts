import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { createPatch } from 'diff';
import { counted } from '../../lambdas/contracts/counted.ts';
import { CommandError } from '../commands/command-error.ts';
import type { Dockerfile } from './images.ts';
import { propose, type Question } from './proposal.ts';
import { renderConfig } from './render.ts';
import { readRoot } from './terraform-root.ts';

export interface InitOptions {
  /** This is the folder of the Terraform root. */
  folder: string;
  /** This is the file of the configuration. */
  out: string;
  project?: string;
  namePattern?: string;
  region: string;
  /** When true, the command overwrites an existing configuration that differs. */
  write: boolean;
  /** The builds of the checkout of this project run the root. The default is this checkout. */
  checkout?: string;
}

export interface Initialized {
  /** The result is `differs` when the file exists, has another content, and was not changed. */
  result: 'written' | 'unchanged' | 'differs';
  file: string;
  /** This is a unified diff. It is empty when nothing differs. */
  diff: string;
  questions: readonly Question[];
}

/**
 * Writes a configuration for a Terraform root, from the content of the root.
 * @throws {CommandError} for a root that cannot be read, or a name that is not valid for a project
 */
export async function init(options: InitOptions): Promise<Initialized> {
  const { checkout = resolve(import.meta.dirname, '../..') } = options;
  const out = resolve(options.out);
  const base = dirname(out);
  const folder = resolve(options.folder);
  const root = relative(checkout, folder).replaceAll('\\', '/');
  if (!/^\w/.test(root)) {
    throw new CommandError(
      `${options.folder} is outside of ${checkout}, and builds run on what is in it`,
      'copy the root into the checkout, or make it a Git submodule',
    );
  }
  const project = options.project ?? projectOf(root);
  const parsed = await readRoot(folder);
  const { config, questions } = propose(parsed, {
    ...{ root, project, region: options.region },
    dockerfiles: await dockerfilesOf(checkout),
    ...(options.namePattern === undefined ? {} : { namePattern: options.namePattern }),
  });
  const schema = relative(base, join(checkout, 'lib/config/config.ts')).replaceAll('\\', '/');
  const text = renderConfig(config, schema.startsWith('.') ? schema : `./${schema}`);
  const before = await readFile(out, 'utf8').catch(() => undefined);
  if (before === text) return { result: 'unchanged', file: options.out, diff: '', questions };
  const diff = before === undefined ? '' : createPatch(options.out, before, text, 'as it is', 'as the root says');
  if (before !== undefined && !options.write) return { result: 'differs', file: options.out, diff, questions };
  await writeFile(out, text);
  return { result: 'written', file: options.out, diff, questions };
}

/** Returns `shop` for `infra/shop/terraform`. */
function projectOf(root: string): string {
  const words = root.split('/').reverse();
  const word =
    words.find(
      (one) =>
        !/^(terraform|infra(structure)?|stacks?|iac|aws(-v\d+)?|src|main|env(ironment)?s?|dev(elopment)?|test|staging|prod(uction)?)?$/i.test(
          one,
        ),
    ) ?? '';
  const name = word
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '');
  if (/^[a-z][a-z0-9-]{1,30}$/.test(name)) return name;
  throw new CommandError(
    `"${root}" says no name for the project`,
    'say --project with lower-case letters, digits and hyphens',
  );
}

async function dockerfilesOf(folder: string): Promise<Dockerfile[]> {
  const skipped = /^(node_modules|\..*|cdk\.out|dist|test)$/;
  const found: string[] = [];
  const walk = async (path: string, depth: number): Promise<void> => {
    if (depth > 4) return;
    for (const entry of await readdir(join(folder, path), { withFileTypes: true })) {
      const inner = path ? `${path}/${entry.name}` : entry.name;
      if (entry.isDirectory() && !skipped.test(entry.name)) await walk(inner, depth + 1);
      else if (entry.isFile() && entry.name === 'Dockerfile') found.push(inner);
    }
  };
  await walk('', 0);
  return Promise.all(found.sort().map((file) => contextOf(folder, file)));
}

/**
 * Finds the innermost folder above the Dockerfile that contains everything which it copies. If there is none, the
 * function returns the Dockerfile's own folder.
 */
async function contextOf(checkout: string, file: string): Promise<Dockerfile> {
  const text = await readFile(join(checkout, file), 'utf8');
  const copied = [...text.matchAll(/^(?:COPY|ADD)[ \t]+([^\n[]*)$/gim)].flatMap(([, words = '']) => {
    const all = words.trim().split(/\s+/);
    if (all.some((word) => word.startsWith('--from='))) return [];
    return all.filter((word) => !/^--|[*?$]|^https?:/.test(word)).slice(0, -1);
  });
  const own = dirname(file);
  for (let folder = own; folder !== '.'; folder = dirname(folder)) {
    if (copied.every((path) => existsSync(join(checkout, folder, path)))) return { file, context: folder };
  }
  return { file, context: own };
}

/** Returns a text for people: what was done, and what remains to be decided. */
export function initText({ result, file, diff, questions }: Initialized): string {
  const said = {
    written: `${file} is written`,
    unchanged: `${file} is as the root says`,
    differs: `${file} says something else than the root, and is left as it is: --write replaces it\n\n${diff}`,
  };
  const lines = questions.map(({ about, blocks, text }) => `${blocks ? '✗' : '?'} ${about}: ${text}`);
  const open = questions.filter(({ blocks }) => blocks).length;
  const head =
    questions.length === 0
      ? 'nothing is left to decide'
      : `${counted(questions.length, 'question')}, ${open} of which keep a provision from working (✗):`;
  return [said[result], '', head, ...lines.map((line) => `  ${line}`)].join('\n');
}
