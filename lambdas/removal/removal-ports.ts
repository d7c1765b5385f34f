import type { Finding } from '../contracts/contracts.ts';
import type { InventoryItem } from '../contracts/payloads/inventory.ts';
import type { UnmanagedReport } from '../contracts/payloads/removal.ts';
import type { ReadUsers } from './blockers.ts';
import type { GroupReference, ReferencePorts } from './references.ts';
import type { RemovalScope, Tags, UnmanagedKind } from './unmanaged-rules.ts';

export interface UnmanagedPorts extends ReferencePorts {
  /** Sweeps every service. */
  sweep(): Promise<Finding[]>;
  /** Returns the resources in Terraform's state at this moment, see `managedResources`. */
  known(): Promise<ReadonlySet<string>>;
  /** Returns everything that was listed before the destroy. The list is empty when none was taken. */
  inventory(): Promise<InventoryItem[]>;
  /** Returns undefined for a type that nobody here can remove. */
  kind(service: string, type: string): Promise<UnmanagedKind | undefined>;
  /** Reads the tags now, from the resource's own service. The result is undefined when the resource is gone. */
  tags(resource: Finding, scope: RemovalScope): Promise<Tags | undefined>;
  account(): Promise<string>;
  /** Reads the users of a resource that AWS refuses to delete. */
  users: ReadUsers;
  revoke(rule: GroupReference): Promise<void>;
  /** @throws when the execution does not own the environment any more */
  confirm(): Promise<void>;
  readReport(): Promise<UnmanagedReport | undefined>;
  writeReport(report: UnmanagedReport): Promise<void>;
  project: string;
  region: string;
  allowedAccounts: readonly string[];
  allowedRegions: readonly string[];
  maxDeletions: number;
  remainingMs(): number;
  now(): number;
}
