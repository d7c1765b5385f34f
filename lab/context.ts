import type { EventEmitter } from 'node:events';
import type { Trail } from './cloudtrail/trail.ts';
import type { CredentialVendor } from './credentials.ts';
import type { Dns } from './dns.ts';
import type { PermissionUsage } from './iam/permission-usage.ts';
import type { Processes } from './processes.ts';

/** The event has the form in which AWS services put events on the default bus. */
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
  /** The gateway has the address `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  /** The emulator has this address behind the gateway. */
  readonly emulatorEndpoint: string;
  /** The lab's temporary files are in this folder, which is removed when the lab stops. */
  readonly directory: string;
  /** The project's checkout has its root here: node_modules, services/, infra/. */
  readonly projectRoot: string;
  readonly processes: Processes;
  readonly credentials: CredentialVendor;
  readonly dns: Dns;
  /** The object records the permissions that each role has, and those that it has used. */
  readonly permissionUsage: PermissionUsage;
  /** The trail has each call and its caller. */
  readonly trail: Trail;
  readonly events: EventEmitter<LabEvents>;
  /** SDK clients with this configuration call through the gateway, as the operator. */
  readonly client: ClientConfig;
  /** SDK clients with this configuration call the emulator directly. */
  readonly emulator: ClientConfig;
  /** Writes a line to the lab's own log (`<directory>/lab.log`), never to the screen. */
  log(message: string): void;
}
