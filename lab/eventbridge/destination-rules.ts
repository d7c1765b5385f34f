import { AwsError } from '../service.ts';

/**
 * The emulator accepts connections, API destinations and targets that EventBridge refuses.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateConnection.html and
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateApiDestination.html
 */

type Parameters = Readonly<Record<string, unknown>>;

const NAME = /^[.\-_A-Za-z0-9]{1,64}$/;
const LONGEST_ENDPOINT = 2_048;
/** These are the characters of the API's pattern. `*` is a part of the path that the target gives. */
const ENDPOINT = /^(%[0-9A-Fa-f]{2}|[-()_.!~*';/?:@&=+$,A-Za-z0-9])+$/;
const METHODS = ['POST', 'GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE'];
/** Each type of authorization has its own parameters, with those that are required. */
const AUTHORIZATION: Readonly<Record<string, [member: string, required: readonly string[]]>> = {
  API_KEY: ['ApiKeyAuthParameters', ['ApiKeyName', 'ApiKeyValue']],
  BASIC: ['BasicAuthParameters', ['Username', 'Password']],
  OAUTH_CLIENT_CREDENTIALS: ['OAuthParameters', ['AuthorizationEndpoint', 'ClientParameters', 'HttpMethod']],
};

const API_DESTINATION = /^arn:[^:]+:events:[^:]+:\d{12}:api-destination\/([^/]+)\/[^/]+$/;

/** Returns the name of the API destination of an ARN; undefined for any other ARN. */
export function destinationNameIn(arn: string): string | undefined {
  return API_DESTINATION.exec(arn)?.[1];
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const invalid = (name: string, reason: string) =>
  new AwsError('ValidationException', `Parameter ${name} is not valid. Reason: ${reason}`);

/** Each function throws {AwsError} for parameters that EventBridge refuses. */
export const REFUSALS: Readonly<Record<string, (given: Parameters) => void>> = {
  CreateConnection(given) {
    requireName(given);
    requireAuthorization(given);
  },
  UpdateConnection(given) {
    requireName(given);
    if (given.AuthorizationType !== undefined || given.AuthParameters !== undefined) requireAuthorization(given);
  },
  CreateApiDestination(given) {
    requireName(given);
    if (!isText(given.ConnectionArn)) throw invalid('ConnectionArn', 'ConnectionArn is a required argument.');
    if (!isText(given.HttpMethod)) throw invalid('HttpMethod', 'HttpMethod is a required argument.');
    if (!isText(given.InvocationEndpoint))
      throw invalid('InvocationEndpoint', 'InvocationEndpoint is a required argument.');
    requireDestination(given);
  },
  UpdateApiDestination(given) {
    requireName(given);
    requireDestination(given);
  },
  PutTargets({ Targets }) {
    for (const target of Array.isArray(Targets) ? (Targets as Parameters[]) : []) {
      const arn = isText(target.Arn) ? target.Arn : '';
      if (destinationNameIn(arn) && !isText(target.RoleArn))
        throw new AwsError('ValidationException', `RoleArn is required for target ${arn}.`);
    }
  },
};

function requireName({ Name }: Parameters): void {
  if (!isText(Name) || !NAME.test(Name)) throw invalid('Name', `${String(Name)} does not match ${NAME.source}`);
}

function requireAuthorization({ AuthorizationType, AuthParameters }: Parameters): void {
  const [member, required] = AUTHORIZATION[String(AuthorizationType)] ?? [];
  if (!member || !required)
    throw invalid('AuthorizationType', `must be one of ${Object.keys(AUTHORIZATION).join(', ')}`);
  const parameters = ((AuthParameters ?? {}) as Parameters)[member] as Parameters | undefined;
  const missing = required.find((name) => !parameters?.[name]);
  if (missing) throw invalid('AuthParameters', `${member}.${missing} is required for ${String(AuthorizationType)}`);
}

function requireDestination({ InvocationEndpoint, HttpMethod, InvocationRateLimitPerSecond: rate }: Parameters): void {
  if (HttpMethod !== undefined && !METHODS.includes(String(HttpMethod)))
    throw invalid('HttpMethod', `must be one of ${METHODS.join(', ')}`);
  if (rate !== undefined && !(Number.isInteger(rate) && Number(rate) >= 1))
    throw invalid('InvocationRateLimitPerSecond', 'must be at least 1');
  if (InvocationEndpoint === undefined) return;
  const endpoint = String(InvocationEndpoint);
  if (endpoint.length > LONGEST_ENDPOINT || !ENDPOINT.test(endpoint))
    throw invalid('InvocationEndpoint', 'it is no URL of at most 2048 characters');
  if (!URL.canParse(endpoint) || new URL(endpoint).protocol !== 'https:')
    throw invalid('InvocationEndpoint', 'it must be an HTTPS endpoint');
}
