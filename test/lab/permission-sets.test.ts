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
import { CreatePolicyCommand, DeletePolicyCommand, GetPolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  EnableKeyRotationCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ListAliasesCommand,
  ListResourceTagsCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  LambdaClient,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import links from '../../examples/short-links/runbook.config.ts';
import { ROLE, RoleLab } from '../../lab/test/support/role.ts';
import { zip } from '../../lab/test/support/zip.ts';
import type { GrantSet } from '../../lambdas/contracts/permission-sets.ts';
import { flat, runbook } from '../infra/support/runbook.ts';
import { policiesOf } from '../infra/support/template-policies.ts';

/** A role with the sets that no root of this project uses calls what the provider calls. */

let one: RoleLab;
let operator: EC2Client;
let SubnetId: string;

beforeAll(async () => {
  one = await RoleLab.start();
  operator = new EC2Client(one.lab.context.client);
  const { Vpc } = await operator.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const { Subnet } = await operator.send(new CreateSubnetCommand({ VpcId: Vpc?.VpcId, CidrBlock: '10.0.0.0/24' }));
  SubnetId = Subnet?.SubnetId ?? '';
  const permissionSets: GrantSet[] = ['egress', 'event-sources', 'keys', 'roles', 'managed-policies'];
  const permissionsBoundary = 'arn:aws:iam::123456789012:policy/bound';
  const config = {
    ...links,
    stack: { ...links.stack, permissionSets },
    terraform: { ...links.terraform, permissionsBoundary },
  };
  const terraform = policiesOf(runbook(config).template).find(({ name }) =>
    /^BuildsTerraformRole[0-9A-F]+$/.test(name),
  );
  const statements =
    terraform?.statements.filter(({ Action }) =>
      /"(ec2|kms|iam|lambda:\w+EventSource\w+|lambda:(Tag|Untag)Resource):?/.test(JSON.stringify(Action)),
    ) ?? [];
  expect(statements.length).toBeGreaterThan(8);
  await one.allow(statements.map((statement) => resolved(statement) as object));
});
afterAll(() => one?.lab.stop());

/** Conditions have intrinsics of CloudFormation, and their values are those of the lab. */
function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  if ('Fn::Join' in value || 'Ref' in value)
    return flat(value)
      .replace('<AWS::Partition>', 'aws')
      .replace('<AWS::Region>', 'eu-west-1')
      .replace('<AWS::AccountId>', '123456789012');
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolved(one)]));
}

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

// The provider ends the association of an address before it releases the address.
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

  test('has ended with its gateway, and the provider gets that answer instead of a denial', async () => {
    const { AllocationId, AssociationId, NatGatewayId } = await gatewayOf('short-links');
    await operator.send(new DeleteNatGatewayCommand({ NatGatewayId }));
    expect(await associationOf(AllocationId)).toBeUndefined();
    await expect(disassociate(AssociationId)).rejects.toMatchObject({ name: 'InvalidAssociationID.NotFound' });
  });
});

describe('an event source mapping', () => {
  const lambda = (client: ConstructorParameters<typeof LambdaClient>[0]) => new LambdaClient(client ?? {});
  let EventSourceArn: string;
  beforeAll(async () => {
    const { QueueUrl = '' } = await new SQSClient(one.lab.context.client).send(
      new CreateQueueCommand({ QueueName: 'events' }),
    );
    EventSourceArn = `arn:aws:sqs:eu-west-1:123456789012:${QueueUrl.split('/').at(-1)}`;
    for (const FunctionName of ['short-links-demo-v1-own', 'bank-payments']) {
      await lambda(one.lab.context.client).send(
        new CreateFunctionCommand({
          ...{ FunctionName, Role: ROLE, Handler: 'index.handler', Runtime: 'nodejs22.x' },
          Code: { ZipFile: zip({ 'index.js': '' }) },
        }),
      );
    }
  });
  const mapping = (FunctionName: string) => new CreateEventSourceMappingCommand({ FunctionName, EventSourceArn });

  test('of an environment’s function is made, read, changed and taken away', async () => {
    const role = lambda(one.asRole());
    const { UUID } = await role.send(mapping('short-links-demo-v1-own'));
    await role.send(new GetEventSourceMappingCommand({ UUID }));
    await role.send(new UpdateEventSourceMappingCommand({ UUID, BatchSize: 5 }));
    await role.send(new DeleteEventSourceMappingCommand({ UUID }));
  });

  test('of another function is neither made nor changed', async () => {
    const role = lambda(one.asRole());
    await expect(role.send(mapping('bank-payments'))).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const { UUID } = await lambda(one.lab.context.client).send(mapping('bank-payments'));
    for (const command of [
      new DeleteEventSourceMappingCommand({ UUID }),
      new UpdateEventSourceMappingCommand({ UUID, BatchSize: 5 }),
    ])
      await expect(role.send(command as DeleteEventSourceMappingCommand)).rejects.toMatchObject({
        name: 'AccessDeniedException',
      });
  });
});

describe('a key', () => {
  const tagged = (TagValue: string) => new CreateKeyCommand({ Tags: [{ TagKey: 'project', TagValue }] });

  test('of the project is made, read, given a name and taken away', async () => {
    const kms = new KMSClient(one.asRole());
    const { KeyMetadata } = await kms.send(tagged('short-links'));
    const KeyId = KeyMetadata?.KeyId ?? '';
    await kms.send(new EnableKeyRotationCommand({ KeyId }));
    await kms.send(new DescribeKeyCommand({ KeyId }));
    await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }));
    await kms.send(new GetKeyRotationStatusCommand({ KeyId }));
    await kms.send(new ListResourceTagsCommand({ KeyId }));
    const AliasName = 'alias/short-links-dev-v1-data';
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyId }));
    await kms.send(new ListAliasesCommand({}));
    await kms.send(new DeleteAliasCommand({ AliasName }));
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
  });

  test('of another project is neither made nor changed', async () => {
    const kms = new KMSClient(one.asRole());
    const denied = { name: 'AccessDeniedException' };
    await expect(kms.send(tagged('others'))).rejects.toMatchObject(denied);
    await expect(kms.send(new CreateKeyCommand({}))).rejects.toMatchObject(denied);
    const { KeyMetadata } = await new KMSClient(one.lab.context.client).send(tagged('others'));
    const KeyId = KeyMetadata?.KeyId ?? '';
    const AliasName = 'alias/short-links-dev-v1-others';
    await expect(kms.send(new ScheduleKeyDeletionCommand({ KeyId }))).rejects.toMatchObject(denied);
    await expect(kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyId }))).rejects.toMatchObject(denied);
  });
});

test('a managed policy of an environment is made with its tags, read and deleted, and another is not made', async () => {
  const iam = new IAMClient(one.asRole());
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*' }],
  });
  const Tags = [{ Key: 'project', Value: 'short-links' }];
  const named = (PolicyName: string) => iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument, Tags }));
  const { Policy } = await named('short-links-dev-v1-send');
  await iam.send(new GetPolicyCommand({ PolicyArn: Policy?.Arn }));
  await iam.send(new DeletePolicyCommand({ PolicyArn: Policy?.Arn }));
  await expect(named('send')).rejects.toMatchObject({ name: 'AccessDenied' });
});
