import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  BatchGetBuildsCommand,
  type Build,
  CodeBuildClient,
  CreateProjectCommand,
  StartBuildCommand,
  type StartBuildInput,
} from '@aws-sdk/client-codebuild';
import { expect, vi } from 'vitest';
import type { LabContext } from '../../context.ts';
import { PATIENCE_MS } from './patience.ts';

export const BUILD_ROLE = 'arn:aws:iam::123456789012:role/build';

/** Runs builds of one project, `project`, in a lab. */
export class TestBuilds {
  readonly client: CodeBuildClient;
  readonly #context: LabContext;

  constructor(context: LabContext) {
    this.#context = context;
    this.client = new CodeBuildClient(context.client);
  }

  async createProject(): Promise<void> {
    await this.client.send(
      new CreateProjectCommand({
        name: 'project',
        serviceRole: BUILD_ROLE,
        source: { type: 'NO_SOURCE', buildspec: 'version: 0.2\nphases: {}', location: 'none' },
        artifacts: { type: 'NO_ARTIFACTS' },
        environment: {
          type: 'LINUX_CONTAINER',
          image: 'aws/codebuild/standard:7.0',
          computeType: 'BUILD_GENERAL1_SMALL',
          environmentVariables: [
            { name: 'COLOUR', value: 'red' },
            { name: 'SIZE', value: 'small' },
          ],
        },
      }),
    );
  }

  async start(input: Partial<StartBuildInput> = {}): Promise<string> {
    const { build } = await this.client.send(new StartBuildCommand({ projectName: 'project', ...input }));
    expect(build).toMatchObject({ buildStatus: 'IN_PROGRESS', buildComplete: false });
    return build?.id ?? '';
  }

  async get(id: string): Promise<Build> {
    const { builds } = await this.client.send(new BatchGetBuildsCommand({ ids: [id] }));
    return builds?.[0] as Build;
  }

  async ended(id: string): Promise<Build> {
    const complete = async () => {
      const build = await this.get(id);
      expect(build.buildComplete).toBe(true);
      return build;
    };
    return vi.waitFor(complete, { timeout: PATIENCE_MS, interval: 30 });
  }

  /** Runs a buildspec (without its version) and returns how it ended and what it exported. */
  async run(buildspec: string, input: Partial<StartBuildInput> = {}) {
    const id = await this.start({ buildspecOverride: `version: 0.2\n${buildspec}`, ...input });
    const build = await this.ended(id);
    const seen = build.exportedEnvironmentVariables?.map(({ name, value }) => [name, value]) ?? [];
    return { build, seen: Object.fromEntries(seen) as Record<string, string>, phases: statuses(build) };
  }

  async log(build: Build): Promise<string> {
    const names = { logGroupName: build.logs?.groupName, logStreamName: build.logs?.streamName };
    const logs = new CloudWatchLogsClient(this.#context.client);
    const { events = [] } = await logs.send(new GetLogEventsCommand({ ...names, startFromHead: true }));
    return events.map(({ message }) => message).join('\n');
  }
}

/** The result has the status of each phase. */
export function statuses(build: Build): Record<string, string | undefined> {
  return Object.fromEntries(build.phases?.map(({ phaseType, phaseStatus }) => [phaseType, phaseStatus]) ?? []);
}
