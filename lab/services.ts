import { CloudTrail } from './cloudtrail/cloudtrail.ts';
import { codebuildService } from './codebuild/codebuild.ts';
import { ecsService } from './ecs/ecs.ts';
import { elbService } from './elb/elb.ts';
import { eventBridgeService } from './eventbridge/eventbridge.ts';
import { Authorizer } from './iam/authorizer.ts';
import { Simulator } from './iam/simulator.ts';
import { lambdaService } from './lambda/lambda.ts';
import { rdsService } from './rds/rds.ts';
import { schedulerService } from './scheduler/scheduler.ts';
import type { LabServiceFactory } from './service.ts';
import { sqsService } from './sqs/long-poll.ts';
import { statesService } from './states/states.ts';

/** The factory has a name for tests that want another clock. */
export const scheduler: LabServiceFactory = (context) => schedulerService(context);

/** The lab executes these parts of AWS itself. They start in this order, and stop in reverse. */
export const labServices: LabServiceFactory[] = [
  (context) => rdsService(context),
  (context) => elbService(context),
  (context) => ecsService(context),
  (context) => lambdaService(context),
  (context) => codebuildService(context),
  (context) => new CloudTrail(context),
  (context) => statesService(context),
  (context) => eventBridgeService(context),
  scheduler,
  (context) => sqsService(context),
  (context) => new Simulator(context),
];

/** The same services run in an account where roles may do what their policies allow, and nothing else. */
export const servicesWithIam: LabServiceFactory[] = [(context) => new Authorizer(context), ...labServices];
