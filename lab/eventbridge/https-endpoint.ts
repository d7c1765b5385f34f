import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { LabContext } from '../context.ts';
import { CertificateAuthority } from '../rds/certificates.ts';

/** Authority of the certificates of HTTPS endpoints, in the lab's directory. EventBridge trusts it, and no other. */
export const ENDPOINT_AUTHORITY = 'https-endpoints.pem';

/** An address of the imagined network that nothing else has. */
const ADDRESS = '198.18.255.2';

export interface HttpsEndpoint {
  /** The form is `https://<hostname>`. */
  url: string;
  stop(): void;
}

const authorities = new WeakMap<LabContext, Promise<CertificateAuthority>>();

/**
 * Makes a server of a test an HTTPS endpoint of the lab's network, for an API destination: EventBridge takes HTTPS
 * endpoints alone, and the lab reaches no address outside of its network.
 * @param hostname name on the internet, such as `hooks.example.com`
 */
export async function httpsEndpoint(
  context: LabContext,
  hostname: string,
  listener: RequestListener,
): Promise<HttpsEndpoint> {
  const known = authorities.get(context) ?? CertificateAuthority.create(join(context.directory, ENDPOINT_AUTHORITY));
  authorities.set(context, known);
  const server = createServer(await (await known).issue(hostname), listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  context.dns.set(hostname, { address: ADDRESS, ports: { 443: (server.address() as AddressInfo).port } });
  return {
    url: `https://${hostname}`,
    stop() {
      context.dns.delete(hostname);
      server.close();
      server.closeAllConnections();
    },
  };
}
