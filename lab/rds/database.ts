import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LabContext } from '../context.ts';
import type { Account } from './account.ts';
import type { CertificateAuthority } from './certificates.ts';
import { PostgresServer } from './postgres.ts';

/** RDS takes this time here to notice a crash before it restarts the server. */
const RECOVERY_MS = 1_000;
/** The server's sessions may outlive it for a moment, and no other server may start before they have ended. */
const RECOVERY_ATTEMPTS = 5;

export interface Credentials {
  username: string;
  password: string;
}

export interface DatabaseOptions {
  identifier: string;
  /** The form is `x.eu-west-1.rds.amazonaws.com`. */
  endpoint: string;
  port: number;
  /** The private address is that of the imagined network. */
  address: string;
  databaseName: string | undefined;
  binaries: string;
  home: string;
  account: Account;
  authority: CertificateAuthority;
  /** The function is called with every status that DescribeDBInstances is to show. */
  status(status: string): Promise<void>;
}

/** A DB instance is a PostgreSQL server behind its endpoint name. */
export class LabDatabase {
  readonly #context: LabContext;
  readonly #options: DatabaseOptions;
  readonly #directory: string;
  #server: PostgresServer | undefined;
  #wanted: 'running' | 'stopped' | 'down' | 'deleted' = 'running';
  /** Operations of one instance run one after the other. */
  #queue: Promise<void> = Promise.resolve();

  constructor(context: LabContext, options: DatabaseOptions) {
    this.#context = context;
    this.#options = options;
    this.#directory = join(options.home, options.identifier);
  }

  create(credentials: Credentials): Promise<void> {
    return this.#then('creating', 'available', async () => {
      const { binaries, account, authority, endpoint, databaseName } = this.#options;
      this.#server = new PostgresServer({
        binaries,
        account,
        directory: this.#directory,
        certificate: await authority.issue(endpoint),
        authority: authority.cert,
        administratorPassword: randomBytes(24).toString('hex'),
        processes: this.#context.processes,
        ended: () => this.#ended(),
      });
      await this.#server.initialize();
      await this.#server.start();
      await this.#server.administer(async (client) => {
        const user = client.escapeIdentifier(credentials.username);
        const password = client.escapeLiteral(credentials.password);
        await client.query(`CREATE ROLE ${user} LOGIN CREATEDB CREATEROLE PASSWORD ${password}`);
        if (databaseName) await client.query(`CREATE DATABASE ${client.escapeIdentifier(databaseName)} OWNER ${user}`);
      });
      this.#register();
    });
  }

  setPassword(credentials: Credentials): Promise<void> {
    return this.#then('resetting-master-credentials', 'available', async () => {
      await this.#server?.administer(async (client) => {
        const user = client.escapeIdentifier(credentials.username);
        await client.query(`ALTER ROLE ${user} PASSWORD ${client.escapeLiteral(credentials.password)}`);
      });
    });
  }

  start(): Promise<void> {
    this.#wanted = 'running';
    return this.#then('starting', 'available', () => this.#up());
  }

  stop(): Promise<void> {
    this.#wanted = 'stopped';
    return this.#then('stopping', 'stopped', () => this.#down());
  }

  reboot(): Promise<void> {
    return this.#then('rebooting', 'available', async () => {
      await this.#down();
      await this.#up();
    });
  }

  /**
   * Causes a fault of the host: the server ends at once. RDS restarts it, unless it is to stay down until `start()`.
   */
  async crash(options: { stayDown?: boolean } = {}): Promise<void> {
    if (options.stayDown) {
      this.#wanted = 'down';
      await this.#options.status('failed');
    }
    this.#server?.crash();
  }

  async delete(): Promise<void> {
    this.#wanted = 'deleted';
    this.#context.dns.delete(this.#options.endpoint);
    await this.#queue;
    await this.#server?.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #ended(): void {
    this.#unregister();
    if (this.#wanted !== 'running') return;
    this.#context.log(`rds: ${this.#options.identifier} ended; restarting it`);
    void this.#then('rebooting', 'available', async () => {
      for (let attempt = 1; ; attempt += 1) {
        await sleep(RECOVERY_MS);
        if (this.#wanted !== 'running') return;
        try {
          return await this.#up();
        } catch (error) {
          if (attempt === RECOVERY_ATTEMPTS) throw error;
        }
      }
    });
  }

  async #up(): Promise<void> {
    await this.#server?.start();
    this.#register();
  }

  async #down(): Promise<void> {
    this.#unregister();
    await this.#server?.stop();
  }

  #register(): void {
    const { endpoint, address, port } = this.#options;
    this.#context.dns.set(endpoint, { address, ports: { [port]: this.#server?.port ?? 0 } });
  }

  /** The name stays, as on AWS, but nothing listens behind it. */
  #unregister(): void {
    const { endpoint, address } = this.#options;
    if (this.#wanted !== 'deleted') this.#context.dns.set(endpoint, { address, ports: {} });
  }

  /** Shows `during`, runs the operation after those before it, then shows `after`, or that the instance failed. */
  #then(during: string, after: string, operation: () => Promise<void>): Promise<void> {
    const { identifier, status } = this.#options;
    const show = (value: string) => (this.#wanted === 'deleted' ? Promise.resolve() : status(value));
    this.#queue = this.#queue.then(async () => {
      if (this.#wanted === 'deleted') return;
      await show(during);
      try {
        await operation();
        await show(this.#wanted === 'down' ? 'failed' : after);
      } catch (error) {
        this.#context.log(`rds: ${identifier}: ${during}: ${(error as Error).stack}`);
        await show('failed');
      }
    });
    return this.#queue;
  }
}
