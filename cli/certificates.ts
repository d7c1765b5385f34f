import { GetObjectCommand, NoSuchBucket, NoSuchKey } from '@aws-sdk/client-s3';
import { type Certificate, certificate } from '../lambdas/contracts/certificate.ts';
import type { OperatorAccount } from './commands/account.ts';
import { parse } from './json.ts';

/**
 * @param key the key in the control bucket. @returns undefined for an object that no longer exists, or is not a
 * certificate
 */
export async function loadCertificate(
  { s3, controlBucket }: Pick<OperatorAccount, 's3' | 'controlBucket'>,
  key: string | undefined,
): Promise<Certificate | undefined> {
  if (!key) return undefined;
  try {
    const { Body } = await s3.send(
      new GetObjectCommand({ Bucket: controlBucket, Key: key.replace(/\.html$/, '.json') }),
    );
    return certificate.safeParse(parse(await Body?.transformToString())).data;
  } catch (error) {
    if (error instanceof NoSuchKey || error instanceof NoSuchBucket) return undefined;
    throw error;
  }
}
