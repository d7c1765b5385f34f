import { BuildFailure } from './report.ts';
import { shellQuote } from './shell-quote.ts';

/** A path in the source never leads out of it. */
export const PATH_IN_SOURCE = '[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*';

/** A rule has the pattern that a value must match as a whole, and the words that describe it to a reader. */
export type Rule = readonly [pattern: string, what: string];

/** The variables of a build come from outside, so nothing else of this program reads one before it has passed here. */
export class Variables {
  readonly #values: Readonly<Record<string, string | undefined>>;

  constructor(values: Readonly<Record<string, string | undefined>>) {
    this.#values = values;
  }

  /** Returns the same variables, with one value more. */
  with(name: string, value: string): Variables {
    return new Variables({ ...this.#values, [name]: value });
  }

  /** @throws BuildFailure when the variable is not set, or does not match */
  required(name: string, [pattern, what]: Rule): string {
    const value = this.#values[name];
    if (!value) throw new BuildFailure(`${name} is not set; it must be ${what}`);
    if (!new RegExp(`^(?:${pattern})$`).test(value))
      throw new BuildFailure(`${name} is ${shellQuote(value)}; it must be ${what}`);
    return value;
  }

  /** @throws BuildFailure when the variable is set, and does not match */
  optional(name: string, rule: Rule): string | undefined {
    return this.#values[name] ? this.required(name, rule) : undefined;
  }
}

/** A build works in this account and environment. */
export interface Account {
  environment: string;
  prefix: string;
  accountId: string;
  region: string;
  /** The endpoint is that of an emulator. */
  emulated: boolean;
}

export function accountOf(variables: Variables): Account {
  return {
    environment: variables.required('ENVIRONMENT', ['[a-z][a-z0-9-]{1,20}', 'the name of an environment']),
    prefix: variables.required('PREFIX', ['[a-z][a-z0-9-]{1,38}[a-z0-9]', '3 to 40 characters of a-z, 0-9 and "-"']),
    accountId: variables.required('ACCOUNT_ID', ['[0-9]{12}', 'an account id of 12 digits']),
    region: variables.required('AWS_REGION', ['[a-z]{2}(-[a-z]+)+-[0-9]', 'a region such as eu-west-1']),
    emulated: Boolean(variables.optional('AWS_ENDPOINT_URL', ['https?://[A-Za-z0-9.:-]+/?', 'the URL of an endpoint'])),
  };
}

export const COMMIT: Rule = ['[0-9a-f]{7,64}', '7 to 64 hexadecimal digits'];

/** The value is the name of a Lambda function. */
export const FUNCTION: Rule = ['[A-Za-z0-9_-]{1,64}', 'the name of a function'];

/** A claim names the execution that needs the environment, and the function that is asked for its ownership. */
export interface Claim {
  ownershipFunction: string;
  /** The owner is the ARN of the execution. */
  owner: string;
  /** The value is the number of the claim; its digits are a folder of the run, too. */
  fencing: string;
  redrive: number;
  /** The build is given by its id. */
  build: string;
}

export function claimOf(variables: Variables): Claim {
  return {
    ownershipFunction: variables.required('OWNERSHIP_FUNCTION', FUNCTION),
    owner: variables.required('OWNER', [
      'arn:[a-z-]+:states:[a-z0-9-]+:[0-9]{12}:execution:[A-Za-z0-9_-]+:[A-Za-z0-9_-]+',
      'the ARN of an execution',
    ]),
    fencing: variables.required('FENCING', ['[0-9]{1,15}', 'the number of a claim']),
    redrive: Number(variables.required('REDRIVE', ['[0-9]{1,9}', 'the number of a redrive'])),
    build: variables.required('CODEBUILD_BUILD_ID', ['[A-Za-z0-9_-]+:[A-Za-z0-9-]+', 'the id of a build']),
  };
}

/** ECS names the architecture of the containers with these words. */
export const ARCHITECTURE: Rule = ['ARM64|X86_64', 'ARM64 or X86_64'];
