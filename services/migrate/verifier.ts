import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

/** This is PostgreSQL's default of `scram_iterations`. */
const ITERATIONS = 4_096;

/**
 * Computes the value that PostgreSQL stores for a password (RFC 5803). A statement with the password itself could be
 * logged.
 * @param password a password of ASCII characters, which SASLprep does not change
 */
export function scramVerifier(password: string, salt = randomBytes(16)): string {
  const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64');
  const serverKey = hmac(salted, 'Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
