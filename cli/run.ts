import { CommanderError } from 'commander';
import type { Cli } from './cli.ts';
import { EXIT } from './commands/command-error.ts';
import { explain, surroundings } from './explain.ts';
import { visible } from './format.ts';
import { createProgram } from './program.ts';

/** Runs one command line. Says on `err` what went wrong, in words that its reader can act on. @param args without the program */
export async function run(args: readonly string[], cli: Cli, environment: NodeJS.ProcessEnv): Promise<void> {
  try {
    await createProgram(cli).parseAsync(args, { from: 'user' });
  } catch (error) {
    // Commander has said what was wrong; --help and --version are no mistake.
    if (error instanceof CommanderError) return cli.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
    cli.exit(EXIT.usage);
    const asked = args.includes('--region') ? args[args.indexOf('--region') + 1] : undefined;
    cli.err.write(`${visible(explain(error, surroundings(environment, asked)))}\n`);
    if (environment.RUNBOOK_DEBUG && error instanceof Error) cli.err.write(`${error.stack}\n`);
  }
}
