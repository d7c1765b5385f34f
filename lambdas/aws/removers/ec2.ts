import {
  DeleteInternetGatewayCommand,
  DeleteNatGatewayCommand,
  DeleteNetworkInterfaceCommand,
  DeleteRouteTableCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DeleteVpcEndpointsCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeVpcEndpointsCommand,
  DetachInternetGatewayCommand,
  DisassociateRouteTableCommand,
  EC2Client,
  ReleaseAddressCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import { ManagedError } from '../../removal/obstacles.ts';
import type { UnmanagedKind } from '../../removal/unmanaged-rules.ts';
import { NotReadyError } from '../../runtime/errors.ts';
import { patientConfig } from '../client-config.ts';
import { eachItem } from '../pages.ts';
import type { Remover } from '../removers.ts';
import { describedIn, listOf, textOf } from '../responses.ts';

const ec2 = new EC2Client(patientConfig);

const kind = (remove: (id: string) => Promise<unknown>): UnmanagedKind => ({
  async remove({ id }) {
    try {
      await remove(id);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  },
});

export const remover: Remover = {
  'vpc-endpoint': {
    ...kind(async (id) => {
      const response = await ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] }));
      const [failure] = listOf(response.Unsuccessful, response);
      if (failure) throw new NotReadyError(`${failure.Error?.Code}: ${failure.Error?.Message}`);
    }),
    byGuardDuty: true,
    // Routes, or names of a service, lead to an endpoint from everywhere in its VPC.
    servedVpcs: served(async (id) => {
      const response = await ec2.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: [id] }));
      const one = describedIn(response.VpcEndpoints, ({ VpcEndpointId }) => VpcEndpointId === id, response);
      return [textOf(one.VpcId, `the VPC of ${id}`)];
    }),
  },
  'nat-gateway': {
    ...kind((id) => ec2.send(new DeleteNatGatewayCommand({ NatGatewayId: id }))),
    servedVpcs: served(async (id) => {
      const response = await ec2.send(new DescribeNatGatewaysCommand({ NatGatewayIds: [id] }));
      const one = describedIn(response.NatGateways, ({ NatGatewayId }) => NatGatewayId === id, response);
      return [textOf(one.VpcId, `the VPC of ${id}`)];
    }),
  },
  // AWS services delete their own network interfaces. EC2 refuses to delete an interface that is in use.
  'network-interface': {
    ...kind(async (id) => {
      const response = await ec2.send(
        new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [id], IncludeManagedResources: true }),
      );
      const one = describedIn(
        response.NetworkInterfaces,
        ({ NetworkInterfaceId }) => NetworkInterfaceId === id,
        response,
      );
      if (one.RequesterManaged) {
        throw new ManagedError(
          `${one.RequesterId ?? 'a service'} manages it, and deletes it with what it is for (${one.Description})`,
        );
      }
      await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id }));
    }),
    byproduct: true,
  },
  'elastic-ip': kind((id) => ec2.send(new ReleaseAddressCommand({ AllocationId: id }))),
  subnet: kind((id) => ec2.send(new DeleteSubnetCommand({ SubnetId: id }))),
  'route-table': {
    ...kind(async (id) => {
      for (const { RouteTableAssociationId } of (await routeTable(id)).associations) {
        await ec2.send(new DisassociateRouteTableCommand({ AssociationId: RouteTableAssociationId }));
      }
      await ec2.send(new DeleteRouteTableCommand({ RouteTableId: id }));
    }),
    servedVpcs: served(async (id) => {
      const { vpc, associations } = await routeTable(id);
      return associations.length > 0 ? [textOf(vpc, `the VPC of ${id}`)] : [];
    }),
  },
  'internet-gateway': {
    ...kind(async (id) => {
      for (const VpcId of await attachedTo(id)) {
        await ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId: id, VpcId }));
      }
      await ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId: id }));
    }),
    servedVpcs: served(attachedTo),
  },
  'security-group': {
    ...kind(async (id) => {
      await revokeRules(id);
      await ec2.send(new DeleteSecurityGroupCommand({ GroupId: id }));
    }),
    byGuardDuty: true,
  },
  vpc: kind((id) => ec2.send(new DeleteVpcCommand({ VpcId: id }))),
};

async function routeTable(id: string) {
  const response = await ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [id] }));
  const table = describedIn(response.RouteTables, (one) => one.RouteTableId === id, response);
  return { vpc: table.VpcId, associations: listOf(table.Associations, table) };
}

async function attachedTo(id: string): Promise<string[]> {
  const response = await ec2.send(new DescribeInternetGatewaysCommand({ InternetGatewayIds: [id] }));
  const gateway = describedIn(response.InternetGateways, (one) => one.InternetGatewayId === id, response);
  return listOf(gateway.Attachments, gateway).map(({ VpcId }) => textOf(VpcId, `the VPC of ${id}`));
}

/** Treats a resource that no longer exists as one that serves nothing. */
function served(read: (id: string) => Promise<string[]>): (id: string) => Promise<string[]> {
  return async (id) => {
    try {
      return await read(id);
    } catch (error) {
      if (isGone(error)) return [];
      throw error;
    }
  };
}

/** Recognizes `InvalidSubnetID.NotFound`, `NatGatewayNotFound` and so on: each kind has an error name of its own. */
function isGone(error: unknown): boolean {
  return error instanceof Error && error.name.endsWith('NotFound');
}

/** Revokes the rules of a group. Groups that refer to each other in their rules prevent each other's deletion. */
async function revokeRules(GroupId: string): Promise<void> {
  const all = eachItem(
    (NextToken) =>
      ec2.send(
        new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [GroupId] }], NextToken }),
      ),
    (page) => page.SecurityGroupRules,
    (page) => page.NextToken,
  );
  const ids: { in: string[]; out: string[] } = { in: [], out: [] };
  for await (const { SecurityGroupRuleId, IsEgress } of all) {
    (IsEgress ? ids.out : ids.in).push(textOf(SecurityGroupRuleId, `the id of a rule of ${GroupId}`));
  }
  if (ids.in.length > 0)
    await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds: ids.in }));
  if (ids.out.length > 0)
    await ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, SecurityGroupRuleIds: ids.out }));
}
