import { BatchGetBuildsCommand, ListBuildsForProjectCommand, StopBuildCommand } from '@aws-sdk/client-codebuild';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { codebuildService } from '../../codebuild/codebuild.ts';
import { type Lab, startLab } from '../../lab.ts';
import { statuses, TestBuilds } from '../support/builds.ts';
import { PATIENCE_MS } from '../support/patience.ts';

let lab: Lab;
let builds: TestBuilds;

beforeAll(async () => {
  const options = { minuteMs: 200, stopGraceMs: 1_000 };
  lab = await startLab({ services: [(context) => codebuildService(context, options)] });
  builds = new TestBuilds(lab.context);
  await builds.createProject();
});

afterAll(() => lab?.stop());

describe('an end before the end', () => {
  const SLOW = `
phases:
  build:
    commands: ['set -m; sleep 600 & echo "pids $$ $!"; trap "" TERM; sleep 600']
    finally: [echo no]`;

  test('StopBuild ends what the build started, however stubborn', async () => {
    const id = await builds.start({ buildspecOverride: `version: 0.2\n${SLOW}`, timeoutInMinutesOverride: 480 });
    const pids = await vi.waitFor(async () => {
      const [, ...found] = /^pids (\d+) (\d+)$/m.exec(await builds.log(await builds.get(id))) ?? [];
      expect(found).toHaveLength(2);
      return found.map(Number);
    }, PATIENCE_MS);
    await builds.client.send(new StopBuildCommand({ id }));
    const build = await builds.ended(id);
    expect(build.buildStatus).toBe('STOPPED');
    expect(statuses(build)).toMatchObject({ BUILD: 'STOPPED', FINALIZING: 'SUCCEEDED' });
    expect(statuses(build)).not.toHaveProperty('POST_BUILD');
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  test('a build that takes too long is TIMED_OUT', async () => {
    const { build } = await builds.run(SLOW, { timeoutInMinutesOverride: 5 });
    expect(build.buildStatus).toBe('TIMED_OUT');
    expect(build.phases?.find(({ phaseType }) => phaseType === 'BUILD')).toMatchObject({
      phaseStatus: 'TIMED_OUT',
      contexts: [{ statusCode: 'BUILD_TIMED_OUT' }],
    });
  });
});

describe('the API', () => {
  test('starts one build a token', async () => {
    const first = await builds.start({ idempotencyToken: 't' });
    expect(await builds.start({ idempotencyToken: 't' })).toBe(first);
    await expect(builds.start({ idempotencyToken: 't', sourceVersion: 'x' })).rejects.toMatchObject({
      name: 'InvalidInputException',
    });
    const { ids } = await builds.client.send(new ListBuildsForProjectCommand({ projectName: 'project' }));
    expect(ids?.[0]).toBe(first);
  });

  test('names what does not exist', async () => {
    await expect(builds.start({ projectName: 'nothing' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    const { builds: found, buildsNotFound } = await builds.client.send(
      new BatchGetBuildsCommand({ ids: ['project:none'] }),
    );
    expect({ found, buildsNotFound }).toEqual({ found: [], buildsNotFound: ['project:none'] });
  });
});
