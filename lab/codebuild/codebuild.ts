import {
  BatchGetProjectsCommand,
  CodeBuildClient,
  type Project,
  type StartBuildInput,
} from '@aws-sdk/client-codebuild';
import type { LabContext } from '../context.ts';
import { AwsError, type AwsRequest, json, type LabService } from '../service.ts';
import { refuseArtifacts } from './artifacts.ts';
import { Build, type BuildOptions } from './build.ts';
import { BuildQueue, type BuildQuota, buildQuota } from './queue.ts';
import { newRecord, toWire } from './record.ts';
import { quotaOf } from './service-quotas.ts';
import { toolEnvironment } from './tools.ts';

/** A page of ListBuilds has this number of ids. */
const PAGE = 100;
const IDEMPOTENCY_MS = 5 * 60_000;
const SOURCES = ['S3', 'NO_SOURCE'];
const DEFAULTS: BuildOptions = { minuteMs: 60_000, stopGraceMs: 15_000, environment: {} };

/** The emulator keeps CodeBuild's projects, and this service runs their builds on this machine. */
export function codebuildService(
  context: LabContext,
  options: Partial<BuildOptions> & { quota?: BuildQuota } = {},
): LabService {
  const settings = { ...DEFAULTS, ...options };
  const queue = new BuildQueue(options.quota ?? buildQuota(process.env.LAB_CONCURRENT_BUILDS));
  const client = new CodeBuildClient(context.emulator);
  const builds = new Map<string, Build>();
  const numbers = new Map<string, number>();
  const tokens = new Map<string, { input: string; build: Build; until: number }>();

  async function start(input: StartBuildInput, initiator: string): Promise<Build> {
    const project = await describe(input.projectName ?? '');
    const number = (numbers.get(project.name ?? '') ?? 0) + 1;
    numbers.set(project.name ?? '', number);
    const record = newRecord(context, project, input, number, initiator);
    if (!SOURCES.includes(record.source.type ?? '')) {
      throw new AwsError('InvalidInputException', `The lab has no source of type ${record.source.type}.`);
    }
    if (project.artifacts?.type !== 'NO_ARTIFACTS' && project.artifacts?.type !== undefined) {
      throw new AwsError('InvalidInputException', `The lab uploads no artifacts of type ${project.artifacts.type}.`);
    }
    refuseImage(record.environment.image ?? '');
    refuseArtifacts(input.artifactsOverride);
    refuseOverLimit(project);
    const build = new Build(context, record, settings, queue.enter());
    builds.set(record.id, build);
    return build;
  }

  function refuseImage(image: string): void {
    if (image.startsWith('aws/codebuild/')) return;
    const message = `The lab has no Docker engine: it runs builds in CodeBuild's own images alone, and not in ${image}.`;
    throw new AwsError('InvalidInputException', message);
  }

  /** A project's own limit refuses builds that the account would queue. */
  function refuseOverLimit({ name, concurrentBuildLimit }: Project): void {
    const running = [...builds.values()].filter(({ record }) => record.projectName === name && !record.buildComplete);
    if (!concurrentBuildLimit || running.length < concurrentBuildLimit) return;
    const message = `Cannot have more than ${concurrentBuildLimit} active builds for the project`;
    throw new AwsError('AccountLimitExceededException', message);
  }

  function refuseLimitOverQuota({ concurrentBuildLimit: limit }: Record<string, unknown>): undefined {
    const { running } = queue.quota;
    if (typeof limit !== 'number' || limit <= running) return;
    const message = `Project-level concurrent build limit cannot exceed the account-level concurrent build limit of ${running}`;
    throw new AwsError('InvalidInputException', message);
  }

  async function startOnce(input: StartBuildInput, initiator: string): Promise<Build> {
    const token = input.idempotencyToken;
    if (!token) return start(input, initiator);
    const text = JSON.stringify(input);
    const known = tokens.get(token);
    if (known && known.until > Date.now()) {
      if (known.input === text) return known.build;
      throw new AwsError('InvalidInputException', 'The idempotency token was used with other parameters.');
    }
    const build = await start(input, initiator);
    tokens.set(token, { input: text, build, until: Date.now() + IDEMPOTENCY_MS });
    return build;
  }

  async function describe(name: string): Promise<Project> {
    if (!name) throw new AwsError('InvalidInputException', 'Project name is required');
    const { projects = [] } = await client.send(new BatchGetProjectsCommand({ names: [name] }));
    if (projects[0]) return projects[0];
    const arn = `arn:aws:codebuild:${context.region}:${context.accountId}:project/${name}`;
    throw new AwsError('ResourceNotFoundException', `Project cannot be found: ${arn}`);
  }

  function find(idOrArn: unknown): Build | undefined {
    return builds.get(String(idOrArn).replace(/^arn:aws:codebuild:[^:]*:\d*:build\//, ''));
  }

  function get(idOrArn: unknown): Build {
    if (!String(idOrArn).includes(':')) throw new AwsError('InvalidInputException', 'Invalid build ID provided');
    const build = find(idOrArn);
    if (!build) throw new AwsError('ResourceNotFoundException', `Build ${idOrArn} does not exist`);
    return build;
  }

  function list({ sortOrder, nextToken }: Record<string, unknown>, projectName?: string) {
    const ids = [...builds.values()]
      .filter(({ record }) => !projectName || record.projectName === projectName)
      .map(({ record }) => record.id);
    if (sortOrder !== 'ASCENDING') ids.reverse();
    const from = Number(nextToken ?? 0);
    const next = from + PAGE < ids.length ? { nextToken: String(from + PAGE) } : {};
    return json({ ids: ids.slice(from, from + PAGE), ...next });
  }

  const actions: Record<string, (request: AwsRequest) => Promise<ReturnType<typeof json> | undefined>> = {
    async CreateProject(request) {
      return refuseLimitOverQuota(request.params);
    },
    async UpdateProject(request) {
      return refuseLimitOverQuota(request.params);
    },
    async StartBuild(request) {
      const build = await startOnce(request.params as unknown as StartBuildInput, initiatorOf(request));
      return json({ build: toWire(build.record) });
    },
    async RetryBuild(request) {
      const { projectName, source, sourceVersion, environment } = get(request.params.id).record;
      const input: StartBuildInput = {
        projectName,
        sourceTypeOverride: source.type,
        sourceLocationOverride: source.location,
        buildspecOverride: source.buildspec,
        sourceVersion,
        environmentVariablesOverride: environment.environmentVariables,
      };
      return json({ build: toWire((await start(input, initiatorOf(request))).record) });
    },
    async StopBuild(request) {
      const build = get(request.params.id);
      void build.stop();
      return json({ build: toWire(build.record) });
    },
    async BatchGetBuilds(request) {
      const ids = request.params.ids as string[];
      const found = ids.map(find).filter((build) => build !== undefined);
      const buildsNotFound = ids.filter((id) => !find(id));
      return json({ builds: found.map(({ record }) => toWire(record)), buildsNotFound });
    },
    async ListBuilds(request) {
      return list(request.params);
    },
    async ListBuildsForProject(request) {
      const project = await describe(String(request.params.projectName ?? ''));
      return list(request.params, project.name);
    },
  };

  return {
    services: ['codebuild', 'servicequotas'],
    async handle(request) {
      if (request.service === 'servicequotas') return quotaOf(request, queue.quota);
      return actions[request.action ?? '']?.(request);
    },
    async start() {
      settings.environment = { ...(await toolEnvironment(context)), ...settings.environment };
    },
    async stop() {
      await Promise.all([...builds.values()].map((build) => build.stop()));
    },
  };
}

/** CodeBuild names the role, or the user, that started a build. */
function initiatorOf(request: AwsRequest): string {
  return request.principal?.split('/').at(-1) ?? 'operator';
}
