import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { type Cli, type Common, command, say, sayJson } from '../cli.ts';
import { EXIT } from './command-error.ts';

type Flags = Common & { config: string; plan?: string; write: boolean };

export function addPermissions(program: Command, cli: Cli): void {
  command(
    program,
    'permissions <folder>',
    'print what Terraform has to be allowed for a root, and what the configuration lacks',
  )
    .option('--config <file>', 'the configuration', 'runbook.config.ts')
    .option('--plan <file>', 'output of terraform show -json, for what modules make under conditions')
    .option('--write', 'add to the configuration what it lacks', false)
    .action(async (folder: string, { config, plan, write, json }: Flags) => {
      // Its parser of HCL is WebAssembly, and no other command waits for it.
      const { permissionsText, stackPermissions, writePermissions } = await import('../stack-permissions.ts');
      const permissions = await stackPermissions(folder, existsSync(config) ? config : undefined, plan);
      const { needed, lacking } = permissions;
      if (json) sayJson(cli, permissions);
      else cli.out.write(`${permissionsText(permissions)}\n`);
      if (write && (await writePermissions(config, permissions)) && !json) say(cli, `${config} is written`);
      const missing = lacking && !write ? Object.values(lacking).flat().length : 0;
      if (missing + needed.refused.length > 0) cli.exit(EXIT.failed);
    });
}
