import { DescribeImagesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { isNotFound } from '../shared/aws-errors.ts';
import { MalformedAnswer } from '../shared/malformed-answer.ts';
import { clientConfig } from './client-config.ts';

const ecr = new ECRClient(clientConfig);

export type TaggedImage = { kind: 'found'; digest: string } | { kind: 'no-image' } | { kind: 'no-repository' };

export async function taggedImage(repositoryName: string, imageTag: string): Promise<TaggedImage> {
  try {
    const { imageDetails = [] } = await ecr.send(
      new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag }] }),
    );
    const digest = imageDetails[0]?.imageDigest;
    if (!digest) throw new MalformedAnswer(`ECR describes ${repositoryName}:${imageTag} without a digest`);
    return { kind: 'found', digest };
  } catch (error) {
    if (isNotFound(error, 'ImageNotFoundException')) return { kind: 'no-image' };
    if (isNotFound(error, 'RepositoryNotFoundException')) return { kind: 'no-repository' };
    throw error;
  }
}
