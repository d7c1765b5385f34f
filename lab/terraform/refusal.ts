import * as z from 'zod';
import { isExecuted } from './executed-types.ts';

const plannedChange = z.object({
  type: z.literal('planned_change'),
  change: z.object({ action: z.string(), resource: z.object({ addr: z.string(), resource_type: z.string() }) }),
});

/** What makes or changes something: https://developer.hashicorp.com/terraform/internals/machine-readable-ui#planned-change */
const MAKES = /^(create|update|replace)$/;

/**
 * Diagnostics for what a plan makes and the lab does not execute, one a type, as Terraform itself writes them.
 * @param lines of `plan -json`
 * @returns undefined for a plan that the lab executes, and for one in words
 */
export function refusalOf(lines: readonly string[], now: Date): string[] | undefined {
  const unknown = lines.flatMap((line) => {
    const { success, data } = plannedChange.safeParse(parsed(line));
    if (!success || !MAKES.test(data.change.action)) return [];
    const { addr, resource_type: type } = data.change.resource;
    return isExecuted(type) ? [] : [{ addr, type }];
  });
  if (unknown.length === 0) return undefined;
  return [...Map.groupBy(unknown, ({ type }) => type)].map(([type, same]) => {
    const [{ addr } = { addr: '' }] = same;
    const summary = `The lab does not execute ${type}`;
    const more = same.length > 1 ? ` and ${same.length - 1} more` : '';
    const detail = `${addr}${more} would be made. Nothing is. No test of the lab applies this type: LAB_TRY_ALL_TYPES=1 lets it be tried.`;
    const diagnostic = { severity: 'error', summary, detail, address: addr };
    return JSON.stringify({
      ...{ '@level': 'error', '@message': `Error: ${summary}`, '@module': 'terraform.ui' },
      ...{ '@timestamp': now.toISOString(), type: 'diagnostic', diagnostic },
    });
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
