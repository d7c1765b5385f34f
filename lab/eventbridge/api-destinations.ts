import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeApiDestinationCommand,
  DescribeConnectionCommand,
  EventBridgeClient,
  type HttpParameters,
  ResourceNotFoundException,
} from '@aws-sdk/client-eventbridge';
import type { LabContext } from '../context.ts';
import { AwsError, type AwsRequest, json } from '../service.ts';
import { configFor } from '../targets.ts';
import {
  type Connection,
  DestinationError,
  type DestinationRequest,
  destinationRequest,
  requireTaken,
} from './destination-request.ts';
import { destinationNameIn } from './destination-rules.ts';
import { ENDPOINT_AUTHORITY } from './https-endpoint.ts';

/** A request has to be answered within this time: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html */
const TIMEOUT_MS = 5_000;
const DEFAULT_RATE = 300;

/** The lab's own operation, by which IAM decides whether the role of a target may invoke the destination. */
export const INVOCATION = 'InvokeApiDestination';

const connectionNameIn = (arn = '') => /:connection\/([^/]+)\//.exec(arn)?.[1];

interface Invocation {
  Arn: string;
  Payload: string;
  HttpParameters?: HttpParameters | undefined;
}

/** The gateway and the emulator read the key, and verify no signature. */
function headersOf(operation: string, accessKeyId: string, region: string): Record<string, string> {
  const scope = `${accessKeyId}/${new Date().toISOString().slice(0, 10).replaceAll('-', '')}/${region}/events`;
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}/aws4_request, SignedHeaders=host, Signature=lab`,
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `AWSEvents.${operation}`,
  };
}

/** For API destinations, the emulator keeps connections and destinations, and this class sends the requests. */
export class ApiDestinations {
  readonly #context: LabContext;
  readonly #events: EventBridgeClient;
  /** The time from which each destination takes its next request. */
  readonly #next = new Map<string, number>();

  constructor(context: LabContext) {
    this.#context = context;
    this.#events = new EventBridgeClient(context.emulator);
  }

  /**
   * Invokes a destination through the gateway as the role of a target.
   * @throws Error DestinationError, or the refusal of IAM
   */
  async invoke(invocation: Invocation, roleArn: string | undefined): Promise<void> {
    const { endpoint, region } = this.#context;
    const { accessKeyId } = configFor(this.#context, roleArn, 'events').credentials;
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: headersOf(INVOCATION, accessKeyId, region),
      body: JSON.stringify(invocation),
    });
    const said = (await answer.json()) as { __type?: string; message?: string; status?: number; retryAfter?: string };
    if (answer.ok) return requireTaken(said.status ?? 0, said.retryAfter);
    const retryable = answer.status >= 500;
    const error = new DestinationError(said.message ?? '', { retryable });
    throw retryable ? error : Object.assign(new Error(error.message), { name: said.__type ?? error.name, retryable });
  }

  /** @throws AwsError for a name that is taken, and for a connection that does not exist: the emulator asks for neither */
  async refuse(action: string | undefined, { Name, ConnectionArn }: Record<string, unknown>): Promise<void> {
    const find = { CreateConnection: DescribeConnectionCommand, CreateApiDestination: DescribeApiDestinationCommand };
    const isCreation = action === 'CreateConnection' || action === 'CreateApiDestination';
    if (isCreation && (await this.#exists(new find[action]({ Name: String(Name) }))))
      throw new AwsError('ResourceAlreadyExistsException', `${action.slice('Create'.length)} ${Name} already exists.`);
    if (!action?.endsWith('ApiDestination') || typeof ConnectionArn !== 'string') return;
    const connection = await this.#exists(new DescribeConnectionCommand({ Name: connectionNameIn(ConnectionArn) }));
    if (!connection) throw new AwsError('ResourceNotFoundException', `Connection ${ConnectionArn} does not exist.`);
  }

  async #exists(command: DescribeConnectionCommand | DescribeApiDestinationCommand): Promise<boolean> {
    try {
      await this.#events.send(command as DescribeConnectionCommand);
      return true;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return false;
      throw error;
    }
  }

  /** Answers the invocation, after IAM has permitted it. */
  async handle({ params }: AwsRequest) {
    const { Arn, Payload, HttpParameters } = params as unknown as Invocation;
    const Name = destinationNameIn(Arn) ?? '';
    const destination = await this.#events.send(new DescribeApiDestinationCommand({ Name }));
    const connection = await this.#connection(connectionNameIn(destination.ConnectionArn));
    await this.#turn(Arn, destination.InvocationRateLimitPerSecond ?? DEFAULT_RATE);
    try {
      return json(await this.#send(destinationRequest(destination, connection, Payload, HttpParameters)));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw new AwsError('InternalException', `the endpoint did not answer: ${code ?? message}`, 500);
    }
  }

  /** An SDK client drops the secret values that the emulator adds to its answer. */
  async #connection(Name: string | undefined): Promise<Connection> {
    const { emulatorEndpoint, region } = this.#context;
    const { accessKeyId } = this.#context.emulator.credentials;
    const headers = headersOf('DescribeConnection', accessKeyId, region);
    const answer = await fetch(emulatorEndpoint, { method: 'POST', headers, body: JSON.stringify({ Name }) });
    if (!answer.ok) throw new AwsError('ResourceNotFoundException', `Connection '${Name}' does not exist.`);
    return (await answer.json()) as Connection;
  }

  async #turn(arn: string, ratePerSecond: number): Promise<void> {
    const now = Date.now();
    const turn = Math.max(now, this.#next.get(arn) ?? 0);
    this.#next.set(arn, turn + 1_000 / ratePerSecond);
    if (turn > now) await sleep(turn - now, undefined, { ref: false });
  }

  /** Sends to an endpoint of the lab's network alone: no request of a lab reaches the internet. */
  #send({
    method,
    url,
    headers,
    body,
  }: DestinationRequest): Promise<{ status: number; retryAfter?: string | undefined }> {
    const port = this.#context.dns.get(url.hostname)?.ports[Number(url.port || 443)];
    if (port === undefined)
      throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${url.hostname}`), { code: 'ENOTFOUND' });
    const authority = join(this.#context.directory, ENDPOINT_AUTHORITY);
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; retryAfter?: string | undefined }>();
    const sent = request(
      {
        ...{ host: '127.0.0.1', port, servername: url.hostname, method, path: `${url.pathname}${url.search}` },
        headers: { ...headers, host: url.host, 'content-length': Buffer.byteLength(body) },
        ca: existsSync(authority) ? readFileSync(authority) : [],
        signal: AbortSignal.timeout(TIMEOUT_MS),
        agent: false,
      },
      (response) => {
        response.resume();
        resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] });
      },
    );
    sent.on('error', reject).end(body);
    return promise;
  }

  stop(): void {
    this.#events.destroy();
  }
}
