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
} from '@aws-sdk/client-ec2';
import { isNotFound } from '../../runtime/aws-errors.ts';
import { listOf } from '../responses.ts';
import { apart, ec2, finder, type Kind, MANAGED, marks, seen } from './ec2-finder.ts';
import { MORE_KINDS } from './ec2-more-kinds.ts';

const BASIC_KINDS: readonly Kind[] = [
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
    vpcFilters: ['vpc-id'],
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
    vpcFilters: ['vpc-id'],
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
    vpcFilters: ['attachment.vpc-id'],
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
    vpcFilters: ['vpc-id'],
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
    vpcFilters: ['vpc-id'],
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
      const response = await ec2.send(new DescribeAddressesCommand({ Filters }));
      yield listOf(response.Addresses, response).map((one) =>
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
    vpcFilters: ['vpc-id'],
    gone: [],
    find: finder(
      (Filters, page) => ec2.send(new DescribeNetworkInterfacesCommand({ Filters, ...MANAGED, ...page })),
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
    vpcFilters: ['vpc-id'],
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
    vpcFilters: ['vpc-id'],
    gone: ['terminated'],
    find: finder(
      (Filters, page) => ec2.send(new DescribeInstancesCommand({ Filters, ...MANAGED, ...page })),
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
      (Filters, page) => ec2.send(new DescribeVolumesCommand({ Filters, ...MANAGED, ...page })),
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

export const KINDS: readonly Kind[] = [...BASIC_KINDS, ...MORE_KINDS];
