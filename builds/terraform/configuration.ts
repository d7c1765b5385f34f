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
        for_each_expression: z.unknown().optional(),
      }),
    )
    .default([]),
  module_calls: z
    .record(
      z.string(),
      z.object({ module: z.unknown().optional(), expressions: z.record(z.string(), z.unknown()).default({}) }),
    )
    .default({}),
});
/**
 * Provider of a resource, which of its arguments are set, and what each is made from: addresses of resources and data sources,
 * and locals, which a plan does not spell out. Empty for one that is made from variables alone; absent for a constant.
 */
export interface Configured {
  key: string | undefined;
  set: string[];
  references: Record<string, string[]>;
}

/** Returns what the configuration of a plan sets, by address without indices. */
export function configured({ configuration }: ShownPlan): Map<string, Configured> {
  return new Map(resourcesOf(configuration?.root_module, '', () => []));
}

/** What the variables of a module are made from, in the modules that call it. */
type Variables = (name: string) => string[];

function resourcesOf(module: unknown, prefix: string, variables: Variables): [address: string, Configured][] {
  const { resources, module_calls } = configurationModule.parse(module ?? {});
  const through = (references: readonly string[], each: readonly string[] = []): string[] => [
    ...new Set(
      resourcesIn(
        references.flatMap((one) => (one.startsWith('each.value') ? each : one)),
        module,
        prefix,
        variables,
      ),
    ),
  ];
  return [
    ...resources.map((one): [string, Configured] => [
      `${prefix}${one.address}`,
      {
        key: one.provider_config_key,
        set: Object.keys(one.expressions).sort(),
        references: Object.fromEntries(
          Object.entries(one.expressions).flatMap(([name, value]) => {
            const references = referencesOf(value);
            return references.length > 0 ? [[name, through(references, referencesOf(one.for_each_expression))]] : [];
          }),
        ),
      },
    ]),
    ...Object.entries(module_calls).flatMap(([name, call]) =>
      resourcesOf(call.module, `${prefix}module.${name}.`, (variable) =>
        through(referencesOf(call.expressions[variable])),
      ),
    ),
  ];
}

/** Returns the references of an expression, or of all expressions in a nested block. */
function referencesOf(value: unknown): string[] {
  const { data } = expression.shape.expression.safeParse(value);
  if (data?.references.length) return data.references;
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(referencesOf) : [];
}

/**
 * Returns the addresses of the resources that an output has its value from, through the outputs of modules, as the
 * configuration names them: `module.registry.aws_ecr_repository.api`, or `aws_ecr_repository.service["api"]` where the
 * output has the index.
 */
export function outputReferences({ configuration }: ShownPlan, output: string): string[] {
  const all = referencesIn(configuration?.root_module, output, '');
  return [...new Set(all.filter((one) => !/^(module\.[\w-]+\.)*(data|local)\./.test(one)))];
}

function referencesIn(module: unknown, output: string, prefix: string): string[] {
  const references = configurationModule.parse(module ?? {}).outputs[output]?.expression?.references ?? [];
  return resourcesIn(references, module, prefix, () => []);
}

function resourcesIn(references: readonly string[], module: unknown, prefix: string, variables: Variables): string[] {
  const resources = references.flatMap((reference): string[] => {
    const [, call, inner] = /^module\.([\w-]+)(?:\[[^\]]*\])?\.([\w-]+)$/.exec(reference) ?? [];
    if (call && inner) {
      const { module_calls } = configurationModule.parse(module ?? {});
      return referencesIn(module_calls[call]?.module, inner, `${prefix}module.${call}.`);
    }
    const [, variable] = /^var\.([\w-]+)$/.exec(reference) ?? [];
    if (variable) return variables(variable);
    const [address] = /^(?:data\.)?[a-z]\w*\.[\w-]+(\[(?:"[^"]*"|\d+)\])?/.exec(reference) ?? [];
    return address && !/^(var|module|each|count|path|terraform|self)\./.test(address) ? [`${prefix}${address}`] : [];
  });
  // Terraform also lists what a reference is a part of: `aws_x.y["a"].z`, `aws_x.y["a"]`, `aws_x.y`.
  return resources.filter((one) => !resources.some((other) => other.startsWith(`${one}[`)));
}
