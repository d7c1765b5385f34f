import { addressOf, textOf } from './names.ts';
import type { Question } from './proposal.ts';
import type { RootBlock, TerraformRoot } from './terraform-root.ts';

/**
 * This module proposes the images of a root: one for each of its repositories, with a Dockerfile, a variable, and the
 * service that runs it.
 */

export interface Dockerfile {
  /** The path is in the checkout. */
  file: string;
  /** This is the innermost folder that contains everything which the Dockerfile copies. */
  context: string;
}

export interface ProposedImage {
  name: string;
  dockerfile: string;
  context?: string;
  repository: { address: string; name?: string };
  variable: string;
  takes?: 'digest';
  service?: string;
}

/** A repository has a name in ECR, which is undefined if only a plan shows it. */
interface Repository {
  address: string;
  name: string | undefined;
  /** The word distinguishes the repository from the others. It is its key, or the name of its resource. */
  word: string;
}

/** These names do not show what a repository contains. */
const GENERIC = /^(this|main|default|repo|repository|ecr|app|image|images)$/;

export function proposeImages(
  root: TerraformRoot,
  { project, dockerfiles }: { project: string; dockerfiles: readonly Dockerfile[] },
): { images: ProposedImage[]; questions: Question[] } {
  const blocks = [...root.blocks, ...root.moduleBlocks].filter(
    ({ kind, type }) => kind === 'resource' && type === 'aws_ecr_repository',
  );
  const images: ProposedImage[] = [];
  const open: string[] = [];
  const repositories = blocks.flatMap((block) => {
    const found = instancesOf(root, block, project);
    if (!found) open.push(`${addressOf(block)} is created by a loop whose keys only a plan shows: name each address`);
    return found ?? [];
  });
  for (const { address, name: called, word } of repositories) {
    const alone = repositories.length === 1;
    const name = nameOf(alone && GENERIC.test(word) ? project : word);
    const words = [word, name];
    const dockerfile = matching(dockerfiles, ({ file }) => file, words, alone);
    const variable = variableOf(root, words, alone);
    const lacks = [
      dockerfile ? '' : 'a Dockerfile',
      variable ? '' : `a variable that takes it${ofTag(root)}`,
      called ? '' : 'its name',
    ];
    if (!dockerfile || !variable || !called) {
      open.push(`${address} lacks ${lacks.filter(Boolean).join(' and ')}`);
      continue;
    }
    const service = serviceOf(root, words, alone);
    if (!service) open.push(`no output names the ECS service that runs ${name}, so no deployment waits for it`);
    images.push({
      ...{ name, dockerfile: dockerfile.file },
      ...(dockerfile.file === `${dockerfile.context}/${dockerfile.file.split('/').at(-1)}`
        ? {}
        : { context: dockerfile.context }),
      repository: { address, ...(called === `{prefix}-${name}` ? {} : { name: called }) },
      variable,
      ...(/digest/i.test(variable) ? { takes: 'digest' as const } : {}),
      ...(service ? { service } : {}),
    });
  }
  const questions = open.map(
    (text): Question => ({
      about: 'images',
      blocks: false,
      text: `${text}. Complete stack.images, or push the image yourself`,
    }),
  );
  return { images, questions };
}

/** Returns undefined when the configuration alone does not show the number of instances. */
function instancesOf(root: TerraformRoot, block: RootBlock, project: string): Repository[] | undefined {
  const { name: word, body } = block;
  const one = (address: string, key: string): Repository => {
    const expression = String(body.name ?? '').replaceAll(/\$\{each\.(key|value)\}/g, key);
    const name = textOf(block.scope ?? root, expression)?.replaceAll('{project}', project);
    return { address, word: key || word, name: name || undefined };
  };
  if (block.looped) return undefined;
  if ('count' in body) return body.count === 1 ? [one(`${addressOf(block)}[0]`, '')] : undefined;
  if (!('for_each' in body)) return [one(addressOf(block), '')];
  return keysOf(root, body.for_each)?.map((key) => one(`${addressOf(block)}["${key}"]`, key));
}

/** Returns the keys of `toset(["a", "b"])`, of a map, or of a local value that is one of them. */
function keysOf(root: TerraformRoot, expression: unknown, depth = 0): string[] | undefined {
  if (typeof expression === 'object' && expression !== null && !Array.isArray(expression))
    return Object.keys(expression);
  const text = String(expression);
  const [, local] = /^\$\{local\.([\w-]+)\}$/.exec(text) ?? [];
  if (local !== undefined && depth < 8) return keysOf(root, root.locals[local], depth + 1);
  const [, list] = /^\$\{toset\(\[([^[\]$]*)\]\)\}$/.exec(text) ?? [];
  return list === undefined ? undefined : [...list.matchAll(/"([\w./-]+)"/g)].flatMap(([, key]) => key ?? []);
}

function nameOf(word: string): string {
  const name = word.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return name.replaceAll(/^[^a-z]+|-+$/g, '').slice(0, 30) || 'app';
}

/** Returns the only candidate that contains one of the words, or the only candidate for the only image. */
function matching<T>(
  all: readonly T[],
  text: (one: T) => string,
  words: readonly string[],
  alone: boolean,
): T | undefined {
  const says = new RegExp(
    `(^|[^a-z0-9])(${words.map((word) => word.replaceAll(/[^\w]/g, '.')).join('|')})([^a-z0-9]|$)`,
    'i',
  );
  const [one, ...more] = all.filter((each) => says.test(text(each)));
  if (one !== undefined && more.length === 0) return one;
  return alone && all.length === 1 ? all[0] : undefined;
}

function variableOf({ variables }: TerraformRoot, words: readonly string[], alone: boolean): string | undefined {
  const names = variables.map(({ name }) => name).filter((name) => /image|digest/i.test(name) && !TAG.test(name));
  return matching(names, (name) => name.replaceAll('_', '-'), words, alone);
}

/** A tag can be moved, so an image is given by its digest. */
const TAG = /(^|_)tag$/i;

function ofTag({ variables }: TerraformRoot): string {
  const tag = variables.find(({ name }) => /image/i.test(name) && TAG.test(name));
  return tag ? ` (${tag.name} takes a tag, and builds give the image by its digest)` : '';
}

function serviceOf({ outputs }: TerraformRoot, words: readonly string[], alone: boolean): string | undefined {
  const names = outputs
    .filter(({ name, value }) => /aws_ecs_service\.[^}]*\.name\}?$/.test(String(value)) || /service_name$/.test(name))
    .map(({ name }) => name);
  return matching(names, (name) => name.replaceAll('_', '-'), words, alone);
}
