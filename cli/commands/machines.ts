import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  deployInput,
  expireInput,
  extendInput,
  protectInput,
  provisionInput,
  sweepInput,
  teardownInput,
  validateInput,
} from '../../lambdas/contracts/contracts.ts';
import { type Cli, command, type Running, say, wholeNumber } from '../cli.ts';
import { closingLines, failedBuildLines } from '../closing.ts';
import { askInline } from './approve.ts';
import { CommandError, EXIT } from './command-error.ts';
import { hoursOf, hoursToReach, hoursUntil, protectedUntil } from './lease-times.ts';
import { loadLiving, requireEnvironment } from './records.ts';
import { inputOf, type RunOptions, runMachine } from './run-machine.ts';
import { mayTearDown, showTeardownPlan } from './teardown.ts';

/** The executions of these machines can only fail without an environment. */
const NEED_ENVIRONMENT: ReadonlySet<string> = new Set(['deploy', 'validate', 'extend', 'protect']);

/** Adds one `name=value`. The configuration determines the type of a value, so the value stays a text here. */
function variableOf(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  const name = text.slice(0, at);
  if (at < 1) throw new InvalidArgumentError('must be a name and a value, such as task_cpu=512');
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`gives "${name}" twice`);
  return Object.fromEntries([...Object.entries(before), [name, text.slice(at + 1)]]);
}

/** Adds the commands that start an execution of a machine, and follow it. */
export function addMachines(program: Command, cli: Cli): void {
  const execution = (nameAndArguments: string, description: string) =>
    command(program, nameAndArguments, description).option(
      '--no-wait',
      'print the ARN of the execution, and do not follow it',
    );
  const machine = (name: string, description: string) => execution(`${name} <environment>`, description);
  const run = async (
    name: string,
    options: Running,
    input: Record<string, unknown>,
    closing?: NonNullable<RunOptions['closing']>,
  ): Promise<void> => {
    const { wait, json } = options;
    const { out, signal, terminal } = cli;
    const environment = typeof input.environment === 'string' ? input.environment : undefined;
    const account = await cli.open(options);
    if (environment !== undefined && NEED_ENVIRONMENT.has(name)) await requireEnvironment(account, environment);
    const code = await runMachine(account, name, input, {
      ...{ wait, json, out, signal },
      closing:
        closing ??
        (async (account, end, execution) => ({
          lines: [
            ...(await failedBuildLines(account, end)),
            ...closingLines(end, execution, { environment, some: input.checks !== undefined, now: cli.now() }),
          ],
        })),
      ...(terminal.input.isTTY ? { ask: (account, { execution }) => askInline(account, execution.arn, cli) } : {}),
    });
    cli.exit(code);
  };

  machine('provision', 'create an environment or update it, and validate it')
    .option('--commit <sha>', 'commit whose images it runs; the deployed one by default')
    .addOption(
      new Option('--ttl <time>', 'when it is torn down: 8h, 3d, 18:00, "tomorrow 18:00"; 8h by default').conflicts(
        'ttlHours',
      ),
    )
    .option('--ttl-hours <hours>', 'the same in whole hours', wholeNumber)
    .addOption(
      new Option('--approval <kind>', 'wait for a person before anything is applied').choices(['none', 'plan']),
    )
    .option('--max-cost <usd>', 'torn down early when it has cost that much by list prices; none for no limit', maxCost)
    .addOption(new Option('--on-failure <what>', 'what becomes of it when it fails').choices(['keep', 'destroy']))
    .option('--var <name=value>', 'of the stack, where the configuration allows it; as often as needed', variableOf)
    .option('--reason <text>', 'kept in the record')
    .action(
      (
        environment,
        { commit, ttl, ttlHours: hours, approval, onFailure, maxCost: limit, var: variables, reason, ...options },
      ) => {
        const maxCostUsd = limitOf(limit);
        const ttlHours = ttl === undefined ? hours : hoursUntil('--ttl', ttl, cli.now());
        const labels = ttl === undefined ? {} : { ttlHours: `--ttl "${ttl}", in hours` };
        const given = { environment, commit, ttlHours, approval, onFailure, maxCostUsd, variables, reason };
        return run('provision', options, inputOf(provisionInput, given, labels));
      },
    );

  machine('deploy', 'roll other images out to a live environment and validate it, or put back what was there')
    .option('--commit <sha>', 'commit whose images it gets; the deployed one by default')
    .option('--reason <text>', 'kept in the execution')
    .action((environment, { commit, reason, ...options }) =>
      run('deploy', options, inputOf(deployInput, { environment, commit, reason })),
    );

  machine('validate', 'run all checks on an environment, test orders included')
    .option('--commit <sha>', 'commit whose images it should run; the recorded one by default')
    .option('--check <name...>', 'only these of the checks that the stack has')
    .option('--orders <number>', 'how many orders to send at once; 3 by default', wholeNumber)
    .action((environment, { commit, check: checks, orders, ...options }) =>
      run('validate', options, inputOf(validateInput, { environment, commit, checks, orders })),
    );

  machine('teardown', 'destroy an environment, and prove that nothing is left')
    .option('--plan', 'show what a teardown would destroy, and destroy nothing')
    .option('--keep-backend', 'keep the state bucket and the lock table, also in later teardowns')
    .option('--no-keep-backend', 'destroy them, although an earlier teardown was to keep them')
    .option('--reason <text>', 'kept in the record')
    .option('--yes', 'do not ask')
    .action(async (environment, { plan, keepBackend, reason, yes, ...options }) => {
      const mode = plan ? 'plan' : undefined;
      const input = inputOf(teardownInput, { environment, mode, keepBackend, reason });
      if (!plan && !yes && !(await mayTearDown(await cli.open(options), environment, cli.terminal))) {
        cli.exit(EXIT.failed);
        return say(cli, 'not torn down');
      }
      return run('teardown', options, input, plan && ((account, end) => showTeardownPlan(account, end, cli.now())));
    });

  machine('extend', "postpone an environment's teardown, up to its maximum lifetime")
    .option('--hours <number>', 'added to its end: 4, 4h, 3d')
    .addOption(
      new Option('--until <time>', 'its end, or up to an hour later: 18:00, "tomorrow 18:00"').conflicts('hours'),
    )
    .option('--max-cost <usd>', 'what it may cost in all from now on; none for no limit', maxCost)
    .requiredOption('--reason <text>', 'kept in the record')
    .action(async (environment, { hours: added, until, maxCost: limit, reason, ...options }) => {
      const maxCostUsd = limitOf(limit);
      if (added === undefined && until === undefined)
        throw new CommandError('how long is not said: give --hours 4, or --until "tomorrow 18:00"');
      const hours =
        until === undefined
          ? hoursOf('--hours', added)
          : hoursToReach('--until', until, await loadLiving(await cli.open(options), environment), cli.now());
      const given = until === undefined ? `--hours "${added}"` : `--until "${until}"`;
      const labels = /^\d+$/.test(added) ? {} : { hours: `${given}, in hours` };
      return run('extend', options, inputOf(extendInput, { environment, hours, maxCostUsd, reason }, labels));
    });

  machine('protect', 'block every teardown of an environment until a time')
    .addOption(
      new Option(
        '--until <time>',
        'its end: 3d, "friday 18:00", 2030-02-06T18:00:00Z, or a day for its end in UTC',
      ).conflicts('lift'),
    )
    .option('--lift', 'end its protection')
    .requiredOption('--reason <text>', 'kept in the record')
    .action((environment, { until: asked, lift, reason, ...options }) => {
      if (asked === undefined && !lift)
        throw new CommandError('until when is not said: give --until "friday 18:00", or --lift to end the protection');
      const until = lift ? null : protectedUntil('--until', asked, cli.now());
      return run('protect', options, inputOf(protectInput, { environment, until, reason }));
    });

  execution('expire', 'tear down every environment whose time is over, as happens every hour').action((options) =>
    run('expire', options, inputOf(expireInput, {})),
  );

  machine('sweep', 'search for leftover resources of an environment, even without a record')
    .option('--run <id>', 'of an earlier life')
    .action((environment, { run: life, ...options }) =>
      run('sweep', options, inputOf(sweepInput, { environment, run: life })),
    );
}

type MaxCost = number | 'none';

/** Commander converts null to an empty text. */
const limitOf = (maxCost: MaxCost | undefined) => (maxCost === 'none' ? null : maxCost);

function maxCost(value: string): MaxCost {
  if (value === 'none') return value;
  const usd = Number(value.replace(/^\$/, ''));
  if (value.trim() !== '' && Number.isFinite(usd) && usd > 0) return usd;
  throw new InvalidArgumentError('must be an amount in USD such as 2.50, or none');
}
