import type { Finding } from '../contracts/contracts.ts';
import type { InventoryItem, UnmanagedReport } from '../contracts/payloads.ts';
import type { ReadUsers } from './blockers.ts';
import type { GroupReference, ReferencePorts } from './references.ts';
import type { RemovalScope, Tags, UnmanagedKind } from './unmanaged-rules.ts';

export interface UnmanagedPorts extends ReferencePorts {
  /** What a sweep of every service finds. */
  sweep(): Promise<Finding[]>;
  /** What Terraform's state knows at this moment, see `managedResources`. */
  known(): Promise<ReadonlySet<string>>;
  /** Everything that was listed before the destroy; empty when nothing was. */
  inventory(): Promise<InventoryItem[]>;
  /** Undefined for a type that nobody here can remove. */
  kind(service: string, type: string): Promise<UnmanagedKind | undefined>;
  /** Read now, from its own service; undefined when it is gone. */
  tags(resource: Finding, scope: RemovalScope): Promise<Tags | undefined>;
  account(): Promise<string>;
  /** Who uses something that AWS refuses to delete. */
  users: ReadUsers;
  revoke(rule: GroupReference): Promise<void>;
  /** Throws when the environment is not this execution's own any more. */
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
