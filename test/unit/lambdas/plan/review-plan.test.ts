import { describe, expect, test } from 'vitest';
import { reviewPlanResult } from '../../../../lambdas/contracts/payloads/plan.ts';
import type { PreflightRequest } from '../../../../lambdas/contracts/request.ts';
import type { Permissions } from '../../../../lambdas/plan/permissions/missing.ts';
import { type ReviewOptions, reviewStoredPlan } from '../../../../lambdas/plan/review-plan.ts';
import type { StoredText } from '../../../../lambdas/sweep/take-inventory.ts';
import { rootGrant } from '../../../../lib/iam/stack-grants.ts';
import { aRequest, RUN } from '../support/fixtures.ts';

const gone = (address: string) => ({ address, type: 'aws_s3_bucket', change: { actions: ['delete'] } });
const OPTIONS = { project: 'order-platform', maxDeletions: 5_000, acceptedRisks: [] };
const review = (
  stored: StoredText,
  request: Partial<PreflightRequest> = {},
  options: Partial<ReviewOptions> = {},
  permissions: Permissions = { lacking: [], unjudged: [] },
) =>
  reviewStoredPlan(
    { ...aRequest(), ...request },
    { ...OPTIONS, ...options },
    { read: async () => stored, missing: async () => permissions },
  );
const plan = (changes: object[]): StoredText => ({
  kind: 'found',
  text: JSON.stringify({ resource_changes: changes }),
});

describe('a plan whose resources need what the role may not do', () => {
  const about = {
    address: 'aws_sns_topic.alerts',
    resource: 'arn:{partition}:sns:eu-west-1:123456789012:PREFIX-alerts',
  };
  const prefix = aRequest().names.prefix;
  const lacking = [
    { ...about, action: 'sns:CreateTopic', destroys: false },
    { ...about, action: 'sns:DeleteTopic', destroys: true },
    {
      address: 'aws_sqs_queue.a',
      action: 'sqs:CreateQueue',
      resource: 'arn:{partition}:sqs:eu-west-1:123456789012:orders',
      destroys: false,
    },
    {
      address: 'module.a.aws_dynamodb_table.a["x"]',
      action: 'dynamodb:CreateTable',
      resource: `arn:{partition}:dynamodb:eu-west-1:123456789012:table/PREFIX-a`,
      destroys: false,
    },
    {
      address: 'aws_iam_user.a',
      action: 'iam:CreateUser',
      resource: 'arn:{partition}:iam::123456789012:policy/PREFIX-a',
      destroys: false,
    },
    {
      address: 'module.a.aws_iam_role.a',
      action: 'iam:CreateRole',
      resource: 'arn:{partition}:iam::123456789012:role/PREFIX-a',
      destroys: false,
    },
    {
      address: 'aws_cloudwatch_log_group.a',
      action: 'logs:TagResource',
      resource: 'arn:{partition}:logs:eu-west-1:123456789012:log-group:/aws/ecs/PREFIX-a',
      destroys: false,
    },
    {
      address: 'aws_cloudwatch_log_group.b',
      action: 'logs:TagResource',
      resource: 'arn:{partition}:logs:eu-west-1:123456789012:log-group:/ecs/PREFIX/b',
      destroys: false,
    },
  ].map((one) => ({ ...one, resource: one.resource.replace('PREFIX', prefix) }));

  test.each(['none', 'plan'] as const)(
    'is refused with approval=%s, and every line says what to add',
    async (approval) => {
      const { refusal = '', ...result } = await review(plan([]), { approval }, {}, { lacking, unjudged: [] });
      expect(result.lacking).toEqual(lacking);
      for (const line of [
        `aws_sns_topic.alerts lacks sns:CreateTopic, sns:DeleteTopic on arn:{partition}:sns:eu-west-1:123456789012:${prefix}-alerts, which its teardown needs too: add "messaging" in stack.permissionSets, or to stack.grants { actions: ['sns:CreateTopic', 'sns:DeleteTopic'], resources: ['arn:{partition}:sns:{region}:{account}:{prefix}-alerts'], reason: '…' }`,
        `aws_sqs_queue.a lacks sqs:CreateQueue on arn:{partition}:sqs:eu-west-1:123456789012:orders: needs "messaging" in stack.permissionSets, and a name that begins with ${prefix}`,
        `module.a.aws_dynamodb_table.a["x"] lacks dynamodb:CreateTable on arn:{partition}:dynamodb:eu-west-1:123456789012:table/${prefix}-a: add to stack.grants { actions: ['dynamodb:CreateTable'], resources: ['arn:{partition}:dynamodb:{region}:{account}:table/{prefix}-a'], reason: '…' }`,
        `module.a.aws_iam_role.a lacks iam:CreateRole on arn:{partition}:iam::123456789012:role/${prefix}-a: needs "roles" in stack.permissionSets, and permissions_boundary = var.permissions_boundary in the role`,
        `log-group:/aws/ecs/${prefix}-a: add to stack.grants { actions: ['logs:TagResource'], resources: ['arn:{partition}:logs:{region}:{account}:log-group:/aws/ecs/{prefix}-a']`,
        `log-group:/ecs/${prefix}/b: add "messaging" in stack.permissionSets, or to stack.grants`,
        `aws_iam_user.a lacks iam:CreateUser on arn:{partition}:iam::123456789012:policy/${prefix}-a: no configuration grants it`,
      ])
        expect(refusal).toContain(line);
    },
  );

  test('says what could not be held against them, and is not refused for it', async () => {
    const unjudged = ['aws_kinesis_stream.a: nobody knows what its type needs'];
    const { refusal, summary } = await review(plan([]), {}, {}, { lacking: [], unjudged });
    expect(refusal).toBeUndefined();
    expect(summary).toContain('Not held against the permissions of its role\n- aws_kinesis_stream.a');
  });

  test('names as many as fit into the cause of a failed execution, and all types of them', async () => {
    const many = Array.from({ length: 300 }, (_, at) => ({
      ...about,
      address: `aws_sns_topic.a${at}`,
      action: 'sns:CreateTopic',
      destroys: false,
    }));
    const { refusal = '' } = await review(plan([]), {}, {}, { lacking: many, unjudged: [] });
    expect(refusal.length).toBeLessThan(30_000);
    expect(refusal).toContain('and 260 more');
  });
});

describe('a plan that waits for approval', () => {
  test('is summed up with whose it is', async () => {
    const result = await review(plan([gone('aws_s3_bucket.a')]));
    expect(result).toMatchObject({ destroy: 1, dangerous: [{ address: 'aws_s3_bucket.a' }] });
    expect(result.summary).toMatch(
      new RegExp(`^Environment dev, run ${RUN}, commit abcdef1\\.\n\nTerraform would add 0`),
    );
  });

  test('fits into a state, however much it changes', async () => {
    const many = Array.from({ length: 3_000 }, (_, index) => gone(`module.buckets.aws_s3_bucket.number_${index}`));
    const result = reviewPlanResult.parse(await review(plan(many)));
    expect(result.destroy).toBe(3_000);
    expect(JSON.stringify(result).length).toBeLessThan(64 * 1_024);
  });

  test.each<[string, StoredText, RegExp]>([
    ['was not kept', { kind: 'no-object' }, /left no environments\/dev\/runs\/.*stack\.tfplan\.json/],
    ['is no JSON', { kind: 'found', text: '<' }, /is not what "terraform show -json" says/],
    ['is something else', { kind: 'found', text: '{}' }, /is not what "terraform show -json" says/],
  ])('is not approved unseen when it %s', async (_, stored, message) => {
    await expect(review(stored)).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(message),
    });
  });
});

describe('a plan with tags that IAM refuses', () => {
  const tagged = (type: string, tags: object | null, actions = ['create']) =>
    plan([{ address: `${type}.x`, type, change: { actions, after: { tags_all: tags } } }]);
  const own = { project: 'order-platform', environment: 'dev' };
  const both = { ...own, Environment: 'dev', PROJECT: 'x' };

  test('is refused, with the keys', async () => {
    const { refusal } = await review(tagged('aws_iam_role', both));
    expect(refusal).toMatch(
      /does not distinguish.*aws_iam_role\.x: project and PROJECT, environment and Environment.*leave out/,
    );
  });

  test.each([
    ['a user', tagged('aws_iam_user', both), true],
    ['a policy, whose keys have a case', tagged('aws_iam_policy', both), false],
    ['a queue', tagged('aws_sqs_queue', both), false],
    ['a role with our tags', tagged('aws_iam_role', own), false],
    ['a role that stays as it is', tagged('aws_iam_role', both, ['no-op']), false],
    ['a role without tags', tagged('aws_iam_role', null), false],
  ])('%s', async (_, stored, refused) => {
    const { refusal = '' } = await review(stored);
    expect(refusal.includes('does not distinguish')).toBe(refused);
  });
});

describe('a plan whose teardown would fail', () => {
  const protectedTable = {
    ...{ address: 'aws_dynamodb_table.x["a"]', type: 'aws_dynamodb_table' },
    change: { actions: ['create'], after: { deletion_protection_enabled: true } },
  };
  const vpc = {
    ...{ address: 'aws_vpc.main', type: 'aws_vpc' },
    change: { actions: ['create'], after: { tags_all: { project: 'order-platform', env: 'dev' } } },
  };

  test('is refused, and says what to do', async () => {
    const { refusal, risks } = await review(plan([protectedTable]));
    expect(risks).toHaveLength(1);
    expect(refusal).toBe(
      'what it makes could not be torn down. aws_dynamodb_table.x["a"]: deletion-protection: AWS refuses to delete it while it is protected; to mend it, set deletion_protection_enabled to false. What a team accepts is listed in stack.acceptedRisks of runbook.config.ts, or approved with approval=plan.',
    );
  });

  test('is shown to whoever approves it', async () => {
    const { refusal, summary } = await review(plan([protectedTable]), { approval: 'plan' });
    expect(refusal).toBeUndefined();
    expect(summary).toMatch(/STOPS OR OUTLIVES ITS TEARDOWN, accepted with the plan:\n- aws_dynamodb_table\.x/);
  });

  test.each(['aws_dynamodb_table.x["a"]', 'aws_dynamodb_table.x'])('passes where %s is accepted', async (address) => {
    const acceptedRisks = [{ risk: 'deletion-protection' as const, address, why: 'it is audited' }];
    expect((await review(plan([protectedTable]), {}, { acceptedRisks })).refusal).toBeUndefined();
    const other = await review(
      plan([protectedTable]),
      {},
      { acceptedRisks: [{ ...acceptedRisks[0], risk: 'kept' } as never] },
    );
    expect(other.refusal).toBeDefined();
  });

  test('that nobody can accept is refused in any case', async () => {
    const acceptedRisks = [{ risk: 'tags' as const, address: 'aws_vpc.main', why: 'we like it so' }];
    const { refusal } = await review(plan([vpc]), { approval: 'plan' }, { acceptedRisks });
    expect(refusal).toContain(
      'aws_vpc.main: tags: has the tags environment=(none), and needs project=order-platform, environment=dev',
    );
    expect(refusal).not.toContain('acceptedRisks');
    expect((await review(plan([protectedTable]), {}, { maxDeletions: 0 })).refusal).toContain('terraform.maxDeletions');
  });
});

describe('a resource whose role needs more than the boundary of this project', () => {
  const role = (permissions_boundary?: string) => ({
    address: 'aws_iam_role.a',
    type: 'aws_iam_role',
    change: { actions: ['create'], after: { name: 'r', permissions_boundary } },
  });
  const ours = 'arn:aws:iam::123456789012:policy/runbook-boundary';
  const made = (type: string, after: object, actions = ['create']) => ({
    address: `${type}.a`,
    type,
    change: { actions, after },
  });
  const inVpc = made('aws_lambda_function', { vpc_config: [{ ipv6_allowed_for_dual_stack: false }] });

  test.each([
    ['a function in a VPC', inVpc, 'aws_lambda_function.a: a function in a VPC needs ec2:CreateNetworkInterface'],
    [
      'a state machine with logs',
      made('aws_sfn_state_machine', { logging_configuration: [{ level: 'ERROR' }] }, ['update']),
      'aws_sfn_state_machine.a: a state machine with logs needs logs:CreateLogDelivery',
    ],
  ])('is refused before anything is made: %s', async (_, change, line) => {
    const { refusal } = await review(plan([role(ours), change]));
    expect(refusal).toContain(line);
    expect(refusal).toContain('name it in terraform.permissionsBoundary');
  });

  test.each<[string, object[]]>([
    ['a boundary of the team', [role('arn:aws:iam::123456789012:policy/team'), inVpc]],
    ['one role with another boundary', [role(ours), { ...role(), address: 'aws_iam_role.b' }, inVpc]],
    ['no role in the plan', [inVpc]],
    ['a function outside of a VPC', [role(ours), made('aws_lambda_function', { vpc_config: [] })]],
    [
      'a machine without logs',
      [role(ours), made('aws_sfn_state_machine', { logging_configuration: [{ level: 'OFF' }] })],
    ],
    ['what stays as it is', [role(ours), { ...inVpc, change: { ...inVpc.change, actions: ['no-op'] } }]],
  ])('is not said with %s', async (_, changes) => {
    expect((await review(plan(changes))).refusal ?? '').not.toContain('runbook-boundary');
  });
});

describe('a task whose log group the boundary does not have', () => {
  const { prefix } = aRequest().names;
  const role = (name = 'exec', boundary = 'arn:aws:iam::123456789012:policy/runbook-boundary') => ({
    ...{ address: `aws_iam_role.${name}`, type: 'aws_iam_role' },
    change: { actions: ['create'], after: { name, permissions_boundary: boundary } },
  });
  const group = (name: string) => ({
    ...{ address: 'aws_cloudwatch_log_group.app[0]', type: 'aws_cloudwatch_log_group' },
    change: { actions: ['create'], after: { name } },
  });
  const container = (name: string, logDriver = 'awslogs') => ({
    ...{ name: 'app', logConfiguration: { logDriver, options: { 'awslogs-group': name, 'awslogs-region': 'x' } } },
  });
  const task = (after: object, references?: object, actions = ['create']) => ({
    ...{ address: 'aws_ecs_task_definition.app', type: 'aws_ecs_task_definition', references },
    change: { actions, after },
  });
  const definitions = (...all: object[]) => ({ container_definitions: JSON.stringify(all) });
  const other = `/aws/ecs/${prefix}-app`;
  const said = `aws_ecs_task_definition.app writes to the log group ${other}, and the boundary of roles has /ecs/${prefix}/… alone`;
  const refers = { container_definitions: ['aws_cloudwatch_log_group.app', 'local.image'] };

  test.each<[string, object[]]>([
    ['that the plan contains', [role(), task(definitions(container(`/ecs/${prefix}/app`), container(other)))]],
    ['which is replaced', [role(), task(definitions(container(other)), undefined, ['delete', 'create'])]],
    [
      'with a role of the plan',
      [role(), task({ ...definitions(container(other)), execution_role_arn: 'arn:aws:iam::1:role/exec' })],
    ],
  ])('is refused: one %s', async (_, changes) => {
    const { refusal } = await review(plan(changes));
    expect(refusal).toContain(`ECS starts no task that may not write its log. ${said}. Rename the log group`);
  });

  test('is said, where the plan has the reference alone', async () => {
    const { refusal, summary, unjudged } = await review(plan([role(), group(other), task({}, refers)]));
    expect(refusal).toBeUndefined();
    expect(unjudged).toContain(said);
    expect(summary).toContain(`- ${said}`);
  });

  test.each<[string, object[]]>([
    ['a log group of tasks', [role(), group(`/ecs/${prefix}/app`), task(definitions(container(`/ecs/${prefix}/app`)))]],
    ['another driver', [role(), task(definitions(container(other, 'awsfirelens')))]],
    ['no log', [role(), task(definitions({ name: 'app' }))]],
    ['no change', [role(), task(definitions(container(other)), undefined, ['no-op'])]],
    ['a reference to another group', [role(), group(other), task({}, { container_definitions: ['local.x'] })]],
    ['definitions that are no JSON', [role(), task({ container_definitions: '(sensitive)' })]],
    ['a role without the boundary', [role('exec', ''), task(definitions(container(other)))]],
    [
      'a role of others',
      [role(), task({ ...definitions(container(other)), execution_role_arn: 'arn:aws:iam::1:role/theirs' })],
    ],
    ['no role', [role(), task({ ...definitions(container(other)), execution_role_arn: null })]],
  ])('is not said of %s', async (_, changes) => {
    const { refusal = '', summary } = await review(plan(changes));
    expect(refusal + summary).not.toContain('writes to the log group');
  });
});

test.each<[string, string, string, string]>([
  [
    'aws_apigatewayv2_api.a',
    'apigateway:PUT',
    'apigateway:eu-west-1::/tags/x',
    "add to stack.grants { actions: ['apigateway:PUT'], resources: ['arn:{partition}:apigateway:{region}::/tags/*'], reachesOthers: true, reason: '…' }, or take it out of the root",
  ],
  [
    'aws_cloudfront_origin_access_control.a',
    'cloudfront:DeleteOriginAccessControl',
    'cloudfront::123456789012:origin-access-control/E1',
    "resources: ['arn:{partition}:cloudfront::{account}:origin-access-control/*'], reachesOthers: true",
  ],
  [
    'aws_instance.a',
    'ec2:RunInstances',
    'ec2:eu-west-1:123456789012:instance/i-0',
    "resources: ['arn:{partition}:ec2:{region}:{account}:instance/*'], reachesOthers: true",
  ],
  ['aws_apigatewayv2_api.a', 'apigateway:POST', 'apigateway:eu-west-1::/apis', 'needs "apis" in stack.permissionSets'],
  [
    'aws_efs_file_system.a',
    'elasticfilesystem:DeleteFileSystem',
    'elasticfilesystem:eu-west-1:1:file-system/fs-0',
    'needs "files" in',
  ],
  [
    'aws_route53_record.a',
    'route53:ChangeResourceRecordSets',
    'route53:::hostedzone/Z1',
    'needs its zone and its name in stack.zones',
  ],
  [
    'aws_route53_zone.a',
    'route53:DeleteHostedZone',
    'route53:::hostedzone/Z1',
    "resources: ['arn:{partition}:route53:::hostedzone/*'], reachesOthers: true",
  ],
  ['aws_vpc.a', 'ec2:CreateVpc', 'ec2:eu-west-1:1:vpc/vpc-0', 'needs "network" in stack.permissionSets'],
])('%s without %s on %s: what to add', async (address, action, resource, said) => {
  const lacking = [{ address, action, resource: `arn:{partition}:${resource}`, destroys: false }];
  const { refusal } = await review(plan([]), {}, {}, { lacking, unjudged: [] });
  expect(refusal).toContain(said);
  // What the line says is what the configuration takes.
  const [, ...given] = /actions: \['([^']*)'\], resources: \['([^']*)'\], reachesOthers/.exec(refusal ?? '') ?? [];
  const [first, second] = given;
  if (first && second)
    expect(
      rootGrant.safeParse({ actions: [first], resources: [second], reachesOthers: true, reason: 'A reason to read.' })
        .success,
    ).toBe(true);
});
