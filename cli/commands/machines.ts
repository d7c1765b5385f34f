import { type Command, Option } from 'commander';
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
import { EXIT } from './command-error.ts';
import { inputOf, runMachine } from './run-machine.ts';
import { mayTearDown } from './teardown.ts';

/** The commands that start an execution of a machine, and follow it. */
export function addMachines(program: Command, cli: Cli): void {
  const execution = (nameAndArguments: string, description: string) =>
    command(program, nameAndArguments, description).option(
      '--no-wait',
      'print the ARN of the execution, and do not follow it',
    );
  const machine = (name: string, description: string) => execution(`${name} <environment>`, description);
  const run = async (name: string, options: Running, input: Record<string, unknown>): Promise<void> => {
    const { wait, json } = options;
    const { out, signal } = cli;
    cli.exit(await runMachine(await cli.open(options), name, input, { wait, json, out, signal }));
  };

  machine('provision', 'create an environment or update it, and validate it')
    .option('--commit <sha>', 'commit whose images it runs; the deployed one by default')
    .option('--ttl-hours <hours>', 'hours until it is torn down; 8 by default', wholeNumber)
    .addOption(
      new Option('--approval <kind>', 'wait for a person before anything is applied').choices(['none', 'plan']),
    )
    .addOption(new Option('--on-failure <what>', 'what becomes of it when it fails').choices(['keep', 'destroy']))
    .option('--reason <text>', 'kept in the record')
    .action((environment, { commit, ttlHours, approval, onFailure, reason, ...options }) =>
      run(
        'provision',
        options,
        inputOf(provisionInput, { environment, commit, ttlHours, approval, onFailure, reason }),
      ),
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
    .option('--keep-backend', 'keep the state bucket and the lock table')
    .option('--reason <text>', 'kept in the record')
    .option('--yes', 'do not ask')
    .action(async (environment, { plan, keepBackend, reason, yes, ...options }) => {
      const mode = plan ? 'plan' : undefined;
      const input = inputOf(teardownInput, { environment, mode, keepBackend, reason });
      if (!plan && !yes && !(await mayTearDown(await cli.open(options), environment, cli.terminal))) {
        cli.exit(EXIT.failed);
        return say(cli, 'not torn down');
      }
      return run('teardown', options, input);
    });

  machine('extend', "postpone an environment's teardown, up to its longest life")
    .requiredOption('--hours <number>', 'added to its end', wholeNumber)
    .requiredOption('--reason <text>', 'kept in the record')
    .action((environment, { hours, reason, ...options }) =>
      run('extend', options, inputOf(extendInput, { environment, hours, reason })),
    );

  machine('protect', 'block every teardown of an environment until a time')
    .addOption(new Option('--until <time>', 'a time, or a day for its end in UTC: 2026-02-06').conflicts('lift'))
    .option('--lift', 'end its protection')
    .requiredOption('--reason <text>', 'kept in the record')
    .action((environment, { until, lift, reason, ...options }) =>
      run('protect', options, inputOf(protectInput, { environment, until: lift ? null : until, reason })),
    );

  execution('expire', 'tear down every environment whose time is over, as happens every hour').action((options) =>
    run('expire', options, inputOf(expireInput, {})),
  );

  machine('sweep', 'search for leftover resources of an environment, even without a record')
    .option('--run <id>', 'of an earlier life')
    .action((environment, { run: life, ...options }) =>
      run('sweep', options, inputOf(sweepInput, { environment, run: life })),
    );
}
