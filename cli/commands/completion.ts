import { Argument, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { completionScript, SHELLS, type Shell } from '../completion.ts';

export function addCompletion(program: Command, cli: Cli): void {
  program
    .command('completion')
    .description('print the script by which a shell completes commands and options')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText(
      'after',
      '\nbash, zsh: eval "$(npx runbook completion bash)"; fish: npx runbook completion fish | source',
    )
    .action((shell: Shell) => {
      cli.out.write(completionScript(shell, program));
    });
}
