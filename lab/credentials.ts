import { createHash, randomBytes } from 'node:crypto';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

/**
 * Credentials that the lab hands to what it runs (a Lambda, a build, a task), remembered by access key id, so that
 * the front door knows on whose behalf each call is made.
 */
export class CredentialVendor {
  readonly #roles = new Map<string, string>();

  /** @param roleArn role that the process runs as; the same role always gets the same key. */
  issue(roleArn: string): Credentials {
    const digest = createHash('sha256').update(roleArn).digest('hex').toUpperCase();
    const accessKeyId = `ASIA${digest.slice(0, 16)}`;
    this.#roles.set(accessKeyId, roleArn);
    return {
      accessKeyId,
      secretAccessKey: randomBytes(20).toString('hex'),
      sessionToken: `lab-${digest.slice(16, 40)}`,
    };
  }

  roleOf(accessKeyId: string): string | undefined {
    return this.#roles.get(accessKeyId);
  }
}

/** The environment variables by which every SDK, the CLI and Terraform find the lab. */
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
