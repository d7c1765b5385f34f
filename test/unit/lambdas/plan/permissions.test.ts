import { describe, expect, test } from 'vitest';
import type { PlannedChange } from '../../../../lambdas/contracts/plan.ts';
import { missingPermissions, type Question } from '../../../../lambdas/plan/permissions/missing.ts';
import { needsOf } from '../../../../lambdas/plan/permissions/needed.ts';
import { REQUIRED_ACTIONS } from '../../../../lambdas/plan/required-actions.ts';

const place = { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' };
const own = { project: 'shop', environment: 'dev' };
const HERE = 'eu-west-1:123456789012';
const ID = '0123456789abcdef0';
const KEY = `arn:aws:kms:${HERE}:key/k`;
const arnOfRole = (name: string) => `arn:aws:iam::123456789012:role/${name}`;

function planned(type: string, after: Record<string, unknown> = {}, more: object = {}): PlannedChange {
  return { address: `${type}.a`, type, change: { actions: ['create'], after }, ...more };
}

/** Returns the ARNs on which the changes need the action. */
function asked(action: string, ...changes: PlannedChange[]): readonly string[] | undefined {
  return needsOf(changes, own, place).needs.find((need) => need.action === action)?.resources;
}

describe('an action is asked for on what the plan names', () => {
  const cluster = planned('aws_ecs_cluster', { name: 'c' });
  test.each<[string, PlannedChange[], string[]]>([
    ['ec2:CreateVpc', [planned('aws_vpc')], [`arn:aws:ec2:${HERE}:vpc/v-${ID}`]],
    ['ec2:DescribeVpcs', [planned('aws_vpc')], [`arn:aws:ec2:${HERE}:vpc/v-${ID}`, '*']],
    ['sqs:CreateQueue', [planned('aws_sqs_queue', { name: 'q' })], [`arn:aws:sqs:${HERE}:q`]],
    ['sqs:CreateQueue', [planned('aws_sqs_queue', { name: null })], []],
    ['s3:CreateBucket', [planned('aws_s3_bucket', { bucket: 'b' })], ['arn:aws:s3:::b']],
    ['s3:DeleteObject', [planned('aws_s3_bucket', { bucket: 'b', force_destroy: true })], ['arn:aws:s3:::b/x']],
    ['iam:CreateRole', [planned('aws_iam_role', { name: 'r', path: '/p/' })], ['arn:aws:iam::123456789012:role/p/r']],
    ['iam:CreateRole', [planned('aws_iam_role', { path: '/' })], []],
    [
      'iam:RemoveRoleFromInstanceProfile',
      [planned('aws_iam_role', { name: 'r' })],
      ['arn:aws:iam::123456789012:instance-profile/r'],
    ],
    [
      'logs:CreateLogGroup',
      [planned('aws_cloudwatch_log_group', { name: '/x' })],
      [`arn:aws:logs:${HERE}:log-group:/x:*`],
    ],
    ['logs:TagResource', [planned('aws_cloudwatch_log_group', { name: '/x' })], [`arn:aws:logs:${HERE}:log-group:/x`]],
    [
      'cloudwatch:PutDashboard',
      [planned('aws_cloudwatch_dashboard', { dashboard_name: 'd' })],
      ['arn:aws:cloudwatch::123456789012:dashboard/d'],
    ],
    ['ecs:CreateService', [planned('aws_ecs_service', { name: 's' })], []],
    ['ecs:CreateService', [planned('aws_ecs_service', { name: 's' }), cluster], [`arn:aws:ecs:${HERE}:service/c/s`]],
    [
      'ecs:CreateService',
      [planned('aws_ecs_service', { name: 's', cluster: 'arn:aws:ecs:x:y:cluster/d' }), cluster],
      [`arn:aws:ecs:${HERE}:service/d/s`],
    ],
    [
      'iam:PassRole',
      [planned('aws_ecs_task_definition', { family: 'f', task_role_arn: arnOfRole('x') })],
      [arnOfRole('x')],
    ],
    // A role that is yet to be made is one of those in the plan.
    [
      'iam:PassRole',
      [planned('aws_lambda_function', { function_name: 'f' }), planned('aws_iam_role', { name: 'a' })],
      [arnOfRole('a')],
    ],
    ['iam:PassRole', [planned('aws_lambda_function', { function_name: 'f' })], []],
    [
      'lambda:CreateFunction',
      [planned('aws_lambda_function', { function_name: 'f' })],
      [`arn:aws:lambda:${HERE}:function:f`],
    ],
    [
      'lambda:DeleteEventSourceMapping',
      [planned('aws_lambda_event_source_mapping', { function_name: 'f' })],
      [`arn:aws:lambda:${HERE}:event-source-mapping:x`],
    ],
    [
      'lambda:CreateEventSourceMapping',
      [planned('aws_lambda_event_source_mapping'), planned('aws_lambda_function', { function_name: 'f' })],
      ['*'],
    ],
    ['lambda:CreateEventSourceMapping', [planned('aws_lambda_event_source_mapping')], []],
    ['apigateway:POST', [planned('aws_apigatewayv2_api', { name: 'a' })], ['arn:aws:apigateway:eu-west-1::/apis']],
    [
      'cloudfront:DeleteDistribution',
      [planned('aws_cloudfront_distribution')],
      ['arn:aws:cloudfront::123456789012:distribution/E1A2B3C4D5'],
    ],
    [
      'apigateway:POST',
      [planned('aws_api_gateway_rest_api', { name: 'a' })],
      ['arn:aws:apigateway:eu-west-1::/restapis'],
    ],
    [
      'route53:ChangeResourceRecordSets',
      [planned('aws_route53_record', { zone_id: 'Z1', name: 'a.example.com' })],
      ['arn:aws:route53:::hostedzone/Z1'],
    ],
    // The zone is yet to be made, or the name is.
    ['route53:ChangeResourceRecordSets', [planned('aws_route53_record', { name: 'a.example.com' })], []],
    ['route53:ChangeResourceRecordSets', [planned('aws_route53_record', { zone_id: 'Z1' })], []],
    ['route53:DeleteHostedZone', [planned('aws_route53_zone')], ['arn:aws:route53:::hostedzone/Z0123456789']],
    ['kms:CreateAlias', [planned('aws_kms_alias', { name: 'alias/x' })], [`arn:aws:kms:${HERE}:alias/x`]],
    ['kms:CreateGrant', [planned('aws_db_instance', { identifier: 'd', kms_key_id: KEY })], [KEY]],
    ['kms:CreateGrant', [planned('aws_db_instance', { identifier: 'd', kms_key_id: '' })], []],
    [
      'ecs:UpdateService',
      [planned('aws_appautoscaling_policy', { resource_id: 'service/c/s' })],
      [`arn:aws:ecs:${HERE}:service/c/s`],
    ],
    [
      'cloudwatch:PutMetricAlarm',
      [planned('aws_appautoscaling_policy', { resource_id: 'service/c/s' })],
      [`arn:aws:cloudwatch:${HERE}:alarm:TargetTracking-service/c/s-AlarmHigh-x`],
    ],
    [
      'elasticloadbalancing:CreateLoadBalancer',
      [planned('aws_lb', { name: 'l', load_balancer_type: 'network' })],
      [`arn:aws:elasticloadbalancing:${HERE}:loadbalancer/net/l/${ID}`],
    ],
    [
      'elasticloadbalancing:CreateRule',
      [planned('aws_lb_listener_rule'), planned('aws_lb_listener'), planned('aws_lb', { name: 'l' })],
      [`arn:aws:elasticloadbalancing:${HERE}:listener/app/l/${ID}/${ID}`],
    ],
    [
      'elasticloadbalancing:DeleteRule',
      [planned('aws_lb_listener_rule'), planned('aws_lb_listener'), planned('aws_lb', { name: 'l' })],
      [`arn:aws:elasticloadbalancing:${HERE}:listener-rule/app/l/${ID}/${ID}/${ID}`],
    ],
    [
      'ecr:PutLifecyclePolicy',
      [planned('aws_ecr_lifecycle_policy', { repository: 'r' })],
      [`arn:aws:ecr:${HERE}:repository/r`],
    ],
    ['ec2:DescribeSubnets', [planned('aws_lb', { name: 'l' })], ['*']],
    [
      'ec2:DescribeVpcAttribute',
      [planned('aws_db_subnet_group', { name: 'g' })],
      [`arn:aws:ec2:${HERE}:vpc/vpc-${ID}`],
    ],
    ['iam:CreateServiceLinkedRole', [cluster], [arnOfRole('aws-service-role/ecs.amazonaws.com/AWSServiceRole')]],
    [
      'iam:CreateServiceLinkedRole',
      [planned('aws_appautoscaling_target', { service_namespace: 'dynamodb' })],
      [arnOfRole('aws-service-role/dynamodb.application-autoscaling.amazonaws.com/AWSServiceRole')],
    ],
  ])('%s of %j', (action, changes, expected) => {
    expect(asked(action, ...changes)).toEqual(expected);
  });

  test.each<[Record<string, unknown>, string[]]>([
    [{ engine: 'postgres', engine_version: '17.4' }, ['pg:default.postgres17', 'og:default:postgres-17']],
    [{ engine: 'mysql', engine_version: '8.4.1' }, ['pg:default.mysql8.4', 'og:default:mysql-8-4']],
    [{ engine: 'postgres', engine_version: '17', parameter_group_name: 'p', option_group_name: 'o' }, []],
    [{ engine: 'postgres' }, []],
    [{ db_subnet_group_name: 'g' }, ['subgrp:g']],
  ])('the groups of a database: %j', (values, groups) => {
    const { needs } = needsOf([planned('aws_db_instance', { identifier: 'd', ...values })], own, place);
    const found = needs.filter(({ action }) => action === 'rds:CreateDBInstance').flatMap(({ resources }) => resources);
    expect(new Set(found)).toEqual(new Set(['db:d', ...groups].map((one) => `arn:aws:rds:${HERE}:${one}`)));
  });

  test.each(Object.keys(REQUIRED_ACTIONS.resource))('what %s needs to be deleted is marked', (type) => {
    const { needs } = needsOf([planned(type, { name: 'x' })], own, place);
    const deletes = REQUIRED_ACTIONS.resource[type]?.delete.map((one) => one.split(' ')[0]) ?? [];
    expect(needs.filter(({ destroys }) => destroys).map(({ action }) => action)).toEqual(
      expect.arrayContaining(deletes),
    );
  });

  const name = (address: string, type: string, values: object, more: object = {}) =>
    ({ ...planned(type, { ...values }), address, ...more }) satisfies PlannedChange;
  const [a, b] = ['a', 'b'].map((one) => name(`aws_sqs_queue.${one}`, 'aws_sqs_queue', { name: one }));
  const each = ['a', 'b'].map((one) =>
    name(`module.m.aws_sqs_queue.all["${one}"]`, 'aws_sqs_queue', { name: one }, { index: one }),
  );
  const policy = (references: string[], more: object = {}) =>
    planned('aws_sqs_queue_policy', {}, { references: { queue_url: references }, ...more });
  test.each<[string, PlannedChange, (PlannedChange | undefined)[], string[]]>([
    ['the one that it refers to', policy(['aws_sqs_queue.b']), [a, b], [`arn:aws:sqs:${HERE}:b`]],
    ...['https://sqs.eu-west-1.amazonaws.com', 'http://127.0.0.1:4566'].map(
      (endpoint): [string, PlannedChange, PlannedChange[], string[]] => [
        `that of ${endpoint}, where the plan has its URL`,
        planned('aws_sqs_queue_policy', { queue_url: `${endpoint}/123456789012/q` }),
        [],
        [`arn:aws:sqs:${HERE}:q`],
      ],
    ),
    ['the only one', policy(['local.queue']), [a], [`arn:aws:sqs:${HERE}:a`]],
    ['one of the same key', policy(['module.m.aws_sqs_queue.all'], { index: 'b' }), each, [`arn:aws:sqs:${HERE}:b`]],
    ['one whose key is spelled out', policy(['module.m.aws_sqs_queue.all["a"]']), each, [`arn:aws:sqs:${HERE}:a`]],
    [
      'what another part refers to',
      policy(['aws_sqs_queue_redrive_allow_policy.x']),
      [
        a,
        b,
        name(
          'aws_sqs_queue_redrive_allow_policy.x',
          'aws_sqs_queue_redrive_allow_policy',
          {},
          { references: { queue_url: ['aws_sqs_queue.a'] } },
        ),
      ],
      [`arn:aws:sqs:${HERE}:a`],
    ],
    ['nobody knows which of two', policy(['local.queue']), [a, b], []],
    ['not what is only read', policy(['data.aws_sqs_queue.c']), [a], []],
    [
      'the one of a URL',
      planned('aws_sqs_queue_policy', { queue_url: 'https://sqs.eu-west-1.amazonaws.com/123456789012/c' }),
      [a],
      [`arn:aws:sqs:${HERE}:c`],
    ],
  ])('a part of a resource is asked for by its whole: %s', (_, part, others, expected) => {
    expect(asked('sqs:SetQueueAttributes', part, ...others.filter((one) => one !== undefined))).toEqual(expected);
  });

  test.each<[string, string, string]>([
    ['elasticloadbalancing:CreateListener', 'aws_lb_listener', `elasticloadbalancing:${HERE}:loadbalancer/app/x/${ID}`],
    [
      'elasticloadbalancing:DeleteListener',
      'aws_lb_listener',
      `elasticloadbalancing:${HERE}:listener/app/x/${ID}/${ID}`,
    ],
    ['iam:PutRolePolicy', 'aws_iam_role_policy', 'iam::123456789012:role/x'],
    ['sns:Subscribe', 'aws_sns_topic_subscription', `sns:${HERE}:x`],
    ['s3:PutBucketPolicy', 'aws_s3_bucket_policy', 's3:::x'],
    ['secretsmanager:PutSecretValue', 'aws_secretsmanager_secret_version', `secretsmanager:${HERE}:secret:x-a1b2C3`],
  ])('%s of %s that is yet to be made', (action, type, arn) => {
    const whole = ['aws_lb', 'aws_iam_role', 'aws_sns_topic', 'aws_s3_bucket', 'aws_secretsmanager_secret'];
    const others = whole.map((one) => planned(one, { name: 'x', bucket: 'x', path: '/' }));
    expect(asked(action, planned(type), ...others)).toEqual([`arn:aws:${arn}`]);
  });

  test.each<[string, object, boolean]>([
    ['variables alone, and so null', { references: { kms_key_id: [] } }, false],
    ['a key of the plan', { references: { kms_key_id: ['aws_kms_key.k'] } }, true],
    ['what nobody knows', {}, true],
  ])('a key is asked for where an unknown attribute is made from %s', (_, more, expected) => {
    const database = planned('aws_db_instance', { identifier: 'd' }, { configured: ['kms_key_id'], ...more });
    expect(asked('kms:CreateGrant', database) !== undefined).toBe(expected);
  });

  test('with the tags that the resource will have, and the boundary of the planned roles', () => {
    const tagged = planned('aws_sqs_queue', { name: 'q', tags_all: { project: 'other', environment: 5, x: 'y' } });
    const role = planned('aws_iam_role', { name: 'r', permissions_boundary: 'arn:b' });
    const [queue, made] = ['sqs:CreateQueue', 'iam:PutRolePolicy'].map(
      (action) =>
        needsOf([tagged, role, planned('aws_iam_role_policy', { role: 'r' })], own, place).needs.find(
          (need) => need.action === action,
        )?.context,
    );
    expect(queue).toMatchObject({ 'aws:RequestTag/project': ['other'], 'aws:TagKeys': ['project'] });
    expect(queue).not.toHaveProperty(['aws:ResourceTag/environment']);
    expect(made).toMatchObject({ 'iam:PermissionsBoundary': ['arn:b'], 'aws:ResourceTag/environment': ['dev'] });
  });
});

test.each<[string, string, Record<string, unknown>, Record<string, string[]>]>([
  [
    'iam:PassRole',
    'aws_lambda_function',
    { role: arnOfRole('r') },
    { 'iam:PassedToService': ['lambda.amazonaws.com'] },
  ],
  [
    'iam:CreateServiceLinkedRole',
    'aws_lb',
    { name: 'l' },
    { 'iam:AWSServiceName': ['elasticloadbalancing.amazonaws.com'] },
  ],
  [
    'iam:AttachRolePolicy',
    'aws_iam_role_policy_attachment',
    { role: 'r', policy_arn: 'arn:aws:iam::aws:policy/X' },
    { 'iam:PolicyARN': ['arn:aws:iam::aws:policy/X'] },
  ],
  ['kms:CreateGrant', 'aws_db_instance', { kms_key_id: KEY }, { 'kms:ViaService': ['rds.eu-west-1.amazonaws.com'] }],
])('%s for %s is asked with the keys of that call', (action, type, values, context) => {
  const { needs } = needsOf([planned(type, values)], own, place);
  expect(needs.find((need) => need.action === action)?.context).toMatchObject(context);
});

describe('what IAM says', () => {
  const queue = planned('aws_sqs_queue', { name: 'q' });
  const held = (simulate: (question: Question) => ReturnType<typeof answer>, ...changes: PlannedChange[]) =>
    missingPermissions(changes, own, place, { simulate });
  const answer = async ({ actions, resources }: Question, of: (action: string) => 'allowed' | 'denied' | 'unclear') =>
    actions.flatMap((action) => resources.map((resource) => ({ action, resource, decision: of(action) })));

  test('allowed: nothing lacks', async () => {
    expect(await held((one) => answer(one, () => 'allowed'), queue)).toEqual({ lacking: [], unjudged: [] });
  });

  test('denied: it lacks, by address and action', async () => {
    const { lacking } = await held(
      (one) => answer(one, (action) => (/Delete/.test(action) ? 'denied' : 'allowed')),
      queue,
    );
    expect(lacking).toEqual([
      {
        address: 'aws_sqs_queue.a',
        action: 'sqs:DeleteQueue',
        resource: `arn:{partition}:sqs:${HERE}:q`,
        destroys: true,
      },
    ]);
  });

  test('one of two ARNs is enough', async () => {
    const vpc = planned('aws_vpc');
    const { lacking } = await held(
      async (one) =>
        (await answer(one, () => 'denied')).map((all) =>
          all.resource === '*' ? { ...all, decision: 'allowed' as const } : all,
        ),
      vpc,
    );
    expect(lacking.filter(({ action }) => action === 'ec2:DescribeVpcs')).toEqual([]);
    expect(lacking).toContainEqual(expect.objectContaining({ action: 'ec2:CreateVpc' }));
  });

  test('unclear, nothing, or an error: it is said, and does not lack', async () => {
    const unclear = await held((one) => answer(one, () => 'unclear'), queue, { ...queue, address: 'aws_sqs_queue.b' });
    expect(unclear.lacking).toEqual([]);
    expect(unclear.unjudged).toContain('sqs:CreateQueue for aws_sqs_queue.a and 1 more');
    const silent = await held(async () => [], queue);
    expect(silent.unjudged).toContain('sqs:CreateQueue for aws_sqs_queue.a');
    const failed = await held(async () => {
      throw new Error('Rate exceeded');
    }, queue);
    expect(failed.unjudged[0]).toBe('IAM did not answer: Error: Rate exceeded');
  });

  test('not in time: what IAM has said counts, and the rest is said, and does not lack', {
    timeout: 5_000,
  }, async () => {
    const late = new AbortController();
    const hanging = async (one: Question) => {
      if (one.actions.includes('sqs:CreateQueue')) return answer(one, () => 'denied');
      setTimeout(() => late.abort(), 20);
      return new Promise<never>(() => {});
    };
    const changes = [queue, planned('aws_sns_topic', { name: 't' }), planned('aws_vpc')];
    const { lacking, unjudged } = await missingPermissions(changes, own, place, {
      simulate: hanging,
      signal: late.signal,
    });
    expect(new Set(lacking.map(({ address }) => address))).toEqual(new Set(['aws_sqs_queue.a']));
    expect(unjudged).toContain('IAM did not answer: Error: it took longer than a review may take');
    expect(unjudged).toContain('sns:CreateTopic for aws_sns_topic.a');
  });

  test('nothing is asked of other providers, and a type without a row is said', async () => {
    const questions: Question[] = [];
    const { unjudged } = await held(
      async (one) => {
        questions.push(one);
        return answer(one, () => 'allowed');
      },
      planned('random_id', {}, { provider: 'registry.terraform.io/hashicorp/random' }),
      planned('aws_kinesis_stream', { name: 'k' }),
    );
    expect(questions).toEqual([]);
    expect(unjudged).toEqual(['aws_kinesis_stream.a: nobody knows what its type needs']);
  });

  test('resources of a kind are one question of 20 at most', async () => {
    const sizes: number[] = [];
    const queues = Array.from({ length: 45 }, (_, at) => planned('aws_sqs_queue', { name: `q${at}` }));
    await held(
      async (one) => {
        if (one.actions.includes('sqs:CreateQueue')) sizes.push(one.resources.length);
        return answer(one, () => 'allowed');
      },
      ...queues,
    );
    expect(Math.max(...sizes)).toBe(20);
    expect(sizes.reduce((all, one) => all + one, 0)).toBe(45);
  });

  test.each<[string, PlannedChange, string]>([
    [
      'a role of a service',
      planned('aws_ecs_cluster', { name: 'c' }),
      "iam:CreateServiceLinkedRole for aws_ecs_cluster.a: the role's policies do not allow it, and is needed only where the account has no role of ecs.amazonaws.com yet",
    ],
    [
      'a key, which has a policy of its own',
      planned('aws_db_instance', { identifier: 'd', engine: 'postgres', engine_version: '17', kms_key_id: KEY }),
      "kms:CreateGrant for aws_db_instance.a: the role's policies do not allow it, unless the policy of the key allows it",
    ],
  ])('denied for %s: it is said, and does not lack', async (_, change, said) => {
    const { lacking, unjudged } = await held(
      (one) => answer(one, (action) => (/^kms:|LinkedRole$/.test(action) ? 'denied' : 'allowed')),
      change,
    );
    expect(lacking).toEqual([]);
    expect(unjudged).toContain(said);
  });

  test('denied for a role that is passed: it lacks', async () => {
    const { lacking } = await held(
      (one) => answer(one, (action) => (action === 'iam:PassRole' ? 'denied' : 'allowed')),
      planned('aws_lambda_function', { function_name: 'f', role: arnOfRole('r') }),
    );
    expect(lacking).toMatchObject([{ action: 'iam:PassRole', resource: 'arn:{partition}:iam::123456789012:role/r' }]);
  });

  test('nothing of what the plan does not name: that is said', async () => {
    const { unjudged } = await held(
      (one) => answer(one, () => 'allowed'),
      planned('aws_lambda_function', { function_name: 'f' }),
      planned('aws_sqs_queue'),
    );
    expect(unjudged).toEqual([
      'aws_lambda_function.a: the plan does not say on what it needs iam:PassRole',
      expect.stringMatching(/^aws_sqs_queue\.a: the plan does not say on what it needs sqs:CreateQueue, /),
    ]);
  });
});

test.each([
  ['API.example.com.', 'api.example.com', undefined],
  ['api', 'api', 'unless the name of its zone completes it'],
])('a change of the record %s is asked for with the name %s', (name, asked, doubt) => {
  const record = planned('aws_route53_record', { zone_id: 'Z1', name });
  const need = needsOf([record], own, place).needs.find(({ action }) => action === 'route53:ChangeResourceRecordSets');
  expect(need?.context['route53:ChangeResourceRecordSetsNormalizedRecordNames']).toEqual([asked]);
  expect(need?.doubt).toBe(doubt);
});
