import { access, constants } from 'node:fs/promises';
import { delimiter, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { explain } from '../cli/explain.ts';
import { onInterruption } from '../cli/interrupts.ts';
import { runDemo } from '../demo/lifecycle.ts';
import { installTerraform } from '../lab/tools/install-terraform.ts';
import { findTools, formatTools } from '../lab/tools.ts';
import { environmentName } from '../lambdas/contracts/contracts.ts';

interface Options {
  environment: string;
  port?: number;
  config?: string;
  keep: boolean;
}

const INTERRUPTED = 130;
const USAGE = 2;
const PROJECT = resolve(import.meta.dirname, '..');

const program = new Command('npm start --')
  .description(
    'Takes an environment through its whole life in the lab, AWS on this machine: deploys the CDK app, provisions, validates, tears down, and proves that nothing is left.',
  )
  .addOption(new Option('-e, --environment <name>', 'name of the environment').default('demo').argParser(environment))
  .addOption(new Option('-p, --port <number>', "port of the lab's endpoint; a free one by default").argParser(port))
  .addOption(
    new Option('-c, --config <file>', 'configuration of another stack than that of runbook.config.ts').env(
      'RUNBOOK_CONFIG',
    ),
  )
  .option('-k, --keep', 'leave the environment and the lab up, and print what to export', false)
  .action(start);
await program.parseAsync();

async function start(options: Options): Promise<void> {
  const mistake = await mistakeIn(options);
  if (mistake) {
    process.exitCode = USAGE;
    return console.error(mistake);
  }
  const tools = await findTools(PROJECT);
  console.log(formatTools(tools));
  console.log();
  if (!tools.complete) {
    const missing = tools.tools.filter(({ status }) => status === 'missing').map(({ name }) => name);
    console.error(`Nothing was started, since this is missing: ${missing.join(', ')}`);
    process.exitCode = 1;
    return;
  }
  const interrupt = new AbortController();
  onInterruption(['SIGINT', 'SIGTERM', 'SIGHUP'], {
    stop: () => {
      console.log('\nstopping the lab …');
      interrupt.abort();
    },
    // The processes that the lab has started are killed when this process exits.
    giveUp: () => process.exit(INTERRUPTED),
  });
  try {
    const terraform = await installTerraform(PROJECT, { out: process.stdout });
    if (terraform) process.env.PATH = [terraform, process.env.PATH].join(delimiter);
    const wentWell = await runDemo({ ...options, out: process.stdout, signal: interrupt.signal });
    process.exitCode = interrupt.signal.aborted ? INTERRUPTED : wentWell ? 0 : 1;
  } catch (error) {
    process.exitCode = interrupt.signal.aborted ? INTERRUPTED : 1;
    // A failure because the lab is stopping is not reported.
    if (!interrupt.signal.aborted) console.error(explain(error, {}));
  }
}

/** Finds mistakes that would otherwise fail later, and with a stack. */
async function mistakeIn({ config, keep }: Options): Promise<string | undefined> {
  if (process.env.npm_config_keep && !keep) return 'npm has taken --keep for itself: npm start -- --keep';
  const file = config === undefined ? undefined : resolve(PROJECT, config);
  if (file && !(await can(file, constants.R_OK))) {
    return `configuration file ${file} cannot be read: name one that exists with --config, or leave it out for runbook.config.ts`;
  }
  if (!(await can(PROJECT, constants.W_OK))) {
    return `folder ${PROJECT} cannot be written, and what is built is kept in it: copy the project to a folder of your own`;
  }
  return undefined;
}

async function can(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

function environment(value: string): string {
  const parsed = environmentName.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(parsed.error.issues.map(({ message }) => message).join('; '));
}

function port(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number > 0 && number < 65_536) return number;
  throw new InvalidArgumentError('must be a port number');
}
