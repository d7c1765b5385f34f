import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { MachineName } from '../../lambdas/contracts/record.ts';
import { arn, executionArns, machineArn, projectArn } from '../names.ts';
import type { Grant } from './role.ts';

/**
 * This module contains the permissions that each service integration of the machines needs. Step Functions documents
 * them; CDK derives none from ASL.
 */

export function invoke(...functions: lambda.IFunction[]): Grant {
  return { actions: ['lambda:InvokeFunction'], resources: functions.map((fn) => fn.functionArn) };
}

/**
 * Grants `codebuild:startBuild.sync`. Without the rule by which CodeBuild reports the end of a build, the task would
 * hang.
 */
export function runBuilds(scope: Construct, ...projects: string[]): Grant[] {
  return [
    {
      actions: ['codebuild:StartBuild', 'codebuild:StopBuild', 'codebuild:BatchGetBuilds'],
      resources: projects.map((project) => projectArn(scope, project)),
    },
    managedRule(scope, 'StepFunctionsGetEventForCodeBuildStartBuildRule'),
  ];
}

/** Grants `states:startExecution.sync:2`. */
export function runMachine(scope: Construct, machine: MachineName): Grant[] {
  return [
    { actions: ['states:StartExecution'], resources: [machineArn(scope, machine)] },
    {
      actions: ['states:DescribeExecution', 'states:StopExecution'],
      resources: [executionArns(scope, machine)],
      wildcardReason: 'Executions of this machine; each has a name of its own.',
    },
    managedRule(scope, 'StepFunctionsGetEventsForStepFunctionsExecutionRule'),
  ];
}

/** Grants `states:startExecution`. */
export function startMachine(scope: Construct, machine: MachineName): Grant {
  return { actions: ['states:StartExecution'], resources: [machineArn(scope, machine)] };
}

function managedRule(scope: Construct, name: string): Grant {
  return {
    actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
    resources: [arn(scope, 'events', `rule/${name}`)],
  };
}
