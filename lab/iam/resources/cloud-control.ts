import type { Access, Place } from '../access.ts';
import { text } from '../parameters.ts';

/**
 * AWS Cloud Control API calls a type's own service with the caller's permissions, as the schema of the type names them
 * for its handlers. Permissions that only some resources need are left out: keys of one's own, code in a bucket.
 */
interface Handlers {
  /** The member is absent where the type has no list handler. */
  list?: string;
  read: string;
}

const HANDLERS: Readonly<Record<string, Handlers>> = {
  'AWS::Lambda::Function': {
    list: 'lambda:ListFunctions',
    read: 'lambda:GetFunction lambda:GetFunctionCodeSigningConfig lambda:GetFunctionRecursionConfig lambda:GetFunctionScalingConfig lambda:GetRuntimeManagementConfig',
  },
  'AWS::Lambda::EventSourceMapping': {
    list: 'lambda:ListEventSourceMappings',
    read: 'lambda:GetEventSourceMapping lambda:ListTags',
  },
  'AWS::StepFunctions::StateMachine': { read: 'states:DescribeStateMachine states:ListTagsForResource' },
  'AWS::Pipes::Pipe': { list: 'pipes:ListPipes', read: 'pipes:DescribePipe' },
  'AWS::Scheduler::Schedule': { list: 'scheduler:ListSchedules', read: 'scheduler:GetSchedule' },
  'AWS::Events::EventBus': {
    list: 'events:ListEventBuses events:ListTagsForResource',
    read: 'events:DescribeEventBus events:ListTagsForResource',
  },
  'AWS::Events::Archive': { list: 'events:ListArchives', read: 'events:DescribeArchive' },
  'AWS::Kinesis::Stream': {
    list: 'kinesis:ListStreams',
    read: 'kinesis:DescribeStreamSummary kinesis:ListTagsForResource kinesis:ListTagsForStream',
  },
  'AWS::KinesisFirehose::DeliveryStream': {
    list: 'firehose:ListDeliveryStreams',
    read: 'firehose:DescribeDeliveryStream firehose:ListTagsForDeliveryStream',
  },
  'AWS::MSK::Cluster': { list: 'kafka:ListClusters', read: 'kafka:DescribeCluster' },
  'AWS::AmazonMQ::Broker': { list: 'mq:ListBrokers', read: 'mq:DescribeBroker' },
  'AWS::ElastiCache::ReplicationGroup': {
    list: 'elasticache:DescribeReplicationGroups',
    read: 'elasticache:DescribeReplicationGroups elasticache:ListTagsForResource',
  },
  'AWS::ElastiCache::CacheCluster': {
    list: 'elasticache:DescribeCacheClusters',
    read: 'elasticache:DescribeCacheClusters elasticache:ListTagsForResource logs:DescribeLogGroups logs:GetLogDelivery',
  },
  'AWS::ElastiCache::ServerlessCache': {
    list: 'elasticache:DescribeServerlessCaches elasticache:ListTagsForResource',
    read: 'elasticache:DescribeServerlessCaches elasticache:ListTagsForResource',
  },
  'AWS::ElastiCache::SubnetGroup': {
    list: 'elasticache:DescribeCacheSubnetGroups',
    read: 'elasticache:DescribeCacheSubnetGroups elasticache:ListTagsForResource',
  },
  'AWS::ElastiCache::ParameterGroup': {
    list: 'elasticache:DescribeCacheParameterGroups',
    read: 'elasticache:DescribeCacheParameterGroups elasticache:DescribeCacheParameters elasticache:ListTagsForResource',
  },
  'AWS::MemoryDB::Cluster': { list: 'memorydb:DescribeClusters', read: 'memorydb:DescribeClusters memorydb:ListTags' },
  'AWS::OpenSearchService::Domain': { read: 'es:DescribeDomain es:ListTags' },
  'AWS::Redshift::Cluster': {
    list: 'redshift:DescribeClusters redshift:DescribeTags',
    read: 'redshift:DescribeClusterDbRevisions redshift:DescribeClusters redshift:DescribeLoggingStatus redshift:DescribeSnapshotCopyGrant redshift:DescribeTags redshift:GetResourcePolicy',
  },
  'AWS::DynamoDB::Table': {
    list: 'dynamodb:ListTables',
    read: 'dynamodb:DescribeContinuousBackups dynamodb:DescribeContributorInsights dynamodb:DescribeKinesisStreamingDestination dynamodb:DescribeTable dynamodb:DescribeTimeToLive dynamodb:GetResourcePolicy dynamodb:ListTagsOfResource',
  },
  'AWS::SQS::Queue': { list: 'sqs:ListQueues', read: 'sqs:GetQueueAttributes sqs:ListQueueTags' },
  'AWS::EC2::NatGateway': { list: 'ec2:DescribeNatGateways', read: 'ec2:DescribeNatGateways' },
  'AWS::ElasticLoadBalancing::LoadBalancer': {
    list: 'elasticloadbalancing:DescribeLoadBalancers',
    read: 'elasticloadbalancing:DescribeLoadBalancerAttributes elasticloadbalancing:DescribeLoadBalancerPolicies elasticloadbalancing:DescribeLoadBalancers elasticloadbalancing:DescribeTags',
  },
  'AWS::AutoScaling::AutoScalingGroup': {
    list: 'autoscaling:DescribeAutoScalingGroups',
    read: 'autoscaling:DescribeAutoScalingGroups',
  },
  'AWS::AutoScaling::LaunchConfiguration': {
    list: 'autoscaling:DescribeLaunchConfigurations',
    read: 'autoscaling:DescribeLaunchConfigurations',
  },
  'AWS::Batch::ComputeEnvironment': {
    list: 'batch:DescribeComputeEnvironments',
    read: 'batch:DescribeComputeEnvironments',
  },
  'AWS::EC2::KeyPair': { list: 'ec2:DescribeKeyPairs', read: 'ec2:DescribeKeyPairs' },
  'AWS::EKS::Cluster': { list: 'eks:ListClusters', read: 'eks:DescribeCluster' },
  'AWS::EFS::FileSystem': {
    list: 'elasticfilesystem:DescribeBackupPolicy elasticfilesystem:DescribeFileSystemPolicy elasticfilesystem:DescribeFileSystems elasticfilesystem:DescribeLifecycleConfiguration elasticfilesystem:DescribeReplicationConfigurations',
    read: 'elasticfilesystem:DescribeBackupPolicy elasticfilesystem:DescribeFileSystemPolicy elasticfilesystem:DescribeFileSystems elasticfilesystem:DescribeLifecycleConfiguration elasticfilesystem:DescribeReplicationConfigurations',
  },
  'AWS::S3Express::DirectoryBucket': {
    list: 's3express:ListAllMyDirectoryBuckets',
    read: 's3express:ListAllMyDirectoryBuckets s3express:ListTagsForResource',
  },
  'AWS::Backup::BackupVault': {
    list: 'backup:ListBackupVaults',
    read: 'backup:DescribeBackupVault backup:GetBackupVaultAccessPolicy backup:GetBackupVaultNotifications backup:ListTags',
  },
  'AWS::SSM::Parameter': { list: 'ssm:DescribeParameters', read: 'ssm:GetParameters ssm:ListTagsForResource' },
  'AWS::Cognito::UserPool': {
    list: 'cognito-idp:ListUserPools',
    read: 'cognito-idp:DescribeUserPool cognito-idp:GetUserPoolMfaConfig',
  },
  'AWS::ApiGateway::RestApi': { list: 'apigateway:GET', read: 'apigateway:GET' },
  'AWS::ApiGatewayV2::Api': { list: 'apigateway:GET', read: 'apigateway:GET' },
  'AWS::CloudFront::Distribution': {
    list: 'cloudfront:ListDistributions cloudfront:ListTagsForResource',
    read: 'cloudfront:GetDistribution cloudfront:GetDistributionConfig cloudfront:ListTagsForResource',
  },
  'AWS::Route53::HostedZone': {
    list: 'route53:GetHostedZone route53:ListHostedZones route53:ListQueryLoggingConfigs route53:ListTagsForResource',
    read: 'route53:GetHostedZone route53:ListQueryLoggingConfigs route53:ListTagsForResource',
  },
  'AWS::CertificateManager::Certificate': {
    list: 'acm:ListCertificates',
    read: 'acm:DescribeCertificate acm:ListTagsForCertificate',
  },
  'AWS::ACMPCA::CertificateAuthority': {
    list: 'acm-pca:DescribeCertificateAuthority acm-pca:GetCertificateAuthorityCsr acm-pca:ListCertificateAuthorities acm-pca:ListTags',
    read: 'acm-pca:DescribeCertificateAuthority acm-pca:GetCertificateAuthorityCsr acm-pca:ListTags',
  },
  'AWS::WAFv2::WebACL': { list: 'wafv2:ListWebACLs', read: 'wafv2:GetWebACL wafv2:ListTagsForResource' },
  'AWS::NetworkFirewall::Firewall': {
    list: 'network-firewall:ListFirewalls',
    read: 'network-firewall:DescribeFirewall network-firewall:ListTagsForResource',
  },
  'AWS::Glue::Job': { list: 'glue:ListJobs', read: 'glue:GetJob glue:GetTags' },
  'AWS::SageMaker::Endpoint': {
    list: 'sagemaker:ListEndpoints',
    read: 'sagemaker:DescribeEndpoint sagemaker:ListTags',
  },
  'AWS::CloudTrail::Trail': {
    list: 'cloudtrail:DescribeTrails cloudtrail:GetEventSelectors cloudtrail:GetInsightSelectors cloudtrail:GetTrail cloudtrail:GetTrailStatus cloudtrail:ListTags cloudtrail:ListTrails',
    read: 'cloudtrail:DescribeTrails cloudtrail:GetEventConfiguration cloudtrail:GetEventSelectors cloudtrail:GetInsightSelectors cloudtrail:GetTrail cloudtrail:GetTrailStatus cloudtrail:ListTags',
  },
  'AWS::CloudFormation::Stack': {
    list: 'cloudformation:ListStacks',
    read: 'cloudformation:DescribeStacks cloudformation:GetStackPolicy cloudformation:GetTemplate',
  },
  'AWS::CloudWatch::MetricStream': {
    list: 'cloudwatch:ListMetricStreams',
    read: 'cloudwatch:GetMetricStream cloudwatch:ListTagsForResource',
  },
  'AWS::CodePipeline::Pipeline': {
    list: 'codepipeline:ListPipelines',
    read: 'codepipeline:GetPipeline codepipeline:GetPipelineState codepipeline:ListTagsForResource',
  },
  'AWS::IAM::OIDCProvider': {
    list: 'iam:GetOpenIDConnectProvider iam:ListOpenIDConnectProviders',
    read: 'iam:GetOpenIDConnectProvider',
  },
  'AWS::ElasticLoadBalancingV2::Listener': {
    list: 'elasticloadbalancing:DescribeListeners',
    read: 'elasticloadbalancing:DescribeListenerAttributes elasticloadbalancing:DescribeListeners elasticloadbalancing:DescribeTags',
  },
  'AWS::ElasticLoadBalancingV2::ListenerRule': {
    list: 'elasticloadbalancing:DescribeRules',
    read: 'elasticloadbalancing:DescribeRules elasticloadbalancing:DescribeTags',
  },
  'AWS::SNS::Subscription': { list: 'sns:ListSubscriptions', read: 'sns:GetSubscriptionAttributes' },
};

/** @returns undefined for a type, or an operation, whose permissions the lab does not have */
export function cloudControlAccess(
  operation: string,
  params: Readonly<Record<string, unknown>>,
  { region }: Place,
): Access[] | undefined {
  const handlers = HANDLERS[text(params.TypeName) ?? ''];
  const actions = { ListResources: handlers?.list, GetResource: handlers?.read }[operation];
  const own = { action: `cloudformation:${operation}`, resources: ['*'] };
  if (!handlers || !['ListResources', 'GetResource'].includes(operation)) return undefined;
  // The call is refused because of its type, and not because of a permission.
  if (actions === undefined) return [own];
  const resources = (action: string) => (action === 'apigateway:GET' ? [path(params, region)] : ['*']);
  return [own, ...actions.split(' ').map((action) => ({ action, resources: resources(action) }))];
}

/** API Gateway's permissions are on paths. */
function path({ TypeName, Identifier }: Readonly<Record<string, unknown>>, region: string): string {
  const apis = TypeName === 'AWS::ApiGateway::RestApi' ? '/restapis' : '/apis';
  return `arn:aws:apigateway:${region}::${apis}${text(Identifier) ? `/${text(Identifier)}` : ''}`;
}
