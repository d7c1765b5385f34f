import type { Command } from 'commander';
import { type Cli, type Common, command, sayJson } from '../cli.ts';
import { EXIT } from './command-error.ts';

type InitFlags = Common & { out: string; project?: string; namePattern?: string; write: boolean };

export function addInit(program: Command, cli: Cli): void {
  command(program, 'init <folder>', 'write the configuration for a Terraform root, and ask what the root does not say')
    .option('--out <file>', 'the configuration', 'runbook.config.ts')
    .option('--project <name>', 'value of the tag "project"; the name of the folder by default')
    .option('--name-pattern <pattern>', 'how names begin, such as shop-{environment}-v1; from the root by default')
    .option('--write', 'replace a configuration that says something else', false)
    .action(async (folder: string, { region = cli.region, json, ...options }: InitFlags) => {
      // The parser of HCL is WebAssembly, and no other command waits for it.
      const { init, initText } = await import('../init/init.ts');
      const initialized = await init({ folder, region: region ?? 'eu-west-1', ...options });
      if (json) sayJson(cli, initialized);
      else cli.out.write(`${initText(initialized)}\n`);
      if (initialized.result === 'differs') cli.exit(EXIT.failed);
    });
}
