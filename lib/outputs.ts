import { Aws, CfnOutput, Stack } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { startCommand } from '../lambdas/contracts/lease.ts';
import { MACHINES, type MachineName } from '../lambdas/contracts/record.ts';
import { constructId, DASHBOARD } from './names.ts';
import { consoleDomain } from './partition.ts';

export interface OutputsProps {
  machines: Readonly<Record<MachineName, sfn.IStateMachine>>;
  topic: sns.ITopic;
  bucket: s3.Bucket;
  partition: string;
}

/**
 * The construct publishes the names of the deployed resources, for people as outputs of the stack, and for scripts and
 * other stacks also as parameters under `/runbook/`. The project's own command finds everything by its fixed name, and
 * needs neither.
 */
export class Outputs extends Construct {
  constructor(scope: Construct, id: string, props: OutputsProps) {
    super(scope, id);
    const { machines, topic, bucket } = props;
    const deployed: [output: string, parameter: string, value: string][] = [
      ...MACHINES.map((name): [string, string, string] => [
        `${constructId(name)}MachineArn`,
        `machines/${name}`,
        machines[name].stateMachineArn,
      ]),
      ['TopicArn', 'topic', topic.topicArn],
      ['DashboardName', 'dashboard', DASHBOARD],
      ['ControlBucket', 'control-bucket', bucket.bucketName],
    ];
    for (const [output, name, stringValue] of deployed) {
      this.#output(output, stringValue);
      // Names and ARNs are not secret.
      new ssm.StringParameter(this, output, { parameterName: `/runbook/${name}`, stringValue });
    }

    const console = (page: string) =>
      `https://${Aws.REGION}.${consoleDomain(props.partition)}/${page.replace('?', `?region=${Aws.REGION}`)}`;
    const { stateMachineArn } = machines.provision;
    this.#output(
      'StartProvision',
      startCommand(stateMachineArn, { environment: 'dev' }),
      'Starts the first environment',
    );
    this.#output('ProvisionConsole', console(`states/home?#/statemachines/view/${stateMachineArn}`));
    this.#output('DashboardConsole', console(`cloudwatch/home?#dashboards/dashboard/${DASHBOARD}`));
  }

  /** Creates an output in the stack's own scope, so that its name has no prefix. */
  #output(name: string, value: string, description?: string): void {
    new CfnOutput(Stack.of(this), name, { value, ...(description ? { description } : {}) });
  }
}
