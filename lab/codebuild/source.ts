import { access, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProjectSource } from '@aws-sdk/client-codebuild';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { ClientConfig } from '../context.ts';
import { unzip } from '../unzip.ts';
import { type Buildspec, isInline, PhaseError, parseBuildspec } from './buildspec.ts';

const DEFAULT_BUILDSPEC = 'buildspec.yml';

/**
 * Fetches a build's source into a new folder, on behalf of the build's role.
 * @returns CodeBuild's resolved source version: the object's ETag
 * @throws PhaseError
 */
export async function downloadSource(
  config: ClientConfig,
  source: ProjectSource,
  version: string | undefined,
  directory: string,
): Promise<string | undefined> {
  await mkdir(directory, { recursive: true });
  if (source.type !== 'S3') return undefined;
  const [bucket = '', ...key] = (source.location ?? '').replace(/^arn:aws:s3:::/, '').split('/');
  try {
    const s3 = new S3Client({ ...config, forcePathStyle: true });
    const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key.join('/'), VersionId: version }));
    await unzip(Buffer.from((await object.Body?.transformToByteArray()) ?? []), directory);
    return object.ETag?.replaceAll('"', '');
  } catch (error) {
    const { name, message } = error as Error;
    throw new PhaseError('CLIENT_ERROR', `${name}: ${message} for primary source ${source.location}`);
  }
}

/** @throws PhaseError */
export async function readBuildspec(source: ProjectSource, directory: string): Promise<Buildspec> {
  const value = source.buildspec || DEFAULT_BUILDSPEC;
  if (isInline(value)) return parseBuildspec(value);
  const file = join(directory, value);
  try {
    await access(file);
  } catch {
    throw new PhaseError('YAML_FILE_ERROR', `stat ${file}: no such file or directory`);
  }
  return parseBuildspec(await readFile(file, 'utf8'));
}
