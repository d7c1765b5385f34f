import { type ChildProcess, execFile } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { freePort } from '../free-port.ts';
import type { Processes } from '../processes.ts';
import { type Account, give } from './account.ts';
import type { ServerCertificate } from './certificates.ts';

/** The account is RDS's own superuser; nobody else gets its password. */
const ADMINISTRATOR = 'rdsadmin';
const START_TIMEOUT_MS = 60_000;
const LOG_TAIL_LINES = 20;

export interface PostgresOptions {
  binaries: string;
  /** The folder is this server's alone. It must not exist, and its parent belongs to `account`. */
  directory: string;
  account: Account;
  certificate: ServerCertificate;
  /** `certificate` is signed with this certificate. */
  authority: string;
  administratorPassword: string;
  processes: Processes;
  /** The function is called when the server's process ends without a request. */
  ended(): void;
}

/** The server accepts TLS connections only, on a port of its own. */
export class PostgresServer {
  readonly #options: PostgresOptions;
  readonly #data: string;
  readonly #log: string;
  #child: ChildProcess | undefined;
  #port = 0;

  constructor(options: PostgresOptions) {
    this.#options = options;
    this.#data = join(options.directory, 'data');
    this.#log = join(options.directory, 'postgres.log');
  }

  /** The port is local; it is another one after every start. */
  get port(): number {
    return this.#port;
  }

  /** Creates the data directory. */
  async initialize(): Promise<void> {
    const { directory, account, binaries, certificate, administratorPassword } = this.#options;
    mkdirSync(directory, { mode: 0o700 });
    give(directory, account);
    const passwordFile = this.#write('password', administratorPassword);
    this.#write('server.key', certificate.key);
    this.#write('server.crt', certificate.cert);
    this.#write('postgres.log', '');
    const args = ['-D', this.#data, '-U', ADMINISTRATOR, '--pwfile', passwordFile, '-A', 'scram-sha-256'];
    const options = { ...account, cwd: directory, env: environment() };
    await promisify(execFile)(join(binaries, 'initdb'), [...args, '-E', 'UTF8', '--locale=C', '--no-sync'], options);
    // Every connection uses TLS, as with RDS's rds.force_ssl.
    writeFileSync(join(this.#data, 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 scram-sha-256\n');
  }

  /** Resolves when the server answers. @throws with the end of its log when it ends before that */
  async start(): Promise<void> {
    const { binaries, directory, account, processes } = this.#options;
    this.#port = await freePort();
    const log = openSync(this.#log, 'a');
    const child = processes.spawn(join(binaries, 'postgres'), ['-D', this.#data, ...this.#settings()], {
      ...account,
      cwd: directory,
      env: environment(),
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#child = child;
    let failure: Error | undefined;
    child.once('error', (error) => {
      failure = error;
    });
    child.once('exit', () => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#options.ended();
    });
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await this.#answers())) {
      if (failure) throw failure;
      if (this.#child !== child) throw new Error(`PostgreSQL did not start:\n${this.#logTail()}`);
      if (Date.now() > deadline) throw new Error(`PostgreSQL did not answer in time:\n${this.#logTail()}`);
      await sleep(50);
    }
  }

  /** Ends all sessions, writes all data to disk, and ends the server. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child) return;
    // SIGINT to the postmaster is PostgreSQL's "fast shutdown"; SIGTERM would wait for every client to leave.
    child.kill('SIGINT');
    const gone = new Promise<boolean>((resolve) => child.once('exit', () => resolve(true)));
    if (child.exitCode !== null || child.signalCode !== null) return;
    if (!(await Promise.race([gone, sleep(5_000, false, { ref: false })]))) await this.#options.processes.end(child, 0);
  }

  /** Kills the server as a fault of its host would. `ended` is called. */
  crash(): void {
    // The children of the postmaster notice its end by themselves.
    this.#child?.kill('SIGKILL');
  }

  /** Runs statements as RDS's own superuser. */
  async administer(run: (client: Client) => Promise<void>, database = 'postgres'): Promise<void> {
    const client = this.#client(database);
    await client.connect();
    try {
      await run(client);
    } finally {
      await client.end();
    }
  }

  async #answers(): Promise<boolean> {
    const client = this.#client('postgres');
    // A server that dies under an open connection makes the client emit an error of its own.
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return true;
    } catch {
      return false;
    }
  }

  #client(database: string): Client {
    return new Client({
      host: '127.0.0.1',
      port: this.#port,
      user: ADMINISTRATOR,
      password: this.#options.administratorPassword,
      database,
      connectionTimeoutMillis: 5_000,
      ssl: { ca: this.#options.authority },
    });
  }

  #settings(): string[] {
    const { directory } = this.#options;
    const settings = {
      listen_addresses: '127.0.0.1',
      port: this.#port,
      unix_socket_directories: '',
      ssl: 'on',
      ssl_cert_file: join(directory, 'server.crt'),
      ssl_key_file: join(directory, 'server.key'),
      password_encryption: 'scram-sha-256',
      // Shared memory is in files of the data directory: nothing is left behind when the server is killed.
      dynamic_shared_memory_type: 'mmap',
      shared_buffers: '32MB',
      // A crash of the machine may lose data here; a crash of the server does not.
      fsync: 'off',
      full_page_writes: 'off',
      autovacuum_naptime: '5min',
    };
    return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  }

  #write(name: string, content: string): string {
    const file = join(this.#options.directory, name);
    writeFileSync(file, content, { mode: 0o600 });
    give(file, this.#options.account);
    return file;
  }

  #logTail(): string {
    return readFileSync(this.#log, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
  }
}

/** The caller's PG* variables would otherwise configure the programs. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
}
