import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAccount } from './account.ts';

let account: Awaited<ReturnType<typeof startAccount>>;
beforeAll(async () => {
  account = await startAccount();
});
afterAll(() => account.stop());

const fails = { Type: 'Fail', Error: 'Odd' };
const choose = {
  Type: 'Choice',
  Choices: [{ Condition: '{% $states.input % 2 = 1 %}', Next: 'Fails' }],
  Default: 'Doubles',
};
const doubles = { Type: 'Succeed', Output: '{% $states.input * 2 %}' };
const machine = {
  StartAt: 'Each',
  States: {
    Each: {
      Type: 'Map',
      Label: 'Numbers',
      Items: [1, 2, 4],
      MaxConcurrency: 2,
      ToleratedFailurePercentage: 50,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Choose',
        States: { Choose: choose, Fails: fails, Doubles: doubles },
      },
      End: true,
    },
  },
};

describe('a run of a distributed Map', () => {
  test('is listed and described, and so are its iterations', async () => {
    const { executionArn, status, output } = await account.run(machine);
    expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: '[4,8]' });
    const { mapRuns = [] } = await account.sfn.send(new ListMapRunsCommand({ executionArn }));
    expect(mapRuns).toHaveLength(1);
    const { mapRunArn } = mapRuns[0] ?? {};
    expect(mapRunArn).toMatch(/:mapRun:machine-\d+\/Numbers:/);
    expect(await account.sfn.send(new DescribeMapRunCommand({ mapRunArn }))).toMatchObject({
      executionArn,
      status: 'SUCCEEDED',
      maxConcurrency: 2,
      toleratedFailurePercentage: 50,
      itemCounts: { total: 3, succeeded: 2, failed: 1, pending: 0, running: 0 },
      executionCounts: { total: 3, succeeded: 2, failed: 1 },
    });
    const { executions = [] } = await account.sfn.send(new ListExecutionsCommand({ mapRunArn }));
    expect(executions.map((one) => one.status).sort()).toEqual(['FAILED', 'SUCCEEDED', 'SUCCEEDED']);
    const failed = executions.find((one) => one.status === 'FAILED');
    expect(await account.sfn.send(new DescribeExecutionCommand({ executionArn: failed?.executionArn }))).toMatchObject({
      mapRunArn,
      input: '1',
      error: 'Odd',
      stateMachineArn: expect.stringMatching(/\/Numbers$/),
    });
  });

  test('raises no event but those of the execution that it belongs to', async () => {
    const { executionArn } = await account.run(machine);
    const about = account.events.map(({ detail }) => detail.executionArn);
    expect(about.filter((arn) => arn === executionArn)).toHaveLength(2);
    expect(about.filter((arn) => String(arn).includes('/Numbers'))).toEqual([]);
  });

  test('that does not exist is an error', async () => {
    const mapRunArn = 'arn:aws:states:eu-west-1:123456789012:mapRun:m/x:1';
    await expect(account.sfn.send(new DescribeMapRunCommand({ mapRunArn }))).rejects.toMatchObject({
      name: 'ResourceNotFound',
    });
    await expect(account.sfn.send(new ListExecutionsCommand({}))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});
