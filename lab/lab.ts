import { EventEmitter } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Trail } from './cloudtrail/trail.ts';
import type { LabContext, LabEvents } from './context.ts';
import { awsEnvironment, CredentialVendor } from './credentials.ts';
import { Dns } from './dns.ts';
import { type Emulator, type EmulatorOptions, externalEmulator, startEmulator } from './emulator/emulator.ts';
import { Gateway } from './gateway.ts';
import { PermissionUsage } from './iam/permission-usage.ts';
import { Processes } from './processes.ts';
import type { LabService, LabServiceFactory } from './service.ts';
import { labServices } from './services.ts';
import { pythonWithMoto } from './tools/python.ts';

export interface LabOptions {
  /** The port is that of the gateway on 127.0.0.1; the default is a free one. */
  port?: number;
  region?: string;
  accountId?: string;
  /** The folder has the lab's files; the default is a new temporary folder. */
  directory?: string;
  /** The value is true to leave the folder in place when the lab stops. */
  keepDirectory?: boolean;
  services?: readonly LabServiceFactory[];
}

export interface Lab {
  readonly context: LabContext;
  readonly endpoint: string;
  /** The AWS CLI, SDKs, the CDK CLI and Terraform use the lab when these variables are exported. */
  readonly environment: Record<string, string>;
  stop(): Promise<void>;
}

/** The account of a lab that names no other. */
export const ACCOUNT_ID = '123456789012';

const PROJECT_ROOT = resolve(import.meta.dirname, '..');

/** Starts an AWS account on this machine. Everything that it starts ends with stop(), or with this process. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const region = options.region ?? 'eu-west-1';
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'runbook-lab-'));
  mkdirSync(directory, { recursive: true });
  const log = (message: string) => {
    try {
      appendFileSync(join(directory, 'lab.log'), `${new Date().toISOString()} ${message}\n`);
    } catch (error) {
      // The last processes to end may still write to the log while another process removes the folder.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  };

  const processes = new Processes(options.keepDirectory ? '' : directory);
  const accountId = options.accountId ?? ACCOUNT_ID;
  const trail = new Trail(accountId);
  const credentials = new CredentialVendor((session) => trail.assumed(session, region));
  const end = async () => {
    await processes.stop();
    if (!options.keepDirectory) rmSync(directory, { recursive: true, force: true });
  };
  const { emulator, gateway, endpoint } = await open().catch(async (error: Error) => {
    await end();
    throw error;
  });

  async function open() {
    const emulator = await emulatorOf({ directory, processes, accountId, log });
    const gateway = new Gateway({
      emulatorEndpoint: emulator.endpoint,
      credentials,
      log,
      witness: (request, response) => trail.record(request, response),
    });
    const endpoint = await gateway.listen(options.port);
    await emulator.setGateway(endpoint);
    return { emulator, gateway, endpoint };
  }

  const sdk = { region, credentials: { accessKeyId: 'operator', secretAccessKey: 'lab' }, maxAttempts: 2 };
  const context: LabContext = {
    region,
    accountId,
    endpoint,
    emulatorEndpoint: emulator.endpoint,
    directory,
    projectRoot: PROJECT_ROOT,
    processes,
    credentials,
    dns: new Dns(join(directory, 'hosts.json')),
    permissionUsage: new PermissionUsage(),
    trail,
    // Each execution that waits for a build adds a listener.
    events: new EventEmitter<LabEvents>().setMaxListeners(0),
    client: { ...sdk, endpoint },
    emulator: { ...sdk, endpoint: emulator.endpoint },
    log,
  };

  const services: LabService[] = [];
  const stop = once(async () => {
    for (const service of [...services].reverse()) await service.stop?.();
    await gateway.close();
    await end();
  });
  try {
    for (const factory of options.services ?? labServices) {
      const service = factory(context);
      services.push(service);
      gateway.add(service);
      if (service.onHost) gateway.onHost(service.onHost);
      await service.start?.();
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { context, endpoint, environment: awsEnvironment(endpoint, region, 'operator'), stop };
}

/** Returns moto with the lab's plug-in, or the emulator that LAB_EMULATOR_ENDPOINT points at. */
async function emulatorOf(options: Omit<EmulatorOptions, 'python'>): Promise<Emulator> {
  const foreign = process.env.LAB_EMULATOR_ENDPOINT;
  if (foreign) return externalEmulator(foreign);
  const python = await pythonWithMoto(PROJECT_ROOT);
  return startEmulator({ ...options, python, forks: process.env.LAB_EMULATOR_FORKS });
}

function once(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= action();
    return running;
  };
}
