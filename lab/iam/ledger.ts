import type { AwsRequest } from '../service.ts';

export interface RoleEntry {
  role: string;
  /** Actions that were asked for and granted. */
  used: string[];
  /** `action on resource` */
  denied: string[];
  /** Calls that the lab could not judge, and let pass. */
  unjudged: string[];
}

/** What each role has asked for. */
export class Ledger {
  readonly #roles = new Map<string, Record<'used' | 'denied' | 'unjudged', Set<string>>>();

  allowed(role: string, action: string): void {
    this.#of(role).used.add(action);
  }

  denied(role: string, action: string, resource: string): void {
    this.#of(role).denied.add(`${action} on ${resource}`);
  }

  unknown(role: string, { service, action, method, url }: AwsRequest): void {
    this.#of(role).unjudged.add(`${service}:${action ?? `${method} ${url.pathname}`}`);
  }

  /** By role, sorted. */
  entries(): RoleEntry[] {
    const sorted = (set: Set<string>) => [...set].sort();
    return [...this.#roles]
      .map(([role, { used, denied, unjudged }]) => ({
        role,
        used: sorted(used),
        denied: sorted(denied),
        unjudged: sorted(unjudged),
      }))
      .sort((a, b) => a.role.localeCompare(b.role));
  }

  #of(role: string) {
    const entry = this.#roles.get(role) ?? { used: new Set(), denied: new Set(), unjudged: new Set() };
    this.#roles.set(role, entry);
    return entry;
  }
}
