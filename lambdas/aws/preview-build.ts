import { CodeBuildClient, StartBuildCommand } from '@aws-sdk/client-codebuild';
import { PREVIEW_PROJECT } from '../contracts/deployed-names.ts';
import { clientConfig } from './client-config.ts';
import { textOf } from './responses.ts';

const codebuild = new CodeBuildClient(clientConfig);

/**
 * CodeBuild queues what is above the quota of builds that run at once, and refuses what is above that of the queue:
 * https://docs.aws.amazon.com/codebuild/latest/userguide/limits.html
 * @returns the id of the build, or undefined where CodeBuild refuses it
 */
export async function startPreviewBuild(variables: Readonly<Record<string, string>>): Promise<string | undefined> {
  const environmentVariablesOverride = Object.entries(variables).map(([name, value]) => ({ name, value }));
  try {
    const { build } = await codebuild.send(
      new StartBuildCommand({ projectName: PREVIEW_PROJECT, environmentVariablesOverride }),
    );
    return textOf(build?.id, `the id of a build of ${PREVIEW_PROJECT}`);
  } catch (error) {
    if (error instanceof Error && error.name === 'AccountLimitExceededException') return undefined;
    throw error;
  }
}
