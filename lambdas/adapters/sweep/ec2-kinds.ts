import {
  DescribeAddressesCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  EC2Client,
  type Filter,
  type Tag,
} from '@aws-sdk/client-ec2';
import { patientConfig } from '../client-config.ts';
import { pages } from './support.ts';

const ec2 = new EC2Client(patientConfig);

const namesOf = (Tags: Tag[] | undefined, ...own: (string | undefined)[]): string[] =>
  [...own, Tags?.find(({ Key }) => Key === 'Name')?.Value].filter((name) => name !== undefined);

export interface Seen {
  id: string | undefined;
  state?: string | undefined;
  /** Its own name, or what its tag `Name` says. */
  names: string[];
  /** Made and deleted together with its VPC. */
  ofVpc?: boolean;
}

/** One kind of EC2 resource: how to find it. Ids tell their kind by what they begin with. */
export interface Kind {
  type: string;
  idPrefix: string;
  idFilter: string;
  /** Absent for what is in no VPC. */
  vpcFilter?: string;
  /** A filter that takes a name with wildcards, besides the tag `Name`. */
  nameFilter?: string;
  /** States in which it is gone, though still listed for a while. */
  gone: readonly string[];
  find(filters: Filter[]): AsyncIterable<Seen[]>;
}

/** @param items of one page */
function finder<P extends { NextToken?: string | undefined }>(
  send: (filters: Filter[], token: string | undefined) => Promise<P>,
  items: (page: P) => Seen[],
): Kind['find'] {
  return async function* find(filters) {
    const all = pages(
      (token) => send(filters, token),
      (page) => page.NextToken,
    );
    for await (const page of all) yield items(page);
  };
}

export const KINDS: readonly Kind[] = [
  {
    type: 'vpc',
    idPrefix: 'vpc-',
    idFilter: 'vpc-id',
    gone: [],
    find: finder(
      (Filters, NextToken) => ec2.send(new DescribeVpcsCommand({ Filters, NextToken })),
      ({ Vpcs = [] }) => Vpcs.map((one) => ({ id: one.VpcId, names: namesOf(one.Tags), state: one.State })),
    ),
  },
  {
    type: 'subnet',
    idPrefix: 'subnet-',
    idFilter: 'subnet-id',
    vpcFilter: 'vpc-id',
    gone: [],
    find: finder(
      (Filters, NextToken) => ec2.send(new DescribeSubnetsCommand({ Filters, NextToken })),
      ({ Subnets = [] }) => Subnets.map((one) => ({ id: one.SubnetId, names: namesOf(one.Tags), state: one.State })),
    ),
  },
  {
    type: 'security-group',
    idPrefix: 'sg-',
    idFilter: 'group-id',
    vpcFilter: 'vpc-id',
    nameFilter: 'group-name',
    gone: [],
    find: finder(
      (Filters, NextToken) => ec2.send(new DescribeSecurityGroupsCommand({ Filters, NextToken })),
      ({ SecurityGroups = [] }) =>
        SecurityGroups.map((one) => ({
          id: one.GroupId,
          names: namesOf(one.Tags, one.GroupName),
          state: one.GroupName,
          ofVpc: one.GroupName === 'default',
        })),
    ),
  },
  {
    type: 'internet-gateway',
    idPrefix: 'igw-',
    idFilter: 'internet-gateway-id',
    vpcFilter: 'attachment.vpc-id',
    gone: [],
    find: finder(
      (Filters, NextToken) => ec2.send(new DescribeInternetGatewaysCommand({ Filters, NextToken })),
      ({ InternetGateways = [] }) =>
        InternetGateways.map((one) => ({
          id: one.InternetGatewayId,
          names: namesOf(one.Tags),
          state: one.Attachments?.[0]?.State ?? 'detached',
        })),
    ),
  },
  {
    type: 'route-table',
    idPrefix: 'rtb-',
    idFilter: 'route-table-id',
    vpcFilter: 'vpc-id',
    gone: [],
    find: finder(
      (Filters, NextToken) => ec2.send(new DescribeRouteTablesCommand({ Filters, NextToken })),
      ({ RouteTables = [] }) =>
        RouteTables.map((one) => ({
          id: one.RouteTableId,
          names: namesOf(one.Tags),
          ofVpc: one.Associations?.some((to) => to.Main) ?? false,
        })),
    ),
  },
  {
    type: 'nat-gateway',
    idPrefix: 'nat-',
    idFilter: 'nat-gateway-id',
    vpcFilter: 'vpc-id',
    gone: ['deleted'],
    find: finder(
      (Filter, NextToken) => ec2.send(new DescribeNatGatewaysCommand({ Filter, NextToken })),
      ({ NatGateways = [] }) =>
        NatGateways.map((one) => ({ id: one.NatGatewayId, names: namesOf(one.Tags), state: one.State })),
    ),
  },
  {
    type: 'elastic-ip',
    idPrefix: 'eipalloc-',
    idFilter: 'allocation-id',
    gone: [],
    find: async function* find(Filters) {
      const { Addresses = [] } = await ec2.send(new DescribeAddressesCommand({ Filters }));
      yield Addresses.map((one) => ({
        id: one.AllocationId,
        names: namesOf(one.Tags),
        state: one.AssociationId ? 'associated' : 'unassociated',
      }));
    },
  },
  {
    type: 'network-interface',
    idPrefix: 'eni-',
    idFilter: 'network-interface-id',
    vpcFilter: 'vpc-id',
    gone: [],
    find: finder(
      (Filters, NextToken) => ec2.send(new DescribeNetworkInterfacesCommand({ Filters, NextToken })),
      ({ NetworkInterfaces = [] }) =>
        NetworkInterfaces.map((one) => ({
          id: one.NetworkInterfaceId,
          names: namesOf(one.TagSet),
          state: `${one.Status}, ${one.Description}`,
        })),
    ),
  },
  {
    type: 'vpc-endpoint',
    idPrefix: 'vpce-',
    idFilter: 'vpc-endpoint-id',
    vpcFilter: 'vpc-id',
    gone: ['deleted', 'Deleted'],
    find: finder(
      (Filters, NextToken) => ec2.send(new DescribeVpcEndpointsCommand({ Filters, NextToken })),
      ({ VpcEndpoints = [] }) =>
        VpcEndpoints.map((one) => ({ id: one.VpcEndpointId, names: namesOf(one.Tags), state: one.State })),
    ),
  },
];
