/** What an error of an SDK call means for whoever made the call. */
export type AwsFailure =
  /** We may not look. Waiting does not help. */
  | 'denied'
  /** Throttled, timed out, unreachable, or broken on their side. Waiting helps. */
  | 'transient'
  /** The service understood and refused: not found, invalid, in use, … */
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
  /** What a query service answered. */
  Error?: { Code?: string };
  $metadata?: { httpStatusCode?: number };
}

/** @returns undefined for an error that did not come out of an SDK call or the network */
export function awsFailure(error: unknown): AwsFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, code, $metadata } = error as SdkError;
  const status = $metadata?.httpStatusCode;
  if (code !== undefined && NETWORK_CODES.has(code)) return 'transient';
  if (name === 'CredentialsProviderError') return 'transient';
  if ($metadata === undefined) return name === 'TimeoutError' ? 'transient' : undefined;
  if (DENIED.has(name) || status === 401 || status === 403) return 'denied';
  if (status === 429 || (status !== undefined && status >= 500) || TRANSIENT_NAME.test(name)) return 'transient';
  // The answer came, and could not be read: an SDK deserialization error has the status of the answer.
  return status !== undefined && status < 300 ? undefined : 'refused';
}

/** Whether the service said, by one of these error names, that the thing does not exist. */
export function isNotFound(error: unknown, ...names: string[]): boolean {
  if (!(error instanceof Error) || !names.includes(error.name)) return false;
  // From a 404 without a code of the service's, the SDK guesses the error's name.
  const { Error: answered } = error as SdkError;
  return !answered || answered.Code !== undefined;
}

/** One line for a person; SDK errors of HEAD requests have names, but no message. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // The SDK adds lines for developers to what it could not read.
  const [message] = error.message.split('\n  Deserialization error:');
  return message && message !== error.name ? `${error.name}: ${message}` : error.name;
}
