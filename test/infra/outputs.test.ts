import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { MACHINES } from '../../lambdas/contracts/record.ts';
import { flat, runbook } from './support/runbook.ts';

const { template } = runbook();
const outputs = outputsOf(template);

function outputsOf(of: Template): Record<string, string> {
  const { Outputs } = of.toJSON() as { Outputs: Record<string, { Value: unknown }> };
  return Object.fromEntries(Object.entries(Outputs).map(([name, { Value }]) => [name, flat(Value)]));
}

const parameters = Object.fromEntries(
  Object.values(template.findResources('AWS::SSM::Parameter')).map(({ Properties }) => [
    Properties.Name as string,
    { type: Properties.Type as string, value: flat(Properties.Value) },
  ]),
);

test('what was deployed is shown to people and, under the same value, to scripts', () => {
  const told: [string, string | undefined][] = [
    ...MACHINES.map((name): [string, string | undefined] => {
      const output = `${name[0]?.toUpperCase()}${name.slice(1)}MachineArn`;
      return [`/runbook/machines/${name}`, outputs[output]];
    }),
    ['/runbook/topic', outputs.TopicArn],
    ['/runbook/dashboard', outputs.DashboardName],
    ['/runbook/control-bucket', outputs.ControlBucket],
  ];
  expect(parameters).toEqual(Object.fromEntries(told.map(([name, value]) => [name, { type: 'String', value }])));
  for (const [, value] of told) expect(value).toMatch(/./);
});

test('a line can be pasted that starts the first environment', () => {
  expect(outputs.StartProvision).toBe(
    `aws stepfunctions start-execution --state-machine-arn ${outputs.ProvisionMachineArn} --input '{"environment":"dev"}'`,
  );
});

describe.each([
  ['eu-west-1', 'aws', 'console.aws.amazon.com'],
  ['cn-north-1', 'aws-cn', 'console.amazonaws.cn'],
  ['us-gov-west-1', 'aws-us-gov', 'console.amazonaws-us-gov.com'],
])('in %s', (region, partition, domain) => {
  const there = runbook({ allowedRegions: [region] });
  const links = outputsOf(there.template);

  test('links lead to the console of the region', () => {
    const start = `https://<AWS::Region>.${domain}`;
    expect(links).toMatchObject({
      DashboardConsole: `${start}/cloudwatch/home?region=<AWS::Region>#dashboards/dashboard/runbook`,
      ProvisionConsole: `${start}/states/home?region=<AWS::Region>#/statemachines/view/${links.ProvisionMachineArn}`,
    });
  });

  test('machines use the integrations of the partition', () => {
    const used = Object.values(there.template.findResources('AWS::StepFunctions::StateMachine')).flatMap(
      ({ Properties }) => (Properties.DefinitionString as string).match(/"arn:[a-z-]+:\w+:::/g) ?? [],
    );
    expect(new Set(used)).toEqual(new Set([`"arn:${partition}:states:::`]));
  });
});
