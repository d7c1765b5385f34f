import * as z from 'zod';
import { outputName } from './outputs.ts';

/**
 * Checks of resources that a configuration lists: which resource, and what it has to be like. The schema is data, so that one function
 * runs all of them.
 */

/** As Terraform prints it; without an index, it stands for all instances. */
const resourceAddress = z
  .string()
  .max(256)
  .regex(
    /^(module\.[A-Za-z_][\w-]*(\[(\d+|"[^"]+")\])?\.)*[a-z][a-z0-9_]*\.[A-Za-z_][\w-]*(\[(\d+|"[^"]+")\])?$/,
    'must be the address of a resource, such as aws_lambda_function.api["orders"]',
  );

/** An output whose value names the resource, or the resource's address. */
export const reference = z
  .strictObject({ output: outputName.optional(), address: resourceAddress.optional() })
  .refine(
    ({ output, address }) => (output === undefined) !== (address === undefined),
    'must have either "output" or "address"',
  );

/** Absent: all resources of the kind in the state. */
const of = reference.optional();

/** Keys and indices, joined with dots. */
export const jsonPath = z
  .string()
  .max(256)
  .regex(/^[^.\s]+(\.[^.\s]+)*$/, 'must be keys and indices with dots, such as "components.0.status"');
const expectation = z.strictObject({
  path: jsonPath,
  equals: z.union([z.string().max(256), z.number(), z.boolean(), z.null()], {
    error: 'must be a text, a number, true, false or null',
  }),
});
export type Expectation = z.output<typeof expectation>;

/** CloudWatch keeps data points of one minute for 15 days: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html */
const minutes = z.number().int().min(2).max(1_440);

/** A metric of the resource in CloudWatch. Without a bound, it is enough that there is a data point. */
const metric = z
  .strictObject({
    name: z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,254}$/, 'must be the name of a metric, such as "CPUUtilization"'),
    statistic: z.enum(['Average', 'Maximum', 'Minimum', 'Sum']).default('Average'),
    /** For each data point of that many minutes. */
    atMost: z.number().optional(),
    atLeast: z.number().optional(),
    minutes: minutes.default(10),
  })
  .refine(
    ({ atMost, atLeast }) => atMost === undefined || atLeast === undefined || atLeast <= atMost,
    'has "atLeast" above "atMost"',
  );
export type MetricBound = z.output<typeof metric>;
const metrics = z.array(metric).max(5).default([]);

const http = z.strictObject({
  kind: z.literal('http'),
  /** A URL or a host name. */
  of: reference,
  /** Of a host name; a URL has its own. */
  scheme: z.enum(['https', 'http']).default('https'),
  /** Is appended to that of the URL. */
  path: z
    .string()
    .max(512)
    .regex(/^\/[\x21-\x7e]*$/, 'must begin with "/", without spaces')
    .optional(),
  /** One of these. A redirect is not followed. */
  status: z.array(z.number().int().min(100).max(599)).min(1).default([200]),
  json: z.array(expectation).max(10).default([]),
  /** A text in the body. */
  contains: z.string().min(1).max(256).optional(),
  /** A call takes five seconds at most. */
  withinMs: z.number().int().min(10).max(5_000).default(5_000),
  /** How many days the certificate is still valid at least. */
  tlsDays: z.number().int().min(0).max(397).default(14),
});

const alarms = z.strictObject({
  kind: z.literal('alarms'),
  of,
  /** An alarm of a metric that is silent while nothing happens. */
  allowInsufficientData: z.boolean().default(false),
});

const lambda = z.strictObject({
  kind: z.literal('lambda'),
  of,
  /** Invokes the function at each look. */
  invoke: z
    .strictObject({
      payload: z.record(z.string(), z.json()).default({}),
      json: z.array(expectation).max(10).default([]),
    })
    .optional(),
  /** How many of 100 invocations may fail. */
  errors: z.strictObject({ atMostPercent: z.number().min(0).max(100), minutes: minutes.default(15) }).optional(),
  metrics,
});

const ecs = z.strictObject({ kind: z.literal('ecs'), of });

const sqs = z.strictObject({
  kind: z.literal('sqs'),
  of,
  /** Visible, in flight and delayed, together. */
  atMost: z.number().int().min(0).max(1_000_000).default(0),
  metrics,
});

const dynamodb = z.strictObject({
  kind: z.literal('dynamodb'),
  of,
  pointInTimeRecovery: z.boolean().default(false),
  metrics,
});

const rds = z.strictObject({ kind: z.literal('rds'), of, metrics });

const stepFunctions = z.strictObject({
  kind: z.literal('step-functions'),
  of,
  /** Of the last executions that have ended, none may have another status than SUCCEEDED. 0 for a machine that may fail. */
  last: z.number().int().min(0).max(50).default(5),
  /** So many of them there have to be. */
  atLeast: z.number().int().min(0).max(50).default(0),
  metrics,
});

const eventbridgeRule = z.strictObject({ kind: z.literal('eventbridge-rule'), of });

export const resourceTarget = z.discriminatedUnion('kind', [
  http,
  alarms,
  lambda,
  ecs,
  sqs,
  dynamodb,
  rds,
  stepFunctions,
  eventbridgeRule,
]);
export type ResourceTarget = z.output<typeof resourceTarget>;
export type ResourceKind = ResourceTarget['kind'];
export type TargetOf<K extends ResourceKind> = Extract<ResourceTarget, { kind: K }>;

export const resourceTargets = z.array(resourceTarget).min(1).max(20);

interface KindOfResource {
  /** By type of Terraform's: attributes that the adapter asks by. The first one that is set is taken. */
  types: Readonly<Record<string, readonly string[]>>;
}

const HOSTS = {
  aws_lb: ['dns_name'],
  aws_alb: ['dns_name'],
  aws_cloudfront_distribution: ['domain_name'],
  aws_apigatewayv2_stage: ['invoke_url'],
  aws_apigatewayv2_api: ['api_endpoint'],
  aws_apigatewayv2_domain_name: ['domain_name'],
  aws_api_gateway_stage: ['invoke_url'],
  aws_api_gateway_domain_name: ['domain_name'],
  aws_apprunner_service: ['service_url'],
  aws_lambda_function_url: ['function_url'],
  aws_route53_record: ['fqdn'],
  aws_s3_bucket_website_configuration: ['website_endpoint'],
};

/** What each kind is in a Terraform state. */
export const RESOURCE_KINDS: Readonly<Record<ResourceKind, KindOfResource>> = {
  http: { types: HOSTS },
  alarms: { types: { aws_cloudwatch_metric_alarm: ['alarm_name'], aws_cloudwatch_composite_alarm: ['alarm_name'] } },
  lambda: { types: { aws_lambda_function: ['function_name'] } },
  ecs: { types: { aws_ecs_service: ['name'] } },
  sqs: { types: { aws_sqs_queue: ['url', 'id'] } },
  dynamodb: { types: { aws_dynamodb_table: ['name'] } },
  rds: {
    types: {
      aws_db_instance: ['identifier'],
      aws_rds_cluster: ['cluster_identifier'],
      aws_rds_cluster_instance: ['identifier'],
    },
  },
  'step-functions': { types: { aws_sfn_state_machine: ['arn', 'id'] } },
  'eventbridge-rule': { types: { aws_cloudwatch_event_rule: ['name'] } },
};

/** What resolves to resources when the outputs are read; the rest of a target is of its check alone. */
export const lookup = z.object({ kind: z.enum(Object.keys(RESOURCE_KINDS) as [ResourceKind, ...ResourceKind[]]), of });
export type Lookup = z.output<typeof lookup>;

/** Key of the record's `targets`: `sqs`, `sqs output.queue_url`, `sqs aws_sqs_queue.work`. */
export function lookupKey({ kind, of: given }: Lookup): string {
  if (!given) return kind;
  return `${kind} ${given.output === undefined ? given.address : `output.${given.output}`}`;
}
