import type { LabContext } from '../context.ts';
import { providerLauncher } from '../terraform/launcher.ts';
import { thisMachine } from '../tools/machine.ts';
import { findProvider, pinnedVersions } from '../tools/terraform.ts';
import { terraformConfiguration, unpackedProviders } from '../tools.ts';

/**
 * Returns the variables by which a build's tools find what this machine has, where a build on AWS would download it.
 */
export async function toolEnvironment(context: LabContext): Promise<Record<string, string>> {
  const pins = await pinnedVersions(thisMachine, context.projectRoot);
  const provider = await findProvider(thisMachine, pins.awsProvider);
  const report = { tools: [], provider, complete: true };
  return {
    TF_CLI_CONFIG_FILE: terraformConfiguration(report, context.directory, context.projectRoot),
    ...providerLauncher(context.directory, unpackedProviders(provider, context.projectRoot), pins.awsProvider),
  };
}
