import {
  BatchGetBuildsCommand,
  type Build,
  CodeBuildClient,
  ListBuildsForProjectCommand,
} from '@aws-sdk/client-codebuild';
import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';
import { clientConfig } from './client-config.ts';
import { pages } from './pages.ts';
import { listOf, textOf } from './responses.ts';

const codebuild = new CodeBuildClient(clientConfig);

/**
 * The time is longer than any build here can take: CodeBuild queues a build for at most 8 hours, and runbook.config.ts
 * limits its run to at most 8 hours.
 */
const LONGEST_BUILD_MS = 17 * 3_600_000;

const OVER: ReadonlySet<string> = new Set(['SUCCEEDED', 'FAILED', 'FAULT', 'TIMED_OUT', 'STOPPED']);
/** BatchGetBuilds takes at most this many ids. */
const MAX_IDS = 100;

/**
 * Returns the ids of the builds that are in progress for an environment. CodeBuild lists the newest builds first.
 * @throws {UnexpectedResponseError} when CodeBuild does not describe a build, because it may be one of them
 */
export async function buildsInProgress(
  projects: readonly string[],
  environment: string,
  now: number,
): Promise<string[]> {
  const perProject = await Promise.all(projects.map((project) => ofProject(project, environment, now)));
  return perProject.flat();
}

export interface RunBuild {
  id: string;
  /** The role is an ARN. */
  role: string;
  /** The value is true when the build may have used its role. A build that was stopped in the queue has not used it. */
  began: boolean;
}

/** A build names its run in the first of these variables, or in the second one if it is a check. */
const RUN_VARIABLES: ReadonlySet<string | undefined> = new Set(['RUN', 'RUNBOOK_RUN']);

/**
 * Returns every build of a run. CodeBuild keeps builds for a year.
 * @param since the time when the run began; an older build does not belong to it
 */
export async function buildsOfRun(projects: readonly string[], run: string, since: number): Promise<RunBuild[]> {
  const found: RunBuild[] = [];
  for (const project of projects) {
    for await (const builds of describedBuilds(project)) {
      for (const build of builds) {
        const variables = listOf(build.environment?.environmentVariables, build);
        if (!variables.some(({ name, value }) => RUN_VARIABLES.has(name) && value === run)) continue;
        const id = textOf(build.id, `the id of a build of ${project}`);
        found.push({ id, role: textOf(build.serviceRole, `the role of build ${id}`), began: hasBegun(build) });
      }
      if (Math.min(...builds.map(({ startTime }) => startTime?.getTime() ?? since)) < since) break;
    }
  }
  return found;
}

/**
 * A build has these phases before its container runs:
 * https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html
 */
const BEFORE_CONTAINER: ReadonlySet<string> = new Set(['SUBMITTED', 'QUEUED', 'PROVISIONING', 'COMPLETED']);

function hasBegun(build: Build): boolean {
  const phases = listOf(build.phases, build);
  return phases.length === 0 || phases.some(({ phaseType }) => !phaseType || !BEFORE_CONTAINER.has(phaseType));
}

/** Returns the ids of the builds that are not finished, or that CodeBuild does not describe. */
export async function unfinishedBuilds(ids: readonly string[]): Promise<string[]> {
  const over = new Set<string>();
  for (let from = 0; from < ids.length; from += MAX_IDS) {
    const response = await codebuild.send(new BatchGetBuildsCommand({ ids: ids.slice(from, from + MAX_IDS) }));
    for (const { id, buildStatus } of listOf(response.builds, response))
      if (id && OVER.has(buildStatus ?? '')) over.add(id);
  }
  return ids.filter((id) => !over.has(id));
}

async function ofProject(projectName: string, environment: string, now: number): Promise<string[]> {
  const found: string[] = [];
  for await (const builds of describedBuilds(projectName)) {
    for (const build of builds) {
      const variables = listOf(build.environment?.environmentVariables, build);
      const own = variables.some(({ name, value }) => name === 'ENVIRONMENT' && value === environment);
      const id = textOf(build.id, `the id of a build of ${projectName}`);
      if (own && textOf(build.buildStatus, `the status of build ${id}`) === 'IN_PROGRESS') found.push(id);
    }
    const oldest = Math.min(...builds.map((build) => build.startTime?.getTime() ?? now));
    if (oldest < now - LONGEST_BUILD_MS) break;
  }
  return found;
}

/** Yields the builds of a project page by page, the newest first. */
export async function* describedBuilds(projectName: string): AsyncGenerator<readonly Build[]> {
  const all = pages(
    (nextToken) => codebuild.send(new ListBuildsForProjectCommand({ projectName, sortOrder: 'DESCENDING', nextToken })),
    (page) => page.ids,
    (page) => page.nextToken,
  );
  for await (const ids of all) if (ids.length > 0) yield await describe(projectName, ids);
}

async function describe(projectName: string, ids: readonly string[]): Promise<readonly Build[]> {
  const response = await codebuild.send(new BatchGetBuildsCommand({ ids: [...ids] }));
  const builds = listOf(response.builds, response);
  const described = new Set(builds.map(({ id }) => id));
  // CodeBuild has just listed the build, so "not found" does not show whether it is in progress.
  const missing = ids.find((id) => !described.has(id));
  if (missing)
    throw new UnexpectedResponseError(`CodeBuild lists ${missing} of ${projectName}, and does not describe it`);
  return builds;
}
