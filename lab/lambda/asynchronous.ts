import { setTimeout as sleep } from 'node:timers/promises';
import { GetFunctionEventInvokeConfigCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { LabContext } from '../context.ts';
import type { Deliver } from '../targets.ts';
import type { Invocation, Outcome } from './environment.ts';
import type { FunctionVersion } from './functions.ts';
import { ConcurrencyExceeded, type Pool } from './pool.ts';

/** A throttled event waits for this time before it is tried again. That does not count as one of its attempts. */
const THROTTLED_MS = 1_000;

interface InvokeConfig {
  retries: number;
  onFailure: string | undefined;
  onSuccess: string | undefined;
}

/**
 * The class runs asynchronous invocations: an invocation is repeated after a failure, and then handed to the function's
 * on-failure destination or dead-letter queue.
 */
export class AsynchronousInvoker {
  readonly #context: LabContext;
  readonly #client: LambdaClient;
  readonly #pool: Pool;
  readonly #deliver: Deliver;
  readonly #retryDelaysMs: readonly number[];
  readonly #stopped = new AbortController();

  /** @param retryDelaysMs before the first and every further retry; AWS waits one minute, then two */
  constructor(context: LabContext, pool: Pool, deliver: Deliver, retryDelaysMs: readonly number[]) {
    this.#context = context;
    this.#client = new LambdaClient(context.emulator);
    this.#pool = pool;
    this.#deliver = deliver;
    this.#retryDelaysMs = retryDelaysMs;
  }

  /** Returns at once. */
  enqueue(version: FunctionVersion, invocation: Invocation): void {
    this.#run(version, invocation).catch((error: Error) => {
      if (!this.#stopped.signal.aborted) this.#context.log(`lambda ${version.name}: asynchronous: ${error.stack}`);
    });
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #run(version: FunctionVersion, invocation: Invocation): Promise<void> {
    const config = await this.#config(version.name);
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.#attempt(version, invocation);
      const record = () => invocationRecord(version, invocation, outcome, attempt + 1);
      if (!outcome.functionError) {
        if (config.onSuccess)
          await this.#deliver(config.onSuccess, JSON.stringify(record()), { roleArn: version.role });
        return;
      }
      if (attempt >= config.retries) {
        if (config.onFailure)
          await this.#deliver(config.onFailure, JSON.stringify(record()), { roleArn: version.role });
        await this.#deadLetter(version, invocation, outcome);
        return;
      }
      await this.#sleep(this.#retryDelaysMs[Math.min(attempt, this.#retryDelaysMs.length - 1)] ?? 0);
    }
  }

  async #attempt(version: FunctionVersion, invocation: Invocation): Promise<Outcome> {
    for (;;) {
      try {
        return await this.#pool.invoke(version, invocation);
      } catch (error) {
        if (!(error instanceof ConcurrencyExceeded)) throw error;
        await this.#sleep(THROTTLED_MS);
      }
    }
  }

  #sleep(ms: number): Promise<void> {
    return sleep(ms, undefined, { ref: false, signal: this.#stopped.signal });
  }

  async #config(name: string): Promise<InvokeConfig> {
    try {
      const config = await this.#client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName: name }));
      return {
        retries: config.MaximumRetryAttempts ?? 2,
        onFailure: config.DestinationConfig?.OnFailure?.Destination,
        onSuccess: config.DestinationConfig?.OnSuccess?.Destination,
      };
    } catch (error) {
      const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
      if (status !== 404) throw error;
      return { retries: 2, onFailure: undefined, onSuccess: undefined };
    }
  }

  async #deadLetter({ deadLetterArn, role }: FunctionVersion, invocation: Invocation, outcome: Outcome): Promise<void> {
    if (!deadLetterArn) return;
    const message = (JSON.parse(outcome.payload) as { errorMessage?: string }).errorMessage ?? '';
    await this.#deliver(deadLetterArn, invocation.event, {
      roleArn: role,
      attributes: {
        RequestID: { type: 'String', value: invocation.requestId },
        ErrorCode: { type: 'Number', value: '200' },
        ErrorMessage: { type: 'String', value: message.slice(0, 1024) || 'Unknown' },
      },
    });
  }
}

function invocationRecord(version: FunctionVersion, invocation: Invocation, outcome: Outcome, attempts: number) {
  return {
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId: invocation.requestId,
      functionArn: `${version.arn}:${version.version}`,
      condition: outcome.functionError ? 'RetriesExhausted' : 'Success',
      approximateInvokeCount: attempts,
    },
    requestPayload: JSON.parse(invocation.event) as unknown,
    responseContext: {
      statusCode: 200,
      executedVersion: version.version,
      ...(outcome.functionError ? { functionError: outcome.functionError } : {}),
    },
    responsePayload: JSON.parse(outcome.payload) as unknown,
  };
}
