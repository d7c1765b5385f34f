import { marshall } from '@aws-sdk/util-dynamodb';
import { type AwsRequest, type AwsResponse, json } from '../../../lab/service.ts';
import { ORDER_PLATFORM_IMAGES } from '../../../lambdas/contracts/images.ts';
import { buildEntry } from '../../../lambdas/contracts/ownership.ts';
import type { EnvironmentRecord } from '../../../lambdas/contracts/record.ts';
import { ACCOUNT, aRecord, aRequest, arnOf, PATTERN } from '../../unit/lambdas/support/fixtures.ts';
import type { Cell } from './cells.ts';
import { type Endpoint, questionOf } from './endpoint.ts';
import { FAULTS, type Fault, memberFaults } from './faults.ts';

/** The guard is closed because of the account's answers. */
export interface Guard {
  subject: string;
  name: string;
  answers: Record<string, (request: AwsRequest) => AwsResponse>;
  run(): Promise<unknown>;
  /** The closed guard ends with this error. */
  says: RegExp;
  /** Only an open guard makes this call. Without it, an end without an error shows that the guard is open. */
  opened?: (request: AwsRequest) => boolean;
}

export const GUARD_VARIABLES: Record<string, string> = {
  ...{ ENVIRONMENTS_TABLE: 'environments', CONTROL_BUCKET: 'control', PROJECT: 'order-platform' },
  ...{ NAME_PATTERN: PATTERN, ALLOWED_ACCOUNTS: ACCOUNT, ALLOWED_REGIONS: 'eu-west-1' },
  ...{ BUNDLE_BUCKET: 'assets', BUNDLE_KEY: 'bundle.zip', BUNDLE_COMMIT: 'abcdef1', BUNDLE_SHA256: 'd'.repeat(64) },
  ...{ MAX_LIFE_HOURS: '72', SWEEP_EXCLUSIONS: '[]', CHECKS: 'backend', INPUT_TYPES: '{}' },
  KEEP_BACKEND: 'no',
  IMAGES: JSON.stringify(ORDER_PLATFORM_IMAGES),
  ...{
    TERRAFORM_PROJECT: 'terraform',
    IMAGES_PROJECT: 'images',
    BUILD_PROJECTS: 'terraform,images',
    MAX_DELETIONS: '10',
  },
};

const NOW = new Date().toISOString();
const BUILD = 'terraform:1';

const failure = (code: string): AwsResponse => {
  const answer = json({ __type: code, message: code }, 400);
  return { ...answer, headers: { ...answer.headers, 'x-amzn-errortype': code } };
};
const xml = (body: string): AwsResponse => ({
  ...{ status: 200, headers: { 'content-type': 'application/xml', 'x-amz-request-id': 'r' } },
  body: `<?xml version="1.0"?>${body}`,
});
const capacity = ({ params }: AwsRequest) =>
  params.ReturnConsumedCapacity ? { ConsumedCapacity: { TableName: 'environments', CapacityUnits: 1 } } : {};

/**
 * The table has one record. It accepts a record that replaces this one, and refuses a record that is to be the first.
 */
const table = (record: EnvironmentRecord): Guard['answers'] => ({
  'dynamodb GetItem': (request) =>
    json({ Item: marshall(record, { removeUndefinedValues: true }), ...capacity(request) }),
  'dynamodb Scan': () => json({ Items: [], Count: 0, ScannedCount: 0 }),
  'dynamodb UpdateItem': () => json({ Attributes: marshall(record, { removeUndefinedValues: true }) }),
  'dynamodb PutItem': ({ params }) =>
    String(params.ConditionExpression).startsWith('attribute_not_exists(environment)')
      ? failure('ConditionalCheckFailedException')
      : json({}),
  's3 HEAD': () => ({ status: 200, headers: { etag: '"1"', 'x-amz-bucket-region': 'eu-west-1' }, body: '' }),
});
const identity: Guard['answers'] = {
  'sts GetCallerIdentity': () =>
    xml(
      `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>${ACCOUNT}</Account><UserId>u</UserId></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    ),
};
const builds: Guard['answers'] = {
  'codebuild ListBuildsForProject': () => json({ ids: [] }),
  'codebuild BatchGetBuilds': () => json({ builds: [], buildsNotFound: [] }),
};
const execution = (status: string): Guard['answers'] => ({
  'states DescribeExecution': () =>
    json({ executionArn: arnOf('provision', 'earlier'), status, startDate: 1, input: '{}', redriveCount: 0 }),
});
const building = () =>
  json({
    builds: [
      {
        ...{ id: BUILD, buildStatus: 'IN_PROGRESS', startTime: Date.now() / 1_000 },
        environment: { environmentVariables: [{ name: 'ENVIRONMENT', value: 'dev', type: 'PLAINTEXT' }] },
      },
    ],
    buildsNotFound: [],
  });

type Handler = (event: unknown, context: object) => Promise<unknown>;
async function invoke(name: string, event: unknown): Promise<unknown> {
  const { handler } = (await import(`../../../lambdas/handlers/${name}.ts`)) as { handler: Handler };
  return handler(event, {});
}

const isClaim = ({ action, params }: AwsRequest) =>
  action === 'PutItem' && !String(params.ConditionExpression).startsWith('attribute_not_exists');
const claims =
  (machine: 'provision' | 'teardown', record: EnvironmentRecord | null = aRecord()) =>
  () =>
    invoke('claim', { request: aRequest({ machine, execution: mine(machine), record }), redrive: 0 });
const mine = (machine: string) => ({ id: arnOf(machine, 'mine'), name: 'mine', startTime: NOW });

const teardown = aRecord({ status: 'TEARING_DOWN', owner: arnOf('teardown', 'mine'), ownerMachine: 'teardown' });
const held = () => ({
  request: aRequest({ machine: 'teardown', execution: mine('teardown'), record: teardown }),
  ...{ fencing: 3, redrive: 0 },
});
const asks = (changes: object = {}) => ({
  ...{ environment: 'dev', owner: arnOf('provision', 'mine'), fencing: 3, redrive: 0, build: BUILD, command: 'apply' },
  ...changes,
});

const OBJECT = 'https://s3.amazonaws.com/doc/2006-03-01/';
const tagged = (environment: string) => () =>
  xml(
    `<Tagging><TagSet><Tag><Key>environment</Key><Value>${environment}</Value></Tag><Tag><Key>project</Key><Value>order-platform</Value></Tag></TagSet></Tagging>`,
  );
const bucket = (environment: string, key: string): Guard['answers'] => ({
  ...table(teardown),
  's3 GET tagging': tagged(environment),
  's3 GET list-type': () =>
    xml(
      `<ListBucketResult xmlns="${OBJECT}"><Name>b</Name><KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated><Contents><Key>${key}</Key></Contents></ListBucketResult>`,
    ),
  's3 GET versions': () =>
    xml(
      `<ListVersionsResult xmlns="${OBJECT}"><Name>b</Name><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated><Version><Key>${key}</Key><VersionId>1</VersionId><IsLatest>true</IsLatest></Version></ListVersionsResult>`,
    ),
  's3 POST delete': () => xml('<DeleteResult></DeleteResult>'),
});
const deletes = ({ service, method, url }: AwsRequest) =>
  service === 's3' && method === 'POST' && url.searchParams.has('delete');

const STATE = JSON.stringify({ version: 4, terraform_version: '1.9.0', serial: 1, lineage: 'another', resources: [] });
const noKey = () => ({
  ...xml('<Error><Code>NoSuchKey</Code><Message>none</Message></Error>'),
  status: 404,
});
const stored = (environment: string): Guard['answers'] => ({
  ...table(teardown),
  's3 GET tagging': tagged(environment),
  's3 GET': ({ url, headers }) =>
    `${headers.host}${url.pathname}`.includes('tfstate') && !url.pathname.includes('/control/')
      ? { status: 200, headers: { 'content-type': 'application/json', etag: '"1"' }, body: STATE }
      : noKey(),
  's3 PUT': () => ({ status: 200, headers: { etag: '"2"' }, body: '' }),
});
const writes = ({ service, method }: AwsRequest) => service === 's3' && method === 'PUT';

const OLD = aRecord({ status: 'LIVE', owner: arnOf('provision', 'mine') });
const FREE = aRecord({ status: 'GONE', owner: undefined, ownerMachine: undefined });
const UNTIL = new Date(Date.now() + 86_400_000).toISOString();

export const GUARDS: readonly Guard[] = [
  {
    ...{ subject: 'preflight', name: 'account is not allowed' },
    says: /account "999999999999" is not allowed/,
    answers: {
      ...table(FREE),
      'sts GetCallerIdentity': () =>
        xml(
          '<GetCallerIdentityResponse><GetCallerIdentityResult><Account>999999999999</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
        ),
    },
    run: () => invoke('preflight', provisioning()),
  },
  {
    ...{ subject: 'preflight', name: 'environment has lived too long' },
    says: /may live 72 hours at most/,
    answers: { ...table(OLD), ...identity },
    run: () => invoke('preflight', provisioning()),
  },
  {
    ...{ subject: 'preflight', name: 'state bucket is in another region' },
    says: /is in eu-central-1/,
    answers: {
      ...{ ...table(FREE), ...identity },
      's3 HEAD': () => ({ status: 200, headers: { 'x-amz-bucket-region': 'eu-central-1' }, body: '' }),
    },
    run: () => invoke('preflight', provisioning()),
  },
  {
    ...{ subject: 'claim', name: 'owner is at work' },
    says: /is held by/,
    answers: { ...table(aRecord()), ...builds, ...execution('RUNNING') },
    run: claims('provision'),
    opened: isClaim,
  },
  {
    ...{ subject: 'claim', name: 'build of the project is at work' },
    says: /waiting for terraform:1/,
    answers: {
      ...{ ...table(FREE), ...builds, 'codebuild BatchGetBuilds': building },
      'codebuild ListBuildsForProject': () => json({ ids: [BUILD] }),
    },
    run: claims('provision'),
    opened: isClaim,
  },
  {
    ...{ subject: 'claim', name: 'build on record is at work' },
    says: /waiting for terraform:1/,
    answers: {
      ...table(aRecord({ work: new Set([buildEntry(BUILD, Date.now())]) } as unknown as Partial<EnvironmentRecord>)),
      ...{ ...builds, ...execution('FAILED'), 'codebuild BatchGetBuilds': building },
    },
    run: claims('provision'),
    opened: isClaim,
  },
  {
    ...{ subject: 'claim', name: 'build is listed and not described' },
    says: /does not describe it/,
    answers: {
      ...{ ...table(aRecord()), ...builds, ...execution('FAILED') },
      'codebuild ListBuildsForProject': () => json({ ids: [BUILD] }),
      'codebuild BatchGetBuilds': () => json({ builds: [], buildsNotFound: [BUILD] }),
    },
    run: claims('provision'),
    opened: isClaim,
  },
  {
    ...{ subject: 'claim', name: 'environment is protected' },
    says: /is protected/,
    answers: {
      ...table(aRecord({ protection: { until: UNTIL, reason: 'demo', by: arnOf('protect', 'one'), at: NOW } })),
      ...{ ...builds, ...execution('SUCCEEDED') },
    },
    run: claims('teardown'),
    opened: isClaim,
  },
  {
    ...{ subject: 'claim', name: 'preflight has not seen the record' },
    says: /was told that it has no record/,
    answers: {
      ...table(aRecord({ createdAt: '2026-01-01T00:00:00Z', expiresAt: '2026-01-01T08:00:00Z' })),
      ...{ ...builds, ...execution('SUCCEEDED') },
    },
    run: claims('provision', null),
    opened: isClaim,
  },
  {
    ...{ subject: 'require-ownership', name: 'another execution owns the environment' },
    says: /was taken over|earlier claim/,
    answers: { ...table(aRecord()), 'dynamodb UpdateItem': () => failure('ConditionalCheckFailedException') },
    run: () => invoke('require-ownership', asks()),
  },
  {
    ...{ subject: 'require-ownership', name: 'work is done' },
    says: /does not change it any more/,
    answers: table(aRecord({ owner: arnOf('provision', 'mine') })),
    run: () => invoke('require-ownership', asks()),
  },
  {
    ...{ subject: 'empty-bucket', name: 'bucket is of another environment' },
    says: /environment=other/,
    answers: bucket('other', 'terraform.tfstate'),
    run: () => invoke('empty-bucket', held()),
    opened: deletes,
  },
  {
    ...{ subject: 'empty-bucket', name: 'another state is in the bucket' },
    says: /also holds another\/team.tfstate/,
    answers: bucket('dev', 'another/team.tfstate'),
    run: () => invoke('empty-bucket', held()),
    opened: deletes,
  },
  {
    ...{ subject: 'empty-bucket', name: 'another execution owns the environment' },
    says: /was taken over|earlier claim/,
    answers: {
      ...bucket('dev', held().request.names.stateKey),
      'dynamodb UpdateItem': () => failure('ConditionalCheckFailedException'),
    },
    run: () => invoke('empty-bucket', held()),
    opened: deletes,
  },
  {
    ...{ subject: 'remove-unmanaged', name: 'another execution owns the environment' },
    says: /was taken over|earlier claim/,
    answers: { ...table(teardown), 'dynamodb UpdateItem': () => failure('ConditionalCheckFailedException') },
    run: () => invoke('remove-unmanaged', { ...held(), phase: 'rest', attempt: 0 }),
    opened: ({ service }) => service !== 'dynamodb',
  },
  {
    ...{ subject: 'inventory', name: 'bucket is of another environment' },
    says: /environment=other/,
    answers: stored('other'),
    run: () => invoke('inventory', held()),
    opened: writes,
  },
];

const provisioning = () => ({
  machine: 'provision',
  input: { environment: 'dev', ttlHours: 8 },
  execution: mine('provision'),
});

const S3_QUERIES = ['tagging', 'list-type', 'versions', 'delete'];

function nameOf({ service, action, method, url }: AwsRequest): string {
  if (service !== 's3') return `${service} ${action}`;
  const query = S3_QUERIES.find((one) => url.searchParams.has(one));
  return query ? `s3 ${method} ${query}` : `s3 ${method}`;
}

/** @returns what opened the guard; undefined when it stayed closed */
export async function tryGuard(guard: Guard, endpoint: Endpoint, see: (one: AwsRequest) => void = () => {}) {
  return (await attempt(guard, endpoint, see)).opened;
}

/** @returns what opened the guard, and the error with which it ended */
export async function attempt(guard: Guard, endpoint: Endpoint, see: (one: AwsRequest) => void = () => {}) {
  let through: string | undefined;
  endpoint.play = (request) => {
    const answer = guard.answers[nameOf(request)];
    if (!answer) throw new Error(`${nameOf(request)} is not played here`);
    see(request);
    if (guard.opened?.(request)) through = `${nameOf(request)} was called`;
    return answer(request);
  };
  const error = await guard.run().then(
    () => undefined,
    (one: Error) => `${one.name}: ${one.message}`,
  );
  const opened = through ?? (guard.opened || error ? undefined : 'it ended without an error');
  return { opened, error };
}

const positionOf = (request: AwsRequest) =>
  questionOf(request).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z|[0-9a-f]{8}-[0-9a-f-]{27}/g, '0');

export async function guardCells(endpoint: Endpoint): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const guard of GUARDS) {
    const positions = new Map<string, { name: string; faults: Fault[] }>();
    await tryGuard(guard, endpoint, (request) => {
      const name = nameOf(request);
      const answer = guard.answers[name]?.(request);
      if (answer) positions.set(positionOf(request), { name, faults: memberFaults(answer) });
    });
    for (const [position, { name, faults }] of positions) {
      for (const fault of [...FAULTS, ...faults]) {
        cells.push({
          subject: guard.subject,
          name: [guard.subject, guard.name, name, fault.name].join(' · '),
          fault: fault.name,
          run: () => {
            let met = 0;
            endpoint.pass = (answer, request) =>
              positionOf(request) === position ? fault.apply(answer, request, met++) : answer;
            return tryGuard(guard, endpoint);
          },
        });
      }
    }
  }
  return cells;
}
