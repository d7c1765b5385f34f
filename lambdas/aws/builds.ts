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

/** Longer than any build of ours can be queued and run; CodeBuild's own limits are 8 hours each. */
const LONGEST_BUILD_MS = 17 * 3_600_000;

const OVER: ReadonlySet<string> = new Set(['SUCCEEDED', 'FAILED', 'FAULT', 'TIMED_OUT', 'STOPPED']);
/** That BatchGetBuilds takes. */
const MAX_IDS = 100;

/**
 * Ids of the builds that still work on an environment. Builds are listed newest first.
 * @throws {UnexpectedResponseError} when a build is not described: it may be one of them
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
  /** ARN. */
  role: string;
  /** Whether it may have used its role: a build that was stopped in its queue has not. */
  began: boolean;
}

/**
 * Every build of a run, which says so in its variable RUN. CodeBuild keeps builds for a year.
 * @param since when the run began; an older build is none of it
 */
export async function buildsOfRun(projects: readonly string[], run: string, since: number): Promise<RunBuild[]> {
  const found: RunBuild[] = [];
  for (const project of projects) {
    for await (const builds of describedBuilds(project)) {
      for (const build of builds) {
        const variables = listOf(build.environment?.environmentVariables, build);
        if (!variables.some(({ name, value }) => name === 'RUN' && value === run)) continue;
        const id = textOf(build.id, `the id of a build of ${project}`);
        found.push({ id, role: textOf(build.serviceRole, `the role of build ${id}`), began: hasBegun(build) });
      }
      if (Math.min(...builds.map(({ startTime }) => startTime?.getTime() ?? since)) < since) break;
    }
  }
  return found;
}

/** Phases before a container runs: https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html */
const BEFORE_CONTAINER: ReadonlySet<string> = new Set(['SUBMITTED', 'QUEUED', 'PROVISIONING', 'COMPLETED']);

function hasBegun(build: Build): boolean {
  const phases = listOf(build.phases, build);
  return phases.length === 0 || phases.some(({ phaseType }) => !phaseType || !BEFORE_CONTAINER.has(phaseType));
}

/** Those of the builds that are not over, or of which CodeBuild says nothing. */
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

/** A page of a project's builds at a time, the newest first. */
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
  // It was listed a moment ago, so "not found" says nothing about whether it works.
  const missing = ids.find((id) => !described.has(id));
  if (missing)
    throw new UnexpectedResponseError(`CodeBuild lists ${missing} of ${projectName}, and does not describe it`);
  return builds;
}
