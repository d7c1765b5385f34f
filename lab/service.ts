import type { LabContext } from './context.ts';
import type { Session } from './credentials.ts';
import type { HostHandler } from './gateway.ts';

/** One AWS API call as it reached the gateway. */
export interface AwsRequest {
  /** Service name of the SigV4 credential scope: `states`, `ecs`, `elasticloadbalancing`, … */
  service: string;
  /** From `X-Amz-Target` (JSON protocols) or the `Action` parameter (query protocol); undefined for REST protocols. */
  action: string | undefined;
  method: string;
  /** Path and query, as sent. */
  url: URL;
  headers: Record<string, string>;
  body: Buffer;
  /** The parsed JSON body, or the form parameters of the query protocol. Empty for anything else. */
  params: Record<string, unknown>;
  region: string;
  /** ARN of the role whose credentials signed the call; undefined for the operator's own. */
  principal: string | undefined;
  /** Whose session of that role; undefined for the operator. */
  session?: Session | undefined;
  /** Aborted when the caller has closed the connection without waiting for the answer. */
  clientAborted: AbortSignal;
}

export interface AwsResponse {
  status: number;
  headers: Record<string, string>;
  body: Buffer | string;
}

/**
 * A part of AWS that the lab executes itself. It sees every call to its service before the emulator does, and either
 * answers or returns undefined, which lets the emulator answer.
 */
export interface LabService {
  /** SigV4 service names that are routed here. */
  readonly services: readonly string[];
  handle(request: AwsRequest): Promise<AwsResponse | undefined>;
  /**
   * Called after the emulator answered a call of one of `services`, so that the service may follow what changed or
   * overlay the answer.
   */
  after?(request: AwsRequest, response: AwsResponse): Promise<AwsResponse>;
  /** Answers a request to a name of the lab's network, see Gateway.onHost. At most one service does. */
  readonly onHost?: HostHandler;
  start?(): Promise<void>;
  /** Ends everything the service started; must be safe to call twice. */
  stop?(): Promise<void>;
}

export type LabServiceFactory = (context: LabContext) => LabService;

/** An error in the AWS JSON protocols' shape. */
export class AwsError extends Error {
  override readonly name: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = code;
    this.status = status;
  }
}

/** Answer of the AWS JSON 1.0 and 1.1 protocols. */
export function json(body: unknown, status = 200, version: '1.0' | '1.1' = '1.1'): AwsResponse {
  return {
    status,
    headers: { 'content-type': `application/x-amz-json-${version}` },
    body: JSON.stringify(body),
  };
}

/** Answer of the REST-JSON protocol. */
export function restJson(body: unknown, status = 200, headers: Record<string, string> = {}): AwsResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

export function jsonError(error: AwsError): AwsResponse {
  return {
    status: error.status,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': error.name },
    body: JSON.stringify({ __type: error.name, message: error.message, Message: error.message }),
  };
}
