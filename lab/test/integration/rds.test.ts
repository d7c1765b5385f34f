import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateDBInstanceCommand,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
  RDSClient,
  RebootDBInstanceCommand,
  StartDBInstanceCommand,
  StopDBInstanceCommand,
} from '@aws-sdk/client-rds';
import { GetSecretValueCommand, ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, startLab } from '../../lab.ts';
import { type Rds, rdsService } from '../../rds/rds.ts';
import { PATIENCE_MS } from '../support/patience.ts';

const DBInstanceIdentifier = 'orders-db';
let lab: Lab;
let service: Rds;
let rds: RDSClient;
let secrets: SecretsManagerClient;

beforeAll(async () => {
  const factory = (context: Lab['context']) => {
    service = rdsService(context);
    return service;
  };
  lab = await startLab({ services: [factory] });
  rds = new RDSClient(lab.context.client);
  secrets = new SecretsManagerClient(lab.context.client);
});

afterAll(() => lab?.stop());

async function instance() {
  const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }));
  return DBInstances[0];
}

const status = async () => (await instance())?.DBInstanceStatus;
const becomes = (expected: string) => expect.poll(status, { timeout: PATIENCE_MS, interval: 50 }).toBe(expected);

async function password(): Promise<string> {
  const { MasterUserSecret } = (await instance()) ?? {};
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: MasterUserSecret?.SecretArn }));
  return JSON.parse(SecretString ?? '{}').password;
}

/**
 * Connects as a service in the imagined network would: by the endpoint's name, verified against the lab's authority.
 */
async function connect(
  ssl: object | false = { ca: readFileSync(join(lab.context.directory, 'ca.pem'), 'utf8') },
  given?: string,
) {
  const { Endpoint, MasterUsername: user } = (await instance()) ?? {};
  const name = Endpoint?.Address ?? '';
  const port = lab.context.dns.get(name)?.ports[Endpoint?.Port ?? 0];
  if (!port) throw Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
  const common = { host: '127.0.0.1', port, user, database: 'orders', connectionTimeoutMillis: 30_000 };
  const options = { ...common, password: given ?? (await password()) };
  const client = new Client({ ...options, ssl: ssl && { ...ssl, servername: name } });
  client.on('error', () => {});
  await client.connect();
  return client;
}

async function query(sql: string): Promise<unknown[]> {
  const client = await connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** The tests are one instance's whole life, in order. */
describe('a PostgreSQL instance', () => {
  test('has an id that no other has', async () => {
    const create = async (id: string) => {
      const { DBInstance } = await rds.send(
        new CreateDBInstanceCommand({
          DBInstanceIdentifier: id,
          Engine: 'mysql',
          DBInstanceClass: 'db.t4g.micro',
          AllocatedStorage: 20,
          MasterUsername: 'somebody',
          ManageMasterUserPassword: true,
        }),
      );
      return DBInstance?.DbiResourceId;
    };
    const [one, other] = [await create('one'), await create('other')];
    expect(one).toMatch(/^db-[A-Z2-7]{26}$/);
    expect(other).not.toBe(one);
    const found = await rds.send(
      new DescribeDBInstancesCommand({ Filters: [{ Name: 'dbi-resource-id', Values: [String(other)] }] }),
    );
    expect(found.DBInstances?.map(({ DBInstanceIdentifier: id }) => id)).toEqual(['other']);
  });

  test('is created with a managed password, and a real server behind its name', async () => {
    const created = await rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier,
        Engine: 'postgres',
        DBInstanceClass: 'db.t4g.micro',
        AllocatedStorage: 20,
        DBName: 'orders',
        MasterUsername: 'order_platform',
        ManageMasterUserPassword: true,
      }),
    );
    expect(created.DBInstance?.DBInstanceStatus).toBe('creating');
    expect(await status()).toBe('creating');
    await becomes('available');
    expect((await instance())?.MasterUserSecret).toMatchObject({ SecretStatus: 'active' });
    expect(await query('SELECT current_user AS name')).toEqual([{ name: 'order_platform' }]);
    await query('CREATE TABLE kept (id int)');
  });

  test('takes no connection in the clear, and shows a certificate for its own name', async () => {
    await expect(connect(false)).rejects.toThrow(/no pg_hba.conf entry|no encryption/);
    await expect(connect({})).rejects.toThrow(/certificate/);
    const authority = readFileSync(join(lab.context.directory, 'ca.pem'), 'utf8');
    const { Endpoint } = (await instance()) ?? {};
    const wrong = new Client({
      host: '127.0.0.1',
      port: lab.context.dns.get(Endpoint?.Address ?? '')?.ports[5432] ?? 0,
      ssl: { ca: authority, servername: 'other.eu-west-1.rds.amazonaws.com' },
    });
    await expect(wrong.connect()).rejects.toThrow(/altnames/);
  });

  test('stops and starts again with its data', async () => {
    await rds.send(new StopDBInstanceCommand({ DBInstanceIdentifier }));
    await becomes('stopped');
    await expect(connect()).rejects.toThrow('refused');
    await rds.send(new StartDBInstanceCommand({ DBInstanceIdentifier }));
    await becomes('available');
    expect(await query('SELECT count(*)::int AS rows FROM kept')).toEqual([{ rows: 0 }]);
  });

  test('reboots', async () => {
    const before = await query('SELECT pg_postmaster_start_time()::text AS at');
    const { DBInstance } = await rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier }));
    expect(DBInstance?.DBInstanceStatus).toBe('rebooting');
    await becomes('available');
    expect(await query('SELECT pg_postmaster_start_time()::text AS at')).not.toEqual(before);
  });

  test('comes back by itself after a crash, even with sessions open', async () => {
    const session = await connect();
    await service.database(DBInstanceIdentifier)?.crash();
    await becomes('rebooting');
    await becomes('available');
    expect(await query('SELECT count(*)::int AS rows FROM kept')).toEqual([{ rows: 0 }]);
    await session.end().catch(() => {});
  });

  test('can be kept down', async () => {
    await service.database(DBInstanceIdentifier)?.crash({ stayDown: true });
    await becomes('failed');
    await expect
      .poll(() =>
        connect().then(
          () => 'up',
          () => 'down',
        ),
      )
      .toBe('down');
    await service.database(DBInstanceIdentifier)?.start();
    expect(await status()).toBe('available');
  });

  test('follows a new master password', async () => {
    const before = (await instance())?.MasterUserSecret?.SecretArn;
    await rds.send(
      new ModifyDBInstanceCommand({ DBInstanceIdentifier, ManageMasterUserPassword: true, ApplyImmediately: true }),
    );
    await expect.poll(() => query('SELECT 1 AS one').catch((error: Error) => error.message)).toEqual([{ one: 1 }]);
    expect((await instance())?.MasterUserSecret?.SecretArn).not.toBe(before);
  });

  test('rotates its managed password: sessions stay, and the old password opens no more', async () => {
    const session = await connect();
    const before = await password();
    const rotate = { DBInstanceIdentifier, RotateMasterUserPassword: true, ApplyImmediately: true };
    await rds.send(new ModifyDBInstanceCommand(rotate));
    expect(await password()).not.toEqual(before);
    await expect.poll(() => query('SELECT 1 AS one').catch((error: Error) => error.message)).toEqual([{ one: 1 }]);
    expect((await session.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await session.end();
    const stale = await connect({ ca: readFileSync(join(lab.context.directory, 'ca.pem'), 'utf8') }, before).catch(
      (error: { code?: string }) => error.code,
    );
    expect(stale).toBe('28P01');
  });

  test('is deleted with its data, its name and its secret', async () => {
    const { Endpoint, MasterUserSecret } = (await instance()) ?? {};
    await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier, SkipFinalSnapshot: true }));
    await expect(status()).rejects.toThrow(/not found/i);
    expect(lab.context.dns.get(Endpoint?.Address ?? '')).toBeUndefined();
    const { SecretList = [] } = await secrets.send(new ListSecretsCommand({ IncludePlannedDeletion: true }));
    expect(SecretList.map((secret) => secret.ARN)).not.toContain(MasterUserSecret?.SecretArn);
    const homes = readdirSync(lab.context.directory).filter((name) => name.startsWith('rds'));
    for (const home of homes) expect(existsSync(join(lab.context.directory, home, DBInstanceIdentifier))).toBe(false);
  });
});
