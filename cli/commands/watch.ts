import type { Command } from 'commander';
import { environmentName } from '../../lambdas/contracts/contracts.ts';
import { MACHINES } from '../../lambdas/contracts/record.ts';
import { type Cli, type Common, command } from '../cli.ts';
import type { TimelineEvent } from '../timeline-event.ts';
import type { OperatorAccount } from './account.ts';
import { askInline } from './approve.ts';
import { CommandError } from './command-error.ts';
import { loadRecord } from './records.ts';
import { followExecution } from './run-machine.ts';

export function addWatch(program: Command, cli: Cli): void {
  command(
    program,
    'watch <execution>',
    "follow an execution (an ARN, or provision:<name>), or an environment's latest",
  ).action(async (execution: string, options: Common) => {
    const account = await cli.open(options);
    const { out, signal, terminal } = cli;
    const ask = terminal.input.isTTY
      ? { ask: (_: OperatorAccount, { execution: { arn } }: TimelineEvent) => askInline(account, arn, cli) }
      : {};
    const arn = await executionOf(account, execution);
    cli.exit(await followExecution(account, arn, { ...options, out, signal, ...ask }));
  });
}

/** The pattern matches `provision:<name>`, as in lists of executions. */
const SHORT = new RegExp(`^(?:runbook-)?(${MACHINES.join('|')}):([A-Za-z0-9_-]{1,80})$`);
const EXECUTION = /^arn:[a-z-]+:states:([a-z0-9-]+):(\d{12}):execution:[^:]+:[^:]+$/;

/**
 * Returns the ARN of an execution that is named directly, or by the environment that it owns or last owned. @throws
 * {CommandError} when there is none
 */
export async function executionOf(account: OperatorAccount, named: string): Promise<string> {
  if (named.startsWith('arn:')) {
    const [, region = '', accountId] = EXECUTION.exec(named) ?? [];
    if (!region) {
      throw new CommandError(
        `"${named}" is not the ARN of an execution: it begins with arn:aws:states:<region>:<account>:execution:`,
      );
    }
    if (region !== account.region)
      throw new CommandError(
        `"${named}" is in ${region}, and you are asking ${account.region}: add --region ${region}`,
      );
    if (accountId !== account.accountId) {
      throw new CommandError(
        `"${named}" is in account ${accountId}, and you are in ${account.accountId}: choose another AWS_PROFILE`,
      );
    }
    return named;
  }
  const [, machine, name] = SHORT.exec(named) ?? [];
  if (machine) return `${account.machineArn(machine).replace(':stateMachine:', ':execution:')}:${name}`;
  if (!environmentName.safeParse(named).success) {
    throw new CommandError(
      `"${named}" is neither an execution (an ARN, or provision:<name>) nor the name of an environment`,
    );
  }
  const { owner } = await loadRecord(account, named);
  if (owner) return owner;
  throw new CommandError(`environment "${named}" has had no execution: npx runbook provision ${named}`);
}
