import { DefaultStackSynthesizer, type IStackSynthesizer, Stack, Tags } from 'aws-cdk-lib';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { Builds } from './builds/builds.ts';
import { CheckProjects } from './builds/check-projects.ts';
import { ConfigurationBundle } from './builds/source-archive.ts';
import type { Config } from './config/config.ts';
import { requireChecksums } from './config/engine-config.ts';
import { checkNames, taggedRoots } from './config/stack-config.ts';
import { Functions } from './functions/functions.ts';
import { Github } from './iam/github.ts';
import { Machines } from './machines/machines.ts';
import { RecurringSchedules } from './machines/recurring-schedules.ts';
import { Schedules } from './machines/schedules.ts';
import { longestHoldHours } from './machines/substitutions.ts';
import { checkProject } from './names.ts';
import { Alarms } from './observability/alarms.ts';
import { Dashboard } from './observability/dashboard.ts';
import { ExecutionEvents } from './observability/execution-events.ts';
import { Notifications } from './observability/notifications.ts';
import { Webhook } from './observability/webhook.ts';
import { Outputs } from './outputs.ts';
import { partitionOf } from './partition.ts';
import { ControlPlane } from './state/control-plane.ts';

export interface RunbookStackProps {
  config: Config;
  /** This is the root of the checkout. */
  projectRoot: string;
}

/** The stack contains all AWS resources of the runbook. */
export class RunbookStack extends Stack {
  constructor(scope: Construct, id: string, props: RunbookStackProps) {
    super(scope, id, {
      description: `Provisions, validates, destroys and sweeps environments of ${props.config.project}`,
      analyticsReporting: false,
      // The CLI checks the bootstrap stack itself. The rule would only add a parameter that needs SSM at deployment.
      synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) as IStackSynthesizer,
    });
    const { config, projectRoot } = props;
    requireChecksums(projectRoot, config.engine);
    const logRetention = config.controlPlane.logRetentionDays as logs.RetentionDays;
    // All allowed regions are in one partition, and the stack is deployed to one of them.
    const partition = partitionOf(config.allowedRegions[0] ?? '');

    const { bucket, table, certificateKey } = new ControlPlane(this, 'ControlPlane', { config });
    const bundle = new ConfigurationBundle(this, 'Bundle', {
      projectRoot,
      folders: [config.stack.root, config.stack.bootstrap],
      tagged: taggedRoots(config.stack),
      images: config.stack.images,
      architecture: config.images.architecture,
      stack: config.stack,
    });
    const { topic, chatTopic, deadLetterQueue } = new Notifications(this, 'Notifications', config.notifications);
    if (config.notifications.webhook) {
      new Webhook(this, 'Webhook', { ...config.notifications.webhook, deadLetterQueue });
    }
    const schedules = new Schedules(this, 'Schedules', { deadLetterQueue });
    const { terraform } = new Builds(this, 'Builds', { projectRoot, config, bucket, bundle, logRetention });
    new CheckProjects(this, 'CheckProjects', { projectRoot, config, bucket, logRetention });
    const { byHandler, checks } = new Functions(this, 'Functions', {
      projectRoot,
      config,
      namePattern: config.namePattern,
      keepBackend: config.stack.keepBackend,
      images: config.stack.images,
      checkProjects: config.stack.buildChecks.map(({ name }) => checkProject(name)),
      project: config.project,
      bucket,
      table,
      bundle,
      certificateKey,
      locksCertificates: config.controlPlane.lockCertificatesDays > 0,
      topic,
      terraformRole: terraform.roleArn,
      chatTopic,
      hasWebhook: config.notifications.webhook !== undefined,
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
      partition,
      logRetention,
    });
    new RecurringSchedules(this, 'RecurringSchedules', {
      schedules,
      expiry: config.expiry,
      expire: byName.expire,
      environmentMetrics: byHandler['environment-metrics'],
      orphans: byHandler.orphans,
      deadLetterQueue,
    });
    const { rule } = new ExecutionEvents(this, 'ExecutionEvents', {
      machines: byName,
      executionChanged: byHandler['execution-changed'],
      board: byHandler.board,
      deadLetterQueue,
    });
    const { all: alarms } = new Alarms(this, 'Alarms', {
      machines: byName,
      functions: byHandler,
      rule,
      deadLetterQueue,
      topic,
      heldHours: longestHoldHours(config) + 1,
    });
    new Dashboard(this, 'Dashboard', {
      machines: byName,
      checks: checkNames(config.stack),
      alarms,
    });

    if (config.github) {
      const pullRequest = byHandler['pull-request'];
      new Github(this, 'Github', { ...config, github: config.github, bucket, pullRequest });
    }

    new Outputs(this, 'Outputs', { machines: byName, topic, bucket, partition });
    // Dashboards are left out, because their support for tags is too recent for some tools and regions.
    Tags.of(this).add('project', 'runbook', { excludeResourceTypes: ['AWS::CloudWatch::Dashboard'] });
  }
}
