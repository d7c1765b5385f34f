import { createHash } from 'node:crypto';
import { KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { SIGNING_ALGORITHM, type Signature, signedText } from '../contracts/signature.ts';
import { describeError } from '../runtime/aws-errors.ts';
import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';
import { clientConfig } from './client-config.ts';

const kms = new KMSClient(clientConfig);

/**
 * Signs the SHA-256 digest of a content, because KMS takes a message of at most 4,096 bytes, but a digest of any
 * message.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
 * The function never throws, because no verdict depends on a signature.
 * @returns undefined when there is no signature; `warn` gets the reason
 */
export async function trySign(
  key: string,
  content: Record<string, unknown>,
  warn: (message: string) => void,
): Promise<Signature | undefined> {
  try {
    const text = signedText(content, { algorithm: SIGNING_ALGORITHM, key });
    const { Signature: bytes } = await kms.send(
      new SignCommand({
        KeyId: key,
        Message: createHash('sha256').update(text).digest(),
        MessageType: 'DIGEST',
        SigningAlgorithm: SIGNING_ALGORITHM,
      }),
    );
    if (!bytes) throw new UnexpectedResponseError('KMS gives no signature');
    return { algorithm: SIGNING_ALGORITHM, key, value: Buffer.from(bytes).toString('base64') };
  } catch (error) {
    warn(`not signed: ${describeError(error)}`);
    return undefined;
  }
}
