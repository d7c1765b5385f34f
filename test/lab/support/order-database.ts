import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateDBInstanceCommand,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { Client } from 'pg';
import { expect, vi } from 'vitest';
import type { LabContext } from '../../../lab/context.ts';
import type { Rds } from '../../../lab/rds/rds.ts';
import { PATIENCE_MS } from '../../../lab/test/support/patience.ts';
import type { RuntimeRole } from '../../../services/migrate/grants.ts';

const DBInstanceIdentifier = 'orders';
const DBName = 'orders';
const END_SESSIONS =
  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename LIKE 'order%'";
const ROLES = { api: 'order_api', worker: 'order_worker' } as const satisfies Record<string, RuntimeRole>;

/** The class is the order platform's database, created through RDS as Terraform creates it. */
export class OrderDatabase {
  /** A task definition has these variables; they include the master user. */
  readonly environment: Record<string, string>;
  readonly #secrets = new Map<string, { arn: string; password: string }>();
  readonly #context: LabContext;
  readonly #rds: Rds;
  #isDown = false;

  static async create(context: LabContext, rds: Rds): Promise<OrderDatabase> {
    const client = new RDSClient(context.client);
    await client.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier,
        DBName,
        Engine: 'postgres',
        DBInstanceClass: 'db.t4g.micro',
        AllocatedStorage: 20,
        MasterUsername: 'order_platform',
        ManageMasterUserPassword: true,
      }),
    );
    const instance = async () =>
      (await client.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }))).DBInstances?.[0];
    await vi.waitFor(async () => expect((await instance())?.DBInstanceStatus).toBe('available'), {
      timeout: PATIENCE_MS,
      interval: 100,
    });
    const { Endpoint, MasterUserSecret, MasterUsername } = (await instance()) ?? {};
    const environment = {
      DB_HOST: Endpoint?.Address ?? '',
      DB_PORT: String(Endpoint?.Port),
      DB_NAME: DBName,
      DB_USER: MasterUsername ?? '',
      DB_SECRET_ARN: MasterUserSecret?.SecretArn ?? '',
      NODE_EXTRA_CA_CERTS: join(context.directory, 'ca.pem'),
    };
    return new OrderDatabase(context, rds, environment);
  }

  private constructor(context: LabContext, rds: Rds, environment: Record<string, string>) {
    this.#context = context;
    this.#rds = rds;
    this.environment = environment;
  }

  /** Ends the database at once, as with a fault of its host, until start(). */
  async crash(): Promise<void> {
    this.#isDown = true;
    await this.#rds.database(DBInstanceIdentifier)?.crash({ stayDown: true });
    const refused = () =>
      this.query('SELECT 1').then(
        () => false,
        () => true,
      );
    await expect.poll(refused).toBe(true);
  }

  /** Returns the variables of a service's container. */
  async runtime(service: keyof typeof ROLES): Promise<Record<string, string>> {
    const { DB_SECRET_ARN: _, ...rest } = this.environment;
    return { ...rest, DB_USER: ROLES[service], DB_SECRET_ARN: (await this.#secret(service)).arn };
  }

  /** Returns the variables of the container that migrates before a service. */
  async migration(service: keyof typeof ROLES): Promise<Record<string, string>> {
    const { DB_SECRET_ARN: _, ...rest } = this.environment;
    const { password: RUNTIME_PASSWORD } = await this.#secret(service);
    const DB_PASSWORD = await this.#masterPassword();
    return { ...rest, DB_PASSWORD, RUNTIME_USER: ROLES[service], RUNTIME_PASSWORD };
  }

  /** RDS gives the master user another password, and every session ends, as with a failover. */
  async rotatePassword(): Promise<void> {
    const rotate = { DBInstanceIdentifier, RotateMasterUserPassword: true, ApplyImmediately: true };
    await new RDSClient(this.#context.client).send(new ModifyDBInstanceCommand(rotate));
    await vi.waitFor(() => this.endSessions(), { timeout: PATIENCE_MS });
  }

  async endSessions(): Promise<void> {
    // Only a member of a role may end its sessions.
    await this.query(`GRANT order_api, order_worker TO CURRENT_USER; ${END_SESSIONS}`);
  }

  /** Writes another password into the secret of a service than its role has. Its sessions end. */
  async changeSecret(service: keyof typeof ROLES, password: string): Promise<void> {
    const { arn: SecretId } = await this.#secret(service);
    const SecretString = JSON.stringify({ username: ROLES[service], password });
    await new SecretsManagerClient(this.#context.client).send(new PutSecretValueCommand({ SecretId, SecretString }));
    this.#secrets.set(service, { arn: SecretId, password });
    await this.endSessions();
  }

  /** The call has no effect when the database is up. */
  async start(): Promise<void> {
    if (!this.#isDown) return;
    this.#isDown = false;
    await this.#rds.database(DBInstanceIdentifier)?.start();
  }

  /** Connects as the master user, or as the role of a service. */
  async connect(service?: keyof typeof ROLES): Promise<Client> {
    const { DB_HOST: name = '', DB_PORT, DB_USER = '' } = this.environment;
    const user = service ? ROLES[service] : DB_USER;
    const password = service ? (await this.#secret(service)).password : await this.#masterPassword();
    const port = this.#context.dns.get(name)?.ports[Number(DB_PORT)];
    if (!port) throw new Error(`nothing listens behind ${name}`);
    const ca = readFileSync(join(this.#context.directory, 'ca.pem'), 'utf8');
    const ssl = { ca, servername: name };
    const client = new Client({ host: '127.0.0.1', port, user, password, database: DBName, ssl });
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  async query<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const client = await this.connect();
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  async #masterPassword(): Promise<string> {
    const { DB_SECRET_ARN: SecretId } = this.environment;
    const secret = await new SecretsManagerClient(this.#context.client).send(new GetSecretValueCommand({ SecretId }));
    return JSON.parse(secret.SecretString ?? '{}').password;
  }

  /** Terraform creates the secret in the same way. */
  async #secret(service: keyof typeof ROLES): Promise<{ arn: string; password: string }> {
    const known = this.#secrets.get(service);
    if (known) return known;
    const password = randomBytes(32).toString('hex');
    const SecretString = JSON.stringify({ username: ROLES[service], password });
    const { ARN = '' } = await new SecretsManagerClient(this.#context.client).send(
      new CreateSecretCommand({ Name: `orders-${service}-db`, SecretString }),
    );
    this.#secrets.set(service, { arn: ARN, password });
    return { arn: ARN, password };
  }
}
