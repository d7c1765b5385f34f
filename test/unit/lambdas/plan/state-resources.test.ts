import { describe, expect, test } from 'vitest';
import { type Lookup, lookup } from '../../../../lambdas/contracts/resource-checks.ts';
import { resourcesInState } from '../../../../lambdas/plan/state-resources.ts';
import { ACCOUNT } from '../support/fixtures.ts';
import { stateOf } from '../support/states.ts';

/** What a check looks at is what the environment's own state has, of the kind: a name alone leads nowhere. */

const queueUrl = (name: string) => `https://sqs.eu-west-1.amazonaws.com/${ACCOUNT}/${name}`;
const managed = (type: string, name: string, attributes: object, more: object = {}) => ({
  ...{ mode: 'managed', type, name, provider: 'provider["registry.terraform.io/hashicorp/aws"]' },
  instances: [{ attributes, ...more }],
});
const queue = (name: string) => ({
  id: queueUrl(name),
  url: queueUrl(name),
  name,
  arn: `arn:aws:sqs:eu-west-1:1:${name}`,
});
const state = stateOf([
  managed('aws_sqs_queue', 'work', queue('shop-dev-work')),
  {
    ...managed('aws_sqs_queue', 'orders', {}),
    instances: ['eu', 'us'].map((index_key) => ({ index_key, attributes: queue(`shop-dev-${index_key}`) })),
  },
  { ...managed('aws_sqs_queue', 'neighbours', queue('shop-prod-work')), mode: 'data' },
  {
    ...managed('aws_sqs_queue', 'foreign', queue('shop-x-work')),
    provider: 'provider["registry.terraform.io/other/other"]',
  },
  managed('aws_sqs_queue', 'replaced', queue('shop-dev-old'), { deposed: '1234' }),
  {
    ...managed('aws_lambda_function', 'api', { function_name: 'shop-dev-api', arn: 'arn:api' }),
    module: 'module.web["a"]',
  },
  managed('aws_lambda_permission', 'api', { id: 'x', function_name: 'shop-prod-api' }),
  managed('aws_ecs_service', 'api', { name: 'api', cluster: 'arn:aws:ecs:eu-west-1:1:cluster/shop-dev' }),
  managed('aws_lb', 'main', { dns_name: 'Shop-dev-1.eu-west-1.elb.amazonaws.com' }),
  managed('aws_cloudfront_distribution', 'site', { domain_name: 'd1.cloudfront.net', aliases: ['dev.shop.example'] }),
  // Anybody may give a name that is the host of somebody else.
  managed('aws_apigatewayv2_api', 'api', {
    ...{ id: 'a1', name: 'api.shop.example', api_endpoint: 'https://a1.execute-api.eu-west-1.amazonaws.com' },
  }),
  managed('aws_s3_bucket_website_configuration', 'site', {
    ...{ id: 'www.shop.example', website_endpoint: 'www.shop.example.s3-website-eu-west-1.amazonaws.com' },
  }),
  managed('aws_route53_record', 'own', { fqdn: 'app.shop.example', type: 'CNAME' }),
  managed('aws_route53_record', 'text', { fqdn: 'text.shop.example', type: 'TXT' }),
  managed('aws_route53_record', 'shared', { fqdn: 'all.shop.example', type: 'A', set_identifier: 'dev' }),
  managed('aws_cloudwatch_event_rule', 'default', { name: 'shop-dev-a', event_bus_name: 'default' }),
  managed('aws_cloudwatch_event_rule', 'own', { name: 'shop-dev-b', event_bus_name: 'shop-dev-bus' }),
  managed('aws_dynamodb_table', 'orders', { name: 'shop-dev-orders', global_secondary_index: [{ name: 'by-day' }] }),
  managed('aws_rds_cluster', 'main', {
    cluster_identifier: 'shop-dev-db',
    endpoint: 'shop-dev-db.x.rds.amazonaws.com',
  }),
  managed('aws_db_instance', 'broken', { id: 'db-ABC' }),
]);
const outputs = {
  queue: queueUrl('shop-dev-work'),
  neighbour: queueUrl('shop-prod-work'),
  replaced: queueUrl('shop-dev-old'),
  function_of_prod: 'shop-prod-api',
  several: [queueUrl('shop-dev-eu'), queueUrl('shop-dev-us')],
  half: [queueUrl('shop-dev-eu'), queueUrl('shop-prod-work')],
  alb: 'http://shop-dev-1.eu-west-1.elb.amazonaws.com/health',
  site: 'https://dev.shop.example',
  prod_site: 'https://shop.example',
  app: 'https://app.shop.example',
  text: 'https://text.shop.example',
  shared: 'https://all.shop.example',
  prod_api: 'https://api.shop.example/health',
  prod_www: 'https://www.shop.example',
  api: 'https://a1.execute-api.eu-west-1.amazonaws.com/dev',
  disguised: 'https://dev.shop.example@shop.example/',
  db: 'shop-dev-db.x.rds.amazonaws.com',
  empty: '',
};
const found = (one: Lookup) => Object.values(resourcesInState(state, [one], outputs)).flat();
const of = (kind: Lookup['kind'], reference?: Lookup['of']) =>
  lookup.parse({ kind, ...(reference ? { of: reference } : {}) });

describe('a target', () => {
  test.each<[string, Lookup, unknown]>([
    ['an output', of('sqs', { output: 'queue' }), [queueUrl('shop-dev-work')]],
    ['an output with several', of('sqs', { output: 'several' }), outputs.several],
    ['an address', of('sqs', { address: 'aws_sqs_queue.work' }), [queueUrl('shop-dev-work')]],
    ['an address of one instance', of('sqs', { address: 'aws_sqs_queue.orders["eu"]' }), [queueUrl('shop-dev-eu')]],
    ['an address of all instances', of('sqs', { address: 'aws_sqs_queue.orders' }), outputs.several],
    ['all of a kind', of('sqs'), [queueUrl('shop-dev-work'), ...outputs.several]],
    ['a resource in a module', of('lambda', { address: 'module.web["a"].aws_lambda_function.api' }), ['shop-dev-api']],
    ['a load balancer, by a URL', of('http', { output: 'alb' }), [outputs.alb]],
    [
      'a load balancer, by its address',
      of('http', { address: 'aws_lb.main' }),
      ['Shop-dev-1.eu-west-1.elb.amazonaws.com'],
    ],
    ['a distribution, by its alias', of('http', { output: 'site' }), ['https://dev.shop.example']],
    ['a record of DNS', of('http', { output: 'app' }), [outputs.app]],
    ['an API, by its endpoint', of('http', { output: 'api' }), [outputs.api]],
    ['a cluster, by its endpoint', of('rds', { output: 'db' }), ['shop-dev-db']],
  ])('is found by %s', (_name, lookup, ids) => {
    expect(found(lookup).map(({ id }) => id)).toEqual(ids);
  });

  test('has with it what its check needs', () => {
    expect(found(of('eventbridge-rule'))).toEqual([
      { address: 'aws_cloudwatch_event_rule.default', type: 'aws_cloudwatch_event_rule', id: 'shop-dev-a' },
      {
        address: 'aws_cloudwatch_event_rule.own',
        type: 'aws_cloudwatch_event_rule',
        id: 'shop-dev-b',
        bus: 'shop-dev-bus',
      },
    ]);
    expect(found(of('ecs', { address: 'aws_ecs_service.api' }))).toMatchObject([{ id: 'api', cluster: 'shop-dev' }]);
    expect(found(of('lambda'))).toMatchObject([{ arn: 'arn:api' }]);
    expect(found(of('dynamodb'))).toMatchObject([{ id: 'shop-dev-orders', indexes: ['by-day'] }]);
  });

  const nothing = /finds nothing of the kind that Terraform manages/;
  test.each<[string, Lookup, RegExp]>([
    ['a data source’s queue', of('sqs', { output: 'neighbour' }), nothing],
    ['a data source’s queue, by address', of('sqs', { address: 'aws_sqs_queue.neighbours' }), nothing],
    ['another provider’s queue', of('sqs', { address: 'aws_sqs_queue.foreign' }), nothing],
    ['a queue that is replaced', of('sqs', { output: 'replaced' }), nothing],
    ['a list with a stranger’s', of('sqs', { output: 'half' }), nothing],
    ['a queue for a table', of('dynamodb', { address: 'aws_sqs_queue.work' }), nothing],
    ['a function that another resource names', of('lambda', { output: 'function_of_prod' }), nothing],
    ['a host of nobody', of('http', { output: 'prod_site' }), nothing],
    ['a host that is only the name of an API', of('http', { output: 'prod_api' }), nothing],
    ['a host that is only the name of a bucket', of('http', { output: 'prod_www' }), nothing],
    ['a host that has only a text of the environment', of('http', { output: 'text' }), nothing],
    ['a host that others answer, too', of('http', { output: 'shared' }), nothing],
    ['such a host, by its address', of('http', { address: 'aws_route53_record.shared' }), nothing],
    ['a host behind a name of its own', of('http', { output: 'disguised' }), nothing],
    ['an output that is missing', of('sqs', { output: 'nowhere' }), /output "nowhere" \(missing\)/],
    ['an output that is empty', of('sqs', { output: 'empty' }), nothing],
    ['an address of nothing', of('lambda', { address: 'aws_lambda_function.api' }), nothing],
    ['a kind that the root does not have', of('alarms'), /all resources finds nothing of the kind/],
    ['a resource without its name', of('rds', { address: 'aws_db_instance.broken' }), /does not say what .* is called/],
  ])('is not %s', (_name, lookup, message) => {
    expect(() => found(lookup)).toThrow(message);
  });

  test('is one of 250 resources in all', () => {
    const many = (type: string, attributes: object) => ({
      ...managed(type, 'many', {}),
      instances: Array.from({ length: 84 }, (_, index_key) => ({ index_key, attributes })),
    });
    const text = stateOf([
      many('aws_sqs_queue', queue('q')),
      many('aws_dynamodb_table', { name: 't' }),
      many('aws_db_instance', { identifier: 'd' }),
    ]);
    expect(() => resourcesInState(text, [of('sqs'), of('dynamodb'), of('rds')], {})).toThrow('find 252 resources');
  });

  test('is at most a hundred resources', () => {
    const many = {
      ...managed('aws_sqs_queue', 'many', {}),
      instances: Array.from({ length: 101 }, (_, n) => ({ index_key: n, attributes: queue(`q${n}`) })),
    };
    expect(() => resourcesInState(stateOf([many]), [of('sqs')], {})).toThrow('finds 101 resources');
  });
});
