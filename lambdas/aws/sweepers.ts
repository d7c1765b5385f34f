import type { SweepService } from '../contracts/sweep-request.ts';
import type { Sweeper } from '../sweep/sweep-service.ts';

/** The modules are loaded one by one, because an invocation sweeps one service and needs one SDK client. */
const LOADERS: Record<Exclude<SweepService, 'cloudcontrol'>, () => Promise<{ sweeper: Sweeper }>> = {
  ecs: () => import('./sweepers/ecs.ts'),
  rds: () => import('./sweepers/rds.ts'),
  sqs: () => import('./sweepers/sqs.ts'),
  elbv2: () => import('./sweepers/elbv2.ts'),
  ecr: () => import('./sweepers/ecr.ts'),
  logs: () => import('./sweepers/logs.ts'),
  ec2: () => import('./sweepers/ec2.ts'),
  iam: () => import('./sweepers/iam.ts'),
  secretsmanager: () => import('./sweepers/secretsmanager.ts'),
  sns: () => import('./sweepers/sns.ts'),
  cloudwatch: () => import('./sweepers/cloudwatch.ts'),
  events: () => import('./sweepers/events.ts'),
  'application-autoscaling': () => import('./sweepers/application-autoscaling.ts'),
  s3: () => import('./sweepers/s3.ts'),
  dynamodb: () => import('./sweepers/dynamodb.ts'),
  kms: () => import('./sweepers/kms.ts'),
  tagging: () => import('./sweepers/tagging.ts'),
};

/**
 * Loads a sweeper other than Cloud Control's. Cloud Control API finds resources that only a person may remove, so a
 * function that removes needs no permission to call it.
 */
export async function loadRemovableSweeper(service: SweepService): Promise<Sweeper> {
  if (service === 'cloudcontrol') throw new Error('a function that removes does not call Cloud Control API');
  return (await LOADERS[service]()).sweeper;
}

export async function loadSweeper(service: SweepService): Promise<Sweeper> {
  if (service === 'cloudcontrol') return (await import('./sweepers/cloudcontrol.ts')).sweeper;
  return loadRemovableSweeper(service);
}
