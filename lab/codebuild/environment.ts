import { delimiter, join, resolve } from 'node:path';
import type { LabContext } from '../context.ts';
import { awsEnvironment } from '../credentials.ts';
import { dockerEnvironment } from '../docker/environment.ts';
import { networkEnvironment } from '../network/environment.ts';
import { type BuildRecord, sessionOf } from './record.ts';

/** Engines that refuse to plan what the lab does not execute, see `terraform/refusal.ts`. */
const ENGINES = resolve(import.meta.dirname, '../terraform/bin');

/** Everything that the commands of a build see; nothing else of the lab's own environment gets through. */
export function buildEnvironment(
  context: LabContext,
  build: BuildRecord,
  directory: string,
  variables: Record<string, string>,
): Record<string, string> {
  const { region, accountId } = context;
  const docker = dockerEnvironment(context, join(directory, 'docker'));
  return {
    PATH: [docker.path, ENGINES, process.env.PATH].filter(Boolean).join(delimiter),
    HOME: join(directory, 'home'),
    LANG: 'C.UTF-8',
    USER: 'root',
    ...docker.variables,
    // A program of a team calls its environment by the names of the lab's load balancers.
    ...networkEnvironment(context),
    ...(process.env.LAB_TRY_ALL_TYPES ? { LAB_TRY_ALL_TYPES: process.env.LAB_TRY_ALL_TYPES } : {}),
    ...awsEnvironment(context.endpoint, region, context.credentials.issue(build.serviceRole, sessionOf(build.id))),
    CODEBUILD_BUILD_ARN: build.arn,
    CODEBUILD_BUILD_ID: build.id,
    CODEBUILD_BUILD_IMAGE: build.environment.image ?? '',
    CODEBUILD_BUILD_NUMBER: String(build.buildNumber),
    CODEBUILD_BUILD_SUCCEEDING: '1',
    CODEBUILD_CI: 'true',
    CODEBUILD_INITIATOR: build.initiator ?? '',
    CODEBUILD_KMS_KEY_ID: build.encryptionKey ?? '',
    CODEBUILD_LOG_PATH: build.logs?.streamName ?? '',
    CODEBUILD_PROJECT_ARN: `arn:aws:codebuild:${region}:${accountId}:project/${build.projectName}`,
    CODEBUILD_RESOLVED_SOURCE_VERSION: build.resolvedSourceVersion ?? '',
    CODEBUILD_SOURCE_REPO_URL: build.source.location ?? '',
    CODEBUILD_SOURCE_VERSION:
      build.sourceVersion ?? (build.source.location ? `arn:aws:s3:::${build.source.location}` : ''),
    CODEBUILD_SRC_DIR: join(directory, 'src'),
    CODEBUILD_START_TIME: String(build.startTime.getTime()),
    ...variables,
  };
}
