import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type AwsRequest, json } from '../../../service.ts';
import { fakeService, output, PATIENT, startAccount, task } from './account.ts';

const calls: AwsRequest[] = [];
const of = (action: string) => calls.filter((call) => call.action === action);
const builds = new Map<string, Record<string, unknown>>();
const codebuild = fakeService('codebuild', async (request) => {
  calls.push(request);
  const { action, params } = request;
  if (action === 'StartBuild') {
    if (params.projectName === 'late') await new Promise((resolve) => setTimeout(resolve, 300));
    const build = {
      id: `${params.projectName}:1`,
      buildStatus: 'IN_PROGRESS',
      buildComplete: false,
      startTime: 1_700_000_000.5,
    };
    builds.set(build.id, build);
    return json({ build });
  }
  if (action === 'StopBuild')
    return json({ build: Object.assign(builds.get(String(params.id)) ?? {}, { buildStatus: 'STOPPED' }) });
  return json({ builds: (params.ids as string[]).map((id) => builds.get(id)) });
});

let account: Awaited<ReturnType<typeof startAccount>>;
beforeAll(async () => {
  account = await startAccount(() => [codebuild]);
});
afterAll(() => account.stop());

describe('codebuild:startBuild.sync', () => {
  const building = (name: string, more = {}) =>
    task(
      'codebuild:startBuild.sync',
      { ProjectName: name, EnvironmentVariablesOverride: [{ Name: 'A', Value: 'b' }] },
      more,
    );
  const end = (id: string, BuildStatus: string) => {
    const exportedEnvironmentVariables = [{ name: 'PLAN_ADD', value: '3' }];
    Object.assign(builds.get(id) ?? {}, {
      buildStatus: BuildStatus,
      buildComplete: true,
      exportedEnvironmentVariables,
    });
    const detail = { 'build-id': `arn:aws:codebuild:eu-west-1:123456789012:build/${id}`, 'build-status': BuildStatus };
    account.context.events.emit('event', {
      source: 'aws.codebuild',
      'detail-type': 'CodeBuild Build State Change',
      resources: [],
      detail,
    });
  };

  test('waits for the build and returns it in PascalCase', async () => {
    const executionArn = await account.start(await account.create(building('good')));
    await vi.waitUntil(() => builds.has('good:1'), PATIENT);
    end('good:1', 'SUCCEEDED');
    const { Build } = output(await account.ended(executionArn));
    expect(Build).toMatchObject({
      Id: 'good:1',
      BuildStatus: 'SUCCEEDED',
      StartTime: 1_700_000_000_500,
      ExportedEnvironmentVariables: [{ Name: 'PLAN_ADD', Value: '3' }],
    });
    expect(of('StartBuild')[0]?.params).toMatchObject({
      projectName: 'good',
      environmentVariablesOverride: [{ name: 'A', value: 'b' }],
    });
    const types = (await account.history(executionArn)).map(({ type }) => type);
    expect(types).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
  });

  test('fails with the build as the cause', async () => {
    const executionArn = await account.start(await account.create(building('bad')));
    await vi.waitUntil(() => builds.has('bad:1'), PATIENT);
    end('bad:1', 'FAILED');
    const result = await account.ended(executionArn);
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed' });
    expect(JSON.parse(result.cause ?? '')).toMatchObject({ Build: { Id: 'bad:1', BuildStatus: 'FAILED' } });
  });

  test('stops the build with the execution', async () => {
    const executionArn = await account.start(await account.create(building('stopped')));
    await vi.waitUntil(() => builds.has('stopped:1'), PATIENT);
    await account.sfn.send(new StopExecutionCommand({ executionArn }));
    expect((await account.describe(executionArn)).status).toBe('ABORTED');
    await vi.waitUntil(() => builds.get('stopped:1')?.buildStatus === 'STOPPED', PATIENT);
  });

  test('stops the build when its time is over', async () => {
    const result = await account.run(building('slow', { TimeoutSeconds: 1 }));
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    await vi.waitUntil(() => builds.get('slow:1')?.buildStatus === 'STOPPED', PATIENT);
  });

  test('stops a build that was only being started', async () => {
    const executionArn = await account.start(await account.create(building('late')));
    await vi.waitUntil(() => of('StartBuild').some(({ params }) => params.projectName === 'late'), PATIENT);
    await account.sfn.send(new StopExecutionCommand({ executionArn }));
    await vi.waitUntil(() => builds.get('late:1')?.buildStatus === 'STOPPED', PATIENT);
  });
});
