import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { DescribeStateMachineCommand, StateMachineDoesNotExist } from '@aws-sdk/client-sfn';
import { Command } from 'commander';
import { type OperatorAccount, openAccount } from '../../cli/commands/account.ts';
import { onInterruption } from '../../cli/interrupts.ts';
import { quotaDiagnoses } from '../../cli/quotas.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { servicesWithIam } from '../../lab/services.ts';
import { MACHINES } from '../../lambdas/contracts/record.ts';
import { differencesOf, durations } from './compare.ts';
import { agrees, estimate, reasonsAgainst } from './guards.ts';
import { takeLife } from './life.ts';
import { inLab, onAws } from './places.ts';
import { type LifeRecord, lifeRecord } from './record.ts';

/** The record is that of the lab. AWS is compared with it. */
const LAB_RECORD = join(import.meta.dirname, 'lab-record.json');
const AWS_RECORD = join(import.meta.dirname, '../../.lab/aws-record.json');

interface Options {
  lab: boolean;
  region?: string;
  account?: string;
}

await new Command('npm run test:aws --')
  .description(
    'Takes an environment through one life in the account of the current credentials, compares it with the same life in the lab, and takes everything away again.',
  )
  .option('--lab', 'in the lab instead, whose record is kept to compare with', false)
  .option('--region <name>', 'of AWS; that of the credentials by default')
  .option('--account <id>', 'the account that is meant, instead of being asked')
  .action(main)
  .parseAsync();

async function main(options: Options): Promise<void> {
  const lab = options.lab ? await startLab({ services: servicesWithIam }) : undefined;
  if (lab) Object.assign(process.env, lab.environment);
  try {
    process.exitCode = await test(options, lab);
  } finally {
    await lab?.stop();
  }
}

/** @returns the exit code */
async function test({ lab: here, region: asked, account: meant }: Options, lab: Lab | undefined): Promise<number> {
  const account = await openAccount(asked ? { region: asked } : {});
  const { accountId, region, sfn, machineArn } = account;
  const reasons = reasonsAgainst(
    {
      ...{ accountId, region, endpoint: process.env.AWS_ENDPOINT_URL, machines: await machinesOf(account) },
      quotas: here ? [] : await quotaDiagnoses(region, 0, ['ARM_CONTAINER']),
    },
    here,
  );
  for (const reason of reasons) say(`✗ ${reason}`);
  if (reasons.length > 0) return 2;
  if (!here) {
    say(`account ${accountId}, ${region}`);
    for (const line of estimate()) say(line);
    if (!agrees(meant ?? (await ask(`type ${accountId} to go on: `)), accountId)) {
      say('nothing was made');
      return 2;
    }
  }
  process.env.AWS_REGION = region;
  const place = { sfn, region, machineArn, signal: interruption() };
  const life = await takeLife(lab ? inLab(lab, place) : onAws(place), here ? 'lab' : 'aws', place.signal);
  keep(here ? LAB_RECORD : AWS_RECORD, life.record);
  for (const problem of life.problems) say(`✗ ${problem}`);
  const wentWell = life.gone && life.problems.length === 0;
  if (here) return wentWell ? 0 : 1;
  return compare(life.record) && wentWell ? 0 : 1;
}

/** @returns whether a record of the lab exists and nothing differs */
function compare(aws: LifeRecord): boolean {
  if (!existsSync(LAB_RECORD)) {
    say(`there is no ${LAB_RECORD} to compare with: npm run test:aws -- --lab`);
    return false;
  }
  const lab = lifeRecord.parse(JSON.parse(readFileSync(LAB_RECORD, 'utf8')));
  say('\nseconds in the lab and on AWS');
  for (const line of durations(lab, aws)) say(line);
  const differences = differencesOf(lab, aws);
  for (const { what, lab: here, aws: there } of differences) say(`✗ ${what}: in the lab ${here}, on AWS ${there}`);
  if (differences.length === 0) say('✓ states, ends, checks and denied calls are those of the lab');
  return differences.length === 0;
}

async function machinesOf({ sfn, machineArn }: OperatorAccount): Promise<string[]> {
  const there = await Promise.all(
    MACHINES.map(async (machine) => {
      try {
        await sfn.send(new DescribeStateMachineCommand({ stateMachineArn: machineArn(machine) }));
        return [`runbook-${machine}`];
      } catch (error) {
        if (error instanceof StateMachineDoesNotExist) return [];
        throw error;
      }
    }),
  );
  return there.flat();
}

async function ask(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

/**
 * The first interruption ends the steps that create something, and everything is removed. The second one ends this
 * program.
 */
function interruption(): AbortSignal {
  const interrupt = new AbortController();
  onInterruption(['SIGINT', 'SIGTERM'], {
    stop: () => {
      say('\ntaking everything away …');
      interrupt.abort();
    },
    giveUp: () => process.exit(130),
  });
  return interrupt.signal;
}

function keep(file: string, record: LifeRecord): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
  say(`record    ${file}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
