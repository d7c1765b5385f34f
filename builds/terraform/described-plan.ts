import * as z from 'zod';
import { isObject } from '../json.ts';
import { configured, withoutIndices } from './configuration.ts';
import type { ConfigurationFile } from './plan-file.ts';
import type { ShownPlan } from './shown-plan.ts';

/**
 * Returns what a plan changes and what it leaves, of each resource that Terraform manages, and whatever else shows
 * whether a teardown can remove it again; the values that Terraform calls sensitive are left out. `planFile`
 * (lambdas/contracts/plan.ts) reads it.
 */
export function describePlan(plan: ShownPlan, lifecycles: readonly ConfigurationFile[]): object {
  const configuration = configured(plan);
  return {
    resource_changes: plan.resource_changes
      .filter(({ mode }) => mode !== 'data')
      .map(({ address, type, index, provider_name, change }) => {
        const own = configuration.get(withoutIndices(address));
        const { actions, importing, before, after, after_unknown, before_sensitive, after_sensitive } = change;
        return {
          ...{ address, type: type ?? null, index: index ?? null, provider: provider_name ?? null },
          ...{ providerKey: own?.key ?? null, configured: own?.set ?? null },
          references: referencesOfUnknown(own?.references ?? {}, after_unknown),
          change: {
            ...{ actions, importing: importing ?? null, after_unknown: after_unknown ?? null },
            before: hidden(before ?? null, before_sensitive),
            after: hidden(after ?? null, after_sensitive),
          },
        };
      }),
    foundVpcs: foundVpcs(plan.prior_state?.values?.root_module),
    lifecycles,
  };
}

/** Returns the references of attributes whose values are unknown. A known value itself names what it refers to. */
function referencesOfUnknown(
  references: Readonly<Record<string, string[]>>,
  unknown: unknown,
): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(references).filter(([attribute]) => isObject(unknown) && unknown[attribute] === true),
  );
}

/** @param marks `true` for a value that is sensitive, or the same shape with `true` in places */
function hidden(value: unknown, marks: unknown): unknown {
  if (marks === true) return '(sensitive)';
  if (Array.isArray(value) && Array.isArray(marks)) return value.map((one, at) => hidden(one, marks[at]));
  if (isObject(value) && isObject(marks))
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, hidden(one, marks[key])]));
  return value;
}

const stateModule = z.object({
  resources: z
    .array(z.object({ mode: z.string().optional(), type: z.string().optional(), values: z.unknown().optional() }))
    .default([]),
  child_modules: z.array(z.unknown()).default([]),
});

/** Returns the VPCs that the root only reads. */
function foundVpcs(module: unknown): { id: unknown; tags: unknown }[] {
  const { resources, child_modules } = stateModule.parse(module ?? {});
  const vpcs = resources.filter(({ mode, type }) => mode === 'data' && type === 'aws_vpc');
  return [
    ...vpcs.map(({ values }) => {
      const { id = null, tags = null } = isObject(values) ? values : {};
      return { id, tags };
    }),
    ...child_modules.flatMap(foundVpcs),
  ];
}
