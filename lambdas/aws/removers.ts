import type { UnmanagedKind } from '../removal/unmanaged-rules.ts';

/**
 * The keys are the types of a service's resources, by the names that its sweep uses. The values say how a resource is
 * removed.
 */
export type Remover = Readonly<Record<string, UnmanagedKind>>;

/** The modules are loaded one by one, because few services have unmanaged resources. */
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

/** These services have at least one type that can be removed. */
export const REMOVER_SERVICES: readonly string[] = Object.keys(LOADERS);

/** Returns the removers of a service by type, or undefined for a service without removers. */
export async function loadRemover(service: string): Promise<Remover | undefined> {
  return (await LOADERS[service]?.())?.remover;
}

/** Returns undefined for a type without a remover. */
export async function loadKind(service: string, type: string): Promise<UnmanagedKind | undefined> {
  return (await loadRemover(service))?.[type];
}
