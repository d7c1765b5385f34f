import { BatchGetBuildsCommand, CodeBuildClient, ListBuildsForProjectCommand } from '@aws-sdk/client-codebuild';
import { MalformedAnswer } from '../shared/malformed-answer.ts';
import { clientConfig } from './client-config.ts';

const codebuild = new CodeBuildClient(clientConfig);

/** Longer than any build of ours can be queued and run; CodeBuild's own limits are 8 hours each. */
const LONGEST_BUILD_MS = 17 * 3_600_000;

/** Ids of the builds that still work on an environment. Builds are listed newest first. */
export async function buildsInProgress(
  projects: readonly string[],
  environment: string,
  now: number,
): Promise<string[]> {
  const perProject = await Promise.all(projects.map((project) => ofProject(project, environment, now)));
  return perProject.flat();
}

async function ofProject(projectName: string, environment: string, now: number): Promise<string[]> {
  const found: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await codebuild.send(
      new ListBuildsForProjectCommand({ projectName, sortOrder: 'DESCENDING', nextToken }),
    );
    nextToken = page.nextToken;
    const ids = page.ids ?? [];
    if (ids.length === 0) continue;
    const { builds = [], buildsNotFound = [] } = await codebuild.send(new BatchGetBuildsCommand({ ids }));
    if (builds.length + buildsNotFound.length < ids.length) {
      throw new MalformedAnswer(`CodeBuild describes ${builds.length} of ${ids.length} builds of ${projectName}`);
    }
    for (const build of builds) {
      const variables = build.environment?.environmentVariables ?? [];
      const own = variables.some(({ name, value }) => name === 'ENVIRONMENT' && value === environment);
      if (own && build.buildStatus === 'IN_PROGRESS') found.push(build.id ?? projectName);
    }
    const oldest = Math.min(...builds.map((build) => build.startTime?.getTime() ?? now));
    if (oldest < now - LONGEST_BUILD_MS) break;
  } while (nextToken);
  return found;
}
