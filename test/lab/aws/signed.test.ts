import { CreateKeyCommand, GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { checkCertificate, publicKeyOf } from '../../../cli/verify-certificate.ts';
import { useLab } from '../../../lab/test/support/use-lab.ts';
import { tryLinkTo } from '../../../lambdas/aws/report-links.ts';
import { isSignedBy, trySign } from '../../../lambdas/aws/signer.ts';
import { fileText } from '../../../lambdas/contracts/signature.ts';
import { cleanCertificate } from '../../support/reports/certificates.ts';

const lab = useLab();
const BUCKET = 'control-of-links';
const KEY = 'environments/dev/runs/r/certificate.html';
const warn = vi.fn<(message: string) => void>();

beforeAll(async () => {
  const s3 = new S3Client(lab.context.client);
  await s3.send(
    new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
  );
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: KEY, Body: '<p>page</p>' }));
});

describe('a certificate', () => {
  test('that KMS has signed is valid by the public half of its key, and not when it was changed', async () => {
    const kms = new KMSClient(lab.context.client);
    const made = await kms.send(new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }));
    const arn = made.KeyMetadata?.Arn ?? '';
    const signature = await trySign(arn, cleanCertificate, warn);
    expect(warn).not.toHaveBeenCalled();
    expect(signature).toMatchObject({ algorithm: 'ECDSA_SHA_256', key: arn });
    const { PublicKey = new Uint8Array() } = await kms.send(new GetPublicKeyCommand({ KeyId: arn }));
    const text = fileText({ ...cleanCertificate, signature });
    expect(checkCertificate(text, publicKeyOf(PublicKey))).toMatchObject({ valid: true });
    expect(checkCertificate(text.replace('CLEAN', 'CLEAR'), publicKeyOf(PublicKey))).toMatchObject({ valid: false });
    // Before a sweep is appended, KMS is asked the same.
    const signed = { ...cleanCertificate, signature };
    expect(await isSignedBy(arn, signed, warn)).toBe(true);
    expect(await isSignedBy(arn, { ...signed, verdict: 'LEFTOVERS' }, warn)).toBe(false);
    expect(await isSignedBy(arn, cleanCertificate, warn)).toBe(false);
    expect(warn.mock.calls.flat()).toEqual([
      expect.stringContaining('the earlier content is not: Error: it is not what was signed'),
      expect.stringContaining('it has no signature'),
    ]);
  });

  test('is not signed by a key that there is not, and that is said', async () => {
    const none = 'arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000';
    expect(await trySign(none, cleanCertificate, warn)).toBeUndefined();
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/^not signed: .*NotFound/));
  });
});

describe('a link', () => {
  test('opens without credentials, for an hour', async () => {
    const role = 'arn:aws:iam::123456789012:role/runbook-report-reader';
    const link = await tryLinkTo(role, BUCKET, KEY, warn);
    const hours = ((link?.until ?? 0) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(0.9);
    expect(hours).toBeLessThanOrEqual(1);
    const answer = await fetch(link?.url ?? '');
    expect([answer.status, await answer.text()]).toEqual([200, '<p>page</p>']);
  });
});
