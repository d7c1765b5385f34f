import { createHash, createPublicKey, verify } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { SIGNING_ALGORITHM, type Signature, signature, signedText } from '../contracts/signature.ts';
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
    const { Signature: bytes } = await kms.send(
      new SignCommand({
        KeyId: key,
        Message: createHash('sha256').update(textOf(content, key)).digest(),
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

/**
 * Whether the key has signed a content that carries its signature.
 * Never throws. @returns false, too, when nobody can tell; then `warn` is told why
 */
export async function isSignedBy(
  key: string,
  content: Record<string, unknown>,
  warn: (message: string) => void,
): Promise<boolean> {
  try {
    const signed = signature.safeParse(content.signature);
    if (!signed.success) throw new Error('it has no signature');
    const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: key }));
    if (!PublicKey) throw new UnexpectedResponseError('KMS gives no public key');
    const publicKey = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
    const bytes = Buffer.from(signed.data.value, 'base64');
    const data = Buffer.from(textOf(content, key));
    if (!verify('sha256', data, { key: publicKey, dsaEncoding: 'der' }, bytes))
      throw new Error('it is not what was signed');
    return true;
  } catch (error) {
    warn(`not signed, because the earlier content is not: ${describeError(error)}`);
    return false;
  }
}

const textOf = (content: Record<string, unknown>, key: string) =>
  signedText(content, { algorithm: SIGNING_ALGORITHM, key });
