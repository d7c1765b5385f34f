import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type * as z from 'zod';
import { describeIssues } from '../contracts/contracts.ts';
import { type EnvironmentOf, parseEnvironment } from '../contracts/environment-variables.ts';
import type { Manifest } from '../contracts/functions/define.ts';
import { awsFailure, describeError } from './aws-errors.ts';
import {
  DependencyError,
  EnvironmentLockedError,
  InputError,
  NoProgressError,
  NotExpiredError,
  NotReadyError,
  SafetyError,
} from './errors.ts';

const logger = new Logger({ serviceName: 'runbook' });

/** The part of Lambda's context that is used here. */
interface LambdaContext {
  functionName?: string;
  awsRequestId?: string;
  getRemainingTimeInMillis?(): number;
}

/** The part of a function's manifest that its handler needs. */
type Own = Pick<Manifest, 'name' | 'variables'>;

export interface Invocation<M extends Own> {
  /** The handler's variables, parsed. */
  env: EnvironmentOf<M>;
  logger: Logger;
  /** Lambda's own, one an invocation. */
  id: string;
  /** Milliseconds until Lambda ends this invocation. */
  remainingMs(): number;
}

const OWN_ERRORS = [
  InputError,
  SafetyError,
  EnvironmentLockedError,
  NotExpiredError,
  NotReadyError,
  DependencyError,
  NoProgressError,
];
/** What a machine is prepared for and goes on from. */
const EXPECTED = [NotReadyError, NotExpiredError];

/**
 * Makes a Lambda of a function: parses the event and the environment, logs with the ids that tie a line to its
 * execution, and leaves only errors whose names the state machines know.
 * @param label what it is called in logs
 */
export function lambda<M extends Own, S extends z.ZodType, R>(
  manifest: M,
  schema: S,
  run: (event: z.output<S>, invocation: Invocation<M>) => Promise<R>,
  label: () => string = () => manifest.name,
) {
  let env: EnvironmentOf<M> | undefined;
  return middy<unknown, R, Error, LambdaContext>(async (event: unknown, context: LambdaContext) => {
    const parsed = schema.safeParse(event);
    if (!parsed.success) throw new InputError(`event of ${manifest.name}: ${describeIssues(parsed.error)}`);
    env ??= parseEnvironment(manifest, process.env);
    return run(parsed.data, {
      env,
      logger,
      id: context.awsRequestId ?? randomUUID(),
      remainingMs: () => context.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY,
    });
  }).use({
    before: ({ event, context }) => {
      logger.resetKeys();
      logger.appendKeys({
        function: label(),
        ...(context.awsRequestId ? { requestId: context.awsRequestId } : {}),
        ...correlation(event),
      });
      logger.debug('started');
    },
    after: () => {
      logger.info('done');
    },
    onError: (request) => {
      const error = toKnownError(request.error);
      const level = EXPECTED.some((expected) => error instanceof expected) ? 'info' : 'error';
      // Name and message only: the properties of an SDK error hold the request, with whatever was in it.
      logger[level](`${error.name}: ${error.message.slice(0, 4_000)}`);
      request.error = withoutMessageInStack(error);
    },
  });
}

/** Lambda puts the stack into the error's payload beside the message, and Step Functions has 32,768 characters for both. */
function withoutMessageInStack(error: Error): Error {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  error.stack = [error.name, ...frames.slice(0, 10)].join('\n').slice(0, 2_000);
  return error;
}

/** Whether the state machines know its name. */
export function isOwnError(error: unknown): error is Error {
  return OWN_ERRORS.some((known) => error instanceof known);
}

/** Errors that are not the project's own are a dependency's fault when AWS or the network made them, else ours. */
export function toKnownError(error: unknown): Error {
  if (isOwnError(error)) return error;
  if (awsFailure(error) !== undefined) return new DependencyError(describeError(error));
  return error instanceof Error ? error : new Error(String(error));
}

interface Correlated {
  request?: { environment?: unknown; run?: unknown; execution?: { id?: unknown } };
  input?: { environment?: unknown };
  execution?: { id?: unknown };
  detail?: { executionArn?: unknown };
  service?: unknown;
  pass?: unknown;
}

/** The ids of a line, taken from the raw event, so that a refused event is logged with them too. */
export function correlation(event: unknown): Record<string, string | number> {
  const { request, input, execution, detail, service, pass } = (event ?? {}) as Correlated;
  const ids = {
    execution: request?.execution?.id ?? execution?.id ?? detail?.executionArn,
    environment: request?.environment ?? input?.environment,
    run: request?.run,
    service,
    pass,
  };
  return Object.fromEntries(
    Object.entries(ids).flatMap(([key, value]) =>
      typeof value === 'string' || typeof value === 'number' ? [[key, value]] : [],
    ),
  );
}
