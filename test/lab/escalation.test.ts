import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateRoleCommand,
  GetRoleCommand,
  IAMClient,
  PutRolePermissionsBoundaryCommand,
  paginateListRoles,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { GetFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deployRunbook } from '../../demo/deploy.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { servicesWithIam } from '../../lab/services.ts';
import { unzip } from '../../lab/unzip.ts';
import { archiveDigest } from '../../lib/builds/source-archive.ts';
import {
  ACCOUNT,
  arnOf,
  assume,
  BOUNDARY,
  bounded,
  type Client,
  iam,
  OF_ANYBODY,
  OLDER,
  OWN,
  put,
  ROLES_FOR_TASKS,
  type Row,
  roles,
  trusting,
} from './support/escalation.ts';

/**
 * A hostile Terraform root runs with Terraform's role, and gives its code to tasks with roles that it creates. Neither
 * obtains more permissions.
 */

let lab: Lab;
let controlBucket: string;

beforeAll(async () => {
  lab = await startLab({ services: servicesWithIam });
  ({ controlBucket } = await deployRunbook(lab.context));
  const client = new IAMClient(lab.context.client);
  const found: string[] = [];
  for await (const { Roles = [] } of paginateListRoles({ client }, {})) found.push(...Roles.map(({ Arn = '' }) => Arn));
  const [terraform = '', claim = ''] = ['BuildsTerraformRole', 'FunctionsClaimRole'].map((name) =>
    found.find((arn) => arn.includes(`Runbook-${name}`)),
  );
  Object.assign(roles, { terraform, claim });
  await client.send(new CreateRoleCommand({ RoleName: OLDER, AssumeRolePolicyDocument: trusting(terraform) }));
});
afterAll(() => lab?.stop());

const as = (role: string): Client => ({ ...lab.context.client, credentials: lab.context.credentials.issue(role) });

async function refused([, action, attempt]: Row, role: string): Promise<void> {
  const outcome = await attempt(as(role)).then(
    () => 'it is done',
    (error: Error) => error.message,
  );
  expect(outcome).toContain(`is not authorized to perform: ${action} on resource: `);
}

describe('Terraform’s role', () => {
  test('makes a role within the boundary, changes it, and lends it to tasks', async () => {
    const own = as(roles.terraform);
    await iam(bounded(OWN))(own);
    await iam(put(OWN))(own);
    await iam(new UpdateAssumeRolePolicyCommand({ RoleName: OWN, PolicyDocument: trusting(roles.terraform) }))(own);
    const { Role } = await new IAMClient(own).send(new GetRoleCommand({ RoleName: OWN }));
    expect(Role?.PermissionsBoundary?.PermissionsBoundaryArn).toBe(BOUNDARY);
  });

  test.each([...OF_ANYBODY, ...ROLES_FOR_TASKS])('is denied: it %s', (...row) => refused(row, roles.terraform));

  test('gives the boundary to a role that is older than it, and then its rights', async () => {
    const own = as(roles.terraform);
    await iam(new PutRolePermissionsBoundaryCommand({ RoleName: OLDER, PermissionsBoundary: BOUNDARY }))(own);
    await iam(put(OLDER))(own);
  });
});

describe('a role that Terraform has made, with all rights,', () => {
  const secrets: Record<string, string> = {};
  let queue = '';

  beforeAll(async () => {
    const operator = lab.context.client;
    const manager = new SecretsManagerClient(operator);
    for (const database of ['order-platform-x-v3-db', 'payroll']) {
      const Value = `arn:aws:rds:eu-west-1:${ACCOUNT}:db:${database}`;
      const Tags = [{ Key: 'aws:rds:primaryDBInstanceArn', Value }];
      const { ARN = '' } = await manager.send(
        new CreateSecretCommand({ Name: `rds!db-${database}`, SecretString: '{}', Tags }),
      );
      secrets[database] = ARN;
    }
    const tagged = new CreateSecretCommand({
      ...{ Name: 'operators', SecretString: '{}' },
      Tags: [{ Key: 'project', Value: 'order-platform' }],
    });
    secrets.token = (await manager.send(tagged)).ARN ?? '';
    const made = await new SQSClient(operator).send(new CreateQueueCommand({ QueueName: 'order-platform-x-v3-work' }));
    queue = made.QueueUrl ?? '';
    await new SQSClient(operator).send(new CreateQueueCommand({ QueueName: 'payroll' }));
    const s3 = new S3Client({ ...operator, forcePathStyle: true });
    for (const Bucket of [`order-platform-x-v3-tfstate-${ACCOUNT}`, `order-platform-x-v3-files-${ACCOUNT}`]) {
      const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' as const };
      await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    }
  });

  const store = (bucket: () => string, Key: string) => (client: Client) =>
    new S3Client({ ...client, forcePathStyle: true }).send(
      new PutObjectCommand({ Bucket: bucket(), Key, Body: 'hostile' }),
    );
  const secretOf = (database: string) => (client: Client) =>
    new SecretsManagerClient(client).send(new GetSecretValueCommand({ SecretId: secrets[database] }));

  test('does its own work', async () => {
    const own = as(arnOf(OWN));
    await new SQSClient(own).send(new SendMessageCommand({ QueueUrl: queue, MessageBody: '{}' }));
    await secretOf('order-platform-x-v3-db')(own);
    await secretOf('token')(own);
    await store(() => `order-platform-x-v3-files-${ACCOUNT}`, 'k')(own);
  });

  const records = 'runbook-environments';
  test.each<Row>([
    ...OF_ANYBODY,
    ['assumes Terraform’s role', 'sts:AssumeRole', (at) => assume(roles.terraform)(at)],
    ['replaces a configuration', 's3:PutObject', store(() => controlBucket, 'environments/x/runs/r/bundle-1.zip')],
    [
      'writes Terraform’s state',
      's3:PutObject',
      store(() => `order-platform-x-v3-tfstate-${ACCOUNT}`, 'stack/terraform.tfstate'),
    ],
    [
      'reads Terraform’s state',
      's3:GetObject',
      (at) =>
        new S3Client({ ...at, forcePathStyle: true }).send(
          new GetObjectCommand({ Bucket: `order-platform-x-v3-tfstate-${ACCOUNT}`, Key: 'stack/terraform.tfstate' }),
        ),
    ],
    [
      'takes Terraform’s lock',
      'dynamodb:PutItem',
      (at) =>
        new DynamoDBClient(at).send(
          new PutItemCommand({ TableName: 'order-platform-x-v3-tflock', Item: { LockID: { S: 'x' } } }),
        ),
    ],
    [
      'reads a record',
      'dynamodb:GetItem',
      (at) => new DynamoDBClient(at).send(new GetItemCommand({ TableName: records, Key: { environment: { S: 'x' } } })),
    ],
    [
      'writes a record',
      'dynamodb:PutItem',
      (at) =>
        new DynamoDBClient(at).send(new PutItemCommand({ TableName: records, Item: { environment: { S: 'x' } } })),
    ],
    [
      'claims an environment',
      'lambda:InvokeFunction',
      (at) => new LambdaClient(at).send(new InvokeCommand({ FunctionName: 'runbook-claim' })),
    ],
    ['reads the password of another database', 'secretsmanager:GetSecretValue', secretOf('payroll')],
    [
      'writes to a queue of others',
      'sqs:SendMessage',
      (at) =>
        new SQSClient(at).send(
          new SendMessageCommand({ QueueUrl: queue.replace(/[^/]+$/, 'payroll'), MessageBody: '{}' }),
        ),
    ],
    ['looks at networks', 'ec2:DescribeVpcs', (at) => new EC2Client(at).send(new DescribeVpcsCommand({}))],
  ])('is denied: it %s', (...row) => refused(row, arnOf(OWN)));
});

test('the archive that is deployed has the digest that claim puts into records', async () => {
  const operator = lab.context.client;
  const { Configuration } = await new LambdaClient(operator).send(
    new GetFunctionCommand({ FunctionName: 'runbook-claim' }),
  );
  const { BUNDLE_BUCKET: Bucket, BUNDLE_KEY: Key, BUNDLE_SHA256 } = Configuration?.Environment?.Variables ?? {};
  const { Body } = await new S3Client({ ...operator, forcePathStyle: true }).send(
    new GetObjectCommand({ Bucket, Key }),
  );
  const folder = join(lab.context.directory, 'deployed');
  await unzip(Buffer.from((await Body?.transformToByteArray()) ?? []), folder);
  expect(archiveDigest(folder)).toBe(BUNDLE_SHA256);
});
