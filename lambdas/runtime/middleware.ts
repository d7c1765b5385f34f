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

/** Describes the part of Lambda's context that is used here. */
interface LambdaContext {
  functionName?: string;
  awsRequestId?: string;
  getRemainingTimeInMillis?(): number;
}

/** The handler needs this part of a function's manifest. */
type Own = Pick<Manifest, 'name' | 'variables'>;

export interface Invocation<M extends Own> {
  /** The handler's variables are parsed. */
  env: EnvironmentOf<M>;
  logger: Logger;
  /** Lambda has one id for each invocation. */
  id: string;
  /** Returns the milliseconds until Lambda ends this invocation. */
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
/** A machine expects these errors and continues after them. */
const EXPECTED = [NotReadyError, NotExpiredError];

/**
 * Creates a Lambda handler from a function. The handler parses the event and the environment, and logs with the ids
 * that connect a line to its execution. It converts errors of AWS to one whose name the state machines have. A fault of
 * the code keeps its name.
 * @param label returns the name in logs
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
      // The log has only the name and the message: the properties of an SDK error contain the request, with whatever
      // was in it.
      logger[level](`${error.name}: ${error.message.slice(0, 4_000)}`);
      request.error = withoutMessageInStack(error);
    },
  });
}

/**
 * Shortens the stack. Lambda puts it into the error's payload beside the message, and Step Functions has 32,768
 * characters for both.
 */
function withoutMessageInStack(error: Error): Error {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  error.stack = [error.name, ...frames.slice(0, 10)].join('\n').slice(0, 2_000);
  return error;
}

/** Returns whether the error has one of the names that the state machines have. */
export function isOwnError(error: unknown): error is Error {
  return OWN_ERRORS.some((known) => error instanceof known);
}

/**
 * Returns an error of the project as it is, and a DependencyError for an error of AWS or the network. Any other error
 * is a fault of the code and stays as it is.
 */
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

/** Returns the ids of a line. They are taken from the raw event, so that a refused event is logged with them too. */
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
