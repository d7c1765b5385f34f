import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { LINK_SECONDS, type ReportLink } from '../contracts/report-link.ts';
import { describeError } from '../runtime/aws-errors.ts';
import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';
import { clientConfig } from './client-config.ts';

const sts = new STSClient(clientConfig);

/**
 * Returns a signed URL of a report. The function signs with the credentials of a role that may read reports and nothing
 * else. The function's own credentials expire at a time that Lambda does not state, and the URL would expire with them.
 * The function never throws, because no message depends on a link.
 * @returns undefined when there is no link; `warn` gets the reason
 */
export async function tryLinkTo(
  roleArn: string,
  bucket: string,
  key: string,
  warn: (message: string) => void,
): Promise<ReportLink | undefined> {
  try {
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'report-link', DurationSeconds: LINK_SECONDS }),
    );
    if (!Credentials) throw new UnexpectedResponseError('STS gives no credentials');
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials;
    if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration)
      throw new UnexpectedResponseError('STS does not say with which credentials, or until when');
    const credentials = {
      ...{ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
      expiration: Expiration,
    };
    const s3 = new S3Client({ ...clientConfig, credentials });
    const command = new GetObjectCommand({ Bucket: bucket, Key: key });
    const url = await getSignedUrl(s3, command, { expiresIn: LINK_SECONDS });
    return { url, until: Math.min(Expiration.getTime(), Date.now() + LINK_SECONDS * 1_000) };
  } catch (error) {
    warn(`no link to ${key}: ${describeError(error)}`);
    return undefined;
  }
}
