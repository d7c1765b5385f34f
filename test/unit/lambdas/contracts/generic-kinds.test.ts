import { describe, expect, test } from 'vitest';
import { cloudControlAccess } from '../../../../lab/iam/resources/cloud-control.ts';
import { GENERIC_ACTIONS, GENERIC_KINDS, genericOfArn } from '../../../../lambdas/contracts/generic-kinds.ts';
import { serviceOf } from '../../../../lambdas/plan/terraform-types.ts';

const arn = (service: string, resource: string, region = 'eu-west-1', account = '123456789012') =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

describe('the identifier of an ARN as the tagging API gives it', () => {
  const queue = arn('sqs', 'x', 'us-east-1');
  const machine = arn('states', 'stateMachine:x');
  const certificate = arn('acm', 'certificate/0b-1');
  const stack = arn('cloudformation', 'stack/x/0b-1');
  const cluster = arn('kafka', 'cluster/x/0b-1');
  test.each([
    [arn('lambda', 'function:x'), 'AWS::Lambda::Function', 'x'],
    [machine, 'AWS::StepFunctions::StateMachine', machine],
    [arn('kinesis', 'stream/x'), 'AWS::Kinesis::Stream', 'x'],
    [arn('firehose', 'deliverystream/x'), 'AWS::KinesisFirehose::DeliveryStream', 'x'],
    [arn('elasticache', 'cluster:x'), 'AWS::ElastiCache::CacheCluster', 'x'],
    [arn('elasticache', 'replicationgroup:x'), 'AWS::ElastiCache::ReplicationGroup', 'x'],
    [arn('es', 'domain/x'), 'AWS::OpenSearchService::Domain', 'x'],
    [arn('elasticfilesystem', 'file-system/fs-1'), 'AWS::EFS::FileSystem', 'fs-1'],
    [arn('ssm', 'parameter/x/y'), 'AWS::SSM::Parameter', 'x/y'],
    [arn('cognito-idp', 'userpool/eu-west-1_x'), 'AWS::Cognito::UserPool', 'eu-west-1_x'],
    [arn('cloudfront', 'distribution/E1', ''), 'AWS::CloudFront::Distribution', 'E1'],
    [arn('route53', 'hostedzone/Z1', '', ''), 'AWS::Route53::HostedZone', 'Z1'],
    [certificate, 'AWS::CertificateManager::Certificate', certificate],
    [arn('apigateway', '/restapis/a1', 'eu-west-1', ''), 'AWS::ApiGateway::RestApi', 'a1'],
    [arn('apigateway', '/apis/a1', 'eu-west-1', ''), 'AWS::ApiGatewayV2::Api', 'a1'],
    [arn('autoscaling', 'autoScalingGroup:0b-1:autoScalingGroupName/x'), 'AWS::AutoScaling::AutoScalingGroup', 'x'],
    [arn('wafv2', 'regional/webacl/x/0b-1'), 'AWS::WAFv2::WebACL', 'x|0b-1|REGIONAL'],
    [arn('mq', 'broker:x:b-1'), 'AWS::AmazonMQ::Broker', 'b-1'],
    [cluster, 'AWS::MSK::Cluster', cluster],
    [arn('redshift', 'cluster:x'), 'AWS::Redshift::Cluster', 'x'],
    [arn('eks', 'cluster/x'), 'AWS::EKS::Cluster', 'x'],
    [arn('backup', 'backup-vault:x'), 'AWS::Backup::BackupVault', 'x'],
    [arn('events', 'event-bus/x'), 'AWS::Events::EventBus', 'x'],
    [stack, 'AWS::CloudFormation::Stack', stack],
    [arn('cloudtrail', 'trail/x'), 'AWS::CloudTrail::Trail', 'x'],
    [arn('s3express', 'bucket/x--euw1-az1--x-s3'), 'AWS::S3Express::DirectoryBucket', 'x--euw1-az1--x-s3'],
    [arn('elasticloadbalancing', 'loadbalancer/x'), 'AWS::ElasticLoadBalancing::LoadBalancer', 'x'],
    [queue, 'AWS::SQS::Queue', 'https://sqs.us-east-1.amazonaws.com/123456789012/x'],
    [arn('dynamodb', 'table/x', 'us-east-1'), 'AWS::DynamoDB::Table', 'x'],
    [
      arn('iam', 'oidc-provider/x.example.com', ''),
      'AWS::IAM::OIDCProvider',
      arn('iam', 'oidc-provider/x.example.com', ''),
    ],
  ])('%s', (one, type, identifier) => {
    const generic = genericOfArn(one);
    expect([generic?.kind.type, generic?.identifier]).toEqual([type, identifier]);
    const [, , service, , , ...resource] = one.split(':');
    const matching = GENERIC_KINDS.filter(
      (kind) => kind.arn?.[0] === service && kind.arn?.[1].test(resource.join(':')),
    );
    expect(matching).toHaveLength(1);
  });

  test.each([
    arn('elasticloadbalancing', 'loadbalancer/app/x/0123456789abcdef'),
    arn('apigateway', '/restapis/a1/stages/live', 'eu-west-1', ''),
    arn('eks', 'nodegroup/x/y/0b-1'),
    arn('sns', 'x'),
    arn('elasticmapreduce', 'cluster/j-1'),
  ])('%s is of another kind', (one) => {
    expect(genericOfArn(one)).toBeUndefined();
  });
});

describe.each(GENERIC_KINDS)('$type', (kind) => {
  test('is the one that its Terraform types go to', () => {
    for (const type of kind.terraform ?? []) expect(serviceOf(type)).toBe('cloudcontrol');
  });

  test('is granted what its handlers call', () => {
    const place = { region: 'eu-west-1', accountId: '123456789012' };
    const calls = [
      ...(kind.readable ? ['GetResource'] : []),
      ...(kind.named || !kind.readable ? ['ListResources'] : []),
    ];
    for (const call of calls) {
      const needed = cloudControlAccess(call, { TypeName: kind.type }, place)?.map(({ action }) => action) ?? [];
      expect(needed.length, call).toBeGreaterThan(1);
      expect(needed.filter((action) => !GENERIC_ACTIONS.includes(action))).toEqual([]);
    }
  });
});
