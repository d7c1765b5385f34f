import {
  DescribeCustomerGatewaysCommand,
  DescribeDhcpOptionsCommand,
  DescribeEgressOnlyInternetGatewaysCommand,
  type DescribeEgressOnlyInternetGatewaysResult,
  DescribeFlowLogsCommand,
  DescribeImagesCommand,
  DescribeLaunchTemplatesCommand,
  type DescribeLaunchTemplatesResult,
  DescribeNetworkAclsCommand,
  DescribeTransitGatewayAttachmentsCommand,
  DescribeTransitGatewayRouteTablesCommand,
  DescribeTransitGatewaysCommand,
  DescribeVpcPeeringConnectionsCommand,
  DescribeVpnConnectionsCommand,
  DescribeVpnGatewaysCommand,
} from '@aws-sdk/client-ec2';
import { isNotFound } from '../../runtime/aws-errors.ts';
import { listOf } from '../responses.ts';
import { apart, ec2, finder, type Kind, MANAGED, marks, seen } from './ec2-finder.ts';

/** A VPC may have these gateways, connections and other resources in addition to its basic parts. */
export const MORE_KINDS: readonly Kind[] = [
  {
    type: 'network-acl',
    idPrefix: 'acl-',
    idFilter: 'network-acl-id',
    vpcFilters: ['vpc-id'],
    gone: [],
    find: finder(
      (Filters, page) => ec2.send(new DescribeNetworkAclsCommand({ Filters, ...page })),
      (page) => page.NetworkAcls,
      (one) => ({ id: one.NetworkAclId, vpc: one.VpcId, ...marks(one.Tags), ofVpc: one.IsDefault ?? false }),
    ),
  },
  {
    type: 'dhcp-options',
    idPrefix: 'dopt-',
    idFilter: 'dhcp-options-id',
    gone: [],
    find: finder(
      (Filters, page) => ec2.send(new DescribeDhcpOptionsCommand({ Filters, ...page })),
      (page) => page.DhcpOptions,
      (one) => ({ id: one.DhcpOptionsId, ...marks(one.Tags) }),
    ),
  },
  {
    type: 'flow-log',
    idPrefix: 'fl-',
    idFilter: 'flow-log-id',
    vpcFilters: ['resource-id'],
    gone: [],
    find: finder(
      (Filter, page) => ec2.send(new DescribeFlowLogsCommand({ Filter, ...page })),
      (page) => page.FlowLogs,
      (one) => ({ id: one.FlowLogId, vpc: one.ResourceId, ...marks(one.Tags), state: one.FlowLogStatus }),
    ),
  },
  {
    type: 'peering-connection',
    idPrefix: 'pcx-',
    idFilter: 'vpc-peering-connection-id',
    vpcFilters: ['requester-vpc-info.vpc-id', 'accepter-vpc-info.vpc-id'],
    gone: ['deleted', 'rejected', 'failed', 'expired'],
    find: finder(
      (Filters, page) => ec2.send(new DescribeVpcPeeringConnectionsCommand({ Filters, ...page })),
      (page) => page.VpcPeeringConnections,
      (one) => ({
        id: one.VpcPeeringConnectionId,
        vpc: one.RequesterVpcInfo?.VpcId,
        otherVpc: one.AccepterVpcInfo?.VpcId,
        ...marks(one.Tags),
        state: one.Status?.Code,
      }),
    ),
  },
  {
    type: 'egress-only-gateway',
    idPrefix: 'eigw-',
    idFilter: 'egress-only-internet-gateway-id',
    gone: [],
    find: finder(
      async (filters, page) => {
        const { Filters, ids } = apart(filters, 'egress-only-internet-gateway-id');
        try {
          const asked = ids ? { EgressOnlyInternetGatewayIds: ids } : { Filters, ...page };
          return await ec2.send(new DescribeEgressOnlyInternetGatewaysCommand(asked));
        } catch (error) {
          if (ids && isNotFound(error, 'InvalidGatewayID.NotFound', 'InvalidEgressOnlyInternetGatewayId.NotFound'))
            return { EgressOnlyInternetGateways: [] };
          throw error;
        }
      },
      (page: DescribeEgressOnlyInternetGatewaysResult) => page.EgressOnlyInternetGateways,
      (one) => ({
        id: one.EgressOnlyInternetGatewayId,
        vpc: one.Attachments?.[0]?.VpcId,
        ...marks(one.Tags),
        state: one.Attachments?.[0]?.State,
      }),
    ),
  },
  {
    type: 'vpn-gateway',
    idPrefix: 'vgw-',
    idFilter: 'vpn-gateway-id',
    vpcFilters: ['attachment.vpc-id'],
    gone: ['deleted'],
    find: async function* find(Filters) {
      const response = await ec2.send(new DescribeVpnGatewaysCommand({ Filters }));
      yield listOf(response.VpnGateways, response).map((one) => {
        const attached = listOf(one.VpcAttachments, one).find(({ State }) => State !== 'detached');
        return seen({ id: one.VpnGatewayId, vpc: attached?.VpcId, ...marks(one.Tags), state: one.State });
      });
    },
  },
  {
    type: 'vpn-connection',
    idPrefix: 'vpn-',
    idFilter: 'vpn-connection-id',
    gone: ['deleted'],
    find: async function* find(Filters) {
      const response = await ec2.send(new DescribeVpnConnectionsCommand({ Filters }));
      yield listOf(response.VpnConnections, response).map((one) =>
        seen({ id: one.VpnConnectionId, ...marks(one.Tags), state: one.State }),
      );
    },
  },
  {
    type: 'customer-gateway',
    idPrefix: 'cgw-',
    idFilter: 'customer-gateway-id',
    gone: ['deleted'],
    find: async function* find(Filters) {
      const response = await ec2.send(new DescribeCustomerGatewaysCommand({ Filters }));
      yield listOf(response.CustomerGateways, response).map((one) =>
        seen({ id: one.CustomerGatewayId, ...marks(one.Tags), state: one.State }),
      );
    },
  },
  {
    type: 'transit-gateway-attachment',
    idPrefix: 'tgw-attach-',
    idFilter: 'transit-gateway-attachment-id',
    vpcFilters: ['resource-id'],
    gone: ['deleted', 'failed', 'rejected'],
    find: finder(
      (Filters, page) => ec2.send(new DescribeTransitGatewayAttachmentsCommand({ Filters, ...page })),
      (page) => page.TransitGatewayAttachments,
      (one) => ({ id: one.TransitGatewayAttachmentId, vpc: one.ResourceId, ...marks(one.Tags), state: one.State }),
    ),
  },
  {
    type: 'transit-gateway-route-table',
    idPrefix: 'tgw-rtb-',
    idFilter: 'transit-gateway-route-table-id',
    gone: ['deleted'],
    find: finder(
      (Filters, page) => ec2.send(new DescribeTransitGatewayRouteTablesCommand({ Filters, ...page })),
      (page) => page.TransitGatewayRouteTables,
      (one) => ({ id: one.TransitGatewayRouteTableId, ...marks(one.Tags), state: one.State }),
    ),
  },
  {
    type: 'transit-gateway',
    idPrefix: 'tgw-',
    idFilter: 'transit-gateway-id',
    gone: ['deleted'],
    find: finder(
      (Filters, page) => ec2.send(new DescribeTransitGatewaysCommand({ Filters, ...page })),
      (page) => page.TransitGateways,
      (one) => ({ id: one.TransitGatewayId, ...marks(one.Tags), state: one.State }),
    ),
  },
  {
    type: 'image',
    idPrefix: 'ami-',
    idFilter: 'image-id',
    nameFilter: 'name',
    gone: ['deregistered'],
    find: finder(
      (Filters, page) =>
        ec2.send(new DescribeImagesCommand({ Owners: ['self'], IncludeDisabled: true, Filters, ...page })),
      (page) => page.Images,
      (one) => ({ id: one.ImageId, ...marks(one.Tags, one.Name), state: one.State }),
    ),
  },
  {
    type: 'launch-template',
    idPrefix: 'lt-',
    idFilter: 'launch-template-id',
    nameFilter: 'launch-template-name',
    gone: [],
    find: finder(
      async (filters, page) => {
        const { Filters, ids } = apart(filters, 'launch-template-id');
        try {
          const asked = ids ? { LaunchTemplateIds: ids } : { Filters, ...page };
          return await ec2.send(new DescribeLaunchTemplatesCommand({ ...asked, ...MANAGED }));
        } catch (error) {
          const names = ['InvalidLaunchTemplateId.NotFound', 'InvalidLaunchTemplateId.NotFoundException'];
          if (ids && isNotFound(error, ...names)) return { LaunchTemplates: [] };
          throw error;
        }
      },
      (page: DescribeLaunchTemplatesResult) => page.LaunchTemplates,
      (one) => ({ id: one.LaunchTemplateId, ...marks(one.Tags, one.LaunchTemplateName) }),
    ),
  },
];
