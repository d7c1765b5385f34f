import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Platform, until } from './platform.ts';

/** The rate is in orders a second: enough for a queue that is seldom empty, and few enough for a busy machine. */
const RATE = 4;

/** Places orders until it is ended. @returns a function that ends it */
export async function useSteadily({ proxy, outputs }: Platform) {
  let going = true;
  let placed = 0;
  const refused: number[] = [];
  const people = (async () => {
    while (going) {
      const [status] = await Promise.all([place(proxy, outputs.alb_dns_name), delay(1_000 / RATE)]);
      placed += 1;
      if (status !== 202) refused.push(status);
    }
  })();
  // The check samples a use that has lasted for a while.
  await until('some orders were placed', () => placed >= 2 * RATE);
  return async () => {
    going = false;
    await people;
    if (refused.length > 0) throw new Error(`${refused.length} of ${placed} orders were answered ${refused[0]}`);
  };
}

/** @param proxy the lab, which resolves the load balancer's name */
function place(proxy: string, host: string): Promise<number> {
  const { hostname, port } = new URL(proxy);
  return new Promise((resolve, reject) => {
    const order = request(
      {
        hostname,
        port,
        method: 'POST',
        path: `http://${host}/orders`,
        headers: { host, 'content-type': 'application/json' },
      },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      },
    );
    order.on('error', reject);
    order.end(JSON.stringify({ customerId: 'people', amount: 1 }));
  });
}
