import { posix } from 'node:path';
import * as z from 'zod';
import { type DeclaredImage, imageName, repositoryName } from '../../lambdas/contracts/images.ts';
import { outputName } from '../../lambdas/contracts/outputs.ts';
import { nameGlob } from '../iam/patterns.ts';

/** This module defines the images of a stack in a configuration. */

export const path = z
  .string()
  .regex(/^[A-Za-z0-9_][\w.-]*(\/[A-Za-z0-9_][\w.-]*)*$/, 'must be a path in this checkout, without ".."');

/**
 * This is the address that Terraform prints: `aws_ecr_repository.service["api"]`,
 * `module.registry.aws_ecr_repository.this[0]`.
 */
const address = z
  .string()
  .regex(
    /^(module\.[\w-]+(\[("[\w./-]+"|\d+)\])?\.)*aws_ecr_repository\.[\w-]+(\[("[\w./-]+"|\d+)\])?$/,
    'must be the address of an aws_ecr_repository, such as \'aws_ecr_repository.service["api"]\'',
  );

/** The repository's name in ECR is `{prefix}-<name of the image>`, unless `name` is set. */
const own = { name: repositoryName.optional() };

const image = z.strictObject({
  /** Logs, reports and tags use this name of the image. Its stable tag is `<name>-main`. */
  name: imageName,
  dockerfile: path,
  /**
   * The Dockerfile copies files from this folder. The default is the Dockerfile's own folder. The folder's
   * `.dockerignore` excludes files.
   */
  context: path.optional(),
  repository: z.union(
    [
      z.strictObject({ address, ...own }),
      z.strictObject({ output: outputName, ...own }),
      z.strictObject({ external: repositoryName }),
    ],
    'must be { address } or { output } of the Terraform root, or { external } with the name of a repository outside of it',
  ),
  /** This variable of the root gets the image. */
  variable: z.string().regex(/^[A-Za-z_][\w-]*$/, 'must be the name of a Terraform variable'),
  /** The variable takes `<repository>@sha256:…`, or only the digest. */
  takes: z.enum(['uri', 'digest']).default('uri'),
  /** The image is built for this platform. The default is that of `images.architecture`. */
  platforms: z
    .array(z.enum(['linux/arm64', 'linux/amd64']))
    .length(1, 'must be one platform')
    .optional(),
  /** This output names the ECS service that runs the image. A deployment waits for that service. */
  service: outputName.optional(),
});
export type ImageConfig = z.output<typeof image>;

/**
 * AWS limits all variables of a function to 4 KB:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
const MAX_IMAGES = 10;
const LONGEST_LIST = 1_400;

export const imagesSchema = z
  .array(image, 'must be a list of images: docs/own-stack.md')
  .max(MAX_IMAGES)
  .superRefine((images, context) => {
    for (const key of ['name', 'variable'] as const) {
      const values = images.map((one) => one[key]);
      const twice = values.find((value, at) => values.indexOf(value) !== at);
      if (twice) context.addIssue({ code: 'custom', message: `names the ${key} "${twice}" twice` });
    }
    if (JSON.stringify(declaredImages(images)).length > LONGEST_LIST)
      context.addIssue({ code: 'custom', message: `is longer than ${LONGEST_LIST} characters, as functions get it` });
    const [outside] = images.filter((one) => contextOf(one) === '.');
    if (outside) {
      const message = `has the image "${outside.name}" with the whole checkout as its context: name a folder of it`;
      context.addIssue({ code: 'custom', message });
    }
    const names = images.map((one) => repositoryOf(one));
    const shared = names.find((name, at) => names.indexOf(name) !== at);
    // The commit is a tag, and a tag names one image.
    if (shared) context.addIssue({ code: 'custom', message: `has two images for the repository "${shared}"` });
  })
  .default([]);

/** Returns the name of the repository, which contains `{prefix}` or `{environment}` unless environments share it. */
export function repositoryOf({ name, repository }: ImageConfig): string {
  return 'external' in repository ? repository.external : (repository.name ?? `{prefix}-${name}`);
}

export function contextOf({ context, dockerfile }: ImageConfig): string {
  return context ?? posix.dirname(dockerfile);
}

/** Returns the part of the images' configuration that functions need. */
export function declaredImages(images: readonly ImageConfig[]): DeclaredImage[] {
  return images.map((one) => ({
    name: one.name,
    repository: repositoryOf(one),
    ...(one.service ? { service: one.service } : {}),
  }));
}

/** Returns the part of the images' configuration that builds need; `builds/image-list.ts` reads it. */
export function builtImages(images: readonly ImageConfig[], architecture: 'ARM64' | 'X86_64'): object[] {
  const platform = architecture === 'X86_64' ? 'linux/amd64' : 'linux/arm64';
  return images.map((one) => ({
    ...{ name: one.name, dockerfile: one.dockerfile, context: contextOf(one), repository: repositoryOf(one) },
    ...('address' in one.repository ? { address: one.repository.address } : {}),
    ...('output' in one.repository ? { output: one.repository.output } : {}),
    ...{ variable: one.variable, takes: one.takes, platforms: one.platforms ?? [platform] },
  }));
}

/** Returns the IAM pattern of an image's repository, for one environment or for all. */
export function repositoryGlob(one: ImageConfig, namePattern: string, environment = '*'): string {
  return repositoryOf(one)
    .replaceAll(
      '{prefix}',
      environment === '*' ? nameGlob(namePattern) : namePattern.replace('{environment}', environment),
    )
    .replaceAll('{environment}', environment);
}

/**
 * Returns the IAM patterns of the repositories: those that begin with the prefix, and those of the list that do not.
 */
export function repositoryGlobs(images: readonly ImageConfig[], namePattern: string): string[] {
  const byName = `${nameGlob(namePattern)}-*`;
  const others = images
    .map((one) => repositoryGlob(one, namePattern))
    .filter((glob) => !glob.startsWith(byName.slice(0, -1)));
  return [byName, ...new Set(others)];
}
