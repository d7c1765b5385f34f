import {
  BatchGetImageCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  type Image,
  PutImageCommand,
} from '@aws-sdk/client-ecr';
import { clientConfig } from './config.ts';

const ecr = new ECRClient(clientConfig);

/**
 * Another tool may have pushed each of these types. Without the indices among them, ECR may answer with an image of the
 * index.
 */
const MEDIA_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** @returns the password of the user AWS, with which Docker logs in for 12 hours */
export async function loginPassword(): Promise<string> {
  const { authorizationData = [] } = await ecr.send(new GetAuthorizationTokenCommand({}));
  const [, password] = Buffer.from(authorizationData[0]?.authorizationToken ?? '', 'base64')
    .toString()
    .split(':');
  if (!password) throw new Error('ECR gives no password to log in with');
  return password;
}

/** @returns the repositories' URIs by name */
export async function repositoryUris(repositoryNames: string[]): Promise<Map<string, string>> {
  const { repositories = [] } = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames }));
  return new Map(repositories.map(({ repositoryName = '', repositoryUri = '' }) => [repositoryName, repositoryUri]));
}

/**
 * @returns the image that the tag names; undefined if there is no such tag
 * @throws when ECR does not say which of both it is
 */
export async function taggedImage(repositoryName: string, imageTag: string): Promise<Image | undefined> {
  const { images = [], failures = [] } = await ecr.send(
    new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag }], acceptedMediaTypes: MEDIA_TYPES }),
  );
  const other = failures.filter(({ failureCode }) => failureCode !== 'ImageNotFound');
  if (other.length > 0) throw new Error(`${repositoryName}: ${JSON.stringify(other)}`);
  return images[0];
}

/**
 * Gives the tag `to` to the image that `from` names. The manifest is put back byte for byte, or it would be another
 * image, and with its media type, which an OCI manifest need not name itself.
 */
export async function moveTag(repositoryName: string, from: string, to: string): Promise<void> {
  const { imageManifest, imageManifestMediaType } = (await taggedImage(repositoryName, from)) ?? {};
  if (!imageManifest || !imageManifestMediaType) throw new Error(`ECR gives no manifest of ${repositoryName}:${from}`);
  await ecr.send(new PutImageCommand({ repositoryName, imageTag: to, imageManifest, imageManifestMediaType }));
}
