import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateDBInstanceCommand,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Client } from 'pg';
import { expect, vi } from 'vitest';
import type { LabContext } from '../../../lab/context.ts';
import type { Rds } from '../../../lab/rds/service.ts';

const DBInstanceIdentifier = 'orders';
const DBName = 'orders';
const END_SESSIONS =
  'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = current_user';

/** The order platform's database, made through RDS as Terraform makes it. */
export class OrderDatabase {
  /** What a service's task definition would say of it. */
  readonly environment: Record<string, string>;
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
      timeout: 60_000,
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

  /** Gone at once, as with a fault of its host, until start(). */
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

  /** RDS gives the master user another password, and every session ends, as with a failover. */
  async rotatePassword(): Promise<void> {
    const rotate = { DBInstanceIdentifier, RotateMasterUserPassword: true, ApplyImmediately: true };
    await new RDSClient(this.#context.client).send(new ModifyDBInstanceCommand(rotate));
    await vi.waitFor(() => this.query(END_SESSIONS), { timeout: 30_000 });
  }

  /** The secret no longer holds the password, as for a moment while RDS rotates it. Every other session ends. */
  async changePassword(password: string): Promise<void> {
    await this.query(`ALTER ROLE CURRENT_USER PASSWORD '${password}'; ${END_SESSIONS}`);
  }

  /** Does nothing when it is up. */
  async start(): Promise<void> {
    if (!this.#isDown) return;
    this.#isDown = false;
    await this.#rds.database(DBInstanceIdentifier)?.start();
  }

  async connect(): Promise<Client> {
    const { DB_HOST: name = '', DB_PORT, DB_USER: user = '', DB_SECRET_ARN: SecretId } = this.environment;
    const secret = await new SecretsManagerClient(this.#context.client).send(new GetSecretValueCommand({ SecretId }));
    const { password } = JSON.parse(secret.SecretString ?? '{}');
    const port = this.#context.hosts.get(name)?.ports[Number(DB_PORT)];
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
}
