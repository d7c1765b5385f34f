import { writeFile } from 'node:fs/promises';
import { GetObjectCommand, NoSuchKey } from '@aws-sdk/client-s3';
import type { EnvironmentRecord } from '../../lambdas/contracts/record.ts';
import type { OperatorAccount } from './account.ts';
import { CommandError } from './command-error.ts';

export const KINDS = ['validation', 'partial', 'sweep'] as const;
export type ReportKind = (typeof KINDS)[number];

/** Key of the page for people, in the control bucket. @throws {CommandError} when there has been none yet */
export function reportKey(record: EnvironmentRecord, kind: ReportKind): string {
  const { environment, lastValidation, lastPartialValidation, lastSweep } = record;
  const keys = {
    validation: lastValidation?.report,
    partial: lastPartialValidation?.report,
    sweep: lastSweep?.certificate,
  };
  const key = keys[kind];
  if (key) return key.replace(/\.json$/, '.html');
  const first = {
    validation: `validation of all checks yet: npx runbook validate ${environment}`,
    partial: `validation of some checks: npx runbook validate ${environment} --check …`,
    sweep: `sweep yet: npx runbook sweep ${environment}`,
  };
  const partly = kind === 'validation' && keys.partial ? `, or see that of some checks: --of partial` : '';
  throw new CommandError(`environment "${environment}" has no ${first[kind]}${partly}`);
}

/** Saves an object of the control bucket. @throws {CommandError} when it is not there any more */
export async function download({ s3, controlBucket }: OperatorAccount, key: string, file: string): Promise<void> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: controlBucket, Key: key }));
    await writeFile(file, (await Body?.transformToByteArray()) ?? new Uint8Array());
  } catch (error) {
    if (!(error instanceof NoSuchKey)) throw error;
    throw new CommandError(`there is no s3://${controlBucket}/${key}`);
  }
}
