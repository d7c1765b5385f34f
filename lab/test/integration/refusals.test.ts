import * as ec2 from '@aws-sdk/client-ec2';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import * as iam from '@aws-sdk/client-iam';
import * as rds from '@aws-sdk/client-rds';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, test } from 'vitest';
import { useLab } from '../support/use-lab.ts';

/**
 * The lab refuses the deletions that AWS refuses while something depends on a resource or protects it, and allows them
 * when that is removed.
 */

const lab = useLab();
let network: ec2.EC2Client;
let loadBalancers: elb.ElasticLoadBalancingV2Client;
let identities: iam.IAMClient;
let databases: rds.RDSClient;
let s3: S3Client;

let vpc: string;
let subnets: string[];
const READING = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
});
const trust = JSON.stringify({ Version: '2012-10-17', Statement: [] });

beforeAll(async () => {
  const { client } = lab.context;
  network = new ec2.EC2Client(client);
  loadBalancers = new elb.ElasticLoadBalancingV2Client(client);
  identities = new iam.IAMClient(client);
  databases = new rds.RDSClient(client);
  s3 = new S3Client({ ...client, forcePathStyle: true });
  const made = await network.send(new ec2.CreateVpcCommand({ CidrBlock: '10.6.0.0/16' }));
  vpc = made.Vpc?.VpcId ?? '';
  subnets = await Promise.all(['a', 'b'].map((zone, index) => subnet(`10.6.${index}.0/24`, `eu-west-1${zone}`)));
});

async function subnet(CidrBlock: string, AvailabilityZone = 'eu-west-1a'): Promise<string> {
  const made = await network.send(new ec2.CreateSubnetCommand({ VpcId: vpc, CidrBlock, AvailabilityZone }));
  return made.Subnet?.SubnetId ?? '';
}

async function group(GroupName: string): Promise<string> {
  const made = await network.send(
    new ec2.CreateSecurityGroupCommand({ GroupName, Description: 'planted', VpcId: vpc }),
  );
  return made.GroupId ?? '';
}

async function networkInterface(SubnetId: string, Groups: string[] = []): Promise<string> {
  const made = await network.send(new ec2.CreateNetworkInterfaceCommand({ SubnetId, Groups }));
  return made.NetworkInterface?.NetworkInterfaceId ?? '';
}

async function loadBalancer(Name: string, Attributes: elb.LoadBalancerAttribute[] = [], SecurityGroups: string[] = []) {
  const made = await loadBalancers.send(new elb.CreateLoadBalancerCommand({ Name, Subnets: subnets, SecurityGroups }));
  const LoadBalancerArn = made.LoadBalancers?.[0]?.LoadBalancerArn ?? '';
  if (Attributes.length > 0) {
    await loadBalancers.send(new elb.ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes }));
  }
  return LoadBalancerArn;
}

/** @returns its deletion */
async function database(DBInstanceIdentifier: string, more: Partial<rds.CreateDBInstanceCommandInput>) {
  await databases.send(
    new rds.CreateDBInstanceCommand({
      ...{ DBInstanceIdentifier, DBInstanceClass: 'db.t4g.micro', Engine: 'postgres', AllocatedStorage: 20 },
      ...{ MasterUsername: 'planted', MasterUserPassword: 'planted-password', ...more },
    }),
  );
  const deletion = { DBInstanceIdentifier, SkipFinalSnapshot: true };
  return () => databases.send(new rds.DeleteDBInstanceCommand(deletion));
}

const deleteGroup = (GroupId: string) => network.send(new ec2.DeleteSecurityGroupCommand({ GroupId }));
const deleteSubnet = (SubnetId: string) => network.send(new ec2.DeleteSubnetCommand({ SubnetId }));
const naming = (GroupId: string) => [{ IpProtocol: 'tcp', FromPort: 1, ToPort: 1, UserIdGroupPairs: [{ GroupId }] }];

interface Row {
  what: string;
  code: string;
  /** @returns the deletion that is refused, and the call that makes it possible */
  plant(): Promise<{ remove(): Promise<unknown>; free(): Promise<unknown> }>;
}

const ROWS: Row[] = [
  {
    what: 'a subnet with an interface in it',
    code: 'DependencyViolation',
    async plant() {
      const id = await subnet('10.6.10.0/24');
      const NetworkInterfaceId = await networkInterface(id);
      return {
        remove: () => deleteSubnet(id),
        free: () => network.send(new ec2.DeleteNetworkInterfaceCommand({ NetworkInterfaceId })),
      };
    },
  },
  {
    what: 'a subnet with a NAT gateway in it',
    code: 'DependencyViolation',
    async plant() {
      const SubnetId = await subnet('10.6.11.0/24');
      const { AllocationId } = await network.send(new ec2.AllocateAddressCommand({ Domain: 'vpc' }));
      const made = await network.send(new ec2.CreateNatGatewayCommand({ SubnetId, AllocationId }));
      const { NatGatewayId } = made.NatGateway ?? {};
      return {
        remove: () => deleteSubnet(SubnetId),
        free: () => network.send(new ec2.DeleteNatGatewayCommand({ NatGatewayId })),
      };
    },
  },
  {
    what: 'a security group that an interface has',
    code: 'DependencyViolation',
    async plant() {
      const id = await group('of-an-interface');
      const NetworkInterfaceId = await networkInterface(subnets[0] ?? '', [id]);
      return {
        remove: () => deleteGroup(id),
        free: () => network.send(new ec2.DeleteNetworkInterfaceCommand({ NetworkInterfaceId })),
      };
    },
  },
  {
    what: 'a security group that a rule of another one names',
    code: 'DependencyViolation',
    async plant() {
      const [id, GroupId] = [await group('named'), await group('naming')];
      const rule = { GroupId, IpPermissions: naming(id) };
      await network.send(new ec2.AuthorizeSecurityGroupIngressCommand(rule));
      return {
        remove: () => deleteGroup(id),
        free: () => network.send(new ec2.RevokeSecurityGroupIngressCommand(rule)),
      };
    },
  },
  {
    what: 'a security group that an endpoint has',
    code: 'DependencyViolation',
    async plant() {
      const id = await group('of-an-endpoint');
      const { VpcEndpoint } = await network.send(
        new ec2.CreateVpcEndpointCommand({
          ...{ VpcId: vpc, ServiceName: 'com.amazonaws.eu-west-1.guardduty-data', VpcEndpointType: 'Interface' },
          ...{ SubnetIds: subnets, SecurityGroupIds: [id] },
        }),
      );
      const VpcEndpointIds = [VpcEndpoint?.VpcEndpointId ?? ''];
      return {
        remove: () => deleteGroup(id),
        free: () => network.send(new ec2.DeleteVpcEndpointsCommand({ VpcEndpointIds })),
      };
    },
  },
  {
    what: 'a security group that a load balancer has',
    code: 'DependencyViolation',
    async plant() {
      const id = await group('of-a-balancer');
      const LoadBalancerArn = await loadBalancer('with-group', [], [id]);
      return {
        remove: () => deleteGroup(id),
        free: () => loadBalancers.send(new elb.DeleteLoadBalancerCommand({ LoadBalancerArn })),
      };
    },
  },
  {
    what: 'a subnet with a load balancer in it',
    code: 'DependencyViolation',
    async plant() {
      const own = await Promise.all(['a', 'b'].map((zone, i) => subnet(`10.6.${20 + i}.0/24`, `eu-west-1${zone}`)));
      const { LoadBalancers } = await loadBalancers.send(
        new elb.CreateLoadBalancerCommand({ Name: 'in-it', Subnets: own }),
      );
      const LoadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn ?? '';
      return {
        remove: () => deleteSubnet(own[1] ?? ''),
        free: () => loadBalancers.send(new elb.DeleteLoadBalancerCommand({ LoadBalancerArn })),
      };
    },
  },
  {
    what: 'a target group that a listener forwards to',
    code: 'ResourceInUse',
    async plant() {
      const LoadBalancerArn = await loadBalancer('with-targets');
      const { TargetGroups } = await loadBalancers.send(
        new elb.CreateTargetGroupCommand({ Name: 'used', Protocol: 'HTTP', Port: 80, VpcId: vpc, TargetType: 'ip' }),
      );
      const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? '';
      const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn }];
      const listener = { LoadBalancerArn, Protocol: 'HTTP' as const, Port: 80, DefaultActions };
      const { Listeners } = await loadBalancers.send(new elb.CreateListenerCommand(listener));
      return {
        remove: () => loadBalancers.send(new elb.DeleteTargetGroupCommand({ TargetGroupArn })),
        free: () =>
          loadBalancers.send(new elb.DeleteListenerCommand({ ListenerArn: Listeners?.[0]?.ListenerArn ?? '' })),
      };
    },
  },
  {
    what: 'a protected load balancer',
    code: 'OperationNotPermitted',
    async plant() {
      const Key = 'deletion_protection.enabled';
      const LoadBalancerArn = await loadBalancer('protected', [{ Key, Value: 'true' }]);
      const Attributes = [{ Key, Value: 'false' }];
      return {
        remove: () => loadBalancers.send(new elb.DeleteLoadBalancerCommand({ LoadBalancerArn })),
        free: () => loadBalancers.send(new elb.ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes })),
      };
    },
  },
  {
    what: 'a role with a managed policy',
    code: 'DeleteConflict',
    async plant() {
      const RoleName = 'attached';
      const PolicyArn = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
      await identities.send(new iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
      await identities.send(new iam.AttachRolePolicyCommand({ RoleName, PolicyArn }));
      return {
        remove: () => identities.send(new iam.DeleteRoleCommand({ RoleName })),
        free: () => identities.send(new iam.DetachRolePolicyCommand({ RoleName, PolicyArn })),
      };
    },
  },
  {
    what: 'a role with an inline policy',
    code: 'DeleteConflict',
    async plant() {
      const role = { RoleName: 'inline', PolicyName: 'p' };
      await identities.send(new iam.CreateRoleCommand({ ...role, AssumeRolePolicyDocument: trust }));
      await identities.send(new iam.PutRolePolicyCommand({ ...role, PolicyDocument: READING }));
      return {
        remove: () => identities.send(new iam.DeleteRoleCommand(role)),
        free: () => identities.send(new iam.DeleteRolePolicyCommand(role)),
      };
    },
  },
  {
    what: 'a role in an instance profile',
    code: 'DeleteConflict',
    async plant() {
      const profile = { RoleName: 'profiled', InstanceProfileName: 'profile' };
      await identities.send(new iam.CreateRoleCommand({ ...profile, AssumeRolePolicyDocument: trust }));
      await identities.send(new iam.CreateInstanceProfileCommand(profile));
      await identities.send(new iam.AddRoleToInstanceProfileCommand(profile));
      return {
        remove: () => identities.send(new iam.DeleteRoleCommand(profile)),
        free: () => identities.send(new iam.RemoveRoleFromInstanceProfileCommand(profile)),
      };
    },
  },
  {
    what: 'a policy that a role has',
    code: 'DeleteConflict',
    async plant() {
      const policy = { PolicyName: 'p', PolicyDocument: READING };
      const { Policy } = await identities.send(new iam.CreatePolicyCommand(policy));
      const PolicyArn = Policy?.Arn ?? '';
      await identities.send(new iam.CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: trust }));
      await identities.send(new iam.AttachRolePolicyCommand({ RoleName: 'r', PolicyArn }));
      return {
        remove: () => identities.send(new iam.DeletePolicyCommand({ PolicyArn })),
        free: () => identities.send(new iam.DetachRolePolicyCommand({ RoleName: 'r', PolicyArn })),
      };
    },
  },
  {
    what: 'a protected database',
    code: 'InvalidParameterCombination',
    async plant() {
      const DBInstanceIdentifier = 'protected';
      const remove = await database(DBInstanceIdentifier, { DeletionProtection: true });
      const change = { DBInstanceIdentifier, DeletionProtection: false };
      return { remove, free: () => databases.send(new rds.ModifyDBInstanceCommand(change)) };
    },
  },
  {
    what: 'a security group that a database has',
    code: 'DependencyViolation',
    async plant() {
      const id = await group('of-a-database');
      const free = await database('with-group', { VpcSecurityGroupIds: [id] });
      return { remove: () => deleteGroup(id), free };
    },
  },
  {
    what: 'a subnet group that a database has',
    code: 'InvalidDBSubnetGroupState',
    async plant() {
      const DBSubnetGroupName = 'used';
      const subnetGroup = { DBSubnetGroupName, DBSubnetGroupDescription: 'planted', SubnetIds: subnets };
      await databases.send(new rds.CreateDBSubnetGroupCommand(subnetGroup));
      const free = await database('with-subnets', { DBSubnetGroupName });
      return { remove: () => databases.send(new rds.DeleteDBSubnetGroupCommand({ DBSubnetGroupName })), free };
    },
  },
  {
    what: 'a subnet that a database is in',
    code: 'DependencyViolation',
    async plant() {
      const own = await Promise.all(['a', 'b'].map((zone, i) => subnet(`10.6.${30 + i}.0/24`, `eu-west-1${zone}`)));
      const DBSubnetGroupName = 'within';
      const subnetGroup = { DBSubnetGroupName, DBSubnetGroupDescription: 'planted', SubnetIds: own };
      await databases.send(new rds.CreateDBSubnetGroupCommand(subnetGroup));
      const free = await database('in-a-subnet', { DBSubnetGroupName });
      return { remove: () => deleteSubnet(own[0] ?? ''), free };
    },
  },
  {
    what: 'a bucket with nothing but older versions in it',
    code: 'BucketNotEmpty',
    async plant() {
      const Bucket = 'full-of-versions';
      const location = { LocationConstraint: 'eu-west-1' as const };
      await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: location }));
      const VersioningConfiguration = { Status: 'Enabled' as const };
      await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
      const put = await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'a' }));
      const gone = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
      const remove = (VersionId: string | undefined) =>
        s3.send(new DeleteObjectCommand({ Bucket, Key: 'a', VersionId }));
      return {
        remove: () => s3.send(new DeleteBucketCommand({ Bucket })),
        free: () => Promise.all([remove(put.VersionId), remove(gone.VersionId)]),
      };
    },
  },
  {
    what: 'a bucket with an object in it',
    code: 'BucketNotEmpty',
    async plant() {
      const Bucket = 'full-of-things';
      const location = { LocationConstraint: 'eu-west-1' as const };
      await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: location }));
      await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'a' }));
      return {
        remove: () => s3.send(new DeleteBucketCommand({ Bucket })),
        free: () => s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' })),
      };
    },
  },
];

describe('is refused, as AWS refuses it', () => {
  test.each(ROWS)('$what: $code', async ({ code, plant }) => {
    const { remove, free } = await plant();
    await expect(remove()).rejects.toMatchObject({ name: expect.stringMatching(new RegExp(`^${code}`)) });
    await free();
    await expect(remove()).resolves.toBeDefined();
  });

  test('a VPC with an internet gateway, a group or an endpoint: DependencyViolation', async () => {
    const made = await network.send(new ec2.CreateVpcCommand({ CidrBlock: '10.5.0.0/16' }));
    const VpcId = made.Vpc?.VpcId ?? '';
    const remove = () => network.send(new ec2.DeleteVpcCommand({ VpcId }));
    const { InternetGateway } = await network.send(new ec2.CreateInternetGatewayCommand({}));
    const attached = { VpcId, InternetGatewayId: InternetGateway?.InternetGatewayId };
    await network.send(new ec2.AttachInternetGatewayCommand(attached));
    await expect(remove()).rejects.toMatchObject({ name: 'DependencyViolation' });
    await network.send(new ec2.DetachInternetGatewayCommand(attached));
    const { GroupId = '' } = await network.send(
      new ec2.CreateSecurityGroupCommand({ GroupName: 'x', Description: 'planted', VpcId }),
    );
    await expect(remove()).rejects.toMatchObject({ name: 'DependencyViolation' });
    await deleteGroup(GroupId);
    const service = { VpcId, ServiceName: 'com.amazonaws.eu-west-1.s3', VpcEndpointType: 'Gateway' as const };
    const { VpcEndpoint } = await network.send(new ec2.CreateVpcEndpointCommand(service));
    await expect(remove()).rejects.toMatchObject({ name: 'DependencyViolation' });
    const VpcEndpointIds = [VpcEndpoint?.VpcEndpointId ?? ''];
    await network.send(new ec2.DeleteVpcEndpointsCommand({ VpcEndpointIds }));
    await expect(remove()).resolves.toBeDefined();
  });
});
