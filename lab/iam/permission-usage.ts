import type { AwsRequest } from '../service.ts';
import { type RolePolicies, statementsOf } from './policies.ts';

export interface RoleEntry {
  role: string;
  /** The role's policies name these actions, wildcards included. */
  granted: string[];
  /** These actions were requested and granted. */
  used: string[];
  /** The form is `action on resource`. */
  denied: string[];
  /** The lab could not judge these calls, and denied them where it enforces. */
  unjudged: string[];
}

/** The usage has what each role may do, and what it has requested. */
export class PermissionUsage {
  readonly #roles = new Map<string, Record<Exclude<keyof RoleEntry, 'role'>, Set<string>>>();
  readonly #read = new WeakSet<RolePolicies>();

  /** Records what a role may do, at this moment of its life. */
  granted(role: string, policies: RolePolicies): void {
    if (this.#read.has(policies)) return;
    this.#read.add(policies);
    const { granted } = this.#of(role);
    for (const { Effect, Action = [] } of statementsOf(policies.identity))
      if (Effect !== 'Deny') for (const action of [Action].flat()) granted.add(action);
  }

  allowed(role: string, action: string): void {
    this.#of(role).used.add(action);
  }

  denied(role: string, action: string, resource: string): void {
    this.#of(role).denied.add(`${action} on ${resource}`);
  }

  unknown(role: string, { service, action, method, url }: AwsRequest): void {
    this.#of(role).unjudged.add(`${service}:${action ?? `${method} ${url.pathname}`}`);
  }

  /** Returns the entries by role, sorted. */
  entries(): RoleEntry[] {
    const sorted = (set: Set<string>) => [...set].sort();
    return [...this.#roles]
      .map(([role, { granted, used, denied, unjudged }]) => ({
        role,
        granted: sorted(granted),
        used: sorted(used),
        denied: sorted(denied),
        unjudged: sorted(unjudged),
      }))
      .sort((a, b) => a.role.localeCompare(b.role));
  }

  #of(role: string) {
    const entry = this.#roles.get(role) ?? {
      granted: new Set(),
      used: new Set(),
      denied: new Set(),
      unjudged: new Set(),
    };
    this.#roles.set(role, entry);
    return entry;
  }
}
