import type { EventEmitter } from 'node:events';
import type { Trail } from './cloudtrail/trail.ts';
import type { CredentialVendor } from './credentials.ts';
import type { Dns } from './dns.ts';
import type { PermissionUsage } from './iam/permission-usage.ts';
import type { Processes } from './processes.ts';

/** An EventBridge event, as AWS services put them on the default bus. */
export interface AwsEvent {
  source: string;
  'detail-type': string;
  resources: string[];
  detail: Record<string, unknown>;
}

export interface LabEvents {
  /** Something that AWS would put on the default event bus: execution status change, task stopped, … */
  event: [AwsEvent];
}

export interface ClientConfig {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  maxAttempts: number;
}

/** What every part of the lab shares. */
export interface LabContext {
  readonly region: string;
  readonly accountId: string;
  /** The gateway, `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  /** The emulator behind it. */
  readonly emulatorEndpoint: string;
  /** Scratch of this lab; gone when it stops. */
  readonly directory: string;
  /** Root of the project's checkout: node_modules, services/, infra/. */
  readonly projectRoot: string;
  readonly processes: Processes;
  readonly credentials: CredentialVendor;
  readonly dns: Dns;
  /** What each role may do, and has done. */
  readonly permissionUsage: PermissionUsage;
  /** Who has called what. */
  readonly trail: Trail;
  readonly events: EventEmitter<LabEvents>;
  /** SDK client configuration that goes through the gateway, as the operator. */
  readonly client: ClientConfig;
  /** SDK client configuration that goes straight to the emulator. */
  readonly emulator: ClientConfig;
  /** A line for the lab's own log (`<directory>/lab.log`), never for the screen. */
  log(message: string): void;
}
