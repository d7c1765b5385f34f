import { DescribeImagesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { isNotFound } from '../shared/aws-errors.ts';
import { describedIn, textOf } from './answers.ts';
import { clientConfig } from './client-config.ts';

const ecr = new ECRClient(clientConfig);

export type TaggedImage = { kind: 'found'; digest: string } | { kind: 'no-image' } | { kind: 'no-repository' };

export async function taggedImage(repositoryName: string, imageTag: string): Promise<TaggedImage> {
  try {
    const answer = await ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag }] }));
    const found = describedIn(answer.imageDetails, (one) => one.imageTags?.includes(imageTag) ?? false, answer);
    return { kind: 'found', digest: textOf(found.imageDigest, `the digest of ${repositoryName}:${imageTag}`) };
  } catch (error) {
    if (isNotFound(error, 'ImageNotFoundException')) return { kind: 'no-image' };
    if (isNotFound(error, 'RepositoryNotFoundException')) return { kind: 'no-repository' };
    throw error;
  }
}
