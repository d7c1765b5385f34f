import type { AwsEvent } from '../context.ts';
import type { BuildRecord } from './record.ts';

const time = new Intl.DateTimeFormat('en-US', {
  month: 'short',
  day: 'numeric',
  year: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  second: '2-digit',
  timeZone: 'UTC',
});

/** CodeBuild writes `Sep 1, 2017 4:12:29 PM` into its events. */
function stamp(date: Date | undefined): string | undefined {
  return (
    date &&
    time
      .format(date)
      .replace(/, (?=\d+:)/, ' ')
      .replaceAll('\u202f', ' ')
  );
}

/** Returns the event that CodeBuild puts on the default bus when a build starts and when it ends. */
export function stateChange(build: BuildRecord): AwsEvent {
  const { logs } = build;
  return {
    source: 'aws.codebuild',
    'detail-type': 'CodeBuild Build State Change',
    resources: [build.arn],
    detail: {
      'build-status': build.buildStatus,
      'project-name': build.projectName,
      'build-id': build.arn,
      'current-phase': build.currentPhase,
      'current-phase-context': '[]',
      version: '1',
      'additional-information': {
        artifact: { location: '' },
        environment: {
          image: build.environment.image,
          'privileged-mode': build.environment.privilegedMode,
          'compute-type': build.environment.computeType,
          type: build.environment.type,
          'environment-variables': build.environment.environmentVariables,
        },
        'timeout-in-minutes': build.timeoutInMinutes,
        'build-complete': build.buildComplete,
        'build-number': build.buildNumber,
        initiator: build.initiator,
        'build-start-time': stamp(build.startTime),
        source: { location: build.source.location, type: build.source.type },
        logs: { 'group-name': logs?.groupName, 'stream-name': logs?.streamName, 'deep-link': logs?.deepLink },
        phases: build.phases.map((phase) => ({
          'phase-type': phase.phaseType,
          'start-time': stamp(phase.startTime),
          ...(phase.endTime
            ? {
                'phase-status': phase.phaseStatus,
                'end-time': stamp(phase.endTime),
                'duration-in-seconds': phase.durationInSeconds,
                'phase-context': phase.contexts?.map(({ statusCode, message }) => `${statusCode}: ${message}`),
              }
            : {}),
        })),
      },
    },
  };
}
