import type { Sweeper } from '../operations/sweep-service.ts';
import type { SweepService } from '../shared/sweep-request.ts';

/** Loaded one by one: an invocation sweeps one service, and needs one SDK client. */
const LOADERS: Record<Exclude<SweepService, 'cloudcontrol'>, () => Promise<{ sweeper: Sweeper }>> = {
  ecs: () => import('./sweep/ecs.ts'),
  rds: () => import('./sweep/rds.ts'),
  sqs: () => import('./sweep/sqs.ts'),
  elbv2: () => import('./sweep/elbv2.ts'),
  ecr: () => import('./sweep/ecr.ts'),
  logs: () => import('./sweep/logs.ts'),
  ec2: () => import('./sweep/ec2.ts'),
  iam: () => import('./sweep/iam.ts'),
  secretsmanager: () => import('./sweep/secretsmanager.ts'),
  sns: () => import('./sweep/sns.ts'),
  cloudwatch: () => import('./sweep/cloudwatch.ts'),
  events: () => import('./sweep/events.ts'),
  'application-autoscaling': () => import('./sweep/application-autoscaling.ts'),
  s3: () => import('./sweep/s3.ts'),
  dynamodb: () => import('./sweep/dynamodb.ts'),
  kms: () => import('./sweep/kms.ts'),
  tagging: () => import('./sweep/tagging.ts'),
};

/** Without Cloud Control API: it finds what only a person may remove, so a function that removes needs no right to call it. */
export async function loadRemovableSweeper(service: SweepService): Promise<Sweeper> {
  if (service === 'cloudcontrol') throw new Error('a function that removes does not call Cloud Control API');
  return (await LOADERS[service]()).sweeper;
}

export async function loadSweeper(service: SweepService): Promise<Sweeper> {
  if (service === 'cloudcontrol') return (await import('./sweep/cloudcontrol.ts')).sweeper;
  return loadRemovableSweeper(service);
}
