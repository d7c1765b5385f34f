import {
  AllocateAddressCommand,
  CreateNatGatewayCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteNatGatewayCommand,
  DescribeAddressesCommand,
  DisassociateAddressCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import links from '../../examples/short-links/runbook.config.ts';
import { runbook } from '../infra/support/runbook.ts';
import { policiesOf } from '../infra/support/template-policies.ts';
import { RoleLab } from './support/role.ts';

/** A role with the set `egress` ends the association of an address, as the provider does before it releases the address. */

let one: RoleLab;
let operator: EC2Client;
let SubnetId: string;

beforeAll(async () => {
  one = await RoleLab.start();
  operator = new EC2Client(one.lab.context.client);
  const { Vpc } = await operator.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const { Subnet } = await operator.send(new CreateSubnetCommand({ VpcId: Vpc?.VpcId, CidrBlock: '10.0.0.0/24' }));
  SubnetId = Subnet?.SubnetId ?? '';
  const config = { ...links, stack: { ...links.stack, permissionSets: ['egress' as const] } };
  const terraform = policiesOf(runbook(config).template).find(({ name }) =>
    /^BuildsTerraformRole[0-9A-F]+$/.test(name),
  );
  const statements = terraform?.statements.filter(({ Action }) => JSON.stringify(Action).includes('"ec2:')) ?? [];
  expect(statements.length).toBeGreaterThan(3);
  await one.allow(statements.map((statement) => JSON.parse(JSON.stringify(statement)) as object));
});
afterAll(() => one?.lab.stop());

async function gatewayOf(project: string) {
  const Tags = [{ Key: 'project', Value: project }];
  const { AllocationId } = await operator.send(
    new AllocateAddressCommand({ Domain: 'vpc', TagSpecifications: [{ ResourceType: 'elastic-ip', Tags }] }),
  );
  const { NatGateway } = await operator.send(new CreateNatGatewayCommand({ SubnetId, AllocationId }));
  return { AllocationId, NatGatewayId: NatGateway?.NatGatewayId, AssociationId: await associationOf(AllocationId) };
}

async function associationOf(id = ''): Promise<string | undefined> {
  const { Addresses } = await operator.send(new DescribeAddressesCommand({ AllocationIds: [id] }));
  return Addresses?.[0]?.AssociationId;
}

const disassociate = (AssociationId?: string) =>
  new EC2Client(one.asRole()).send(new DisassociateAddressCommand({ AssociationId }));

describe('the association of an address', () => {
  test('of the project ends', async () => {
    const { AllocationId, AssociationId } = await gatewayOf('short-links');
    expect(AssociationId).toMatch(/^eipassoc-/);
    await disassociate(AssociationId);
    expect(await associationOf(AllocationId)).toBeUndefined();
  });

  test('of another project stays', async () => {
    const { AllocationId, AssociationId } = await gatewayOf('others');
    await expect(disassociate(AssociationId)).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
    expect(await associationOf(AllocationId)).toBe(AssociationId);
  });

  test('has ended with its gateway, and the provider is told so instead of being denied', async () => {
    const { AllocationId, AssociationId, NatGatewayId } = await gatewayOf('short-links');
    await operator.send(new DeleteNatGatewayCommand({ NatGatewayId }));
    expect(await associationOf(AllocationId)).toBeUndefined();
    await expect(disassociate(AssociationId)).rejects.toMatchObject({ name: 'InvalidAssociationID.NotFound' });
  });
});
