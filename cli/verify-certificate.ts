import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { type Certificate, certificate } from '../lambdas/contracts/certificate.ts';
import { fileText, signature, signedText } from '../lambdas/contracts/signature.ts';
import { isObject, parse } from './json.ts';

export type Checked = { valid: true; certificate: Certificate } | { valid: false; why: string };

/**
 * Checks whether the owner of the key has signed exactly these bytes. The function makes no request.
 * @param text the content of `certificate.json`
 */
export function checkCertificate(text: string, key: KeyObject): Checked {
  const content = parse(text);
  if (!isObject(content)) return { valid: false, why: 'it is no JSON' };
  const signed = signature.safeParse(content.signature);
  if (!signed.success) return { valid: false, why: 'it has no signature' };
  const data = Buffer.from(signedText(content, signed.data));
  const bytes = Buffer.from(signed.data.value, 'base64');
  if (!verify('sha256', data, { key, dsaEncoding: 'der' }, bytes)) {
    return { valid: false, why: 'its content is not what was signed, or another key has signed it' };
  }
  // The content has exactly one text. A signature proves nothing about another text, or about what surrounds it.
  if (fileText(content) !== text || bytes.toString('base64') !== signed.data.value) {
    return {
      valid: false,
      why: 'its content is what was signed, but the file was written anew: take it from the bucket',
    };
  }
  const known = certificate.safeParse(content);
  if (!known.success) return { valid: false, why: 'what was signed is no certificate' };
  return { valid: true, certificate: known.data };
}

/** @throws for anything but a public key of that kind */
export function publicKeyOf(pemOrDer: string | Uint8Array): KeyObject {
  const key =
    typeof pemOrDer === 'string'
      ? createPublicKey(pemOrDer)
      : createPublicKey({ key: Buffer.from(pemOrDer), format: 'der', type: 'spki' });
  if (key.asymmetricKeyType !== 'ec') throw new Error(`a key of type ${key.asymmetricKeyType}`);
  return key;
}

export function pemOf(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}
