import { renameSync, writeFileSync } from 'node:fs';

/** A host has an address in the imagined network, and the local ports behind it: `port → port on 127.0.0.1`. */
export interface Host {
  address: string;
  ports: Record<number, number>;
}

/**
 * The class is the lab's DNS and address translation. Load balancers and databases keep the names that AWS would give
 * them, and tasks keep their private addresses and container ports; processes that the lab starts resolve and reach
 * them through `network/preload.mjs`, which reads the file kept here.
 */
export class Dns {
  readonly file: string;
  readonly #names = new Map<string, Host>();

  constructor(file: string) {
    this.file = file;
    this.#write();
  }

  /** @param name DNS name, or an IP address for a host that has no name */
  set(name: string, host: Host): void {
    this.#names.set(name, host);
    this.#write();
  }

  delete(name: string): void {
    if (this.#names.delete(name)) this.#write();
  }

  get(name: string): Host | undefined {
    return this.#names.get(name);
  }

  /** Returns the local port behind an address of the imagined network. */
  localPort(address: string, port: number): number | undefined {
    for (const host of this.#names.values()) if (host.address === address) return host.ports[port];
    return undefined;
  }

  // The whole file is replaced: a process may read it at any moment.
  #write(): void {
    const next = `${this.file}.next`;
    writeFileSync(next, JSON.stringify(Object.fromEntries(this.#names), null, 2));
    renameSync(next, this.file);
  }
}
