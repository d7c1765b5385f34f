import { BatchGetBuildsCommand, CodeBuildClient } from '@aws-sdk/client-codebuild';
import { clientConfig } from './config.ts';

const codebuild = new CodeBuildClient(clientConfig);

/** Reads how a build ended. @returns an undefined status for a build that CodeBuild does not have */
export async function buildStatus(id: string): Promise<{ status: string | undefined; ended: Date | undefined }> {
  const { builds = [] } = await codebuild.send(new BatchGetBuildsCommand({ ids: [id] }));
  return { status: builds[0]?.buildStatus, ended: builds[0]?.endTime };
}
