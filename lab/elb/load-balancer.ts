import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Dns } from '../dns.ts';
import type { HttpProxy, ListenerState } from './proxy.ts';

interface LabListener {
  server: Server;
  localPort: number;
  state: ListenerState;
}

/** A load balancer on the lab's network has a name, an address, and a real HTTP server for each listener. */
export class LabLoadBalancer {
  readonly dnsName: string;
  readonly #address: string;
  readonly #dns: Dns;
  readonly #proxy: HttpProxy;
  readonly #listeners = new Map<string, LabListener>();

  constructor(dnsName: string, address: string, dns: Dns, proxy: HttpProxy) {
    this.dnsName = dnsName;
    this.#address = address;
    this.#dns = dns;
    this.#proxy = proxy;
  }

  /** @param wanted listeners by ARN as they are configured now */
  async update(wanted: ReadonlyMap<string, ListenerState>): Promise<void> {
    for (const [arn, listener] of this.#listeners) {
      if (wanted.has(arn)) continue;
      close(listener.server);
      this.#listeners.delete(arn);
    }
    for (const [arn, state] of wanted) {
      const listener = this.#listeners.get(arn);
      if (listener) listener.state = state;
      else this.#listeners.set(arn, await this.#listen(arn, state));
    }
    const ports = [...this.#listeners.values()].map(({ state, localPort }) => [state.port, localPort]);
    this.#dns.set(this.dnsName, { address: this.#address, ports: Object.fromEntries(ports) });
  }

  /** @returns false when nothing listens on that port */
  serve(port: number, incoming: IncomingMessage, outgoing: ServerResponse): boolean {
    const listener = [...this.#listeners.values()].find(({ state }) => state.port === port);
    if (listener) this.#proxy.serve(listener.state, incoming, outgoing);
    return listener !== undefined;
  }

  close(): void {
    for (const { server } of this.#listeners.values()) close(server);
    this.#listeners.clear();
    this.#dns.delete(this.dnsName);
  }

  async #listen(arn: string, state: ListenerState): Promise<LabListener> {
    const server = createServer((incoming, outgoing) => {
      const listener = this.#listeners.get(arn);
      if (listener) this.#proxy.serve(listener.state, incoming, outgoing);
      else outgoing.destroy();
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return { server, localPort: (server.address() as AddressInfo).port, state };
  }
}

function close(server: Server): void {
  server.close();
  server.closeAllConnections();
}
