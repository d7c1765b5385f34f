/**
 * Describes a kind that AWS Cloud Control API reads. There is one row for each CloudFormation type. The type's schema
 * (aws cloudformation describe-type) says whether the type can be listed, what identifies it, and which permissions its
 * handlers need.
 */
export interface GenericKind {
  /** The value is a CloudFormation type. */
  type: string;
  /**
   * `service` is the service in the ARNs of the kind, and `resource` matches their resource part. The first group is
   * the identifier.
   */
  arn?: readonly [service: string, resource: RegExp];
  /** Builds the identifier from the match of the ARN. Without it, the first group is the identifier. */
  identifier?: (match: RegExpExecArray, arn: string) => string;
  terraform?: readonly string[];
  /**
   * The kind is searched by name: by its identifier, or by a property, for which a resource is read if the list does
   * not contain it. A type without it cannot be listed, or the environment does not choose its names.
   */
  named?: 'identifier' | 'Name' | 'BrokerName' | 'UserPoolName' | 'FileSystemTags';
  /** The model narrows the list down, where the type demands it. */
  model?: string;
  /** The resource can be read by its identifier. Otherwise the list of its type says whether it exists. */
  readable?: true;
  /** The resource is in no region. */
  global?: true;
  /**
   * The resource is a part. If the state lists it, it is read only where the run does not have its parent. If a tag
   * names it, it is read wherever it is.
   */
  part?: true;
  /** The kind is read only in other regions, since a sweeper of its own searches for it in the environment's region. */
  elsewhere?: true;
  /** These are the permissions of the handlers that are called: list, and read where the kind is readable. */
  actions: readonly string[];
  /** The text says what the resource costs by existing. It is absent for what costs nothing by itself. */
  costs?: string;
}

const ARN = (_: RegExpExecArray, arn: string) => arn;
const NAME = '([^:/]+)';
const at = (start: string) => new RegExp(`^${start}${NAME}$`);

export const GENERIC_KINDS: readonly GenericKind[] = [
  {
    type: 'AWS::Lambda::Function',
    arn: ['lambda', at('function:')],
    terraform: ['aws_lambda_function'],
    named: 'identifier',
    actions: ['lambda:ListFunctions'],
  },
  {
    type: 'AWS::Lambda::EventSourceMapping',
    arn: ['lambda', at('event-source-mapping:')],
    terraform: ['aws_lambda_event_source_mapping'],
    actions: ['lambda:ListEventSourceMappings'],
  },
  {
    type: 'AWS::StepFunctions::StateMachine',
    arn: ['states', at('stateMachine:')],
    identifier: ARN,
    terraform: ['aws_sfn_state_machine'],
    readable: true,
    actions: ['states:DescribeStateMachine', 'states:ListTagsForResource'],
  },
  {
    type: 'AWS::Pipes::Pipe',
    arn: ['pipes', at('pipe/')],
    terraform: ['aws_pipes_pipe'],
    named: 'identifier',
    actions: ['pipes:ListPipes'],
    costs: 'by its requests',
  },
  {
    type: 'AWS::Scheduler::Schedule',
    arn: ['scheduler', /^schedule\/[^/]+\/([^/]+)$/],
    terraform: ['aws_scheduler_schedule'],
    named: 'identifier',
    actions: ['scheduler:ListSchedules'],
  },
  {
    type: 'AWS::Events::EventBus',
    arn: ['events', at('event-bus/')],
    terraform: ['aws_cloudwatch_event_bus'],
    named: 'identifier',
    actions: ['events:ListEventBuses', 'events:ListTagsForResource'],
  },
  {
    type: 'AWS::Events::Archive',
    arn: ['events', at('archive/')],
    terraform: ['aws_cloudwatch_event_archive'],
    named: 'identifier',
    actions: ['events:ListArchives'],
    costs: 'by what is stored, about 0.02 $ a GiB and month',
  },
  {
    type: 'AWS::Kinesis::Stream',
    arn: ['kinesis', at('stream/')],
    terraform: ['aws_kinesis_stream'],
    named: 'identifier',
    actions: ['kinesis:ListStreams'],
    costs: 'by its shards or by the hour, about 0.015 $ an hour at least',
  },
  {
    type: 'AWS::KinesisFirehose::DeliveryStream',
    arn: ['firehose', at('deliverystream/')],
    terraform: ['aws_kinesis_firehose_delivery_stream'],
    named: 'identifier',
    actions: ['firehose:ListDeliveryStreams'],
  },
  {
    type: 'AWS::MSK::Cluster',
    arn: ['kafka', /^cluster\/(.+)$/],
    identifier: ARN,
    terraform: ['aws_msk_cluster'],
    named: 'identifier',
    actions: ['kafka:ListClusters'],
    costs: 'by its brokers and storage, from about 0.09 $ an hour',
  },
  {
    type: 'AWS::AmazonMQ::Broker',
    arn: ['mq', /^broker:[^:]+:([^:]+)$/],
    terraform: ['aws_mq_broker'],
    named: 'BrokerName',
    readable: true,
    actions: ['mq:ListBrokers', 'mq:DescribeBroker'],
    costs: 'by its instances, from about 0.03 $ an hour',
  },
  {
    type: 'AWS::ElastiCache::ReplicationGroup',
    arn: ['elasticache', at('replicationgroup:')],
    terraform: ['aws_elasticache_replication_group'],
    named: 'identifier',
    actions: ['elasticache:DescribeReplicationGroups'],
    costs: 'by its nodes, from about 0.02 $ an hour each',
  },
  {
    type: 'AWS::ElastiCache::CacheCluster',
    arn: ['elasticache', at('cluster:')],
    terraform: ['aws_elasticache_cluster'],
    named: 'identifier',
    actions: ['elasticache:DescribeCacheClusters'],
    costs: 'by its nodes, from about 0.02 $ an hour each',
  },
  {
    type: 'AWS::ElastiCache::ServerlessCache',
    arn: ['elasticache', at('serverlesscache:')],
    terraform: ['aws_elasticache_serverless_cache'],
    named: 'identifier',
    actions: ['elasticache:DescribeServerlessCaches', 'elasticache:ListTagsForResource'],
    costs: 'by what is stored, from about 0.13 $ an hour',
  },
  {
    type: 'AWS::ElastiCache::SubnetGroup',
    arn: ['elasticache', at('subnetgroup:')],
    terraform: ['aws_elasticache_subnet_group'],
    named: 'identifier',
    actions: ['elasticache:DescribeCacheSubnetGroups'],
  },
  {
    type: 'AWS::ElastiCache::ParameterGroup',
    arn: ['elasticache', at('parametergroup:')],
    terraform: ['aws_elasticache_parameter_group'],
    named: 'identifier',
    actions: ['elasticache:DescribeCacheParameterGroups'],
  },
  {
    type: 'AWS::MemoryDB::Cluster',
    arn: ['memorydb', at('cluster/')],
    terraform: ['aws_memorydb_cluster'],
    named: 'identifier',
    actions: ['memorydb:DescribeClusters'],
    costs: 'by its nodes, from about 0.04 $ an hour each',
  },
  {
    type: 'AWS::OpenSearchService::Domain',
    arn: ['es', at('domain/')],
    terraform: ['aws_opensearch_domain', 'aws_elasticsearch_domain'],
    readable: true,
    actions: ['es:DescribeDomain', 'es:ListTags'],
    costs: 'by its instances and storage, from about 0.04 $ an hour',
  },
  {
    type: 'AWS::Redshift::Cluster',
    arn: ['redshift', at('cluster:')],
    terraform: ['aws_redshift_cluster'],
    named: 'identifier',
    actions: ['redshift:DescribeClusters', 'redshift:DescribeTags'],
    costs: 'by its nodes, from about 0.25 $ an hour each',
  },
  {
    type: 'AWS::DynamoDB::Table',
    arn: ['dynamodb', at('table/')],
    terraform: ['aws_dynamodb_table_replica'],
    readable: true,
    elsewhere: true,
    actions: [
      'dynamodb:DescribeContinuousBackups',
      'dynamodb:DescribeContributorInsights',
      'dynamodb:DescribeKinesisStreamingDestination',
      'dynamodb:DescribeTable',
      'dynamodb:DescribeTimeToLive',
      'dynamodb:GetResourcePolicy',
      'dynamodb:ListTagsOfResource',
    ],
    costs: 'by what is stored, and by capacity where that is provisioned',
  },
  {
    type: 'AWS::SQS::Queue',
    arn: ['sqs', at('')],
    identifier: ([, name], arn) => {
      const [, partition = 'aws', , region, account] = arn.split(':');
      const domain = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
      return `https://sqs.${region}.${domain}/${account}/${name}`;
    },
    readable: true,
    elsewhere: true,
    actions: ['sqs:GetQueueAttributes', 'sqs:ListQueueTags'],
  },
  {
    type: 'AWS::EC2::NatGateway',
    arn: ['ec2', at('natgateway/')],
    readable: true,
    elsewhere: true,
    actions: ['ec2:DescribeNatGateways'],
    costs: 'about 0.05 $ an hour, without traffic',
  },
  {
    type: 'AWS::ElasticLoadBalancing::LoadBalancer',
    arn: ['elasticloadbalancing', at('loadbalancer/')],
    terraform: ['aws_elb'],
    named: 'identifier',
    actions: ['elasticloadbalancing:DescribeLoadBalancers'],
    costs: 'about 0.028 $ an hour, without traffic',
  },
  {
    type: 'AWS::AutoScaling::AutoScalingGroup',
    arn: ['autoscaling', /^autoScalingGroup:[^:]+:autoScalingGroupName\/(.+)$/],
    terraform: ['aws_autoscaling_group'],
    named: 'identifier',
    actions: ['autoscaling:DescribeAutoScalingGroups'],
    costs: 'by the instances that it starts',
  },
  {
    type: 'AWS::AutoScaling::LaunchConfiguration',
    arn: ['autoscaling', /^launchConfiguration:[^:]+:launchConfigurationName\/(.+)$/],
    terraform: ['aws_launch_configuration'],
    named: 'identifier',
    actions: ['autoscaling:DescribeLaunchConfigurations'],
  },
  {
    type: 'AWS::Batch::ComputeEnvironment',
    arn: ['batch', at('compute-environment/')],
    identifier: ARN,
    terraform: ['aws_batch_compute_environment'],
    named: 'identifier',
    actions: ['batch:DescribeComputeEnvironments'],
    costs: 'by the instances that it starts',
  },
  {
    type: 'AWS::EC2::KeyPair',
    terraform: ['aws_key_pair'],
    named: 'identifier',
    actions: ['ec2:DescribeKeyPairs'],
  },
  {
    type: 'AWS::EKS::Cluster',
    arn: ['eks', at('cluster/')],
    terraform: ['aws_eks_cluster'],
    named: 'identifier',
    actions: ['eks:ListClusters'],
    costs: '0.10 $ an hour, without nodes',
  },
  {
    type: 'AWS::EFS::FileSystem',
    arn: ['elasticfilesystem', at('file-system/')],
    terraform: ['aws_efs_file_system'],
    named: 'FileSystemTags',
    readable: true,
    actions: [
      'elasticfilesystem:DescribeBackupPolicy',
      'elasticfilesystem:DescribeFileSystemPolicy',
      'elasticfilesystem:DescribeFileSystems',
      'elasticfilesystem:DescribeLifecycleConfiguration',
      'elasticfilesystem:DescribeReplicationConfigurations',
    ],
    costs: 'by what is stored, about 0.33 $ a GiB and month',
  },
  {
    type: 'AWS::S3Express::DirectoryBucket',
    arn: ['s3express', at('bucket/')],
    terraform: ['aws_s3_directory_bucket'],
    named: 'identifier',
    actions: ['s3express:ListAllMyDirectoryBuckets'],
    costs: 'by what is stored, about 0.11 $ a GiB and month',
  },
  {
    type: 'AWS::Backup::BackupVault',
    arn: ['backup', at('backup-vault:')],
    terraform: ['aws_backup_vault'],
    named: 'identifier',
    actions: ['backup:ListBackupVaults'],
    costs: 'by what is stored',
  },
  {
    type: 'AWS::SSM::Parameter',
    arn: ['ssm', /^parameter\/(.+)$/],
    terraform: ['aws_ssm_parameter'],
    named: 'identifier',
    actions: ['ssm:DescribeParameters'],
    costs: 'nothing, or 0.05 $ a month where it is an advanced one',
  },
  {
    type: 'AWS::Cognito::UserPool',
    arn: ['cognito-idp', at('userpool/')],
    terraform: ['aws_cognito_user_pool'],
    named: 'UserPoolName',
    readable: true,
    actions: ['cognito-idp:ListUserPools', 'cognito-idp:DescribeUserPool', 'cognito-idp:GetUserPoolMfaConfig'],
    costs: 'by its users',
  },
  {
    type: 'AWS::ApiGateway::RestApi',
    arn: ['apigateway', at('/restapis/')],
    terraform: ['aws_api_gateway_rest_api'],
    named: 'Name',
    readable: true,
    actions: ['apigateway:GET'],
  },
  {
    type: 'AWS::ApiGatewayV2::Api',
    arn: ['apigateway', at('/apis/')],
    terraform: ['aws_apigatewayv2_api'],
    named: 'Name',
    readable: true,
    actions: ['apigateway:GET'],
  },
  {
    type: 'AWS::CloudFront::Distribution',
    arn: ['cloudfront', at('distribution/')],
    terraform: ['aws_cloudfront_distribution'],
    readable: true,
    global: true,
    actions: ['cloudfront:GetDistribution', 'cloudfront:GetDistributionConfig', 'cloudfront:ListTagsForResource'],
    costs: 'by its traffic',
  },
  {
    type: 'AWS::Route53::HostedZone',
    arn: ['route53', at('hostedzone/')],
    terraform: ['aws_route53_zone'],
    named: 'Name',
    readable: true,
    global: true,
    actions: [
      'route53:GetHostedZone',
      'route53:ListHostedZones',
      'route53:ListQueryLoggingConfigs',
      'route53:ListTagsForResource',
    ],
    costs: '0.50 $ a month',
  },
  {
    type: 'AWS::CertificateManager::Certificate',
    arn: ['acm', at('certificate/')],
    identifier: ARN,
    terraform: ['aws_acm_certificate'],
    readable: true,
    actions: ['acm:DescribeCertificate', 'acm:ListTagsForCertificate'],
  },
  {
    type: 'AWS::ACMPCA::CertificateAuthority',
    arn: ['acm-pca', at('certificate-authority/')],
    identifier: ARN,
    terraform: ['aws_acmpca_certificate_authority'],
    readable: true,
    actions: ['acm-pca:DescribeCertificateAuthority', 'acm-pca:GetCertificateAuthorityCsr', 'acm-pca:ListTags'],
    costs: '50 or 400 $ a month',
  },
  {
    type: 'AWS::WAFv2::WebACL',
    arn: ['wafv2', /^regional\/webacl\/([^/]+)\/([^/]+)$/],
    identifier: ([, name, id]) => `${name}|${id}|REGIONAL`,
    terraform: ['aws_wafv2_web_acl'],
    named: 'identifier',
    model: '{"Scope":"REGIONAL"}',
    actions: ['wafv2:ListWebACLs'],
    costs: '5 $ a month, and 1 $ for each rule',
  },
  {
    type: 'AWS::NetworkFirewall::Firewall',
    arn: ['network-firewall', at('firewall/')],
    identifier: ARN,
    terraform: ['aws_networkfirewall_firewall'],
    named: 'identifier',
    actions: ['network-firewall:ListFirewalls'],
    costs: 'about 0.40 $ an hour and endpoint',
  },
  {
    type: 'AWS::Glue::Job',
    arn: ['glue', at('job/')],
    terraform: ['aws_glue_job'],
    named: 'identifier',
    actions: ['glue:ListJobs'],
  },
  {
    type: 'AWS::SageMaker::Endpoint',
    arn: ['sagemaker', at('endpoint/')],
    identifier: ARN,
    terraform: ['aws_sagemaker_endpoint'],
    named: 'identifier',
    actions: ['sagemaker:ListEndpoints'],
    costs: 'by its instances',
  },
  {
    type: 'AWS::CloudTrail::Trail',
    arn: ['cloudtrail', at('trail/')],
    terraform: ['aws_cloudtrail'],
    named: 'identifier',
    actions: [
      'cloudtrail:DescribeTrails',
      'cloudtrail:GetEventSelectors',
      'cloudtrail:GetInsightSelectors',
      'cloudtrail:GetTrail',
      'cloudtrail:GetTrailStatus',
      'cloudtrail:ListTags',
      'cloudtrail:ListTrails',
    ],
    costs: 'by its events, where it is not the first',
  },
  {
    type: 'AWS::CloudFormation::Stack',
    arn: ['cloudformation', /^stack\/([^/]+)\/[^/]+$/],
    identifier: ARN,
    terraform: ['aws_cloudformation_stack'],
    readable: true,
    actions: ['cloudformation:DescribeStacks', 'cloudformation:GetStackPolicy', 'cloudformation:GetTemplate'],
  },
  {
    type: 'AWS::CloudWatch::MetricStream',
    arn: ['cloudwatch', at('metric-stream/')],
    terraform: ['aws_cloudwatch_metric_stream'],
    named: 'identifier',
    actions: ['cloudwatch:ListMetricStreams'],
    costs: 'by its updates',
  },
  {
    type: 'AWS::CodePipeline::Pipeline',
    arn: ['codepipeline', at('')],
    terraform: ['aws_codepipeline'],
    named: 'identifier',
    actions: ['codepipeline:ListPipelines'],
    costs: '1 $ a month',
  },
  {
    type: 'AWS::IAM::OIDCProvider',
    arn: ['iam', /^oidc-provider\/(.+)$/],
    identifier: ARN,
    terraform: ['aws_iam_openid_connect_provider'],
    readable: true,
    global: true,
    actions: ['iam:GetOpenIDConnectProvider'],
  },
  // These are parts, which are read where their parent belongs to somebody else.
  {
    type: 'AWS::ElasticLoadBalancingV2::Listener',
    arn: ['elasticloadbalancing', /^listener\/(?:app|net|gwy)\/[^/]+\/[^/]+\/[^/]+$/],
    identifier: ARN,
    terraform: ['aws_lb_listener', 'aws_alb_listener'],
    readable: true,
    part: true,
    actions: [
      'elasticloadbalancing:DescribeListenerAttributes',
      'elasticloadbalancing:DescribeListeners',
      'elasticloadbalancing:DescribeTags',
    ],
  },
  {
    type: 'AWS::ElasticLoadBalancingV2::ListenerRule',
    arn: ['elasticloadbalancing', /^listener-rule\/.+$/],
    identifier: ARN,
    terraform: ['aws_lb_listener_rule', 'aws_alb_listener_rule'],
    readable: true,
    part: true,
    actions: ['elasticloadbalancing:DescribeRules', 'elasticloadbalancing:DescribeTags'],
  },
  {
    type: 'AWS::SNS::Subscription',
    arn: ['sns', /^[^:]+:[^:]+$/],
    identifier: ARN,
    terraform: ['aws_sns_topic_subscription'],
    readable: true,
    part: true,
    actions: ['sns:GetSubscriptionAttributes'],
  },
];

export const GENERIC_ACTIONS: readonly string[] = [
  ...new Set([
    'cloudformation:GetResource',
    'cloudformation:ListResources',
    ...GENERIC_KINDS.flatMap((kind) => kind.actions),
  ]),
].sort();

export interface GenericName {
  kind: GenericKind;
  identifier: string;
}

/**
 * Returns the kind and the identifier that Cloud Control has for the resource of an ARN. The result is undefined for a
 * kind that is not in the list.
 */
export function genericOfArn(arn: string): GenericName | undefined {
  const [, , service, , , ...rest] = arn.split(':');
  const resource = rest.join(':');
  for (const kind of GENERIC_KINDS) {
    if (kind.arn?.[0] !== service) continue;
    const match = kind.arn?.[1].exec(resource);
    if (match) return { kind, identifier: kind.identifier?.(match, arn) ?? match[1] ?? resource };
  }
  return undefined;
}

export function genericOfTerraform(terraformType: string): GenericKind | undefined {
  return GENERIC_KINDS.find(({ terraform }) => terraform?.includes(terraformType));
}

export function genericOfType(type: string): GenericKind | undefined {
  return GENERIC_KINDS.find((kind) => kind.type === type);
}
