import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Lab, startLab } from '../../lab.ts';
import { type AwsRequest, type LabService, restJson } from '../../service.ts';

const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
};
const Code = { ZipFile: Buffer.from('UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==', 'base64') };

/** The service replaces the lab's Lambda host, and only records what it was asked to run. */
class Recorder implements LabService {
  readonly services = ['lambda'];
  readonly invoked: AwsRequest[] = [];
  takes = true;

  async handle(request: AwsRequest) {
    if (!this.takes || !request.url.pathname.endsWith('/invocations')) return undefined;
    this.invoked.push(request);
    return restJson('done');
  }
}

const recorder = new Recorder();
let lab: Lab;
let lambda: LambdaClient;

beforeAll(async () => {
  lab = await startLab({ services: [() => recorder] });
  lambda = new LambdaClient(lab.context.client);
  const { Role } = await new IAMClient(lab.context.client).send(
    new CreateRoleCommand({ RoleName: 'listener', AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  const FunctionName = 'listener';
  await lambda.send(
    new CreateFunctionCommand({ FunctionName, Code, Role: Role?.Arn, Runtime: 'nodejs24.x', Handler: 'index.handler' }),
  );
});

afterAll(() => lab?.stop());

test('what the emulator invokes by itself is run by the lab', async () => {
  const sns = new SNSClient(lab.context.client);
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'news' }));
  const Endpoint = `arn:aws:lambda:${lab.context.region}:123456789012:function:listener`;
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint }));
  await sns.send(new PublishCommand({ TopicArn, Message: 'hello' }));
  await expect.poll(() => recorder.invoked.length).toBe(1);
  expect(decodeURIComponent(recorder.invoked[0]?.url.pathname ?? '')).toContain(Endpoint);
  expect(JSON.parse(recorder.invoked[0]?.body.toString() ?? '')).toMatchObject({
    Records: [{ EventSource: 'aws:sns', Sns: { Message: 'hello' } }],
  });
});

test('without a host an invocation fails, and does not go round in circles', async () => {
  recorder.takes = false;
  const invoked = lambda.send(new InvokeCommand({ FunctionName: 'listener' }));
  await expect(invoked).rejects.toThrow(/no Lambda host/);
});
