import { of, type RequiredActions, row } from './row.ts';

/** What of EC2 costs by existing: ways out of a network, and instances. */

const TAGS = of('ec2', 'CreateTags', 'DeleteTags');
const ec2 = (...operations: string[]) => of('ec2', ...operations);

export const EGRESS: Readonly<Record<string, RequiredActions>> = {
  aws_nat_gateway: row('ec2/vpc_nat_gateway.go', 'AWS::EC2::NatGateway', {
    create: ec2('CreateNatGateway'),
    read: ec2('DescribeNatGateways'),
    delete: ec2('DeleteNatGateway'),
    tag: TAGS,
    when: {
      secondary_allocation_ids: ec2('AssociateNatGatewayAddress', 'DisassociateNatGatewayAddress'),
      secondary_private_ip_addresses: ec2('AssignPrivateNatGatewayAddress', 'UnassignPrivateNatGatewayAddress'),
    },
  }),
  aws_eip: row('ec2/ec2_eip.go', 'AWS::EC2::EIP', {
    create: ec2('AllocateAddress'),
    // The name of an address in DNS is an attribute of it.
    read: ec2('DescribeAddresses', 'DescribeAddressesAttribute'),
    // A refreshed state has the association of a NAT gateway, which the provider ends first, also where the gateway has gone before.
    delete: ec2('DisassociateAddress', 'ReleaseAddress'),
    tag: TAGS,
    when: {
      instance: ec2('AssociateAddress'),
      network_interface: ec2('AssociateAddress'),
    },
  }),
};

export const INSTANCES: Readonly<Record<string, RequiredActions>> = {
  aws_instance: row(
    'ec2/ec2_instance.go',
    'AWS::EC2::Instance',
    {
      create: ec2('RunInstances', 'DescribeInstanceTypes', 'DescribeImages'),
      read: ec2(
        ...['DescribeInstances', 'DescribeInstanceAttribute', 'DescribeInstanceCreditSpecifications', 'DescribeTags'],
        ...['DescribeVolumes', 'DescribeVpcs'],
      ),
      update: ec2('ModifyInstanceAttribute', 'StopInstances', 'StartInstances'),
      // Protections are taken off before.
      delete: ec2('ModifyInstanceAttribute', 'TerminateInstances'),
      tag: TAGS,
      when: {
        iam_instance_profile: [
          ...of('iam', 'PassRole', 'GetInstanceProfile'),
          ...ec2(
            ...[
              'AssociateIamInstanceProfile',
              'DisassociateIamInstanceProfile',
              'ReplaceIamInstanceProfileAssociation',
            ],
            'DescribeIamInstanceProfileAssociations',
          ),
        ],
        launch_template: ec2('DescribeLaunchTemplates', 'DescribeLaunchTemplateVersions'),
        monitoring: ec2('MonitorInstances', 'UnmonitorInstances'),
        metadata_options: ec2('ModifyInstanceMetadataOptions'),
        get_password_data: ec2('GetPasswordData'),
      },
    },
    'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html',
  ),
};
