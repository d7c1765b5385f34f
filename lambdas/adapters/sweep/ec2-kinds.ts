import {
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  DescribeVpcEndpointsCommand,
  type DescribeVpcEndpointsResult,
  DescribeVpcsCommand,
  EC2Client,
  type Filter,
  type Tag,
} from '@aws-sdk/client-ec2';
import { isNotFound } from '../../shared/aws-errors.ts';
import { patientConfig } from '../client-config.ts';
import { pages } from './support.ts';

const ec2 = new EC2Client(patientConfig);

const marks = (Tags: Tag[] = [], ...own: (string | undefined)[]): Pick<Seen, 'names' | 'tags'> => {
  const tags = Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
  return { names: [...own, tags.Name].filter((name) => name !== undefined), tags };
};

export interface Seen {
  id: string | undefined;
  state?: string | undefined;
  /** Its own name, or what its tag `Name` says. */
  names: string[];
  tags: Record<string, string>;
  vpc?: string | undefined;
  /** Made and deleted together with its VPC. */
  ofVpc?: boolean;
}

/** One kind of EC2 resource: how to find it. Ids tell their kind by what they begin with. */
export interface Kind {
  type: string;
  idPrefix: string;
  /** The filter that takes ids. */
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
  send: (filters: Filter[], page: { MaxResults: 100; NextToken: string | undefined }) => Promise<P>,
  items: (page: P) => Seen[],
): Kind['find'] {
  return async function* find(filters) {
    const all = pages(
      // Without a limit EC2 answers in one piece, and fails when that is too much for it. Route tables have the lowest.
      (NextToken) => send(filters, { MaxResults: 100, NextToken }),
      (page) => page.NextToken,
    );
    for await (const page of all) yield items(page);
  };
}

/** Ids that are asked for by a parameter, not by a filter. */
function apart(filters: Filter[], idFilter: string): { Filters: Filter[]; ids: string[] | undefined } {
  return {
    Filters: filters.filter(({ Name }) => Name !== idFilter),
    ids: filters.find(({ Name }) => Name === idFilter)?.Values,
  };
}

export const KINDS: readonly Kind[] = [
  {
    type: 'vpc',
    idPrefix: 'vpc-',
    idFilter: 'vpc-id',
    gone: [],
    find: finder(
      (Filters, page) => ec2.send(new DescribeVpcsCommand({ Filters, ...page })),
      ({ Vpcs = [] }) => Vpcs.map((one) => ({ id: one.VpcId, ...marks(one.Tags), state: one.State })),
    ),
  },
  {
    type: 'subnet',
    idPrefix: 'subnet-',
    idFilter: 'subnet-id',
    vpcFilter: 'vpc-id',
    gone: [],
    find: finder(
      (Filters, page) => ec2.send(new DescribeSubnetsCommand({ Filters, ...page })),
      ({ Subnets = [] }) =>
        Subnets.map((one) => ({ id: one.SubnetId, vpc: one.VpcId, ...marks(one.Tags), state: one.State })),
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
      (Filters, page) => ec2.send(new DescribeSecurityGroupsCommand({ Filters, ...page })),
      ({ SecurityGroups = [] }) =>
        SecurityGroups.map((one) => ({
          id: one.GroupId,
          vpc: one.VpcId,
          ...marks(one.Tags, one.GroupName),
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
      (Filters, page) => ec2.send(new DescribeInternetGatewaysCommand({ Filters, ...page })),
      ({ InternetGateways = [] }) =>
        InternetGateways.map((one) => ({
          id: one.InternetGatewayId,
          vpc: one.Attachments?.[0]?.VpcId,
          ...marks(one.Tags),
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
      (Filters, page) => ec2.send(new DescribeRouteTablesCommand({ Filters, ...page })),
      ({ RouteTables = [] }) =>
        RouteTables.map((one) => ({
          id: one.RouteTableId,
          vpc: one.VpcId,
          ...marks(one.Tags),
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
      (Filter, page) => ec2.send(new DescribeNatGatewaysCommand({ Filter, ...page })),
      ({ NatGateways = [] }) =>
        NatGateways.map((one) => ({ id: one.NatGatewayId, vpc: one.VpcId, ...marks(one.Tags), state: one.State })),
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
        ...marks(one.Tags),
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
      (Filters, page) => ec2.send(new DescribeNetworkInterfacesCommand({ Filters, ...page })),
      ({ NetworkInterfaces = [] }) =>
        NetworkInterfaces.map((one) => ({
          id: one.NetworkInterfaceId,
          vpc: one.VpcId,
          ...marks(one.TagSet),
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
      async (filters, page) => {
        const { Filters, ids } = apart(filters, 'vpc-endpoint-id');
        try {
          const asked = ids ? { VpcEndpointIds: ids } : { Filters, ...page };
          return await ec2.send(new DescribeVpcEndpointsCommand(asked));
        } catch (error) {
          if (ids && isNotFound(error, 'InvalidVpcEndpointId.NotFound', 'InvalidVpcEndpoint.NotFound')) return {};
          throw error;
        }
      },
      ({ VpcEndpoints = [] }: DescribeVpcEndpointsResult) =>
        VpcEndpoints.map((one) => ({
          id: one.VpcEndpointId,
          vpc: one.VpcId,
          ...marks(one.Tags),
          state: one.State,
        })),
    ),
  },
  {
    type: 'instance',
    idPrefix: 'i-',
    idFilter: 'instance-id',
    vpcFilter: 'vpc-id',
    gone: ['terminated'],
    find: finder(
      (Filters, page) => ec2.send(new DescribeInstancesCommand({ Filters, ...page })),
      ({ Reservations = [] }) =>
        Reservations.flatMap(({ Instances = [] }) =>
          Instances.map((one) => ({ id: one.InstanceId, vpc: one.VpcId, ...marks(one.Tags), state: one.State?.Name })),
        ),
    ),
  },
  {
    type: 'volume',
    idPrefix: 'vol-',
    idFilter: 'volume-id',
    gone: ['deleted'],
    find: finder(
      (Filters, page) => ec2.send(new DescribeVolumesCommand({ Filters, ...page })),
      ({ Volumes = [] }) =>
        Volumes.map((one) => ({ id: one.VolumeId, ...marks(one.Tags), state: `${one.State}, ${one.Size} GiB` })),
    ),
  },
  {
    type: 'snapshot',
    idPrefix: 'snap-',
    idFilter: 'snapshot-id',
    gone: [],
    find: finder(
      (Filters, page) => ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters, ...page })),
      ({ Snapshots = [] }) => Snapshots.map((one) => ({ id: one.SnapshotId, ...marks(one.Tags), state: one.State })),
    ),
  },
];
