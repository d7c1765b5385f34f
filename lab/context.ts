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
  /** The event is one that AWS would put on the default event bus: execution status change, task stopped, … */
  event: [AwsEvent];
}

export interface ClientConfig {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  maxAttempts: number;
}

/** All parts of the lab share this context. */
export interface LabContext {
  readonly region: string;
  readonly accountId: string;
  /** The gateway's address, `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  /** The address of the emulator behind the gateway. */
  readonly emulatorEndpoint: string;
  /** The lab's temporary files are in this folder, which is removed when the lab stops. */
  readonly directory: string;
  /** The root of the project's checkout: node_modules, services/, infra/. */
  readonly projectRoot: string;
  readonly processes: Processes;
  readonly credentials: CredentialVendor;
  readonly dns: Dns;
  /** The permissions that each role has, and those that it has used. */
  readonly permissionUsage: PermissionUsage;
  /** The trail has each call and its caller. */
  readonly trail: Trail;
  readonly events: EventEmitter<LabEvents>;
  /** The SDK client configuration for calls through the gateway, as the operator. */
  readonly client: ClientConfig;
  /** The SDK client configuration for calls straight to the emulator. */
  readonly emulator: ClientConfig;
  /** Writes a line to the lab's own log (`<directory>/lab.log`), never to the screen. */
  log(message: string): void;
}
