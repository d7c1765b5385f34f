import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { BuildFailure } from './report.ts';
import { type Account, PATH_IN_SOURCE, type Rule, type Variables } from './variables.ts';

/**
 * The file lists the images of the configuration that a build runs on. `ConfigurationBundle` writes it into the
 * archive.
 */

const LIST = 'builds/images.json';

const path = z.string().regex(new RegExp(`^${PATH_IN_SOURCE}$`), 'must be a path in the source');
const image = z.object({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,29}$/),
  dockerfile: path,
  /** The Dockerfile copies from this folder. */
  context: path,
  /** In a repository's name, `{prefix}` and `{environment}` are those of the environment. */
  repository: z.string().regex(/^[a-z0-9{}._/-]{1,200}$/),
  /**
   * `address` is that of the repository in the root, and `output` has its URL. A repository that is not the root's has
   * neither.
   */
  address: z.string().optional(),
  output: z.string().optional(),
  /** `variable` is the root's, and `takes` is the form of its value: `<repository>@sha256:…` or `sha256:…`. */
  variable: z.string().regex(/^[A-Za-z_][\w-]*$/),
  takes: z.enum(['uri', 'digest']),
  /** The names are Docker's. */
  platforms: z.array(z.string().regex(/^linux\/[a-z0-9]+$/)).min(1),
});
export type Image = z.output<typeof image> & { stableTag: string };

/** @throws BuildFailure for a list that is not valid */
export function imageList(
  variables: Variables,
  { prefix, environment }: Pick<Account, 'prefix' | 'environment'>,
): Image[] {
  const given = variables.optional('IMAGES', ['[^]*', 'a list of images in JSON']);
  const text = given ?? (existsSync(LIST) ? readFileSync(LIST, 'utf8') : '[]');
  return parsed(text, given === undefined ? LIST : 'IMAGES').map((one) => {
    const repository = one.repository.replaceAll('{prefix}', prefix).replaceAll('{environment}', environment);
    // `imagesOfEnvironment` in lambdas/contracts/images.ts has the same rule.
    const stableTag = repository === one.repository ? `${prefix}-${one.name}-main` : `${one.name}-main`;
    return { ...one, repository, stableTag };
  });
}

function parsed(text: string, where: string): z.output<typeof image>[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    throw new BuildFailure(`${where} is no JSON`);
  }
  const { data, error } = z.array(image).safeParse(list);
  if (data) return data;
  const issues = error.issues.map(({ path: at, message }) => `${at.join('.')}: ${message}`);
  throw new BuildFailure(`${where} is no list of images: ${issues.join('; ')}`);
}

const BY_DIGEST: Rule = ['[A-Za-z0-9][A-Za-z0-9.:/_-]*@sha256:[0-9a-f]{64}', 'an image by digest'];

/** Returns the variable that has an image by digest: `web-app` → `WEB_APP_IMAGE`. */
export function imageVariable(name: string): string {
  return `${name.toUpperCase().replaceAll('-', '_')}_IMAGE`;
}

/** Returns where each image is, by its name. @throws BuildFailure naming the variable of one that is missing */
export function imageUris(variables: Variables, images: readonly Image[]): Record<string, string> {
  return Object.fromEntries(images.map(({ name }) => [name, variables.required(imageVariable(name), BY_DIGEST)]));
}
