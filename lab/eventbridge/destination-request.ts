import type { HttpParameters } from '@aws-sdk/client-eventbridge';

/** A request is what EventBridge sends to the endpoint of an API destination. */
export interface DestinationRequest {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: string;
}

export interface Destination {
  InvocationEndpoint?: string | undefined;
  HttpMethod?: string | undefined;
}

/** The connection has its secret values, as the emulator keeps them. */
export interface Connection {
  AuthorizationType?: string | undefined;
  AuthParameters?: AuthParameters | undefined;
}
interface Parameter {
  Key?: string | undefined;
  Value?: string | undefined;
}
interface Invocation {
  HeaderParameters?: Parameter[] | undefined;
  QueryStringParameters?: Parameter[] | undefined;
  BodyParameters?: Parameter[] | undefined;
}
interface AuthParameters {
  ApiKeyAuthParameters?: { ApiKeyName?: string | undefined; ApiKeyValue?: string } | undefined;
  BasicAuthParameters?: { Username?: string | undefined; Password?: string } | undefined;
  InvocationHttpParameters?: Invocation | undefined;
}

/** EventBridge sends these, and a target or a connection may not replace the last three. */
const DEFAULT_HEADERS = { 'content-type': 'application/json; charset=utf-8' };
const OWN_HEADERS = {
  'user-agent': 'Amazon/EventBridge/ApiDestinations',
  range: 'bytes=0-1048575',
  'accept-encoding': 'gzip,deflate',
  connection: 'close',
};

/**
 * Returns the request for a payload. The parameters of the connection are added to those of the target and replace
 * them. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destination-connection.html
 * @throws Error for an authorization that the lab does not have
 */
export function destinationRequest(
  { InvocationEndpoint = '', HttpMethod = '' }: Destination,
  { AuthorizationType, AuthParameters = {} }: Connection,
  payload: string,
  { PathParameterValues = [], HeaderParameters = {}, QueryStringParameters = {} }: HttpParameters = {},
): DestinationRequest {
  const values = [...PathParameterValues];
  const url = new URL(InvocationEndpoint.replaceAll('*', () => encodeURIComponent(values.shift() ?? '*')));
  const { InvocationHttpParameters: more = {} } = AuthParameters;
  const query = [...Object.entries(QueryStringParameters), ...pairs(more.QueryStringParameters)];
  for (const [name, value] of query) url.searchParams.set(name, value);
  const headers = Object.fromEntries(
    [
      ...Object.entries({ ...DEFAULT_HEADERS, ...lowerCase(Object.entries(HeaderParameters)) }),
      ...pairs(more.HeaderParameters),
      ...authorization(AuthorizationType, AuthParameters),
      ...Object.entries(OWN_HEADERS),
    ].map(([name, value]) => [name.toLowerCase(), value]),
  );
  return { method: HttpMethod, url, headers, body: withBody(payload, more.BodyParameters) };
}

const pairs = (given: Parameter[] = []) => given.map(({ Key = '', Value = '' }) => [Key, Value] as const);
const lowerCase = (entries: [string, string][]) =>
  Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));

function authorization(type: string | undefined, given: AuthParameters): [string, string][] {
  const { ApiKeyAuthParameters: key = {}, BasicAuthParameters: basic = {} } = given;
  if (type === 'API_KEY') return [[key.ApiKeyName ?? '', key.ApiKeyValue ?? '']];
  if (type === 'BASIC') return [['authorization', `Basic ${btoa(`${basic.Username}:${basic.Password}`)}`]];
  throw new Error(`the lab has no connections with the authorization ${type}`);
}

/** Parameters of the body are members of it, so that it must be an object. */
function withBody(payload: string, parameters: Parameter[] = []): string {
  if (parameters.length === 0) return payload;
  return JSON.stringify({ ...(JSON.parse(payload) as object), ...Object.fromEntries(pairs(parameters)) });
}

/** Statuses that EventBridge repeats a request for: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html */
const RETRIED = [401, 407, 409, 429];

/** The error is that of a request that an endpoint did not take, or did not answer. */
export class DestinationError extends Error {
  // The code of EventBridge for it is not documented.
  override readonly name = 'SDK_CLIENT_ERROR';
  readonly retryable: boolean;
  readonly retryAfterMs: number;

  constructor(what: string, { retryable, retryAfterMs = 0 }: { retryable: boolean; retryAfterMs?: number }) {
    super(`Unable to invoke ApiDestination endpoint: ${what}`);
    this.retryable = retryable;
    this.retryAfterMs = retryAfterMs;
  }
}

/** @throws DestinationError for a status that is no success. A redirection is not followed. */
export function requireTaken(status: number, retryAfter: string | undefined): void {
  if (status >= 200 && status < 300) return;
  // The header has seconds or a date. A negative number says that it is in vain.
  const seconds = Number(retryAfter ?? 0);
  const waitMs = Number.isNaN(seconds) ? Date.parse(retryAfter ?? '') - Date.now() : seconds * 1_000;
  const retryable = (RETRIED.includes(status) || status >= 500) && !(seconds < 0);
  throw new DestinationError(`it answered with status ${status}`, {
    retryable,
    retryAfterMs: Number.isNaN(waitMs) ? 0 : Math.max(0, waitMs),
  });
}
