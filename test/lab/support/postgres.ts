import { type ChildProcess, execFile } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { generate } from 'selfsigned';
import { vi } from 'vitest';
import type { Processes } from '../../../lab/processes.ts';

const run = promisify(execFile);

/** A PostgreSQL with TLS on localhost, which can be stopped and started again. */
export class TestPostgres {
  readonly port: number;
  readonly caFile: string;
  readonly #directory: string;
  readonly #processes: Processes;
  readonly #identity: Identity;
  #server: ChildProcess | undefined;

  static async create(processes: Processes): Promise<TestPostgres> {
    const identity = await unprivilegedIdentity();
    const data = await mkdtemp(join(tmpdir(), 'orders-database-'));
    await own(data, identity);
    await run('initdb', ['-D', data, '-U', 'orders', '--auth=trust', '--no-sync'], { ...identity, cwd: data });
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
      algorithm: 'sha256',
    });
    await writeFile(join(data, 'server.key'), key, { mode: 0o600 });
    await writeFile(join(data, 'server.crt'), cert);
    await own(join(data, 'server.key'), identity);
    return new TestPostgres(data, processes, identity, await freePort());
  }

  private constructor(directory: string, processes: Processes, identity: Identity, port: number) {
    this.#directory = directory;
    this.#processes = processes;
    this.#identity = identity;
    this.port = port;
    this.caFile = join(directory, 'server.crt');
  }

  /** Does nothing when it is running. */
  async start(): Promise<void> {
    if (this.#server) return;
    const settings = [
      `port=${this.port}`,
      'listen_addresses=127.0.0.1',
      'ssl=on',
      'fsync=off',
      'unix_socket_directories=',
    ];
    this.#server = this.#processes.spawn('postgres', ['-D', this.#directory, ...settings.flatMap((s) => ['-c', s])], {
      ...this.#identity,
      cwd: this.#directory,
      stdio: 'ignore',
    });
    await vi.waitFor(() => this.query('SELECT 1'), { timeout: 20_000, interval: 50 });
  }

  /** Immediate shutdown: what clients see when the machine goes away. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server || server.exitCode !== null) return;
    const gone = once(server, 'exit');
    server.kill('SIGQUIT');
    await gone;
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }

  async connect(): Promise<Client> {
    const client = new Client({ host: '127.0.0.1', port: this.port, user: 'orders', database: 'postgres' });
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

interface Identity {
  uid?: number;
  gid?: number;
}

/** PostgreSQL refuses to run as root; the account that its package made is then at hand. */
async function unprivilegedIdentity(): Promise<Identity> {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = await Promise.all(['-u', '-g'].map(async (flag) => (await run('id', [flag, 'postgres'])).stdout));
  return { uid: Number(uid), gid: Number(gid) };
}

async function own(path: string, { uid, gid }: Identity): Promise<void> {
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
}

/** Free a moment ago, on 127.0.0.1. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
