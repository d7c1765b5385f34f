import { expect, test } from 'vitest';
import { json } from '../../lab/service.ts';
import { buildsOfRun } from '../../lambdas/adapters/builds.ts';
import { trailOf } from '../../lambdas/adapters/trail.ts';
import { sweepProvenance } from '../../lambdas/operations/provenance.ts';
import { ACCOUNT, aRequest, NO_NEIGHBOURS, RUN } from '../unit/lambdas/support/fixtures.ts';
import type { Cell } from './support/cells.ts';
import { type Endpoint, type Play, questionOf } from './support/endpoint.ts';
import { FAULTS, memberFaults } from './support/faults.ts';
import { runMatrix } from './support/matrix.ts';

const ROLE = `arn:aws:iam::${ACCOUNT}:role/runbook-terraform`;
const BUILD = {
  id: 'runbook-terraform:one',
  serviceRole: ROLE,
  buildStatus: 'SUCCEEDED',
  startTime: 1_769_860_800,
  phases: [{ phaseType: 'SUBMITTED' }, { phaseType: 'BUILD' }, { phaseType: 'COMPLETED' }],
  environment: { environmentVariables: [{ name: 'RUN', value: RUN }] },
};
const CALL = {
  eventName: 'CreateWorkGroup',
  eventSource: 'athena.amazonaws.com',
  eventTime: '2026-01-31T12:05:00Z',
  awsRegion: 'eu-west-1',
  userIdentity: {
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/runbook-terraform/AWSCodeBuild-one`,
    sessionContext: { sessionIssuer: { arn: ROLE } },
  },
  requestParameters: { name: 'odd' },
};

/** One build, which has created one thing of a service that nobody has foreseen. */
const account: Play = ({ action, region, params }) => {
  if (action === 'ListBuildsForProject') return json({ ids: [BUILD.id] });
  if (action === 'BatchGetBuilds') return json({ builds: [BUILD], buildsNotFound: [] });
  const [{ AttributeKey = '' } = {}] = (params.LookupAttributes ?? []) as { AttributeKey?: string }[];
  const has = AttributeKey === 'Username' && region === 'eu-west-1';
  return json({ Events: has ? [{ EventId: 'e', CloudTrailEvent: JSON.stringify(CALL) }] : [] });
};

async function sweep() {
  const { findings } = await sweepProvenance(
    { request: aRequest({ machine: 'sweep' }), pass: 1 },
    {
      ...NO_NEIGHBOURS,
      sweeper: () => Promise.reject(new Error('nobody is asked')),
      inventory: async () => [],
      project: 'order-platform',
      owns: () => false,
      builds: (run, since) => buildsOfRun(['runbook-terraform'], run, since),
      events: trailOf('eu-west-1', []),
    },
  );
  return findings;
}

async function cellsOf(endpoint: Endpoint): Promise<Cell[]> {
  endpoint.play = account;
  const answers = new Map<string, ReturnType<typeof memberFaults>>();
  endpoint.pass = (answer, request) => {
    if (request.region === 'eu-west-1') answers.set(questionOf(request), memberFaults(answer));
    return answer;
  };
  expect(await sweep()).toMatchObject([{ service: 'athena', type: 'WorkGroup', id: 'odd', status: 'UNKNOWN' }]);
  return [...answers].flatMap(([question, own]) =>
    [...FAULTS, ...own].map((fault) => ({
      subject: 'provenance',
      name: ['provenance', question, fault.name].join(' · '),
      fault: fault.name,
      async run() {
        let met = 0;
        endpoint.pass = (answer, request) =>
          request.region === 'eu-west-1' && questionOf(request) === question
            ? fault.apply(answer, request, met++)
            : answer;
        return (await sweep()).some(({ status }) => status !== 'ABSENT') ? undefined : 'CLEAN';
      },
    })),
  );
}

test('what a role created is named or unknown, whatever an answer lacks', async () => {
  const { cells, wrong } = await runMatrix('provenance', 60, cellsOf);
  expect(cells.length).toBeGreaterThan(60);
  expect(wrong).toEqual([]);
});
