import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { type Lab, startLab } from '../lab/index.ts';
import type { Bench, Row } from './bench.ts';
import { timed } from './bench.ts';

/** A call of the CLI takes constant time, so the time of the loop for more versions is a multiple. */
const LOOPED = 40;

export const bucket: Bench = {
  name: 'bucket',
  title: 'Emptying a versioned bucket',
  async run({ quick, say }) {
    const lab = await startLab({ services: [] });
    const s3 = new S3Client({ ...lab.context.client, forcePathStyle: true });
    try {
      const loop = await looped(lab, s3, quick ? 5 : LOOPED);
      say(`aws s3api: ${loop.toFixed(2)} s a version`);
      const rows: Row[] = [];
      for (const versions of quick ? [1_000, 3_000] : [1_000, 10_000, 100_000]) {
        const name = `bench-${versions}`;
        await fill(s3, name, versions);
        const { ms } = await timed(() => emptied(lab, name, versions));
        say(`${versions} versions: ${(ms / 1_000).toFixed(1)} s`);
        rows.push({
          ...{ what: `${versions.toLocaleString('en')} versions and markers`, unit: 's', value: ms / 1_000 },
          ...{ against: { name: 'aws s3api in a loop', value: loop * versions } },
          ...{ aim: '≥ 10 × less', met: (loop * versions * 1_000) / ms >= 10 },
          note: `the loop was run for ${quick ? 5 : LOOPED} versions, and multiplied`,
        });
      }
      return [...rows, growth(rows)];
    } finally {
      await lab.stop();
    }
  },
};

/** Returns the ratio of the times for each version, of the largest to the smallest bucket. */
function growth(rows: readonly Row[]): Row {
  const each = rows.map(({ what, value }) => value / Number(what.replaceAll(/\D/g, '')));
  const value = (each.at(-1) ?? Number.NaN) / (each[0] ?? Number.NaN);
  return { what: 'time a version, most against fewest', unit: '×', value, aim: 'linear: ≤ 1.2 ×', met: value <= 1.2 };
}

/**
 * Fills a bucket. A tenth of the versions are objects, up to a limit. The rest are delete markers of them, of which one
 * call creates a thousand.
 */
async function fill(s3: S3Client, Bucket: string, versions: number): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  const keys = Array.from({ length: Math.min(1_000, Math.ceil(versions / 10)) }, (_, n) => ({ Key: `state/${n}` }));
  for (const { Key } of keys) await s3.send(new PutObjectCommand({ Bucket, Key, Body: '{}' }));
  for (let made = keys.length; made < versions; made += keys.length) {
    const Objects = keys.slice(0, versions - made);
    await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
  }
}

/**
 * Empties the bucket with the code of the Lambda function, in a process of its own. @throws unless it deleted all
 * versions
 */
async function emptied(lab: Lab, name: string, versions: number): Promise<void> {
  const script = join(import.meta.dirname, 'empty-bucket.ts');
  const env = { ...process.env, ...lab.environment };
  const { stdout } = await promisify(execFile)(process.execPath, [script, name], { env });
  if (Number(stdout) !== versions)
    throw new Error(`${stdout.trim()} of ${versions} versions were deleted from ${name}`);
}

/** Returns the seconds for each version. */
async function looped(lab: Lab, s3: S3Client, versions: number): Promise<number> {
  await fill(s3, 'bench-loop', versions);
  const script = join(import.meta.dirname, 'baselines', 'empty-bucket.sh');
  const { ms } = await timed(() =>
    promisify(execFile)('bash', [script, 'bench-loop'], { env: { ...process.env, ...lab.environment } }),
  );
  return ms / 1_000 / versions;
}
