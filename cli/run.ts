import { CommanderError } from 'commander';
import type { Cli } from './cli.ts';
import { EXIT } from './commands/command-error.ts';
import { explain, surroundings } from './explain.ts';
import { visible } from './format.ts';
import { createProgram } from './program.ts';

/**
 * Runs one command line. An error is written to `err` in words that a person can act on.
 * @param args the arguments without the program
 */
export async function run(args: readonly string[], cli: Cli, environment: NodeJS.ProcessEnv): Promise<void> {
  try {
    await createProgram(cli).parseAsync(args, { from: 'user' });
  } catch (error) {
    // Commander has already printed the error. --help and --version are not errors.
    if (error instanceof CommanderError) return cli.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
    cli.exit(EXIT.usage);
    const asked = args.includes('--region') ? args[args.indexOf('--region') + 1] : undefined;
    cli.err.write(`${visible(explain(error, surroundings(environment, asked)))}\n`);
    if (environment.RUNBOOK_DEBUG && error instanceof Error) cli.err.write(`${error.stack}\n`);
  }
}
