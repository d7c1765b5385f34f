import * as z from 'zod';
import { excluded, finding, sweepVerdict } from './contracts.ts';
import { type PreflightRequest, preflightRequest, text } from './request.ts';

/** What the Lambdas of a sweep take and give. */

/** What a sweep looks into, each once in each pass. */
export const SWEEP_SERVICES = [
  'ecs',
  'rds',
  'sqs',
  'elbv2',
  'ecr',
  'logs',
  'ec2',
  'iam',
  'secretsmanager',
  'sns',
  'cloudwatch',
  'events',
  'application-autoscaling',
  's3',
  'dynamodb',
  'kms',
  'cloudcontrol',
  'tagging',
] as const;
export type SweepService = (typeof SWEEP_SERVICES)[number];

/** What a delayed sweep looks into besides: what CloudTrail says that the environment's roles have created. */
export const PROVENANCE = 'provenance';
export const swept = z.enum([...SWEEP_SERVICES, PROVENANCE]);
export type Swept = z.infer<typeof swept>;

/** What a sweep has to look into. */
export function sweptOf({ provenance }: Pick<PreflightRequest, 'provenance'>): readonly Swept[] {
  return provenance ? [...SWEEP_SERVICES, PROVENANCE] : SWEEP_SERVICES;
}

export type SweepServiceEvent = { request: PreflightRequest; service: SweepService; pass: number };

export const sweepServiceResult = z.object({
  service: swept,
  pass: z.number().int().positive(),
  findings: z.array(finding),
  /** Kept on purpose; never among the findings. */
  excluded: z.array(excluded).optional(),
  /** Listed by the inventory, and another's by now; never among the findings. */
  others: z.array(finding).optional(),
  /** Lists, of what costs nothing, that were not read to their end. */
  limits: z.array(z.string()).optional(),
});
export type SweepServiceResult = z.infer<typeof sweepServiceResult>;

/** A service whose sweep failed; it counts as UNKNOWN. */
export const failedSweep = z.object({
  service: swept,
  pass: z.number().int().positive(),
  error: z.string(),
  cause: z.string().default(''),
});
export type FailedSweep = z.infer<typeof failedSweep>;
export type SweepEntry = SweepServiceResult | FailedSweep;

/** What the machine fans out over: the services of one `sweep-services` call, which sweeps them side by side. */
export const SWEEP_FAMILIES: readonly (readonly SweepService[])[] = [
  ['ecs', 'application-autoscaling', 'ecr', 'iam'],
  ['ec2', 'elbv2'],
  ['rds', 's3', 'dynamodb', 'kms', 'secretsmanager'],
  ['sqs', 'sns', 'events', 'logs', 'cloudwatch', 'cloudcontrol', 'tagging'],
];

const services = z.array(swept).min(1);
export const sweepServicesEvent = z.object({ request: preflightRequest, services, pass: z.number().int().positive() });
export type SweepServicesEvent = z.infer<typeof sweepServicesEvent>;

/** What a `sweep-services` call keeps in the control bucket: one entry a service. */
export const sweptFile = z.array(z.union([sweepServiceResult, failedSweep]));

/** Of `sweep-services`. What was found is in `key`, since a state carries 256 KiB at most. */
export const sweepServicesResult = z.object({
  services,
  pass: z.number().int().positive(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  /** How many things are how. */
  present: z.number().int(),
  unknown: z.number().int(),
  absent: z.number().int(),
  key: text,
});
export type SweepServicesResult = z.infer<typeof sweepServicesResult>;

/** What a Catch around `sweep-services` passes on; each of its services counts as UNKNOWN. */
export const failedServices = z.object({
  services,
  pass: z.number().int().positive(),
  error: z.string(),
  cause: z.string().default(''),
});

/** Of `verdict`. `passes` is one array a pass, each with one entry a call: `[$first, $second]`. */
export const verdictEvent = z.object({
  request: preflightRequest,
  passes: z.array(z.array(z.union([sweepServicesResult, failedServices]))).min(1),
});
export type VerdictEvent = z.infer<typeof verdictEvent>;

export const verdictResult = z.object({
  /** SUPERSEDED where the environment lives again: then there is no certificate. */
  verdict: z.enum([...sweepVerdict.options, 'SUPERSEDED']),
  leftovers: z.array(finding),
  unknown: z.array(finding),
  summary: z.string(),
  /** Keys in the bucket: of the run's certificate. `html` is for people; absent when it could not be written. */
  certificate: z.object({ bucket: text, key: text, html: text.optional() }).optional(),
});
export type VerdictResult = z.infer<typeof verdictResult>;
