import { Command, Option } from 'commander';
import type { Cli } from './cli.ts';
import { addApprove } from './commands/approve.ts';
import { addBoard } from './commands/board.ts';
import { addCancel } from './commands/cancel.ts';
import { addCompletion } from './commands/completion.ts';
import { addCost } from './commands/cost.ts';
import { addDiff } from './commands/diff.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEmptyControlBucket } from './commands/empty-control-bucket.ts';
import { addHistory } from './commands/history.ts';
import { addInit } from './commands/init.ts';
import { addLogs } from './commands/logs.ts';
import { addMachines } from './commands/machines.ts';
import { addName } from './commands/name.ts';
import { addNotify } from './commands/notify.ts';
import { addOpen } from './commands/open.ts';
import { addPermissions } from './commands/permissions.ts';
import { addPlan } from './commands/plan.ts';
import { addRedrive } from './commands/redrive.ts';
import { addReport } from './commands/report.ts';
import { addStatus } from './commands/status.ts';
import { addVerify } from './commands/verify.ts';
import { addWatch } from './commands/watch.ts';

/** Creates `npx runbook` with every command. Commander prints its errors, and then throws them. */
export function createProgram(cli: Cli): Command {
  const program = new Command('runbook')
    .description(
      'The runbook, as executions of its state machines. It calls the same AWS APIs as "aws stepfunctions", and uses your AWS_PROFILE, AWS_REGION and AWS_ENDPOINT_URL, for the lab too.',
    )
    .version(cli.version, '-V, --version', 'print the version')
    .addOption(
      new Option('--env-file <file>', 'take variables such as AWS_PROFILE from a file; those that are set stay').env(
        'RUNBOOK_ENV_FILE',
      ),
    )
    .hook('preAction', () => {
      const { envFile } = program.opts<{ envFile?: string }>();
      if (envFile !== undefined) cli.loadEnvironment(envFile);
    })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => cli.out.write(text),
      writeErr: (text) => cli.err.write(text),
    })
    .showHelpAfterError('(--help says more)')
    .addHelpText(
      'after',
      '\nExit codes: 0 success; 1 failed, or resources are left; 2 usage or setup error,\nnothing was started; 130 interrupted, the execution continues.',
    );
  addMachines(program, cli);
  addStatus(program, cli);
  addBoard(program, cli);
  addHistory(program, cli);
  addWatch(program, cli);
  addLogs(program, cli);
  addCancel(program, cli);
  addRedrive(program, cli);
  addEmptyControlBucket(program, cli);
  addReport(program, cli);
  addOpen(program, cli);
  addVerify(program, cli);
  addCost(program, cli);
  addNotify(program, cli);
  addApprove(program, cli);
  addDiff(program, cli);
  addPlan(program, cli);
  addDoctor(program, cli);
  if (!cli.installed) {
    addInit(program, cli);
    addPermissions(program, cli);
  }
  addName(program, cli);
  addCompletion(program, cli);
  return program;
}
