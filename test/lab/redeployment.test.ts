import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { BatchGetProjectsCommand, CodeBuildClient } from '@aws-sdk/client-codebuild';
import { LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deployRunbook } from '../../demo/deploy.ts';
import { type Lab, startLab } from '../../lab/lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.stop());

/**
 * Returns the parts of the deployed product that follow its configuration, one line of each type of resource that may
 * differ.
 */
async function deployed() {
  const { client } = lab.context;
  const functions: string[] = [];
  for await (const { Functions = [] } of paginateListFunctions({ client: new LambdaClient(client) }, {})) {
    functions.push(...Functions.map(({ FunctionName = '' }) => FunctionName));
  }
  const stacks = await new CloudFormationClient(client).send(new DescribeStacksCommand({ StackName: 'Runbook' }));
  const machine = `arn:aws:states:${client.region}:${lab.context.accountId}:stateMachine:runbook-validate`;
  const { definition = '' } = await new SFNClient(client).send(
    new DescribeStateMachineCommand({ stateMachineArn: machine }),
  );
  const projects = await new CodeBuildClient(client).send(
    new BatchGetProjectsCommand({ names: ['runbook-terraform'] }),
  );
  const schedule = await new SchedulerClient(client).send(
    new GetScheduleCommand({ Name: 'runbook-nightly', GroupName: 'runbook' }),
  );
  const groups = await new CloudWatchLogsClient(client).send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/lambda/runbook-claim' }),
  );
  return {
    stack: stacks.Stacks?.[0]?.StackStatus,
    checks: functions.flatMap((name) => /^runbook-(check-.*)$/.exec(name)?.[1] ?? []).sort(),
    branches: Object.keys(JSON.parse(definition).States['Run checks'].Branches).length,
    buildMinutes: projects.projects?.[0]?.timeoutInMinutes,
    zone: schedule.ScheduleExpressionTimezone,
    retentionDays: groups.logGroups?.[0]?.retentionInDays,
  };
}

/**
 * Writes the configuration of document intake, changed in the types of resources that the two products' own
 * configurations have alike.
 */
function otherConfiguration(): string {
  const file = join(lab.context.directory, 'other.config.ts');
  const intake = join(lab.context.projectRoot, 'examples/document-intake/runbook.config.ts');
  const other = {
    controlPlane: { onDelete: 'retain', logRetentionDays: 90 },
    expiry: { nightlyAt: '04:00', timeZone: 'Asia/Tokyo', warnMinutes: 60, protectDays: 7 },
    notifications: { email: 'operators@example.com' },
  };
  writeFileSync(file, `import intake from '${intake}';\nexport default { ...intake, ...${JSON.stringify(other)} };\n`);
  return file;
}

test('another configuration is deployed onto a lab that stays up', async () => {
  await deployRunbook(lab.context);
  expect(await deployed()).toMatchObject({
    stack: 'CREATE_COMPLETE',
    branches: 7,
    buildMinutes: 85,
    zone: 'Europe/Dublin',
    retentionDays: 30,
  });

  await deployRunbook(lab.context, { config: otherConfiguration() });
  expect(await deployed()).toEqual({
    stack: 'UPDATE_COMPLETE',
    checks: ['check-backend', 'check-document-intake', 'check-sqs-backlog'],
    branches: 3,
    buildMinutes: 30,
    zone: 'Asia/Tokyo',
    retentionDays: 90,
  });
});
