import type { Command } from 'commander';
import type { Remark } from '../../lambdas/contracts/plan.ts';
import type { EnvironmentRecord } from '../../lambdas/contracts/record.ts';
import { dangersOf, unknownIn } from '../../lambdas/plan/plan-dangers.ts';
import { usdPerHour } from '../../lambdas/plan/plan-review.ts';
import { type Cli, type Common, command, say, sayJson } from '../cli.ts';
import { shortName } from '../executions.ts';
import { visible } from '../format.ts';
import { type ChangedResource, describeDiff, planDiff } from '../plan-diff.ts';
import { followBuild, loadPreview, startPreview } from '../preview.ts';
import { EXIT } from './command-error.ts';
import { loadRecord } from './records.ts';

interface PlanOptions extends Common {
  exitCode: boolean;
}

export function addPlan(program: Command, cli: Cli): void {
  command(
    program,
    'plan <environment>',
    'show what a provision would change now: every resource, every attribute, and the cost; nothing is changed',
  )
    .option('--exit-code', 'exit with 1 if there are changes, for scripts', false)
    .action(async (environment: string, { exitCode, ...options }: PlanOptions) => {
      const account = await cli.open(options);
      const before = await loadRecord(account, environment);
      const id = await startPreview(account, environment);
      const build = await followBuild(account, environment, id, cli);
      if (!build) {
        cli.err.write(
          `Stopped watching; build ${id} continues, and changes nothing. Its log: npx runbook logs ${environment} --build ${id}\n`,
        );
        return cli.exit(EXIT.interrupted);
      }
      const { resource_changes } = await loadPreview(account, environment, build);
      const meanwhile = ownerMeanwhile(before, await loadRecord(account, environment));
      const changes = planDiff({ resource_changes, foundVpcs: [], lifecycles: [] });
      const remarks = { dangerous: dangersOf(resource_changes), unknown: unknownIn(resource_changes) };
      const cost = { now: usdPerHour(resource_changes, 'before'), after: usdPerHour(resource_changes, 'after') };
      if (exitCode && changes.length > 0) cli.exit(EXIT.failed);
      if (options.json) {
        const owned = meanwhile ? { meanwhile } : {};
        return sayJson(cli, {
          environment,
          build: id,
          changes,
          ...remarks,
          usdPerHourNow: cost.now,
          usdPerHour: cost.after,
          ...owned,
        });
      }
      say(cli, describe(environment, changes, remarks, cost));
      if (meanwhile)
        cli.err.write(
          `${shortName(meanwhile)} had the environment meanwhile: the plan may be out of date. Repeat it when that execution has ended.\n`,
        );
    });
}

/**
 * Returns the ARN of the execution that has worked on the environment while it was planned. An execution that had it
 * before, and still does, is the same one with another number of activities.
 */
function ownerMeanwhile(before: EnvironmentRecord, after: EnvironmentRecord): string | undefined {
  const same = before.fencing === after.fencing && before.activity === after.activity && before.run === after.run;
  const idle = after.status !== 'PROVISIONING' && after.status !== 'TEARING_DOWN' && !after.work?.length;
  return same && idle ? undefined : after.owner;
}

function describe(
  environment: string,
  changes: readonly ChangedResource[],
  { dangerous, unknown }: Readonly<Record<'dangerous' | 'unknown', readonly Remark[]>>,
  cost: Readonly<Record<'now' | 'after', number>>,
): string {
  if (changes.length === 0)
    return `No changes: a provision would leave every resource of ${environment} as it is, except for its tags of owner and end.`;
  const count = (action: string) => changes.filter((one) => one.action === action).length;
  const usd = (value: number) => `$${value.toFixed(3)}`;
  return [
    `A provision of ${environment} would add ${count('add')}, change ${count('change')}, replace ${count('replace')}, destroy ${count('destroy')}`,
    ...(dangerous.length > 0 ? list('DANGEROUS', dangerous) : ['No dangerous changes were found.']),
    ...(unknown.length > 0 ? list('Not known until it is applied', unknown) : []),
    ...describeDiff(changes),
    `List price of an hour: ${usd(cost.after)}, now ${usd(cost.now)}`,
    'A provision also reviews its permissions, and whether a teardown can remove what it creates:',
    `npx runbook provision ${environment} --approval plan`,
  ].join('\n');
}

function list(title: string, remarks: readonly Remark[]): string[] {
  return [`${title}:`, ...remarks.map(({ address, why }) => `- ${visible(`${address} ${why}`)}`)];
}
