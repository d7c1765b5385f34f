import * as z from 'zod';
import { outputName } from './outputs.ts';
import type { PreflightRequest } from './request.ts';

/** This module describes the images of a stack: what is built, where it is pushed, and which ECS service runs it. */

export const imageName = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be lower-case letters, digits and single hyphens')
  .max(30);

/**
 * In the name of a repository, `{prefix}` and `{environment}` stand for those of the environment. ECR takes 2 to 256
 * characters of this kind: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
 */
export const repositoryName = z
  .string()
  .max(200)
  .regex(
    /^(\{prefix\}|\{environment\}|[a-z0-9])(\{prefix\}|\{environment\}|[a-z0-9]|[._/-](?=[a-z0-9{]))*$/,
    'must be the name of an ECR repository, in which "{prefix}" and "{environment}" stand for those of the environment',
  );

export const declaredImage = z.strictObject({
  name: imageName,
  repository: repositoryName,
  /** The output names the ECS service that runs the image. It is absent for an image that no service runs. */
  service: outputName.optional(),
});
export type DeclaredImage = z.output<typeof declaredImage>;

/** Describes a declared image in one environment. */
export const environmentImage = declaredImage.extend({ stableTag: z.string().min(1) });
export type EnvironmentImage = z.output<typeof environmentImage>;

/** The keys are names of images. The values are a repository and a digest, `<repository>@sha256:…`. */
export const imageUris = z.record(imageName, z.string().min(1));
export type ImageUris = z.output<typeof imageUris>;

/**
 * Returns the images of an environment. A repository without the environment in its name is shared, and each
 * environment has a stable tag of its own there.
 */
export function imagesOfEnvironment(
  declared: readonly DeclaredImage[],
  { prefix, environment }: { prefix: string; environment: string },
): EnvironmentImage[] {
  return declared.map((image) => {
    const repository = image.repository.replaceAll('{prefix}', prefix).replaceAll('{environment}', environment);
    const stableTag = repository === image.repository ? `${prefix}-${image.name}-main` : `${image.name}-main`;
    return { ...image, repository, stableTag };
  });
}

/** The order platform has these images. They also apply to a request from before images were a list. */
export const ORDER_PLATFORM_IMAGES = [
  { name: 'api', repository: '{prefix}-api', service: 'api_service_name' },
  { name: 'worker', repository: '{prefix}-worker', service: 'worker_service_name' },
] as const satisfies readonly DeclaredImage[];

/**
 * Returns the images of a request. TypeScript accepts a part of a request that has no `images` at all, since they are
 * optional. The type of the parameter refuses such a part.
 */
export function imagesOf<Request extends Pick<PreflightRequest, 'images' | 'names' | 'environment'>>(
  request: 'images' extends keyof Request ? Request : never,
): readonly EnvironmentImage[] {
  const { images, names, environment }: Pick<PreflightRequest, 'images' | 'names' | 'environment'> = request;
  return images ?? imagesOfEnvironment(ORDER_PLATFORM_IMAGES, { prefix: names.prefix, environment });
}

/** Returns the URL of a repository in ECR, such as `123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop-dev-api`. */
export function repositoryUrl(
  { accountId, region }: Pick<PreflightRequest, 'accountId' | 'region'>,
  repository: string,
): string {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `${accountId}.dkr.ecr.${region}.${suffix}/${repository}`;
}

/** Returns the outputs that name the ECS services of the images, each once. */
export function servicesOf(images: readonly Pick<DeclaredImage, 'service'>[]): string[] {
  return [...new Set(images.flatMap(({ service }) => service ?? []))];
}
