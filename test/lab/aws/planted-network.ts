import {
  AllocateAddressCommand,
  CreateInternetGatewayCommand,
  CreateNatGatewayCommand,
  CreateNetworkInterfaceCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSnapshotCommand,
  CreateSubnetCommand,
  CreateVolumeCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  EC2Client,
  type ResourceType,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ClientConfig } from '../../../lab/context.ts';

/** Plants a VPC with everything in it: most of that has neither a name nor a tag, and is found by the VPC alone. */
export async function plantEc2(config: ClientConfig, prefix: string): Promise<void> {
  const ec2 = new EC2Client(config);
  const named = (ResourceType: ResourceType) => ({
    TagSpecifications: [{ ResourceType, Tags: [{ Key: 'Name', Value: prefix }] }],
  });
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16', ...named('vpc') }));
  const VpcId = Vpc?.VpcId ?? '';
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: '10.9.0.0/24' }));
  const SubnetId = Subnet?.SubnetId ?? '';
  await ec2.send(new CreateSecurityGroupCommand({ GroupName: `${prefix}-alb`, Description: 'planted', VpcId }));
  await ec2.send(new CreateInternetGatewayCommand(named('internet-gateway')));
  await ec2.send(new CreateRouteTableCommand({ VpcId }));
  const { AllocationId } = await ec2.send(new AllocateAddressCommand({ Domain: 'vpc', ...named('elastic-ip') }));
  await ec2.send(new CreateNatGatewayCommand({ SubnetId, AllocationId }));
  await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId }));
  await ec2.send(new CreateVpcEndpointCommand({ VpcId, ServiceName: 'com.amazonaws.eu-west-1.s3' }));
  await ec2.send(
    new RunInstancesCommand({ ImageId: 'ami-12c6146b', InstanceType: 't4g.nano', MinCount: 1, MaxCount: 1, SubnetId }),
  );
  const disk = { AvailabilityZone: 'eu-west-1a', Size: 1 };
  const { VolumeId } = await ec2.send(new CreateVolumeCommand({ ...disk, ...named('volume') }));
  await ec2.send(new CreateSnapshotCommand({ VolumeId, ...named('snapshot') }));
}

/** Names of load balancers have 32 characters at most. */
export async function plantBalancer(config: ClientConfig, prefix: string): Promise<void> {
  const elb = new ElasticLoadBalancingV2Client(config);
  const ec2 = new EC2Client(config);
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.7.0.0/16' }));
  const VpcId = Vpc?.VpcId ?? '';
  const zones = ['a', 'b'].map((zone, index) =>
    ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: `10.7.${index}.0/24`, AvailabilityZone: `eu-west-1${zone}` })),
  );
  const Subnets = (await Promise.all(zones)).map(({ Subnet }) => Subnet?.SubnetId ?? '');
  const { LoadBalancers } = await elb.send(new CreateLoadBalancerCommand({ Name: `${prefix}-alb`, Subnets }));
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({ Name: `${prefix}-tg`, Protocol: 'HTTP', Port: 80, VpcId, TargetType: 'ip' }),
  );
  await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: TargetGroups?.[0]?.TargetGroupArn }],
    }),
  );
}
