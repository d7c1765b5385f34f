import type { Construct } from 'constructs';
import { arn } from '../../names.ts';
import type { Grant } from '../role.ts';

const BY_TAG = 'EC2 gives its resources ids, not names; the condition on the tag "project" is what limits this.';

/** NAT gateways and Elastic IP addresses, which carry, or are being given, the project's tag. */
export function egressGrants(construct: Construct, project: string): Grant[] {
  const ec2 = (...types: string[]) => types.map((type) => arn(construct, 'ec2', `${type}/*`));
  const requested = { StringEquals: { 'aws:RequestTag/project': project } };
  const tagged = { StringEquals: { 'aws:ResourceTag/project': project } };
  return [
    {
      actions: ['ec2:DescribeAddresses', 'ec2:DescribeAddressesAttribute', 'ec2:DescribeNatGateways'],
      resources: ['*'],
      wildcardReason: 'Terraform reads what it made; these actions know no resource.',
    },
    {
      actions: ['ec2:AllocateAddress', 'ec2:CreateNatGateway'],
      resources: ec2('elastic-ip', 'natgateway'),
      conditions: requested,
      wildcardReason: BY_TAG,
    },
    // A gateway is made of an address, in a subnet.
    {
      actions: ['ec2:CreateNatGateway'],
      resources: ec2('elastic-ip', 'subnet'),
      conditions: tagged,
      wildcardReason: BY_TAG,
    },
    {
      actions: ['ec2:CreateTags'],
      resources: ec2('elastic-ip', 'natgateway'),
      conditions: {
        StringEquals: {
          'aws:RequestTag/project': project,
          'ec2:CreateAction': ['AllocateAddress', 'CreateNatGateway'],
        },
      },
      wildcardReason: BY_TAG,
    },
    {
      actions: [
        'ec2:CreateTags',
        'ec2:DeleteTags',
        'ec2:DisassociateAddress',
        'ec2:ReleaseAddress',
        'ec2:DeleteNatGateway',
      ],
      resources: ec2('elastic-ip', 'natgateway'),
      conditions: tagged,
      wildcardReason: BY_TAG,
    },
    // The provider ends the association of an address before it releases the address. AWS makes the gateway's interface, and gives it no
    // tag; the address has one.
    {
      actions: ['ec2:DisassociateAddress'],
      resources: ec2('network-interface'),
      wildcardReason: 'EC2 asks for the action on the address as well, whose tag limits this.',
    },
    // The association has ended with its gateway, and the call then names no address.
    {
      actions: ['ec2:DisassociateAddress'],
      resources: ec2('elastic-ip'),
      conditions: { Null: { 'ec2:AllocationId': 'true' } },
      wildcardReason: 'EC2 sets the key for every address that exists, so the grant reaches none.',
    },
  ];
}
