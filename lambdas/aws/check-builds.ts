import {
  BatchGetBuildsCommand,
  type Build,
  CodeBuildClient,
  StartBuildCommand,
  type StartBuildInput,
} from '@aws-sdk/client-codebuild';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { awsFailure, describeError } from '../runtime/aws-errors.ts';
import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';
import type { CheckBuild } from '../validation/checks/build-conclusion.ts';
import type { BuildPorts, NewBuild } from '../validation/observe-build.ts';
import { describedBuilds } from './builds.ts';
import { clientConfig } from './client-config.ts';
import { listOf, textOf } from './responses.ts';

const codebuild = new CodeBuildClient(clientConfig);
const s3 = new S3Client(clientConfig);

/** Bytes. A results file that is larger is not read. */
const MOST_BYTES = 1_048_576;

export const findBuild: BuildPorts['find'] = async (project, { name, prefix }, since) => {
  for await (const builds of describedBuilds(project)) {
    for (const build of builds) {
      const variables = listOf(build.environment?.environmentVariables, build);
      const own = variables.find((one) => one.name === name && one.value?.startsWith(prefix));
      if (own) return { build: viewOf(build), token: textOf(own.value, `the variable ${name}`) };
    }
    if (Math.min(...builds.map(({ startTime }) => startTime?.getTime() ?? since)) < since) break;
  }
  return undefined;
};

/**
 * CodeBuild queues what is above the quota of builds that run at once, and refuses what is above that of the queue:
 * https://docs.aws.amazon.com/codebuild/latest/userguide/limits.html
 * @param controlBucket takes the results of the build
 */
export async function startBuild(controlBucket: string, build: NewBuild): Promise<CheckBuild | undefined> {
  try {
    const response = await codebuild.send(new StartBuildCommand(inputOf(controlBucket, build)));
    if (!response.build) throw new UnexpectedResponseError(`CodeBuild started no build of ${build.project}`);
    return viewOf(response.build);
  } catch (error) {
    if (error instanceof Error && error.name === 'AccountLimitExceededException') return undefined;
    throw error;
  }
}

/**
 * The results are uploaded to `<path>/<name>/<name of the file>`:
 * https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectArtifacts.html
 */
function inputOf(controlBucket: string, { project, token, variables, resultsFolder }: NewBuild): StartBuildInput {
  const parts = resultsFolder?.split('/');
  const name = parts?.pop();
  return {
    projectName: project,
    idempotencyToken: token,
    environmentVariablesOverride: variables.map((variable) => ({ ...variable })),
    ...(parts && name
      ? {
          artifactsOverride: {
            ...{ type: 'S3', location: controlBucket, path: parts.join('/'), name, packaging: 'NONE' },
            // S3 encrypts the objects of the bucket by its own default, and no key of KMS is needed to read them.
            ...{ namespaceType: 'NONE', encryptionDisabled: true, overrideArtifactName: false },
          },
        }
      : {}),
  };
}

export const readBuild: BuildPorts['read'] = async (id) => {
  const response = await codebuild.send(new BatchGetBuildsCommand({ ids: [id] }));
  const build = listOf(response.builds, response).find((one) => one.id === id);
  if (!build) throw new UnexpectedResponseError(`CodeBuild does not describe the build ${id}`);
  return viewOf(build);
};

function viewOf(build: Build): CheckBuild {
  const id = textOf(build.id, 'the id of a build');
  return {
    id,
    status: textOf(build.buildStatus, `the status of build ${id}`),
    phases: listOf(build.phases, build).map(({ phaseType, phaseStatus, contexts }) => {
      const context = contexts?.find(({ statusCode, message }) => statusCode || message);
      return {
        name: textOf(phaseType, `a phase of build ${id}`),
        status: phaseStatus,
        code: context?.statusCode,
        message: context?.message,
      };
    }),
    startedAt: timeOf(build.startTime, `the start of build ${id}`),
    endedAt: build.endTime && timeOf(build.endTime, `the end of build ${id}`),
    log: build.logs?.deepLink,
  };
}

function timeOf(date: Date | undefined, what: string): number {
  const time = date?.getTime();
  if (time === undefined || Number.isNaN(time))
    throw new UnexpectedResponseError(`the response gives ${what} as ${date}`);
  return time;
}

/** A results file that is missing is not an empty one. */
export async function readResults(bucket: string, key: string): ReturnType<BuildPorts['readResults']> {
  try {
    const { Body, ContentLength } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    if (!Body || ContentLength === undefined)
      throw new UnexpectedResponseError(`S3 answers without the content of ${key}`);
    if (ContentLength <= MOST_BYTES) return { kind: 'found', text: await Body.transformToString() };
    if ('destroy' in Body) Body.destroy();
    return { kind: 'unreadable', why: `the file has ${ContentLength} bytes, and ${MOST_BYTES} are read at most` };
  } catch (error) {
    if (awsFailure(error) === 'transient') throw error;
    return { kind: 'unreadable', why: `${key}: ${describeError(error)}` };
  }
}
