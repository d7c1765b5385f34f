import {
  DescribeInternetGatewaysCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  EC2Client,
  type Filter,
  type IpPermission,
  type NetworkInterface,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import type { User } from '../../removal/blockers.ts';
import type { GroupReference } from '../../removal/references.ts';
import { patientConfig } from '../client-config.ts';
import { allItems } from '../pages.ts';
import { listOf, tagsOf, textOf } from '../responses.ts';
import type { Users } from '../users.ts';

const ec2 = new EC2Client(patientConfig);

export const users: Users = {
  subnet: (id) => interfaces('subnet-id', id),
  'security-group': async (id) => [...(await interfaces('group-id', id)), ...(await namingGroups(id))],
  'internet-gateway': async (id) => {
    const of = await all(
      (page) => ec2.send(new DescribeInternetGatewaysCommand({ Filters: filter('internet-gateway-id', id), ...page })),
      (page) => page.InternetGateways,
    );
    const vpcs = of.flatMap((one) =>
      listOf(one.Attachments, one).map(({ VpcId }) => textOf(VpcId, `the VPC of ${id}`)),
    );
    // AWS does not detach an internet gateway while an interface has a public address.
    const found = await Promise.all(vpcs.map((vpc) => networkInterfaces('vpc-id', vpc)));
    return found
      .flat()
      .filter((one) => one.Association?.PublicIp)
      .map(interfaceUser);
  },
  vpc: async (id) => {
    const Filters = filter('vpc-id', id);
    const [subnets, groups, gateways, endpoints, held] = await Promise.all([
      all(
        (page) => ec2.send(new DescribeSubnetsCommand({ Filters, ...page })),
        (page) => page.Subnets,
      ),
      securityGroups(Filters),
      all(
        (page) => ec2.send(new DescribeInternetGatewaysCommand({ Filters: filter('attachment.vpc-id', id), ...page })),
        (page) => page.InternetGateways,
      ),
      all(
        (page) => ec2.send(new DescribeVpcEndpointsCommand({ Filters, ...page })),
        (page) => page.VpcEndpoints,
      ),
      interfaces('vpc-id', id),
    ]);
    return [
      ...held,
      ...groups.filter(({ GroupName }) => GroupName !== 'default').map(groupUser),
      ...subnets.map((one) => ({
        type: 'subnet',
        id: textOf(one.SubnetId, `the id of a subnet of ${id}`),
        tags: tagsOf(one.Tags, one),
      })),
      ...gateways.map((one) => ({
        type: 'internet-gateway',
        id: textOf(one.InternetGatewayId, `the id of a gateway of ${id}`),
        tags: tagsOf(one.Tags, one),
      })),
      ...endpoints
        .filter(({ State }) => State?.toLowerCase() !== 'deleted')
        .map((one) => ({
          type: 'vpc-endpoint',
          id: textOf(one.VpcEndpointId, `the id of an endpoint of ${id}`),
          tags: tagsOf(one.Tags, one),
        })),
    ];
  },
};

/** Returns the rules of other groups that refer to one of these groups. */
export async function references(ids: readonly string[]): Promise<GroupReference[]> {
  const found = new Map<string, SecurityGroup>();
  // A filter takes at most 200 values.
  for (let at = 0; at < ids.length; at += 200) {
    const Values = ids.slice(at, at + 200);
    for (const Name of ['ip-permission.group-id', 'egress.ip-permission.group-id']) {
      for (const one of await securityGroups([{ Name, Values }])) found.set(textOf(one.GroupId, 'a group'), one);
    }
  }
  const named = new Set(ids);
  return [...found.values()].flatMap((group) => {
    const { id, name, vpc, tags } = groupUser(group);
    const rules = (list: readonly IpPermission[] | undefined, isEgress: boolean) =>
      listOf(list, group).flatMap((permission) =>
        listOf(permission.UserIdGroupPairs, permission)
          .map(({ GroupId = '' }) => GroupId)
          .filter((other) => other !== id && named.has(other))
          .map((names) => ({
            ...{ group: id, name, vpc, tags, names, isEgress },
            protocol: permission.IpProtocol ?? '-1',
            ...(permission.FromPort === undefined ? {} : { from: permission.FromPort }),
            ...(permission.ToPort === undefined ? {} : { to: permission.ToPort }),
          })),
      );
    return [...rules(group.IpPermissions, false), ...rules(group.IpPermissionsEgress, true)];
  });
}

async function namingGroups(id: string): Promise<User[]> {
  const rules = await references([id]);
  const by = new Map(
    rules.map(({ group, name, vpc, tags }) => [group, { type: 'security-group', id: group, name, vpc, tags }]),
  );
  return [...by.values()];
}

const filter = (Name: string, value: string): Filter[] => [{ Name, Values: [value] }];

async function interfaces(by: string, id: string): Promise<User[]> {
  return (await networkInterfaces(by, id)).map(interfaceUser);
}

function networkInterfaces(by: string, id: string): Promise<NetworkInterface[]> {
  return all(
    (page) =>
      ec2.send(
        new DescribeNetworkInterfacesCommand({ Filters: filter(by, id), IncludeManagedResources: true, ...page }),
      ),
    (page) => page.NetworkInterfaces,
  );
}

function securityGroups(Filters: Filter[]): Promise<SecurityGroup[]> {
  return all(
    (page) => ec2.send(new DescribeSecurityGroupsCommand({ Filters, ...page })),
    (page) => page.SecurityGroups,
  );
}

function interfaceUser(one: NetworkInterface): User {
  return {
    type: 'network-interface',
    id: textOf(one.NetworkInterfaceId, 'the id of an interface'),
    description: one.Description ?? '',
    ...(one.RequesterManaged ? { requester: one.RequesterId ?? 'a service' } : {}),
    ...(one.Attachment?.InstanceId ? { instance: one.Attachment.InstanceId } : {}),
    tags: tagsOf(one.TagSet, one),
  };
}

function groupUser(one: SecurityGroup) {
  return {
    type: 'security-group',
    id: textOf(one.GroupId, 'the id of a group'),
    name: textOf(one.GroupName, 'the name of a group'),
    vpc: textOf(one.VpcId, 'the VPC of a group'),
    tags: tagsOf(one.Tags, one),
  };
}

function all<P extends { NextToken?: string | undefined }, T>(
  fetch: (page: { NextToken?: string | undefined }) => Promise<P>,
  items: (page: P) => readonly T[] | undefined,
): Promise<T[]> {
  return allItems(
    (NextToken: string | undefined) => fetch({ NextToken }),
    items,
    (page) => page.NextToken,
  );
}
