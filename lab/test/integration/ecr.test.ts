import { createHash } from 'node:crypto';
import {
  BatchGetImageCommand,
  CreateRepositoryCommand,
  DescribeImagesCommand,
  ECRClient,
  PutImageCommand,
} from '@aws-sdk/client-ecr';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Lab, startLab } from '../../lab.ts';

const repositoryName = 'app';
const imageManifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', size: 2, digest: `sha256:${'0'.repeat(64)}` },
  layers: [],
});
const imageDigest = `sha256:${createHash('sha256').update(imageManifest).digest('hex')}`;

let lab: Lab;
let ecr: ECRClient;

beforeAll(async () => {
  lab = await startLab({ services: [] });
  ecr = new ECRClient(lab.context.client);
  await ecr.send(new CreateRepositoryCommand({ repositoryName }));
  for (const imageTag of ['abc1234', 'main']) {
    await ecr.send(new PutImageCommand({ repositoryName, imageManifest, imageTag }));
  }
});

afterAll(() => lab?.stop());

test("an image's digest is that of its manifest, whichever tag it is asked by", async () => {
  for (const imageId of [{ imageTag: 'abc1234' }, { imageTag: 'main' }, { imageDigest }]) {
    const { images } = await ecr.send(new BatchGetImageCommand({ repositoryName, imageIds: [imageId] }));
    expect(images?.[0]).toMatchObject({ imageManifest, imageId: { imageDigest } });
    const { imageDetails } = await ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [imageId] }));
    expect(imageDetails?.[0]).toMatchObject({ imageDigest, imageTags: ['abc1234', 'main'] });
  }
});

test('a digest that is not that of the manifest is refused', async () => {
  const wrong = { repositoryName, imageManifest, imageTag: 'x', imageDigest: `sha256:${'1'.repeat(64)}` };
  await expect(ecr.send(new PutImageCommand(wrong))).rejects.toThrow(/does not match/);
});

test('an image that is not there is a failure of its own, and a repository that is not there an error', async () => {
  const missing = { repositoryName, imageIds: [{ imageTag: 'never' }] };
  const { failures } = await ecr.send(new BatchGetImageCommand(missing));
  expect(failures?.[0]?.failureCode).toBe('ImageNotFound');
  const nowhere = new PutImageCommand({ repositoryName: 'nowhere', imageManifest, imageTag: 'x' });
  await expect(ecr.send(nowhere)).rejects.toMatchObject({ name: 'RepositoryNotFoundException' });
});
