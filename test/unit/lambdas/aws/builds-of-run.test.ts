import { afterEach, expect, test } from 'vitest';
import { serveAws } from '../support/aws-server.ts';

/** Which builds of a project belong to a run. Their calls are read in CloudTrail after a teardown. */

let end = () => {};
afterEach(() => end());

const RUN = 'dev-20260131T120000-abc123';

test.each([
  ['of Terraform or of images', 'RUN', RUN, 1],
  ['of a check', 'RUNBOOK_RUN', RUN, 1],
  ['of another run', 'RUNBOOK_RUN', 'live-20260131T120000-abc123', 0],
  ['that has the run in another variable', 'COMMENT', RUN, 0],
])('a build %s', async (_, name, value, count) => {
  end = await serveAws((request, response) => {
    const action = `${request.headers['x-amz-target']}`.split('.').at(-1);
    const build = {
      ...{ id: 'p:1', serviceRole: 'arn:r', startTime: 1, phases: [{ phaseType: 'BUILD' }] },
      environment: { environmentVariables: [{ name, value }] },
    };
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify(action === 'ListBuildsForProject' ? { ids: ['p:1'] } : { builds: [build] }));
  });
  const { buildsOfRun } = await import('../../../../lambdas/aws/builds.ts');
  expect(await buildsOfRun(['p'], RUN, 0)).toHaveLength(count);
});
