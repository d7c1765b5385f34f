import { describe, expect, test } from 'vitest';
import { KNOWN_OUTPUTS, type KnownOutput, type StackOutputs } from '../../../../lambdas/contracts/outputs.ts';
import { requireOwnOutputs } from '../../../../lambdas/environment/own-outputs.ts';
import { namesInState } from '../../../../lambdas/plan/state-names.ts';
import { outputs, PATTERN } from '../support/fixtures.ts';
import { platformResources, resource, type StateResource, stateOf } from '../support/states.ts';

const LIVE = 'order-platform-live-v3';
const ofLive = (value: unknown) => (typeof value === 'string' ? value.replace('-dev-', '-live-') : value);
const live = Object.fromEntries(
  Object.entries(outputs).map(([name, value]) => [name, ofLive(value)]),
) as typeof outputs;
const sqs = (name: string) => `https://sqs.eu-west-1.amazonaws.com/123456789012/${name}`;

function check(values: StackOutputs, more: StateResource[] = [], namePattern = PATTERN, environment = 'dev'): void {
  const wanted = Object.keys(values).map((name) => ({ name, from: name, by: ['own'] }));
  const names = namesInState(stateOf([...platformResources(outputs), ...more]));
  requireOwnOutputs(values, wanted, names, { environment, namePattern });
}
const asData = (resources: StateResource[]) => resources.map((one): StateResource => ({ ...one, mode: 'data' }));

describe('an output that a check knows', () => {
  /** These outputs may be those of others by design (docs/limits.md), or they name no resource. */
  const free: KnownOutput[] = ['vpc_id', 'rds_port', 'rds_db_name'];
  const named = (Object.keys(KNOWN_OUTPUTS) as KnownOutput[]).filter((name) => !free.includes(name));

  test('that names what the state has is taken', () => {
    expect(() => check(outputs)).not.toThrow();
  });

  test.each(named)('%s of another environment is refused, with its name and its value', (name) => {
    // The value is a copied literal, or it comes from a data source or from another state.
    for (const more of [
      [],
      asData(platformResources(live)),
      [resource('terraform_remote_state', { outputs: live }, 'data')],
    ]) {
      const refused = () => check({ ...outputs, [name]: live[name] }, more);
      expect(refused).toThrow(expect.objectContaining({ name: 'InputError' }));
      expect(refused).toThrow(`terraform output "${name}" is "${live[name]}"`);
    }
  });

  test.each(free)('%s may be another’s', (name) => {
    expect(() => check({ ...outputs, [name]: name === 'vpc_id' ? 'vpc-0123456789abcdef0' : live[name] })).not.toThrow();
  });

  test('is named as the root calls it', () => {
    const wanted = [{ name: 'order_events_queue_url', from: 'jobs_url', by: ['sqs-backlog'] }];
    const values = { order_events_queue_url: live.order_events_queue_url };
    const state = namesInState(stateOf([]));
    expect(() => requireOwnOutputs(values, wanted, state, { environment: 'dev', namePattern: PATTERN })).toThrow(
      '"jobs_url"',
    );
  });

  test('of a service of its own in a cluster that is shared is taken, and another’s there is not', () => {
    const cluster = 'arn:aws:ecs:eu-west-1:123456789012:cluster/shared';
    const shared = [
      resource('aws_ecs_service', { name: 'dev-api', cluster }),
      resource('aws_ecs_cluster', { name: 'shared' }, 'data'),
    ];
    expect(() => check({ ecs_cluster_name: 'shared', api_service_name: 'dev-api' }, shared)).not.toThrow();
    expect(() => check({ ecs_cluster_name: 'shared', api_service_name: 'live-api' }, shared)).toThrow('"live-api"');
    // A service of this name exists in another cluster only.
    expect(() => check({ ecs_cluster_name: 'shared', api_service_name: outputs.api_service_name }, shared)).toThrow(
      'api-svc',
    );
  });

  test('is not proven by what only refers to it', () => {
    const queue = live.order_events_queue_url;
    const arn = `arn:aws:sqs:eu-west-1:123456789012:${LIVE}-order-events`;
    const references = [
      resource('aws_sqs_queue_policy', { id: queue, queue_url: queue }),
      resource('aws_sns_topic_subscription', { id: 'arn:aws:sns:x', topic_arn: 'arn:aws:sns:x', endpoint: queue }),
      resource('aws_cloudwatch_event_target', { id: 't', arn, rule: 'r' }),
      resource('aws_lambda_event_source_mapping', { id: 'uuid', event_source_arn: arn }),
      resource('aws_ssm_parameter', { id: 'p', name: 'p', value: queue }),
      resource('aws_ecs_task_definition', { id: 'f', arn: 'arn:td', container_definitions: `[{"value":"${queue}"}]` }),
      { ...resource('random_pet', { id: queue }), provider: 'provider["registry.terraform.io/hashicorp/random"]' },
    ];
    expect(() => check({ order_events_queue_url: queue }, references)).toThrow(queue);
    expect(() => check({ queue_arn: arn }, references)).toThrow(arn);
  });
});

describe('an output of a team’s own', () => {
  const own = [
    resource('aws_s3_bucket', {
      id: 'order-platform-dev-v3-documents',
      bucket_domain_name: 'order-platform-dev-v3-documents.s3.amazonaws.com',
    }),
    resource('aws_api_gateway_rest_api', { id: 'a1b2c3d4e5' }),
    resource('aws_security_group', { id: 'sg-0123456789abcdef0' }),
    resource('aws_lambda_function', { function_name: 'f', arn: 'arn:aws:lambda:eu-west-1:123456789012:function:f' }),
    resource('aws_lb', { id: 'arn:lb', dns_name: 'dev-1.eu-west-1.elb.amazonaws.com' }),
    resource('awscc_sqs_queue', { queue_url: sqs('jobs'), arn: 'arn:aws:sqs:eu-west-1:123456789012:jobs' }),
    resource('aws_cloudformation_stack', {
      id: 'arn:cfn',
      outputs: { Topic: 'arn:aws:sns:eu-west-1:123456789012:made' },
    }),
  ];

  test.each<[string, unknown]>([
    ['its bucket', 'order-platform-dev-v3-documents'],
    ['its API, by an address that holds its id', 'https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/v1'],
    ['its bucket’s host', 'order-platform-dev-v3-documents.s3.amazonaws.com'],
    ['its queue, of Cloud Control’s provider', sqs('jobs')],
    ['its load balancer, by an address', 'http://dev-1.eu-west-1.elb.amazonaws.com'],
    ['a page of its load balancer', 'https://dev-1.eu-west-1.elb.amazonaws.com:8443/health'],
    ['an alias of its function', 'arn:aws:lambda:eu-west-1:123456789012:function:f'],
    ['what its CloudFormation stack has made', 'arn:aws:sns:eu-west-1:123456789012:made'],
    ['a group of its own, in a list', ['sg-0123456789abcdef0']],
    ['a subnet, which may be shared', { subnets: ['subnet-0123456789abcdef0'] }],
    ['a policy of AWS’s', 'arn:aws:iam::aws:policy/ReadOnlyAccess'],
    ['a service of AWS’s', 'https://sqs.eu-west-1.amazonaws.com'],
    ['the registry of the account', '123456789012.dkr.ecr.eu-west-1.amazonaws.com'],
    ['a page that is not AWS’s', 'https://example.com/health'],
    ['a number', 5432],
    ['a word', 'orders'],
    ['nothing', null],
    ['a name that only begins like the pattern’s', 'order-platform'],
  ])('that names %s is taken', (_name, value) => {
    expect(() => check({ ours: value }, own)).not.toThrow();
  });

  test.each<[string, unknown, string?]>([
    ['a bucket of another environment’s', `${LIVE}-documents`],
    ['its host', `${LIVE}-documents.s3.eu-west-1.amazonaws.com`],
    ['a queue', sqs('anybodys')],
    ['a load balancer', 'http://live-1.eu-west-1.elb.amazonaws.com/dev-1.eu-west-1.elb.amazonaws.com'],
    ['an ARN', 'arn:aws:dynamodb:eu-west-1:123456789012:table/register'],
    ['an ARN without account', 'arn:aws:s3:::anybodys'],
    ['a database', 'postgresql://x@anybodys.abc.eu-west-1.rds.amazonaws.com:5432/orders'],
    ['a security group', { groups: [{ id: 'sg-0fffffffffffffff0' }] }, 'sg-0fffffffffffffff0'],
  ])('that names %s is refused', (_name, value, shown = String(value)) => {
    expect(() => check({ theirs: value }, own)).toThrow(`terraform output "theirs" is "${shown}"`);
  });

  test.each([
    ['document-intake-life-documents-123456789012', true],
    ['document-intake-life', true],
    ['document-intake-life2-documents', false],
    ['document-intake-live-documents', false],
    [sqs('document-intake-live-work'), false],
  ])('under a pattern without a suffix, %s is of the environment: %s', (value, isOwn) => {
    const state = isOwn ? [] : [resource('aws_sqs_queue', { url: value }, 'data')];
    const refused = () => check({ ours: value }, state, 'document-intake-{environment}', 'life');
    if (isOwn) expect(refused).not.toThrow();
    else expect(refused).toThrow(value);
  });
});
