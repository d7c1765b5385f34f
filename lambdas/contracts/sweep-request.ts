import * as z from 'zod';
import { excluded, finding, sweepVerdict } from './contracts.ts';
import { type PreflightRequest, preflightRequest, text } from './request.ts';

/** This module describes what the Lambda functions of a sweep take and return. */

/** A sweep searches each of these once in each pass. */
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

/** A delayed sweep also searches what the environment's roles have created according to CloudTrail. */
export const PROVENANCE = 'provenance';
export const swept = z.enum([...SWEEP_SERVICES, PROVENANCE]);
export type Swept = z.infer<typeof swept>;

/** Returns what a sweep has to search. */
export function sweptOf({ provenance }: Pick<PreflightRequest, 'provenance'>): readonly Swept[] {
  return provenance ? [...SWEEP_SERVICES, PROVENANCE] : SWEEP_SERVICES;
}

export type SweepServiceEvent = { request: PreflightRequest; service: SweepService; pass: number };

export const sweepServiceResult = z.object({
  service: swept,
  pass: z.number().int().positive(),
  findings: z.array(finding),
  /** These resources are kept on purpose and are never among the findings. */
  excluded: z.array(excluded).optional(),
  /**
   * The inventory lists these resources, but they belong to another environment by now. They are never among the
   * findings.
   */
  others: z.array(finding).optional(),
  /** These lists were not read to their end. */
  limits: z.array(z.string()).optional(),
});
export type SweepServiceResult = z.infer<typeof sweepServiceResult>;

/** The sweep of a service failed, and it counts as UNKNOWN. */
export const failedSweep = z.object({
  service: swept,
  pass: z.number().int().positive(),
  error: z.string(),
  cause: z.string().default(''),
});
export type FailedSweep = z.infer<typeof failedSweep>;
export type SweepEntry = SweepServiceResult | FailedSweep;

/** The machine has one `sweep-services` call for each family. A call sweeps its services concurrently. */
export const SWEEP_FAMILIES: readonly (readonly SweepService[])[] = [
  ['ecs', 'application-autoscaling', 'ecr', 'iam'],
  ['ec2', 'elbv2'],
  ['rds', 's3', 'dynamodb', 'kms', 'secretsmanager'],
  ['sqs', 'sns', 'events', 'logs', 'cloudwatch', 'cloudcontrol', 'tagging'],
];

const services = z.array(swept).min(1);
export const sweepServicesEvent = z.object({ request: preflightRequest, services, pass: z.number().int().positive() });
export type SweepServicesEvent = z.infer<typeof sweepServicesEvent>;

/** A `sweep-services` call keeps one entry for each service in the control bucket. */
export const sweptFile = z.array(z.union([sweepServiceResult, failedSweep]));

/** `sweep-services` returns this result. The findings are in `key`, since a state carries 256 KiB at most. */
export const sweepServicesResult = z.object({
  services,
  pass: z.number().int().positive(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  /** The numbers count the findings of each status. */
  present: z.number().int(),
  unknown: z.number().int(),
  absent: z.number().int(),
  key: text,
});
export type SweepServicesResult = z.infer<typeof sweepServicesResult>;

/** A Catch around `sweep-services` passes on this error. Each of its services counts as UNKNOWN. */
export const failedServices = z.object({
  services,
  pass: z.number().int().positive(),
  error: z.string(),
  cause: z.string().default(''),
});

/**
 * `verdict` takes this event. `passes` has one array for each pass, each with one entry for each call: `[$first,
 * $second]`.
 */
export const verdictEvent = z.object({
  request: preflightRequest,
  passes: z.array(z.array(z.union([sweepServicesResult, failedServices]))).min(1),
});
export type VerdictEvent = z.infer<typeof verdictEvent>;

export const verdictResult = z.object({
  /** The verdict is SUPERSEDED where the environment is live again. There is no certificate then. */
  verdict: z.enum([...sweepVerdict.options, 'SUPERSEDED']),
  leftovers: z.array(finding),
  unknown: z.array(finding),
  summary: z.string(),
  /**
   * The keys of the run's certificate are in the bucket. `html` is for people and is absent when it could not be
   * written.
   */
  certificate: z.object({ bucket: text, key: text, html: text.optional() }).optional(),
});
export type VerdictResult = z.infer<typeof verdictResult>;
