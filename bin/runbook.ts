#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { openAccount } from '../cli/commands/account.ts';
import { answer, openQuestion } from '../cli/commands/approve.ts';
import { CommandError, EXIT } from '../cli/commands/command-error.ts';
import { diagnose, MARKS } from '../cli/commands/doctor.ts';
import { emptyControlBucket } from '../cli/commands/empty-control-bucket.ts';
import { listRecords, loadRecord } from '../cli/commands/records.ts';
import { download, KINDS, type ReportKind, reportKey } from '../cli/commands/report.ts';
import { followExecution, inputOf, runMachine } from '../cli/commands/run-machine.ts';
import { statusDetails, statusTable } from '../cli/commands/status.ts';
import { mayTearDown } from '../cli/commands/teardown.ts';
import { confirm } from '../cli/confirm.ts';
import { findTools, formatTools } from '../lab/tools.ts';
import {
  deployInput,
  expireInput,
  extendInput,
  protectInput,
  provisionInput,
  sweepInput,
  teardownInput,
  validateInput,
} from '../lambdas/contracts/contracts.ts';

/** Options of every command. */
interface Common {
  region?: string;
  json: boolean;
}
interface Running extends Common {
  wait: boolean;
}
interface Approval {
  reject?: boolean;
  reason?: string;
  yes?: boolean;
}

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    interrupt.abort();
    // Whatever does not heed the signal waits for AWS, and may be left.
    setTimeout(() => process.exit(EXIT.interrupted), 1_000).unref();
  });
}
const follow = { out: process.stdout, signal: interrupt.signal };
const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const program = new Command('runbook')
  .description(
    'The runbook, as executions of its state machines. Sugar on the same APIs as "aws stepfunctions": works wherever AWS_PROFILE, AWS_REGION and AWS_ENDPOINT_URL lead, the lab included.',
  )
  .exitOverride()
  .showHelpAfterError('(--help says more)')
  .addHelpText(
    'after',
    '\nExit codes: 0 done and well, 1 failed or something left, 2 could not be carried out, 130 stopped watching.',
  );

machine('provision', 'make an environment, or bring it up to date, and validate it')
  .option('--commit <sha>', 'commit whose images it runs; the deployed one by default')
  .option('--ttl-hours <hours>', 'it is torn down after so many hours; 8 by default', number)
  .addOption(new Option('--approval <kind>', 'wait for a person before anything is applied').choices(['none', 'plan']))
  .addOption(new Option('--on-failure <what>', 'what becomes of it when it fails').choices(['keep', 'destroy']))
  .option('--reason <text>', 'kept in the record')
  .action((environment, { commit, ttlHours, approval, onFailure, reason, ...options }) =>
    run('provision', options, inputOf(provisionInput, { environment, commit, ttlHours, approval, onFailure, reason })),
  );

machine('deploy', 'give a live environment other images, and validate it; what is refused is put back')
  .option('--commit <sha>', 'commit whose images it gets; the deployed one by default')
  .option('--reason <text>', 'kept in the execution')
  .action((environment, { commit, reason, ...options }) =>
    run('deploy', options, inputOf(deployInput, { environment, commit, reason })),
  );

machine('validate', 'look at an environment from every side, and send orders through it')
  .option('--commit <sha>', 'commit whose images it should run; the recorded one by default')
  .option('--check <name...>', 'only these of the checks that the stack has')
  .option('--orders <number>', 'how many orders to send at once; 3 by default', number)
  .action((environment, { commit, check: checks, orders, ...options }) =>
    run('validate', options, inputOf(validateInput, { environment, commit, checks, orders })),
  );

machine('teardown', 'destroy an environment, and prove that nothing is left')
  .option('--plan', 'only show what would go')
  .option('--keep-backend', 'spare the state bucket and the lock table')
  .option('--reason <text>', 'kept in the record')
  .option('--yes', 'do not ask')
  .action(async (environment, { plan, keepBackend, reason, yes, ...options }) => {
    const mode = plan ? 'plan' : undefined;
    const input = inputOf(teardownInput, { environment, mode, keepBackend, reason });
    const terminal = { input: process.stdin, output: process.stderr };
    if (!plan && !yes && !(await mayTearDown(await openAccount(options), environment, terminal))) {
      process.exitCode = EXIT.failed;
      return say('not torn down');
    }
    return run('teardown', options, input);
  });

machine('extend', 'let an environment live longer, within its longest life')
  .requiredOption('--hours <number>', 'added to its end', number)
  .requiredOption('--reason <text>', 'kept in the record')
  .action((environment, { hours, reason, ...options }) =>
    run('extend', options, inputOf(extendInput, { environment, hours, reason })),
  );

machine('protect', 'keep an environment from every teardown until a time')
  .addOption(new Option('--until <time>', 'a time, or a day for its end in UTC: 2026-02-06').conflicts('lift'))
  .option('--lift', 'end the protection')
  .requiredOption('--reason <text>', 'kept in the record')
  .action((environment, { until, lift, reason, ...options }) =>
    run('protect', options, inputOf(protectInput, { environment, until: lift ? null : until, reason })),
  );

execution('expire', 'tear down everything whose time is over, as happens every hour').action((options) =>
  run('expire', options, inputOf(expireInput, {})),
);

machine('sweep', 'look for what is left of an environment, whether it is known or not')
  .option('--run <id>', 'of an earlier life')
  .action((environment, { run: life, ...options }) =>
    run('sweep', options, inputOf(sweepInput, { environment, run: life })),
  );

command('status [environment]', 'what is there, and until when').action(async (environment, options: Common) => {
  const account = await openAccount(options);
  const records = environment ? [await loadRecord(account, environment)] : await listRecords(account);
  if (options.json) return say(JSON.stringify(environment ? records[0] : records));
  const [record] = records;
  if (!record) return say('No environments. Make one: npx runbook provision dev');
  const lines = environment ? statusDetails(record, Date.now()) : statusTable(records, Date.now());
  say(lines.join('\n'));
});

command('empty-control-bucket', 'delete what is kept of environments that are gone, before "cdk destroy"')
  .option('--yes', 'do not ask')
  .action(async ({ yes, ...options }: Common & { yes?: boolean }) => {
    const terminal = { input: process.stdin, output: process.stderr };
    const deleted = await emptyControlBucket(await openAccount(options), terminal, { yes });
    if (deleted === undefined) process.exitCode = EXIT.failed;
    say(options.json ? JSON.stringify({ deleted: deleted ?? null }) : `${deleted ?? 'nothing'} deleted`);
  });

command('watch <execution>', "follow an execution, by ARN, or an environment's latest").action(
  async (execution, options: Common) => {
    const account = await openAccount(options);
    const arn = execution.startsWith('arn:') ? execution : (await loadRecord(account, execution)).owner;
    if (!arn) throw new CommandError(`environment "${execution}" has had no execution`);
    process.exitCode = await followExecution(account, arn, { ...options, ...follow });
  },
);

command('report <environment>', 'save the page of the last validation or sweep')
  .addOption(new Option('--of <kind>', 'which one').choices(KINDS).default('validation'))
  .option('--output <file>', 'where to; <environment>-<kind>.html by default')
  .option('--open', 'show it in the browser')
  .action(async (environment, options: Common & { of: ReportKind; output?: string; open?: boolean }) => {
    const account = await openAccount(options);
    const key = reportKey(await loadRecord(account, environment), options.of);
    const file = resolve(options.output ?? `${environment}-${options.of}.html`);
    await download(account, key, file);
    say(options.json ? JSON.stringify({ file, from: `s3://${account.controlBucket}/${key}` }) : file);
    if (options.open) {
      const viewer = process.platform === 'darwin' ? 'open' : 'xdg-open';
      spawn(viewer, [file], { stdio: 'ignore', detached: true })
        .on('error', () => process.stderr.write(`cannot start ${viewer}: open the file yourself\n`))
        .unref();
    }
  });

command('approve <environment>', 'show the plan that waits for approval, and answer for it')
  .option('--reject', 'refuse it: nothing of it is applied')
  .option('--reason <text>', 'kept in the execution')
  .option('--yes', 'do not ask')
  .action(async (environment, { reject, reason, yes, ...options }: Common & Approval) => {
    const account = await openAccount(options);
    const question = await openQuestion(account, await loadRecord(account, environment));
    const { message } = question;
    const approved = !reject;
    if (!options.json) say(`${message}\n`);
    if (
      !yes &&
      !(await confirm(approved ? 'Apply it?' : 'Refuse it?', { input: process.stdin, output: process.stderr }))
    ) {
      process.exitCode = EXIT.failed;
      return say('not answered: it waits on');
    }
    await answer(account, question, { approved, reason });
    say(options.json ? JSON.stringify({ approved, reason, message }) : approved ? 'approved' : 'refused');
  });

command('doctor', 'check tools, credentials, deployment and quotas, and say how to mend them').action(
  async (options: Common) => {
    const [diagnoses, tools] = await Promise.all([diagnose(options), findTools(resolve(import.meta.dirname, '..'))]);
    if (diagnoses.some(({ status }) => status === 'failed')) process.exitCode = EXIT.failed;
    if (options.json) return say(JSON.stringify({ aws: diagnoses, lab: tools.tools }));
    const lines = diagnoses.flatMap(({ name, status, detail, fix }) => [
      `${MARKS[status]} ${name}: ${detail}`,
      ...(fix ? [`  → ${fix}`] : []),
    ]);
    say(['AWS', ...lines, '', 'Tools, for the lab', formatTools(tools)].join('\n'));
  },
);

try {
  await program.parseAsync();
} catch (error) {
  // Commander has said what was wrong; --help and --version are no mistake.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else {
    process.exitCode = EXIT.usage;
    process.stderr.write(`${error instanceof Error ? `${labelOf(error)}${error.message}` : error}\n`);
  }
}

function command(nameAndArguments: string, description: string): Command {
  return program
    .command(nameAndArguments)
    .description(description)
    .option('--region <name>', 'AWS region; that of the profile or of AWS_REGION by default')
    .option('--json', 'print JSON, for scripts', false);
}

function machine(name: string, description: string): Command {
  return execution(`${name} <environment>`, description);
}

function execution(nameAndArguments: string, description: string): Command {
  return command(nameAndArguments, description).option('--no-wait', 'print the ARN of the execution, and leave');
}

async function run(name: string, options: Running, input: Record<string, unknown>): Promise<void> {
  const { wait, json } = options;
  process.exitCode = await runMachine(await openAccount(options), name, input, { wait, json, ...follow });
}

function number(value: string): number {
  const parsed = Number(value);
  if (Number.isInteger(parsed)) return parsed;
  throw new InvalidArgumentError('must be a whole number');
}

/** Names of AWS's errors say more than their messages. */
function labelOf(error: Error): string {
  return error instanceof CommandError ? '' : `${error.name}: `;
}
