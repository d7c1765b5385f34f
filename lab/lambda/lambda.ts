import type { LabContext } from '../context.ts';
import { type AwsRequest, type AwsResponse, type LabService, restJson } from '../service.ts';
import { deliverer } from '../targets.ts';
import { AsynchronousInvoker } from './asynchronous.ts';
import { Functions, type FunctionVersion } from './functions.ts';
import { ConcurrencyExceeded, Pool, type PoolOptions } from './pool.ts';

const INVOKE_PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/;
const MAX_SYNCHRONOUS_BYTES = 6_291_456;
const MAX_ASYNCHRONOUS_BYTES = 1_048_576;
/** `LogType: Tail` returns this much of an invocation's log. */
const TAIL_BYTES = 4_096;

export interface LambdaOptions extends PoolOptions {
  /** The retries of an asynchronous invocation wait for these numbers of milliseconds. */
  retryDelaysMs: readonly number[];
}

const DEFAULTS: LambdaOptions = { idleMs: 300_000, maxIdle: 16, retryDelaysMs: [60_000, 120_000] };

/** For Lambda, the emulator keeps the functions, and this service runs them. */
export function lambdaService(context: LabContext, options: Partial<LambdaOptions> = {}): LabService {
  const settings = { ...DEFAULTS, ...options };
  const functions = new Functions(context);
  const pool = new Pool(context, settings);
  const asynchronous = new AsynchronousInvoker(context, pool, deliverer(context), settings.retryDelaysMs);

  async function invoke(request: AwsRequest, identifier: string): Promise<AwsResponse> {
    const requestId = crypto.randomUUID();
    const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
    const refused = refusal(request, type);
    if (refused) return refused;
    const version = await functions.get(identifier, request.url.searchParams.get('Qualifier') ?? undefined);
    const executed = { 'x-amz-executed-version': version.version, 'x-amzn-requestid': requestId };
    const event = request.body.length === 0 ? '{}' : request.body.toString('utf8');

    if (type === 'DryRun') return { status: 204, headers: executed, body: '' };
    if (type === 'Event') {
      asynchronous.enqueue(version, { requestId, event });
      return { status: 202, headers: executed, body: '' };
    }
    return synchronous(version, request, { requestId, event }, executed);
  }

  async function synchronous(
    version: FunctionVersion,
    request: AwsRequest,
    invocation: { requestId: string; event: string },
    headers: Record<string, string>,
  ): Promise<AwsResponse> {
    try {
      const clientContext = parseClientContext(request.headers['x-amz-client-context']);
      const outcome = await pool.invoke(version, { ...invocation, ...clientContext });
      return {
        status: 200,
        headers: {
          'content-type': 'application/json',
          ...headers,
          ...(outcome.functionError ? { 'x-amz-function-error': outcome.functionError } : {}),
          ...(request.headers['x-amz-log-type'] === 'Tail' ? { 'x-amz-log-result': tail(outcome.log) } : {}),
        },
        body: outcome.payload,
      };
    } catch (error) {
      if (!(error instanceof ConcurrencyExceeded)) throw error;
      const reason = { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' };
      return lambdaError('TooManyRequestsException', 'Rate Exceeded.', 429, reason);
    }
  }

  return {
    // CloudFormation changes functions inside the emulator.
    services: ['lambda', 'cloudformation'],
    async handle(request) {
      const identifier = INVOKE_PATH.exec(request.url.pathname)?.[1];
      if (request.service !== 'lambda' || request.method !== 'POST' || !identifier) return undefined;
      return invoke(request, decodeURIComponent(identifier));
    },
    async after(request, response) {
      if (request.method !== 'GET') functions.forget();
      return response;
    },
    async stop() {
      asynchronous.stop();
      await pool.stop();
    },
  };
}

function refusal(request: AwsRequest, type: string): AwsResponse | undefined {
  const limit = type === 'Event' ? MAX_ASYNCHRONOUS_BYTES : MAX_SYNCHRONOUS_BYTES;
  if (!['RequestResponse', 'Event', 'DryRun'].includes(type)) {
    return lambdaError('InvalidParameterValueException', `Unknown invocation type ${type}`, 400);
  }
  if (request.body.length > limit) {
    const message = `Request must be smaller than ${limit} bytes for the InvokeFunction operation`;
    return lambdaError('RequestTooLargeException', message, 413);
  }
  try {
    JSON.parse(request.body.toString('utf8') || '{}');
    return undefined;
  } catch (error) {
    const message = `Could not parse request body into json: ${(error as Error).message}`;
    return lambdaError('InvalidRequestContentException', message, 400);
  }
}

function lambdaError(type: string, message: string, status: number, extra: Record<string, string> = {}): AwsResponse {
  // The service model spells the member in both ways.
  const body = { Type: 'User', message, Message: message, ...extra };
  return restJson(body, status, { 'x-amzn-errortype': type });
}

function parseClientContext(header: string | undefined): { clientContext?: unknown } {
  return header ? { clientContext: JSON.parse(Buffer.from(header, 'base64').toString('utf8')) as unknown } : {};
}

function tail(log: string): string {
  return Buffer.from(log).subarray(-TAIL_BYTES).toString('base64');
}
