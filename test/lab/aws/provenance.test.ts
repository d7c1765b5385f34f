import { setTimeout as delay } from 'node:timers/promises';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { CloudWatchClient, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, CreateLogGroupCommand, DeleteLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateVolumeCommand, DeleteVolumeCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateRoleCommand, DeleteRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, DeleteBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, DeleteTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CloudTrail } from '../../../lab/cloudtrail/cloudtrail.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import type { SweepEnvironment } from '../../../lambdas/aws/sweep-ports.ts';
import type { Finding } from '../../../lambdas/contracts/contracts.ts';
import { ACCOUNT, aRequest, NO_NEIGHBOURS, PATTERN } from '../../unit/lambdas/support/fixtures.ts';
import { TABLE } from './support.ts';

/** The event history finds what a build's session creates by real calls, whatever its service, tags or name. */

const before = { ...process.env };
const ROLE = `arn:aws:iam::${ACCOUNT}:role/runbook-terraform`;
let lab: Lab;

beforeAll(async () => {
  lab = await startLab({ services: [(context) => new CloudTrail(context)] });
  Object.assign(process.env, lab.environment);
});
afterAll(async () => {
  process.env = before;
  await lab?.stop();
});

const asBuild = (id: string) => ({
  ...lab.context.client,
  forcePathStyle: true,
  credentials: lab.context.credentials.issue(ROLE, `AWSCodeBuild-${id}`),
});

/** Calls a service for which this project has no client, so that no code here is about it. */
async function callUnforeseen(id: string, service: string, target: string, body: object): Promise<void> {
  const { accessKeyId } = asBuild(id).credentials;
  const answer = await fetch(lab.endpoint, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260131/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': target,
    },
    body: JSON.stringify(body),
  });
  expect(`${answer.status} ${await answer.text()}`).toMatch(/^200/);
}

async function sweep(id: string): Promise<Finding[]> {
  const [{ sweepPorts }, { loadSweeper }, { trailOf }, { sweepProvenance }] = await Promise.all([
    import('../../../lambdas/aws/sweep-ports.ts'),
    import('../../../lambdas/aws/sweepers.ts'),
    import('../../../lambdas/aws/trail.ts'),
    import('../../../lambdas/provenance/provenance.ts'),
  ]);
  const env: SweepEnvironment = {
    CONTROL_BUCKET: 'c',
    ENVIRONMENTS_TABLE: TABLE,
    NAME_PATTERN: PATTERN,
    PROJECT: 'order-platform',
  };
  const request = aRequest({ machine: 'sweep' });
  const { findings } = await sweepProvenance(
    { request, pass: 1 },
    {
      ...sweepPorts(request, env, loadSweeper),
      ...NO_NEIGHBOURS,
      inventory: async () => [],
      builds: async () => [{ id: `runbook-terraform:${id}`, role: ROLE, began: true }],
      events: trailOf('eu-west-1', ['eu-west-1']),
    },
  );
  return findings;
}

test('ten of ten, and none of a neighbour', async () => {
  const as = asBuild('one');
  await new SQSClient(as).send(new CreateQueueCommand({ QueueName: 'odd' }));
  await new SNSClient(as).send(new CreateTopicCommand({ Name: 'odd' }));
  await new EC2Client(as).send(new CreateVolumeCommand({ AvailabilityZone: 'eu-west-1a', Size: 1 }));
  await new IAMClient(as).send(new CreateRoleCommand({ RoleName: 'odd', AssumeRolePolicyDocument: '{}' }));
  await new KMSClient(as).send(new CreateKeyCommand({}));
  await new CloudWatchLogsClient(as).send(new CreateLogGroupCommand({ logGroupName: 'odd' }));
  await new SSMClient(as).send(new PutParameterCommand({ Name: '/odd/one', Value: 'v', Type: 'String' }));
  await new S3Client(as).send(
    new CreateBucketCommand({ Bucket: 'odd-one', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
  );
  await callUnforeseen('one', 'athena', 'AmazonAthena.CreateWorkGroup', { Name: 'odd' });
  await callUnforeseen('one', 'codecommit', 'CodeCommit_20150413.CreateRepository', { repositoryName: 'odd' });
  // One queue is another build's, and one a person's.
  await new SQSClient(asBuild('other')).send(new CreateQueueCommand({ QueueName: 'neighbours' }));
  await new SQSClient(lab.context.client).send(new CreateQueueCommand({ QueueName: 'operators' }));

  const findings = await sweep('one');
  expect(findings.map(({ service, type, status }) => `${service} ${type} ${status}`).sort()).toEqual([
    'athena WorkGroup UNKNOWN',
    'cloudcontrol AWS::SSM::Parameter PRESENT',
    'codecommit Repository UNKNOWN',
    'ec2 volume PRESENT',
    'iam role PRESENT',
    'kms key PRESENT',
    'logs log-group PRESENT',
    's3 bucket PRESENT',
    'sns topic PRESENT',
    'sqs queue PRESENT',
  ]);
  expect(JSON.stringify(findings)).not.toMatch(/neighbours|operators/);
});

test('what the build removed, and what somebody else did, is gone', async () => {
  const as = asBuild('two');
  const { QueueUrl } = await new SQSClient(as).send(new CreateQueueCommand({ QueueName: 'two' }));
  await new SQSClient(as).send(new DeleteQueueCommand({ QueueUrl }));
  const { TopicArn } = await new SNSClient(as).send(new CreateTopicCommand({ Name: 'two' }));
  await new SNSClient(lab.context.client).send(new DeleteTopicCommand({ TopicArn }));
  const ec2 = new EC2Client(as);
  const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: 'eu-west-1a', Size: 1 }));
  await ec2.send(new DeleteVolumeCommand({ VolumeId }));
  const iam = new IAMClient(as);
  await iam.send(new CreateRoleCommand({ RoleName: 'two', AssumeRolePolicyDocument: '{}' }));
  await iam.send(new DeleteRoleCommand({ RoleName: 'two' }));
  const logs = new CloudWatchLogsClient(as);
  await logs.send(new CreateLogGroupCommand({ logGroupName: 'two' }));
  await logs.send(new DeleteLogGroupCommand({ logGroupName: 'two' }));
  const s3 = new S3Client(as);
  await s3.send(
    new CreateBucketCommand({ Bucket: 'two-one', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
  );
  await s3.send(new PutBucketVersioningCommand({ Bucket: 'two-one', VersioningConfiguration: { Status: 'Enabled' } }));
  await s3.send(new DeleteBucketCommand({ Bucket: 'two-one' }));
  await new CloudWatchClient(lab.context.client).send(
    new PutMetricAlarmCommand({ AlarmName: 'two', EvaluationPeriods: 1, ComparisonOperator: 'GreaterThanThreshold' }),
  );
  await callUnforeseen('two', 'athena', 'AmazonAthena.CreateWorkGroup', { Name: 'two' });
  // CloudTrail's times are whole seconds: a removal in the same one may be older.
  await delay(1_100);
  await callUnforeseen('other', 'athena', 'AmazonAthena.DeleteWorkGroup', { WorkGroup: 'two' });

  const findings = await sweep('two');
  expect(findings.map(({ service, type, status }) => `${service} ${type} ${status}`).sort()).toEqual([
    'athena WorkGroup ABSENT',
    'ec2 volume ABSENT',
    'iam role ABSENT',
    'logs log-group ABSENT',
    's3 bucket ABSENT',
    'sns topic ABSENT',
    'sqs queue ABSENT',
  ]);
});

test('the history pages newest first, and refuses a third request in a second', async () => {
  const sqs = new SQSClient(asBuild('many'));
  for (let index = 0; index < 52; index += 1) await sqs.send(new CreateQueueCommand({ QueueName: `many-${index}` }));
  const { trailOf } = await import('../../../lambdas/aws/trail.ts');
  const events = [];
  for await (const event of trailOf('eu-west-1', [])({ by: 'Username', value: 'AWSCodeBuild-many' }, 0))
    events.push(event);
  expect(events).toHaveLength(52);
  expect(events[0]?.request).toEqual({ queueName: 'many-51' });

  const trail = new CloudTrailClient({ ...lab.context.client, region: 'eu-central-1', maxAttempts: 1 });
  const asked = [1, 2, 3].map(() => trail.send(new LookupEventsCommand({})));
  const failed = (await Promise.allSettled(asked)).flatMap((one) =>
    one.status === 'rejected' ? [one.reason.name] : [],
  );
  expect(failed).toEqual(['ThrottlingException']);
  await expect(
    new CloudTrailClient({ ...lab.context.client, region: 'eu-west-3' }).send(
      new LookupEventsCommand({
        LookupAttributes: [
          { AttributeKey: 'EventName', AttributeValue: 'A' },
          { AttributeKey: 'EventId', AttributeValue: 'B' },
        ],
      }),
    ),
  ).rejects.toThrow(/One attribute/);
});
