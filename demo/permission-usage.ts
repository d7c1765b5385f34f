import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { IAMClient, paginateListRoles } from '@aws-sdk/client-iam';
import type { LabContext, RoleEntry } from '../lab/index.ts';
import { PolicyStore } from '../lab/index.ts';
import type { Unused } from './unused-permissions/unused.ts';
import { UNUSED } from './unused-permissions.ts';

export interface RoleReport {
  role: string;
  /** These actions were requested and granted. */
  used: string[];
  /**
   * The keys are actions that are granted and were not requested. The values are the reasons for the grants, or null
   * where none is given.
   */
  unused: Record<string, string | null>;
  /** Each entry is `action on resource`. */
  denied: string[];
  /** The lab could not judge these calls, and allowed them. */
  unjudged: string[];
}

/** These are the roles that the CDK CLI creates for itself in every account, and AWS's own roles. */
const FOREIGN = /:role\/(cdk-|aws-service-role\/)/;

/** Returns what each role of the product may do and has done so far, including roles that have done nothing. */
export async function iamReport(context: LabContext): Promise<RoleReport[]> {
  const client = new IAMClient(context.emulator);
  const policies = new PolicyStore(context.emulator);
  for await (const { Roles = [] } of paginateListRoles({ client }, {})) {
    for (const { Arn = '' } of Roles) {
      const granted = FOREIGN.test(Arn) ? undefined : await policies.of(Arn);
      if (granted) context.permissionUsage.granted(Arn, granted);
    }
  }
  client.destroy();
  return reportOf(context.permissionUsage.entries());
}

/** @param reasons the reasons why roles keep permissions that they did not use */
export function reportOf(entries: readonly RoleEntry[], reasons: readonly Unused[] = UNUSED): RoleReport[] {
  return entries.map((entry) => {
    const role = titleOf(entry.role);
    const reasonFor = (action: string) =>
      reasons.find(({ roles, actions }) => matches(roles, role) && actions.includes(action))?.reason ?? null;
    const unused = entry.granted.filter((action) => !entry.used.includes(action));
    return {
      role,
      used: entry.used,
      unused: Object.fromEntries(unused.map((action) => [action, reasonFor(action)])),
      denied: entry.denied,
      unjudged: entry.unjudged,
    };
  });
}

/** Returns reasons for actions that are now used or no longer granted, as `role: action`. */
export function staleReasons(report: readonly RoleReport[], reasons: readonly Unused[] = UNUSED): string[] {
  return reasons.flatMap(({ roles, actions, sometimes }) => {
    const holds = (role: string, action: string) =>
      report
        .filter((one) => matches(role, one.role))
        .some(({ used, unused }) => action in unused || (sometimes && used.includes(action)));
    return actions.flatMap((action) =>
      [roles].flat().flatMap((role) => (holds(role, action) ? [] : [`${role}: ${action}`])),
    );
  });
}

/** Reports whether a pattern matches the role. `*` stands for any text. */
function matches(roles: string | readonly string[], role: string): boolean {
  return [roles].flat().some((one) => new RegExp(`^${one.replaceAll('*', '.*')}$`).test(role));
}

/**
 * Returns the name of a role without the parts that CloudFormation and the name of an environment add:
 * `Functions-Claim`, `Machines-Deploy`, `api-task`.
 */
export function titleOf(arn: string): string {
  const name = arn.split('/').at(-1) ?? arn;
  const own = /^Runbook-(Builds|Functions|Machines)?(\w+?)Role[0-9A-F]{8}-\w+$/.exec(name);
  if (own) return own[1] ? `${own[1]}-${own[2]}` : (own[2] ?? name);
  return name.replace(/^order-platform-.+-v3-/, '');
}

/** @returns a line that summarizes the report */
export async function saveReport(report: readonly RoleReport[], file: string): Promise<string> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  const denied = report.reduce((sum, role) => sum + role.denied.length, 0);
  return `iam       ${report.length} roles, ${denied} denied: ${file}`;
}
