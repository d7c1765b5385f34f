import { type Broken, NOT_FOUND, type Operations } from './platform.ts';

/** A check that is a build, as CodeBuild and S3 describe it, and the worlds in which it must not pass. */

export const BUILD_SUBJECT = 'build';
/** The function of the check has these variables. */
export const BUILD_VARIABLES = {
  CHECK: 'smoke',
  CONTROL_BUCKET: 'control',
  BUILD: JSON.stringify({
    project: 'runbook-check-smoke',
    variables: { API_HOST: { output: 'alb_dns_name' } },
    results: { format: 'junit', file: 'results.xml' },
  }),
};

const ID = 'runbook-check-smoke:1';
const PHASES = [
  'SUBMITTED',
  'QUEUED',
  'PROVISIONING',
  'DOWNLOAD_SOURCE',
  'INSTALL',
  'PRE_BUILD',
  'BUILD',
  'POST_BUILD',
];
const build = (buildStatus: string, broken?: { phaseType: string; statusCode?: string }) => ({
  ...{ id: ID, buildStatus, startTime: Date.now() / 1_000 - 60 },
  ...(buildStatus === 'IN_PROGRESS' ? {} : { buildComplete: true, endTime: Date.now() / 1_000 }),
  environment: { environmentVariables: [] },
  phases: [...PHASES, 'UPLOAD_ARTIFACTS', 'FINALIZING'].map((phaseType) => ({
    phaseType,
    phaseStatus: phaseType === broken?.phaseType ? 'FAILED' : 'SUCCEEDED',
    contexts:
      phaseType === broken?.phaseType ? [{ statusCode: broken.statusCode ?? 'CLIENT_ERROR', message: 'm' }] : [],
  })),
});
const described = (...of: Parameters<typeof build>) => ({
  'codebuild BatchGetBuilds': () => ({ builds: [build(...of)], buildsNotFound: [] }),
});
const results = (inside: string, failures: number) => ({
  's3 GetObject': () => `<testsuite tests="2" failures="${failures}"><testcase name="a"/>${inside}</testsuite>`,
});

const running: Operations = described('IN_PROGRESS');
export const BUILD_WORLD: Operations = {
  'codebuild ListBuildsForProject': () => ({ ids: [] }),
  'codebuild StartBuild': () => ({ build: { ...build('IN_PROGRESS'), phases: [] } }),
  ...described('SUCCEEDED'),
  ...results('<testcase name="b"/>', 0),
};

/** What a build and its results are, once they are there, never changes: before that they were not there. */
const before: Operations = { ...running, 's3 GetObject': NOT_FOUND('NoSuchKey') };

export const BUILD_BROKEN: readonly Broken[] = [
  {
    name: 'command failed',
    changes: described('FAILED', { phaseType: 'BUILD', statusCode: 'COMMAND_EXECUTION_ERROR' }),
    before,
  },
  { name: 'no image', changes: described('FAILED', { phaseType: 'PROVISIONING' }), before },
  { name: 'runs on', changes: running, before },
  { name: 'test failed', changes: results('<testcase name="b"><failure message="no"/></testcase>', 1), before },
  { name: 'half of the results', changes: results('', 0), before },
  { name: 'no results', changes: { 's3 GetObject': NOT_FOUND('NoSuchKey') }, before },
  { name: 'no project', changes: { 'codebuild ListBuildsForProject': NOT_FOUND('ResourceNotFoundException') }, before },
  { name: 'no quota', changes: { 'codebuild StartBuild': NOT_FOUND('AccountLimitExceededException') }, before },
];
