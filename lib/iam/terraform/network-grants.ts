import type { Construct } from 'constructs';
import { arn } from '../../names.ts';
import type { Grant } from '../role.ts';
import { expandActions } from './expand-actions.ts';

const BY_TAG = 'EC2 gives its resources ids, not names; the condition on the tag "project" is what limits this.';

/**
 * Returns the permissions on the network of an environment: only on resources that have, or are being given, the
 * project's tag. In a VPC of others, they cover only security groups, which also have the tag.
 */
export function networkGrants(construct: Construct, project: string, sharedVpcs: readonly string[]): Grant[] {
  const ec2 = (...types: string[]) => types.map((type) => arn(construct, 'ec2', `${type}/*`));
  const all = ec2(
    ...['vpc', 'subnet', 'internet-gateway', 'route-table', 'security-group', 'security-group-rule'],
    ...['vpc-endpoint', 'vpc-flow-log'],
  );
  const requested = { StringEquals: { 'aws:RequestTag/project': project } };
  const tagged = { StringEquals: { 'aws:ResourceTag/project': project } };
  return [
    {
      actions: expandActions('ec2', {
        Describe: [
          // The first load balancer of an account also needs these actions.
          'AccountAttributes',
          'Addresses',
          'AvailabilityZones',
          'FlowLogs',
          'InternetGateways',
          'NetworkAcls',
          'NetworkInterfaces',
          'PrefixLists',
          'RouteTables',
          'SecurityGroupRules',
          'SecurityGroups',
          'Subnets',
          'VpcEndpoints',
          'Vpcs',
        ],
      }),
      resources: ['*'],
      wildcardReason: 'Terraform reads what it made; these actions know no resource.',
    },
    {
      actions: [
        'ec2:CreateVpc',
        'ec2:CreateSubnet',
        'ec2:CreateInternetGateway',
        'ec2:CreateRouteTable',
        'ec2:CreateSecurityGroup',
        'ec2:CreateVpcEndpoint',
        'ec2:CreateFlowLogs',
        'ec2:AuthorizeSecurityGroupIngress',
        'ec2:AuthorizeSecurityGroupEgress',
      ],
      resources: all,
      conditions: requested,
      wildcardReason: BY_TAG,
    },
    {
      // These are the same actions, on the resource that contains the new one.
      actions: [
        'ec2:CreateSubnet',
        'ec2:CreateRouteTable',
        'ec2:CreateSecurityGroup',
        'ec2:CreateVpcEndpoint',
        'ec2:CreateFlowLogs',
        'ec2:AuthorizeSecurityGroupIngress',
        'ec2:AuthorizeSecurityGroupEgress',
      ],
      resources: ec2('vpc', 'security-group', 'route-table'),
      conditions: tagged,
      wildcardReason: BY_TAG,
    },
    {
      actions: ['ec2:CreateTags'],
      resources: all,
      conditions: {
        StringEquals: {
          'aws:RequestTag/project': project,
          'ec2:CreateAction': [
            'CreateVpc',
            'CreateSubnet',
            'CreateInternetGateway',
            'CreateRouteTable',
            'CreateSecurityGroup',
            'CreateVpcEndpoint',
            'CreateFlowLogs',
            'AuthorizeSecurityGroupIngress',
            'AuthorizeSecurityGroupEgress',
          ],
        },
      },
      wildcardReason: BY_TAG,
    },
    {
      // Elastic Load Balancing calls the second action with the permissions of the caller that sets a load balancer's
      // security groups.
      actions: ['ec2:DescribeVpcAttribute', 'ec2:GetSecurityGroupsForVpc'],
      resources: ec2('vpc'),
      conditions: tagged,
      wildcardReason: BY_TAG,
    },
    {
      actions: [
        'ec2:CreateTags',
        'ec2:DeleteTags',
        'ec2:DeleteVpc',
        'ec2:ModifyVpcAttribute',
        'ec2:DeleteSubnet',
        'ec2:ModifySubnetAttribute',
        'ec2:AttachInternetGateway',
        'ec2:DetachInternetGateway',
        'ec2:DeleteInternetGateway',
        'ec2:CreateRoute',
        'ec2:ReplaceRoute',
        'ec2:DeleteRoute',
        'ec2:DeleteRouteTable',
        'ec2:AssociateRouteTable',
        'ec2:ReplaceRouteTableAssociation',
        'ec2:DisassociateRouteTable',
        'ec2:DeleteSecurityGroup',
        'ec2:ModifyVpcEndpoint',
        'ec2:DeleteVpcEndpoints',
        'ec2:DeleteFlowLogs',
        'ec2:ModifySecurityGroupRules',
        'ec2:RevokeSecurityGroupIngress',
        'ec2:RevokeSecurityGroupEgress',
      ],
      resources: all,
      conditions: tagged,
      wildcardReason: BY_TAG,
    },
    ...(sharedVpcs.length > 0
      ? [
          {
            actions: ['ec2:CreateSecurityGroup', 'ec2:DescribeVpcAttribute', 'ec2:GetSecurityGroupsForVpc'],
            resources: sharedVpcs.map((id) => arn(construct, 'ec2', `vpc/${id}`)),
          },
        ]
      : []),
    {
      actions: ['logs:CreateLogDelivery', 'logs:DeleteLogDelivery'],
      resources: ['*'],
      wildcardReason:
        'Flow logs that go to a bucket are deliveries of CloudWatch Logs; these actions know no resource.',
    },
  ];
}
