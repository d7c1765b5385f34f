import type { Command } from 'commander';
import { environmentNameOf } from '../../lambdas/contracts/environment-name-of.ts';
import { type Cli, say } from '../cli.ts';

export function addName(program: Command, cli: Cli): void {
  program
    .command('name <branch>')
    .description('print the name of the environment of a branch, for pipelines: valid, and another one for each branch')
    .action((branch: string) => say(cli, environmentNameOf(branch)));
}
