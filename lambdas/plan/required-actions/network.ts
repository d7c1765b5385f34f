import { of, type RequiredActions, row } from './row.ts';

const TAGS = of('ec2', 'CreateTags', 'DeleteTags');
const ec2 = (...operations: string[]) => of('ec2', ...operations);

/** A rule gets its tags in the call that creates it, and is a taggable resource of its own. */
const rule = (direction: 'Egress' | 'Ingress') =>
  row(`ec2/vpc_security_group_${direction.toLowerCase()}_rule.go`, `AWS::EC2::SecurityGroup${direction}`, {
    create: ec2(`AuthorizeSecurityGroup${direction}`),
    read: ec2('DescribeSecurityGroupRules'),
    update: ec2('ModifySecurityGroupRules'),
    delete: ec2(`RevokeSecurityGroup${direction}`),
    tag: TAGS,
  });

export const NETWORK: Readonly<Record<string, RequiredActions>> = {
  aws_vpc: row('ec2/vpc_.go', 'AWS::EC2::VPC', {
    create: ec2('CreateVpc'),
    // The provider also reads the ids of the default network ACL, route table and security group as attributes.
    read: ec2(
      ...['DescribeVpcs', 'DescribeVpcAttribute', 'DescribeNetworkAcls', 'DescribeRouteTables'],
      'DescribeSecurityGroups',
    ),
    update: ec2('ModifyVpcAttribute'),
    delete: ec2('DeleteVpc'),
    tag: TAGS,
  }),
  aws_subnet: row('ec2/vpc_subnet.go', 'AWS::EC2::Subnet', {
    create: ec2('CreateSubnet'),
    read: ec2('DescribeSubnets'),
    // Before the provider deletes a subnet, it searches for network interfaces that Lambda left.
    delete: ec2('DescribeNetworkInterfaces', 'DeleteSubnet'),
    tag: TAGS,
    when: { map_public_ip_on_launch: ec2('ModifySubnetAttribute') },
  }),
  aws_internet_gateway: row('ec2/vpc_internet_gateway.go', 'AWS::EC2::InternetGateway', {
    create: ec2('CreateInternetGateway', 'AttachInternetGateway'),
    read: ec2('DescribeInternetGateways'),
    delete: ec2('DetachInternetGateway', 'DeleteInternetGateway'),
    tag: TAGS,
  }),
  aws_route_table: row('ec2/vpc_route_table.go', 'AWS::EC2::RouteTable', {
    create: ec2('CreateRouteTable'),
    read: ec2('DescribeRouteTables'),
    delete: ec2('DisassociateRouteTable', 'DeleteRouteTable'),
    tag: TAGS,
  }),
  aws_route: row('ec2/vpc_route.go', 'AWS::EC2::Route', {
    create: ec2('CreateRoute'),
    read: ec2('DescribeRouteTables'),
    update: ec2('ReplaceRoute'),
    delete: ec2('DeleteRoute'),
  }),
  aws_route_table_association: row('ec2/vpc_route_table_association.go', 'AWS::EC2::SubnetRouteTableAssociation', {
    create: ec2('AssociateRouteTable'),
    read: ec2('DescribeRouteTables'),
    update: ec2('ReplaceRouteTableAssociation'),
    delete: ec2('DisassociateRouteTable'),
  }),
  aws_security_group: row('ec2/vpc_security_group.go', 'AWS::EC2::SecurityGroup', {
    // A new group allows all outbound traffic, and the provider revokes that rule.
    create: ec2('CreateSecurityGroup', 'RevokeSecurityGroupEgress'),
    read: ec2('DescribeSecurityGroups'),
    delete: ec2('DescribeNetworkInterfaces', 'DeleteSecurityGroup'),
    tag: TAGS,
    when: {
      ingress: ec2('AuthorizeSecurityGroupIngress', 'RevokeSecurityGroupIngress'),
      egress: ec2('AuthorizeSecurityGroupEgress', 'RevokeSecurityGroupEgress'),
      revoke_rules_on_delete: ec2('RevokeSecurityGroupIngress', 'RevokeSecurityGroupEgress'),
    },
  }),
  aws_vpc_security_group_egress_rule: rule('Egress'),
  aws_vpc_security_group_ingress_rule: rule('Ingress'),
  aws_vpc_endpoint: row('ec2/vpc_endpoint.go', 'AWS::EC2::VPCEndpoint', {
    create: ec2('CreateVpcEndpoint'),
    read: ec2('DescribeVpcEndpoints', 'DescribePrefixLists'),
    update: ec2('ModifyVpcEndpoint'),
    delete: ec2('DeleteVpcEndpoints'),
    tag: TAGS,
  }),
  aws_flow_log: row(
    'ec2/vpc_flow_log.go',
    'AWS::EC2::FlowLog',
    {
      // The flow log is delivered to a bucket:
      // https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html
      create: [...ec2('CreateFlowLogs'), ...of('logs', 'CreateLogDelivery', 'DeleteLogDelivery')],
      read: ec2('DescribeFlowLogs'),
      delete: ec2('DeleteFlowLogs'),
      tag: TAGS,
    },
    'https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-create-flow-log.html',
  ),
};
