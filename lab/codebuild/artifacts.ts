import { lstat, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { StartBuildInput } from '@aws-sdk/client-codebuild';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { ClientConfig } from '../context.ts';
import { AwsError } from '../service.ts';
import { type Buildspec, PhaseError } from './buildspec.ts';

/** @throws {AwsError} for artifacts that the lab does not upload */
export function refuseArtifacts(artifacts: StartBuildInput['artifactsOverride']): void {
  const { type = 'NO_ARTIFACTS', location, name, packaging = 'NONE', namespaceType = 'NONE' } = artifacts ?? {};
  if (type === 'NO_ARTIFACTS') return;
  if (type !== 'S3' || packaging !== 'NONE' || namespaceType !== 'NONE')
    throw new AwsError(
      'InvalidInputException',
      `The lab uploads no artifacts of type ${type}, ${packaging}, ${namespaceType}.`,
    );
  if (!location || !name)
    throw new AwsError('InvalidInputException', 'Invalid artifacts: location and name are required.');
}

/**
 * Uploads the files of a build, on behalf of its role, into the folder that `location` names.
 * @param location `arn:aws:s3:::<bucket>/<folder>`, or empty for a build without artifacts
 * @throws PhaseError as CodeBuild fails the phase
 */
export async function uploadArtifacts(
  config: ClientConfig,
  location: string,
  artifacts: Buildspec['artifacts'],
  directory: string,
): Promise<void> {
  if (!location) return;
  const [bucket = '', ...folder] = location.replace(/^arn:aws:s3:::/, '').split('/');
  const files = await present(directory, artifacts?.files ?? []);
  if (files.length === 0) throw new PhaseError('CLIENT_ERROR', 'no matching artifact paths found');
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  for (const file of files) {
    const name = artifacts?.['discard-paths'] ? basename(file) : file;
    const Body = await readFile(join(directory, file));
    try {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: [...folder, name].join('/'), Body }));
    } catch (error) {
      const { name: code, message } = error as Error;
      throw new PhaseError('CLIENT_ERROR', `Failed to upload artifacts: ${code}: ${message}`);
    }
  }
}

async function present(directory: string, files: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    files.map((file) =>
      lstat(join(directory, file)).then(
        (seen) => seen.isFile(),
        () => false,
      ),
    ),
  );
  return files.filter((_, n) => found[n]);
}
