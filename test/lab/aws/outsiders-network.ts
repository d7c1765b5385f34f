import * as ec2 from '@aws-sdk/client-ec2';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ClientConfig } from '../../../lab/context.ts';
import type { Deed, Own } from './outsiders.ts';

const tagged = (type: ec2.ResourceType, { Tags }: Own) => ({ TagSpecifications: [{ ResourceType: type, Tags }] });

export async function network(config: ClientConfig, own: Own, prefix = own.prefix) {
  const client = new ec2.EC2Client(config);
  const made = await client.send(new ec2.CreateVpcCommand({ CidrBlock: '10.9.0.0/16', ...tagged('vpc', own) }));
  const VpcId = made.Vpc?.VpcId ?? '';
  const subnets: string[] = [];
  for (const [index, zone] of ['a', 'b'].entries()) {
    const { Subnet } = await client.send(
      new ec2.CreateSubnetCommand({
        ...{ VpcId, CidrBlock: `10.9.${index}.0/24`, AvailabilityZone: `eu-west-1${zone}` },
        ...tagged('subnet', own),
      }),
    );
    subnets.push(Subnet?.SubnetId ?? '');
  }
  const { GroupId: group = '' } = await client.send(
    new ec2.CreateSecurityGroupCommand({
      ...{ GroupName: `${prefix}-api`, Description: 'planted', VpcId },
      ...tagged('security-group', own),
    }),
  );
  const { SecurityGroups } = await client.send(
    new ec2.DescribeSecurityGroupsCommand({
      Filters: [
        { Name: 'vpc-id', Values: [VpcId] },
        { Name: 'group-name', Values: ['default'] },
      ],
    }),
  );
  return { client, VpcId, subnets, group, standard: SecurityGroups?.[0]?.GroupId ?? '' };
}

export const naming = (GroupId: string) => [
  { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, UserIdGroupPairs: [{ GroupId }] },
];

async function loadBalancer(config: ClientConfig, { prefix, Tags }: Own) {
  const client = new elb.ElasticLoadBalancingV2Client(config);
  const { subnets, client: vpcs, ...rest } = await network(config, { prefix, Tags, tags: {} });
  const { LoadBalancers } = await client.send(
    new elb.CreateLoadBalancerCommand({ Name: `${prefix}-alb`, Subnets: subnets, Tags }),
  );
  const arn = LoadBalancers?.[0]?.LoadBalancerArn ?? '';
  const made = await client.send(
    new elb.CreateTargetGroupCommand({ Name: `${prefix}-tg`, TargetType: 'lambda', Tags }),
  );
  return { client, vpcs, ...rest, subnets, arn, target: made.TargetGroups?.[0]?.TargetGroupArn ?? '' };
}

const forward = (TargetGroupArn: string): elb.Action[] => [{ Type: 'forward', TargetGroupArn }];

export const networkDeeds: Deed[] = [
  {
    does: 'adds a rule to a security group',
    ends: 'CLEAN',
    async plant(config, own) {
      const { client, group, standard, VpcId } = await network(config, own);
      await client.send(
        new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId: group, IpPermissions: naming(standard) }),
      );
      return { gone: [group, VpcId] };
    },
  },
  {
    does: 'names a security group in rules of the default group of the VPC',
    ends: 'CLEAN',
    async plant(config, own) {
      const { client, group, standard, VpcId } = await network(config, own);
      const rule = { GroupId: standard, IpPermissions: naming(group) };
      await client.send(new ec2.AuthorizeSecurityGroupIngressCommand(rule));
      await client.send(new ec2.AuthorizeSecurityGroupEgressCommand(rule));
      return { gone: [group, VpcId, `${standard} naming ${group}`] };
    },
  },
  {
    does: 'names a security group in a rule of a group of another environment',
    ends: /sg-\w+, vpc-\w+\) of environment life-2 names sg-[\s\S]*used by security group sg-\w+ \([^)]*of environment life-2/,
    async plant(config, own) {
      const { client, group, VpcId } = await network(config, own);
      const { GroupId = '' } = await client.send(
        new ec2.CreateSecurityGroupCommand({
          ...{ GroupName: 'shared', Description: 'planted', VpcId },
          ...tagged('security-group', { ...own, Tags: [{ Key: 'environment', Value: 'life-2' }] }),
        }),
      );
      await client.send(new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: naming(group) }));
      return { kept: [`${GroupId} naming ${group}`, group, VpcId] };
    },
  },
  {
    does: 'puts an interface into a subnet',
    ends: /subnet-[\s\S]*used by network interface eni-\w+ \("planted"\)[\s\S]*describe-network-interfaces/,
    async plant(config, own) {
      const { client, VpcId, subnets, group } = await network(config, own);
      const [SubnetId = '', free = ''] = subnets;
      const { NetworkInterface } = await client.send(
        new ec2.CreateNetworkInterfaceCommand({
          ...{ SubnetId, Description: 'planted' },
          ...tagged('network-interface', { ...own, Tags: [{ Key: 'team', Value: 'others' }] }),
        }),
      );
      const id = NetworkInterface?.NetworkInterfaceId ?? '';
      const asked = new ec2.DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [id] });
      const theirs = async () => (await client.send(asked)).NetworkInterfaces ?? [];
      return { gone: [free, group], kept: [id, SubnetId, VpcId], theirs };
    },
  },
  {
    does: 'protects a load balancer',
    ends: /deletion protection is enabled\. Next: aws elbv2 modify-load-balancer-attributes/,
    async plant(config, own) {
      const { client, vpcs, arn, group, subnets, VpcId } = await loadBalancer(config, own);
      // The emulator creates none.
      const Description = `ELB ${arn.split('loadbalancer/')[1]}`;
      const interfaces: string[] = [];
      for (const SubnetId of subnets) {
        const made = await vpcs.send(new ec2.CreateNetworkInterfaceCommand({ SubnetId, Description }));
        interfaces.push(made.NetworkInterface?.NetworkInterfaceId ?? '');
      }
      const Attributes = [{ Key: 'deletion_protection.enabled', Value: 'true' }];
      await client.send(new elb.ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: arn, Attributes }));
      return { gone: [group], kept: [arn, ...interfaces, ...subnets, VpcId] };
    },
  },
  {
    does: 'adds a listener and a rule to a load balancer',
    ends: 'CLEAN',
    async plant(config, own) {
      const { client, arn, target } = await loadBalancer(config, own);
      const listener = { LoadBalancerArn: arn, Protocol: 'HTTP' as const, Port: 8080 };
      const { Listeners } = await client.send(
        new elb.CreateListenerCommand({ ...listener, DefaultActions: forward(target) }),
      );
      await client.send(
        new elb.CreateRuleCommand({
          ...{ ListenerArn: Listeners?.[0]?.ListenerArn, Priority: 1, Actions: forward(target) },
          Conditions: [{ Field: 'path-pattern', Values: ['/x'] }],
        }),
      );
      return { gone: [arn, target] };
    },
  },
  {
    does: 'forwards to a target group from a load balancer of somebody else',
    ends: /used by load balancer arn:\S+\/others-\S+[\s\S]*describe-load-balancers/,
    async plant(config, own) {
      const { client, arn, target } = await loadBalancer(config, own);
      const other = await network(config, { ...own, Tags: [{ Key: 'team', Value: 'others' }] }, 'others');
      const { LoadBalancers } = await client.send(
        new elb.CreateLoadBalancerCommand({ Name: `others-${own.prefix.slice(15, 19)}`, Subnets: other.subnets }),
      );
      const LoadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn;
      await client.send(
        new elb.CreateListenerCommand({ LoadBalancerArn, Protocol: 'HTTP', Port: 80, DefaultActions: forward(target) }),
      );
      return { gone: [arn], kept: [target] };
    },
  },
];
