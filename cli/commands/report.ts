import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GetObjectCommand, NoSuchBucket, NoSuchKey } from '@aws-sdk/client-s3';
import { type Command, Option } from 'commander';
import type { EnvironmentRecord } from '../../lambdas/contracts/record.ts';
import { LINK_SECONDS } from '../../lambdas/contracts/report-link.ts';
import { type Cli, type Common, command, say, sayJson } from '../cli.ts';
import { lifeOf, linkTo } from '../report-links.ts';
import type { OperatorAccount } from './account.ts';
import { CommandError } from './command-error.ts';
import { loadRecord } from './records.ts';

export const KINDS = ['validation', 'partial', 'sweep'] as const;
export type ReportKind = (typeof KINDS)[number];

interface ReportOptions extends Common {
  of: ReportKind;
  output?: string;
  open?: boolean;
  link?: boolean;
}

export function addReport(program: Command, cli: Cli): void {
  command(program, 'report <environment>', 'save the page of the last validation or sweep')
    .addOption(new Option('--of <kind>', 'which one').choices(KINDS).default('validation'))
    .option('--output <file>', 'where to; <environment>-<kind>.html by default')
    .option('--open', 'show it in the browser')
    .option('--link', 'print an address for others too, which opens for an hour')
    .action(async (environment: string, { of, output, open, link: wanted, ...options }: ReportOptions) => {
      const account = await cli.open(options);
      const key = reportKey(await loadRecord(account, environment), of);
      const file = resolve(output ?? `${environment}-${of}.html`);
      await download(account, key, file);
      const link = wanted ? await linkTo(account, key, LINK_SECONDS * 1_000, cli.now()) : undefined;
      const from = `s3://${account.controlBucket}/${key}`;
      if (options.json) sayJson(cli, { file, from, ...(link ? { url: link.url } : {}) });
      else say(cli, link ? `${file}\n${link.url}` : file);
      if (link) cli.err.write(`${lifeOf(link, cli.now())}\n`);
      if (open) cli.show(file);
    });
}

/** Returns the key of the page for people in the control bucket. @throws {CommandError} when there is none yet */
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

/**
 * Saves an object of the control bucket. @throws {CommandError} when the object no longer exists, or cannot be saved
 */
export async function download({ s3, controlBucket }: OperatorAccount, key: string, file: string): Promise<void> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: controlBucket, Key: key })).catch((error) => {
    if (!(error instanceof NoSuchKey || error instanceof NoSuchBucket)) throw error;
    throw new CommandError(
      `s3://${controlBucket}/${key} does not exist any more: validate or sweep again for a new one`,
    );
  });
  await writeFile(file, (await Body?.transformToByteArray()) ?? new Uint8Array());
}
