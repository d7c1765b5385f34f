import { CreateProjectCommand, StopBuildCommand } from '@aws-sdk/client-codebuild';
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { diagnoseBuilds } from '../../cli/quotas.ts';
import { codebuildService } from '../../lab/codebuild/codebuild.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { BUILD_ROLE, statuses, TestBuilds } from '../../lab/test/support/builds.ts';
import { PATIENCE_MS } from '../../lab/test/support/patience.ts';
import { BUILD_PLATFORMS } from '../../lambdas/contracts/build-quota.ts';

/** The account has the quota with which AWS creates accounts: one build at a time. */

let lab: Lab;
let builds: TestBuilds;

beforeAll(async () => {
  const options = { minuteMs: 400, stopGraceMs: 1_000, quota: { running: 1, queued: 2 } };
  lab = await startLab({ services: [(context) => codebuildService(context, options)] });
  builds = new TestBuilds(lab.context);
  await builds.createProject();
});

afterAll(() => lab?.stop());

const SLEEP = { buildspecOverride: "version: 0.2\nphases: { build: { commands: ['sleep 600'] } }" };
const QUICK = { buildspecOverride: "version: 0.2\nphases: { build: { commands: ['true'] } }" };
const inPhase = (id: string, phase: string) =>
  vi.waitFor(async () => expect((await builds.get(id)).currentPhase).toBe(phase), PATIENCE_MS);
const stop = async (...ids: string[]) => {
  for (const id of ids) await builds.client.send(new StopBuildCommand({ id }));
  return Promise.all(ids.map((id) => builds.ended(id)));
};

test('a second build is QUEUED until the first is over', async () => {
  const first = await builds.start({ ...SLEEP, timeoutInMinutesOverride: 480 });
  await inPhase(first, 'BUILD');
  const second = await builds.start(QUICK);
  await inPhase(second, 'QUEUED');
  expect(await builds.get(second)).toMatchObject({ buildStatus: 'IN_PROGRESS', buildComplete: false });
  await stop(first);
  expect(await builds.ended(second)).toMatchObject({ buildStatus: 'SUCCEEDED' });
});

test('one more than the queue holds is refused', async () => {
  const ids = [await builds.start(SLEEP), await builds.start(SLEEP), await builds.start(SLEEP)];
  await expect(builds.start(SLEEP)).rejects.toMatchObject({
    name: 'AccountLimitExceededException',
    message: 'Cannot have more than 2 builds in queue for the account',
  });
  await stop(...ids.reverse());
  const { build } = await builds.run("phases: { build: { commands: ['true'] } }");
  expect(build.buildStatus).toBe('SUCCEEDED');
});

test('a build that is stopped while it waits never starts', async () => {
  const first = await builds.start({ ...SLEEP, timeoutInMinutesOverride: 480 });
  await inPhase(first, 'BUILD');
  const second = await builds.start(QUICK);
  const [ended] = await stop(second);
  expect(ended).toMatchObject({ buildStatus: 'STOPPED' });
  expect(Object.keys(statuses(ended ?? {}))).toEqual(['SUBMITTED', 'QUEUED', 'COMPLETED']);
  await stop(first);
});

test('a build that waits for too long is TIMED_OUT, and its own time begins when it starts', async () => {
  const first = await builds.start({ ...SLEEP, timeoutInMinutesOverride: 480 });
  await inPhase(first, 'BUILD');
  // The first build gives up after 5 minutes in the queue; the other waits for the same time and then has 5 minutes of
  // its own.
  const given = await builds.start({ ...QUICK, queuedTimeoutInMinutesOverride: 5 });
  const patient = await builds.start({ ...QUICK, timeoutInMinutesOverride: 5 });
  const ended = await builds.ended(given);
  expect(ended.buildStatus).toBe('TIMED_OUT');
  expect(statuses(ended)).toMatchObject({ SUBMITTED: 'SUCCEEDED', QUEUED: 'TIMED_OUT' });
  await stop(first);
  expect(await builds.ended(patient)).toMatchObject({ buildStatus: 'SUCCEEDED' });
});

const project = (name: string, concurrentBuildLimit: number) =>
  builds.client.send(
    new CreateProjectCommand({
      name,
      concurrentBuildLimit,
      serviceRole: BUILD_ROLE,
      source: { type: 'NO_SOURCE', buildspec: 'version: 0.2\nphases: {}' },
      artifacts: { type: 'NO_ARTIFACTS' },
      environment: { type: 'ARM_CONTAINER', image: 'aws/codebuild/x', computeType: 'BUILD_GENERAL1_SMALL' },
    }),
  );

test('a project may not have more than the account', async () => {
  await expect(project('greedy', 5)).rejects.toMatchObject({
    name: 'InvalidInputException',
    message: 'Project-level concurrent build limit cannot exceed the account-level concurrent build limit of 1',
  });
});

test.each(BUILD_PLATFORMS)('Service Quotas says so of an %s, and the doctor warns', async (platform) => {
  const quotas = new ServiceQuotasClient(lab.context.client);
  const told = await diagnoseBuilds(
    async ({ service, code }) => {
      const { Quota } = await quotas.send(new GetServiceQuotaCommand({ ServiceCode: service, QuotaCode: code }));
      return Quota?.Value ?? Number.NaN;
    },
    0,
    'eu-west-1',
    platform,
  );
  expect(told).toMatchObject({ status: 'warning', detail: expect.stringContaining('1 at once') });
});
