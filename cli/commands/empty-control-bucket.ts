import { DeleteObjectsCommand, HeadObjectCommand, ListObjectVersionsCommand, NotFound } from '@aws-sdk/client-s3';
import type { Command } from 'commander';
import { bootstrapStateKey } from '../../lambdas/contracts/naming.ts';
import type { EnvironmentRecord } from '../../lambdas/contracts/record.ts';
import { type Cli, type Common, command, say, sayJson } from '../cli.ts';
import { confirm, type Terminal } from '../confirm.ts';
import type { OperatorAccount } from './account.ts';
import { CommandError, EXIT } from './command-error.ts';
import { listRecords } from './records.ts';

export function addEmptyControlBucket(program: Command, cli: Cli): void {
  command(program, 'empty-control-bucket', 'delete what is kept of environments that are gone, before "cdk destroy"')
    .option('--yes', 'do not ask')
    .action(async ({ yes, ...options }: Common & { yes?: boolean }) => {
      const deleted = await emptyControlBucket(await cli.open(options), cli.terminal, { yes });
      if (deleted === undefined) cli.exit(EXIT.failed);
      if (options.json) return sayJson(cli, { deleted: deleted ?? null });
      return say(cli, deleted === undefined ? 'Nothing is deleted.' : `${deleted} versions are deleted.`);
    });
}

/**
 * Deletes everything that the control bucket holds: CloudFormation deletes no bucket with objects. The states of backends are
 * there, so no environment may be left that one of them describes.
 * @returns how many versions were deleted; undefined when the person said no
 * @throws {CommandError} when an environment is not GONE, its backend was kept, a record cannot be read, or S3 keeps an object
 */
export async function emptyControlBucket(
  account: OperatorAccount,
  terminal: Terminal,
  { yes = false }: { yes?: boolean | undefined } = {},
): Promise<number | undefined> {
  await requireGone(account);
  const { controlBucket, accountId, s3 } = account;
  const question = `Delete the reports, certificates and plans of every environment, in ${controlBucket}?`;
  if (!yes && !(await confirm(question, terminal))) return undefined;
  const bucket = { Bucket: controlBucket, ExpectedBucketOwner: accountId };
  let deleted = 0;
  for (;;) {
    // The previous page was deleted, so the first page has the rest.
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand(bucket));
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length === 0) return deleted;
    // An environment may have begun since the question. It has a record before it has a file.
    await requireGone(account);
    const { Errors = [] } = await s3.send(new DeleteObjectsCommand({ ...bucket, Delete: { Objects, Quiet: true } }));
    // A call that is repeated finds versions that its first attempt deleted.
    const error = Errors.find(({ Code }) => Code !== 'NoSuchVersion');
    if (error) throw new CommandError(`${controlBucket}/${error.Key} was not deleted: ${error.Code}: ${error.Message}`);
    deleted += Objects.length;
  }
}

/** @throws {CommandError} when the bucket has the only description of something that exists */
async function requireGone(account: OperatorAccount): Promise<void> {
  const records = await listRecords(account);
  const left = records.filter(({ status }) => status !== 'GONE');
  if (left.length > 0) {
    const names = left.map(({ environment, status }) => `${environment} (${status})`).join(', ');
    throw new CommandError(`the control bucket describes what is there of ${names}`, 'tear it down first');
  }
  for (const record of records) if (record.keptBackend) await requireNoState(account, record);
}

/** A teardown was asked to keep bucket and table, and what has made them keeps its state here. */
async function requireNoState({ s3, controlBucket }: OperatorAccount, record: EnvironmentRecord): Promise<void> {
  const { environment, stateBucket, lockTable } = record;
  const Key = bootstrapStateKey(environment);
  try {
    await s3.send(new HeadObjectCommand({ Bucket: controlBucket, Key }));
  } catch (error) {
    if (error instanceof NotFound) return;
    throw error;
  }
  throw new CommandError(
    `${Key} is the only state of the backend of ${environment}, which was kept: ${stateBucket} and ${lockTable}`,
    `npx runbook teardown ${environment} --no-keep-backend, or delete both and that state by hand`,
  );
}
