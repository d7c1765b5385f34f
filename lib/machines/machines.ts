import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { CommonHandler } from '../../lambdas/contracts/functions.ts';
import type { MachineName } from '../../lambdas/contracts/record.ts';
import type { Config } from '../config/config.ts';
import { invoke, runBuilds, runMachine, startMachine } from '../iam/machine-grants.ts';
import { updateRecords } from '../iam/record-grants.ts';
import type { Grant } from '../iam/role.ts';
import { IMAGES_PROJECT, TERRAFORM_PROJECT } from '../names.ts';
import { readDefinition } from './definition.ts';
import { Machine } from './state-machine.ts';
import { functionArns, functionsOf, type SubstitutionSources, substitutionsOf } from './substitutions.ts';

export interface MachinesProps {
  projectRoot: string;
  config: Config;
  functions: Readonly<Record<CommonHandler, lambda.IFunction>>;
  /** The keys are the names of the checks. */
  checks: Readonly<Record<string, lambda.IFunction>>;
  table: dynamodb.Table;
  bucket: s3.Bucket;
  topic: sns.ITopic;
  partition: string;
  logRetention: logs.RetentionDays;
}

/** The construct contains the state machines, and the permissions of each. */
export class Machines extends Construct {
  readonly byName: Readonly<Record<MachineName, sfn.StateMachine>>;

  constructor(scope: Construct, id: string, props: MachinesProps) {
    super(scope, id);
    const { config, projectRoot, table } = props;
    const sources: SubstitutionSources = { ...props, scope: this };
    const machine = (constructName: string, name: MachineName, grants: readonly Grant[]) => {
      const definition = readDefinition(projectRoot, name, config.stack);
      const functions = functionsOf(definition, sources);
      return new Machine(this, constructName, {
        machine: name,
        definition,
        substitutions: { ...functionArns(functions), ...substitutionsOf(name, sources) },
        grants: [invoke(...functions.values()), ...grants],
        partition: props.partition,
        logRetention: props.logRetention,
      }).stateMachine;
    };

    this.byName = {
      provision: machine('Provision', 'provision', [
        ...runBuilds(this, TERRAFORM_PROJECT, IMAGES_PROJECT),
        ...runMachine(this, 'validate'),
        { actions: ['sns:Publish'], resources: [props.topic.topicArn] },
        updateRecords('provision', table.tableArn),
      ]),
      deploy: machine('Deploy', 'deploy', [
        ...runBuilds(this, TERRAFORM_PROJECT, IMAGES_PROJECT),
        ...runMachine(this, 'validate'),
        updateRecords('deploy', table.tableArn),
      ]),
      validate: machine('Validate', 'validate', []),
      teardown: machine('Teardown', 'teardown', [
        ...runBuilds(this, TERRAFORM_PROJECT),
        ...runMachine(this, 'sweep'),
        updateRecords('teardown', table.tableArn),
      ]),
      sweep: machine('Sweep', 'sweep', []),
      extend: machine('Extend', 'extend', []),
      protect: machine('Protect', 'protect', []),
      expire: machine('Expire', 'expire', [startMachine(this, 'teardown')]),
    };
  }
}
