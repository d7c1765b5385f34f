import type { LabContext } from './context.ts';
import type { Session } from './credentials.ts';
import type { HostHandler } from './gateway.ts';

/** A request is one AWS API call as it reached the gateway. */
export interface AwsRequest {
  /** The service is named as in the SigV4 credential scope: `states`, `ecs`, `elasticloadbalancing`, … */
  service: string;
  /**
   * The action is from `X-Amz-Target` (JSON protocols) or the `Action` parameter (query protocol); it is undefined for
   * REST protocols.
   */
  action: string | undefined;
  method: string;
  /** The URL has path and query, as sent. */
  url: URL;
  headers: Record<string, string>;
  body: Buffer;
  /**
   * The parameters are the parsed JSON body, or the form parameters of the query protocol. They are empty for any other
   * body.
   */
  params: Record<string, unknown>;
  region: string;
  /** The principal is the ARN of the role whose credentials signed the call; it is undefined for the operator's own. */
  principal: string | undefined;
  /** The session is that of the role; it is undefined for the operator. */
  session?: Session | undefined;
  /** The signal is aborted when the caller has closed the connection without waiting for the answer. */
  clientAborted: AbortSignal;
}

export interface AwsResponse {
  status: number;
  headers: Record<string, string>;
  body: Buffer | string;
}

/**
 * A service is a part of AWS that the lab executes itself. It gets every call to its service before the emulator does,
 * and either answers or returns undefined, which lets the emulator answer.
 */
export interface LabService {
  /** Calls with these SigV4 service names are routed here. */
  readonly services: readonly string[];
  handle(request: AwsRequest): Promise<AwsResponse | undefined>;
  /**
   * The method is called after the emulator answered a call of one of `services`, so that the service may follow what
   * changed or overlay the answer.
   */
  after?(request: AwsRequest, response: AwsResponse): Promise<AwsResponse>;
  /** Answers a request to a name of the lab's network, see Gateway.onHost. At most one service does. */
  readonly onHost?: HostHandler;
  start?(): Promise<void>;
  /** Ends everything that the service started. A second call must be safe. */
  stop?(): Promise<void>;
}

export type LabServiceFactory = (context: LabContext) => LabService;

/** The error has the AWS JSON protocols' shape. */
export class AwsError extends Error {
  override readonly name: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = code;
    this.status = status;
  }
}

/** Returns an answer of the AWS JSON 1.0 and 1.1 protocols. */
export function json(body: unknown, status = 200, version: '1.0' | '1.1' = '1.1'): AwsResponse {
  return {
    status,
    headers: { 'content-type': `application/x-amz-json-${version}` },
    body: JSON.stringify(body),
  };
}

/** Returns an answer of the REST-JSON protocol. */
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
