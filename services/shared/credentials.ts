import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Logger } from 'pino';
import * as z from 'zod';

/** Shorter than a connection to the database may take. */
const READ_TIMEOUT_MS = 1_500;

/** The password could not be read, so nobody can connect now. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
}

/**
 * The password for the next connection. It may change while the connections that exist stay, so each new connection
 * reads it. While the secret cannot be read, the last password that was read is tried.
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

/** Reads the password of a secret in the form that RDS gives its own: an object with `username` and `password`. */
export function secretPassword(region: string, secretArn: string): () => Promise<string> {
  const read = secretText(region, secretArn);
  return async () => {
    const text = await read();
    try {
      return databaseSecret.parse(JSON.parse(text)).password;
    } catch {
      // The reason would hold the secret.
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
    // An empty token would let everybody in who sends an empty one.
    if (!SecretString) throw new Error(`secret ${secretArn} has no text`);
    return SecretString;
  };
}
