import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { ClientConfig } from '../lab/index.ts';

/** These files stay in the bucket. Plans and bundles are not evidence, and a plan contains secrets in plain text. */
const LEFT_OUT = /\.(tfplan|zip)$|\.tfvars\.json$|\.tfstate$/;

/**
 * Copies the evidence of an environment's runs out of the control bucket, because the lab's S3 ends with the lab.
 * @returns the files, newest last
 */
export async function saveEvidence(
  config: ClientConfig,
  bucket: string,
  environment: string,
  folder: string,
): Promise<string[]> {
  const client = new S3Client({ ...config, forcePathStyle: true });
  const files: string[] = [];
  try {
    let token: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: `environments/${environment}/runs/`,
          ContinuationToken: token,
        }),
      );
      for (const { Key: key } of page.Contents ?? []) {
        if (!key || LEFT_OUT.test(key)) continue;
        const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        const file = join(folder, key.split('/runs/')[1] ?? key);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, (await object.Body?.transformToByteArray()) ?? '');
        files.push(file);
      }
      token = page.NextContinuationToken;
    } while (token);
  } finally {
    client.destroy();
  }
  return files;
}

/** Returns the last report and the last certificate, which are the pages to read first. */
export function pagesIn(files: readonly string[]): string[] {
  return ['report.html', 'certificate.html'].flatMap((name) => files.findLast((file) => basename(file) === name) ?? []);
}
