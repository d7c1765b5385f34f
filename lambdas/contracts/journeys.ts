import * as z from 'zod';
import { jsonPath, type Lookup, reference } from './resource-checks.ts';

/**
 * This module describes journeys: checks that send a request of their own and follow it. It is read back until it has a
 * state, its correlation id is in log groups, and a queue is back to where it was. The schema is data, so that one
 * engine follows all of them, `e2e-order` too.
 */

/** `{id}` stands for the id in the answer to the request. */
const text = z.string().min(1).max(256);
const urlPath = z
  .string()
  .max(512)
  .regex(/^\/[\x21-\x7e]*$/, 'must begin with "/", without spaces');

/** Evidence and reports name it. These names are those of the other steps. */
const stepName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,29}$/, 'must be lower-case words with hyphens')
  .refine((name) => !['stored', 'processed', 'deleted'].includes(name), 'is the name of another step');

/** `{prefix}` stands for the prefix of the environment, so that a group of another environment is never searched. */
const logGroup = z
  .string()
  .max(512)
  .regex(
    /^[\w/.#-]*\{prefix\}[\w/.#-]*$/,
    'must be the name of a log group with "{prefix}", such as "/aws/lambda/{prefix}-api"',
  );

/** The call itself sets these headers. */
const SET = /^(host|connection|content-length|content-type|transfer-encoding)$/;
const headerName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, 'must be the name of a header, in lower case')
  .refine((name) => !SET.test(name), 'is set by the call itself');

/** A line that has the correlation id and this text. */
const line = z.strictObject({ group: logGroup, contains: text });

const step = line.extend({
  name: stepName,
  /** This later step proves this one, too. */
  impliedBy: stepName.optional(),
  /** What is said of a request without such a line. */
  missing: text.optional(),
});

/** The members of a journey. */
export const journeyShape = {
  request: z.strictObject({
    /** The endpoint, as of a target of the kind `http`. */
    of: reference,
    scheme: z.enum(['https', 'http']).default('https'),
    path: urlPath,
    /** They are no place for a secret. */
    headers: z.record(headerName, text).default({}),
    /** The services repeat the value of this header in their logs. */
    correlationHeader: headerName.default('x-correlation-id'),
    /** `{run}` and `{correlationId}` in a text of the body are replaced. */
    body: z.record(z.string(), z.json()).default({}),
    status: z.number().int().min(200).max(299).default(202),
    /** Where the answer has the id. */
    id: jsonPath,
  }),
  readBack: z.strictObject({
    path: urlPath.refine((path) => path.includes('{id}'), 'must have "{id}"'),
    /** Where the answer repeats the id. */
    id: jsonPath,
    state: jsonPath,
    /** The journey has reached its end at this state. */
    until: text,
    /** These states are final, too, and the request has failed. */
    failed: z.array(text).max(10).default([]),
    /** The states before the end. Another one is a failure. Without a list, every other state is one of them. */
    underway: z.array(text).max(20).optional(),
    reason: jsonPath.optional(),
    retries: jsonPath.optional(),
    createdAt: jsonPath.optional(),
    updatedAt: jsonPath.optional(),
    /** This line confirms the end. */
    confirmedBy: line.extend({ missing: text.optional() }).optional(),
  }),
  logs: z.array(step).max(6).default([]),
  queue: z
    .strictObject({
      of: reference,
      deadLetters: reference.optional(),
      /** A consumer that logs each deletion proves it without counts, which SQS may update a minute late. */
      deleted: line.extend({ refused: text.optional() }).optional(),
    })
    .optional(),
};

type Shape = Pick<z.output<ReturnType<typeof plain>>, 'logs' | 'readBack'>;
const plain = () => z.strictObject(journeyShape);

/** Adds an issue for each contradiction of a journey. */
export function checkJourney({ logs, readBack }: Shape, context: z.core.$RefinementCtx): void {
  const names = logs.map(({ name }) => name);
  const issue = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  if (new Set(names).size < names.length) issue(['logs'], 'must not have two steps of one name');
  for (const [index, { impliedBy }] of logs.entries())
    if (impliedBy && !names.slice(index + 1).includes(impliedBy))
      issue(['logs'], `have no step "${impliedBy}" after it`);
  if (readBack.failed.includes(readBack.until))
    issue(['readBack', 'failed'], 'must not have the state that is waited for');
}

export const journey = plain().superRefine(checkJourney);
export type Journey = z.output<typeof journey>;

/** Returns the resources of a journey, which "Read outputs" finds in the Terraform state. */
export function lookupsOfJourney({ request, queue }: Pick<Journey, 'request' | 'queue'>): Lookup[] {
  const queues = [queue?.of, queue?.deadLetters].filter((of) => of !== undefined);
  return [{ kind: 'http', of: request.of }, ...queues.map((of): Lookup => ({ kind: 'sqs', of }))];
}
