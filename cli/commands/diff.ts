import { GetObjectCommand, NoSuchBucket, NoSuchKey } from '@aws-sdk/client-s3';
import type { Command } from 'commander';
import { runKeys } from '../../lambdas/contracts/naming.ts';
import { planFile } from '../../lambdas/contracts/plan.ts';
import type { EnvironmentRecord } from '../../lambdas/contracts/record.ts';
import { type Cli, type Common, command, say, sayJson } from '../cli.ts';
import { shortName } from '../executions.ts';
import { parse } from '../json.ts';
import { describeDiff, planDiff } from '../plan-diff.ts';
import type { OperatorAccount } from './account.ts';
import { CommandError } from './command-error.ts';
import { loadRecord } from './records.ts';

export function addDiff(program: Command, cli: Cli): void {
  command(
    program,
    'diff <environment>',
    'show the plan of its last provision, waiting or applied: every resource, and every attribute that changes',
  ).action(async (environment: string, options: Common) => {
    const account = await cli.open(options);
    const record = await loadRecord(account, environment);
    const changes = planDiff(await loadPlan(account, record));
    if (options.json) return sayJson(cli, changes);
    const count = (action: string) => changes.filter((one) => one.action === action).length;
    const head = `The plan of ${record.owner ? shortName(record.owner) : record.run}: add ${count('add')}, change ${count('change')}, replace ${count('replace')}, destroy ${count('destroy')}`;
    say(cli, [head, ...describeDiff(changes)].join('\n'));
  });
}

async function loadPlan({ s3, controlBucket }: OperatorAccount, record: EnvironmentRecord) {
  const { environment, run, fencing } = record;
  const key = runKeys(environment, run, fencing).changes;
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: controlBucket, Key: key })).catch((error) => {
    if (!(error instanceof NoSuchKey || error instanceof NoSuchBucket)) throw error;
    const last = record.owner ? `its last execution, ${shortName(record.owner)},` : 'its last execution';
    throw new CommandError(
      `environment "${environment}" has no plan: ${last} has none. To see one before it is applied: npx runbook provision ${environment} --approval plan`,
    );
  });
  const plan = planFile.safeParse(parse(await Body?.transformToString())).data;
  if (plan) return plan;
  throw new CommandError(`s3://${controlBucket}/${key} is not what Terraform says of a plan`);
}
