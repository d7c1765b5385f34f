import * as z from 'zod';
import type { ShownPlan } from './shown-plan.ts';

/** The configuration has no indices, and names a resource of a module by the module's calls. */
export function withoutIndices(address: string): string {
  return address.replaceAll(/\[(?:"(?:[^"\\]|\\.)*"|[0-9]+)\]/g, '');
}

const expression = z.object({ expression: z.object({ references: z.array(z.string()).default([]) }).optional() });
const configurationModule = z.object({
  outputs: z.record(z.string(), expression).default({}),
  resources: z
    .array(
      z.object({
        address: z.string(),
        provider_config_key: z.string().optional(),
        expressions: z.record(z.string(), z.unknown()).default({}),
      }),
    )
    .default([]),
  module_calls: z.record(z.string(), z.object({ module: z.unknown().optional() })).default({}),
});
/** `key` is the provider of a resource, and `set` has its arguments that are set. */
export interface Configured {
  key: string | undefined;
  set: string[];
}

/** Returns what the configuration of a plan sets, by address without indices. */
export function configured({ configuration }: ShownPlan): Map<string, Configured> {
  return new Map(resourcesOf(configuration?.root_module, ''));
}

function resourcesOf(module: unknown, prefix: string): [address: string, Configured][] {
  const { resources, module_calls } = configurationModule.parse(module ?? {});
  return [
    ...resources.map(({ address, provider_config_key: key, expressions }): [string, Configured] => [
      `${prefix}${address}`,
      { key, set: Object.keys(expressions).sort() },
    ]),
    ...Object.entries(module_calls).flatMap(([name, call]) => resourcesOf(call.module, `${prefix}module.${name}.`)),
  ];
}

/**
 * Returns the addresses of the resources that an output has its value from, through the outputs of modules, as the
 * configuration names them: `module.registry.aws_ecr_repository.api`, or `aws_ecr_repository.service["api"]` where the
 * output has the index.
 */
export function outputReferences({ configuration }: ShownPlan, output: string): string[] {
  return [...new Set(referencesIn(configuration?.root_module, output, ''))];
}

function referencesIn(module: unknown, output: string, prefix: string): string[] {
  const { outputs, module_calls } = configurationModule.parse(module ?? {});
  const references = outputs[output]?.expression?.references ?? [];
  const resources = references.flatMap((reference): string[] => {
    const [, call, inner] = /^module\.([\w-]+)(?:\[[^\]]*\])?\.([\w-]+)$/.exec(reference) ?? [];
    if (call && inner) return referencesIn(module_calls[call]?.module, inner, `${prefix}module.${call}.`);
    const [address] = /^[a-z]\w*\.[\w-]+(\[(?:"[^"]*"|\d+)\])?/.exec(reference) ?? [];
    return address && !/^(var|local|data|module|each|path|terraform|self)\./.test(address)
      ? [`${prefix}${address}`]
      : [];
  });
  // Terraform also lists what a reference is a part of: `aws_x.y["a"].z`, `aws_x.y["a"]`, `aws_x.y`.
  return resources.filter((one) => !resources.some((other) => other.startsWith(`${one}[`)));
}
