import type { Build as AwsBuild, Project, StartBuildInput } from '@aws-sdk/client-codebuild';
import type { LabContext } from '../context.ts';
import { mergeVariables } from './variables.ts';

/** The record is a build as BatchGetBuilds describes it, with the members that are always there. */
export type BuildRecord = Omit<AwsBuild, Always> & { [K in Always]-?: NonNullable<AwsBuild[K]> };

type Always = 'id' | 'arn' | 'projectName' | 'startTime' | 'phases' | 'source' | 'environment' | 'serviceRole';

/** Returns the record of a new build: the project, with StartBuild's overrides over it. */
export function newRecord(
  context: LabContext,
  project: Project,
  input: StartBuildInput,
  buildNumber: number,
  initiator: string,
): BuildRecord {
  const { region, accountId } = context;
  const uuid = crypto.randomUUID();
  const projectName = project.name ?? '';
  const id = `${projectName}:${uuid}`;
  const source = {
    ...project.source,
    type: input.sourceTypeOverride ?? project.source?.type,
    location: input.sourceLocationOverride ?? project.source?.location,
    buildspec: input.buildspecOverride ?? project.source?.buildspec,
  };
  const sourceVersion = input.sourceVersion ?? project.sourceVersion;
  return {
    id,
    arn: `arn:aws:codebuild:${region}:${accountId}:build/${id}`,
    buildNumber,
    startTime: new Date(),
    currentPhase: 'SUBMITTED',
    buildStatus: 'IN_PROGRESS',
    buildComplete: false,
    ...(sourceVersion ? { sourceVersion } : {}),
    projectName,
    phases: [],
    source,
    secondarySources: [],
    secondarySourceVersions: [],
    artifacts: { location: artifactsLocation(input.artifactsOverride) },
    cache: project.cache ?? { type: 'NO_CACHE' },
    environment: {
      type: project.environment?.type,
      image: input.imageOverride ?? project.environment?.image,
      computeType: input.computeTypeOverride ?? project.environment?.computeType,
      privilegedMode: input.privilegedModeOverride ?? project.environment?.privilegedMode ?? false,
      imagePullCredentialsType: project.environment?.imagePullCredentialsType ?? 'CODEBUILD',
      environmentVariables: mergeVariables(
        project.environment?.environmentVariables,
        input.environmentVariablesOverride,
      ),
    },
    serviceRole: input.serviceRoleOverride ?? project.serviceRole ?? '',
    logs: logsLocation(context, project, projectName, uuid),
    timeoutInMinutes: input.timeoutInMinutesOverride ?? (project.timeoutInMinutes || 60),
    queuedTimeoutInMinutes: input.queuedTimeoutInMinutesOverride ?? (project.queuedTimeoutInMinutes || 480),
    initiator,
    encryptionKey: project.encryptionKey ?? `arn:aws:kms:${region}:${accountId}:alias/aws/s3`,
    exportedEnvironmentVariables: [],
  };
}

/** CodeBuild describes where the artifacts of a build are by an ARN: bucket, path and name. */
function artifactsLocation(artifacts: StartBuildInput['artifactsOverride']): string {
  if (artifacts?.type !== 'S3') return '';
  return `arn:aws:s3:::${[artifacts.location, artifacts.path, artifacts.name].filter(Boolean).join('/')}`;
}

function logsLocation({ region, accountId }: LabContext, project: Project, projectName: string, uuid: string) {
  const cloudWatchLogs = project.logsConfig?.cloudWatchLogs ?? { status: 'ENABLED' as const };
  const s3Logs = { status: 'DISABLED' as const, encryptionDisabled: false };
  if (cloudWatchLogs.status === 'DISABLED') return { cloudWatchLogs, s3Logs };
  const groupName = cloudWatchLogs.groupName ?? `/aws/codebuild/${projectName}`;
  const streamName = cloudWatchLogs.streamName ? `${cloudWatchLogs.streamName}/${uuid}` : uuid;
  // The console escapes a name in the fragment of its URL in this way.
  const twice = (name: string) => encodeURIComponent(encodeURIComponent(name)).replaceAll('%', '$');
  const fragment = `logsV2:log-groups/log-group/${twice(groupName)}/log-events/${twice(streamName)}`;
  return {
    groupName,
    streamName,
    deepLink: `https://console.aws.amazon.com/cloudwatch/home?region=${region}#${fragment}`,
    cloudWatchLogsArn: `arn:aws:logs:${region}:${accountId}:log-group:${groupName}:log-stream:${streamName}`,
    cloudWatchLogs,
    s3Logs,
  };
}

/** Returns the session name with which a build assumes its role. */
export function sessionOf(id: string): string {
  return `AWSCodeBuild-${id.slice(id.indexOf(':') + 1)}`;
}

/** Returns a value as the JSON protocol sends it: times are seconds since the epoch. */
export function toWire(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(toWire);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toWire(member)]));
}
