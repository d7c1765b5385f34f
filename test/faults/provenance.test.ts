import { expect, test } from 'vitest';
import { type AwsResponse, json } from '../../lab/service.ts';
import { buildsOfRun } from '../../lambdas/aws/builds.ts';
import { trailOf } from '../../lambdas/aws/trail.ts';
import { sweepProvenance } from '../../lambdas/provenance/provenance.ts';
import { ACCOUNT, aRequest, NO_NEIGHBOURS, RUN } from '../unit/lambdas/support/fixtures.ts';
import type { Cell } from './support/cells.ts';
import { type Endpoint, type Play, questionOf } from './support/endpoint.ts';
import { FAULTS, type Fault, memberFaults } from './support/faults.ts';
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
    type: 'AssumedRole',
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/runbook-terraform/AWSCodeBuild-one`,
    sessionContext: { sessionIssuer: { arn: ROLE } },
  },
  requestParameters: { name: 'odd' },
};

/** The account has one build, which has created one resource of a service that was not foreseen. */
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

const EVENTS = 'CloudTrailEvent';
type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** Returns the path of every member of a record, at any depth. */
const pathsIn = (value: unknown, path: string[] = []): string[][] =>
  isObject(value)
    ? Object.entries(value).flatMap(([key, one]) => [[...path, key], ...pathsIn(one, [...path, key])])
    : [];

function changed(value: Json, [key = '', ...rest]: string[], to: unknown): Json {
  const inner = value[key];
  if (rest.length > 0) return isObject(inner) ? { ...value, [key]: changed(inner, rest, to) } : value;
  return { ...value, [key]: to };
}

/**
 * Each change has exceptions, in which the new value is valid. For example, a text in the place of a call's name is the
 * name of another call.
 */
const CHANGES: [what: string, to: unknown, except: RegExp][] = [
  ['is missing', undefined, /^$/],
  ['is null', null, /^$/],
  ['is a number', 7, /^(requestParameters|userIdentity\.type)/],
  ['is a text', 'text', /^(eventName|errorCode|userIdentity\.type)$/],
  ['is an object', { message: 'no' }, /^$/],
];

/** Returns the faults of the records in an answer. CloudTrail sends each record as a text. */
function recordFaults(record: object): Fault[] {
  return pathsIn(record).flatMap((path) =>
    CHANGES.filter(([, , except]) => !except.test(path.join('.'))).map(([what, to]) => ({
      name: `${EVENTS} ${path.join('.')} ${what}`,
      apply(answer: AwsResponse) {
        const body = JSON.parse(String(answer.body)) as { Events?: Json[] };
        const Events = body.Events?.map((one) => ({
          ...one,
          [EVENTS]: JSON.stringify(changed(JSON.parse(String(one[EVENTS])), path, to)),
        }));
        return { ...answer, body: JSON.stringify({ ...body, Events }) };
      },
    })),
  );
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
    [
      ...FAULTS,
      ...own,
      ...(question.includes('LookupEvents') && question.includes('Username') ? recordFaults(CALL) : []),
    ].map((fault) => ({
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
  const { cells, wrong } = await runMatrix('provenance', 100, cellsOf);
  expect(cells.length).toBeGreaterThan(100);
  expect(wrong).toEqual([]);
});
