import * as z from 'zod';
import type { ShownPlan } from './shown-plan.ts';

/** The configuration knows no indices, and names a resource of a module by the module's calls. */
export function withoutIndices(address: string): string {
  return address.replaceAll(/\[(?:"(?:[^"\\]|\\.)*"|[0-9]+)\]/g, '');
}

const configurationModule = z.object({
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
/** Provider of a resource, and which of its arguments are set. */
export interface Configured {
  key: string | undefined;
  set: string[];
}

/** What the configuration of a plan sets, by address without indices. */
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
