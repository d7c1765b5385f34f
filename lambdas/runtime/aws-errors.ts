/** The type says what an error of an SDK call means for the caller. */
export type AwsFailure =
  /** The caller has no permission. Waiting does not help. */
  | 'denied'
  /** The call was throttled, timed out, did not reach the service, or failed in the service. Waiting helps. */
  | 'transient'
  /** The service understood the call and refused it: not found, invalid, in use, … */
  | 'refused';

const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthFailure',
  'AuthorizationError',
  'AuthorizationErrorException',
  'ExpiredToken',
  'ExpiredTokenException',
  'Forbidden',
  'InvalidClientTokenId',
  'KMSAccessDeniedException',
  'MissingAuthenticationToken',
  'NotAuthorized',
  'OptInRequired',
  'SignatureDoesNotMatch',
  'UnauthorizedOperation',
  'UnrecognizedClientException',
]);

const TRANSIENT_NAME = /throttl|toomanyrequests|requestlimitexceeded|slowdown|timeout|serviceunavailable|internal/i;
const NETWORK_CODES = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

interface SdkError extends Error {
  code?: string;
  /** The value is the answer of a service with the query protocol. */
  Error?: { Code?: string };
  $metadata?: { httpStatusCode?: number };
}

/** @returns undefined for an error that did not come from an SDK call or the network */
export function awsFailure(error: unknown): AwsFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, code, $metadata } = error as SdkError;
  const status = $metadata?.httpStatusCode;
  if (code !== undefined && NETWORK_CODES.has(code)) return 'transient';
  if (name === 'CredentialsProviderError') return 'transient';
  if ($metadata === undefined) return name === 'TimeoutError' ? 'transient' : undefined;
  if (DENIED.has(name) || status === 401 || status === 403) return 'denied';
  if (status === 429 || (status !== undefined && status >= 500) || TRANSIENT_NAME.test(name)) return 'transient';
  // The answer arrived and could not be read: an SDK deserialization error has the status of the answer.
  return status !== undefined && status < 300 ? undefined : 'refused';
}

/** Returns whether the service said, by one of these error names, that the resource does not exist. */
export function isNotFound(error: unknown, ...names: string[]): boolean {
  if (!(error instanceof Error) || !names.includes(error.name)) return false;
  // For a 404 without an error code of the service, the SDK guesses the error's name.
  const { Error: answered } = error as SdkError;
  return !answered || answered.Code !== undefined;
}

/** Describes an error in one line for a person. SDK errors of HEAD requests have names, but no message. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // The SDK adds lines for developers to an answer that it could not read.
  const [message] = error.message.split('\n  Deserialization error:');
  return message && message !== error.name ? `${error.name}: ${message}` : error.name;
}
