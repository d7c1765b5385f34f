import { writeFile } from 'node:fs/promises';
import { GetObjectCommand, NoSuchKey } from '@aws-sdk/client-s3';
import type { EnvironmentRecord } from '../../lambdas/shared/record.ts';
import type { OperatorAccount } from './account.ts';
import { CommandError } from './command-error.ts';

export const KINDS = ['validation', 'sweep'] as const;
export type ReportKind = (typeof KINDS)[number];

/** Key of the page for people, in the control bucket. @throws {CommandError} when there has been none yet */
export function reportKey({ environment, lastValidation, lastSweep }: EnvironmentRecord, kind: ReportKind): string {
  const key = kind === 'validation' ? lastValidation?.report : lastSweep?.certificate;
  if (key) return key.replace(/\.json$/, '.html');
  const first = kind === 'validation' ? 'validate' : 'sweep';
  throw new CommandError(`environment "${environment}" has no ${kind} yet: npx runbook ${first} ${environment}`);
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
