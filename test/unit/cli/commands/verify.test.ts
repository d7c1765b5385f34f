import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NotFoundException } from '@aws-sdk/client-kms';
import { afterAll, describe, expect, test } from 'vitest';
import { checkCertificate, pemOf } from '../../../../cli/verify-certificate.ts';
import { fileText, inOrder, SIGNING_ALGORITHM, signedText } from '../../../../lambdas/contracts/signature.ts';
import { cleanCertificate } from '../../../support/reports/certificates.ts';
import { anAccount, runCli } from '../support/cli.ts';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
const by = { algorithm: SIGNING_ALGORITHM, key: 'arn:aws:kms:x' } as const;
/** Returns a signature of the digest, in the way in which KMS signs. */
const signatureOf = (content: Record<string, unknown>) => {
  const data = Buffer.from(signedText(content, by));
  return { ...by, value: sign('sha256', data, { key: privateKey, dsaEncoding: 'der' }).toString('base64') };
};
const signed = { ...cleanCertificate, signature: signatureOf(cleanCertificate) };
const text = fileText(signed);

const folder = mkdtempSync(join(tmpdir(), 'runbook-verify-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
function fileOf(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}
const account = anAccount({ GetPublicKey: () => ({ PublicKey: publicKey.export({ type: 'spki', format: 'der' }) }) });

describe('a certificate', () => {
  test('that nobody has changed is valid', () => {
    expect(checkCertificate(text, publicKey)).toMatchObject({ valid: true, certificate: { verdict: 'CLEAN' } });
  });

  test('with any changed byte is found', () => {
    const { cost: _, ...short } = { ...cleanCertificate, existed: [], sweeps: cleanCertificate.sweeps.slice(0, 1) };
    const bytes = Buffer.from(fileText({ ...short, signature: signatureOf(short) }));
    expect(checkCertificate(bytes.toString('utf8'), publicKey).valid).toBe(true);
    const missed: number[] = [];
    // The loop changes bytes of white space, keys and values, and of the signature itself.
    for (let index = 0; index < bytes.length; index += 1) {
      const copy = Buffer.from(bytes);
      copy[index] = bytes[index] === 0x37 ? 0x38 : 0x37;
      if (checkCertificate(copy.toString('utf8'), publicKey).valid) missed.push(index);
    }
    expect(missed).toEqual([]);
  });

  test.each<[string, string, RegExp]>([
    ['with a field more', fileText({ ...signed, note: 'x' }), /not what was signed/],
    ['with a verdict of another', fileText({ ...signed, verdict: 'LEFTOVERS' }), /not what was signed/],
    ['without a signature', fileText(cleanCertificate), /no signature/],
    ['written anew', JSON.stringify(inOrder(signed)), /written anew/],
    ['with its keys in another order', `${JSON.stringify(signed, null, 2)}\n`, /written anew/],
    ['with a byte behind it', `${text} `, /written anew/],
    ['that is a page', '<html>', /no JSON/],
  ])('%s is found', (_, changed, why) => {
    expect(checkCertificate(changed, publicKey)).toEqual({ valid: false, why: expect.stringMatching(why) });
  });

  test('of another key is found', () => {
    expect(checkCertificate(text, other)).toMatchObject({ valid: false });
  });
});

describe('verify', () => {
  const file = fileOf('certificate.json', text);

  test('asks nobody, with a published key', async () => {
    const key = fileOf('key.pem', pemOf(publicKey));
    const { code, out } = await runCli(['verify', file, '--key', key], { account: new Error('nobody is asked') });
    expect([code, out]).toEqual([0, expect.stringMatching(/^✓ unchanged since it was signed: dev CLEAN at /)]);
  });

  test('takes the account’s own key, never the one that the file names', async () => {
    expect((await runCli(['verify', file], { account })).code).toBe(0);
    const foreign = anAccount({ GetPublicKey: () => ({ PublicKey: other.export({ type: 'spki', format: 'der' }) }) });
    expect(await runCli(['verify', file], { account: foreign })).toMatchObject({
      ...{ code: 1, out: expect.stringContaining('cannot be trusted') },
    });
  });

  test('fails for what was changed, in JSON too', async () => {
    const changed = fileOf('changed.json', text.replace('CLEAN', 'CLEAR'));
    expect(await runCli(['verify', changed], { account })).toMatchObject({
      ...{ code: 1, out: expect.stringContaining('✗') },
    });
    const { code, out } = await runCli(['verify', changed, '--json'], { account });
    expect([code, JSON.parse(out)]).toEqual([1, expect.objectContaining({ valid: false })]);
  });

  test('prints the key that is to be published', async () => {
    const { out } = await runCli(['verify', '--print-key'], { account });
    expect(out).toBe(pemOf(publicKey));
  });

  test.each<[string[], string]>([
    [['verify'], 'which certificate is not said'],
    [['verify', join(folder, 'none.json')], 'cannot be read'],
    [['verify', file, '--key', file], 'is no public key in PEM'],
  ])('%j says what is missing', async (args, message) => {
    const { code, err } = await runCli(args, { account });
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });

  test('says where there is no key', async () => {
    const none = anAccount({
      GetPublicKey: () => {
        throw new NotFoundException({ message: 'none', $metadata: {} });
      },
    });
    expect((await runCli(['verify', file], { account: none })).err).toContain(
      'there is no key alias/runbook-certificates',
    );
  });
});
