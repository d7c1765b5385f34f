import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { GetRoleCommand, IAMClient, ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Lab, startLab } from '../../lab.ts';

let lab: Lab;
let cloudformation: CloudFormationClient;
let sqs: SQSClient;

beforeAll(async () => {
  lab = await startLab({ services: [] });
  cloudformation = new CloudFormationClient(lab.context.client);
  sqs = new SQSClient(lab.context.client);
});

afterAll(() => lab?.stop());

const allow = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*' }],
};
const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
};
const empty = { PolicyName: 'empty', PolicyDocument: { Version: '2012-10-17', Statement: [] } };

type Template = Record<string, unknown>;
const queue = (properties: object = {}, more: object = {}) => ({
  Type: 'AWS::SQS::Queue',
  Properties: properties,
  ...more,
});
const text = (template: Template) => JSON.stringify(template);
const create = (StackName: string, template: Template, parameters: Record<string, string> = {}) =>
  cloudformation.send(
    new CreateStackCommand({
      StackName,
      TemplateBody: text(template),
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
    }),
  );
const update = (StackName: string, template: Template) =>
  cloudformation.send(new UpdateStackCommand({ StackName, TemplateBody: text(template) }));
const stack = async (StackName: string) =>
  (await cloudformation.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0];
const id = async (StackName: string, LogicalResourceId: string) =>
  (await cloudformation.send(new DescribeStackResourcesCommand({ StackName, LogicalResourceId }))).StackResources?.[0]
    ?.PhysicalResourceId;
const queues = async (QueueNamePrefix: string) =>
  ((await sqs.send(new ListQueuesCommand({ QueueNamePrefix }))).QueueUrls ?? []).map((url) => url.split('/').at(-1));

test('parameters, conditions, references and substitutions', async () => {
  await create(
    'functions',
    {
      Parameters: { Name: { Type: 'String' }, Keep: { Type: 'String', Default: 'no' } },
      Conditions: { Kept: { 'Fn::Equals': [{ Ref: 'Keep' }, 'yes'] } },
      Resources: {
        // The resource comes before what it refers to, so that the order has to come from the references.
        Main: queue({
          // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own placeholder
          QueueName: { 'Fn::Sub': '${Name}-main' },
          DelaySeconds: { 'Fn::If': ['Kept', 5, { Ref: 'AWS::NoValue' }] },
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 3 },
        }),
        Dead: queue({ QueueName: { 'Fn::Join': ['-', [{ Ref: 'Name' }, 'dead']] } }),
        Absent: queue({}, { Condition: 'Kept' }),
      },
      Outputs: { Url: { Value: { Ref: 'Main' } }, Arn: { Value: { 'Fn::GetAtt': ['Main', 'Arn'] } } },
    },
    { Name: 'functions' },
  );
  expect(await queues('functions')).toEqual(['functions-dead', 'functions-main']);
  const outputs = (await stack('functions'))?.Outputs ?? [];
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: outputs.find((output) => output.OutputKey === 'Url')?.OutputValue,
      AttributeNames: ['All'],
    }),
  );
  expect(Attributes?.QueueArn).toBe(outputs.find((output) => output.OutputKey === 'Arn')?.OutputValue);
  expect(JSON.parse(Attributes?.RedrivePolicy ?? '{}')).toMatchObject({ maxReceiveCount: 3 });
});

test('a creation that fails leaves nothing behind, and says what failed', async () => {
  await create('fails', {
    Resources: {
      Good: queue({ QueueName: 'fails-good' }, { DeletionPolicy: 'Retain' }),
      Bad: {
        Type: 'AWS::IAM::Role',
        Properties: { AssumeRolePolicyDocument: trust, Policies: [empty] },
        DependsOn: 'Good',
      },
    },
  });
  expect((await stack('fails'))?.StackStatus).toBe('ROLLBACK_COMPLETE');
  expect(await queues('fails')).toEqual([]);
  const { StackEvents = [] } = await cloudformation.send(new DescribeStackEventsCommand({ StackName: 'fails' }));
  const failed = StackEvents.find((event) => event.ResourceStatus === 'CREATE_FAILED');
  expect(failed).toMatchObject({ LogicalResourceId: 'Bad', ResourceType: 'AWS::IAM::Role' });
  expect(failed?.ResourceStatusReason).toMatch(/MalformedPolicyDocument/);
});

test('an update replaces what cannot change, and what refers to it follows', async () => {
  const template = (name: string, delay: number) => ({
    Resources: {
      Queue: queue({ QueueName: name, DelaySeconds: delay }),
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: 'replaces-role',
          AssumeRolePolicyDocument: trust,
          Description: { Ref: 'Queue' },
        },
      },
    },
  });
  await create('replaces', template('replaces-one', 0));
  const first = await id('replaces', 'Queue');
  await update('replaces', template('replaces-one', 7));
  expect(await id('replaces', 'Queue')).toBe(first);
  await update('replaces', template('replaces-two', 7));
  expect(await queues('replaces')).toEqual(['replaces-two']);
  const { Role } = await new IAMClient(lab.context.client).send(new GetRoleCommand({ RoleName: 'replaces-role' }));
  expect(Role?.Description).toContain('replaces-two');
});

test('an update that fails restores every property', async () => {
  const template = (delay: number, more: object = {}) => ({
    Resources: {
      Queue: queue({ QueueName: 'restores', DelaySeconds: delay }),
      Policy: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: 'restores-role',
          AssumeRolePolicyDocument: trust,
          Policies: [{ PolicyName: `p${delay}`, PolicyDocument: allow }],
        },
      },
      ...more,
    },
  });
  await create('restores', template(1));
  await update('restores', template(2, { Bad: { Type: 'AWS::Lab::Nothing', DependsOn: ['Queue', 'Policy'] } }));
  expect((await stack('restores'))?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  const QueueUrl = await id('restores', 'Queue');
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  expect(Attributes?.DelaySeconds).toBe('1');
  const iam = new IAMClient(lab.context.client);
  const { PolicyNames } = await iam.send(new ListRolePoliciesCommand({ RoleName: 'restores-role' }));
  expect(PolicyNames).toEqual(['p1']);
});

test('a deletion keeps what is to be retained', async () => {
  await create('retains', {
    Resources: { Kept: queue({ QueueName: 'retains-kept' }, { DeletionPolicy: 'Retain' }), Gone: queue() },
  });
  await cloudformation.send(new DeleteStackCommand({ StackName: 'retains' }));
  expect(await queues('retains')).toEqual(['retains-kept']);
  await expect(stack('retains')).rejects.toThrow(/does not exist/);
});

test('templates that cannot work are refused before anything is made', async () => {
  const cycle = { A: queue({}, { DependsOn: 'B' }), B: queue({}, { DependsOn: 'A' }) };
  await expect(create('cycle', { Resources: cycle })).rejects.toThrow(/Circular dependency.*\[A, B\]/);
  const unknown = { A: queue({ QueueName: { Ref: 'Nothing' } }) };
  await expect(create('unknown', { Resources: unknown })).rejects.toThrow(
    /Unresolved resource dependencies \[Nothing\]/,
  );
  await expect(stack('unknown')).rejects.toThrow(/does not exist/);
});

test('a change set lists what it will do, and is found by its name', async () => {
  const { Id } = await cloudformation.send(
    new CreateChangeSetCommand({
      StackName: 'changes',
      ChangeSetName: 'first',
      ChangeSetType: 'CREATE',
      TemplateBody: text({ Resources: { Queue: queue() } }),
    }),
  );
  const found = await cloudformation.send(
    new DescribeChangeSetCommand({ StackName: 'changes', ChangeSetName: 'first' }),
  );
  expect(found).toMatchObject({ ChangeSetId: Id, Status: 'CREATE_COMPLETE' });
  expect(found.Changes?.[0]?.ResourceChange).toMatchObject({ Action: 'Add', LogicalResourceId: 'Queue' });
  const missing = new DescribeChangeSetCommand({ StackName: 'changes', ChangeSetName: 'second' });
  await expect(cloudformation.send(missing)).rejects.toMatchObject({ name: 'ChangeSetNotFoundException' });
});
