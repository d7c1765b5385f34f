import type { UnmanagedKind } from '../removal/unmanaged-rules.ts';

/** Types of a service's resources, as its sweep calls them, and how each is removed. */
export type Remover = Readonly<Record<string, UnmanagedKind>>;

/** Loaded one by one: few services have unmanaged resources. */
const LOADERS: Record<string, () => Promise<{ remover: Remover }>> = {
  ecs: () => import('./removers/ecs.ts'),
  rds: () => import('./removers/rds.ts'),
  sqs: () => import('./removers/sqs.ts'),
  elbv2: () => import('./removers/elbv2.ts'),
  ecr: () => import('./removers/ecr.ts'),
  logs: () => import('./removers/logs.ts'),
  ec2: () => import('./removers/ec2.ts'),
  iam: () => import('./removers/iam.ts'),
  secretsmanager: () => import('./removers/secretsmanager.ts'),
  sns: () => import('./removers/sns.ts'),
  cloudwatch: () => import('./removers/cloudwatch.ts'),
  events: () => import('./removers/events.ts'),
  'application-autoscaling': () => import('./removers/application-autoscaling.ts'),
  s3: () => import('./removers/s3.ts'),
  dynamodb: () => import('./removers/dynamodb.ts'),
};

/** Services with something that is removed. */
export const REMOVER_SERVICES: readonly string[] = Object.keys(LOADERS);

/** What is removed of a service, by type; undefined for a service without removers. */
export async function loadRemover(service: string): Promise<Remover | undefined> {
  return (await LOADERS[service]?.())?.remover;
}

/** Undefined for a type that nobody here can remove. */
export async function loadKind(service: string, type: string): Promise<UnmanagedKind | undefined> {
  return (await loadRemover(service))?.[type];
}
