import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  CreatePolicyCommand,
  CreateRoleCommand,
  DeletePolicyCommand,
  DeleteRolePermissionsBoundaryCommand,
  IAMClient,
  PutRolePermissionsBoundaryCommand,
} from '@aws-sdk/client-iam';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Lab } from '../../lab.ts';
import { ROLE, RoleLab } from '../support/role.ts';

/** The tests are about what a role may do within its boundary, and who may assume it. */

let lab: Lab;
let iam: IAMClient;
const role = ROLE;
let one: RoleLab;
const asRole = () => one.asRole();
const allow = (statements: object[]) => one.allow(statements);

beforeAll(async () => {
  one = await RoleLab.start();
  ({ lab, iam } = one);
});
beforeEach(() => allow([]));
afterAll(() => lab?.stop());

test('a role is made within its boundary, or not at all', async () => {
  const boundary = 'arn:aws:iam::123456789012:policy/bound';
  await allow([
    {
      Effect: 'Allow',
      Action: 'iam:CreateRole',
      Resource: 'arn:aws:iam::123456789012:role/made',
      Condition: { StringEquals: { 'iam:PermissionsBoundary': boundary } },
    },
  ]);
  const Document = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"*"}]}';
  await iam.send(new CreatePolicyCommand({ PolicyName: 'bound', PolicyDocument: Document }));
  const create = (PermissionsBoundary?: string) =>
    new IAMClient(asRole()).send(
      new CreateRoleCommand({ RoleName: 'made', AssumeRolePolicyDocument: '{"Statement":[]}', PermissionsBoundary }),
    );
  await expect(create()).rejects.toMatchObject({ name: 'AccessDenied' });
  await expect(create(boundary)).resolves.toBeDefined();
});

test('a role does what its policies and its boundary allow both, and its boundary is there for as long as it is', async () => {
  const grant = (Action: string[]) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });
  const { Policy } = await iam.send(
    new CreatePolicyCommand({ PolicyName: 'limit', PolicyDocument: grant(['sns:ListTopics']) }),
  );
  await allow([{ Effect: 'Allow', Action: ['sns:ListTopics', 'ec2:DescribeVpcs'], Resource: '*' }]);
  await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: 'some', PermissionsBoundary: Policy?.Arn }));
  const topics = () => new SNSClient(asRole()).send(new ListTopicsCommand({}));
  await expect(topics()).resolves.toBeDefined();
  const vpcs = new EC2Client(asRole()).send(new DescribeVpcsCommand({}));
  await expect(vpcs).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
  const remove = () => iam.send(new DeletePolicyCommand({ PolicyArn: Policy?.Arn }));
  await expect(remove()).rejects.toMatchObject({ name: 'DeleteConflictException' });
  await iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: 'some' }));
  await expect(remove()).resolves.toBeDefined();
  const gone = new PutRolePermissionsBoundaryCommand({ RoleName: 'some', PermissionsBoundary: Policy?.Arn });
  await expect(iam.send(gone)).rejects.toMatchObject({ name: 'NoSuchEntityException' });
});

test('a role is assumed by whom its trust policy names, unless that is denied, and is what signs from then on', async () => {
  const trusts = (AWS: string) =>
    JSON.stringify({ Statement: [{ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' }] });
  const make = (RoleName: string, by: string) =>
    iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trusts(by) }));
  await make('trusting', role);
  await make('indifferent', 'arn:aws:iam::123456789012:role/other');
  const assume = (name: string) =>
    new STSClient(asRole()).send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::123456789012:role/${name}`, RoleSessionName: 's' }),
    );
  const { Credentials } = await assume('trusting');
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
  const topics = new SNSClient({ ...asRole(), credentials }).send(new ListTopicsCommand({}));
  await expect(topics).rejects.toThrow('role/trusting is not authorized to perform: sns:ListTopics');
  await expect(assume('indifferent')).rejects.toThrow('not authorized to perform: sts:AssumeRole');
  await allow([{ Effect: 'Deny', Action: 'sts:AssumeRole', Resource: '*' }]);
  await expect(assume('trusting')).rejects.toThrow('not authorized to perform: sts:AssumeRole');
});
