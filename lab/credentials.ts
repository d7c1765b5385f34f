import { createHash, randomBytes } from 'node:crypto';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

/** A session is a role that a caller has assumed. */
export interface Session {
  /** The role is given by its ARN. */
  role: string;
  name: string;
}

/**
 * The vendor issues credentials for what the lab runs (a Lambda, a build, a task), and keeps them by access key id, so
 * that the gateway can determine the caller of each call.
 */
export class CredentialVendor {
  readonly #assumed: (session: Session) => void;
  readonly #sessions = new Map<string, Session>();

  /** @param assumed called for each session, when it begins */
  constructor(assumed: (session: Session) => void = () => {}) {
    this.#assumed = assumed;
  }

  /**
   * @param roleArn role that the process runs as; the same session always gets the same key
   * @param name of the session: a build's, a task's id, a function's name
   */
  issue(roleArn: string, name = 'lab'): Credentials {
    const digest = createHash('sha256').update(`${roleArn} ${name}`).digest('hex').toUpperCase();
    const accessKeyId = `ASIA${digest.slice(0, 16)}`;
    if (!this.#sessions.has(accessKeyId)) this.#assumed({ role: roleArn, name });
    this.#sessions.set(accessKeyId, { role: roleArn, name });
    return {
      accessKeyId,
      secretAccessKey: randomBytes(20).toString('hex'),
      sessionToken: `lab-${digest.slice(16, 40)}`,
    };
  }

  /** Registers credentials that were created elsewhere for the session. */
  adopt(accessKeyId: string, session: Session): void {
    this.#sessions.set(accessKeyId, session);
  }

  sessionOf(accessKeyId: string): Session | undefined {
    return this.#sessions.get(accessKeyId);
  }
}

/** Returns the environment variables by which every SDK, the CLI and Terraform find the lab. */
export function awsEnvironment(endpoint: string, region: string, credentials: Credentials | 'operator') {
  const keys =
    credentials === 'operator'
      ? { accessKeyId: 'operator', secretAccessKey: 'lab', sessionToken: undefined }
      : credentials;
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    ...(keys.sessionToken ? { AWS_SESSION_TOKEN: keys.sessionToken } : {}),
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
