import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type DBInstance, DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { LabContext } from '../context.ts';
import type { AwsRequest, AwsResponse, LabService } from '../service.ts';
import { postgresBinaries } from '../tools/postgres.ts';
import { databaseAccount, databaseHome, reachableBinaries } from './account.ts';
import { CertificateAuthority } from './certificates.ts';
import { type Credentials, LabDatabase } from './database.ts';

/** RDS's clients find the authority of its certificates in this file of the lab's directory. */
const AUTHORITY_FILE = 'ca.pem';

/**
 * For RDS, the emulator keeps the records, and every PostgreSQL instance has a real server with TLS, reachable by its
 * endpoint name. Other engines are records only.
 */
export class Rds implements LabService {
  readonly services = ['rds'];
  readonly #context: LabContext;
  readonly #rds: RDSClient;
  readonly #secrets: SecretsManagerClient;
  readonly #databases = new Map<string, LabDatabase>();
  #authority: CertificateAuthority | undefined;
  #home: string | undefined;
  #addresses = 0;

  constructor(context: LabContext) {
    this.#context = context;
    this.#rds = new RDSClient(context.emulator);
    this.#secrets = new SecretsManagerClient(context.emulator);
  }

  async start(): Promise<void> {
    this.#authority = await CertificateAuthority.create(join(this.#context.directory, AUTHORITY_FILE));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#databases.values()].map((database) => database.delete()));
    this.#databases.clear();
    if (this.#home) rmSync(this.#home, { recursive: true, force: true });
    this.#home = undefined;
    this.#rds.destroy();
    this.#secrets.destroy();
  }

  /** Returns the server of an instance, for tests of faults. */
  database(identifier: string): LabDatabase | undefined {
    return this.#databases.get(identifier);
  }

  async handle(): Promise<undefined> {
    return undefined;
  }

  async after(request: AwsRequest, response: AwsResponse): Promise<AwsResponse> {
    if (response.status !== 200) return response;
    const identifier = String(request.params.DBInstanceIdentifier ?? '');
    if (request.action === 'CreateDBInstance') {
      const status = await this.#create(identifier, request);
      return status ? showing(response, status) : response;
    }
    const database = this.#databases.get(identifier);
    if (!database) return response;
    switch (request.action) {
      case 'StartDBInstance':
        return this.#changing(identifier, response, 'starting', () => database.start());
      case 'StopDBInstance':
        return this.#changing(identifier, response, 'stopping', () => database.stop());
      case 'RebootDBInstance':
        return this.#changing(identifier, response, 'rebooting', () => database.reboot());
      case 'ModifyDBInstance':
        await this.#modified(database, identifier, request);
        return response;
      case 'DeleteDBInstance':
        this.#databases.delete(identifier);
        await database.delete();
        return response;
      default:
        return response;
    }
  }

  /** The emulator reports at once that the change is done: its answer is corrected before the caller can ask again. */
  async #changing(identifier: string, response: AwsResponse, status: string, change: () => Promise<void>) {
    await this.#status(identifier, status);
    void change();
    return showing(response, status);
  }

  /** @returns the status to answer with, if the instance is one that the lab runs */
  async #create(identifier: string, request: AwsRequest): Promise<string | undefined> {
    const instance = await this.#describe(identifier);
    if (instance?.Engine !== 'postgres' || !instance.Endpoint?.Address) return undefined;
    await this.#status(identifier, 'creating');
    const credentials = await this.#credentials(instance, request);
    void this.#launch(identifier, instance, credentials).catch(async (error: Error) => {
      this.#context.log(`rds: ${identifier}: ${error.stack}`);
      await this.#status(identifier, 'failed');
    });
    return 'creating';
  }

  async #launch(identifier: string, instance: DBInstance, credentials: Credentials): Promise<void> {
    const { directory, projectRoot } = this.#context;
    const account = databaseAccount();
    this.#home ??= databaseHome(directory, account);
    const database = new LabDatabase(this.#context, {
      identifier,
      endpoint: instance.Endpoint?.Address ?? '',
      port: instance.Endpoint?.Port ?? 5432,
      address: `10.255.0.${++this.#addresses}`,
      databaseName: instance.DBName,
      binaries: reachableBinaries(await postgresBinaries(projectRoot), this.#home, account),
      home: this.#home,
      account,
      authority: this.#authority as CertificateAuthority,
      status: (status) => this.#status(identifier, status),
    });
    this.#databases.set(identifier, database);
    await database.create(credentials);
  }

  async #modified(database: LabDatabase, identifier: string, request: AwsRequest): Promise<void> {
    const { MasterUserPassword, ManageMasterUserPassword, RotateMasterUserPassword } = request.params;
    if (!(MasterUserPassword || ManageMasterUserPassword || RotateMasterUserPassword)) return;
    const instance = await this.#describe(identifier);
    if (instance) void database.setPassword(await this.#credentials(instance, request));
  }

  async #describe(identifier: string): Promise<DBInstance | undefined> {
    const { DBInstances = [] } = await this.#rds.send(
      new DescribeDBInstancesCommand({ DBInstanceIdentifier: identifier }),
    );
    return DBInstances[0];
  }

  /** Returns the credentials from the secret that RDS manages, or those that the caller gave. */
  async #credentials(instance: DBInstance, request: AwsRequest): Promise<Credentials> {
    const secret = instance.MasterUserSecret?.SecretArn;
    if (!secret) {
      return { username: instance.MasterUsername ?? '', password: String(request.params.MasterUserPassword ?? '') };
    }
    const { SecretString } = await this.#secrets.send(new GetSecretValueCommand({ SecretId: secret }));
    return JSON.parse(SecretString ?? '{}') as Credentials;
  }

  /** Sets the record's status, so that every answer of the emulator is true. */
  async #status(identifier: string, status: string): Promise<void> {
    const { emulatorEndpoint, accountId, region } = this.#context;
    const path = [accountId, region, identifier, status].map(encodeURIComponent).join('/');
    const response = await fetch(`${emulatorEndpoint}/_lab/rds-status/${path}`, { method: 'PUT' });
    await response.arrayBuffer();
  }
}

function showing(response: AwsResponse, status: string): AwsResponse {
  const body = response.body.toString();
  return { ...response, body: body.replace(/<DBInstanceStatus>[^<]*/, `<DBInstanceStatus>${status}`) };
}

export function rdsService(context: LabContext): Rds {
  return new Rds(context);
}
