import * as z from 'zod';
import type { CheckName } from './contracts.ts';

/** Terraform outputs are the only interface between a stack and its validators. */

/**
 * The built-in checks and deployments use these outputs by name. A stack has the outputs that its checks need, and its
 * own.
 */
export const KNOWN_OUTPUTS = {
  alb_dns_name: z.string().min(1),
  api_target_group_arn: z.string().startsWith('arn:'),
  ecs_cluster_name: z.string().min(1),
  api_service_name: z.string().min(1),
  worker_service_name: z.string().min(1),
  order_events_queue_url: z.url(),
  order_events_dlq_url: z.url(),
  log_group_api: z.string().startsWith('/'),
  log_group_worker: z.string().startsWith('/'),
  ecr_api_repository_url: z.string().min(1),
  ecr_worker_repository_url: z.string().min(1),
  rds_endpoint: z.string().min(1),
  rds_port: z.number().int().positive(),
  rds_db_name: z.string().min(1),
  vpc_id: z.string().startsWith('vpc-'),
  sns_alerts_topic_arn: z.string().startsWith('arn:'),
} as const;
export type KnownOutput = keyof typeof KNOWN_OUTPUTS;

/**
 * No check needs this output. It is the address that people open. A stack without it has the address of its load
 * balancer, if that is known.
 */
const url = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });
/** The configuration can map these outputs to names of its own. */
export const NAMED_OUTPUTS = { ...KNOWN_OUTPUTS, application_url: url } as const;
export type NamedOutput = keyof typeof NAMED_OUTPUTS;
export type KnownOutputs = { [O in KnownOutput]: z.output<(typeof KNOWN_OUTPUTS)[O]> };

/** The value is the name of a Terraform output. */
export const outputName = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'must be the name of a Terraform output');

/** Terraform's outputs have this form where they are read. */
export const namedOutputs = z.looseObject(NAMED_OUTPUTS).partial();
/** The record stores outputs in this form. */
export const stackOutputs = z.looseObject(KNOWN_OUTPUTS).partial();
export type StackOutputs = z.output<typeof stackOutputs>;

/** Returns the address that people open, or undefined where no output has one. */
export function applicationUrl(outputs: StackOutputs | undefined): string | undefined {
  const own = url.safeParse(outputs?.application_url);
  return own.success ? own.data : outputs?.alb_dns_name && `http://${outputs.alb_dns_name}`;
}

/** The outputs that the images of the stack name contain the names of the services. */
const CLUSTER = ['ecs_cluster_name'] as const;
const LOAD_BALANCER = ['alb_dns_name', 'api_target_group_arn'] as const;
const QUEUES = ['order_events_queue_url', 'order_events_dlq_url'] as const;
const WORKER = ['ecs_cluster_name', 'worker_service_name'] as const;

/** Each check requires these outputs. */
export const CHECK_OUTPUTS = {
  'ecs-services': CLUSTER,
  'alb-health': [...LOAD_BALANCER, 'ecs_cluster_name', 'api_service_name'],
  'worker-logs': [...WORKER, 'log_group_worker'],
  'e2e-order': [...LOAD_BALANCER, ...QUEUES, ...WORKER, 'log_group_api', 'log_group_worker'],
  'sqs-backlog': QUEUES,
  'ecr-images': CLUSTER,
  backend: [],
} as const satisfies Record<CheckName, readonly KnownOutput[]>;
export type OutputsOf<C extends CheckName> = Pick<KnownOutputs, (typeof CHECK_OUTPUTS)[C][number]>;

/** A deployment of other images requires these outputs. */
export const DEPLOY_OUTPUTS = CLUSTER;
export type DeployOutputs = Pick<KnownOutputs, (typeof DEPLOY_OUTPUTS)[number]>;

/** The outputs describe the one service that takes messages. They are absent where no such service runs on ECS. */
export type WorkerOutputs = Pick<StackOutputs, (typeof WORKER)[number]>;

/** An output must exist because those in `by` need it. If `by` is empty, the output is optional. */
export const wantedOutput = z.object({
  name: outputName,
  /** The stack itself has this name for the output. */
  from: outputName,
  by: z.array(z.string()),
});
export type WantedOutput = z.infer<typeof wantedOutput>;

/** Returns a schema that requires the outputs of these names and accepts any others. */
export function withOutputs<N extends KnownOutput>(
  names: readonly N[],
): z.ZodType<Pick<KnownOutputs, N> & StackOutputs> {
  const shape = Object.fromEntries(names.map((name) => [name, KNOWN_OUTPUTS[name]]));
  return stackOutputs.extend(shape) as unknown as z.ZodType<Pick<KnownOutputs, N> & StackOutputs>;
}

/** Returns a schema of the environment's outputs that the check needs. */
export function outputsOf<C extends CheckName>(check: C): z.ZodType<OutputsOf<C> & StackOutputs> {
  return withOutputs<(typeof CHECK_OUTPUTS)[C][number]>(CHECK_OUTPUTS[check]);
}
