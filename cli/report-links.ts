import { GetObjectCommand, HeadObjectCommand, NotFound } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { ReportLink } from '../lambdas/contracts/report-link.ts';
import type { OperatorAccount } from './commands/account.ts';
import { CommandError } from './commands/command-error.ts';
import { localAndRelative } from './times.ts';

/**
 * Signature Version 4 has this limit: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
 */
export const LONGEST_LINK_MS = 7 * 24 * 3_600_000;

export interface OperatorLink extends ReportLink {
  /** The value is true when the link may expire earlier, because temporary credentials do not state their end. */
  atMost: boolean;
}

/**
 * Returns an address that opens for anyone who has it. It is signed with the operator's credentials, and expires with
 * them at the latest.
 * @throws {CommandError} when the object no longer exists
 */
export async function linkTo(
  { s3, controlBucket }: Pick<OperatorAccount, 's3' | 'controlBucket'>,
  key: string,
  lastsMs: number,
  now: number,
): Promise<OperatorLink> {
  const object = { Bucket: controlBucket, Key: key };
  // The address of a missing object would show XML to a reader.
  await s3.send(new HeadObjectCommand(object)).catch((error) => {
    if (!(error instanceof NotFound)) throw error;
    throw new CommandError(
      `s3://${controlBucket}/${key} does not exist any more: validate or sweep again for a new one`,
    );
  });
  const { expiration, sessionToken } = await s3.config.credentials();
  const until = Math.min(now + Math.min(lastsMs, LONGEST_LINK_MS), expiration?.getTime() ?? Number.POSITIVE_INFINITY);
  const expiresIn = Math.max(1, Math.floor((until - now) / 1_000));
  const url = await getSignedUrl(s3, new GetObjectCommand(object), { expiresIn });
  return { url, until, atMost: sessionToken !== undefined && expiration === undefined };
}

/** Describes how long an address opens, and who can open it. */
export function lifeOf({ until, atMost }: OperatorLink, now: number, timeZone?: string): string {
  const end = localAndRelative(until, now, timeZone);
  const sooner = atMost ? ' at the latest, and no longer than your credentials' : '';
  return `opens for whoever has the address, until ${end}${sooner}`;
}
