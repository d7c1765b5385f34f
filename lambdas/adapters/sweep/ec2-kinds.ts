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
import { listOf, tagsOf, textOf } from '../answers.ts';
import { patientConfig } from '../client-config.ts';
import { pages } from '../pages.ts';

const ec2 = new EC2Client(patientConfig);

/** EC2 leaves the tags of an untagged resource out of some of its descriptions. */
const marks = (list: Tag[] | undefined, ...own: (string | undefined)[]): Pick<Seen, 'names' | 'tags'> => {
  const tags = list === undefined ? {} : tagsOf(list, {});
  return { names: [...own, tags.Name].filter((name) => name !== undefined), tags };
};

export interface Seen {
  id: string;
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

type Described = { id: string | undefined } & Omit<Seen, 'id'>;

const seen = ({ id, ...rest }: Described): Seen => ({ id: textOf(id, 'the id of an EC2 resource'), ...rest });

/**
 * @param items the list of a page
 * @param describe what is known of one of them
 */
function finder<P extends { NextToken?: string | undefined }, T>(
  send: (filters: Filter[], page: { MaxResults: 100; NextToken: string | undefined }) => Promise<P>,
  items: (page: P) => readonly T[] | undefined,
  describe: (item: T) => Described,
): Kind['find'] {
  return async function* find(filters) {
    const all = pages(
      // Without a limit EC2 answers in one piece, and fails when that is too much for it. Route tables have the lowest.
      (NextToken) => send(filters, { MaxResults: 100, NextToken }),
      items,
      (page) => page.NextToken,
    );
    for await (const page of all) yield page.map((item) => seen(describe(item)));
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
      (page) => page.Vpcs,
      (one) => ({ id: one.VpcId, ...marks(one.Tags), state: one.State }),
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
      (page) => page.Subnets,
      (one) => ({ id: one.SubnetId, vpc: one.VpcId, ...marks(one.Tags), state: one.State }),
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
      (page) => page.SecurityGroups,
      (one) => ({
        id: one.GroupId,
        vpc: one.VpcId,
        ...marks(one.Tags, one.GroupName),
        state: one.GroupName,
        ofVpc: one.GroupName === 'default',
      }),
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
      (page) => page.InternetGateways,
      (one) => ({
        id: one.InternetGatewayId,
        vpc: one.Attachments?.[0]?.VpcId,
        ...marks(one.Tags),
        state: one.Attachments?.[0]?.State ?? 'detached',
      }),
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
      (page) => page.RouteTables,
      (one) => ({
        id: one.RouteTableId,
        vpc: one.VpcId,
        ...marks(one.Tags),
        ofVpc: one.Associations?.some((to) => to.Main) ?? false,
      }),
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
      (page) => page.NatGateways,
      (one) => ({ id: one.NatGatewayId, vpc: one.VpcId, ...marks(one.Tags), state: one.State }),
    ),
  },
  {
    type: 'elastic-ip',
    idPrefix: 'eipalloc-',
    idFilter: 'allocation-id',
    gone: [],
    find: async function* find(Filters) {
      const answer = await ec2.send(new DescribeAddressesCommand({ Filters }));
      yield listOf(answer.Addresses, answer).map((one) =>
        seen({
          id: one.AllocationId,
          ...marks(one.Tags),
          state: one.AssociationId ? 'associated' : 'unassociated',
        }),
      );
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
      (page) => page.NetworkInterfaces,
      (one) => ({
        id: one.NetworkInterfaceId,
        vpc: one.VpcId,
        ...marks(one.TagSet),
        state: `${one.Status}, ${one.Description}`,
      }),
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
          if (ids && isNotFound(error, 'InvalidVpcEndpointId.NotFound', 'InvalidVpcEndpoint.NotFound'))
            return { VpcEndpoints: [] };
          throw error;
        }
      },
      (page: DescribeVpcEndpointsResult) => page.VpcEndpoints,
      (one) => ({ id: one.VpcEndpointId, vpc: one.VpcId, ...marks(one.Tags), state: one.State }),
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
      (page) => listOf(page.Reservations, page).flatMap((one) => listOf(one.Instances, one)),
      (one) => ({ id: one.InstanceId, vpc: one.VpcId, ...marks(one.Tags), state: one.State?.Name }),
    ),
  },
  {
    type: 'volume',
    idPrefix: 'vol-',
    idFilter: 'volume-id',
    gone: ['deleted'],
    find: finder(
      (Filters, page) => ec2.send(new DescribeVolumesCommand({ Filters, ...page })),
      (page) => page.Volumes,
      (one) => ({ id: one.VolumeId, ...marks(one.Tags), state: `${one.State}, ${one.Size} GiB` }),
    ),
  },
  {
    type: 'snapshot',
    idPrefix: 'snap-',
    idFilter: 'snapshot-id',
    gone: [],
    find: finder(
      (Filters, page) => ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters, ...page })),
      (page) => page.Snapshots,
      (one) => ({ id: one.SnapshotId, ...marks(one.Tags), state: one.State }),
    ),
  },
];
