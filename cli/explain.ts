import { CommandError } from './commands/command-error.ts';

/** These settings of the command line may cause an error. */
export interface Surroundings {
  /** The value is AWS_ENDPOINT_URL. */
  endpoint?: string | undefined;
  /** The value is the region that was requested or found. */
  region?: string | undefined;
  /** The value is AWS_PROFILE. */
  profile?: string | undefined;
}

/** @param region the region in use, if it is known; otherwise the region of the variables applies */
export function surroundings(environment: NodeJS.ProcessEnv, region?: string): Surroundings {
  const { AWS_ENDPOINT_URL: endpoint, AWS_PROFILE: profile, AWS_REGION } = environment;
  return { endpoint, profile, region: region ?? AWS_REGION };
}

interface Failure extends Error {
  code?: string;
  hostname?: string;
  path?: string;
  syscall?: string;
}

const NO_SESSION = /^(ExpiredToken(Exception)?|RequestExpired|TokenRefreshRequired|SSOTokenProviderFailure)$/;
const NO_CREDENTIALS = /^(CredentialsProviderError|TokenProviderError|MissingAuthenticationToken)$/;
const BAD_CREDENTIALS =
  /^(InvalidClientTokenId|InvalidAccessKeyId|UnrecognizedClientException|SignatureDoesNotMatch|InvalidSignatureException|AuthFailure)$/;
const DENIED = /^(AccessDenied(Exception)?|UnauthorizedOperation|AuthorizationError(Exception)?|Forbidden|403)$/;
const BUSY = /throttl|toomanyrequests|requestlimitexceeded|slowdown/i;
const NETWORK: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

const FILES: Readonly<Record<string, string>> = {
  EACCES: 'may not be used: choose another file or folder, or change its permissions',
  EISDIR: 'is a folder: name a file',
  ENOENT: 'does not exist: check the name, or make its folder',
  ENOSPC: 'does not fit: the disk is full',
  ENOTDIR: 'is not in a folder: check the name',
  EPERM: 'may not be used: choose another file or folder, or change its permissions',
  EROFS: 'cannot be written, since its folder is read-only: choose another one',
};

/**
 * Explains an error so that the operator can act on it: with the invalid value, and what to do. The text never contains
 * a stack.
 */
export function explain(thrown: unknown, where: Surroundings): string {
  if (thrown instanceof CommandError) return thrown.message;
  const error = rootOf(thrown);
  if (!error) return String(thrown);
  const { name, message, code = '' } = error;
  if (code === 'EADDRINUSE') return explainPort(error);
  if (NETWORK.has(code) || name === 'TimeoutError') return explainNetwork(error, where);
  if (code === 'ERR_INVALID_URL' && where.endpoint) {
    return notAnAddress(where.endpoint);
  }
  const file = FILES[code];
  if (file && error.path) return `${error.path} ${file}`;
  return explainAws(name, message, where) ?? plainly(name, message);
}

function explainAws(name: string, message: string, { endpoint, profile }: Surroundings): string | undefined {
  const who = profile ? `AWS_PROFILE "${profile}"` : 'the environment';
  const lab = endpoint
    ? `; for the lab at ${endpoint}, add --env-file .lab/env, which "npm start -- --keep" writes`
    : '; for the lab, add --env-file .lab/env, which "npm start -- --keep" writes';
  if (NO_SESSION.test(name)) {
    return `the session of ${who} is over: sign in again, for instance with "aws sso login"`;
  }
  if (NO_CREDENTIALS.test(name)) {
    const said = profile ? ` (${firstLine(message)})` : '';
    return `no AWS credentials in ${who}${said}: sign in, or set AWS_PROFILE${lab}`;
  }
  if (BAD_CREDENTIALS.test(name)) {
    return `AWS does not accept the credentials of ${who} (${name}): sign in again, or set another AWS_PROFILE${lab}`;
  }
  if (DENIED.test(name)) {
    const said = message && message !== name && message !== 'UnknownError' ? message : name;
    return `AWS denies it: ${said}. Ask for this permission, or use another AWS_PROFILE`;
  }
  if (BUSY.test(name)) return `AWS takes no more requests at this moment (${name}): try again in a minute`;
  if (name === 'ExecutionDoesNotExist') {
    const arn = /arn:[^'" ]+/.exec(message)?.[0] ?? message;
    return `there is no execution ${arn}: AWS forgets one 90 days after its end. See those that there are: npx runbook history`;
  }
  if (name === 'InvalidArn') return `${firstLine(message)}: give the ARN of an execution, or an environment's name`;
  return undefined;
}

export function notAnAddress(endpoint: string): string {
  return `AWS_ENDPOINT_URL "${endpoint}" is not an address: write it as http://127.0.0.1:4566, or unset it to use AWS`;
}

function explainNetwork({ code, name, hostname = '' }: Failure, { endpoint, region }: Surroundings): string {
  const reason = code ?? name;
  if (endpoint) {
    return `nothing answers at AWS_ENDPOINT_URL ${endpoint} (${reason}): start the lab again with "npm start -- --keep" and take its new .lab/env, or unset AWS_ENDPOINT_URL to use AWS`;
  }
  if (reason === 'ENOTFOUND' && region && hostname.includes(region)) {
    return `${hostname} does not exist (ENOTFOUND): is "${region}" a region of AWS, and is there a network?`;
  }
  return `AWS cannot be reached${hostname ? ` at ${hostname}` : ''} (${reason}): check the network, a proxy or a VPN`;
}

function explainPort({ message }: Failure): string {
  const address = /[\d.]+:\d+$/.exec(message)?.[0] ?? 'this address';
  return `${address} is in use by another program: choose another --port, or leave it out for a free one`;
}

/** Returns the original error. Connections to several addresses fail together, and SDKs wrap errors. */
function rootOf(thrown: unknown): Failure | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const [first] = thrown instanceof AggregateError ? (thrown.errors as unknown[]) : [];
  if (first instanceof Error) return rootOf(first);
  const { code, cause } = thrown as Failure;
  return code === undefined && cause instanceof Error && 'code' in cause ? rootOf(cause) : thrown;
}

/** Leaves out the class `Error`, because it adds no information. */
function plainly(name: string, message: string): string {
  if (!message || message === name) return name;
  return name === 'Error' ? message : `${name}: ${message}`;
}

const firstLine = (text: string): string => text.split('\n')[0] ?? '';
