import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { BuildPlatform } from '../../lambdas/contracts/build-quota.ts';
import { counted } from '../../lambdas/contracts/counted.ts';
import { type Cli, type Common, command, say, sayJson } from '../cli.ts';
import type { Diagnosis } from '../diagnose.ts';
import { EXIT } from './command-error.ts';

export function addDoctor(program: Command, cli: Cli): void {
  const doctor = command(
    program,
    'doctor',
    'check tools, credentials, deployment and quotas, and say how to fix what is wrong',
  );
  // An installed command does not contain a parser of HCL.
  if (!cli.installed)
    doctor
      .option('--stack <folder>', 'check too whether the configuration grants what a Terraform root needs')
      .option('--config <file>', 'the configuration of that root', 'runbook.config.ts');
  doctor.action(async ({ stack, config, ...options }: Common & { stack?: string; config?: string }) => {
    // The module calls services whose clients no other command needs.
    const { diagnose, MARKS } = await import('../diagnose.ts');
    const [found, lab, granted] = await Promise.all([
      diagnose(options, config === undefined ? undefined : await platformsIn(config)),
      cli.findTools(),
      stack === undefined ? [] : diagnoseStack(stack, config),
    ]);
    const diagnoses = [...found, ...granted];
    if (diagnoses.some(({ status }) => status === 'failed')) cli.exit(EXIT.failed);
    if (options.json) return sayJson(cli, { aws: diagnoses, lab: lab.tools });
    const lines = diagnoses.flatMap(({ name, status, detail, fix }) => [
      `${MARKS[status]} ${name}: ${detail}`,
      ...(fix ? [`  → ${fix}`] : []),
    ]);
    const count = (status: string) => diagnoses.filter((one) => one.status === status).length;
    const summary = `${count('ok')} ok, ${counted(count('warning'), 'warning')}, ${count('unknown')} could not be read, ${count('failed')} missing or wrong`;
    return say(cli, ['AWS', ...lines, summary, '', 'Tools, for the lab alone', lab.text].join('\n'));
  });
}

/** Returns the platforms of the builds that a configuration makes, or undefined for a file that cannot be read. */
async function platformsIn(file: string): Promise<BuildPlatform[] | undefined> {
  if (!existsSync(file)) return undefined;
  const { configuredArchitecture } = await import('../stack-permissions.ts');
  const architecture = await configuredArchitecture(file).catch(() => undefined);
  if (architecture === undefined) return undefined;
  return architecture === 'X86_64' ? ['ARM_CONTAINER', 'LINUX_CONTAINER'] : ['ARM_CONTAINER'];
}

async function diagnoseStack(folder: string, config?: string): Promise<Diagnosis[]> {
  const { permissionDiagnoses, stackPermissions } = await import('../stack-permissions.ts');
  return permissionDiagnoses(folder, await stackPermissions(folder, config));
}
