import { of, type RequiredActions, row } from './row.ts';

const elb = (...operations: string[]) => of('elasticloadbalancing', ...operations);
const ecs = (...operations: string[]) => of('ecs', ...operations);
const rds = (...operations: string[]) => of('rds', ...operations);
const secrets = (...operations: string[]) => of('secretsmanager', ...operations);
const scaling = (...operations: string[]) => of('application-autoscaling', ...operations);

const ELB_TAGS = elb('AddTags', 'RemoveTags', 'DescribeTags');
const ECS_TAGS = ecs('TagResource', 'UntagResource', 'ListTagsForResource');
const RDS_TAGS = rds('AddTagsToResource', 'RemoveTagsFromResource', 'ListTagsForResource');
const ECR_TAGS = of('ecr', 'TagResource', 'UntagResource', 'ListTagsForResource');
const LOAD_BALANCER = 'arn:aws:elasticloadbalancing:*:*:loadbalancer/app/*';
/** The first use of a service in an account creates the service-linked role, with the permissions of the caller. */
const LINKED_ROLE = of('iam', 'CreateServiceLinkedRole role/aws-service-role/*');
/**
 * RDS and Elastic Load Balancing send these requests to EC2 with the permissions of their caller, to determine where a
 * resource is placed.
 */
const PLACE = of(
  'ec2',
  ...['DescribeAccountAttributes', 'DescribeAvailabilityZones', 'DescribeInternetGateways', 'DescribeSecurityGroups'],
  ...['DescribeSubnets', 'DescribeVpcAttribute', 'DescribeVpcs'],
);
/**
 * Application Auto Scaling requires these permissions of its caller before it accepts a request about an ECS service.
 */
const SCALED = ecs('DescribeServices', 'UpdateService');
const SCALING_ALARMS = of(
  'cloudwatch',
  ...['DescribeAlarms', 'PutMetricAlarm alarm:TargetTracking-service/*', 'DeleteAlarms alarm:TargetTracking-service/*'],
);
const VALIDATED =
  'https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_permission_validation.html';

export const PLATFORM: Readonly<Record<string, RequiredActions>> = {
  aws_lb: row(
    'elbv2/load_balancer.go',
    'AWS::ElasticLoadBalancingV2::LoadBalancer',
    {
      create: [
        ...elb('CreateLoadBalancer', 'ModifyLoadBalancerAttributes'),
        ...of('ec2', 'GetSecurityGroupsForVpc', 'DescribeAddresses'),
        ...PLACE.filter((one) => one !== 'ec2:DescribeAvailabilityZones' && one !== 'ec2:DescribeVpcAttribute'),
        ...LINKED_ROLE,
      ],
      read: elb('DescribeLoadBalancers', 'DescribeLoadBalancerAttributes', 'DescribeCapacityReservation'),
      update: elb('ModifyLoadBalancerAttributes'),
      // The provider waits until the load balancer's network interfaces are deleted.
      delete: [...elb('DeleteLoadBalancer'), ...of('ec2', 'DescribeNetworkInterfaces')],
      tag: ELB_TAGS,
      when: {
        security_groups: [...elb('SetSecurityGroups'), ...of('ec2', 'GetSecurityGroupsForVpc')],
        subnets: elb('SetSubnets'),
        ip_address_type: elb('SetIpAddressType'),
      },
    },
    'https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/3917',
  ),
  aws_wafv2_web_acl_association: row(
    'wafv2/web_acl_association.go',
    'AWS::WAFv2::WebACLAssociation',
    {
      create: [
        ...of('wafv2', 'AssociateWebACL regional/webacl/*', `AssociateWebACL ${LOAD_BALANCER}`),
        ...elb('SetWebAcl'),
      ],
      read: of('wafv2', 'GetWebACLForResource regional/webacl/*', `GetWebACLForResource ${LOAD_BALANCER}`),
      delete: [...of('wafv2', `DisassociateWebACL ${LOAD_BALANCER}`), ...elb('SetWebAcl')],
    },
    'https://docs.aws.amazon.com/waf/latest/developerguide/waf-api-permissions-ref.html',
  ),
  aws_lb_listener: row('elbv2/listener.go', 'AWS::ElasticLoadBalancingV2::Listener', {
    create: elb('CreateListener'),
    read: elb('DescribeListeners', 'DescribeListenerAttributes'),
    update: elb('ModifyListener'),
    delete: elb('DeleteListener'),
    tag: ELB_TAGS,
  }),
  aws_lb_listener_rule: row('elbv2/listener_rule.go', 'AWS::ElasticLoadBalancingV2::ListenerRule', {
    create: elb('CreateRule'),
    read: elb('DescribeRules'),
    // A rule without a priority in the configuration keeps its own.
    update: elb('ModifyRule', 'SetRulePriorities'),
    delete: elb('DeleteRule'),
    tag: ELB_TAGS,
  }),
  aws_lb_target_group: row('elbv2/target_group.go', 'AWS::ElasticLoadBalancingV2::TargetGroup', {
    create: elb('CreateTargetGroup', 'ModifyTargetGroupAttributes'),
    read: elb('DescribeTargetGroups', 'DescribeTargetGroupAttributes'),
    update: elb('ModifyTargetGroup', 'ModifyTargetGroupAttributes'),
    delete: elb('DeleteTargetGroup'),
    tag: ELB_TAGS,
  }),
  aws_ecs_cluster: row('ecs/cluster.go', 'AWS::ECS::Cluster', {
    create: [...ecs('CreateCluster'), ...LINKED_ROLE],
    read: ecs('DescribeClusters'),
    update: ecs('UpdateCluster'),
    delete: ecs('DeleteCluster'),
    tag: ECS_TAGS,
  }),
  aws_ecs_cluster_capacity_providers: row(
    'ecs/cluster_capacity_providers.go',
    'AWS::ECS::ClusterCapacityProviderAssociations',
    {
      create: ecs('PutClusterCapacityProviders'),
      read: ecs('DescribeClusters'),
      update: ecs('PutClusterCapacityProviders'),
      delete: ecs('PutClusterCapacityProviders'),
    },
  ),
  aws_ecs_service: row('ecs/service.go', 'AWS::ECS::Service', {
    create: ecs('CreateService'),
    read: ecs('DescribeServices'),
    update: ecs('UpdateService'),
    delete: ecs('UpdateService', 'DeleteService'),
    tag: ECS_TAGS,
    when: { sigint_rollback: ecs('ListServiceDeployments', 'DescribeServiceDeployments', 'StopServiceDeployment') },
  }),
  aws_ecs_task_definition: row('ecs/task_definition.go', 'AWS::ECS::TaskDefinition', {
    create: ecs('RegisterTaskDefinition'),
    read: ecs('DescribeTaskDefinition'),
    delete: ecs('DeregisterTaskDefinition'),
    tag: ECS_TAGS,
    when: { execution_role_arn: of('iam', 'PassRole'), task_role_arn: of('iam', 'PassRole') },
  }),
  aws_db_instance: row(
    'rds/instance.go',
    'AWS::RDS::DBInstance',
    {
      create: [
        // A request for an instance is authorized on the groups that the instance uses, even if the request does not
        // name them.
        ...rds('CreateDBInstance', 'CreateDBInstance subgrp:*', 'CreateDBInstance pg:default.*'),
        ...rds('CreateDBInstance og:default:*'),
        ...PLACE,
        ...LINKED_ROLE,
      ],
      read: rds('DescribeDBInstances db:*'),
      update: rds('ModifyDBInstance', 'ModifyDBInstance pg:default.*', 'ModifyDBInstance og:default:*'),
      delete: rds('DeleteDBInstance'),
      tag: RDS_TAGS,
      when: {
        kms_key_id: of('kms', 'DescribeKey', 'CreateGrant'),
        manage_master_user_password: [
          ...of('secretsmanager', 'CreateSecret secret:rds!*', 'TagResource secret:rds!*'),
          ...of('kms', 'DescribeKey'),
        ],
      },
    },
    'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html and security_iam_id-based-policy-examples.html',
  ),
  aws_db_subnet_group: row('rds/subnet_group.go', 'AWS::RDS::DBSubnetGroup', {
    create: [...rds('CreateDBSubnetGroup'), ...PLACE, ...LINKED_ROLE],
    read: rds('DescribeDBSubnetGroups'),
    update: rds('ModifyDBSubnetGroup'),
    delete: rds('DeleteDBSubnetGroup'),
    tag: RDS_TAGS,
  }),
  aws_db_parameter_group: row('rds/parameter_group.go', 'AWS::RDS::DBParameterGroup', {
    create: rds('CreateDBParameterGroup', 'ModifyDBParameterGroup'),
    read: rds('DescribeDBParameterGroups', 'DescribeDBParameters'),
    update: rds('ModifyDBParameterGroup', 'ResetDBParameterGroup'),
    delete: rds('DeleteDBParameterGroup'),
    tag: RDS_TAGS,
  }),
  aws_secretsmanager_secret: row('secretsmanager/secret.go', 'AWS::SecretsManager::Secret', {
    create: secrets('CreateSecret'),
    read: secrets('DescribeSecret', 'GetResourcePolicy'),
    update: secrets('UpdateSecret'),
    delete: secrets('DeleteSecret'),
    tag: secrets('TagResource', 'UntagResource'),
    when: { policy: secrets('PutResourcePolicy', 'DeleteResourcePolicy') },
  }),
  aws_secretsmanager_secret_version: row('secretsmanager/secret_version.go', null, {
    create: secrets('PutSecretValue'),
    // The provider finds a version by its value, which a write-only argument keeps out of the state.
    read: secrets('GetSecretValue', 'ListSecretVersionIds'),
    update: secrets('PutSecretValue', 'UpdateSecretVersionStage'),
    delete: secrets('UpdateSecretVersionStage'),
  }),
  aws_ecr_repository: row('ecr/repository.go', 'AWS::ECR::Repository', {
    create: of('ecr', 'CreateRepository'),
    read: of('ecr', 'DescribeRepositories'),
    delete: of('ecr', 'DeleteRepository'),
    tag: ECR_TAGS,
    when: {
      image_tag_mutability: of('ecr', 'PutImageTagMutability'),
      image_scanning_configuration: of('ecr', 'PutImageScanningConfiguration'),
    },
  }),
  aws_ecr_lifecycle_policy: row('ecr/lifecycle_policy.go', 'AWS::ECR::Repository', {
    create: of('ecr', 'PutLifecyclePolicy'),
    read: of('ecr', 'GetLifecyclePolicy'),
    update: of('ecr', 'PutLifecyclePolicy'),
    delete: of('ecr', 'DeleteLifecyclePolicy'),
  }),
  aws_appautoscaling_target: row(
    'appautoscaling/target.go',
    'AWS::ApplicationAutoScaling::ScalableTarget',
    {
      create: [...scaling('RegisterScalableTarget'), ...SCALED, ...SCALING_ALARMS, ...LINKED_ROLE],
      read: scaling('DescribeScalableTargets'),
      update: scaling('RegisterScalableTarget'),
      delete: [...scaling('DeregisterScalableTarget'), ...SCALING_ALARMS],
      tag: scaling('TagResource', 'UntagResource', 'ListTagsForResource'),
    },
    VALIDATED,
  ),
  aws_appautoscaling_policy: row(
    'appautoscaling/policy.go',
    'AWS::ApplicationAutoScaling::ScalingPolicy',
    {
      create: [...scaling('PutScalingPolicy'), ...SCALED, ...SCALING_ALARMS],
      read: scaling('DescribeScalingPolicies'),
      update: scaling('PutScalingPolicy'),
      delete: [...scaling('DeleteScalingPolicy'), ...SCALING_ALARMS],
    },
    VALIDATED,
  ),
};
