import { DeleteObjectsCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import type { Command } from 'commander';
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
 * Deletes everything in the control bucket, because CloudFormation does not delete a bucket with objects. The states of
 * backends are in the bucket, so no environment may remain that one of them describes.
 * @returns the number of deleted versions, or undefined when the person declined
 * @throws {CommandError} when an environment is not GONE, a record cannot be read, or S3 does not delete an object
 */
export async function emptyControlBucket(
  account: OperatorAccount,
  terminal: Terminal,
  { yes = false }: { yes?: boolean | undefined } = {},
): Promise<number | undefined> {
  const left = (await listRecords(account)).filter(({ status }) => status !== 'GONE');
  if (left.length > 0) {
    const names = left.map(({ environment, status }) => `${environment} (${status})`).join(', ');
    throw new CommandError(`the control bucket describes what is there of ${names}`, 'tear it down first');
  }
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
    const { Errors = [] } = await s3.send(new DeleteObjectsCommand({ ...bucket, Delete: { Objects, Quiet: true } }));
    const [error] = Errors;
    if (error) throw new CommandError(`${controlBucket}/${error.Key} was not deleted: ${error.Code}: ${error.Message}`);
    deleted += Objects.length;
  }
}
