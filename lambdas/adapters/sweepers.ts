import type { Sweeper } from '../operations/sweep-service.ts';
import type { SweepService } from '../shared/sweep-request.ts';

/** Loaded one by one: an invocation sweeps one service, and needs one SDK client. */
const LOADERS: Record<SweepService, () => Promise<{ sweeper: Sweeper }>> = {
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
  cloudcontrol: () => import('./sweep/cloudcontrol.ts'),
  tagging: () => import('./sweep/tagging.ts'),
};

export async function loadSweeper(service: SweepService): Promise<Sweeper> {
  return (await LOADERS[service]()).sweeper;
}
