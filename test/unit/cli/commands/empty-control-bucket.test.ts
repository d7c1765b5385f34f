import { PassThrough } from 'node:stream';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type DeleteObjectsCommand, HeadObjectCommand, ListObjectVersionsCommand, NotFound } from '@aws-sdk/client-s3';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from 'vitest';
import type { OperatorAccount } from '../../../../cli/commands/account.ts';
import { emptyControlBucket } from '../../../../cli/commands/empty-control-bucket.ts';
import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import { aRecord } from '../../lambdas/support/fixtures.ts';

const STATE = 'environments/dev/bootstrap/terraform.tfstate';

/** @param later the records after the first page is deleted */
async function empty(
  records: EnvironmentRecord[],
  keys: readonly string[],
  { later = records, Errors = [] as object[] } = {},
) {
  let now = records;
  const left = new Set(keys);
  const s3 = {
    async send(command: unknown) {
      if (command instanceof HeadObjectCommand) {
        if (!left.has(command.input.Key ?? '')) throw new NotFound({ message: 'no', $metadata: {} });
        return {};
      }
      if (command instanceof ListObjectVersionsCommand)
        return { Versions: [...left].slice(0, 2).map((Key) => ({ Key, VersionId: '1' })) };
      now = later;
      for (const { Key = '' } of (command as DeleteObjectsCommand).input.Delete?.Objects ?? []) left.delete(Key);
      return { Errors };
    },
  };
  const items = () => now.map((one) => marshall(one, { removeUndefinedValues: true }));
  // The SDK pages through an instance of its client alone.
  const dynamodb = Object.assign(Object.create(DynamoDBClient.prototype), { send: async () => ({ Items: items() }) });
  const account = { s3, dynamodb, controlBucket: 'control', accountId: '123456789012' } as unknown as OperatorAccount;
  const terminal = { input: new PassThrough(), output: new PassThrough() };
  const deleted = await emptyControlBucket(account, terminal, { yes: true }).catch((error: Error) => error.message);
  return { deleted, left: [...left] };
}

describe('the control bucket', () => {
  test('is emptied once every environment is gone', async () => {
    expect(await empty([aRecord({ status: 'GONE' })], [STATE, 'x'])).toEqual({ deleted: 2, left: [] });
  });

  test('is emptied by a call that is repeated, and not where S3 refuses', async () => {
    const records = [aRecord({ status: 'GONE' })];
    const error = (Code: string) => [{ Key: 'x', Code, Message: 'why' }];
    expect((await empty(records, ['x'], { Errors: error('NoSuchVersion') })).deleted).toBe(1);
    expect((await empty(records, ['x'], { Errors: error('AccessDenied') })).deleted).toMatch(
      /x was not deleted: AccessDenied: why/,
    );
  });

  test.each(['LIVE', 'FAILED'] as const)('is not while one is %s', async (status) => {
    const { deleted, left } = await empty([aRecord({ status })], [STATE]);
    expect(deleted).toMatch(/describes what is there of dev/);
    expect(left).toEqual([STATE]);
  });

  test('is not while it has the only state of a backend that was kept', async () => {
    const { deleted, left } = await empty([aRecord({ status: 'GONE', keptBackend: true })], [STATE, 'x']);
    expect(deleted).toMatch(/the only state of the backend of dev.*npx runbook teardown dev --no-keep-backend/);
    expect(left).toEqual([STATE, 'x']);
  });

  test('is, where nothing here has made the backend that stays', async () => {
    expect(await empty([aRecord({ status: 'GONE', keptBackend: true })], ['x'])).toEqual({ deleted: 1, left: [] });
  });

  test('keeps the rest when an environment begins meanwhile', async () => {
    const gone = aRecord({ status: 'GONE' });
    const begun = aRecord({ environment: 'new', status: 'PROVISIONING' });
    const { deleted, left } = await empty([gone], ['a', 'b', 'environments/new/bootstrap/terraform.tfstate'], {
      later: [begun],
    });
    expect(deleted).toMatch(/describes what is there of new/);
    expect(left).toEqual(['environments/new/bootstrap/terraform.tfstate']);
  });
});
