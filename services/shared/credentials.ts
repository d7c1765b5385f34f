import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Logger } from 'pino';
import * as z from 'zod';

/** The time-out is shorter than the limit for a connection to the database. */
const READ_TIMEOUT_MS = 1_500;

/** The password could not be read, so no connection is possible at the moment. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
}

/**
 * Returns the password for the next connection. The password may change while existing connections stay, so each new
 * connection reads it. When the secret cannot be read, the last known password is used.
 * @throws CredentialsError when no password was ever read
 */
export function currentPassword(read: () => Promise<string>, log: Logger): () => Promise<string> {
  let last: string | undefined;
  let reading: Promise<string> | undefined;
  return async () => {
    // Several connections of a pool that open at once share one read.
    reading ??= read().finally(() => {
      reading = undefined;
    });
    try {
      last = await reading;
    } catch (error) {
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      if (last === undefined) throw new CredentialsError(`the database password cannot be read: ${reason}`);
      log.warn({ reason }, 'the database password cannot be read, the last one is used');
    }
    return last;
  };
}

const databaseSecret = z.object({ password: z.string().min(1) });

/** Reads the password of a secret in RDS's format: an object with `username` and `password`. */
export function secretPassword(region: string, secretArn: string): () => Promise<string> {
  const read = secretText(region, secretArn);
  return async () => {
    const text = await read();
    try {
      return databaseSecret.parse(JSON.parse(text)).password;
    } catch {
      // The original error would contain the secret.
      throw new Error(`secret ${secretArn} is not a JSON object with a password`);
    }
  };
}

/** Reads the text of a secret. @throws Error when it has none */
export function secretText(region: string, secretArn: string): () => Promise<string> {
  const client = new SecretsManagerClient({
    region,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: READ_TIMEOUT_MS,
      requestTimeout: READ_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
  return async () => {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
    // With an empty token, a request with an empty token would be accepted.
    if (!SecretString) throw new Error(`secret ${secretArn} has no text`);
    return SecretString;
  };
}
