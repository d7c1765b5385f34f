import { TRACES, type Unused } from './unused.ts';

/** The roles of machines and schedules. */
export const OF_MACHINES: readonly Unused[] = [
  {
    roles: 'Machines-*',
    actions: [...TRACES, 'xray:GetSamplingRules', 'xray:GetSamplingTargets'],
    reason: 'Step Functions sends traces as the machine; the lab keeps none.',
  },
  {
    roles: 'Machines-*',
    actions: [
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
    ],
    reason: 'Step Functions has logs delivered as the machine, by a service that the lab does without.',
  },
  {
    roles: ['Machines-Provision', 'Machines-Deploy', 'Machines-Teardown'],
    actions: ['events:DescribeRule', 'events:PutRule', 'events:PutTargets'],
    reason: 'By this rule, AWS notifies a machine of the end of what it waits for. The lab reads the status.',
  },
  {
    roles: ['Machines-Provision', 'Machines-Deploy', 'Machines-Teardown'],
    actions: ['codebuild:StopBuild', 'states:StopExecution'],
    reason: 'Stops what an execution waits for when it is aborted itself: test/lifecycle/cut-short.test.ts.',
  },
  {
    roles: 'Machines-Expire',
    actions: ['states:StartExecution'],
    reason: 'No environment expires in this life: test/lifecycle/expiry.test.ts.',
  },
  {
    roles: 'Schedules',
    actions: ['lambda:InvokeFunction', 'sqs:SendMessage', 'states:StartExecution'],
    reason: 'A lifecycle does not wait for what is scheduled for its end, and after it: test/lifecycle/expiry.test.ts.',
    sometimes: true,
  },
];
