import { RemovalPolicy } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { MachineName } from '../../lambdas/contracts/record.ts';
import { type Grant, LeastPrivilegeRole, THIS_ACCOUNT_ONLY } from '../iam/role.ts';
import { machineName } from '../names.ts';
import { prepareDefinition, type Substitutions } from './definition.ts';

export interface MachineProps {
  machine: MachineName;
  definition: string;
  substitutions: Substitutions;
  grants: readonly Grant[];
  partition: string;
  logRetention: logs.RetentionDays;
}

/** A state machine of `statemachines/` has its own role. No permission is derived from an ASL file. */
export class Machine extends Construct {
  readonly stateMachine: sfn.StateMachine;

  constructor(scope: Construct, id: string, props: MachineProps) {
    super(scope, id);
    const name = machineName(props.machine);
    // The prefix keeps the log group out of the account's resource policy for log delivery, which has a size limit.
    const logGroup = new logs.LogGroup(this, 'Logs', {
      logGroupName: `/aws/vendedlogs/states/${name}`,
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new LeastPrivilegeRole(this, 'Role', {
      service: 'states.amazonaws.com',
      description: `What executions of ${name} may do`,
      assumeConditions: THIS_ACCOUNT_ONLY,
      grants: [...props.grants, ...LOGS_AND_TRACES],
    });
    const { definition, strings } = prepareDefinition(
      // The language has no placeholder for the partition, and its validators require a literal one.
      props.definition.replaceAll('"arn:aws:', `"arn:${props.partition}:`),
      props.substitutions,
    );
    this.stateMachine = new sfn.StateMachine(this, 'Machine', {
      stateMachineName: name,
      definitionBody: sfn.DefinitionBody.fromString(definition),
      definitionSubstitutions: strings,
      role: role.immutable,
      logs: { destination: logGroup, level: sfn.LogLevel.ALL, includeExecutionData: true },
      tracingEnabled: true,
    });
  }
}

const LOGS_AND_TRACES: readonly Grant[] = [
  {
    actions: [
      'logs:CreateLogDelivery',
      'logs:GetLogDelivery',
      'logs:UpdateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:DescribeResourcePolicies',
      'logs:DescribeLogGroups',
    ],
    resources: ['*'],
    wildcardReason: 'Log delivery knows no resource.',
  },
  {
    actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'],
    resources: ['*'],
    wildcardReason: 'X-Ray knows no resource for traces.',
  },
];
