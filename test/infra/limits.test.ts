import { describe, expect, test } from 'vitest';
import { environmentNames, runKeys } from '../../lambdas/contracts/naming.ts';
import { MACHINES } from '../../lambdas/contracts/record.ts';
import { type OneTimeSchedule, scheduleSweeps } from '../../lambdas/environment/reconcile-schedules.ts';
import { newRun } from '../../lambdas/environment/runs.ts';
import type { RunbookConfig } from '../../lib/config/config.ts';
import config from '../../runbook.config.ts';
import { LONGEST } from './support/longest-name.ts';
import { flat, runbook } from './support/runbook.ts';

/**
 * The tests measure everything that AWS limits, at its largest. Other tests measure causes and states:
 * `test/unit/lambdas/runtime/validator.test.ts`, `test/unit/machines/`.
 */

const { template } = runbook({
  terraform: { ...config.terraform, permissionsBoundary: 'arn:aws:iam::123456789012:policy/bound' },
  github: { repository: 'some/repository', branch: 'main' },
});
const json = template.toJSON() as {
  Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>;
  Outputs?: object;
  Parameters?: object;
};
const resources = Object.entries(json.Resources).map(([id, { Type, Properties = {} }]) => ({ id, Type, Properties }));
const of = (type: string) => resources.filter(({ Type }) => Type === type);

const PSEUDO: Record<string, string> = {
  '<AWS::Partition>': 'aws',
  '<AWS::Region>': 'ap-southeast-1',
  '<AWS::AccountId>': '123456789012',
};
/**
 * Returns a value as the text that AWS counts. Pseudo parameters have their longest value. References to other
 * resources have their ids, which are longer than names.
 */
const textOf = (value: unknown) => flat(value).replaceAll(/<[^>]*>/g, (name) => PSEUDO[name] ?? name);
const documentSize = (document: unknown) =>
  JSON.stringify(document, (_, part: unknown) =>
    part !== null && typeof part === 'object' && Object.keys(part).some((key) => /^(Fn::|Ref$)/.test(key))
      ? textOf(part)
      : part,
  ).length;

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
test.each([
  ['bytes of the template', Buffer.byteLength(JSON.stringify(json, null, 1)), 1_048_576],
  ['resources', resources.length, 500],
  ['outputs', Object.keys(json.Outputs ?? {}).length, 200],
  ['parameters', Object.keys(json.Parameters ?? {}).length, 200],
])('CloudFormation takes the %s: %i of %i', (_, count, most) => {
  expect(count).toBeLessThanOrEqual(most);
});

describe('IAM takes', () => {
  interface Inline {
    PolicyDocument: unknown;
  }
  const roles = of('AWS::IAM::Role');
  const attached = (type: string, role: string) =>
    of(type).filter(({ Properties }) =>
      ((Properties.Roles ?? []) as { Ref: string }[]).some(({ Ref }) => Ref === role),
    );

  // The limits are those without white space:
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  test.each(roles.map((role) => [role.id, role] as const))('the policies of %s', (id, { Properties }) => {
    const inline = [
      ...((Properties.Policies ?? []) as Inline[]).map((one) => one.PolicyDocument),
      // CloudFormation adds these policies to the role.
      ...attached('AWS::IAM::Policy', id).map((policy) => policy.Properties.PolicyDocument),
    ];
    expect(inline.reduce<number>((sum, document) => sum + documentSize(document), 0)).toBeLessThanOrEqual(10_240);
    expect(documentSize(Properties.AssumeRolePolicyDocument)).toBeLessThanOrEqual(2_048);
    const managed =
      attached('AWS::IAM::ManagedPolicy', id).length + ((Properties.ManagedPolicyArns ?? []) as []).length;
    expect(managed).toBeLessThanOrEqual(10);
  });

  test.each(of('AWS::IAM::ManagedPolicy').map(({ id, Properties }) => [id, Properties] as const))(
    'the managed policy %s',
    (_, { PolicyDocument }) => {
      expect(documentSize(PolicyDocument)).toBeLessThanOrEqual(6_144);
    },
  );
});

describe('grants of a configuration', () => {
  const ACTIONS = ['CreateStream', 'DeleteStream', 'DescribeStream', 'AddTagsToStream', 'ListTagsForStream'];
  const grant = (at: number, streams = 12) => ({
    actions: ACTIONS.map((action) => `kinesis:${action}`),
    resources: Array.from(
      { length: streams },
      (_, n) => `arn:{partition}:kinesis:{region}:{account}:stream/{prefix}-stream-of-the-team-${at}-${n}`,
    ),
    reason: 'The root creates its streams.',
  });
  const withGrants = (grants: ReturnType<typeof grant>[]) => runbook({ stack: { ...config.stack, grants } }).template;

  test('that are too many for one policy are in several', () => {
    const template = withGrants(Array.from({ length: 10 }, (_, at) => grant(at)));
    const policies = Object.values(template.findResources('AWS::IAM::ManagedPolicy'));
    const own = policies.filter(({ Properties }) => JSON.stringify(Properties).includes('kinesis:'));
    expect(own.length).toBeGreaterThan(1);
    for (const { Properties } of own) expect(documentSize(Properties.PolicyDocument)).toBeLessThanOrEqual(6_144);
    expect(new Set(JSON.stringify(own).match(/stream-of-the-team-\d+-\d+/g)).size).toBe(120);
  });

  test.each([
    ['one that no policy can hold', [grant(0, 90)], 'is larger than the 6144 characters of a policy'],
    ['more than a role can have', Array.from({ length: 60 }, (_, at) => grant(at)), 'and IAM attaches 10'],
  ])('%s is refused before it is deployed', (_, grants, message) => {
    expect(() => withGrants(grants)).toThrow(message);
  });
});

// The limit is for keys and values together: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
test.each(of('AWS::Lambda::Function').map(({ id, Properties }) => [id, Properties] as const))(
  'Lambda takes the environment of %s',
  (_, { Environment }) => {
    const { Variables = {} } = (Environment ?? {}) as { Variables?: Record<string, unknown> };
    const resolved = Object.fromEntries(Object.entries(Variables).map(([key, value]) => [key, textOf(value)]));
    expect(Buffer.byteLength(JSON.stringify(resolved))).toBeLessThanOrEqual(4_096);
  },
);

// Each list has a limit of its own, and together they may have more than a function takes.
test.each<[string, Partial<RunbookConfig['stack']>]>([
  [
    'review-plan',
    {
      acceptedRisks: Array.from({ length: 40 }, (_, at) => ({
        ...{
          risk: 'not-emptied' as const,
          address: `aws_s3_bucket.documents_of_team_${at}`,
          why: 'the team empties it',
        },
      })),
    },
  ],
  [
    'outputs',
    {
      resourceChecks: Array.from({ length: 2 }, (_, check) => ({
        ...{ name: `queues-${check}`, waitSeconds: 60 },
        targets: Array.from({ length: 20 }, (__, at) => ({
          ...{
            kind: 'sqs' as const,
            of: { address: `module.messaging_${check}.aws_sqs_queue.work_of_the_team_${at}` },
          },
        })),
      })),
    },
  ],
])(
  'a configuration with which %s would have too large an environment is refused before it is deployed',
  (name, stack) => {
    const message = new RegExp(`the environment of the function ${name} has \\d{4} bytes, and Lambda takes 4096`);
    expect(() => runbook({ stack: { ...config.stack, ...stack } })).toThrow(message);
  },
);

function machineOf(name: string) {
  const [machine] = of('AWS::StepFunctions::StateMachine').filter(
    ({ Properties }) => Properties.StateMachineName === `runbook-${name}`,
  );
  return (machine?.Properties ?? {}) as {
    DefinitionString: string;
    DefinitionSubstitutions: Record<string, unknown>;
  };
}

describe.each(MACHINES)('Step Functions takes %s', (name) => {
  const { DefinitionString, DefinitionSubstitutions } = machineOf(name);
  const definition = DefinitionString.replaceAll(/\$\{(\w+)\}/g, (_, key: string) =>
    textOf(DefinitionSubstitutions[key]),
  );

  // https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
  test('with the size of its definition', () => {
    expect(definition.length).toBeGreaterThan(500);
    expect(Buffer.byteLength(definition)).toBeLessThanOrEqual(1_048_576);
  });

  test('with the names of its states', () => {
    const names = [...definition.matchAll(/"([^"]+)":\s*\{\s*"(?:Type|Comment|QueryLanguage)"/g)].map(([, one]) => one);
    expect(names.length).toBeGreaterThan(0);
    for (const one of names) expect(one?.length, one).toBeLessThanOrEqual(80);
  });
});

/** AWS limits each property to this number of characters. The source is the API reference of each service. */
const PROPERTIES: [type: string, property: string, most: number][] = [
  ['AWS::CloudWatch::Alarm', 'AlarmName', 255],
  ['AWS::CloudWatch::Alarm', 'AlarmDescription', 1_024],
  ['AWS::CloudWatch::CompositeAlarm', 'AlarmName', 255],
  ['AWS::CloudWatch::CompositeAlarm', 'AlarmDescription', 1_024],
  ['AWS::CloudWatch::CompositeAlarm', 'AlarmRule', 10_240],
  ['AWS::CloudWatch::Dashboard', 'DashboardName', 255],
  ['AWS::CodeBuild::Project', 'Name', 150],
  ['AWS::CodeBuild::Project', 'Description', 255],
  ['AWS::DynamoDB::Table', 'TableName', 255],
  ['AWS::Events::Rule', 'Name', 64],
  ['AWS::Events::Rule', 'Description', 512],
  ['AWS::IAM::Role', 'RoleName', 64],
  ['AWS::IAM::Role', 'Description', 1_000],
  ['AWS::IAM::ManagedPolicy', 'ManagedPolicyName', 128],
  ['AWS::IAM::ManagedPolicy', 'Description', 1_000],
  ['AWS::KMS::Alias', 'AliasName', 256],
  ['AWS::KMS::Key', 'Description', 8_192],
  ['AWS::Lambda::Function', 'FunctionName', 64],
  ['AWS::Lambda::Function', 'Description', 256],
  ['AWS::Logs::LogGroup', 'LogGroupName', 512],
  ['AWS::S3::Bucket', 'BucketName', 63],
  ['AWS::SNS::Topic', 'TopicName', 256],
  ['AWS::SNS::Topic', 'DisplayName', 100],
  ['AWS::SQS::Queue', 'QueueName', 80],
  ['AWS::SSM::Parameter', 'Name', 1_011],
  ['AWS::SSM::Parameter', 'Value', 4_096],
  ['AWS::Scheduler::Schedule', 'Name', 64],
  ['AWS::Scheduler::Schedule', 'Description', 512],
  ['AWS::Scheduler::ScheduleGroup', 'Name', 64],
  ['AWS::StepFunctions::StateMachine', 'StateMachineName', 80],
];

test.each(PROPERTIES)('%s takes its %s: %i characters', (type, property, most) => {
  const long = of(type)
    .map(({ id, Properties }) => [id, textOf(Properties[property] ?? '').length] as const)
    .filter(([, length]) => length > most);
  expect(long).toEqual([]);
  expect(of(type).length).toBeGreaterThan(0);
});

test('every named type of the template has its limits above', () => {
  const named = resources.flatMap(({ Type, Properties }) =>
    Object.keys(Properties)
      .filter((property) => /Name$|^Description$/.test(property) && typeof Properties[property] === 'string')
      .map((property) => `${Type} ${property}`),
  );
  const known = PROPERTIES.map(([type, property]) => `${type} ${property}`);
  expect([...new Set(named)].filter((one) => !known.includes(one) && !REFERENCES.test(one))).toEqual([]);
});

/** The names belong to something else, or to a list of AWS. */
const REFERENCES =
  /^AWS::(CloudWatch::Alarm (MetricName|Namespace)|Scheduler::Schedule GroupName|Lambda::Permission FunctionName)$/;

describe('the longest name of an environment fits into', () => {
  const names = environmentNames(config.namePattern, LONGEST, '123456789012');
  const id = 'arn:aws:states:eu-west-1:123456789012:execution:runbook-provision:1';
  const run = newRun(LONGEST, { id, name: '1', startTime: '2030-01-31T10:00:00.000Z' });

  // https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
  test('schedules: 64 characters', async () => {
    const oneTimeSchedules: OneTimeSchedule[] = [];
    const put = async (one: OneTimeSchedule) => void oneTimeSchedules.push(one);
    const ports = { put, remove: async () => {}, loadRecord: async () => null, now: () => 0 };
    await scheduleSweeps({ environment: LONGEST, names, run, keepBackend: false }, [1, 24, 9_999], ports);
    expect(oneTimeSchedules.length).toBeGreaterThan(3);
    for (const name of [
      names.teardownSchedule,
      `${names.warningSchedule}-3`,
      ...oneTimeSchedules.map((one) => one.name),
    ]) {
      expect(name).toMatch(/^[\w.-]{1,64}$/);
    }
    for (const { description } of oneTimeSchedules) expect(description.length).toBeLessThanOrEqual(512);
  });

  // https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
  test('executions: 80 characters', async () => {
    const definitions = MACHINES.map((one) => machineOf(one).DefinitionString).join('\n');
    const cuts = [...definitions.matchAll(/Execution\.Name, 0, (\d+)\) & '([^']+)' & [^"]*RedriveCount/g)];
    expect(cuts.length).toBeGreaterThan(2);
    // The name has room for up to 999 redrives.
    for (const [, head, tail = ''] of cuts) expect(Number(head) + tail.length + 3).toBeLessThanOrEqual(80);
    const expired = `${run}-expired-20300131T10`;
    for (const name of [expired, `${LONGEST}-after-failure-${'0'.repeat(16)}`]) {
      expect(name).toMatch(/^[\w-]{1,80}$/);
    }
  });

  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html and bucketnamingrules.html
  test('keys of objects: 1,024 bytes, and names of buckets: 63', () => {
    for (const key of Object.values(runKeys(LONGEST, run, 999_999))) expect(Buffer.byteLength(key)).toBeLessThan(900);
    expect(names.stateBucket).toMatch(/^[a-z0-9-]{3,63}$/);
  });
});
