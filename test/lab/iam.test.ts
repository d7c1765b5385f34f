import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Authorizer } from '../../lab/iam/authorizer.ts';
import { type Lab, startLab } from '../../lab/lab.ts';

/** A role of the account calls AWS, and may do what its policies say. */

let lab: Lab;
let iam: IAMClient;
let authorizer: Authorizer;
const role = 'arn:aws:iam::123456789012:role/some';
const asRole = () => ({ ...lab.context.client, credentials: lab.context.credentials.issue(role), maxAttempts: 1 });

beforeAll(async () => {
  lab = await startLab({
    services: [
      (context) => {
        authorizer = new Authorizer(context);
        return authorizer;
      },
    ],
  });
  iam = new IAMClient(lab.context.client);
  await iam.send(new CreateRoleCommand({ RoleName: 'some', AssumeRolePolicyDocument: '{"Statement":[]}' }));
});
beforeEach(() => allow([]));
afterAll(() => lab?.stop());

async function allow(Statement: object[]): Promise<void> {
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [...Statement, { Effect: 'Allow', Action: 'kms:ListAliases', Resource: '*' }],
  });
  await iam.send(new PutRolePolicyCommand({ RoleName: 'some', PolicyName: 'p', PolicyDocument }));
}

test('a call passes when a policy allows it on that very resource', async () => {
  const operator = new SQSClient(lab.context.client);
  const [own, other] = await Promise.all(
    ['orders', 'others'].map((QueueName) => operator.send(new CreateQueueCommand({ QueueName }))),
  );
  await allow([
    { Effect: 'Allow', Action: 'sqs:GetQueueAttributes', Resource: 'arn:aws:sqs:eu-west-1:123456789012:orders' },
  ]);
  const sqs = new SQSClient(asRole());
  const look = (QueueUrl = '') => sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  await expect(look(own?.QueueUrl)).resolves.toMatchObject({ Attributes: { VisibilityTimeout: '30' } });
  await expect(look(other?.QueueUrl)).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: `${role} is not authorized to perform: sqs:GetQueueAttributes on resource: arn:aws:sqs:eu-west-1:123456789012:others`,
  });
  expect(authorizer.ledger.entries()).toMatchObject([
    {
      role,
      used: ['sqs:GetQueueAttributes'],
      denied: ['sqs:GetQueueAttributes on arn:aws:sqs:eu-west-1:123456789012:others'],
    },
  ]);
});

test('a role that IAM does not have is one of AWS itself, and is not judged', async () => {
  const own = 'arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS';
  const sns = new SNSClient({ ...asRole(), credentials: lab.context.credentials.issue(own) });
  await expect(sns.send(new ListTopicsCommand({}))).resolves.toMatchObject({ Topics: [] });
  expect(authorizer.ledger.entries().find(({ role }) => role === own)).toMatchObject({ unjudged: ['sns:ListTopics'] });
});

test('what is allowed ends with the policy', async () => {
  const sns = new SNSClient(asRole());
  await allow([{ Effect: 'Allow', Action: 'sns:ListTopics', Resource: '*' }]);
  await expect(sns.send(new ListTopicsCommand({}))).resolves.toMatchObject({ Topics: [] });
  await allow([]);
  await expect(sns.send(new ListTopicsCommand({}))).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('each protocol says no in its own words', async () => {
  await new S3Client({ ...lab.context.client, forcePathStyle: true }).send(
    new CreateBucketCommand({ Bucket: 'bucket', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
  );
  const s3 = new S3Client({ ...asRole(), forcePathStyle: true });
  await expect(s3.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'k' }))).rejects.toMatchObject({
    name: 'AccessDenied',
    $metadata: { httpStatusCode: 403 },
  });
  await expect(new EC2Client(asRole()).send(new DescribeVpcsCommand({}))).rejects.toMatchObject({
    name: 'UnauthorizedOperation',
  });
});

test('a condition is met, or it is not', async () => {
  const condition = (prefix: string) => ({
    Effect: 'Allow',
    Action: ['s3:PutObject'],
    Resource: 'arn:aws:s3:::bucket/*',
    Condition: { StringLike: { 'aws:PrincipalArn': `arn:aws:iam::*:role/${prefix}*` } },
  });
  const put = () =>
    new S3Client({ ...asRole(), forcePathStyle: true }).send(
      new PutObjectCommand({ Bucket: 'bucket', Key: 'k', Body: 'x' }),
    );
  await allow([condition('other')]);
  await expect(put()).rejects.toMatchObject({ name: 'AccessDenied' });
  await allow([condition('so')]);
  await expect(put()).resolves.toBeDefined();
});
