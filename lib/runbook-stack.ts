import { CfnOutput, DefaultStackSynthesizer, type IStackSynthesizer, Stack, Tags } from 'aws-cdk-lib';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { MACHINES } from '../lambdas/shared/record.ts';
import { Builds } from './builds.ts';
import type { Config } from './config.ts';
import { ConfigurationBundle } from './configuration-bundle.ts';
import { ControlPlane } from './control-plane.ts';
import { ExecutionWatch } from './execution-watch.ts';
import { Functions } from './functions.ts';
import { Github } from './github.ts';
import { Machines } from './machines.ts';
import { constructId } from './names.ts';
import { Notifications } from './notifications.ts';
import { Schedules } from './schedules.ts';
import { foldersOf } from './stack-config.ts';

export interface RunbookStackProps {
  config: Config;
  /** Root of the checkout. */
  projectRoot: string;
}

/** Everything that AWS needs to run the runbook. */
export class RunbookStack extends Stack {
  constructor(scope: Construct, id: string, props: RunbookStackProps) {
    super(scope, id, {
      description: `Provisions, validates, destroys and sweeps environments of ${props.config.project}`,
      analyticsReporting: false,
      // The CLI checks the bootstrap stack itself; the rule would only add a parameter that needs SSM at deployment.
      synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) as IStackSynthesizer,
    });
    const { config, projectRoot } = props;
    const logRetention = config.controlPlane.logRetentionDays as logs.RetentionDays;

    const { bucket, table } = new ControlPlane(this, 'ControlPlane', { config });
    const bundle = new ConfigurationBundle(this, 'Bundle', { projectRoot, folders: foldersOf(config.stack) });
    const { topic, deadLetterQueue } = new Notifications(this, 'Notifications', { email: config.notifications.email });
    const schedules = new Schedules(this, 'Schedules', { deadLetterQueue, expiry: config.expiry });
    new Builds(this, 'Builds', { projectRoot, config, bucket, bundle, logRetention });
    const { byHandler, checks } = new Functions(this, 'Functions', {
      projectRoot,
      config,
      namePattern: config.namePattern,
      project: config.project,
      bucket,
      table,
      bundle,
      topic,
      schedules,
      deadLetterQueue,
      logRetention,
    });
    const { byName } = new Machines(this, 'Machines', {
      projectRoot,
      config,
      functions: byHandler,
      checks,
      bucket,
      table,
      topic,
      schedules,
      deadLetterQueue,
      logRetention,
    });
    new ExecutionWatch(this, 'ExecutionWatch', {
      machines: byName,
      executionChanged: byHandler['execution-changed'],
      topic,
      deadLetterQueue,
    });

    if (config.github) new Github(this, 'Github', { github: config.github, namePattern: config.namePattern });

    for (const machine of MACHINES) {
      new CfnOutput(this, `${constructId(machine)}MachineArn`, { value: byName[machine].stateMachineArn });
    }
    new CfnOutput(this, 'ControlBucket', { value: bucket.bucketName });
    new CfnOutput(this, 'StartProvision', {
      description: 'Starts the first environment',
      value: `aws stepfunctions start-execution --state-machine-arn ${byName.provision.stateMachineArn} --input '{"environment":"dev"}'`,
    });
    Tags.of(this).add('project', 'runbook');
  }
}
